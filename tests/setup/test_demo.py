"""`make demo` for real: it starts, keeps its data, and whatever ends it, leaves no process behind."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEMO = [sys.executable, "-m", "scripts.demo"]
#: A demo that hangs is killed after this many seconds, and the test fails at the end of its output.
TOO_LONG = 120


class Running:
    """A demo that runs; every process of it carries a mark in its environment."""

    def __init__(self, directory: Path, port: int) -> None:
        self.mark = f"demo-{uuid.uuid4().hex}"
        self.output = ""
        self.process = subprocess.Popen(
            [*DEMO, "run", f"--port={port}", f"--directory={directory}"],
            cwd=ROOT,
            env={**os.environ, "MARK": self.mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.guard = threading.Timer(TOO_LONG, self.process.kill)
        self.guard.start()

    def wait_for(self, text: str) -> None:
        """Read what it prints until a line contains `text`."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line
            if text in line:
                return
        pytest.fail(f"“{text}” did not come: {self.output}")

    def exit_code(self) -> int:
        """Read what it still prints, and wait for its end."""
        assert self.process.stdout is not None
        self.output += self.process.stdout.read()
        return self.process.wait()

    def processes(self) -> dict[int, str]:
        """The command lines of all living processes with the mark, by process id."""
        if sys.platform == "darwin":
            listed = subprocess.run(["ps", "-axEww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
            lines = [line.split(None, 1) for line in listed.stdout.splitlines() if self.mark in line]
            return {int(pid): command for pid, command in lines}
        found = {}
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ended while we looked, or belongs to somebody else
                if self.mark.encode() in (place / "environ").read_bytes():
                    found[int(place.name)] = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    def end(self) -> None:
        """Leave nothing behind, whatever the test did."""
        self.guard.cancel()
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "demo"


@pytest.fixture
def demos() -> Iterator[list[Running]]:
    started: list[Running] = []
    yield started
    for demo in started:
        demo.end()


def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*DEMO, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=TOO_LONG, check=False)


def status(port: int, path: str) -> int:
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def first_migrated(directory: Path) -> str:
    with closing(sqlite3.connect(directory / "ace.sqlite3")) as database:
        return str(database.execute("SELECT min(applied) FROM django_migrations").fetchone()[0])


def test_a_demo_starts_stops_cleanly_and_keeps_its_data(directory: Path, port: int, demos: list[Running]) -> None:
    demos.append(first := Running(directory, port))
    first.wait_for("Ready:")
    assert [status(port, path) for path in ("/", "/demo/", "/mailroom/")] == [200, 200, 200]
    assert "http://localhost" in first.output
    parts = " ".join(first.processes().values())
    assert all(part in parts for part in ("scripts.demo", "gunicorn", "celery"))

    # While it runs nobody takes its data away, or starts a second one on them.
    for second in (
        ask("reset", f"--directory={directory}"),
        ask("run", f"--port={free_port()}", f"--directory={directory}"),
    ):
        assert second.returncode != 0
        assert "A demo is running here already" in second.stderr

    first.process.send_signal(signal.SIGINT)
    assert first.exit_code() == 0, first.output
    assert first.processes() == {}
    before = (first_migrated(directory), (directory / "secret-key").read_text())
    assert (directory / "secret-key").stat().st_mode & 0o777 == 0o600

    demos.append(again := Running(directory, port))
    again.wait_for("Ready:")
    assert (first_migrated(directory), (directory / "secret-key").read_text()) == before

    # The death of one part ends the others, and says which part it was.
    worker = next(pid for pid, command in again.processes().items() if "celery" in command)
    os.kill(worker, signal.SIGKILL)
    assert again.exit_code() == 1
    assert "its part “worker” ended" in again.output
    assert again.processes() == {}

    assert ask("reset", f"--directory={directory}").returncode == 0
    assert not directory.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_stopped_while_it_prepares_leaves_nothing(
    directory: Path, port: int, demos: list[Running], number: signal.Signals
) -> None:
    demos.append(demo := Running(directory, port))
    demo.wait_for("Preparing the demo")

    demo.process.send_signal(number)

    assert demo.exit_code() == 0, demo.output
    assert "Ready:" not in demo.output
    assert demo.processes() == {}


def test_a_demo_whose_data_cannot_be_prepared_says_why(directory: Path, port: int, demos: list[Running]) -> None:
    (directory / "ace.sqlite3").mkdir(parents=True)

    demos.append(demo := Running(directory, port))

    assert demo.exit_code() == 1
    assert "its part “prepare” ended" in demo.output
    assert "unable to open database file" in demo.output
    assert demo.processes() == {}


def test_a_demo_does_not_start_on_a_busy_port(directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        result = ask("run", f"--port={port}", f"--directory={directory}")

    assert result.returncode != 0
    assert f"Port {port} is already in use" in result.stderr
    assert not directory.exists()


def test_commands_can_be_run_on_the_data_of_the_demo(directory: Path) -> None:
    shown = "from django.conf import settings; print(settings.DATABASES['default']['NAME'], settings.DEMO)"

    result = ask(f"--directory={directory}", "manage", "--", "shell", "--verbosity=0", "--command", shown)

    assert result.stdout.split() == [str(directory / "ace.sqlite3"), "True"]
