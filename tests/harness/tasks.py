"""Background work in tests: what was published runs when the test says so, in this process or in real ones."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection

from ace_portal.celery import app
from ace_portal.core import clock
from tests.harness.mail import Letter, Postman

ROOT = Path(__file__).resolve().parents[2]
#: Seconds a busy machine may need for what takes a fraction of a second.
PATIENCE = 60


def until(condition: Callable[[], Any], what: str, *, timeout: float = PATIENCE) -> Any:
    """Wait until `condition()` is true and return its value; fail, saying `what` did not happen, if it never is."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {timeout:.0f} s in vain: {what}"
        time.sleep(0.02)
    return value


def use_broker(url: str, options: dict[str, Any]) -> None:
    """Point this process's Celery application to a broker and forget connections to the one before."""
    app.conf.broker_url = url
    app.conf.broker_transport_options = options
    app._after_fork()


class Worker:
    """Runs in this process, on this thread, what was published to the in-memory broker."""

    def run(self) -> int:
        """Run everything that waits, and what that publishes in turn; returns how many tasks ran.

        In a test that is one transaction (`db`), what waits for the commit is let go first, as if it had come.
        """
        ran = 0
        while self._commit() + (now := self._drain()):
            ran += now
        return ran

    def sweep(self) -> int:
        """Run the periodic sweep of the outbox once; returns how many messages were sent."""
        return int(app.tasks["core.sweep_outbox"].apply(throw=True).get())

    def _commit(self) -> int:
        if not connection.in_atomic_block:
            return 0
        waiting, connection.run_on_commit = connection.run_on_commit, []
        for _, function, _ in waiting:
            function()
        return len(waiting)

    def _drain(self) -> int:
        ran = 0
        with app.connection_for_read() as broker:
            queue = app.amqp.queues[app.conf.task_default_queue](broker.default_channel)
            queue.declare()
            while message := queue.get(no_ack=True):
                args, kwargs, _ = message.decode()
                app.tasks[message.headers["task"]].apply(args=args, kwargs=kwargs, throw=True)
                ran += 1
        return ran

    def purge(self) -> None:
        """Forget what waits."""
        with app.connection_for_write() as broker:
            queue = app.amqp.queues[app.conf.task_default_queue](broker.default_channel)
            queue.declare()
            queue.purge()


@pytest.fixture
def worker() -> Iterator[Worker]:
    """Runs published tasks at the test's word: `worker.run()`."""
    app.loader.import_default_modules()
    one = Worker()
    one.purge()
    yield one
    one.purge()


@pytest.fixture
def mailbox(worker: Worker, postman: Postman) -> Callable[[str], list[Letter]]:
    """`mailbox(address)`: run what waits, then return the letters to this address, oldest first."""

    def read(address: str) -> list[Letter]:
        worker.run()
        return postman.letters_to(address)

    return read


def database_url() -> str:
    """The test database as DATABASE_URL, for another process."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    who = quote(facts["USER"] or "", safe="")
    if facts["PASSWORD"]:
        who += f":{quote(facts['PASSWORD'], safe='')}"
    host = quote(facts["HOST"] or "", safe="")
    port = f":{facts['PORT']}" if facts["PORT"] else ""
    return f"postgres://{who}@{host}{port}/{facts['NAME']}"


def environment(**switches: str) -> dict[str, str]:
    """The environment of another process of the portal on the test database, with the suite's keys."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "ace_portal.settings",
        "DATABASE_URL": database_url(),
        "SECRET_KEY": django_settings.SECRET_KEY,
        "VAULT_KEY": django_settings.VAULT_KEY,
        "SITE_URL": django_settings.SITE_URL,
        "DEBUG": "off",
        "DEMO": "off",
        "MAILROOM": "off",
        "CAPTCHA_TEST_MODE": "off",
        "LOG_FORMAT": "console",
        **switches,
    }


class Workers:
    """Real worker processes on the test database, the configured broker and the test's mail server."""

    def __init__(self, folder: Path, broker: dict[str, str], mail_url: str) -> None:
        self.folder = folder
        self.broker = broker
        self.mail_url = mail_url
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *, beat: bool = False, **switches: str) -> "subprocess.Popen[bytes]":
        """Start a worker (with the periodic work when `beat`), wait until it takes tasks, return its process.

        `switches` are environment variables, such as MAILROOM="on".
        """
        name = f"worker{len(self.running)}"
        log = self.folder / f"{name}.log"
        command = [sys.executable, "-m", "celery", "-A", "ace_portal", "worker", "-P", "threads", "-c", "2"]
        command += ["-l", "info", "-n", f"{name}-{os.getpid()}@test", "--without-gossip", "--without-mingle"]
        if beat:
            command += ["-B", "-s", str(self.folder / f"{name}.beat")]
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(EMAIL_URL=self.mail_url, **self.broker, **switches),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.running.append(process)
        until(lambda: b" ready." in log.read_bytes() or process.poll() is not None, f"{name} is ready")
        assert process.poll() is None, log.read_text()
        return process

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """End a worker as a power cut would: SIGKILL, nothing is tidied up."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)

    def stop(self) -> None:
        """End all workers that still run."""
        for process in self.running:
            if process.poll() is None:
                self.kill(process)


def _own_broker(configured: str, folder: Path, number: int) -> tuple[dict[str, str], dict[str, Any]]:
    """The environment and transport options of a broker nobody else uses: own files, or an own Redis database."""
    if configured.startswith("files:"):
        options = {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.05,
        }
        return {"CELERY_BROKER_URL": "files://", "BROKER_DIR": str(folder)}, options
    url = urlunsplit(urlsplit(configured)._replace(path=f"/{15 - number % 8}"))
    return {"CELERY_BROKER_URL": url}, dict(django_settings.CELERY_BROKER_TRANSPORT_OPTIONS)


@pytest.fixture
def workers(transactional_db: None, tmp_path: Path, postman: Postman, worker_id: str) -> Iterator[Workers]:
    """`workers.start()`: real worker processes, woken through the real broker this run is configured for."""
    number = int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 0
    own, options = _own_broker(django_settings.CELERY_BROKER_URL, tmp_path / "broker", number)
    use_broker(own["CELERY_BROKER_URL"], options)
    Worker().purge()
    crew = Workers(tmp_path, own, postman.url)
    yield crew
    crew.stop()
    Worker().purge()
    use_broker("memory://", {})
    clock._forget()
