"""Owners, officers and applicants at the same moment as a merger: one consistent outcome each."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import SubAccount
from ace_portal.core.errors import DomainError, WrongState
from ace_portal.core.events import journal_of
from exporters import actions as exporters
from importers import actions as importers
from mergers import actions
from mergers.models import Merger
from tests import factories
from tests.concurrency.test_owners import outcomes
from tests.exporters import makers
from tests.exporters.conftest import private_files
from tests.harness.threads import together
from tests.mergers.samples import TEXT, Companies, fresh, happened, own, owner, shown, told
from tests.ownership import samples as owners
from tests.useraccess import access_samples
from useraccess import actions as useraccess
from useraccess.actions import cross_account
from useraccess.models import AccessGrant, CrossAccountAccess, Grant, Role
from useraccess.review.steps import ChecksFailed
from useraccess.rights import Rights

__all__ = ["private_files"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]
ROUNDS = 2


def officers(count: int = 2) -> list[Any]:
    return [factories.officer(device=False) for _ in range(count)]


def approve(row: Merger, by: Any) -> Callable[[], Any]:
    return lambda: actions.approve(fresh(row), text=TEXT, by=by)


def places(two: Companies) -> set[int]:
    """The accounts the three sub-accounts are in."""
    return {fresh(one).top_account_id for one in two.all}


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_mergers_of_one_account_at_once(round_: int) -> None:
    """One part has been consented to; while it is carried out the owner consents to another company's proposal."""
    two, third = Companies(), factories.account()
    first = two.prepared(two.other)
    second = actions.propose(third, acquired=two.acquired, parts=None, by=owner(third))
    seen = shown(second)
    results = together(approve(first, officers(1)[0]), lambda: actions.consent(fresh(second), seen=seen, by=two.theirs))
    assert outcomes(results) == (1, 1), results
    assert fresh(two.other).top_account == two.acquirer
    assert fresh(second).status == "PROPOSED" and not second.parts.exists()


def test_two_acquirers_cannot_both_have_the_consent() -> None:
    two, third = Companies(), factories.account()
    rows = [two.proposed(), actions.propose(third, acquired=two.acquired, parts=None, by=owner(third))]
    results = together(*[lambda row=row: actions.consent(fresh(row), seen=shown(row), by=two.theirs) for row in rows])
    assert outcomes(results) == (1, 1)
    assert sorted(fresh(row).status for row in rows) == ["CONSENTED", "PROPOSED"]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_officers_carry_the_same_merger_out_once(round_: int) -> None:
    two = Companies()
    row, desk = two.prepared(), officers()
    assert outcomes(together(*[approve(row, by) for by in desk])) == (1, 1)
    assert places(two) == {two.acquirer.pk}
    assert told(row)[("executed", two.ours.email)] == happened(two.acquirer)["executed"] == 1
    assert journal_of(two.acquirer).filter(kind="accounts.sub_account_arrived").count() == 3


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_consent_against_withdrawal(round_: int) -> None:
    two = Companies()
    row = two.proposed()
    seen = shown(row)
    results = together(
        lambda: actions.consent(fresh(row), seen=seen, by=two.theirs),
        lambda: actions.withdraw(fresh(row), by=two.ours),
    )
    assert fresh(row).status == "WITHDRAWN" and results[1].status == "WITHDRAWN"
    assert isinstance(results[0], WrongState) or results[0].status in ("CONSENTED", "WITHDRAWN")
    assert fresh(row).parts.count() == (0 if isinstance(results[0], WrongState) else 3)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_carrying_out_against_taking_the_consent_back(round_: int) -> None:
    two = Companies()
    row = two.prepared()
    results = together(approve(row, officers(1)[0]), lambda: actions.withdraw(fresh(row), by=two.theirs))
    assert outcomes(results) == (1, 1)
    moved = fresh(row).status == "EXECUTED"
    assert places(two) == {two.acquirer.pk if moved else two.acquired.pk}
    assert fresh(two.acquired).is_shell is moved


def test_carrying_out_against_a_new_application_for_the_same_number() -> None:
    account = factories.importer_account()
    record = owners.record_of(account)
    application = factories.application_submitted()
    type(application).objects.filter(pk=application.pk).update(record=record)
    two, desk = Companies(acquired=account), officers()
    row = two.prepared()
    results = together(approve(row, desk[0]), lambda: importers.approve(fresh(application), by=desk[1]))
    assert isinstance(results[1], ChecksFailed), results
    assert "record_linked" in {one.code for one in results[1].failures}
    record.refresh_from_db()
    linked = SubAccount.objects.live().filter(identifier=record.importer_number)
    assert list(linked) == [record.sub_account] and record.sub_account.top_account == two.acquirer


