"""Applications of trade parties when two people do something at the same moment: one effect, one event, one mail."""

from typing import Any

import pytest

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core.errors import DomainError, Taken
from ace_portal.core.models import Event, Message
from tests import factories
from tests.harness.moving_time import later
from tests.harness.threads import together
from tests.tradeparties import samples
from tests.tradeparties.samples import activity
from tradeparties import application_actions as actions
from tradeparties.models import RequestedActivity, TradeApplication

__all__ = ["later"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]


def copy(application: TradeApplication) -> TradeApplication:
    """The row as another request has read it."""
    return TradeApplication.objects.get(pk=application.pk)


def refused(results: list[Any]) -> list[DomainError]:
    assert all(isinstance(result, DomainError) or not isinstance(result, Exception) for result in results), results
    return [result for result in results if isinstance(result, DomainError)]


def test_two_submissions_at_once_are_one() -> None:
    application = samples.filled_in()
    whole = samples.whole(application)
    rows = [copy(application) for _ in range(3)]
    results = together(
        *[lambda row=row: actions.submit(row, answers=whole.answers(), activities=whole.activities()) for row in rows]
    )
    assert not refused(results)
    assert RequestedActivity.objects.count() == 1
    assert Message.objects.filter(template="tradeparties/submitted").count() == 1


def test_two_first_clicks_begin_one_draft_and_send_one_link() -> None:
    facts = {"applicant_email": samples.email(), "key": "one"}
    results = together(*[lambda: samples.begun(**facts) for _ in range(3)])
    assert not refused(results) and len({row.pk for row in results}) == 1
    assert TradeApplication.objects.count() == 1
    assert Message.objects.filter(template="tradeparties/continue").count() == 1


def test_two_submissions_of_a_protest_filer_are_one() -> None:
    typed = samples.protest()
    results = together(*[lambda: samples.protest_filer(**typed) for _ in range(2)])
    assert not refused(results) and TradeApplication.objects.count() == RequestedActivity.objects.count() == 1


def test_two_officers_approve_at_once_and_one_account_is_opened() -> None:
    application = samples.submitted()
    officers = [factories.officer(device=False) for _ in range(2)]
    results = together(*[lambda by=by: actions.approve(copy(application), by=by) for by in officers])
    (late,) = refused(results)
    assert "Somebody was faster" in late.message or "has claimed" in late.message
    assert TopAccount.objects.count() == SubAccount.objects.count() == 1
    assert Event.objects.filter(kind="tradeparties.approved").count() == 1
    assert Message.objects.filter(template="tradeparties/approved").count() == 1


def test_two_applications_for_one_code_are_approved_at_once_and_one_gets_it() -> None:
    first, second = (samples.submitted(changed=activity(identifier="OW1")) for _ in range(2))
    officers = [factories.officer(device=False) for _ in range(2)]
    results = together(
        *[
            lambda row=row, by=by: actions.approve(copy(row), by=by)
            for row, by in zip((first, second), officers, strict=True)
        ]
    )
    (late,) = refused(results)
    assert isinstance(late, Taken) or late.code == "checks_failed"
    assert SubAccount.objects.get().identifier == "OW1" and TopAccount.objects.count() == 1
    assert {copy(first).status, copy(second).status} == {"APPROVED", "SUBMITTED"}
    # Nothing of the loser is left behind: no person, no mail.
    assert User.objects.filter(is_staff=False).count() == 1
    assert Message.objects.filter(template="accounts/account_id").count() == 1


def test_several_importer_numbers_are_linked_once_whoever_asks_in_whatever_order() -> None:
    one, two = factories.ImporterRecordFactory.create_batch(2)

    def rows(first: Any, second: Any) -> dict[str, str]:
        asked = activity(0, "IMPORTER", first.importer_number, first.company_name)
        return asked | activity(1, "IMPORTER", second.importer_number, second.company_name) | {"primary": "0"}

    applications = [samples.submitted(changed=rows(one, two)), samples.submitted(changed=rows(two, one))]
    officer = factories.officer(device=False)
    results = together(*[lambda row=row: actions.approve(copy(row), by=officer) for row in applications])
    assert len(refused(results)) == 1
    assert SubAccount.objects.count() == 2 and TopAccount.objects.count() == 1


def test_an_approval_and_a_withdrawal_have_one_outcome() -> None:
    application = samples.submitted()
    officer = factories.officer(device=False)
    results = together(
        lambda: actions.approve(copy(application), by=officer), lambda: actions.withdraw(copy(application))
    )
    assert len(refused(results)) == 1
    opened = {"APPROVED": 1, "WITHDRAWN": 0}[copy(application).status]
    assert TopAccount.objects.count() == opened


def test_an_answer_and_the_end_of_waiting_have_one_outcome(later: Any) -> None:
    application = samples.asked()
    later(days=31)
    results = together(lambda: actions.answer(copy(application), text="Mine."), actions.chase_answers)
    refused(results)
    row = copy(application)
    assert (row.status, row.reason) in (("IN_REVIEW", ""), ("WITHDRAWN", "NO_ANSWER"))
    sent = Message.objects.filter(template__in=["tradeparties/answered", "tradeparties/closed"])
    assert sent.count() == 1
