"""However a run that loads 5106 records ends, it says how to go on, and can be continued."""

import tracemalloc
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from importers import loading
from importers.models import ImporterRecord
from tests.importers.loading_runs import GOOD, Run, everything, write

__all__ = ["write"]
pytestmark = pytest.mark.django_db


class Interrupted(StringIO):
    """Somebody presses Ctrl-C when the second batch has been stored."""

    def write(self, printed: str) -> int:
        written = super().write(printed)
        if self.getvalue().count("stored;") == 2:
            raise KeyboardInterrupt
        return written


def test_a_run_that_was_interrupted_is_continued_where_it_says(write: Callable[..., Path]) -> None:
    rows = [f"12-{number:07d}00,Company {number},,{'ACTIVE' if number % 3 else 'GONE'}" for number in range(50)]
    path = write(*rows)
    whole = Run(path)
    expected, rejected = everything(), whole.rejects.read_bytes()
    ImporterRecord.objects.all().delete()

    with pytest.raises(CommandError, match=r"Stopped\. .*continue with --start-line 22\."):
        call_command("load_importer_records", str(path), "--batch", "10", stdout=Interrupted(), stderr=StringIO())
    assert 0 < ImporterRecord.objects.count() < len(expected)
    Run(path, "--batch", 7, "--start-line", 22)
    assert everything() == expected
    assert whole.rejects.read_bytes() == rejected


def test_continuing_too_early_does_no_harm(write: Callable[..., Path]) -> None:
    path = write(GOOD, "x,y,,ACTIVE", "12-345678911,Zeta,,ACTIVE", "z,y,,ACTIVE")
    whole = Run(path)
    expected, rejected = everything(), whole.rejects.read_bytes()
    again = Run(path, "--start-line", 3)
    assert (everything(), again.rejects.read_bytes()) == (expected, rejected)
    assert again.last.startswith("Done: 1 records stored, 2 bad rows")


def test_continuing_behind_the_end_loads_nothing(write: Callable[..., Path]) -> None:
    assert Run(write(GOOD), "--start-line", 99).last == "Done: 0 records stored, 0 bad rows, 0 repeated numbers."


@pytest.mark.django_db(transaction=True)
def test_a_database_that_refuses_is_one_sentence_that_says_how_to_go_on(write: Callable[..., Path]) -> None:
    path = write(GOOD)
    table = ImporterRecord._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
    try:
        with pytest.raises(CommandError, match=r"The database refused: .*continue with --start-line 1\."):
            Run(path)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO {table}")
    assert Run(path).last.startswith("Done: 1 records stored")


def test_progress_tells_the_next_line(write: Callable[..., Path]) -> None:
    path = write(*(f"12-{number:07d}00,Company {number},,ACTIVE" for number in range(5)))
    assert Run(path, "--batch", 2).printed.splitlines()[:3] == [
        "2 records stored; next is line 4.",
        "4 records stored; next is line 6.",
        "5 records stored; next is line 7.",
    ]


@pytest.mark.parametrize("option", ["--batch", "--start-line"])
@pytest.mark.parametrize("number", ["0", "-1", "ten", "٣", "1.5"])
def test_options_that_are_no_count_are_refused(write: Callable[..., Path], option: str, number: str) -> None:
    with pytest.raises(CommandError, match="is not a number of 1 or more"):
        Run(write(GOOD), f"{option}={number}")


def test_memory_does_not_grow_with_the_file(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def peak(rows: int) -> int:
        path = write(*(f"12-{number:07d}00,Company {number},,GONE" for number in range(rows)))
        listener = loading.Listener(bad=lambda *_: None, repeated=lambda *_: None, stored=lambda *_: None)
        tracemalloc.start()
        try:
            loading.load(path, rejects=path.with_suffix(".rejects.csv"), listener=listener, batch_size=200)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(200)
    assert peak(8000) < 1.5 * peak(400)
