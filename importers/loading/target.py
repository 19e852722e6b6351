"""Where records go: a CSV file, packed with gzip or not, or the standard output."""

import gzip
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from importers.loading.problems import BadFile
from importers.loading.source import STANDARD, is_packed


@contextmanager
def into(path: Path) -> Iterator[TextIO]:
    """The file for writing. It comes into place when it is complete, for its owner's eyes only.

    Raises BadFile when it cannot be written.
    """
    if path == STANDARD:
        text = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=True)
        try:
            yield text
        finally:
            text.detach()
        return
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "wb", opener=_private) as raw:
            # No file name and no time in the packed file: the same records are the same bytes.
            packed: Any = gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) if is_packed(path) else raw
            with io.TextIOWrapper(packed, encoding="utf-8", newline="") as text:
                yield text
        part.replace(path)
    except OSError as error:
        raise BadFile(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
