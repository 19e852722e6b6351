"""Loading 5106 records: good rows get in, bad ones are named and kept, and however a run ends, it can be continued."""

import csv
import stat
import tracemalloc
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from ace_portal.core import text
from ace_portal.core.numbers import parse_importer_number
from importers import loading
from importers.loading.rows import cleaner
from importers.models import ImporterRecord
from tests import factories

pytestmark = pytest.mark.django_db

HEADER = "importer_number,company_name,point_of_contact_email,status"
GOOD = "12-345678900,Acme Inc.,jo@acme.example,ACTIVE"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """`write(line, line, …)`: a CSV file with the mandatory columns and these rows; `header` says other columns."""

    def make(*rows: str, header: str = HEADER, name: str = "records.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\n" for line in (header, *rows)).encode(encoding))
        return path

    return make


class Run:
    """One run of the command, with what it printed."""

    def __init__(self, path: Path, *options: Any) -> None:
        out, err = StringIO(), StringIO()
        self.rejects = path.with_suffix(".rejects.csv")
        self.exit_code: Any = 0
        try:
            call_command("load_importer_records", str(path), *map(str, options), stdout=out, stderr=err)
        except SystemExit as ended:
            self.exit_code = ended.code
        self.printed, self.complaints = out.getvalue(), err.getvalue()

    @property
    def last(self) -> str:
        return self.printed.splitlines()[-1]

    def rejected(self) -> list[dict[str, str]]:
        with self.rejects.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))


def refusal(path: Path, *options: Any) -> str:
    with pytest.raises(CommandError) as error:
        Run(path, *options)
    assert not ImporterRecord.objects.exists()
    return str(error.value)


def everything() -> list[tuple[Any, ...]]:
    return list(
        ImporterRecord.objects.order_by("importer_number").values_list("importer_number", "company_name", "status")
    )


def test_records_are_loaded_in_normal_form(write: Callable[..., Path]) -> None:
    run = Run(
        write(
            "12-3456789, Acme  Inc. ,Jo@ACME.example,active",
            "123-45-6789,Ada Ødegård,,20",
            '261234 12345,"Müller, Söhne & Co. GmbH",ute@mueller.example,Voided',
        )
    )
    rows = ImporterRecord.objects.order_by("pk").values_list(
        "importer_number", "company_name", "point_of_contact_email", "status"
    )
    assert list(rows) == [
        ("12-345678900", "Acme Inc.", "Jo@acme.example", "ACTIVE"),
        ("123-45-6789", "Ada Ødegård", "", "INACTIVE"),
        ("261234-12345", "Müller, Söhne & Co. GmbH", "ute@mueller.example", "VOIDED"),
    ]
    assert run.last == "Done: 3 records stored, 0 bad rows, 0 repeated numbers."
    assert run.complaints == ""
    assert not run.rejects.exists()


def test_optional_columns_may_come_in_any_order(write: Callable[..., Path]) -> None:
    Run(
        write(
            "us,ACTIVE,limited liability,12-345678900,Portland,OR,97209,Acme,18 Lantern Row,Jo Castellan,",
            "us,ACTIVE,LLC,12-345678900,Portland,OR,97209,Acme,18 Lantern Row,Jo Castellan,",
            header="Country, STATUS ,organizational_structure,importer_number,city,state,postal_code,company_name,"
            "street_address,point_of_contact_name,point_of_contact_email",
        )
    )
    record = ImporterRecord.objects.get()
    assert (record.country, record.city, record.state, record.postal_code) == ("US", "Portland", "OR", "97209")
    assert (record.street_address, record.point_of_contact_name) == ("18 Lantern Row", "Jo Castellan")
    assert record.organizational_structure == "LLC"


def test_a_known_number_is_updated_and_its_link_and_other_columns_stay(write: Callable[..., Path]) -> None:
    factories.importer_account()
    record = ImporterRecord.objects.get()
    link, city = record.sub_account_id, record.city
    assert link and city
    Run(write(f"{record.importer_number},New Name Inc.,new@contact.example,INACTIVE"))
    record.refresh_from_db()
    assert (record.company_name, record.point_of_contact_email, record.status) == (
        "New Name Inc.",
        "new@contact.example",
        "INACTIVE",
    )
    assert (record.sub_account_id, record.city) == (link, city)