@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize("whole", [True, False])
def test_a_acquires_b_while_c_acquires_a(round_: int, whole: bool) -> None:
    two, third = Companies(), factories.account()
    own_importer = access_samples.importer(two.acquirer)
    inner = two.prepared()
    parts = None if whole else [own_importer]
    outer = actions.propose(third, acquired=two.acquirer, parts=parts, by=owner(third))
    actions.consent(outer, seen=shown(outer), by=two.ours)
    actions.prepare(outer, text="Fine.", by=factories.officer(device=False))
    desk = officers()
    results = together(approve(inner, desk[0]), approve(outer, desk[1]))
    if not whole:
        assert outcomes(results) == (2, 0)
        assert places(two) == {two.acquirer.pk} and fresh(own_importer).top_account == third
        return
    assert outcomes(results) == (1, 1), results
    if fresh(inner).status == "EXECUTED":
        assert fresh(outer).status == "STOPPED" and "has not consented" in fresh(outer).stop_reason
        assert places(two) == {two.acquirer.pk} and fresh(own_importer).top_account == two.acquirer
    else:
        assert fresh(inner).status == "STOPPED" and "was merged into" in fresh(inner).stop_reason
        assert places(two) == {two.acquired.pk} and fresh(own_importer).top_account == third


@pytest.mark.parametrize("whose", ["a person's", "another company's", "a visitor's"])
def test_carrying_out_against_a_change_of_rights_on_what_moves(whose: str) -> None:
    two, broker = Companies(), factories.account()
    place = factories.membership(factories.member(two.acquired), two.acquired)
    access = access_samples.active(two.acquired, broker, own(two.other))
    clerk = factories.member(broker)
    change: Callable[[], Any] = {
        "a person's": lambda: useraccess.change(
            fresh(place), role=Role.TRADE_ACCOUNT_USER, granted=own(two.other), version=1, by=two.theirs
        ),
        "another company's": lambda: cross_account.update(
            CrossAccountAccess.objects.get(pk=access.pk),
            granted=Rights(top_account_access=True, grid=own(two.other).grid),
            ends_on=None,
            version=1,
            by=two.theirs,
        ),
        "a visitor's": lambda: cross_account.pass_on(
            CrossAccountAccess.objects.get(pk=access.pk), user=clerk, granted=own(two.other), by=owner(broker)
        ),
    }[whose]
    row = two.prepared(two.other)
    results = together(approve(row, officers(1)[0]), change)
    outcomes(results)
    assert fresh(row).status == "EXECUTED", results
    for grants in (Grant, AccessGrant):
        assert not grants.objects.filter(sub_account=two.other).exists()
    assert not any(two.open_to(user, two.other) for user in (place.user, clerk, owner(broker)))


@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize("whole", [True, False])
def test_carrying_out_against_create_exporter_in_the_acquired_account(round_: int, whole: bool) -> None:
    two = Companies()
    draft = makers.draft(two.acquired, two.theirs)
    facts = exporters.ExporterFacts(
        ein=makers.ein(),
        name="Late Exports",
        mailing=_address(),
        physical=_address(),
        contacts=[],
    )
    row = two.prepared(*([] if whole else [two.other]))
    results = together(approve(row, officers(1)[0]), lambda: exporters.create_exporter(draft, facts, by=two.theirs))
    if not whole:
        assert outcomes(results) == (2, 0)
        return
    assert outcomes(results) == (1, 1), results
    late = SubAccount.objects.filter(name="Late Exports").first()
    if fresh(row).status == "EXECUTED":
        assert late is None and "was merged into" in results[1].message
    else:
        assert fresh(row).status == "STOPPED" and late is not None and late.top_account == two.acquired
        assert places(two) == {two.acquired.pk}


def _address() -> dict[str, str]:
    names = ("country", "street_address", "city", "state", "postal_code")
    return dict(zip(names, ("US", "100 Main Street", "Baltimore", "MD", "21201"), strict=True))


@pytest.mark.parametrize("what", ["a user", "an offer", "another owner"])
def test_carrying_out_against_what_begins_in_the_acquired_account(what: str) -> None:
    """Nobody and nothing new is left in a shell."""
    two, other, person = Companies(), factories.account(), factories.person()
    begin: Callable[[], Any] = {
        "a user": lambda: useraccess.add_existing(
            fresh(two.acquired), person=person, role=Role.TRADE_ACCOUNT_USER, granted=Rights(), by=two.theirs
        ),
        "an offer": lambda: access_samples.offered(fresh(two.acquired), other),
        "another owner": lambda: useraccess.replace_owner(fresh(two.acquired), successor=person, becomes=None, by=None),
    }[what]
    row = two.prepared()
    theirs = two.theirs
    results = together(approve(row, officers(1)[0]), begin)
    assert not isinstance(results[0], Exception), results
    assert not isinstance(results[1], Exception) or isinstance(results[1], DomainError)
    assert fresh(two.acquired).is_shell and not CrossAccountAccess.objects.live().filter(grantor=two.acquired).exists()
    assert two.theirs in (theirs, person)


def test_the_same_proposal_in_two_tabs_is_one() -> None:
    two = Companies()
    results = together(*[two.proposed] * 3)
    assert outcomes(results) == (3, 0) and Merger.objects.count() == 1
    assert told(Merger.objects.get()) == {("proposed", two.theirs.email): 1}
