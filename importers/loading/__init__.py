"""Loading 5106 records from a CSV file (docs/loading-records.md): streaming, in batches, as often as one likes.

The file is read once, row by row. Each batch is one transaction that inserts new numbers, updates known ones and notes
how far it came, so that a run that was cut off at whatever moment is continued where it stopped, or simply repeated.
"""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from ace_portal.core.numbers import parse_importer_number
from importers.loading.problems import BadFile
from importers.loading.progress import Progress
from importers.loading.rejects import RejectFile
from importers.loading.rows import IGNORED, Batch, batches, read_header
from importers.loading.source import STANDARD, Source, fingerprint, not_utf8, opened
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
    #: Bytes of the file that were read, of the packed ones if it is packed.
    read: int = 0


@dataclass(frozen=True)
class Listener:
    """Who is told what happens while a file is loaded."""

    #: A row was refused: its line and the reason.
    bad: Callable[[int, str], None]
    #: A number stands in the file twice: the line that counts, the line before it, the number, masked.
    repeated: Callable[[int, int, str], None]
    #: A batch is safely in the database.
    stored: Callable[[Outcome], None]
    #: The file was opened: its size in bytes (None where nobody knows), and what a run that was cut off had done.
    opened: Callable[[int | None, Outcome | None], None] = lambda size, earlier: None


def load(
    path: Path,
    *,
    rejects: Path,
    listener: Listener,
    batch_size: int = BATCH_SIZE,
    start_line: int | None = None,
    restart: bool = False,
    dry_run: bool = False,
) -> Outcome:
    """Load the file and return what became of its rows; bad rows go to the file `rejects`.

    A name that ends in .gz is a packed file, STANDARD the standard input. A run of the same file that was cut off is
    continued, its counts included, unless `restart`; `start_line` says another place to begin (and counts from there).
    `dry_run` looks at every row and stores nothing. The links between records and sub-accounts are not touched.
    Raises BadFile, before anything is loaded, when the file cannot be read, is not UTF-8 or has no usable header, or
    when `rejects` would overwrite something that is no reject file; later only when the standard input is no text, or
    when somebody else loads the same file at the same time.
    """
    content = fingerprint(path)
    with opened(path) as source, Seen() as seen, _short_cells():
        reader = csv.reader(source.text, strict=True)
        with _text_only(path, reader):
            header = read_header(reader)
            progress = Progress(content, path.name, lasting=bool(content) and not dry_run)
            found = progress.begin(reader.line_num + 1, start_line=start_line, restart=restart)
            outcome = Outcome(found.stored, found.bad, found.repeated, found.next_line, source.read_so_far())
            listener.opened(source.size, outcome if found.is_continued else None)
            kept = RejectFile(rejects, source=path, header=header, start_line=outcome.next_line)
            run = _Run(source, header, seen, kept, progress, outcome, listener, dry_run)
            for batch in batches(reader, header, size=batch_size, start_line=outcome.next_line):
                run.take(batch)
            progress.finish()
    return outcome


@dataclass
class _Run:
    """What the batches of one run have in common."""

    source: Source
    header: list[str]
    seen: Seen
    kept: RejectFile
    progress: Progress
    outcome: Outcome
    listener: Listener
    dry_run: bool

    def take(self, batch: Batch) -> None:
        """Store a batch and pass on what was in it. One that an earlier run has stored is only looked at."""
        lines = {number: line for number, (line, _) in batch.rows.items()}
        earlier = self.seen.note(lines)
        self.outcome.read = self.source.read_so_far()
        if batch.passed:
            return
        self.kept.add(batch.bad)
        # Numbers known from earlier batches, with their lines.
        repeats = batch.repeats + [(lines[number], line, number) for number, line in earlier.items()]
        self.outcome.stored += len(batch.rows) - len(earlier)
        self.outcome.bad += len(batch.bad)
        self.outcome.repeated += len(repeats)
        self.outcome.next_line = batch.next_line
        if not self.dry_run:
            columns = [name for name in self.header if name not in IGNORED]
            with transaction.atomic():
                upsert(columns, [values for _, values in batch.rows.values()])
                self.progress.note(self.outcome)
        for line, reason, _ in batch.bad:
            self.listener.bad(line, reason)
        for line, before, number in sorted(repeats):
            self.listener.repeated(line, before, parse_importer_number(number).masked)
        self.listener.stored(self.outcome)


@contextmanager
def _short_cells() -> Iterator[None]:
    """A quotation mark without its partner swallows lines until a cell is full: let that be soon."""
    usual = csv.field_size_limit(CELL_MAX_LENGTH)
    try:
        yield
    finally:
        csv.field_size_limit(usual)


@contextmanager
def _text_only(path: Path, reader: Any) -> Iterator[None]:
    """Nobody has looked through the standard input before: bytes that are no text come to light on the way."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise BadFile(
            not_utf8("The standard input" if path == STANDARD else path.name, reader.line_num)
            + " What was stored before stays."
        ) from error


__all__ = ["BATCH_SIZE", "STANDARD", "BadFile", "Listener", "Outcome", "load"]