def test_loading_twice_equals_loading_once(write: Callable[..., Path]) -> None:
    path = write(*(f"12-{number:07d}00,Company {number},,ACTIVE" for number in range(25)), "bad,row,,ACTIVE")
    first = Run(path, "--batch", 10)
    before, rejected = everything(), first.rejects.read_bytes()
    keys = set(ImporterRecord.objects.values_list("pk", flat=True))
    second = Run(path, "--batch", 10)
    assert (everything(), second.rejects.read_bytes()) == (before, rejected)
    assert set(ImporterRecord.objects.values_list("pk", flat=True)) == keys
    assert second.last == first.last


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Acme,,ACTIVE", "importer_number: Enter an importer number."),
        ("12-34567890O,Acme,,ACTIVE", "importer_number: The two-character suffix"),
        ("07-345678900,Acme,,ACTIVE", "importer_number: The IRS has issued no EIN that begins with 07"),
        ("000-12-3456,Acme,,ACTIVE", "importer_number: No Social Security number like this"),
        ("12-3456,Acme,,ACTIVE", "importer_number: This is not an importer number"),
        ("12-345678900,,,ACTIVE", "company_name: Enter the company name"),
        ("12-345678900,Acme\u202e,,ACTIVE", "company_name: This contains an invisible mark"),
        ("12-345678900,Ac\x00me,,ACTIVE", "company_name: This contains a control character"),
        (f"12-345678900,{'A' * 101},,ACTIVE", "company_name: Shorten this to 100 characters"),
        ("12-345678900,Acme,jo@,ACTIVE", "point_of_contact_email: This is not a complete e-mail address"),
        ("12-345678900,Acme,jo@a.example;al@a.example,ACTIVE", "point_of_contact_email: Enter one bare e-mail address"),
        ("12-345678900,Acme,,", "status: Write ACTIVE, INACTIVE or VOIDED."),
        ("12-345678900,Acme,,DELETED", "status: Write ACTIVE, INACTIVE or VOIDED."),
        ("12-345678900,Acme,", "The row has 3 cells, the header 4."),
        ("12-345678900,Acme,,ACTIVE,", "The row has 5 cells, the header 4."),
        ('12-345678900,"Acme" Inc.,,ACTIVE', "This is not CSV"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_loaded(write: Callable[..., Path], row: str, reason: str) -> None:
    run = Run(write("98-765432100,First,,ACTIVE", row, "98-765432200,Last,,ACTIVE"))
    assert [number for number, _, _ in everything()] == ["98-765432100", "98-765432200"]
    assert f"Line 3: {reason}" in run.complaints
    rejected = run.rejected()
    assert [one["line"] for one in rejected] == ["3"]
    assert rejected[0]["reason"].startswith(reason)
    assert run.last == f"Done: 2 records stored, 1 bad rows (see {run.rejects}), 0 repeated numbers."


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("country", "Germany", "country: Write the country's code of two letters"),
        ("country", "XX", "country: Write the country's code of two letters"),
        ("organizational_structure", "Club", "organizational_structure: Write one of CORPORATION"),
        ("city", "x" * 61, "city: Shorten this to 60 characters"),
        ("point_of_contact_name", "Jo\u200bCastellan", "point_of_contact_name: This contains an invisible character"),
    ],
)
def test_optional_columns_are_looked_at_as_well(
    write: Callable[..., Path], column: str, cell: str, reason: str
) -> None:
    run = Run(write(f"{GOOD},{cell}", header=f"{HEADER},{column}"))
    assert not ImporterRecord.objects.exists()
    assert f"Line 2: {reason}" in run.complaints


def test_everything_that_is_wrong_with_a_row_is_said_at_once(write: Callable[..., Path]) -> None:
    run = Run(write("12-3456,,jo@,GONE"))
    assert all(f"{name}: " in run.complaints for name in HEADER.split(","))


def test_the_last_of_two_rows_with_one_number_counts_and_both_are_named(write: Callable[..., Path]) -> None:
    path = write(
        "12-345678900,First,,ACTIVE",
        "12-345678900,Second,,ACTIVE",
        "98-765432100,Other,,ACTIVE",
        "12-3456789,Third,,VOIDED",
    )
    for batch in (1, 2, 3, 100):
        run = Run(path, "--batch", batch)
        assert everything() == [("12-345678900", "Third", "VOIDED"), ("98-765432100", "Other", "ACTIVE")]
        assert "Line 3: **-****789 00 stands on line 2 already. The later row counts." in run.complaints
        assert "Line 5: **-****789 00 stands on line 3 already. The later row counts." in run.complaints
        assert run.last == "Done: 2 records stored, 0 bad rows, 2 repeated numbers."


def test_no_number_is_printed_in_full(write: Callable[..., Path]) -> None:
    run = Run(write(GOOD, GOOD, "12-345678900,Acme,jo@,ACTIVE"))
    assert "345678900" not in run.complaints + run.printed


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


def test_a_flood_of_bad_rows_is_not_printed_in_full(write: Callable[..., Path]) -> None:
    run = Run(write(*["x,y,,ACTIVE"] * 250))
    assert run.complaints.count("Line ") == 100
    assert "There is more of this kind" in run.complaints
    assert len(run.rejected()) == 250


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


SLOW: dict[str, Callable[[str], str]] = {
    "importer_number": lambda cell: parse_importer_number(cell).normal,
    "company_name": text.clean_company_name,
    "point_of_contact_email": lambda cell: text.clean_email(cell) if cell.strip() else "",
    "street_address": lambda cell: text.clean_line(cell, max_length=100),
    "postal_code": lambda cell: text.clean_line(cell, max_length=20),
}
NEARLY = st.one_of(
    st.from_regex(r"\A[0-9]{2}-?[0-9]{7}[0-9A-Z]{0,2}\Z"),
    st.from_regex(r"\A[a-z0-9._-]{1,70}@[a-z0-9.-]{1,70}\.[a-z]{1,4}\Z"),
    st.text(alphabet="aZ9 .,&'()/-_=<\t\u00a0\u00fc\u200b@", max_size=110),
    st.text(max_size=30),
)


def outcome(clean: Callable[[str], str], cell: str) -> str | None:
    try:
        return clean(cell)
    except ValidationError:
        return None


@pytest.mark.parametrize("column", list(SLOW))
@given(cell=NEARLY)
def test_the_fast_way_decides_as_the_forms_do(column: str, cell: str) -> None:
    assert outcome(cleaner(column), cell) == outcome(SLOW[column], cell)
