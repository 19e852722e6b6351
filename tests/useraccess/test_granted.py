"""What users were granted: the most specific grant counts, in its own account only, and from the next look on."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import SubAccount, TopAccount, User
from accounts.registry import Tab
from ace_portal.core import clock
from tests import factories
from tests.harness.world import rolled_back
from useraccess import actions, policy
from useraccess.models import Grant, Level, Membership, Role
from useraccess.policy import Right
from useraccess.rights import ACTION_PLAN, ACTIVITY_LOG, TOP, Cell, Rights, cells_of, rights_of, type_cells

pytestmark = pytest.mark.django_db

DETAILS = Cell("IMPORTER", "details")
LEVELS = (None, *Level)


def importers(account: TopAccount, count: int) -> list[SubAccount]:
    """That many importer sub-accounts of the account."""
    return SubAccount.objects.bulk_create(
        SubAccount(
            top_account=account,
            account_type="IMPORTER",
            identifier=factories.importer_number(),
            name=f"Branch {number}",
            created_at=clock.now(),
        )
        for number in range(count)
    )


def own(sub_account: SubAccount, tab: str = "details") -> Cell:
    return Cell(sub_account.account_type, tab, sub_account.pk)


def granted(grid: dict[Cell, Level | None]) -> Rights:
    return Rights(grid={at: level for at, level in grid.items() if level})


def move(sub_account: SubAccount, account: TopAccount) -> None:
    """As a merger of accounts does it."""
    sub_account.top_account = account
    sub_account.save()


def seen_by(person: User) -> set[SubAccount]:
    return set(policy.sub_accounts_visible_to(person))


@pytest.mark.parametrize("by_type", [None, Level.READ, Level.FULL])
@pytest.mark.parametrize("exception", LEVELS)
def test_the_most_specific_grant_decides(by_type: Level | None, exception: Level | None) -> None:
    account = factories.account()
    one, other = importers(account, 2)
    person = factories.member(account, granted=granted({DETAILS: by_type, own(one): exception}))
    expected = exception or by_type or Level.NONE
    given = policy.tabs_of(person, one)["details"]
    assert given.level is expected
    assert given.reason == ("own grant" if exception else "type-level grant" if by_type else "no grant")
    assert policy.may_read(person, one, "details") is (expected is not Level.NONE)
    assert policy.may_write(person, one, "details") is (expected is Level.FULL)
    assert policy.may_open(person, one) is any(right.level.reads for right in policy.tabs_of(person, one).values())
    assert policy.tabs_of(person, other)["details"].level is (by_type or Level.NONE), (
        "an exception is one sub-account's"
    )


@pytest.mark.parametrize(
    ("role", "reason"),
    [
        (Role.TRADE_ACCOUNT_OWNER, "role: Trade Account Owner"),
        (Role.PROXY_TRADE_ACCOUNT_OWNER, "role: Proxy Trade Account Owner"),
    ],
)
def test_owner_and_proxies_do_everything_by_their_role(role: Role, reason: str) -> None:
    account = factories.importer_account()
    is_owner = role == Role.TRADE_ACCOUNT_OWNER
    person = factories.owner_of(account) if is_owner else factories.member(account, role, granted=Rights())
    cells = [*type_cells(), *cells_of(account.sub_accounts.get())]
    assert set(policy.rights_at(person, account, cells).values()) == {Right(Level.FULL, reason)}
    assert policy.may_open_top(person, account)
    assert all(policy.top_level(person, account, tab) is Level.FULL for tab in (ACTIVITY_LOG, ACTION_PLAN))


def test_a_closed_sub_account_is_nobodys() -> None:
    account = factories.importer_account()
    sub_account = account.sub_accounts.get()
    user = factories.member(account, granted=Rights().everywhere(Level.FULL))
    sub_account.closed_at = clock.now()
    sub_account.save()
    for person in (factories.owner_of(account), user):
        assert {right.level for right in policy.tabs_of(person, sub_account).values()} == {Level.NONE}
        assert seen_by(person) == set()


def test_a_grant_on_a_type_holds_for_sub_accounts_added_later() -> None:
    account = factories.account()
    person = factories.member(account, granted=Rights(grid={DETAILS: Level.READ}))
    later = importers(account, 3)
    assert seen_by(person) == set(later)
    assert all(policy.may_read(person, one, "details") for one in later)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("tab", [ACTIVITY_LOG, ACTION_PLAN])
def test_log_and_plan_are_granted_one_by_one(tab: Tab, level: Level | None) -> None:
    account = factories.account()
    person = factories.member(account, granted=granted({Cell(TOP, tab.code): level}))
    other = ACTION_PLAN if tab is ACTIVITY_LOG else ACTIVITY_LOG
    assert policy.top_level(person, account, tab) is (level or Level.NONE)
    assert policy.top_level(person, account, other) is Level.NONE
    assert not policy.may_open_top(person, account), "Access to Top Account is a question of its own"


@pytest.mark.parametrize("access", [True, False])
def test_access_to_the_top_account_says_nothing_of_its_sub_accounts(access: bool) -> None:
    account = factories.importer_account()
    person = factories.member(account, granted=Rights(top_account_access=access))
    assert policy.may_open_top(person, account) is access
    assert seen_by(person) == set()


def test_a_change_of_the_grid_works_on_the_next_look() -> None:
    account = factories.importer_account()
    sub_account, owner = account.sub_accounts.get(), factories.owner_of(account)
    person = factories.member(account, granted=Rights(grid={DETAILS: Level.FULL}))
    for level in (Level.READ, Level.NONE, Level.FULL):
        member = factories.membership(person, account)
        actions.change(
            member,
            role=Role.TRADE_ACCOUNT_USER,
            granted=Rights(grid={own(sub_account): level}),
            version=member.version,
            by=owner,
        )
        assert policy.tabs_of(person, sub_account)["details"].level is level
        assert (sub_account in seen_by(person)) is level.reads
    actions.revoke(factories.membership(person, account), by=owner)
    assert policy.tabs_of(person, sub_account)["details"].level is Level.NONE
    assert seen_by(person) == set()


def test_what_a_former_membership_granted_does_not_come_back() -> None:
    account = factories.importer_account()
    sub_account, owner = account.sub_accounts.get(), factories.owner_of(account)
    person = factories.member(account, granted=Rights(top_account_access=True).everywhere(Level.FULL))
    actions.revoke(factories.membership(person, account), by=owner)
    factories.member(account, user=person, granted=Rights())
    assert seen_by(person) == set() and not policy.may_open_top(person, account)
    assert {right.level for right in policy.tabs_of(person, sub_account).values()} == {Level.NONE}


def test_grants_hold_in_their_own_account_only() -> None:
    mine, other = factories.importer_account(), factories.importer_account()
    person = factories.member(mine, granted=Rights(top_account_access=True).everywhere(Level.FULL))
    factories.member(other, user=person, granted=Rights())
    assert seen_by(person) == {mine.sub_accounts.get()}
    assert policy.top_level(person, other, ACTIVITY_LOG) is Level.NONE and not policy.may_open_top(person, other)


@pytest.mark.parametrize("there", LEVELS)
@pytest.mark.parametrize("here", LEVELS)
@pytest.mark.parametrize("member_there", [True, False])
def test_a_sub_account_that_moved_goes_by_its_new_account(
    here: Level | None, there: Level | None, member_there: bool
) -> None:
    """What one account granted on it is worth nothing, and no exception either, in the account it went to."""
    left, joined = factories.account(), factories.account()
    (sub_account,) = importers(left, 1)
    person = factories.member(left, granted=granted({own(sub_account): here}))
    if member_there:
        factories.member(joined, user=person, granted=granted({DETAILS: None if there is Level.NONE else there}))
    move(sub_account, joined)
    expected = (there or Level.NONE) if member_there else Level.NONE
    assert policy.tabs_of(person, sub_account)["details"].level is expected
    assert (sub_account in seen_by(person)) is expected.reads
    at = own(sub_account)
    assert policy.rights_at(person, left, [at])[at].level is Level.NONE, "not in the account it left either"


def test_the_rights_of_a_person_can_be_changed_after_a_sub_account_moved() -> None:
    account = factories.account()
    stays, moves = importers(account, 2)
    person = factories.member(account, granted=Rights(grid={own(stays): Level.READ, own(moves): Level.FULL}))
    move(moves, factories.account())
    member = factories.membership(person, account)
    kept = rights_of(member)
    assert kept.grid == {own(stays): Level.READ}
    by = factories.owner_of(account)
    actions.change(
        member, role=Role.TRADE_ACCOUNT_USER, granted=replace(kept, isf_portal=True), version=member.version, by=by
    )
    assert rights_of(factories.membership(person, account)) == replace(kept, isf_portal=True)


# --- Lists and single answers agree ------------------------------------------------------------------------------
TABS = ("details", "contacts")
levels = st.sampled_from(LEVELS)
by_tab = st.fixed_dictionaries(dict.fromkeys(TABS, levels))
#: A person in an account: the role, what is granted on the type, and on each of two sub-accounts.
places = st.tuples(
    st.sampled_from([*[Role.TRADE_ACCOUNT_USER] * 4, None, "ended", *Role]), by_tab, st.tuples(by_tab, by_tab)
)


@pytest.fixture
def two_accounts() -> list[list[SubAccount]]:
    """Two accounts with two sub-accounts each."""
    return [importers(factories.account(), 2) for _ in range(2)]


@hypothesis_settings(
    max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(here=places, there=places, moved=st.booleans())
def test_what_is_listed_is_what_the_tabs_say(
    two_accounts: list[list[SubAccount]], here: Any, there: Any, moved: bool
) -> None:
    with rolled_back():
        person = factories.person(active=False)
        for sub_accounts, place in zip(two_accounts, (here, there), strict=True):
            _put(person, sub_accounts, *place)
        everything = [SubAccount.objects.get(pk=one.pk) for row in two_accounts for one in row]
        if moved:
            move(everything[0], everything[-1].top_account)
        tabs = {one: policy.tabs_of(person, one) for one in everything}
        readable = {one for one in everything if any(right.level.reads for right in tabs[one].values())}
        assert seen_by(person) == readable
        assert all(policy.may_open(person, one) is (one in readable) for one in everything)
        _agrees_with_the_people(everything[0], person, tabs[everything[0]])


def _put(
    person: User, sub_accounts: list[SubAccount], role: Any, by_type: dict[str, Any], exceptions: tuple[Any, ...]
) -> None:
    """A membership with these grants, behind the back of the actions: also on proxies, owners and former members."""
    if role is None:
        return
    account = sub_accounts[0].top_account
    if role == Role.TRADE_ACCOUNT_OWNER:
        factories.replace_owner(account, person)
        member = factories.membership(person, account)
    else:
        member = Membership.objects.create(
            user=person,
            top_account=account,
            role=Role.TRADE_ACCOUNT_USER if role == "ended" else role,
            began_at=clock.now(),
            ended_at=clock.now() if role == "ended" else None,
        )
    found = {(None, tab): level for tab, level in by_type.items() if level is not Level.NONE}
    for one, tabs in zip(sub_accounts, exceptions, strict=True):
        found |= {(one, tab): level for tab, level in tabs.items()}
    Grant.objects.bulk_create(
        Grant(membership=member, account_type="IMPORTER", tab=tab, sub_account=one, level=level)
        for (one, tab), level in found.items()
        if level
    )


def _agrees_with_the_people(sub_account: SubAccount, person: User, tabs: dict[str, Right]) -> None:
    """Who is listed for a tab, and with which right, is what the person's own answer says."""
    for tab, right in tabs.items():
        at = own(sub_account, tab)
        listed = policy.people_at(sub_account.top_account, at).filter(user=person)
        assert list(policy.rights_of_people(listed, at).values()) == [right] * right.level.reads, at


