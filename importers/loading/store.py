"""Where the rows go: numbers already seen in this file, and the records themselves."""

import json
import sqlite3
from types import TracebackType
from typing import Self

from django.db import connection
from django.db.models import NOT_PROVIDED

from importers.loading.columns import KEY, OPTIONAL, Cell
from importers.models import ImporterRecord


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


def upsert(columns: list[str], rows: list[list[Cell]]) -> None:
    """Insert records, or update those whose number is on file, in the caller's transaction.

    `rows` hold values in the order of `columns`, no number twice. Other columns of known records stay as they are. A
    record that changes gets its next version, so that whoever is about to file on the one before is shown the change;
    one that does not change is not written again.
    """
    if not rows:
        return
    if connection.vendor == "postgresql":
        _copy(columns, rows)
    else:
        values = ", ".join([*["%s"] * len(columns), *["''"] * len(_blank(columns))])
        with connection.cursor() as cursor:
            cursor.executemany(_insert(columns, f"VALUES ({values})", differs="IS NOT"), rows)


def _insert(columns: list[str], source: str, *, differs: str) -> str:
    """The statement that both databases understand. Only names of our own columns are put together here."""
    quote = connection.ops.quote_name
    everything = ", ".join(quote(name) for name in (*columns, *_blank(columns)))
    changing = [quote(name) for name in columns if name != KEY]
    old = ", ".join(f"record.{name}" for name in changing)
    new = ", ".join(f"EXCLUDED.{name}" for name in changing)
    assignments = ", ".join(f"{name} = EXCLUDED.{name}" for name in changing)
    return (
        f"INSERT INTO {quote(ImporterRecord._meta.db_table)} AS record ({everything}) {source} "  # noqa: S608  # nosec B608
        f"ON CONFLICT ({quote(KEY)}) DO UPDATE SET {assignments}, version = record.version + 1 "
        f"WHERE ({old}) {differs} ({new})"
    )


def _blank(columns: list[str]) -> list[str]:
    """The columns that a new record has to be given, although the file does not have them."""
    fields = (ImporterRecord._meta.get_field(name) for name in OPTIONAL if name not in columns)
    return [one.name for one in fields if not one.null and one.db_default is NOT_PROVIDED]  # type: ignore[union-attr]


def _copy(columns: list[str], rows: list[list[Cell]]) -> None:
    """PostgreSQL's own way: COPY into a temporary table, then one INSERT … ON CONFLICT."""
    quote = connection.ops.quote_name
    given = ", ".join(quote(name) for name in columns)
    table = quote(ImporterRecord._meta.db_table)
    create = f"CREATE TEMPORARY TABLE incoming AS SELECT {given} FROM {table} WITH NO DATA"  # noqa: S608  # nosec B608
    source = f"SELECT {', '.join([given, *[chr(39) * 2] * len(_blank(columns))])} FROM incoming"  # noqa: S608  # nosec B608
    with connection.cursor() as cursor:
        cursor.execute(create)
        with connection.wrap_database_errors, cursor.copy(f"COPY incoming ({given}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_insert(columns, source, differs="IS DISTINCT FROM"))
        cursor.execute("DROP TABLE incoming")
