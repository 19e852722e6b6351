"""Screen 3: what is asked, what is kept on the server, what is handed in."""

from typing import Any

import pytest
from django.test import Client

from importers import actions, tasks
from importers.models import ImporterApplication
from tests import factories
from tests.importers.screens import Applicant, errors, text_of, url

pytestmark = pytest.mark.django_db


def kept(applicant: Applicant) -> dict[str, str]:
    return ImporterApplication.objects.get(pk=applicant.application.pk).draft


def test_the_page_shows_what_is_known_and_asks_the_rest() -> None:
    applicant = Applicant(email="Toni@trade.example")
    page = applicant.get("details")
    shown = text_of(page)
    assert "Application for an ACE Portal Top Account with the Importer Sub-account View" in shown
    for fact in (applicant.record.company_name, applicant.record.importer_number, "Toni@trade.example"):
        assert fact in shown
    for label in (
        *("Company Organizational Structure", "Account's Fiscal Year End Date", "DUNS", "Company Website"),
        *("Account Owner First Name", "Account Owner Middle Name", "Account Owner Last Name", "Country"),
        *("Street Address", "City", "State", "Zip Code", "Telephone Number"),
    ):
        assert label in shown
    for structure in ("Corporation", "Partnership", "LLC", "Sole Proprietorship", "Foreign Government"):
        assert f">{structure}</option>" in page.content.decode()
    assert "Following information is required for Account Owner" in shown


def test_an_empty_form_lists_every_required_field() -> None:
    lines = errors(Applicant().post("details"))
    for label in (
        *("Company Organizational Structure", "First Name", "Last Name", "Country", "Street Address", "City"),
        "Telephone Number",
    ):
        assert any(label in line and "required" in line for line in lines), label
    assert len(lines) == 7


def test_complete_details_lead_to_a_look_at_the_answers() -> None:
    applicant = Applicant()
    answer = applicant.fill_in()
    assert (answer.status_code, answer["Location"]) == (302, url(applicant.application, "answers"))
    shown = text_of(applicant.get("answers"))
    for fact in (
        *(applicant.record.company_name, applicant.record.importer_number, applicant.application.applicant_email),
        *("Corporation", "September 30", "15-048-3782", "https://www.company.example", "Toni", "United States"),
        *("100 Main Street", "Baltimore", "MD", "21201", "+1 410-555-0123"),
    ):
        assert fact in shown, fact
    assert applicant.status() == "VERIFIED", "a look is no submission"


