"""The owner names a successor, who accepts or declines; and everything that may come between."""

from datetime import timedelta
from typing import Any

import pytest

from accounts import actions as accounts
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed, Taken, WrongState
from ace_portal.core.events import journal_of
from ownership import actions
from ownership.models import Becomes, OwnerProposal
from tests import factories
from tests.ownership.samples import PROXY, accepted, fresh, happened, proposed, role_of, submitted, told
from tests.useraccess.samples import draft
from useraccess import actions as useraccess
from useraccess.models import Role, UserDraft

pytestmark = pytest.mark.django_db
Status = OwnerProposal.Status


def test_the_successor_is_mailed_and_nothing_has_changed_yet() -> None:
    row = proposed()
    assert told(row) == {("proposed", row.successor.email): 1}
    assert factories.owner_of(row.top_account) == row.proposed_by
    assert journal_of(row.top_account).filter(kind="ownership.owner_proposed").count() == 1


@pytest.mark.parametrize(
    ("becomes", "role"),
    [(Becomes.PROXY, PROXY), (Becomes.USER, Role.TRADE_ACCOUNT_USER), (Becomes.NOTHING, None)],
)
def test_an_accepted_proposal_changes_the_owner_at_once(becomes: Becomes, role: Role | None) -> None:
    row = accepted(becomes=becomes)
    former, successor = row.proposed_by, row.successor
    assert factories.owner_of(row.top_account) == successor
    assert role_of(former, row.top_account) == role
    assert told(row)[("handed_over", former.email)] == told(row)[("handed_over", successor.email)] == 1
    assert {"owner_proposed", "proposal_accepted"} <= set(happened(row))
    assert journal_of(row.top_account).filter(kind="useraccess.owner_replaced").count() == 1


def test_a_user_of_the_account_can_follow_as_well() -> None:
    account = factories.account()
    user = factories.member(account)
    actions.accept(proposed(account, user), by=user)
    assert factories.owner_of(account) == user


def test_accepting_twice_is_accepting_once() -> None:
    row = accepted()
    before = told(row), happened(row)
    actions.accept(fresh(row), by=row.successor)
    assert (told(row), happened(row)) == before


def test_declined_the_owner_stays_and_is_told() -> None:
    row = proposed()
    actions.decline(row, by=row.successor)
    actions.decline(row, by=row.successor)
    assert fresh(row).status == Status.DECLINED
    assert factories.owner_of(row.top_account) == row.proposed_by
    assert told(row)[("proposal_declined", row.proposed_by.email)] == 1
    with pytest.raises(WrongState, match="now “Declined”"):
        actions.accept(fresh(row), by=row.successor)


def test_withdrawn_it_cannot_be_accepted_and_another_one_can_be_made() -> None:
    row = proposed()
    actions.withdraw(row, by=row.proposed_by)
    actions.withdraw(row, by=row.proposed_by)
    assert told(row)[("proposal_withdrawn", row.successor.email)] == 1
    with pytest.raises(WrongState, match="now “Withdrawn”"):
        actions.accept(fresh(row), by=row.successor)
    assert proposed(row.top_account).pk != row.pk


def test_the_same_proposal_twice_is_one_and_a_second_one_is_refused() -> None:
    row = proposed()
    assert proposed(row.top_account, row.successor).pk == row.pk
    assert told(row) == {("proposed", row.successor.email): 1}
    with pytest.raises(Taken, match="Withdraw that proposal first"):
        proposed(row.top_account)


@pytest.mark.parametrize("who", ["proxy", "user", "outsider", "owner of another account", "officer"])
def test_nobody_but_the_owner_names_a_successor(who: str) -> None:
    account = factories.account()
    other = factories.member(account)
    by = {
        "proxy": lambda: factories.member(account, PROXY),
        "user": lambda: factories.member(account),
        "outsider": factories.person,
        "owner of another account": lambda: factories.owner_of(factories.account()),
        "officer": lambda: factories.officer(device=False),
    }[who]()
    with pytest.raises(NotAllowed, match=f"Ask {factories.owner_of(account)}"):
        actions.propose(account, successor=other, becomes=Becomes.USER, by=by)
    row = proposed(account)
    with pytest.raises(NotAllowed, match="Only the owner withdraws"):
        actions.withdraw(row, by=by)
    for answer in (actions.accept, actions.decline):
        with pytest.raises(NotAllowed, match="Only .* answers this proposal"):
            answer(row, by=by)
    assert fresh(row).status == Status.PROPOSED


