"""Writing 5106 records into a CSV file that can be loaded again (docs/loading-records.md)."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction

from importers.loading.columns import MANDATORY, OPTIONAL
from importers.loading.target import into
from importers.models import ImporterRecord

COLUMNS = (*MANDATORY, *OPTIONAL)
#: Records read from the database at a time.
CHUNK = 5000


def export(path: Path, *, status: str = "", told: Callable[[int], None] = lambda written: None) -> int:
    """Write the records, of one `status` only if one is given, by importer number; returns how many.

    A name that ends in .gz is packed, STANDARD is the standard output. The file comes into place when it is complete,
    for its owner's eyes only: it holds full numbers. `told` hears how many were written after every chunk. The records
    are those of one moment. Raises BadFile when the file cannot be written.
    """
    rows: Any = ImporterRecord.objects.order_by("importer_number").values_list(*COLUMNS)
    rows = rows.filter(status=status) if status else rows
    written = 0
    with into(path) as file, transaction.atomic():
        write = csv.writer(file).writerow
        write(COLUMNS)
        for written, row in enumerate(rows.iterator(chunk_size=CHUNK), start=1):
            write(row)
            if written % CHUNK == 0:
                told(written)
    told(written)
    return written
