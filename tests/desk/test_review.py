"""The review page: what was submitted beside the record, the checks, the conversation, the history, the mails."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from importers import actions
from importers.models import ImporterApplication, ImporterRecord
from tests import factories
from tests.desk.conftest import review_page, words
from tests.harness.queries import assert_constant_queries

pytestmark = pytest.mark.django_db


def comparison(client: Client, application: ImporterApplication) -> dict[str, list[str]]:
    """The table of the review page: label → submitted, on record, comparison."""
    page = client.get(review_page(application)).content.decode()
    table = page[page.index("desk-comparison") : page.index("Open the 5106 record")]
    lines = re.findall(r"<tr class=.*?</tr>", table, re.DOTALL)
    cells = [
        [" ".join(re.sub("<[^>]*>", " ", c).split()) for c in re.findall(r"<t[hd][^>]*>.*?</t[hd]>", x, re.DOTALL)]
        for x in lines
    ]
    return {label: rest for label, *rest in cells}


def submitted(**record: Any) -> ImporterApplication:
    """A submitted application; afterwards the record on file is changed by `record`."""
    company = factories.ImporterRecordFactory.create(
        company_name="Acme Imports, Inc.", importer_number="12-345678900", point_of_contact_email="pat@acme.example"
    )
    application = factories.application_submitted(company, email="toni@acme.example", company_name="acme imports, inc.")
    ImporterRecord.objects.filter(pk=company.pk).update(**record) if record else None
    return application


def test_what_agrees_is_called_the_same(desk: Client) -> None:
    table = comparison(desk, submitted(point_of_contact_name="Toni Owner"))
    assert table["Importer number"] == ["12-345678900", "12-345678900", "Same"]
    assert table["Company name"] == ["acme imports, inc.", "Acme Imports, Inc.", "Same but for capitals and spaces"]
    assert table["Organizational structure"] == ["Corporation", "Corporation", "Same"]
    assert table["Person (owner / point of contact)"] == ["Toni Owner", "Toni Owner", "Same"]
    assert table["City, state, ZIP code"] == ["Baltimore, MD 21201", "Baltimore, MD 21201", "Same"]
    assert table["Country"][2] == "Same"
    assert table["Record status"] == ["–", "10 – Active", "Active"]
    assert table["Portal account of the record"] == ["–", "None", "Free"]


@pytest.mark.parametrize(
    ("record", "label", "said"),
    [
        ({"company_name": "Acme Imports LLC"}, "Company name", "Differs in punctuation or company suffix"),
        ({"company_name": "Other Company"}, "Company name", "Differs"),
        ({"organizational_structure": "LLC"}, "Organizational structure", "Differs"),
        ({"organizational_structure": ""}, "Organizational structure", "Not on the record"),
        ({"organizational_structure": "Trust"}, "Organizational structure", "Differs"),
        ({"point_of_contact_name": "Robin Broker"}, "Person (owner / point of contact)", "Differs"),
        ({"street_address": "2 Elm Street"}, "Street address (owner / company)", "Differs"),
        ({"city": "Oakland", "state": "CA"}, "City, state, ZIP code", "Differs"),
        ({"city": "", "state": "", "postal_code": ""}, "City, state, ZIP code", "Not on the record"),
        ({"country": "CA"}, "Country", "Differs"),
        ({"point_of_contact_email": "TONI@acme.example"}, "E-mail (owner / point of contact)", "Same"),
        (
            {"point_of_contact_email": "x@ACME.example"},
            "E-mail (owner / point of contact)",
            "Two mailboxes of one domain",
        ),
        ({"point_of_contact_email": "x@broker.example"}, "E-mail (owner / point of contact)", "Differs, domain too"),
        ({"point_of_contact_email": ""}, "E-mail (owner / point of contact)", "Not on the record"),
        ({"status": "INACTIVE"}, "Record status", "Not active"),
        ({"status": "VOIDED"}, "Record status", "Not active"),
    ],
)
def test_differences_are_said_in_words(desk: Client, record: dict[str, str], label: str, said: str) -> None:
    assert comparison(desk, submitted(**record))[label][2] == said


def test_a_person_without_a_middle_name_and_an_answer_left_out(desk: Client) -> None:
    application = submitted()
    ImporterApplication.objects.filter(pk=application.pk).update(organizational_structure="")
    assert comparison(desk, application)["Organizational structure"] == ["–", "Corporation", "Not submitted"]


def test_the_record_linked_meanwhile_shows_whose_it_is(desk: Client) -> None:
    application = submitted()
    other = factories.application_approved()
    ImporterRecord.objects.filter(pk=other.record_id).update(sub_account=None)
    sub_account = factories.account_of(factories.application_approved()).sub_accounts.get()
    ImporterRecord.objects.filter(sub_account=sub_account).update(sub_account=None)
    ImporterRecord.objects.filter(pk=application.record_id).update(sub_account=sub_account)
    label, on_record, said = comparison(desk, application)["Portal account of the record"]
    assert (label, on_record, said) == ("–", str(sub_account.top_account), "Linked already")


def test_after_the_approval_the_link_is_no_difference(desk: Client) -> None:
    application = factories.application_approved()
    opened = factories.account_of(application)
    assert comparison(desk, application)["Portal account of the record"] == ["–", str(opened), "Opened by an approval"]


def test_all_four_checks_pass(desk: Client) -> None:
    page = words(desk.get(review_page(factories.application_submitted())))
    assert "All four checks pass" in page
    assert "fail" not in page


def test_the_checks_are_run_again_now_and_say_their_sentences(desk: Client) -> None:
    application = submitted(status="INACTIVE", point_of_contact_email="")
    factories.person(email="TONI@acme.example")
    page = words(desk.get(review_page(application)))
    assert "3 checks fail" in page
    assert "Owner’s e-mail: toni@acme.example already belongs to a portal owner or user." in page
    assert "Record status: This importer record is inactive" in page
    assert "Point of contact: This importer record has no valid point-of-contact" in page


@pytest.mark.parametrize("state", ["APPROVED", "REJECTED", "WITHDRAWN"])
def test_a_closed_application_is_not_checked_any_more(desk: Client, state: str) -> None:
    page = words(desk.get(review_page(factories.STATES[state]())))
    assert "Not run: the application is no longer open." in page


def test_the_rest_of_the_answers(desk: Client) -> None:
    page = words(desk.get(review_page(factories.application_submitted())))
    for shown in ("September 30", "15-048-3782", "https://www.company.example", "410-555-0123"):
        assert shown in page
    details = {"fiscal_year_end_0": "", "fiscal_year_end_1": "", "duns": "", "website": ""}
    empty = words(desk.get(review_page(factories.application_submitted(details=details))))
    assert empty.count("Not provided") == 3


def test_the_conversation_is_shown_as_it_was_held(desk: Client, olive: User) -> None:
    application = factories.application_asked(by=olive, question="Who signs?\n<script>alert(1)</script>")
    actions.answer(application, text="I do,\nas president & owner.")
    page = desk.get(review_page(application)).content.decode()
    assert "Who signs?<br>&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.index("Who signs?") < page.index("I do,<br>as president &amp; owner.")
    assert f"{olive} (desk)" in page


def test_history_and_mails_are_shown_with_their_state(desk: Client, olive: User) -> None:
    application = factories.application_rejected(by=olive)
    mail = Message.objects.get(about=ref(application), template="importers/rejected")
    Message.objects.filter(pk=mail.pk).update(status="FAILED", attempts=7, last_error="the mail server answered 550")
    page = words(desk.get(review_page(application)))
    for shown in ("Application begun for", "Verification code sent", "Application submitted", f"Claimed by {olive}"):
        assert shown in page
    assert "Could not be sent: the mail server answered 550" in page


def test_an_approval_shows_the_mail_with_the_account_id_too(desk: Client) -> None:
    page = desk.get(review_page(factories.application_approved())).content.decode()
    message = Message.objects.get(template="accounts/account_id", to_address__startswith="applicant")
    assert f"/admin/core/message/{message.pk}/change/" in page


def test_the_page_takes_the_same_queries_however_long_the_story(desk: Client, olive: User) -> None:
    application = factories.application_in_review(by=olive)

    def grow(turns: int) -> None:
        for number in range(turns):
            actions.ask_for_information(application, question=f"Question {number}?", by=olive)
            actions.answer(application, text=f"Answer {number}.")

    assert assert_constant_queries(desk, review_page(application), grow, few=1, many=8) < 20
