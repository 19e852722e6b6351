"""The status page: timeline, messages, answering, withdrawing."""

from typing import Any

import pytest
from django.test import Client

from importers import actions
from tests import factories
from tests.importers.screens import errors, text_of, url

pytestmark = pytest.mark.django_db

SAID = {
    "SUBMITTED": ("Received", "We have your application"),
    "IN_REVIEW": ("In review", "1 to 3 business days"),
    "INFO_REQUESTED": ("Information requested", "The officer needs to know more"),
    "APPROVED": ("Approved", "The account is open"),
    "REJECTED": ("Not approved", "What was submitted does not match the 5106 record"),
    "WITHDRAWN": ("Withdrawn", "You took this application back"),
}
OPEN = {"SUBMITTED", "IN_REVIEW", "INFO_REQUESTED"}


@pytest.mark.parametrize("state", SAID)
def test_the_page_says_where_the_application_stands(client: Client, state: str) -> None:
    application = factories.STATES[state]()
    answer = client.get(url(application, "status"))
    shown = text_of(answer)
    assert all(words in shown for words in SAID[state])
    assert application.reference in shown and application.record.company_name in shown
    assert application.masked_number in shown and application.record.importer_number not in answer.content.decode()
    assert "Toni Owner" in shown and "+1 410-555-0123" in shown and "Baltimore, MD 21201" in shown
    assert ("Withdraw this application" in shown) is (state in OPEN)
    assert ("Answer the question" in shown) is (state == "INFO_REQUESTED")
    assert "no-store" in answer["Cache-Control"]


def test_no_officer_is_named_to_the_applicant(client: Client) -> None:
    officer = factories.officer(device=False, first_name="Frida", last_name="Fernsby")
    application = factories.application_asked(by=officer)
    actions.answer(application, text="Mine.")
    actions.reject(application, reason="OTHER", text="Sorry.", by=officer)
    shown = client.get(url(application, "status")).content.decode()
    assert "Fernsby" not in shown and "CBP officer" in shown


def test_the_timeline_tells_the_story_in_order(client: Client) -> None:
    officer = factories.officer(device=False)
    application = factories.application_asked(by=officer, question="Who signs?")
    actions.answer(application, text="I do.")
    actions.release(application, by=officer)
    actions.approve(application, by=officer)
    shown = text_of(client.get(url(application, "status")))
    story = shown[shown.index("What happened so far") :]
    steps = (
        *("Application received", "We asked you for information", "You answered", "Waiting for another officer"),
        "Approved: the account is open",
    )
    places = [story.index(step) for step in steps]
    assert places == sorted(places)
    assert "Who signs?" in shown and "I do." in shown


def test_an_answer_goes_to_the_officer(client: Client) -> None:
    application = factories.application_asked()
    answer = client.post(url(application, "status"), {"text": "Line 1\n<b>Line 2</b>"}, follow=True)
    assert "Your answer has been sent to the officer" in answer.content.decode()
    assert "&lt;b&gt;Line 2" in answer.content.decode()
    application.refresh_from_db()
    assert application.status == "IN_REVIEW"


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_an_answer_that_cannot_be_taken_is_explained(client: Client, text: str) -> None:
    application = factories.application_asked()
    answer = client.post(url(application, "status"), {"text": text})
    assert "Your answer" in errors(answer)[0]
    application.refresh_from_db()
    assert application.status == "INFO_REQUESTED"


def test_a_second_answer_is_told_that_none_is_waited_for(client: Client) -> None:
    application = factories.application_asked()
    for text in ("Me.", "No, her."):
        answer = client.post(url(application, "status"), {"text": text}, follow=True)
    assert "Nothing was changed" in answer.content.decode()
    assert "No, her." not in text_of(answer)


def test_the_same_answer_sent_twice_is_one(client: Client) -> None:
    application = factories.application_asked()
    for _ in range(2):
        answer = client.post(url(application, "status"), {"text": "Me."}, follow=True)
    assert "Nothing was changed" not in answer.content.decode()
    assert text_of(answer).count("Me.") == 1


def test_withdrawing_asks_first(client: Client) -> None:
    application = factories.application_submitted()
    assert "cannot be brought back" in text_of(client.get(url(application, "withdraw")))
    application.refresh_from_db()
    assert application.status == "SUBMITTED"
    for _ in range(2):
        assert client.post(url(application, "withdraw"))["Location"] == url(application, "status")
    application.refresh_from_db()
    assert application.status == "WITHDRAWN"


@pytest.mark.parametrize("state", ["APPROVED", "REJECTED", "WITHDRAWN"])
def test_what_is_decided_cannot_be_withdrawn(client: Client, state: str) -> None:
    application = factories.STATES[state]()
    assert client.get(url(application, "withdraw"))["Location"] == url(application, "status")
    answer = client.post(url(application, "withdraw"), follow=True)
    assert ("Nothing was changed" in answer.content.decode()) is (state != "WITHDRAWN")
    application.refresh_from_db()
    assert application.status == state


def test_every_change_of_status_is_mailed_once(mailbox: Any) -> None:
    officer = factories.officer(device=False)
    application = factories.application_submitted()
    actions.claim(application, by=officer)
    actions.ask_for_information(application, question="Who?", by=officer)
    actions.answer(application, text="Me.")
    actions.release(application, by=officer)
    actions.withdraw(application)
    subjects = [letter.subject.partition(": ")[2] or letter.subject for letter in mailbox(application.applicant_email)]
    assert subjects == [
        "the link to continue",
        f"Application {application.reference} received",
        "the review has begun",
        "we need information",
        "your answer has arrived",
        "waiting for another officer",
        f"Application {application.reference} withdrawn",
    ]
    for letter in mailbox(application.applicant_email)[1:]:
        assert f"http://testserver{url(application, 'status')}" in letter.links or "withdrawn" in letter.subject


def test_company_names_reach_mails_unescaped(mailbox: Any) -> None:
    record = factories.ImporterRecordFactory.create(company_name="O'Neil & Sons <Import>")
    application = factories.application_submitted(record)
    assert any("O'Neil & Sons <Import>" in letter.body for letter in mailbox(application.applicant_email))
