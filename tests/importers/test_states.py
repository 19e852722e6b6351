"""Every decision from every state: what happens, what is refused, how often the applicant is mailed."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.applications import conversation
from accounts.models import TopAccount, User
from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.models import Event, Message
from importers import actions
from importers.forms import DetailsForm
from importers.models import ImporterApplication
from tests import factories

pytestmark = pytest.mark.django_db

Application = ImporterApplication


def details() -> dict[str, Any]:
    form = DetailsForm(factories.DETAILS)
    assert form.is_valid()
    return form.details()


ACTIONS: dict[str, Callable[[Application, User], Any]] = {
    "send_code": lambda row, by: actions.send_code(row, browser="one", ip="10.0.0.1"),
    "confirm_code": lambda row, by: actions.confirm_code(
        row, typed=factories.code_for(row), browser=vars(row).get("typed_in", "")
    ),
    "keep_draft": lambda row, by: actions.keep_draft(row, {"owner_city": "Dover"}),
    "submit": lambda row, by: actions.submit(row, details=details()),
    "withdraw": lambda row, by: actions.withdraw(row),
    "claim": lambda row, by: actions.claim(row, by=by),
    "release": lambda row, by: actions.release(row, by=by),
    "ask": lambda row, by: actions.ask_for_information(row, question="Why?", by=by),
    "answer": lambda row, by: actions.answer(row, text="Because."),
    "approve": lambda row, by: actions.approve(row, by=by),
    "reject": lambda row, by: actions.reject(row, reason="OTHER", text="No.", by=by),
}
DESK = {"claim", "release", "ask", "approve", "reject"}
#: Where each decision leads, by state. "same" changes nothing and is not refused; what is missing is refused.
LEADS: dict[str, dict[str, str]] = {
    "IDENTIFIED": {"confirm_code": "VERIFIED", "send_code": "same but one more code"},
    "VERIFIED": {"confirm_code": "same", "keep_draft": "same but a draft", "submit": "SUBMITTED"},
    "SUBMITTED": {
        **{"confirm_code": "same", "submit": "same", "withdraw": "WITHDRAWN", "claim": "IN_REVIEW"},
        **{"ask": "INFO_REQUESTED", "approve": "APPROVED", "reject": "REJECTED"},
        "release": "same",
    },
    "IN_REVIEW": {
        **{"confirm_code": "same", "submit": "same", "withdraw": "WITHDRAWN", "claim": "same"},
        **{"release": "SUBMITTED", "ask": "INFO_REQUESTED", "approve": "APPROVED", "reject": "REJECTED"},
    },
    "INFO_REQUESTED": {
        **{"confirm_code": "same", "submit": "same", "withdraw": "WITHDRAWN", "answer": "IN_REVIEW"},
        **{"release": "SUBMITTED", "approve": "APPROVED", "reject": "REJECTED"},
    },
    # The officer who decided and clicks twice has decided once.
    "APPROVED": {"confirm_code": "same", "submit": "same", "approve": "same"},
    "REJECTED": {"confirm_code": "same", "submit": "same", "reject": "same"},
    "WITHDRAWN": {"confirm_code": "same", "submit": "same", "withdraw": "same"},
    "EXPIRED": {"confirm_code": "same", "submit": "same"},
}
#: The template of the mail each change of status sends to the applicant.
MAILS = {
    "SUBMITTED": "importers/submitted",
    "WITHDRAWN": "importers/withdrawn",
    "IN_REVIEW": "importers/in_review",
    "INFO_REQUESTED": "importers/information_requested",
    "APPROVED": "importers/approved",
    "REJECTED": "importers/rejected",
}
EXTRA_MAILS = {"APPROVED": ["accounts/account_id"]}


def in_state(state: str, by: User, later: Callable[..., Any]) -> Application:
    """An application in this state whose officer, where it has one, is `by`."""
    if state == "EXPIRED":
        application = factories.application_started()
        later(days=31)
        actions.expire_drafts()
        application.refresh_from_db()
        return application
    takes_officer = state in ("IN_REVIEW", "INFO_REQUESTED", "APPROVED", "REJECTED")
    return factories.STATES[state](**({"by": by} if takes_officer else {}))


def snapshot(application: Application) -> tuple[Any, ...]:
    row = Application.objects.filter(pk=application.pk).values().get()
    return row, Event.objects.count(), Message.objects.count(), TopAccount.objects.count(), User.objects.count()


@pytest.mark.parametrize("state", LEADS)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_decision_from_each_state(state: str, action: str, later: Any) -> None:
    officer = factories.officer(device=False)
    application = in_state(state, officer, later)
    later(minutes=2)
    before, sent = snapshot(application), set(Message.objects.values_list("pk", flat=True))
    leads = LEADS[state].get(action)
    if leads is None:
        with pytest.raises(WrongState) as caught:
            ACTIONS[action](application, officer)
        assert caught.value.message
        assert snapshot(application) == before, "a refused decision changes nothing"
        return
    events = Event.objects.filter(subject=f"importers.importerapplication:{application.pk}")
    known = events.count()
    ACTIONS[action](application, officer)
    application.refresh_from_db()
    if leads == "same":
        assert snapshot(application) == before, "what was done already is not done again"
        return
    if leads.startswith("same but"):
        assert application.status == state
        return
    assert application.status == leads
    mails = list(Message.objects.exclude(pk__in=sent).order_by("pk").values_list("template", flat=True))
    expected = MAILS.get(leads, "")
    expected = {"release": "importers/released", "answer": "importers/answered"}.get(action, expected)
    assert sorted(mails) == sorted([*EXTRA_MAILS.get(leads, []), *([expected] if expected else [])])
    assert events.count() == known + 1


@pytest.mark.parametrize("action", sorted(DESK))
@pytest.mark.parametrize("who", ["trade user", "staff without the group", "officer who left"])
def test_only_officers_decide(action: str, who: str) -> None:
    person = factories.person() if who == "trade user" else factories.officer(device=False)
    if who == "staff without the group":
        person.groups.clear()
    if who == "officer who left":
        person.status = User.Status.DEACTIVATED
        person.save()
    application = factories.application_submitted()
    before = snapshot(application)
    with pytest.raises(NotAllowed):
        ACTIONS[action](application, person)
    assert snapshot(application) == before


@pytest.mark.parametrize("action", ["ask", "approve", "reject"])
@pytest.mark.parametrize("state", ["IN_REVIEW", "INFO_REQUESTED"])
def test_what_an_officer_has_claimed_no_other_decides(action: str, state: str, later: Any) -> None:
    first = factories.officer(device=False, first_name="Frida", last_name="First")
    application = in_state(state, first, later)
    before = snapshot(application)
    second = factories.officer(device=False)
    with pytest.raises(WrongState) as caught:
        ACTIONS[action](application, second)
    assert "Frida First has claimed" in caught.value.message and application.reference in caught.value.message
    assert snapshot(application)[0] == before[0]


@pytest.mark.parametrize("action", ["claim", "approve", "reject"])
def test_a_slower_officer_is_told_who_decided(action: str, later: Any) -> None:
    first = factories.officer(device=False, first_name="Frida", last_name="First")
    application = in_state("APPROVED", first, later)
    with pytest.raises(WrongState) as caught:
        ACTIONS[action](application, factories.officer(device=False))
    said = caught.value.message
    assert "Somebody was faster" in said and "“Approved” by Frida First" in said and "Nothing was changed" in said


def test_a_released_application_can_be_claimed_by_another(later: Any) -> None:
    first, second = factories.officer(device=False), factories.officer(device=False)
    application = in_state("IN_REVIEW", first, later)
    actions.release(application, by=first)
    assert application.claimed_by is None and application.claimed_at is None
    assert actions.claim(application, by=second).claimed_by == second


def test_an_officer_who_is_away_can_be_relieved_by_a_supervisor(later: Any) -> None:
    application = in_state("IN_REVIEW", factories.officer(device=False), later)
    with pytest.raises(NotAllowed):
        actions.release(application, by=factories.officer(device=False))
    assert actions.release(application, by=factories.supervisor()).status == "SUBMITTED"


def test_a_question_and_its_answer_are_kept_in_order(later: Any) -> None:
    officer = factories.officer(device=False)
    application = factories.application_submitted()
    actions.ask_for_information(application, question="First question?", by=officer)
    assert application.claimed_by == officer, "whoever asks has claimed"
    later(minutes=1)
    actions.answer(application, text="First answer.")
    later(minutes=1)
    actions.ask_for_information(application, question="Second question?", by=officer)
    said = [(turn.from_desk, turn.text, turn.author) for turn in conversation(application)]
    assert said == [
        (True, "First question?", officer),
        (False, "First answer.", None),
        (True, "Second question?", officer),
    ]
    assert [str(turn)[:15] for turn in conversation(application)] == [
        "Desk: First que",
        "Applicant: Firs",
        "Desk: Second qu",
    ]


def test_a_question_that_is_sent_twice_is_asked_once() -> None:
    officer = factories.officer(device=False)
    application = factories.application_submitted()
    for _ in range(2):
        actions.ask_for_information(application, question="Who signs?", by=officer)
    assert [turn.text for turn in conversation(application)] == ["Who signs?"]
    assert Message.objects.filter(template="importers/information_requested").count() == 1


def test_two_rounds_of_questions_are_two_mails() -> None:
    officer = factories.officer(device=False)
    application = factories.application_submitted()
    for number in (1, 2):
        actions.ask_for_information(application, question=f"Question {number}?", by=officer)
        actions.answer(application, text="Answer")
    bodies = Message.objects.filter(template="importers/information_requested").values_list("body", flat=True)
    assert len(bodies) == 2 and all(any(f"Question {n}?" in body for body in bodies) for n in (1, 2))


def test_a_rejection_says_why(mailbox: Any) -> None:
    application = factories.application_rejected(text="The name on your letter is another one.")
    letter = mailbox(application.applicant_email)[-1]
    assert letter.subject == f"Application {application.reference}: not approved"
    assert "does not match the 5106 record" in letter.body and "another one." in letter.body
    event = Event.objects.get(kind="importers.rejected")
    assert event.after == {"status": "REJECTED"} and event.by == application.decided_by


def test_a_rejected_company_may_apply_again() -> None:
    application = factories.application_rejected()
    again = factories.application_submitted(application.record, email=application.applicant_email)
    assert again.status == "SUBMITTED"


def test_nobody_takes_a_step_by_assigning_the_state() -> None:
    application = factories.application_submitted()
    with pytest.raises(AttributeError):
        application.status = "APPROVED"
