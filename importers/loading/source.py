"""Where the rows come from: a CSV file, packed with gzip or not, or the standard input."""

import gzip
import hashlib
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO

from importers.loading.problems import BadFile

#: What stands for the standard input or output on a command line.
STANDARD = Path("-")
_BLOCK = 1 << 20
_UNPACKING = (gzip.BadGzipFile, EOFError, zlib.error)


@dataclass
class Source:
    """An open file: its text, how many bytes it has and how many were read; `size` is None where nobody knows."""

    text: TextIO
    size: int | None
    raw: IO[bytes] | None

    def read_so_far(self) -> int:
        """Bytes read, of the packed ones if the file is packed."""
        return self.raw.tell() if self.raw else 0


def is_packed(path: Path) -> bool:
    """Whether the file's name says that it is packed with gzip."""
    return path.suffix.lower() == ".gz"


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """The source for reading, from its beginning. Raises BadFile when it cannot be opened."""
    if path == STANDARD:
        # The wrapper is detached at the end, so that the standard input itself stays open.
        text = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline="")
        try:
            yield Source(text, None, None)
        finally:
            text.detach()
        return
    try:
        raw = path.open("rb")
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from error
    with raw:
        unpacked: IO[bytes] = gzip.GzipFile(fileobj=raw) if is_packed(path) else raw  # type: ignore[assignment]
        with io.TextIOWrapper(unpacked, encoding="utf-8-sig", newline="") as text:
            yield Source(text, path.stat().st_size, raw)


def fingerprint(path: Path) -> str:
    """A digest of the file's content; reads it once. The standard input has none ("").

    Raises BadFile when the file cannot be read, is not packed as its name says, or is not UTF-8 text.
    """
    if path == STANDARD:
        return ""
    digest, line = hashlib.sha256(), 1
    try:
        with path.open("rb") as raw:
            unpacked: IO[bytes] = gzip.GzipFile(fileobj=raw) if is_packed(path) else raw  # type: ignore[assignment]
            reader = io.TextIOWrapper(_Digesting(unpacked, digest), encoding="utf-8", newline="")  # type: ignore[type-var]
            while block := reader.read(_BLOCK):
                line += block.count("\n")
    except UnicodeDecodeError as error:
        raise BadFile(not_utf8(path.name, line)) from error
    except _UNPACKING as error:
        raise BadFile(f"{path.name} cannot be unpacked: it is no gzip file, or not all of it is there.") from error
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from error
    return digest.hexdigest()


def not_utf8(name: str, line: int) -> str:
    """The sentence for bytes that are no text."""
    return f"{name} is not UTF-8 text (somewhere after line {line}). Save it as “CSV UTF-8”, then load it again."


class _Digesting(io.RawIOBase):
    """Bytes on their way through a digest."""

    def __init__(self, source: IO[bytes], digest: "hashlib._Hash") -> None:
        super().__init__()
        self._source, self._digest = source, digest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self._digest.update(block)
        return block

    def read1(self, size: int = -1) -> bytes:
        """What TextIOWrapper asks for."""
        return self.read(size)
