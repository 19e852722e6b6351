"""How fast queued exporter applications are decided: `python -m benchmarks.process_exporters [--applications 1000]`.

On PostgreSQL and Redis, in a database of its own that is gone afterwards. The same applications are decided twice: by
one process that calls the action in a loop, without a broker (the yardstick), and by worker processes that are woken
through Redis, one task for each application, as in production. Every application is accepted: account, owner,
membership, sub-account, events, and the mail with the account ID, which the same workers then hand to a mail server.
"""

import argparse
import os
import platform
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import django

from benchmarks import stacks
from benchmarks.servers import GRACE, PATIENCE, ROOT, Failed
from benchmarks.sink import Sink

TICK = 0.05
WORKER = ["celery", "--app", "ace_portal", "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING"]


def main(arguments: list[str]) -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.process_exporters", description=__doc__)
    parser.add_argument("--applications", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--directory", type=Path, default=ROOT / "var", help="where logs are while it runs")
    options = parser.parse_args(arguments)
    if options.applications < 1 or options.workers < 1:
        parser.error("--applications and --workers must be 1 or more")
    options.directory.mkdir(parents=True, exist_ok=True)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="benchmark-", dir=options.directory) as place,
            stacks.opened("services", Path(place)) as stack,
            Sink() as sink,
        ):
            _become_portal(stack, sink)
            _show(options, stack, measure(options.applications, options.workers, Path(place)))
    except (Failed, stacks.Unreachable) as failure:
        print(f"The benchmark stopped: {failure}", file=sys.stderr)
        return 1
    return 0


def _become_portal(stack: stacks.Stack, sink: Sink) -> None:
    """Make this process one of the portal's, on the stack's database, and create the tables."""
    switches = stack.environment_of("portal", secret=secrets.token_urlsafe(64), port=8000)
    os.environ.update(switches | {"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}", "LOG_LEVEL": "ERROR"})
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def measure(applications: int, workers: int, directory: Path) -> dict[str, float]:
    """Seconds by what was measured: `loop`, `workers` (all decided) and `mails` (all at the mail server)."""
    from exporters import actions

    rows = queued(applications, series=1)
    began = time.perf_counter()
    for pk in rows:
        actions.process(pk)
    loop = time.perf_counter() - began
    _forget_mails()
    with running(workers, directory):
        rows = queued(applications, series=2)
        began = time.perf_counter()
        for pk in rows:
            actions.nudge(pk)
        _wait(lambda: not _waiting(), "all applications are decided", 60 + applications)
        decided = time.perf_counter() - began
        _wait(lambda: _sent() == applications, "all mails are sent", 60 + applications)
        mails = time.perf_counter() - began
    return {"loop": loop, "workers": decided, "mails": mails}


def queued(count: int, *, series: int) -> list[int]:
    """Store applications that nobody has been told of, each of another company and person; returns their keys."""
    from ace_portal.core import clock
    from exporters.models import ExporterApplication

    at = clock.now()
    rows = ExporterApplication.objects.bulk_create(
        ExporterApplication(
            form_key=f"{series}-{number}",
            ein=f"{97 + series % 2}-{number:07d}",
            company_name=f"Benchmark Exporter {number} LLC",
            country="US",
            street_address="100 Main Street",
            city="Baltimore",
            state="MD",
            postal_code="21201",
            fiscal_year_end_month=9,
            fiscal_year_end_day=30,
            owner_first_name="Toni",
            owner_last_name=f"Owner {series} {number}",
            owner_date_of_birth=date(1985, 3, 21),
            owner_phone="+14105550123",
            applicant_email=f"owner{series}.{number}@benchmark.example",
            created_at=at,
            submitted_at=at,
        )
        for number in range(1, count + 1)
    )
    return [row.pk for row in rows]


@contextmanager
def running(workers: int, directory: Path) -> Iterator[None]:
    """So many worker processes, ready to take tasks; ended afterwards."""
    from ace_portal.celery import app

    children: list[subprocess.Popen[bytes]] = []
    try:
        for number in range(1, workers + 1):
            with (directory / f"worker{number}.log").open("wb") as log:
                command = [sys.executable, "-m", *WORKER, "--hostname", f"benchmark{number}@localhost"]
                children.append(subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True))
        _wait(lambda: len(app.control.inspect(timeout=1).ping() or {}) == workers, "the workers answer", PATIENCE)
        yield
    finally:
        for child in children:
            child.terminate()
        for child in children:
            try:
                child.wait(GRACE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _wait(condition: Any, what: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failed(f"waited {seconds:.0f} s in vain: {what}.")
        time.sleep(TICK)


def _waiting() -> int:
    from exporters.models import ExporterApplication

    return ExporterApplication.objects.waiting().count()


def _sent() -> int:
    from ace_portal.core.models import Message

    return Message.objects.filter(status=Message.Status.SENT).count()


def _forget_mails() -> None:
    """Drop the mails of the loop and the tasks that would send them: they belong to nobody's measurement."""
    from ace_portal.celery import app
    from ace_portal.core.models import Message

    Message.objects.all().delete()
    app.control.purge()


def _show(options: argparse.Namespace, stack: stacks.Stack, seconds: dict[str, float]) -> None:
    count, load = options.applications, os.getloadavg()[0]
    print(f"{stack.title}; {platform.system()} {platform.machine()}, {os.cpu_count()} processors, load {load:.1f}")
    print(f"{count:,} exporter applications, all of them accepted")
    for label, name in (
        ("one process in a loop, no broker", "loop"),
        (f"{options.workers} workers woken through Redis", "workers"),
        ("… until every mail was at the mail server", "mails"),
    ):
        took = seconds[name]
        print(f"  {label:<44}{took:7.1f} s  {count / took:7.0f}/s  {seconds['loop'] / took:5.2f} of the loop")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
