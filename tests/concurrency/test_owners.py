"""Owners, successors, officers and workers at the same moment: one outcome each, one event, one mail a person."""

from collections.abc import Callable
from typing import Any

import pytest

from ace_portal.core.errors import DomainError, WrongState
from ace_portal.core.events import journal_of
from ownership import actions
from ownership.models import Becomes, OwnerChange, OwnerLookup
from tests import factories
from tests.exporters.conftest import private_files
from tests.harness.threads import together
from tests.ownership.samples import (
    PROXY,
    begun,
    code_of,
    company,
    due,
    fresh,
    happened,
    objected,
    prepared,
    proposed,
    question,
    submitted,
    told,
    typed,
    waiting,
    with_colleague,
)
from useraccess import actions as useraccess
from useraccess.models import Membership, Role

__all__ = ["private_files"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]
ROUNDS = 4


def one_owner(account: Any) -> Any:
    """The one owner, who has no other place beside."""
    owner = Membership.objects.live().get(top_account=account, role=Role.TRADE_ACCOUNT_OWNER).user
    assert Membership.objects.live().filter(top_account=account, user=owner).count() == 1
    return owner


def outcomes(results: list[Any]) -> tuple[int, int]:
    """How many went through, and how many were refused with a sentence; anything else is a fault."""
    refused = [one for one in results if isinstance(one, DomainError)]
    faults = [one for one in results if isinstance(one, Exception) and not isinstance(one, DomainError)]
    assert not faults, faults
    return len(results) - len(refused), len(refused)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_accept_against_withdraw(round_: int) -> None:
    row = proposed()
    results = together(
        lambda: actions.accept(fresh(row), by=row.successor), lambda: actions.withdraw(fresh(row), by=row.proposed_by)
    )
    assert outcomes(results) == (1, 1)
    accepted = fresh(row).status == "ACCEPTED"
    assert accepted == (one_owner(row.top_account) == row.successor)
    assert told(row)[("handed_over", row.successor.email)] == accepted
    assert told(row)[("proposal_withdrawn", row.successor.email)] == (not accepted)


def test_accepting_in_two_browsers_is_accepting_once() -> None:
    row = proposed()
    results = together(*[lambda: actions.accept(fresh(row), by=row.successor)] * 3)
    assert outcomes(results) == (3, 0)
    assert told(row)[("handed_over", row.proposed_by.email)] == happened(row)["proposal_accepted"] == 1
    assert journal_of(row.top_account).filter(kind="useraccess.owner_replaced").count() == 1


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_accept_against_the_revocation_of_the_successor(round_: int) -> None:
    row = proposed()
    place = factories.membership(row.successor, row.top_account)
    results = together(
        lambda: actions.accept(fresh(row), by=row.successor), lambda: useraccess.revoke(place, by=row.proposed_by)
    )
    assert outcomes(results) == (1, 1), results
    owner = one_owner(row.top_account)
    assert owner == (row.successor if fresh(row).status == "ACCEPTED" else row.proposed_by)


def test_two_proposals_at_once_are_one() -> None:
    account = factories.account()
    owner, people = factories.owner_of(account), [factories.member(account, PROXY) for _ in range(2)]

    def propose(successor: Any) -> Callable[[], Any]:
        return lambda: actions.propose(account, successor=successor, becomes=Becomes.USER, by=owner)

    assert outcomes(together(*map(propose, people))) == (1, 1)
    assert account.owner_proposals.count() == 1


def test_two_officers_decide_at_once() -> None:
    row, officers = prepared(), [factories.officer() for _ in range(2)]
    results = together(*[lambda by=by: actions.approve(fresh(row), text="Fine.", by=by) for by in officers])
    assert outcomes(results) == (1, 1)
    assert told(row)[("change_announced", row.former_owner.email)] == happened(row)["change_approved"] == 1


