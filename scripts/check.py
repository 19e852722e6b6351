"""Check everything that can be checked without running the suite: `python -m scripts.check [name …]`.

Runs every check even after one has failed, so that one run tells all there is to mend.
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts import environment, services

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
#: What an operator sets (docs: README), so that `check --deploy` judges a real installation.
PRODUCTION = {
    "DEBUG": "off",
    "SITE_URL": "https://portal.example",
    "ALLOWED_HOSTS": "portal.example",
    "BEHIND_TLS_PROXY": "on",
    "PROXY_COUNT": "1",
    "LOG_LEVEL": "WARNING",
}

#: The program itself: the tests may say `assert` and know passwords.
PROGRAM = sorted(
    str(init.parent.relative_to(ROOT)) for init in ROOT.glob("*/__init__.py") if init.parent.name != "tests"
)
MANAGE = [sys.executable, "manage.py"]
CHECKS: dict[str, list[str]] = {
    "style": [str(BIN / "ruff"), "check", "."],
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "types": [str(BIN / "mypy"), "."],
    "templates": [str(BIN / "djlint"), "templates", "--quiet", "--lint"],
    "layers": [str(BIN / "lint-imports")],
    "spelling": [str(BIN / "codespell")],
    "security": [str(BIN / "bandit"), "--quiet", "-c", "pyproject.toml", "-ll", "--recursive", *PROGRAM, "manage.py"],
    "migrations made": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "migrations safe": [
        *MANAGE,
        "lintmigrations",
        "--no-cache",
        "--quiet",
        "ok",
        "ignore",
        "--settings=scripts.lint_settings",
    ],
    "deployment": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
}


def main(names: list[str]) -> int:
    """Run the named checks, or all; returns the exit code (1 when one failed)."""
    unknown = set(names) - set(CHECKS)
    if unknown:
        raise SystemExit(f"There is no check “{', '.join(sorted(unknown))}”; there are: {', '.join(CHECKS)}.")
    with tempfile.TemporaryDirectory() as directory:
        switches = environment.embedded(Path(directory), secret=secrets.token_urlsafe(64)) | PRODUCTION
        failed = [name for name in names or CHECKS if not _passes(name, switches)]
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def _passes(name: str, switches: dict[str, str]) -> bool:
    print(f"--- {name}", flush=True)
    if name == "migrations safe":
        database_url = services.addresses()["DATABASE_URL"]
        try:
            services.postgresql_version(database_url)
        except services.NoAnswer as failure:
            # What locks a table is a matter of the real server's SQL; SQLite rebuilds tables for everything.
            print(f"    LEFT OUT, since the linter reads the SQL for PostgreSQL. {failure}", flush=True)
            return "CI" not in os.environ
        switches = switches | {"DATABASE_URL": services.server_url(database_url)}
    began = time.monotonic()
    passed = subprocess.run(CHECKS[name], check=False, cwd=ROOT, env=switches).returncode == 0
    print(f"    {time.monotonic() - began:.1f} s{'' if passed else '   FAILED'}", flush=True)
    return passed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
