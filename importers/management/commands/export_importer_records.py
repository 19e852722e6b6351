"""`manage.py export_importer_records FILE`: 5106 records into a file (docs/loading-records.md)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from importers.exporting import export
from importers.loading import STANDARD, BadFile
from importers.loading.bars import FileBar, bar
from importers.models import ImporterRecord


class Command(BaseCommand):
    help = "Write importer records (CBP Form 5106) into a CSV file that load_importer_records takes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file; .gz to pack it; - for stdout")
        parser.add_argument("--status", choices=ImporterRecord.Status.values, default="", help="only these records")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        found = ImporterRecord.objects.all()
        found = found.filter(status=options["status"]) if options["status"] else found
        shown: FileBar | None = bar(found.count())

        def told(written: int) -> None:
            if shown is not None:
                shown.reach(written, records=written)

        try:
            written = export(file, status=options["status"], told=told)
        except BadFile as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as error:
            raise CommandError("Stopped. No file was written.") from error
        finally:
            if shown is not None:
                shown.close()
        where = "" if file == STANDARD else f" to {file}"
        # Not on the standard output, which may carry the records.
        self.stderr.write(f"Done: {written:,} records written{where}.")
