"""Loading 5106 records from a CSV file (docs/loading-records.md): streaming, in batches, as often as one likes.

The file is read once, row by row. Each batch is one transaction that inserts new numbers and updates known ones, so
that a run that was cut off can be continued, or simply repeated, with the same result.
"""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from ace_portal.core.numbers import parse_importer_number
from importers.loading.problems import BadFile
from importers.loading.rejects import RejectFile
from importers.loading.rows import IGNORED, Batch, batches, read_header, refuse_other_encodings
from importers.loading.store import Seen, upsert

BATCH_SIZE = 5000
CELL_MAX_LENGTH = 5000


@dataclass
class Outcome:
    """What became of the rows so far: how many numbers are stored, how many rows were bad or repeated a number."""

    stored: int = 0
    bad: int = 0
    repeated: int = 0
    #: Where a run that continues this one begins.
    next_line: int = 0


@dataclass(frozen=True)
class Listener:
    """Who is told what happens while a file is loaded."""

    #: A row was refused: its line and the reason.
    bad: Callable[[int, str], None]
    #: A number stands in the file twice: the line that counts, the line before it, the number, masked.
    repeated: Callable[[int, int, str], None]
    #: A batch is safely in the database.
    stored: Callable[[Outcome], None]


def load(
    path: Path, *, rejects: Path, listener: Listener, batch_size: int = BATCH_SIZE, start_line: int = 1
) -> Outcome:
    """Load the file and return what became of its rows; bad rows go to the file `rejects`.

    Rows that begin before `start_line` are passed over. The links between records and sub-accounts are not touched.
    Raises BadFile, before anything is loaded, when the file cannot be read, is not UTF-8 or has no usable header, or
    when `rejects` would overwrite something that is no reject file.
    """
    refuse_other_encodings(path)
    with path.open(encoding="utf-8-sig", newline="") as file, Seen() as seen, _short_cells():
        reader = csv.reader(file, strict=True)
        header = read_header(reader)
        columns = [name for name in header if name not in IGNORED]
        kept = RejectFile(rejects, source=path, header=header, start_line=start_line)
        outcome = Outcome(next_line=max(start_line, reader.line_num + 1))
        for batch in batches(reader, header, size=batch_size, start_line=start_line):
            kept.add(batch.bad)
            earlier = seen.note({number: line for number, (line, _) in batch.rows.items()})
            with transaction.atomic():
                upsert(columns, [values for _, values in batch.rows.values()])
            _tell(batch, earlier, outcome, listener)
    return outcome


@contextmanager
def _short_cells() -> Iterator[None]:
    """A quotation mark without its partner swallows lines until a cell is full: let that be soon."""
    usual = csv.field_size_limit(CELL_MAX_LENGTH)
    try:
        yield
    finally:
        csv.field_size_limit(usual)


def _tell(batch: Batch, earlier: dict[str, int], outcome: Outcome, listener: Listener) -> None:
    """Count a stored batch and pass on what was in it. `earlier`: numbers known from earlier batches, their lines."""
    repeats = batch.repeats + [(batch.rows[number][0], line, number) for number, line in earlier.items()]
    outcome.stored += len(batch.rows) - len(earlier)
    outcome.bad += len(batch.bad)
    outcome.repeated += len(repeats)
    outcome.next_line = batch.next_line
    for line, reason, _ in batch.bad:
        listener.bad(line, reason)
    for line, before, number in sorted(repeats):
        listener.repeated(line, before, parse_importer_number(number).masked)
    listener.stored(outcome)


__all__ = ["BATCH_SIZE", "BadFile", "Listener", "Outcome", "load"]
