"""Loading 5106 records: good rows get in, bad ones are named and kept."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from ace_portal.core import text
from ace_portal.core.numbers import parse_importer_number
from importers.loading.rows import cleaner
from importers.models import ImporterRecord
from tests import factories
from tests.importers.loading_runs import GOOD, HEADER, Run, everything, write

__all__ = ["write"]
pytestmark = pytest.mark.django_db


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
