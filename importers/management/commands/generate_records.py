"""`manage.py generate_records N --seed S`: made-up 5106 records as a CSV file (docs/loading-records.md)."""

import csv
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from importers.generating import COLUMNS, generate
from importers.loading import STANDARD, BadFile
from importers.loading.bars import bar
from importers.loading.target import into

#: So many records are written between two looks at the clock.
CHUNK = 5000


class Command(BaseCommand):
    help = "Write made-up importer records (CBP Form 5106): realistic, valid, and the same ones for the same seed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=_count, help="how many records")
        parser.add_argument("--seed", type=int, default=0, help="another seed makes other records (default: 0)")
        parser.add_argument(
            "--output", type=Path, default=STANDARD, help="the CSV file; .gz to pack it (default: stdout)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        count: int = options["count"]
        shown = bar(count)
        try:
            records = generate(count, seed=options["seed"])
            with into(options["output"]) as file:
                write = csv.writer(file).writerow
                write(COLUMNS)
                for written, record in enumerate(records, start=1):
                    write(record)
                    if shown is not None and (written % CHUNK == 0 or written == count):
                        shown.reach(written, records=written)
        except (BadFile, ValueError) as error:
            raise CommandError(str(error)) from error
        finally:
            if shown is not None:
                shown.close()


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise ArgumentTypeError(f"{text} is not a number of 1 or more")
    return int(text)