@pytest.mark.parametrize("who", ["outsider", "removed", "invited", "suspended", "oneself"])
def test_nobody_becomes_the_successor_who_could_not_run_the_account(who: str) -> None:
    account = factories.account()
    owner = factories.owner_of(account)

    def gone() -> Any:
        user = factories.member(account)
        useraccess.revoke(factories.membership(user, account), by=owner)
        return user

    def with_status(status: str) -> Any:
        user = factories.member(account)
        type(user).objects.filter(pk=user.pk).update(status=status)
        return user

    successor = {
        "outsider": factories.person,
        "removed": gone,
        "invited": lambda: factories.member(account, user=factories.person(active=False)),
        "suspended": lambda: with_status("SUSPENDED"),
        "oneself": lambda: owner,
    }[who]()
    with pytest.raises(NotAllowed, match="not one of the account’s proxies and users"):
        actions.propose(account, successor=successor, becomes=Becomes.USER, by=owner)


def test_after_fourteen_days_it_is_too_late(later: Any) -> None:
    row = proposed()
    later(days=13, hours=23)
    assert actions.end_overdue() == 0
    later(hours=1)
    with pytest.raises(WrongState, match="The time to answer is over"):
        actions.accept(row, by=row.successor)
    assert fresh(row).status == Status.EXPIRED
    assert factories.owner_of(row.top_account) == row.proposed_by
    for user in (row.proposed_by, row.successor):
        assert told(row)[("proposal_expired", user.email)] == 1


def test_too_late_it_is_not_declined_either(later: Any) -> None:
    row = proposed()
    later(days=14)
    with pytest.raises(WrongState, match="The time to answer is over"):
        actions.decline(row, by=row.successor)
    assert fresh(row).status == Status.EXPIRED
    assert told(row)[("proposal_declined", row.proposed_by.email)] == 0


def test_the_sweep_ends_what_nobody_answered(later: Any) -> None:
    row, other = proposed(), proposed()
    later(days=14)
    assert actions.end_overdue() == 2
    assert actions.end_overdue() == 0
    assert {fresh(row).status, fresh(other).status} == {Status.EXPIRED}
    assert proposed(row.top_account).status == Status.PROPOSED


def test_a_new_proposal_takes_the_place_of_one_that_is_too_late(later: Any) -> None:
    row = proposed()
    later(days=15)
    assert proposed(row.top_account).pk != row.pk
    assert fresh(row).status == Status.EXPIRED


@pytest.mark.parametrize("how", ["revoked", "left", "deactivated", "another owner"])
def test_a_successor_who_is_gone_and_an_owner_who_is_none_any_more_stop_it(how: str) -> None:
    row = proposed()
    place = factories.membership(row.successor, row.top_account)
    if how == "revoked":
        useraccess.revoke(place, by=row.proposed_by)
    elif how == "left":
        useraccess.leave(place, by=row.successor)
    elif how == "deactivated":
        accounts.deactivate(row.successor, by=row.proposed_by)
    else:
        factories.replace_owner(row.top_account)
    with pytest.raises(WrongState, match="have changed since"):
        actions.accept(row, by=row.successor)
    assert fresh(row).status == Status.STOPPED
    assert told(row)[("proposal_stopped", row.proposed_by.email)] == 1
    assert row.successor != factories.owner_of(row.top_account)


def test_a_successor_who_was_away_for_long_is_still_the_successor() -> None:
    row = proposed()
    type(row.successor).objects.filter(pk=row.successor_id).update(status="SUSPENDED")
    assert actions.end_overdue() == 0
    actions.accept(row, by=row.successor)
    assert factories.owner_of(row.top_account) == row.successor


def test_what_the_former_owner_had_begun_ends() -> None:
    account = factories.account()
    owner, other = factories.owner_of(account), factories.account()
    mine = draft(account, owner)
    factories.replace_owner(other, owner)
    elsewhere = draft(other, owner)
    row = proposed(account)
    actions.accept(row, by=row.successor)
    assert list(UserDraft.objects.all()) == [elsewhere]
    assert mine.pk != elsewhere.pk


def test_whoever_manages_nothing_any_more_keeps_no_drafts() -> None:
    account = factories.account()
    UserDraft.objects.create(started_by=factories.owner_of(account), changed_at=clock.now(), facts={"first_name": "K"})
    row = proposed(account, becomes=Becomes.USER)
    actions.accept(row, by=row.successor)
    assert not UserDraft.objects.exists()


def test_handing_over_stops_a_request_to_replace_the_owner() -> None:
    change = submitted()
    row = proposed(change.top_account)
    actions.accept(row, by=row.successor)
    assert fresh(change).status == "STOPPED"
    assert "another owner by now" in fresh(change).stop_reason
    assert told(change)[("change_stopped", change.requester_email)] == 1


def test_the_end_is_never_before_the_beginning() -> None:
    row = proposed()
    assert row.until == row.proposed_at + timedelta(days=14)
