"""`make demo` and `make test` on a machine where something is missing: one sentence, and at once."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("scripts", "requirements", "Makefile", "package.json", "package-lock.json", ".npmrc", ".env.example")
#: For pip, this stands for a machine without a network.
NO_INDEX = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}


def run(*command: str, cwd: Path = ROOT, **switches: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **switches}, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    return copy_of_a_clone(tmp_path)


def copy_of_a_clone(directory: Path) -> Path:
    """What set-up needs of a fresh clone, copied to `directory`."""
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, directory / name)
    return directory


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def pretend(change: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the set-up in a Python that `change` has made different."""
    program = (
        f"import runpy, sys; {change}; sys.argv[1:] = ['demo']; runpy.run_module('scripts.setup', run_name='__main__')"
    )
    return run(sys.executable, "-c", program, cwd=cwd)


def test_a_busy_port_is_refused_before_anything_else_is_done(fresh: Path, busy_port: int) -> None:
    result = run("make", "demo", f"PORT={busy_port}", f"PYTHON={sys.executable}", cwd=fresh)

    assert result.returncode != 0
    assert f"Port {busy_port} is already in use" in result.stderr
    assert "as in `make demo PORT=" in result.stderr
    assert not (fresh / ".venv").exists()


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1", "８０００", ""])
def test_a_port_that_is_none_is_refused(fresh: Path, port: str) -> None:
    result = run(sys.executable, "-m", "scripts.setup", "demo", f"--port={port}", cwd=fresh)

    assert result.returncode != 0
    assert result.stderr.strip() == f"PORT must be a number from 1 to 65535, and it is {port!r}."


def test_an_old_python_is_refused(fresh: Path) -> None:
    result = pretend("sys.version_info = (3, 10, 2, 'final', 0)", fresh)

    assert result.returncode != 0
    assert result.stderr.startswith("This needs Python 3.11 or newer, and this one is 3.10")
    assert not (fresh / ".venv").exists()


@pytest.mark.parametrize("module", ["ensurepip", "venv"])
def test_a_missing_venv_module_is_told_with_the_package_that_brings_it(fresh: Path, module: str) -> None:
    result = pretend(f"sys.modules['{module}'] = None", fresh)

    assert result.returncode != 0
    assert "its `venv` module is not installed" in result.stderr
    assert re.search(r"sudo apt install python3\.\d+-venv", result.stderr)
    assert "Traceback" not in result.stderr
    assert not (fresh / ".venv").exists()


def test_a_design_system_that_cannot_be_fetched_is_told_and_leaves_the_old_one(fresh: Path) -> None:
    old = fresh / "var" / "design-system"
    old.mkdir(parents=True)
    (old / ".stamp").write_text("of an earlier version")
    program = (
        "import sys; from pathlib import Path; from scripts import design_system; "
        "design_system.fetch(Path(sys.argv[1]), python=Path(sys.executable))"
    )
    nowhere = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_cache": str(fresh / "npm-cache")}

    result = run(
        sys.executable, "-c", program, str(fresh), cwd=fresh, npm_config_fetch_retries="0", **nowhere, **NO_INDEX
    )

    assert result.returncode != 0
    assert "could not be" in result.stderr
    assert "Traceback" not in result.stderr
    assert (old / ".stamp").read_text() == "of an earlier version"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone that was set up; its lock is empty and its design system fetched, so that no network is needed."""
    directory = copy_of_a_clone(tmp_path_factory.mktemp("clone"))
    (directory / "requirements" / "base.txt").write_text("")
    shutil.copytree(settings.DESIGN_SYSTEM_DIR, directory / "var" / "design-system")
    assert set_up(directory).splitlines() == [
        "Creating the virtual environment .venv …",
        "Installing the Python packages of requirements/base.txt …",
    ]
    return directory


def set_up(directory: Path) -> str:
    """What set-up says it does."""
    result = run(sys.executable, "-m", "scripts.setup", "demo", cwd=directory, **NO_INDEX)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_set_up_does_what_is_missing_and_no_more(made: Path) -> None:
    set_up(made)
    assert set_up(made) == ""

    with (made / "requirements" / "base.txt").open("a") as lock:
        lock.write("# another version\n")
    assert set_up(made).splitlines() == ["Installing the Python packages of requirements/base.txt …"]
    assert set_up(made) == ""


def test_packages_that_cannot_be_fetched_are_told_and_not_taken_for_installed(made: Path) -> None:
    lock = made / "requirements" / "base.txt"
    before = lock.read_text()
    lock.write_text(f"django==5.2 --hash=sha256:{'0' * 64}\n")

    for _ in range(2):
        result = run(sys.executable, "-m", "scripts.setup", "demo", cwd=made, **NO_INDEX)
        assert result.returncode != 0
        assert "The Python packages of requirements/base.txt could not be installed" in result.stderr
        assert "Traceback" not in result.stderr

    lock.write_text(before)
    set_up(made)


def test_the_developers_packages_are_enough_for_the_demo(made: Path) -> None:
    lock = made / "requirements" / "dev.txt"
    lock.write_text("# every package of the users, and more\n")
    assert run(sys.executable, "-m", "scripts.setup", "test", cwd=made, **NO_INDEX).returncode == 0
    assert set_up(made) == ""

    lock.write_text("# another version\n")
    assert set_up(made).splitlines() == ["Installing the Python packages of requirements/base.txt …"]


def test_a_clone_that_was_moved_wants_a_new_environment(made: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(made, tmp_path / "moved", symlinks=True)

    # Without the means to make one it says so, where a clone that stayed would have had nothing to do.
    assert "cannot make virtual environments" in pretend("sys.modules['ensurepip'] = None", moved).stderr