@pytest.mark.parametrize(
    ("typed", "kept_as"),
    [
        ({"duns": "150483782"}, {"duns": "15-048-3782"}),
        ({"duns": ""}, {"duns": ""}),
        ({"website": "company.example"}, {"website": "https://company.example"}),
        ({"website": ""}, {"website": ""}),
        (
            {"fiscal_year_end_0": "2", "fiscal_year_end_1": "29"},
            {"fiscal_year_end_month": 2, "fiscal_year_end_day": 29},
        ),
        (
            {"fiscal_year_end_0": "", "fiscal_year_end_1": ""},
            {"fiscal_year_end_month": None, "fiscal_year_end_day": None},
        ),
        ({"owner_first_name": "  Zoë  Ann "}, {"owner_first_name": "Zoë Ann"}),
        ({"owner_middle_name": "O’Neil-Łukasz"}, {"owner_middle_name": "O’Neil-Łukasz"}),
        ({"owner_state": "maryland"}, {"owner_state": "MD"}),
        ({"owner_postal_code": "21201 1234"}, {"owner_postal_code": "21201-1234"}),
        ({"owner_phone": "(410) 555-0123 x45"}, {"owner_phone": "+14105550123x45"}),
        (
            {
                "owner_country": "CA",
                "owner_state": "Ontario",
                "owner_postal_code": "k1a0b1",
                "owner_phone": "613 555 0123",
            },
            {"owner_state": "ON", "owner_postal_code": "K1A 0B1", "owner_phone": "+16135550123"},
        ),
        (
            {"owner_country": "DE", "owner_state": "", "owner_postal_code": "20095", "owner_phone": "040 3036860"},
            {"owner_state": "", "owner_postal_code": "20095", "owner_phone": "+49403036860"},
        ),
        ({"owner_country": "HK", "owner_state": "Kowloon", "owner_postal_code": "", "owner_phone": "2123 4567"}, {}),
    ],
)
def test_answers_are_tidied_and_handed_in(typed: dict[str, str], kept_as: dict[str, Any]) -> None:
    applicant = Applicant()
    assert applicant.fill_in(**typed).status_code == 302
    assert applicant.post("answers").status_code == 302
    row = ImporterApplication.objects.get(pk=applicant.application.pk)
    assert row.status == "SUBMITTED"
    assert {field: getattr(row, field) for field in kept_as} == kept_as


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"fiscal_year_end_0": "2", "fiscal_year_end_1": "30"}, "February has no day 30"),
        ({"fiscal_year_end_0": "2", "fiscal_year_end_1": ""}, "Choose a day"),
        ({"fiscal_year_end_0": "", "fiscal_year_end_1": "3"}, "Choose a month"),
        ({"owner_state": ""}, "need one"),
        ({"owner_state": "Ontario"}, "no state of the United States"),
        ({"owner_postal_code": ""}, "Enter a ZIP code"),
        ({"owner_postal_code": "90001"}, "belongs to California, not to Maryland"),
        ({"owner_postal_code": "00000"}, "not in our list"),
        ({"owner_country": "DE", "owner_state": "", "owner_phone": "12"}, "a number in Germany"),
        ({"owner_country": "CA", "owner_state": "ON"}, "Postal codes in Canada"),
        ({"owner_phone": "555-0123"}, "with its area code"),
    ],
)
def test_answers_that_do_not_fit_together_are_explained(typed: dict[str, str], said: str) -> None:
    applicant = Applicant()
    lines = errors(applicant.fill_in(**typed))
    assert any(said in line for line in lines), lines
    assert kept(applicant)["owner_first_name"] == "Toni"


def test_a_zip_code_the_list_does_not_know_can_be_insisted_on() -> None:
    applicant = Applicant()
    assert "owner_zip_override" not in applicant.get("details").content.decode()
    page = applicant.fill_in(owner_postal_code="00000")
    assert "I am sure that this ZIP code is right" in text_of(page)
    assert applicant.fill_in(owner_postal_code="00000", owner_zip_override="on").status_code == 302
    assert "I am sure" not in text_of(applicant.get("answers"))
    applicant.post("answers")
    assert ImporterApplication.objects.get(pk=applicant.application.pk).owner_postal_code == "00000"


# --- Nothing that was typed is lost -----------------------------------------------------------------------------
def test_the_page_keeps_what_is_typed_while_it_is_typed() -> None:
    applicant = Applicant()
    answer = applicant.post("draft", owner_city="Balti", duns="not yet right")
    assert answer.status_code == 200 and "saved_at" in answer.json()
    assert kept(applicant) == {"owner_city": "Balti", "duns": "not yet right"}
    page = applicant.get("details").content.decode()
    assert 'value="Balti"' in page and 'value="not yet right"' in page


def test_save_and_continue_later_keeps_half_an_answer() -> None:
    applicant = Applicant()
    answer = applicant.client.post(url(applicant.application, "details"), {"owner_city": "B", "save": "1"}, follow=True)
    assert "Saved. Continue now, or later" in answer.content.decode()
    assert kept(applicant)["owner_city"] == "B"


def test_an_invalid_next_keeps_everything() -> None:
    applicant = Applicant()
    page = applicant.fill_in(duns="12", owner_phone="nonsense")
    assert len(errors(page)) == 2
    assert kept(applicant) == factories.DETAILS | {"duns": "12", "owner_phone": "nonsense"}
    again = applicant.get("details").content.decode()
    for value in ("nonsense", "12", "Baltimore", "https://www.company.example"):
        assert f'value="{value}"' in again
    assert '<option value="9" selected>' in again and '<option value="CORPORATION" selected>' in again


