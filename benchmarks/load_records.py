"""How fast 5106 records are loaded, beside PostgreSQL's own COPY of the same rows in the same run.

`DATABASE_URL=postgres://… python -m benchmarks.load_records [--rows 200000]`. Works in a test database of its own.
"""

import argparse
import csv
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django

HEADER = (
    "importer_number",
    "company_name",
    "point_of_contact_email",
    "status",
    "point_of_contact_name",
    "organizational_structure",
    "street_address",
    "city",
    "state",
    "postal_code",
    "country",
)
ROUNDS = 3


def write_rows(path: Path, rows: int) -> None:
    """Write made-up records, every one of them valid, in an order unlike that of their numbers."""
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        write(HEADER)
        for count in range(rows):
            serial = count * 7_654_321 % 10_000_000
            write(
                (
                    f"{10 + count // 10_000_000:02d}-{serial:07d}00",
                    f"PAPER WALRUS {count} TRADING COMPANY INC",
                    f"contact.{count}@walrus-{count % 1000}.example",
                    "INACTIVE" if count % 20 == 0 else "ACTIVE",
                    f"Contact {count % 977}",
                    "CORPORATION",
                    f"{count % 9999} Lantern Row, Suite {count % 31}",
                    "Portland",
                    "OR",
                    "97209",
                    "US",
                )
            )


def copy_rows(path: Path) -> None:
    """What the loading is measured against: COPY into the table, indexes and all, without a look at the rows."""
    from django.db import connection, transaction

    columns = ", ".join(HEADER)
    with transaction.atomic(), connection.cursor() as cursor, path.open("rb") as file:
        into = f"COPY importers_importerrecord ({columns}) FROM STDIN WITH (FORMAT csv, HEADER)"
        with cursor.copy(into) as copy:
            while block := file.read(1 << 16):
                copy.write(block)


def load_rows(path: Path) -> None:
    from importers import loading

    def ignore(*_: object) -> None:
        pass

    listener = loading.Listener(bad=ignore, repeated=ignore, stored=ignore)
    loading.load(path, rejects=path.with_suffix(".rejects.csv"), listener=listener)


def timed(work: Callable[[Path], None], path: Path, *, empty: bool) -> float:
    """Seconds the work takes, on an empty table or on the one the last work left."""
    from django.db import connection

    with connection.cursor() as cursor:
        if empty:
            cursor.execute("TRUNCATE importers_importerrecord CASCADE")
        cursor.execute("CHECKPOINT")
    began = time.perf_counter()
    work(path)
    return time.perf_counter() - began


def peak_memory() -> float:
    """Megabytes this process has needed at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(rows: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        small, large = Path(directory) / "small.csv", Path(directory) / "large.csv"
        write_rows(small, rows // 10)
        write_rows(large, rows)
        timed(load_rows, small, empty=True)
        memory = peak_memory()
        pairs = [(timed(copy_rows, large, empty=True), timed(load_rows, large, empty=True)) for _ in range(ROUNDS)]
        again = timed(load_rows, large, empty=False)
        grown = peak_memory() - memory
    copied, loaded = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"{rows:,} records of 5106 data, PostgreSQL, median of {ROUNDS}")
    print(f"  COPY, unchecked               {copied:6.2f} s  {rows / copied:10,.0f} rows/s")
    print(
        f"  load_importer_records         {loaded:6.2f} s  {rows / loaded:10,.0f} rows/s  {copied / loaded:.0%} of COPY"
    )
    print(f"  the same file a second time   {again:6.2f} s  {rows / again:10,.0f} rows/s")
    print(f"  memory: {memory:.0f} MB at {rows // 10:,} rows, {grown:+.0f} MB at {rows:,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ace_portal.settings")
    os.environ.setdefault("DEBUG", "off")
    django.setup()
    from django.db import connection

    if connection.vendor != "postgresql":
        raise SystemExit("This compares with PostgreSQL's COPY: set DATABASE_URL=postgres://…")
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        measure(rows)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


if __name__ == "__main__":
    main()
