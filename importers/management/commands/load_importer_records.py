"""`manage.py load_importer_records FILE`: 5106 records from a file (docs/loading-records.md)."""

import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from importers import loading
from importers.loading.bars import FileBar, bar

#: So many bad rows and repeated numbers are printed; the reject file has all bad rows.
PRINTED = 100
#: The exit code when everything was read and some rows were not taken.
SOME_REJECTED = 3


class Command(BaseCommand):
    help = "Load importer records (CBP Form 5106) from a CSV file. Known numbers are updated, bad rows are reported."
    #: Where somebody looks at the terminal, from the moment the file is open.
    bar: FileBar | None = None

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file, UTF-8, with a header; .gz if packed; - for stdin")
        parser.add_argument(
            "--rejects", type=Path, help="where bad rows go (default: FILE.rejects.csv beside the file)"
        )
        parser.add_argument("--batch", type=_positive, default=loading.BATCH_SIZE, help="rows in one transaction")
        parser.add_argument("--start-line", type=_positive, help="begin at this line of the file")
        parser.add_argument("--restart", action="store_true", help="begin anew where an earlier run was cut off")
        parser.add_argument("--dry-run", action="store_true", help="look at every row and store nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        self.printed = 0
        self.is_dry = options["dry_run"]
        self.outcome = loading.Outcome(next_line=options["start_line"] or 1)
        rejects = options["rejects"] or _beside(file)
        listener = loading.Listener(self._bad, self._repeated, self._stored, self._opened)
        chosen = {name: options[name] for name in ("start_line", "restart", "dry_run")}
        try:
            outcome = loading.load(file, rejects=rejects, listener=listener, batch_size=options["batch"], **chosen)
        except loading.BadFile as error:
            raise CommandError(str(error)) from error
        except (KeyboardInterrupt, DatabaseError) as error:
            why = "Stopped" if isinstance(error, KeyboardInterrupt) else _first_line(error)
            # The standard input cannot be known again.
            again = "" if file == loading.STANDARD else "Give the same command again, or "
            how = f"{again}continue with --start-line {self.outcome.next_line}."
            raise CommandError(f"{why}. What was stored stays. {how[0].upper()}{how[1:]}") from error
        finally:
            if self.bar is not None:
                self.bar.close()
        self._finish(outcome, rejects)

    def _finish(self, outcome: loading.Outcome, rejects: Path) -> None:
        where = f" (see {rejects})" if outcome.bad else ""
        done = "would be stored; nothing was" if self.is_dry else "stored"
        self.stdout.write(
            f"Done: {outcome.stored:,} records {done}, {outcome.bad:,} bad rows{where}, "
            f"{outcome.repeated:,} repeated numbers."
        )
        if outcome.bad:
            sys.exit(SOME_REJECTED)

    def _opened(self, size: int | None, earlier: loading.Outcome | None) -> None:
        if earlier is not None:
            self.outcome = earlier
            self.stdout.write(
                f"An earlier run of this file was cut off: going on with line {earlier.next_line:,} "
                "(--restart begins anew)."
            )
        self.bar = bar(size, records=earlier.stored + earlier.bad if earlier else 0)

    def _bad(self, line: int, reason: str) -> None:
        self._tell(f"Line {line}: {reason}")

    def _repeated(self, line: int, before: int, number: str) -> None:
        self._tell(f"Line {line}: {number} stands on line {before} already. The later row counts.")

    def _tell(self, text: str) -> None:
        self.printed += 1
        if self.printed > PRINTED + 1:
            return
        text = text if self.printed <= PRINTED else "There is more of this kind; it is counted at the end."
        if self.bar is not None:
            self.bar.clear()
        self.stderr.write(text)

    def _stored(self, outcome: loading.Outcome) -> None:
        self.outcome = outcome
        if self.bar is not None:
            self.bar.reach(outcome.read, records=outcome.stored + outcome.bad)
            return
        stored = "looked at" if self.is_dry else "stored"
        self.stdout.write(f"{outcome.stored:,} records {stored}; next is line {outcome.next_line:,}.")
        self.stdout.flush()


def _beside(file: Path) -> Path:
    """Where bad rows go by themselves: records.csv and records.csv.gz have records.rejects.csv."""
    if file == loading.STANDARD:
        return Path("stdin.rejects.csv")
    plain = file.with_suffix("") if file.suffix.lower() == ".gz" else file
    return plain.with_suffix(".rejects.csv")


def _first_line(error: Exception) -> str:
    """What the database says, without the lines below that quote values."""
    return f"The database refused: {str(error).partition(chr(10))[0]}"


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise ArgumentTypeError(f"{text} is not a number of 1 or more")
    return int(text)
