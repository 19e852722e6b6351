"""Create Exporter: whatever is typed into a step, a clear sentence that names the field, and nothing is lost."""

from typing import Any

import pytest

from accounts.models import SubAccount
from exporters.models import ExporterSubAccount
from tests.exporters.makers import ADDRESSES, COMPANY, CONTACTS, errors, page, text_of
from tests.exporters.test_sub_account_steps import Owner
from tests.importers.test_bad_input import BAD, raw

pytestmark = pytest.mark.django_db

LABELS = {
    "company": {
        "ein": "EIN",
        "legal_name": "Legal Name",
        "doing_business_as": "Doing Business As",
        "duns": "DUNS",
        "naics": "NAICS",
    },
    "addresses": {
        "mailing_country": "Mailing Country",
        "mailing_street_address": "Mailing Street Address",
        "mailing_city": "Mailing City",
        "mailing_state": "Mailing State",
        "mailing_postal_code": "Mailing ZIP Code",
        "physical_country": "Physical Country",
        "physical_street_address": "Physical Street Address",
        "physical_city": "Physical City",
        "physical_state": "Physical State",
        "physical_postal_code": "Physical ZIP Code",
    },
    "contacts": {
        "first_first_name": "First Name",
        "first_last_name": "Last Name",
        "first_title": "Title",
        "first_phone": "Telephone Number",
        "first_fax": "Fax Number",
        "first_email": "E-mail Address",
    },
}
TYPED = {"company": COMPANY, "addresses": ADDRESSES, "contacts": CONTACTS}


@pytest.mark.parametrize("name", LABELS)
def test_whatever_is_typed_is_explained_and_nothing_is_lost(name: str) -> None:
    owner = Owner()
    for field, label in LABELS[name].items():
        for bad, value in BAD.items():
            body = raw(TYPED[name] | {field: value})
            answer: Any = owner.client.post(
                page(owner.draft, name), body, content_type="application/x-www-form-urlencoded"
            )
            if answer.status_code == 302:
                assert (field, bad) == ("first_title", "SQL"), (field, bad)
                continue
            lines = errors(answer)
            assert len(lines) == 1 and label.lower() in lines[0].lower(), (field, bad, lines)
            assert "<script>alert" not in answer.content.decode()
    assert SubAccount.objects.count() == 0


@pytest.mark.parametrize("typed", ["42383", "4238300", "99-123", "001234", "abcdef", "４２３８３０"])
def test_a_naics_code_has_six_digits_of_a_sector(typed: str) -> None:
    (line,) = errors(Owner().post("company", COMPANY | {"naics": typed}))
    assert "NAICS" in line


def test_empty_steps_ask_for_what_is_required() -> None:
    owner = Owner()
    assert len(errors(owner.post("company"))) == 2
    lines = errors(owner.post("addresses"))
    assert len(lines) == 8, lines
    assert len(errors(owner.post("contacts"))) == 4


def test_the_physical_address_may_be_the_mailing_address() -> None:
    owner = Owner(ready=True)
    mailing = {name: text for name, text in ADDRESSES.items() if name.startswith("mailing")}
    same = mailing | {"same_as_mailing": "on", "mailing_street_address": "1 Pier Street"}
    assert owner.post("addresses", same).status_code == 302
    assert "Same as the mailing address" in text_of(owner.get("review"))
    owner.post("review")
    exporter = ExporterSubAccount.objects.get()
    assert (
        exporter.mailing_address
        == exporter.physical_address
        == "1 Pier Street\nBaltimore, MD 21201\nUnited States of America"
    )


def test_nobody_works_in_a_po_box() -> None:
    for changes in (
        {"physical_street_address": "P.O. Box 9"},
        {"physical_street_address": "post office box 9"},
        {"same_as_mailing": "on"},
    ):
        (line,) = errors(Owner().post("addresses", ADDRESSES | changes))
        assert "P.O. box" in line, changes


def test_mail_may_go_abroad_but_the_company_works_here() -> None:
    owner = Owner()
    abroad = {
        "country": "CA",
        "street_address": "1 Rue",
        "city": "Gatineau",
        "state": "QC",
        "postal_code": "K1A 0B1",
    }
    mailing = {f"mailing_{name}": value for name, value in abroad.items()} | {"mailing_postal_code": "J8X 1A1"}
    assert owner.post("addresses", ADDRESSES | mailing).status_code == 302
    physical = {f"physical_{name}": value for name, value in abroad.items()}
    (line,) = errors(owner.post("addresses", ADDRESSES | physical))
    assert "Canada" in line and "Companies abroad" in line
    (line,) = errors(owner.post("addresses", ADDRESSES | mailing | {"same_as_mailing": "on"}))
    assert "Canada" in line


def test_an_unknown_zip_code_can_be_insisted_on_where_it_stands() -> None:
    owner = Owner()
    shown = owner.post("addresses", ADDRESSES | {"physical_postal_code": "99999"})
    assert "I am sure that this physical ZIP code" in text_of(shown)
    assert "this mailing ZIP code" not in text_of(shown)
    typed = ADDRESSES | {"physical_postal_code": "99999", "physical_zip_override": "on"}
    assert owner.post("addresses", typed).status_code == 302


def test_a_second_contact_is_complete_or_not_there() -> None:
    owner = Owner(ready=True)
    lines = errors(owner.post("contacts", CONTACTS | {"second_first_name": "Sam"}))
    assert len(lines) == 3 and all("Second Contact" in line for line in lines), lines
    second = {"second_last_name": "Quay", "second_phone": "410-555-0125", "second_email": "sam@kettle.example"}
    assert owner.post("contacts", CONTACTS | second | {"second_first_name": "Sam"}).status_code == 302
    assert "Sam Quay" in text_of(owner.get("review"))
    owner.post("review")
    assert ExporterSubAccount.objects.get().contacts.count() == 2
