"""The portal's switches, read from `.env.example`, and environments in which no stray switch is left.

A developer's shell or `.env` may point at a real database, broker or mail server. The demo, the tests and the checks
must not follow it there, so they state every switch: `.env` never overrides what is already set.
"""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

LINE = re.compile(r"^(?P<derived># )?(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)$", re.MULTILINE)


def switches() -> dict[str, str | None]:
    """Every switch by name, with its default as text, or None where the default follows from other switches."""
    found = LINE.finditer((ROOT / ".env.example").read_text("utf-8"))
    return {line["name"]: None if line["derived"] else line["value"] for line in found}


def embedded(directory: Path, *, secret: str, port: int = 8000) -> dict[str, str]:
    """This process's environment with every switch at its default, on the embedded default and with no service.

    SQLite, the file broker and uploads keep their files in `directory`. Raises ValueError when `.env.example` has a
    switch without a fixed default that is not known here.
    """
    every = switches()
    derived = {
        "VAULT_KEY": secret,
        "SITE_URL": f"http://localhost:{port}",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "DATABASE_URL": f"sqlite:///{directory / 'ace.sqlite3'}",
        "BROKER_DIR": str(directory / "broker"),
        "PRIVATE_FILES_DIR": str(directory / "private"),
        "LOG_FORMAT": "console",
    }
    missing = [name for name, default in every.items() if default is None and name not in derived]
    if missing:
        raise ValueError(f".env.example has no default for {', '.join(missing)}")
    kept = {name: value for name, value in os.environ.items() if name not in every}
    fixed = {name: default for name, default in every.items() if default is not None}
    return kept | fixed | derived | {"SECRET_KEY": secret, "PORT": str(port)}
