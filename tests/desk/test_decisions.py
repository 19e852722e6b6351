"""The buttons: each one's effect, what it says, when it is offered, and what the slower officer is told."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.applications import conversation
from accounts.models import TopAccount, User
from ace_portal.core.events import history_of
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from importers import actions
from importers.models import ImporterApplication, ImporterRecord
from tests import factories
from tests.desk.conftest import button, review_page, words

pytestmark = pytest.mark.django_db
REJECTION = {"reason": "DOES_NOT_MATCH", "text": "The address is another one."}


def press(client: Client, application: ImporterApplication, code: str, **answers: str) -> HttpResponse:
    """Press a button and follow to the page it leads to; the application knows its new state."""
    answer: Any = client.post(button(application, code), answers, follow=True)
    application.refresh_from_db()
    return answer  # type: ignore[no-any-return]


def buttons(client: Client, application: ImporterApplication) -> set[str]:
    """The codes of the buttons the review page offers."""
    page = client.get(review_page(application)).content.decode()
    addresses = rf'action="/admin/(?:importers|queue)/(?:importers\.)?importerapplication/{application.pk}/(\w+)/"'
    return set(re.findall(addresses, page))


def test_claim_and_release(desk: Client, olive: User) -> None:
    application = factories.application_submitted()
    assert f"You have claimed Application {application.reference}." in words(press(desk, application, "claim"))
    assert (application.status, application.claimed_by) == ("IN_REVIEW", olive)
    assert "is back on the queue" in words(press(desk, application, "release"))
    assert (application.status, application.claimed_by) == ("SUBMITTED", None)


def test_approve_opens_the_account_and_says_so(desk: Client, olive: User) -> None:
    application = factories.application_submitted(email="toni@acme.example")
    page = words(press(desk, application, "approve"))
    opened = factories.account_of(application)
    assert f"Account opened: ACE ID {opened.ace_id}. Two mails are on their way to toni@acme.example" in page
    assert (application.status, application.decided_by) == ("APPROVED", olive)
    assert factories.owner_of(opened).email == "toni@acme.example"
    sent = Message.objects.filter(to_address="toni@acme.example").values_list("template", flat=True)
    assert {"accounts/account_id", "importers/approved"} <= set(sent)


def test_approve_says_beforehand_what_it_will_do(desk: Client) -> None:
    application = factories.application_submitted(email="toni@acme.example")
    page = words(desk.get(review_page(application)))
    assert f"a top account for {application.record.company_name} with a new ACE ID" in page
    assert "Toni Owner (toni@acme.example) as Trade Account Owner" in page


def test_reject_with_reason_and_text(desk: Client, olive: User) -> None:
    application = factories.application_submitted(email="toni@acme.example")
    page = words(press(desk, application, "reject", **REJECTION))
    assert "was not approved. toni@acme.example is told by mail." in page
    assert (application.status, application.reason) == ("REJECTED", "DOES_NOT_MATCH")
    assert [turn.text for turn in conversation(application)] == ["The address is another one."]
    assert "The address is another one." in Message.objects.get(template="importers/rejected").body


def test_ask_for_information_claims_by_the_way(desk: Client, olive: User) -> None:
    application = factories.application_submitted(email="toni@acme.example")
    page = words(press(desk, application, "ask", question="Who signs?"))
    assert "Your question is on its way to toni@acme.example." in page
    assert (application.status, application.claimed_by) == ("INFO_REQUESTED", olive)


@pytest.mark.parametrize(
    ("state", "mine", "others"),
    [
        ("SUBMITTED", {"claim", "approve", "ask", "reject"}, None),
        ("IN_REVIEW", {"release", "approve", "ask", "reject"}, set()),
        ("INFO_REQUESTED", {"approve", "reject"}, set()),
        ("APPROVED", set(), None),
        ("REJECTED", set(), None),
        ("WITHDRAWN", set(), None),
    ],
)
def test_only_the_buttons_that_make_sense_are_offered(
    desk: Client, olive: User, state: str, mine: set[str], others: set[str] | None
) -> None:
    by = {} if state in ("SUBMITTED", "WITHDRAWN") else {"by": olive}
    offered = buttons(desk, factories.STATES[state](**by))
    assert offered >= mine
    # Whoever asked may take the question back where the states allow it.
    assert offered - mine <= {"release"} and (offered == mine or state == "INFO_REQUESTED")
    if others is not None:
        theirs = buttons(desk, factories.STATES[state]())
        assert theirs == others


def test_an_application_claimed_by_another_officer_says_whose_it_is(desk: Client) -> None:
    colleague = factories.officer(first_name="Pat", last_name="Quimby")
    application = factories.application_in_review(by=colleague)
    assert "Pat Quimby has claimed it and decides on it." in words(desk.get(review_page(application)))
    page = words(press(desk, application, "approve"))
    assert "Pat Quimby has claimed application" in page
    assert application.status == "IN_REVIEW"


@pytest.mark.parametrize("code", ["approve", "ask", "reject"])
def test_a_link_to_a_button_only_opens_the_page(desk: Client, code: str) -> None:
    application = factories.application_submitted()
    answer = desk.get(button(application, code))
    assert (answer.status_code, answer["Location"]) == (302, review_page(application))
    application.refresh_from_db()
    assert application.status == "SUBMITTED"


@pytest.mark.parametrize(
    ("code", "answers", "problem"),
    [
        ("ask", {"question": ""}, "Question to the applicant is required."),
        ("ask", {"question": "   "}, "Question to the applicant is required."),
        ("ask", {"question": "x" * 2001}, "must be 2000 characters or fewer (it has 2001)"),
        ("ask", {"question": "a\x00b"}, "NUL"),
        ("ask", {"question": "a\u202eb"}, "invisible character"),
        ("reject", {"reason": "", "text": "No."}, "Reason is required."),
        ("reject", {"reason": "BECAUSE", "text": "No."}, "Reason must be one of the options offered."),
        ("reject", {"reason": "OTHER", "text": ""}, "Message to the applicant is required."),
    ],
)
def test_a_refused_form_changes_nothing_and_says_why_twice(
    desk: Client, code: str, answers: dict[str, str], problem: str
) -> None:
    application = factories.application_submitted()
    answer = press(desk, application, code, **answers)
    assert answer.status_code == 200
    assert words(answer).count(problem) == 2
    assert application.status == "SUBMITTED"
    assert not conversation(application)


def test_what_was_typed_into_a_refused_form_is_kept(desk: Client) -> None:
    application = factories.application_submitted()
    page = press(desk, application, "reject", reason="", text="A long & careful <explanation>").content.decode()
    assert "A long &amp; careful &lt;explanation&gt;</textarea>" in page
    again = press(desk, application, "reject", reason="NO_ANSWER", text="").content.decode()
    assert '<option value="NO_ANSWER" selected>' in again
    assert page.count('id="ask_question"') == 1
    assert 'id="reject_text"' in page


Officers = Callable[[], Client]


@pytest.fixture
def fast() -> User:
    """The colleague who was faster."""
    return factories.officer(first_name="Pat", last_name="Quimby")


def test_the_slower_officer_is_told_and_nothing_happens_twice(desk: Client, fast: User) -> None:
    application = factories.application_submitted()
    actions.approve(application, by=fast)
    page = words(press(desk, application, "approve"))
    assert f"Somebody was faster: application {application.reference} is now “Approved” by Pat Quimby." in page
    assert TopAccount.objects.count() == 1
    assert history_of(application).filter(kind="importers.approved").count() == 1
    assert Message.objects.filter(about=ref(application), template="importers/approved").count() == 1


@pytest.mark.parametrize(("code", "field"), [("ask", "question"), ("reject", "text")])
@pytest.mark.parametrize("text", ["My careful words.", ""])
def test_the_slower_officers_words_are_kept_to_copy(desk: Client, fast: User, code: str, field: str, text: str) -> None:
    application = factories.application_submitted()
    actions.approve(application, by=fast)
    answer = press(desk, application, code, **{"reason": "OTHER", field: text})
    page = words(answer)
    assert application.status == "APPROVED"
    assert "Nothing was decided" in page
    assert f"readonly>{text}</textarea>" in answer.content.decode().replace("\n", "")
    assert not conversation(application)


def test_a_claim_that_came_second_is_told(desk: Client, fast: User) -> None:
    application = factories.application_submitted()
    actions.claim(application, by=fast)
    assert "Somebody was faster" in words(press(desk, application, "claim"))
    assert application.claimed_by == fast


def test_words_for_an_application_a_colleague_claimed_are_kept(desk: Client, fast: User) -> None:
    application = factories.application_in_review(by=fast)
    page = press(desk, application, "ask", question="Who signs?").content.decode()
    assert "Pat Quimby has claimed application" in page
    assert "readonly>Who signs?</textarea>" in page


def test_pressing_claim_twice_is_pressing_it_once(desk: Client) -> None:
    application = factories.application_submitted()
    press(desk, application, "claim")
    assert "You have claimed Application" in words(press(desk, application, "claim"))
    assert history_of(application).filter(kind="importers.in_review").count() == 1


def test_an_application_withdrawn_meanwhile_is_not_decided(desk: Client) -> None:
    application = factories.application_submitted()
    actions.withdraw(application)
    page = words(press(desk, application, "reject", **REJECTION))
    assert "is now “Withdrawn”" in page
    assert "The applicant withdrew the application. There is nothing left to decide." in page


def test_an_approval_that_came_too_late_leaves_nothing_half_made(desk: Client) -> None:
    application = factories.application_submitted(email="toni@acme.example")
    factories.person(email="toni@acme.example")
    people = User.objects.count()
    page = words(press(desk, application, "approve"))
    assert "toni@acme.example already belongs to a portal owner or user." in page
    assert application.status == "SUBMITTED"
    assert (TopAccount.objects.count(), User.objects.count()) == (0, people)
    assert ImporterRecord.objects.get(pk=application.record_id).sub_account is None
    assert not Message.objects.filter(template="importers/approved").exists()


def test_who_decided_and_when_is_shown(desk: Client, olive: User) -> None:
    application = factories.application_submitted()
    press(desk, application, "reject", **REJECTION)
    page = words(desk.get(review_page(application)))
    assert f"Not approved by {olive}" in page
    assert "What was submitted does not match the 5106 record" in page
