"""The reject file: bad rows with their line and the reason, to be corrected and loaded again."""

import csv
import os
from collections.abc import Sequence
from pathlib import Path

from importers.loading.problems import BadFile

FIRST_COLUMNS = ["line", "reason"]
#: A spreadsheet would take a cell that begins like this for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: With the mark at the beginning by which spreadsheets know UTF-8; loading accepts it.
_ENCODING = "utf-8-sig"


def harmless(cell: str) -> str:
    """The cell with an apostrophe in front if a spreadsheet might run it as a formula. `as_typed` takes it off."""
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


def as_typed(cell: str) -> str:
    """The cell of a reject file without the apostrophe that `harmless` put in front."""
    return cell.removeprefix("'")


class RejectFile:
    """Made when the first bad row comes; only its owner may read it, as it holds importer numbers.

    What an earlier run wrote for lines before `start_line` stays, the rest goes: those lines are read again. Raises
    BadFile when the path leads to the source or to a file that is no reject file.
    """

    def __init__(self, path: Path, *, source: Path, header: list[str], start_line: int) -> None:
        self.path = path
        self.header = header
        if path.exists():
            if path.samefile(source):
                raise BadFile("The reject file cannot be the file that is loaded. Name another one with --rejects.")
            self._keep_before(start_line)

    def add(self, bad: Sequence[tuple[int, str, list[str]]]) -> None:
        """Append rows (line, reason, cells; no cells where a row could not be taken apart) and bring them to disk."""
        if not bad:
            return
        try:
            with open(self.path, "a", encoding=_ENCODING, newline="", opener=_private) as file:
                write = csv.writer(file).writerow
                if file.tell() == 0:
                    write([*FIRST_COLUMNS, *self._own(self.header)])
                for line, reason, cells in bad:
                    write([line, reason, *(harmless(cell) for cell in self._own(cells))])
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise BadFile(f"The reject file {self.path} cannot be written: {error.strerror}.") from error

    def _own(self, cells: list[str]) -> list[str]:
        """The cells without those of the columns that this file writes anew."""
        if len(cells) != len(self.header):
            return cells
        return [cell for name, cell in zip(self.header, cells, strict=True) if name not in FIRST_COLUMNS]

    def _keep_before(self, start_line: int) -> None:
        rest = self.path.with_name(self.path.name + ".part")
        kept = 0
        with (
            self.path.open(encoding=_ENCODING, newline="", errors="surrogateescape") as old,
            open(rest, "w", encoding=_ENCODING, newline="", errors="surrogateescape", opener=_private) as new,
        ):
            rows, write = csv.reader(old), csv.writer(new).writerow
            header = next(rows, [])
            if header[:2] != FIRST_COLUMNS:
                rest.unlink()
                raise BadFile(f"{self.path} exists and is no reject file. Name another one with --rejects.")
            write(header)
            for row in rows:
                if row and row[0].isdecimal() and int(row[0]) < start_line:
                    write(row)
                    kept += 1
        rest.replace(self.path)
        if not kept:
            self.path.unlink()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