@pytest.mark.parametrize("question", ["list", "tabs", "open", "top level", "people", "rights of the people"])
def test_no_question_costs_more_with_more_sub_accounts_and_grants(
    question: str,
) -> None:
    account = factories.account()
    person = factories.member(account, granted=Rights(grid={DETAILS: Level.READ}))
    member, first = factories.membership(person, account), importers(account, 1)[0]
    ask: dict[str, Callable[[], object]] = {
        "list": lambda: list(policy.sub_accounts_visible_to(person)),
        "tabs": lambda: policy.tabs_of(person, first),
        "open": lambda: policy.may_open(person, first),
        "top level": lambda: policy.top_level(person, account, ACTIVITY_LOG),
        "people": lambda: list(policy.people_at(account, own(first))),
        "rights of the people": lambda: policy.rights_of_people([member], own(first)),
    }

    def grow(count: int) -> None:
        Grant.objects.bulk_create(
            Grant(membership=member, account_type="IMPORTER", tab="details", sub_account=one, level=Level.FULL)
            for one in importers(account, count)
        )

    grow(10)
    with CaptureQueriesContext(connection) as few:
        ask[question]()
    grow(490)
    with CaptureQueriesContext(connection) as many:
        ask[question]()
    assert len(few) == len(many) <= 2
    assert len(seen_by(person)) == 501
