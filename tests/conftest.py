"""What every test stands on; what the fixtures do is said where they are defined, in tests/harness/.

Database: `db` (one transaction, rolled back) or `transactional_db` (real commits, seen by threads and processes). Both
use the database of DATABASE_URL; on the embedded default that is a SQLite file with the portal's own options.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from tests.harness.browser import (
    NOTICE,
    browser_type_launch_args,
    chromium,
    needs_browser,
    new_context,
    required,
    watch,
)
from tests.harness.mail import postman
from tests.harness.network import no_network
from tests.harness.people import officer_client
from tests.harness.rehearsal import rehearsal
from tests.harness.tasks import mailbox, use_broker, worker, workers
from tests.harness.templates import strict_templates

__all__ = [
    "browser_type_launch_args",
    "mailbox",
    "new_context",
    "no_network",
    "officer_client",
    "postman",
    "rehearsal",
    "strict_templates",
    "watch",
    "worker",
    "workers",
]

SCRATCH = pytest.StashKey[Path]()
SQLITE = "django.db.backends.sqlite3"


def pytest_configure(config: pytest.Config) -> None:
    """Set the switches the suite stands on, whatever the shell or a `.env` says."""
    # Playwright keeps an event loop in the main thread; Django takes that for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    # Celery prefers this variable to its settings; `workers` hands it to the processes that need it.
    os.environ.pop("CELERY_BROKER_URL", None)
    config.stash[SCRATCH] = scratch = Path(tempfile.mkdtemp(prefix="ace-portal-tests-"))
    portal.DEBUG = portal.DEMO = portal.MAILROOM = False
    portal.CAPTCHA_TEST_MODE = True
    portal.SITE_URL = "http://testserver"
    portal.PASSWORD_HASHERS = ["tests.harness.hashers.QuickArgon2"]
    # Nothing is collected for tests; the live server and whitenoise find the files where they are.
    portal.STATIC_ROOT = scratch / "static"
    portal.PRIVATE_FILES_DIR = scratch / "private"
    portal.STATIC_ROOT.mkdir()
    database = portal.DATABASES["default"]
    # No test cuts the power: what was committed need not be on the disk when the next statement runs.
    if database["ENGINE"] == SQLITE:
        # In memory several threads would share one connection, and other processes would see nothing.
        database.setdefault("TEST", {})["NAME"] = str(scratch / "test.sqlite3")
        database["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
    else:
        database.setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
    use_broker("memory://", {})


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """The test database, migrated from zero. pytest-django's own makes none for fixtures of a module that need it."""
    verbosity = request.config.option.verbose
    keep = django_db_keepdb and not django_db_createdb

    def make(*, keepdb: bool) -> Any:
        return setup_databases(
            verbosity, interactive=False, aliases={"default"}, serialized_aliases=set(), keepdb=keepdb
        )

    with django_db_blocker.unblock():
        if connection.vendor == "sqlite" and "PYTEST_XDIST_WORKER" in os.environ and not keep:
            # The folder of this run, which holds those of its workers.
            with migrated_once(tmp_path_factory.getbasetemp().parent / "migrated.sqlite3"):
                made = make(keepdb=True)
        else:
            made = make(keepdb=keep)
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            _end_other_sessions()
            teardown_databases(made, verbosity)


@contextmanager
def migrated_once(model: Path) -> Iterator[None]:
    """Let the first worker of a run migrate its database inside of this, and the others begin with a copy of it."""
    with model.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = model.exists()
        if known:
            shutil.copyfile(model, connection.creation._get_test_db_name())
            fcntl.flock(lock, fcntl.LOCK_UN)
        yield
        if not known:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(model)])


def _end_other_sessions() -> None:
    """A killed worker or a browser that just closed may still hold a session: PostgreSQL then refuses to drop."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[SCRATCH], ignore_errors=True)


def starts_processes(item: pytest.Item) -> bool:
    """Whether a test waits for other processes, and so for the machine, as those with a browser do."""
    return "workers" in getattr(item, "fixturenames", ()) or item.nodeid.startswith(
        ("tests/setup/", "tests/benchmarks/")
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Say of every test that opens a browser that it does: `-m "not browser"` leaves them out."""
    if needs_browser(item):
        item.add_marker("browser")


#: What takes longest begins first, so that no worker is left with it at the end.
SLOW = ("tests/axe/", "tests/setup/", "tests/benchmarks/", "tests/journeys/", "tests/matrix/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with a reason, what cannot be proven on this machine or database; give other processes a second chance."""
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))
    embedded = portal.DATABASES["default"]["ENGINE"] == SQLITE
    no_browser = chromium() is None and not required()
    for item in items:
        marker = item.get_closest_marker("concurrency")
        if embedded and marker and not marker.kwargs.get("sqlite"):
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: run `make test-stack`"))
        if no_browser and needs_browser(item):
            item.add_marker(pytest.mark.skip(reason="needs a browser"))
        if needs_browser(item) or starts_processes(item):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if required() and chromium() is None and needs_browser(item):
        pytest.fail("REQUIRE_BROWSER is set and no Chromium was found", pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was left out."""
    skipped = [str(getattr(report, "longrepr", "")) for report in terminalreporter.stats.get("skipped", [])]
    without_browser = sum("needs a browser" in reason for reason in skipped)
    without_postgres = sum("needs PostgreSQL" in reason for reason in skipped)
    if without_browser:
        terminalreporter.write_sep("!", "NO BROWSER", red=True, bold=True)
        terminalreporter.write_line(NOTICE.format(count=without_browser), red=True)
    if without_postgres:
        terminalreporter.write_line(
            f"{without_postgres} proofs about threads need PostgreSQL and were skipped: `make test-stack` runs them.",
            yellow=True,
        )
