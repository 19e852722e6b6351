"""Run the demo in one terminal: `python -m scripts.demo run|reset|manage [--port PORT] [--directory DIRECTORY]`.

Web, worker and beat run on the embedded default (SQLite, file broker) with their data in `var/demo`, apart from
everybody else's. Ctrl-C, SIGTERM, a closed terminal or the death of one of them stops them all.
"""

import argparse
import fcntl
import http.client
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import IO

from scripts import environment, ports

ROOT = Path(__file__).resolve().parent.parent
#: Seconds a child gets to end by itself once it was asked to, and seconds the web gets to answer for the first time.
GRACE = 10
PATIENCE = 60
TICK = 0.05
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str]) -> None:
    """Run or reset the demo; what stands in the way is one sentence and a non-zero exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.demo", description=__doc__)
    parser.add_argument("action", choices=["run", "reset", "manage"])
    parser.add_argument("command", nargs="*", help="for manage: what manage.py is to do with the demo's data")
    parser.add_argument("--port", default="8000")
    parser.add_argument("--directory", type=Path, default=ROOT / "var" / "demo", help="where the demo keeps its data")
    options = parser.parse_args(arguments)
    directory = options.directory.resolve()
    port = ports.port_number(options.port)
    if options.action == "manage":
        os.chdir(ROOT)
        command = [sys.executable, "manage.py", *options.command]
        os.execve(sys.executable, command, _environment(directory, port))  # noqa: S606
    if options.action == "run":
        ports.refuse_busy(port)
        with _only_one(directory) as lock:
            lock.write(f"process {os.getpid()}, port {port}")
            lock.flush()
            sys.exit(Demo(directory, port, lock.fileno()).run())
    with _only_one(directory):
        shutil.rmtree(directory, ignore_errors=True)
    print("The demo's data are gone; `make demo` starts over.")


def _only_one(directory: Path) -> IO[str]:
    """Hold the lock beside the directory until the returned file is closed here and in every child that got it."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    lock = directory.with_name(directory.name + ".lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise SystemExit(
            f"A demo is running here already ({lock.read().strip() or 'just started'}): stop it with Ctrl-C first."
        ) from None
    lock.truncate(0)
    return lock


def _environment(directory: Path, port: int) -> dict[str, str]:
    """The switches of the demo; its secret is made at the first use and kept with the data."""
    directory.mkdir(parents=True, exist_ok=True)
    kept = directory / "secret-key"
    if not kept.exists():
        with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    switches = environment.embedded(directory, secret=kept.read_text(), port=port)
    return switches | {"DEMO": "on", "MAILROOM": "on"}


class Stopped(Exception):
    """Somebody asked the demo to stop."""


class Failed(Exception):
    """A part of the demo did not work; the text says which."""


class Demo:
    """One run of the demo: starts its processes, watches them, and leaves none of them behind."""

    def __init__(self, directory: Path, port: int, lock: int) -> None:
        self.directory = directory
        self.port = port
        self.lock = lock
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.stop_asked = 0

    def run(self) -> int:
        """Run until somebody stops it; returns the exit code (0 after a wish to stop, 1 after a failure)."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._ask_to_stop)
        try:
            self._start()
            while True:
                self._pause()
        except Stopped:
            print("\nStopping …", flush=True)
            return 0
        except Failed as failure:
            print(failure, file=sys.stderr, flush=True)
            return 1
        finally:
            self._stop_all()

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stop_asked += 1

    def _start(self) -> None:
        self._prepare()
        python = [sys.executable, "-m"]
        web = ["gunicorn", "ace_portal.wsgi:application", "--bind", f"127.0.0.1:{self.port}"]
        web += ["--worker-class", "gthread", "--threads", "8", "--graceful-timeout", "3", "--no-control-socket"]
        worker = ["celery", "--app", "ace_portal", "worker", "--pool", "threads", "--concurrency", "2", "--beat"]
        worker += ["--schedule", str(self.directory / "beat-schedule"), "--without-gossip", "--without-mingle"]
        self._spawn("web", [*python, *web])
        self._spawn("worker", [*python, *worker])
        self._wait_for_answer()
        print(self._cast().read_text("utf-8"))
        print(f"Ready: open http://localhost:{self.port}/demo/ in a browser.")
        print(f"Logs are in {self._shown(self.directory)}. Ctrl-C stops everything; the data stay.", flush=True)

    def _prepare(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        print("Preparing the demo …", flush=True)
        with self._cast().open("wb") as cast:
            self._spawn("prepare", [sys.executable, "manage.py", "prepare_demo"], output=cast)
        while self.children["prepare"].poll() is None:
            self._pause()
        self._pause()
        del self.children["prepare"]

    def _spawn(self, name: str, command: list[str], output: IO[bytes] | None = None) -> None:
        """Start a child in a session of its own, so that Ctrl-C reaches this process alone, and reaches it once."""
        with self._log(name).open("wb") as log:
            self.children[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=_environment(self.directory, self.port),
                stdin=subprocess.DEVNULL,
                stdout=output or log,
                stderr=log,
                start_new_session=True,
                pass_fds=[self.lock],
            )

    def _wait_for_answer(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if time.monotonic() > deadline:
                raise Failed(f"The portal did not answer within {PATIENCE} seconds. {self._last_words('web')}")
            self._pause()

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if status != http.HTTPStatus.OK:
            raise Failed(f"The portal answers with an error ({status}). {self._last_words('web')}")
        return True

    def _pause(self) -> None:
        """Wait a moment; raises Stopped when somebody asked to stop, and Failed when a child has died."""
        time.sleep(TICK)
        if self.stop_asked:
            raise Stopped
        for name, child in self.children.items():
            code = child.poll()
            if code is not None and (name, code) != ("prepare", 0):
                ending = f"The demo stops, because its part “{name}” ended (exit code {code})."
                raise Failed(f"{ending} {self._last_words(name)}")

    def _last_words(self, name: str) -> str:
        lines = self._log(name).read_text("utf-8", "replace").splitlines()[-15:]
        return "\n".join([f"The end of {self._shown(self._log(name))}:", *(f"  {line}" for line in lines)])

    def _cast(self) -> Path:
        return self.directory / "cast.txt"

    def _log(self, name: str) -> Path:
        return self.directory / f"{name}.log"

    def _shown(self, path: Path) -> Path:
        return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path

    def _stop_all(self) -> None:
        """Ask every child to end; after the grace period, or at a second wish to stop, end its whole group."""
        asked = self.stop_asked
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + GRACE
        while any(child.poll() is None for child in self.children.values()):
            if time.monotonic() > deadline or self.stop_asked > max(asked, 1):
                break
            time.sleep(TICK)
        for child in self.children.values():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
