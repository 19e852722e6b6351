"""The processes that are measured: started on 127.0.0.1, watched, and none of them left behind."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Seconds a child gets to end by itself once it was asked to, and seconds a server gets to answer for the first time.
GRACE = 10
PATIENCE = 60
TICK = 0.02
#: The page of both projects that says that the server answers.
ALIVE = "/healthz"
#: One line an answered request: method, path, status, microseconds between the parsed request and the sent answer.
ACCESS_LOG_FORMAT = "%(m)s %(U)s %(s)s %(D)s"
#: A line of JSON logs that tells of an error.
ERROR = re.compile(r'"level": "(error|critical)"')
#: The settings of both web servers, the ones of the demo (scripts/demo.py).
WEB = ["--worker-class", "gthread", "--threads", "8", "--graceful-timeout", "3", "--no-control-socket"]
WORKER = ["--pool", "threads", "--concurrency", "2", "--beat", "--without-gossip", "--without-mingle"]


class Failed(Exception):
    """The measurement cannot go on; the text says why."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Servers:
    """The children of one stack, each in a session of its own with its log in `directory`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        """Start `python -m command`."""
        with self._log(name).open("wb") as log:
            self.children[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def finish(self, *names: str) -> None:
        """Wait for the end of children that were started; raises Failed when one of them failed."""
        for name in names:
            code = self.children[name].wait()
            if code:
                raise Failed(f"“{name}” failed (exit code {code}). {self._last_words(name)}")
            del self.children[name]

    def start_web(self, name: str, application: str, environment: dict[str, str], port: int) -> Path:
        """Start a web server; returns the file of its access log."""
        access_log = self.directory / f"{name}.access"
        log = ["--access-logfile", str(access_log), "--access-logformat", ACCESS_LOG_FORMAT]
        self.start(name, ["gunicorn", application, "--bind", f"127.0.0.1:{port}", *WEB, *log], environment)
        return access_log

    def start_worker(self, name: str, environment: dict[str, str]) -> None:
        """Start a Celery worker with its beat."""
        schedule = ["--schedule", str(self.directory / "beat-schedule")]
        self.start(name, ["celery", "--app", "ace_portal", "worker", *WORKER, *schedule], environment)

    def wait_for_answers(self, ports: dict[str, int]) -> None:
        """Wait until the web servers answer, each at its port; raises Failed when one does not."""
        deadline = time.monotonic() + PATIENCE
        for name, port in ports.items():
            while not _answers(port):
                if self.children[name].poll() is not None or time.monotonic() > deadline:
                    raise Failed(f"“{name}” does not answer. {self._last_words(name)}")
                time.sleep(TICK)

    def _log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def last_errors(self) -> str:
        """What the children that still run logged last as an error; "" when they logged none."""
        found = []
        for name in self.children:
            lines = self._log(name).read_text("utf-8", "replace").splitlines()
            found += [f"{name}: {line}" for line in lines if ERROR.search(line)][-2:]
        return "\n".join(found)

    def _last_words(self, name: str) -> str:
        lines = self._log(name).read_text("utf-8", "replace").splitlines()[-15:]
        return "\n".join(["The end of its log:", *(f"  {line}" for line in lines)])

    def stop(self) -> None:
        """Ask every child to end; after the grace period end its whole group."""
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + GRACE
        while any(child.poll() is None for child in self.children.values()) and time.monotonic() < deadline:
            time.sleep(TICK)
        for child in self.children.values():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", ALIVE)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
