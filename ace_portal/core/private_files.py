"""Documents people hand in: kept under random names where the web server serves nothing (PRIVATE_FILES_DIR).

A page that has made sure of the reader's right hands a document out with `attachment`, for saving only.
"""

import os
import secrets
import unicodedata
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.http import FileResponse

ORIGINAL_NAME_MAX_LENGTH = 100
_CHUNK = 64 * 1024


def store(file: BinaryIO, *, folder: str) -> str:
    """Keep the file's content and return its name: `folder/` and 32 random hexadecimal characters.

    The content is on disk, not only in the system's memory, when this returns.
    """
    place = Path(settings.PRIVATE_FILES_DIR) / folder
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(16)
    handle = os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as kept:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            kept.write(chunk)
        kept.flush()
        os.fsync(kept.fileno())
    _sync(place)
    return f"{folder}/{name}"


def _sync(directory: Path) -> None:
    """Put the directory's new entry on disk."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(name: str) -> None:
    """Delete a file that no row points to (any more)."""
    (Path(settings.PRIVATE_FILES_DIR) / name).unlink(missing_ok=True)


def attachment(name: str, *, filename: str, content_type: str) -> FileResponse:
    """The stored file as a download: saved by the browser, never shown inside of it, kept by no cache.

    Raises FileNotFoundError when the file is gone.
    """
    headers: dict[str, Any] = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}
    return FileResponse(
        (Path(settings.PRIVATE_FILES_DIR) / name).open("rb"),
        as_attachment=True,
        filename=filename,
        content_type=content_type,
        headers=headers,
    )


def tidy_name(original: str, *, extension: str) -> str:
    """A harmless form of the name a browser sent: no path, nothing invisible, one extension, a bearable length."""
    line = unicodedata.normalize("NFC", original).replace("\\", "/").rpartition("/")[2]
    visible = "".join(char for char in line if char.isprintable() and char not in '<>:"|?*;%')
    stem = " ".join(visible.split())
    if stem.lower().endswith(extension):
        stem = stem[: -len(extension)]
    stem = stem.strip(". ")[: ORIGINAL_NAME_MAX_LENGTH - len(extension)]
    return f"{stem or 'document'}{extension}"
