"""Install a lock of `requirements/` with pip: exact versions, and only files whose hashes it names."""

import subprocess
from pathlib import Path


def install(lock: Path, *options: str, python: Path) -> bool:
    """Install with the pip of the interpreter `python`; False when that failed, and pip has then said why."""
    command = [str(python), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--retries", "2", *options, "--require-hashes", "-r", str(lock)]
    return subprocess.run(command, check=False).returncode == 0
