"""What gets installed is pinned by hash, and no lock says where a machine must fetch it from."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("base.txt", "dev.txt", "node.txt")
PIN = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def entries(lock: str) -> list[str]:
    """The lock's packages, each with its hashes on one line."""
    return (ROOT / "requirements" / lock).read_text("utf-8").replace("\\\n", " ").strip().splitlines()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_an_exact_version_and_hashes(lock: str) -> None:
    assert entries(lock)
    assert [line for line in entries(lock) if not PIN.match(line) or "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_python_lock_names_a_host(lock: str) -> None:
    assert re.findall(r"://|--index-url|--extra-index-url|--find-links", "\n".join(entries(lock))) == []


def test_the_developers_lock_contains_the_users_lock() -> None:
    base, dev = (set(PIN.findall("\n".join(entries(lock)))) for lock in ("base.txt", "dev.txt"))
    assert base - dev == set()


def test_the_npm_lock_has_hashes_and_names_no_host() -> None:
    text = (ROOT / "package-lock.json").read_text("utf-8")
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}

    assert "resolved" not in text
    assert "://" not in text
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []


def test_the_design_system_is_pinned_exactly() -> None:
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]

    assert list(wanted) == ["@uswds/uswds"]
    assert re.fullmatch(r"3\.\d+\.\d+", wanted["@uswds/uswds"])
    assert locked["node_modules/@uswds/uswds"]["version"] == wanted["@uswds/uswds"]
