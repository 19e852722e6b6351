"""How fast 5106 records are loaded, beside PostgreSQL's own COPY of the same rows in the same run.

`python -m benchmarks.load_records [--rows 1000000]`, on the server of DATABASE_URL, in a test database of its own.
"""

import argparse
import csv
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django

from scripts import services

ROUNDS = 3
#: Columns that hold nothing, instead of blank text, where nothing is known.
NULLS = ("filed_on", "last_activity_on", "bond_amount", "bond_effective_on")


def write_rows(path: Path, rows: int) -> None:
    """Write made-up records, every one of them valid, in an order unlike that of their numbers."""
    from importers.generating import COLUMNS, generate

    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        write(COLUMNS)
        for record in generate(rows, seed=1):
            write(record)


def copy_rows(path: Path) -> None:
    """What the loading is measured against: COPY into the table, indexes and all, without a look at the rows."""
    from django.db import connection, transaction

    from importers.generating import COLUMNS

    # Blank text stays blank where a column must not be empty: COPY takes an unquoted nothing for NULL.
    texts = ", ".join(name for name in COLUMNS if name not in NULLS)
    columns = ", ".join(COLUMNS)
    with transaction.atomic(), connection.cursor() as cursor, path.open("rb") as file:
        into = (
            f"COPY importers_importerrecord ({columns}) FROM STDIN WITH (FORMAT csv, HEADER, FORCE_NOT_NULL ({texts}))"
        )
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
        # A run of the last round must not be taken for one that was cut off.
        cursor.execute("TRUNCATE importers_recordload")
        cursor.execute("CHECKPOINT")
    began = time.perf_counter()
    work(path)
    return time.perf_counter() - began


def memory_of_the_command(path: Path) -> float:
    """Megabytes that `load_importer_records` needs at most for this file, in a process of its own."""
    from django.db import connection

    known = connection.settings_dict
    who = f"{known['USER']}:{known['PASSWORD']}" if known["PASSWORD"] else known["USER"]
    at = f"postgres://{who}@{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}"
    command = [sys.executable, "manage.py", "load_importer_records", str(path), "--restart"]
    child = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": at}, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"load_importer_records ended with {status}")
    return used.ru_maxrss / 1024


def measure(rows: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        small, large = Path(directory) / "small.csv", Path(directory) / "large.csv"
        write_rows(small, rows // 10)
        write_rows(large, rows)
        timed(load_rows, small, empty=True)
        pairs = [(timed(copy_rows, large, empty=True), timed(load_rows, large, empty=True)) for _ in range(ROUNDS)]
        again = timed(load_rows, large, empty=False)
        little, much = memory_of_the_command(small), memory_of_the_command(large)
    copied, loaded = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"{rows:,} records of 5106 data, PostgreSQL, median of {ROUNDS}")
    print(f"  COPY, unchecked               {copied:6.2f} s  {rows / copied:10,.0f} rows/s")
    print(
        f"  load_importer_records         {loaded:6.2f} s  {rows / loaded:10,.0f} rows/s  {copied / loaded:.0%} of COPY"
    )
    print(f"  the same file a second time   {again:6.2f} s  {rows / again:10,.0f} rows/s")
    print(f"  memory: {little:.0f} MB for {rows // 10:,} rows, {much:.0f} MB for {rows:,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ace_portal.settings")
    os.environ.setdefault("DEBUG", "off")
    os.environ.setdefault("ALLOWED_HOSTS", "localhost")
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(64))
    os.environ["DATABASE_URL"] = services.addresses()["DATABASE_URL"]
    try:
        services.postgresql_version(os.environ["DATABASE_URL"])
    except services.NoAnswer as error:
        raise SystemExit(str(error)) from error
    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        measure(rows)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


if __name__ == "__main__":
    main()
