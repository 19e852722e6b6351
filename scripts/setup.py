"""Set up the virtual environment and the design system: `python3 -m scripts.setup demo|test [--port PORT]`.

Runs on the system's own Python with the standard library alone. What is up to date is left as it is, so that a
second run costs next to nothing and needs no network.
"""

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts import OLDEST_PYTHON, design_system, pip, ports

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "ace-portal-setup.json"
#: Which locks are enough for which purpose; the first is the one that gets installed.
LOCKS = {"demo": ("base.txt", "dev.txt"), "test": ("dev.txt",)}


def main(arguments: list[str]) -> None:
    """Set up for a purpose; a failure stops the program with a sentence and a non-zero exit code."""
    parser = argparse.ArgumentParser(prog="python3 -m scripts.setup", description=__doc__)
    parser.add_argument("purpose", choices=sorted(LOCKS))
    parser.add_argument("--port", help="refuse at once when this port is taken")
    options = parser.parse_args(arguments)
    if options.port is not None:
        ports.refuse_busy(ports.port_number(options.port))
    if _packages_current(options.purpose) and design_system.is_current(ROOT):
        return
    with _one_at_a_time():
        if not _packages_current(options.purpose):
            _make_virtual_environment()
            _install(LOCKS[options.purpose][0])
        if not design_system.is_current(ROOT):
            design_system.fetch(ROOT, python=VENV_PYTHON)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let a second set-up in the same directory wait for the first."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another set-up in this directory to finish …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _packages_current(purpose: str) -> bool:
    stamp = _read_stamp()
    return _stands(stamp) and any(stamp.get(lock) == _digest(lock) for lock in LOCKS[purpose])


def _read_stamp() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _stands(stamp: dict[str, str]) -> bool:
    """Is the environment where it was made, on the Python it was made with? Moving either one breaks it."""
    return stamp.get("root") == str(ROOT) and stamp.get("python") == _interpreter() != ""


def _interpreter() -> str:
    return str(VENV_PYTHON.resolve()) if VENV_PYTHON.exists() else ""


def _digest(lock: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / lock).read_bytes()).hexdigest()


def _make_virtual_environment() -> None:
    stamp = _read_stamp()
    if _stands(stamp) or (not stamp and _works()):
        return
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        version = "{}.{}".format(*sys.version_info[:2])
        raise SystemExit(
            "This Python cannot make virtual environments, because its `venv` module is not installed: "
            f"on Debian or Ubuntu run `sudo apt install python{version}-venv`, then try again."
        ) from None
    print("Creating the virtual environment .venv …", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False).returncode:
        raise SystemExit("The virtual environment .venv could not be created; the reason is above.")


def _works() -> bool:
    """Is there an environment somebody made by hand that can be used as it is?"""
    probe = f"import sys, pip; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    try:
        return subprocess.run([str(VENV_PYTHON), "-c", probe], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _install(lock: str) -> None:
    print(f"Installing the Python packages of requirements/{lock} …", flush=True)
    _write_stamp({})
    if not pip.install(ROOT / "requirements" / lock, python=VENV_PYTHON):
        raise SystemExit(
            f"The Python packages of requirements/{lock} could not be installed; pip's reason is above. "
            "Check that this machine reaches its package index, then try again."
        )
    _write_stamp({lock: _digest(lock)})


def _write_stamp(locks: dict[str, str]) -> None:
    new = STAMP.with_suffix(".new")
    new.write_text(json.dumps({"root": str(ROOT), "python": _interpreter(), **locks}, indent=1) + "\n")
    os.replace(new, STAMP)


if __name__ == "__main__":
    main(sys.argv[1:])
