"""`manage.py load_importer_records FILE.csv`: 5106 records from a file (docs/loading-records.md)."""

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from importers import loading

#: So many bad rows and repeated numbers are printed; the reject file has all bad rows.
PRINTED = 100


class Command(BaseCommand):
    help = "Load importer records (CBP Form 5106) from a CSV file. Known numbers are updated, bad rows are reported."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file, UTF-8, with a header")
        parser.add_argument(
            "--rejects", type=Path, help="where bad rows go (default: FILE.rejects.csv beside the file)"
        )
        parser.add_argument("--batch", type=_positive, default=loading.BATCH_SIZE, help="rows in one transaction")
        parser.add_argument("--start-line", type=_positive, default=1, help="continue a run at this line of the file")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        self.printed = 0
        self.outcome = loading.Outcome(next_line=options["start_line"])
        rejects = options["rejects"] or file.with_suffix(".rejects.csv")
        listener = loading.Listener(bad=self._bad, repeated=self._repeated, stored=self._stored)
        try:
            outcome = loading.load(
                file,
                rejects=rejects,
                listener=listener,
                batch_size=options["batch"],
                start_line=options["start_line"],
            )
        except loading.BadFile as error:
            raise CommandError(str(error)) from error
        except (KeyboardInterrupt, DatabaseError) as error:
            why = "Stopped" if isinstance(error, KeyboardInterrupt) else _first_line(error)
            raise CommandError(
                f"{why}. What was stored stays. Continue with --start-line {self.outcome.next_line}."
            ) from error
        self._finish(outcome, rejects)

    def _finish(self, outcome: loading.Outcome, rejects: Path) -> None:
        where = f" (see {rejects})" if outcome.bad else ""
        self.stdout.write(
            f"Done: {outcome.stored:,} records stored, {outcome.bad:,} bad rows{where}, "
            f"{outcome.repeated:,} repeated numbers."
        )

    def _bad(self, line: int, reason: str) -> None:
        self._tell(f"Line {line}: {reason}")

    def _repeated(self, line: int, before: int, number: str) -> None:
        self._tell(f"Line {line}: {number} stands on line {before} already. The later row counts.")

    def _tell(self, text: str) -> None:
        self.printed += 1
        if self.printed <= PRINTED:
            self.stderr.write(text)
        elif self.printed == PRINTED + 1:
            self.stderr.write("There is more of this kind; it is counted at the end.")

    def _stored(self, outcome: loading.Outcome) -> None:
        self.outcome = outcome
        self.stdout.write(f"{outcome.stored:,} records stored; next is line {outcome.next_line:,}.")
        self.stdout.flush()


def _first_line(error: Exception) -> str:
    """What the database says, without the lines below that quote values."""
    return f"The database refused: {str(error).partition(chr(10))[0]}"


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise ArgumentTypeError(f"{text} is not a number of 1 or more")
    return int(text)
