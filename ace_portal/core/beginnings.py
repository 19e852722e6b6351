"""Indexes for the beginnings of names in any case, for migrations.

Django's own indexes serve them on PostgreSQL only where the database sorts by bytes. SQLite compares names without an
index and needs none for its sizes.
"""

from typing import Any

from django.db.migrations import RunPython


def index_beginnings(columns: dict[str, tuple[str, str]]) -> RunPython:
    """An operation that adds such indexes on PostgreSQL: name of the index → (table, column)."""

    def add(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for name, (table, column) in columns.items():
                schema_editor.execute(f"CREATE INDEX {name} ON {table} (UPPER({column}::text) text_pattern_ops)")

    def drop(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for name in columns:
                schema_editor.execute(f"DROP INDEX {name}")

    return RunPython(add, drop)
