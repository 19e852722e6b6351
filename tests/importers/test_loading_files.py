"""Files of 5106 records: what can be read, what is refused in one sentence, and what becomes of the bad rows."""

import csv
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from importers.models import ImporterRecord
from tests.importers.loading_runs import GOOD, HEADER, Run, everything, refusal, write

__all__ = ["write"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file has no header."),
        (b"\n\n", "The file has no header."),
        (b"importer_number,company_name\n", "missing: point_of_contact_email, status"),
        (f"{HEADER},colour\n".encode(), "unknown: colour"),
        (f"{HEADER},\n".encode(), "unknown: (blank)"),
        (f"{HEADER},status\n".encode(), "more than once: status"),
        (f"{HEADER},sub_account\n".encode(), "unknown: sub_account"),
        (HEADER.replace(",", ";").encode(), "Separate the columns by commas."),
        (f"{HEADER}\n{GOOD}\n12-345678901,M\xfcller,,ACTIVE\n".encode("latin-1"), "is not UTF-8 text"),
        (f"{HEADER}\n{GOOD}\n".encode("utf-16"), "is not UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_one_clear_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "records.csv"
    path.write_bytes(content)
    assert sentence in refusal(path)


def test_a_file_that_is_not_there_or_is_a_folder_is_one_clear_sentence(tmp_path: Path) -> None:
    assert "cannot be read: No such file or directory." in refusal(tmp_path / "nothing.csv")
    assert "cannot be read: Is a directory." in refusal(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_files_of_any_spreadsheet_are_read(tmp_path: Path, encoding: str, ending: str) -> None:
    path = tmp_path / "records.csv"
    path.write_bytes(ending.join([HEADER, "", GOOD, "", "12-345678911,Zoë AG,,10", ""]).encode(encoding))
    assert Run(path).last.startswith("Done: 2 records stored, 0 bad rows")


def test_a_cell_may_hold_line_breaks_and_lines_are_still_counted_right(write: Callable[..., Path]) -> None:
    run = Run(write('12-345678900,"Acme\nTrading",,ACTIVE', "12-3456,Bad,,ACTIVE"))
    assert everything() == [("12-345678900", "Acme Trading", "ACTIVE")]
    assert "Line 4: importer_number" in run.complaints


def test_a_quotation_mark_without_its_partner_costs_few_rows(write: Callable[..., Path]) -> None:
    rows = [f"12-{number:07d}00,Company {number},contact@company.example,ACTIVE" for number in range(1000)]
    run = Run(write(*rows[:500], '98-765432100,"Acme,,ACTIVE', *rows[500:]))
    assert 850 < ImporterRecord.objects.count() < 1000
    assert "Line 502: This is not CSV" in run.complaints
    assert "read as one row" in run.complaints
    assert ImporterRecord.objects.filter(importer_number="12-000099900").exists()
    assert csv.field_size_limit() == 131072


def test_bad_rows_can_be_corrected_and_loaded_again(write: Callable[..., Path]) -> None:
    first = Run(
        write("12-345678900,'t Hooft Imports,jo@,ACTIVE", "12-345678911,+Plus GmbH,ute@plus.example,GONE", GOOD)
    )
    corrected = (
        first.rejects.read_text(encoding="utf-8-sig").replace("jo@", "jo@hooft.example").replace("GONE", "VOIDED")
    )
    path = write(name="corrected.csv")
    path.write_text(corrected, encoding="utf-8")
    assert Run(path).last == "Done: 2 records stored, 0 bad rows, 0 repeated numbers."
    assert everything() == [("12-345678900", "'t Hooft Imports", "ACTIVE"), ("12-345678911", "+Plus GmbH", "VOIDED")]


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "'=1"])
def test_no_cell_of_the_reject_file_is_a_formula(write: Callable[..., Path], cell: str) -> None:
    run = Run(write(f"{cell},{cell},{cell},{cell}"))
    row = run.rejected()[0]
    assert [row[name] for name in HEADER.split(",")] == [f"'{cell}"] * 4


def test_the_reject_file_is_for_its_owner_only_and_can_be_put_elsewhere(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "bad rows.csv"
    run = Run(write("x,y,,ACTIVE"), "--rejects", elsewhere)
    assert not run.rejects.exists()
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o600


def test_a_new_run_without_bad_rows_takes_the_old_reject_file_away(write: Callable[..., Path]) -> None:
    assert Run(write("x,y,,ACTIVE")).rejects.exists()
    assert not Run(write(GOOD)).rejects.exists()


def test_nothing_else_is_overwritten_by_rejects(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(GOOD)
    letter = tmp_path / "letter.csv"
    letter.write_text("Dear Jo\n")
    assert "is no reject file" in refusal(path, "--rejects", letter)
    assert letter.read_text() == "Dear Jo\n"
    assert "cannot be the file that is loaded" in refusal(path, "--rejects", path)
    assert path.read_text() == f"{HEADER}\n{GOOD}\n"


def test_a_reject_file_that_cannot_be_written_is_one_clear_sentence(write: Callable[..., Path], tmp_path: Path) -> None:
    assert "cannot be written: No such file" in refusal(
        write("x,y,,ACTIVE"), "--rejects", tmp_path / "no" / "where.csv"
    )


def test_a_flood_of_bad_rows_is_not_printed_in_full(write: Callable[..., Path]) -> None:
    run = Run(write(*["x,y,,ACTIVE"] * 250))
    assert run.complaints.count("Line ") == 100
    assert "There is more of this kind" in run.complaints
    assert len(run.rejected()) == 250