def test_a_closed_laptop_loses_nothing(mailbox: Any) -> None:
    applicant = Applicant()
    applicant.post("draft", **factories.DETAILS)
    (letter,) = mailbox(applicant.application.applicant_email)
    (link,) = [link for link in letter.links if "/apply/" in link]
    elsewhere = Client()
    page = elsewhere.get(link.removeprefix("http://testserver"), follow=True)
    assert 'value="Baltimore"' in page.content.decode()
    assert elsewhere.post(url(applicant.application, "details"), factories.DETAILS).status_code == 302
    assert elsewhere.post(url(applicant.application, "answers")).status_code == 302
    assert applicant.status() == "SUBMITTED"


def test_a_second_tab_keeps_the_fields_it_does_not_send() -> None:
    applicant = Applicant()
    applicant.post("draft", owner_city="Baltimore", owner_first_name="Toni")
    applicant.post("draft", owner_city="Annapolis")
    assert kept(applicant) == {"owner_city": "Annapolis", "owner_first_name": "Toni"}


def test_a_second_tab_after_submit_changes_nothing() -> None:
    applicant = Applicant()
    applicant.fill_in()
    applicant.post("answers")
    late = applicant.post("draft", owner_city="Elsewhere")
    assert late.status_code == 409 and "no longer be changed" in late.json()["error"]
    for screen in ("details", "answers"):
        answer = applicant.post(screen, owner_city="Elsewhere")
        assert answer["Location"] == url(applicant.application, "status")
    assert ImporterApplication.objects.get(pk=applicant.application.pk).owner_city == "Baltimore"


def test_a_draft_cannot_be_typed_before_the_code() -> None:
    applicant = Applicant("IDENTIFIED")
    assert applicant.post("draft", owner_city="x").status_code == 409
    assert applicant.fill_in()["Location"] == url(applicant.application, "code")
    assert kept(applicant) == {}


def test_only_the_forms_own_fields_are_kept() -> None:
    """A field name is a key of the stored draft: invented ones would fill the database, a NUL would break it."""
    applicant = Applicant()
    invented = {f"duns_{n}": "x" * 500 for n in range(50)} | {
        "duns_\x00": "x",
        "owner_city_": "x",
        "status": "APPROVED",
    }
    assert applicant.post("draft", **invented, owner_city="Baltimore").status_code == 200
    assert kept(applicant) == {"owner_city": "Baltimore"}


def test_a_long_text_is_kept_up_to_a_length_nobody_needs() -> None:
    applicant = Applicant()
    applicant.post("draft", owner_city="x" * 5000, duns="1\x002")
    assert kept(applicant) == {"owner_city": "x" * 500, "duns": "12"}


def test_answers_wait_for_complete_details() -> None:
    applicant = Applicant()
    applicant.post("draft", **(factories.DETAILS | {"owner_phone": ""}))
    for method in (applicant.client.get, applicant.client.post):
        assert method(url(applicant.application, "answers"))["Location"] == url(applicant.application, "details")
    assert applicant.status() == "VERIFIED"


# --- Drafts end after 30 days -----------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["IDENTIFIED", "VERIFIED"])
def test_a_draft_is_closed_after_thirty_days(state: str, later: Any) -> None:
    applicant = Applicant(state)
    if state == "VERIFIED":
        applicant.post("draft", owner_city="Baltimore")
    later(days=30)
    assert tasks.expire_drafts() == 0
    later(seconds=1)
    assert tasks.expire_drafts() == 1
    assert tasks.expire_drafts() == 0
    assert applicant.status() == "EXPIRED" and kept(applicant) == {}
    page = applicant.client.get(url(applicant.application, "resume"), follow=True)
    assert "not finished in 30 days" in page.content.decode()
    for screen in ("code", "details", "answers"):
        assert applicant.get(screen)["Location"] == "/apply/importer/"
    assert applicant.get("status").status_code == 404


def test_what_was_submitted_does_not_expire(later: Any) -> None:
    applications = [factories.STATES[state]() for state in ("SUBMITTED", "IN_REVIEW", "INFO_REQUESTED")]
    later(days=60)
    assert actions.expire_drafts() == 0
    for application in applications:
        before = application.status
        application.refresh_from_db()
        assert application.status == before
