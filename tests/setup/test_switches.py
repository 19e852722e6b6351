"""The settings, `.env.example` and docker-compose.yml speak of the same switches."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import environment, services

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a long random text that is only used to see what the settings make of it"
PORTAL_SERVICES = ("migrate", "web", "worker", "beat")
NO_DEFAULT = object()


def switches_of_settings() -> dict[str, Any]:
    """Every switch that settings.py reads, with its default as a text; None where that is computed."""
    found: dict[str, Any] = {}
    for node in ast.walk(ast.parse((ROOT / "ace_portal" / "settings.py").read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args or ast.unparse(node.func).partition(".")[0] != "env":
            continue
        name = ast.literal_eval(node.args[0])
        default = next((word.value for word in node.keywords if word.arg == "default"), NO_DEFAULT)
        assert default is not NO_DEFAULT, f"{name} has no default"
        found[name] = as_text(default)
    return found


def as_text(default: Any) -> str | None:
    try:
        value = ast.literal_eval(default)
    except ValueError:
        return None
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def run_settings(directory: Path, switches: dict[str, str], *, dotenv: str = "") -> subprocess.CompletedProcess[str]:
    """Import a copy of the settings in `directory` with nothing in the environment but `switches`."""
    shutil.copytree(ROOT / "ace_portal", directory / "ace_portal", dirs_exist_ok=True)
    if dotenv:
        (directory / ".env").write_text(dotenv)
    program = """
import json
from ace_portal import settings
kind = lambda value: str(value) if isinstance(value, settings.Path) else type(value).__name__
print(json.dumps({name: value for name, value in vars(settings).items() if name.isupper()}, default=kind))
"""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=directory,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **switches},
        capture_output=True,
        text=True,
        timeout=60,
    )


def settings_with(directory: Path, switches: dict[str, str], **more: str) -> dict[str, Any]:
    result = run_settings(directory, switches, **more)
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout))


def test_every_switch_of_the_settings_is_in_the_example_with_the_same_default() -> None:
    # Both ways: a switch that is only in the example would promise something that nothing reads.
    assert environment.switches() == switches_of_settings()


@pytest.mark.parametrize("site", ["http://localhost:8000", "https://portal.example"])
def test_the_example_as_a_dotenv_file_changes_nothing(tmp_path: Path, site: str) -> None:
    needed = {"SECRET_KEY": SECRET, "SITE_URL": site}
    plain = settings_with(tmp_path, needed)

    with_example = settings_with(tmp_path, needed, dotenv=(ROOT / ".env.example").read_text("utf-8"))

    assert with_example == plain


def test_a_stray_switch_of_the_shell_does_not_reach_the_tests_or_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in environment.switches():
        monkeypatch.setenv(name, "stray")

    stated = environment.embedded(tmp_path, secret=SECRET, port=8123)

    assert "stray" not in stated.values()
    settings = settings_with(tmp_path, {name: stated[name] for name in environment.switches()}, dotenv="DEBUG=on\n")
    assert settings["DATABASES"]["default"]["NAME"] == str(tmp_path / "ace.sqlite3")
    assert settings["CELERY_BROKER_URL"] == "files://"
    assert settings["SITE_URL"] == "http://localhost:8123"
    assert settings["DEBUG"] is False


def test_without_a_secret_the_start_is_refused_with_what_to_set(tmp_path: Path) -> None:
    result = run_settings(tmp_path, {})

    assert result.returncode != 0
    assert "SECRET_KEY is not set. Set the environment variable SECRET_KEY" in result.stderr


def test_the_picture_checks_test_mode_is_refused_without_debug(tmp_path: Path) -> None:
    switches = {"SECRET_KEY": SECRET, "CAPTCHA_TEST_MODE": "on"}

    refused = run_settings(tmp_path, switches)
    allowed = run_settings(tmp_path, {**switches, "DEBUG": "on"})

    assert refused.returncode != 0
    assert "CAPTCHA_TEST_MODE=on is refused unless DEBUG=on" in refused.stderr
    assert allowed.returncode == 0


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8")))


def test_compose_runs_the_whole_portal_with_health_checks(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {*PORTAL_SERVICES, "db", "redis", "mailpit"}
    without = {name for name, service in compose["services"].items() if "healthcheck" not in service}
    assert without == {"migrate"}  # it ends by itself, and the others wait until it has


def test_compose_sets_only_switches_that_the_settings_read(compose: dict[str, Any]) -> None:
    known = set(switches_of_settings())
    for name in PORTAL_SERVICES:
        assert set(compose["services"][name]["environment"]) <= known


def test_compose_does_not_start_without_secrets(compose: dict[str, Any]) -> None:
    switches = compose["services"]["web"]["environment"]
    assert switches["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert "${POSTGRES_PASSWORD:?" in switches["DATABASE_URL"]
    assert compose["services"]["db"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")


def test_compose_points_at_its_own_services(compose: dict[str, Any], tmp_path: Path) -> None:
    switches = compose["services"]["worker"]["environment"]
    chosen = {name: switches[name] for name in ("CELERY_BROKER_URL", "EMAIL_URL")}
    chosen["DATABASE_URL"] = "postgres://ace_portal:secret@" + switches["DATABASE_URL"].rpartition("@")[2]

    settings = settings_with(tmp_path, {"SECRET_KEY": SECRET, **chosen})

    hosts = {
        settings["DATABASES"]["default"]["HOST"],
        settings["CELERY_BROKER_URL"].removeprefix("redis://").partition(":")[0],
        settings["EMAIL_HOST"],
    }
    assert hosts == {"db", "redis", "mailpit"}


def test_compose_uses_the_versions_that_the_tests_run_against(compose: dict[str, Any]) -> None:
    tags = {name: compose["services"][name]["image"].rpartition(":")[2] for name in ("db", "redis", "mailpit")}
    assert tags["db"].startswith(f"{services.POSTGRESQL}.")
    assert tags["redis"].startswith(f"{services.REDIS}.")
    assert tags["mailpit"].startswith("v1.")


def test_the_image_is_built_on_the_oldest_python_promised() -> None:
    bases = [
        line.split()[1] for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines() if line.startswith("FROM")
    ]
    assert set(bases) == {"python:3.11-slim-bookworm"}


def test_no_secret_and_no_local_state_gets_into_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {".env", ".git", ".venv", "var"} <= set(ignored)