def test_two_officers_prepare_at_once() -> None:
    row, officers = submitted(), [factories.officer() for _ in range(2)]
    results = together(*[lambda by=by: actions.prepare(fresh(row), text="Fine.", by=by) for by in officers])
    assert outcomes(results) == (1, 1)
    assert happened(row)["change_prepared"] == 1


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_approve_against_reject(round_: int) -> None:
    row, officers = prepared(), [factories.officer() for _ in range(2)]
    results = together(
        lambda: actions.approve(fresh(row), text="Fine.", by=officers[0]),
        lambda: actions.reject(fresh(row), text="No.", by=officers[1]),
    )
    assert outcomes(results) == (1, 1)
    assert fresh(row).status in ("WAITING", "REJECTED")


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_an_objection_against_the_execution(round_: int) -> None:
    row = due(waiting())
    results = together(lambda: actions.object_to(fresh(row), by=row.former_owner), lambda: actions.execute(fresh(row)))
    now = fresh(row)
    if now.status == "OBJECTED":
        assert results[1] is False
        assert one_owner(row.top_account) == row.former_owner
    else:
        assert now.status == "EXECUTED" and isinstance(results[0], WrongState)
        assert one_owner(row.top_account) == now.new_owner


def test_two_executions_are_one() -> None:
    row = due(waiting())
    results = together(*[lambda: actions.execute(fresh(row))] * 3)
    assert sorted(results) == [False, False, True], results
    assert one_owner(row.top_account) == fresh(row).new_owner
    assert told(row)[("change_executed", row.requester_email)] == happened(row)["change_executed"] == 1


def test_two_final_decisions_are_one() -> None:
    row, officers = objected(), [factories.officer() for _ in range(2)]
    results = together(
        lambda: actions.uphold(fresh(row), text="Yes.", by=officers[0]),
        lambda: actions.reject(fresh(row), text="No.", by=officers[1]),
    )
    assert outcomes(results) == (1, 1)
    assert (fresh(row).status == "EXECUTED") == (one_owner(row.top_account) != row.former_owner)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_handing_over_against_the_execution_of_a_request(round_: int) -> None:
    row = due(waiting())
    proposal = proposed(row.top_account)
    results = together(lambda: actions.accept(fresh(proposal), by=proposal.successor), lambda: actions.execute(row))
    assert results[1] is True or fresh(row).status == "STOPPED", results
    if fresh(row).status == "EXECUTED":
        assert isinstance(results[0], WrongState) and fresh(proposal).status == "STOPPED"
        assert one_owner(row.top_account) == fresh(row).new_owner
    else:
        assert fresh(proposal).status == "ACCEPTED"
        assert one_owner(row.top_account) == proposal.successor


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_the_execution_against_the_successor_leaving(round_: int) -> None:
    account, user = with_colleague()
    row = due(waiting(account, user))
    place = factories.membership(user, account)
    results = together(lambda: actions.execute(fresh(row)), lambda: useraccess.leave(place, by=user))
    assert results[0] is True, results
    assert (fresh(row).status == "EXECUTED") == (one_owner(account) == user)
    assert isinstance(results[1], DomainError) == (fresh(row).status == "EXECUTED")


def test_two_right_codes_at_once_count_once() -> None:
    row = begun()
    code, browser = code_of(row), row.typed_in.session["browser"]
    together(*[lambda: actions.confirm_code(fresh(row), typed=code, browser=browser)] * 2)
    assert fresh(row).status == "SUBMITTED"
    assert happened(row)["change_submitted"] == told(row)[("change_submitted", row.requester_email)] == 1


def test_two_requests_for_one_account_confirmed_at_once_are_one() -> None:
    account = factories.importer_account()
    rows = [begun(account) for _ in range(2)]
    typed_in = [(one, code_of(one), one.typed_in.session["browser"]) for one in rows]
    results = together(
        *[
            lambda row=row, code=code, browser=browser: actions.confirm_code(fresh(row), typed=code, browser=browser)
            for row, code, browser in typed_in
        ]
    )
    assert outcomes(results) == (1, 1)
    assert OwnerChange.objects.open().count() == 1


def test_a_double_click_on_the_form_is_one_request(client: Any) -> None:
    _, record = company()
    client.get("/support/owner-change/")
    forms = [typed(record, key="one"), typed(record, key="one")]
    answers = together(*[lambda form=form: client.post("/support/owner-change/", form) for form in forms])
    assert len({answer["Location"] for answer in answers}) == 1
    assert OwnerChange.objects.count() == 1


def test_two_workers_answer_a_question_once(client: Any) -> None:
    account, record = company()
    client.post("/support/owner-lookup/", question(record))
    pk = OwnerLookup.objects.get().pk
    assert together(*[lambda: actions.answer(pk)] * 3).count(True) == 1
    assert journal_of(account).filter(kind="ownership.looked_up").count() == 1
