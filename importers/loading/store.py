"""Where the rows go: numbers already seen in this file, and the records themselves."""

import json
import sqlite3
from types import TracebackType
from typing import Self

from django.db import connection

from importers.models import ImporterRecord

KEY = "importer_number"
#: The columns a file must bring, and those it may bring.
MANDATORY = (KEY, "company_name", "point_of_contact_email", "status")
OPTIONAL = (
    "point_of_contact_name",
    "organizational_structure",
    "street_address",
    "city",
    "state",
    "postal_code",
    "country",
)


class Seen:
    """Which importer number was last read on which line. Kept on disk, so that the size of the file does not matter."""

    def __enter__(self) -> Self:
        self._database = sqlite3.connect("")  # a temporary database of its own, gone when it is closed
        self._database.execute("CREATE TABLE seen (number TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def note(self, lines: dict[str, int]) -> dict[str, int]:
        """Remember numbers with their lines; returns those that were known, with the lines they stood on."""
        fresh = self._database.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", lines.items()).rowcount
        if fresh == len(lines):
            return {}
        known = self._database.execute(
            "SELECT number, line FROM seen WHERE number IN (SELECT value FROM json_each(?))", [json.dumps(list(lines))]
        )
        earlier = {number: line for number, line in known if line != lines[number]}
        self._database.executemany(
            "UPDATE seen SET line = ? WHERE number = ?", [(lines[number], number) for number in earlier]
        )
        return earlier


def upsert(columns: list[str], rows: list[list[str]]) -> None:
    """Insert records, or update those whose number is on file, in the caller's transaction.

    `rows` hold values in the order of `columns`, no number twice. Other columns of known records stay as they are.
    """
    if not rows:
        return
    if connection.vendor == "postgresql":
        _copy(columns, rows)
    else:
        ImporterRecord.objects.bulk_create(
            [ImporterRecord(**dict(zip(columns, row, strict=True))) for row in rows],
            update_conflicts=True,
            unique_fields=[KEY],
            update_fields=[name for name in columns if name != KEY],
        )


def _copy(columns: list[str], rows: list[list[str]]) -> None:
    """PostgreSQL's own way: COPY into a temporary table, then one INSERT … ON CONFLICT.

    Records that the file does not change are not written again.
    """
    quote = connection.ops.quote_name
    table = quote(ImporterRecord._meta.db_table)
    given = ", ".join(quote(name) for name in columns)
    blank = [quote(name) for name in OPTIONAL if name not in columns]
    everything = ", ".join([given, *blank])
    values = ", ".join([given, *["''"] * len(blank)])
    changing = [quote(name) for name in columns if name != KEY]
    old = ", ".join(f"record.{name}" for name in changing)
    new = ", ".join(f"EXCLUDED.{name}" for name in changing)
    # Only names of our own columns are put together here.
    create = f"CREATE TEMPORARY TABLE incoming AS SELECT {given} FROM {table} WITH NO DATA"  # noqa: S608  # nosec B608
    insert = (
        f"INSERT INTO {table} AS record ({everything}) SELECT {values} FROM incoming "  # noqa: S608  # nosec B608
        f"ON CONFLICT ({quote(KEY)}) DO UPDATE SET ({', '.join(changing)}) = ROW ({new}) "
        f"WHERE ({old}) IS DISTINCT FROM ({new})"
    )
    with connection.cursor() as cursor:
        cursor.execute(create)
        with connection.wrap_database_errors, cursor.copy(f"COPY incoming ({given}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(insert)
        cursor.execute("DROP TABLE incoming")
