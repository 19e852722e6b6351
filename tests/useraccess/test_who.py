"""Who can do what: who reads or changes a place, what one person may do, and why."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from tests import factories
from tests.desk.conftest import words
from tests.harness.world import signed_in
from tests.useraccess.contact_samples import more_sub_accounts
from tests.useraccess.who_samples import DETAILS, ask, named, page_of, user
from useraccess import actions, policy
from useraccess.models import Level, Role
from useraccess.rights import ISF_ROLES, TOP, Cell, Rights

pytestmark = pytest.mark.django_db
PROXY, USER = Role.PROXY_TRADE_ACCOUNT_OWNER, Role.TRADE_ACCOUNT_USER


@pytest.fixture
def account() -> TopAccount:
    return factories.importer_account()


@pytest.fixture
def sub_account(account: TopAccount) -> SubAccount:
    return account.sub_accounts.get()


@pytest.fixture
def owner(account: TopAccount) -> Client:
    return signed_in(factories.owner_of(account))


def at(client: Client, account: TopAccount, **asked: Any) -> dict[str, tuple[str, str]]:
    """What the page says of each person at a place: what they may do, and the reason."""
    return {str(one.member.user): (one.may, one.reason) for one in ask(client, account, **asked).context["entitled"]}


# --- Who uses a place? -------------------------------------------------------------------------------------------
#: The grants of a user on the type and on the sub-account; what follows.
COMBINATIONS = {
    (None, None): (Level.NONE, "no grant"),
    (Level.READ, None): (Level.READ, "type-level grant"),
    (Level.FULL, None): (Level.FULL, "type-level grant"),
    **{
        (by_type, own): (own, "own grant")
        for by_type in (None, Level.READ, Level.FULL)
        for own in (Level.NONE, Level.READ, Level.FULL)
    },
}


def test_the_most_specific_grant_decides_who_is_listed_and_the_page_says_which(
    owner: Client, account: TopAccount, sub_account: SubAccount
) -> None:
    here = DETAILS._replace(sub_account=sub_account.pk)
    expected = {str(factories.owner_of(account)): ("Full", "role: Trade Account Owner")}
    expected[str(factories.member(account, PROXY))] = ("Full", "role: Proxy Trade Account Owner")
    for (by_type, own), (level, reason) in COMBINATIONS.items():
        grid = {cell: level for cell, level in ((DETAILS, by_type), (here, own)) if level}
        person = user(account, grid)
        told = policy.rights_at(person, account, [here])[here]
        assert (told.level, told.reason) == (level, reason)
        if level.reads:
            expected[str(person)] = (level.label, reason)
    factories.member(account)
    assert at(owner, account, place=sub_account.pk, tab="details") == expected


def test_a_grant_on_another_tab_type_sub_account_or_account_says_nothing(
    owner: Client, account: TopAccount, sub_account: SubAccount
) -> None:
    (other,) = more_sub_accounts(account, 1)
    user(account, {DETAILS._replace(tab="contacts"): Level.FULL})
    user(account, {Cell("EXPORTER", "details"): Level.FULL})
    user(account, {DETAILS._replace(sub_account=other.pk): Level.FULL})
    user(factories.importer_account(), {DETAILS: Level.FULL})
    assert list(at(owner, account, place=sub_account.pk)) == [str(factories.owner_of(account))]


def test_former_members_are_not_listed_and_those_who_cannot_sign_in_are_marked(
    owner: Client, account: TopAccount, sub_account: SubAccount
) -> None:
    people = [user(account, {DETAILS: Level.READ}) for _ in range(4)]
    actions.revoke(factories.membership(people[0], account), by=factories.owner_of(account))
    User.objects.filter(pk=people[1].pk).update(status="SUSPENDED")
    User.objects.filter(pk=people[2].pk).update(status="DEACTIVATED")
    told = words(ask(owner, account, place=sub_account.pk))
    assert str(people[0]) not in told
    assert f"{people[1]} Suspended Trade Account User Read-Only Type-level grant" in told
    assert f"{people[2]} Deactivated Trade Account User Read-Only Type-level grant" in told
    assert f"{people[3]} Trade Account User Read-Only Type-level grant" in told


def test_owner_and_proxies_come_first_then_users_by_name(
    owner: Client, account: TopAccount, sub_account: SubAccount
) -> None:
    for last in ("Young", "Abel"):
        person = factories.person(first_name="Kim", last_name=last)
        factories.member(account, user=person, granted=Rights(grid={DETAILS: Level.READ}))
    factories.member(account, PROXY, user=factories.person(first_name="Pat", last_name="Zorn"))
    names = list(at(owner, account, place=sub_account.pk))
    assert names == [str(factories.owner_of(account)), "Pat Zorn", "Kim Abel", "Kim Young"]


@pytest.mark.parametrize("tab", ["activity-log", "action-plan"])
def test_the_tabs_of_the_top_account_are_places_too(owner: Client, account: TopAccount, tab: str) -> None:
    writer = user(account, {Cell(TOP, tab): Level.FULL})
    user(account, top_account_access=True)
    found = at(owner, account, place="top", tab=tab)
    assert found.pop(str(writer)) == ("Full", "type-level grant")
    assert list(found) == [str(factories.owner_of(account))]


def test_access_to_top_account_is_by_role_or_own_grant(owner: Client, account: TopAccount) -> None:
    proxy, let_in = factories.member(account, PROXY), user(account, top_account_access=True)
    user(account, isf_portal=True)
    assert at(owner, account, place="top") == {
        str(factories.owner_of(account)): ("Yes", "role: Trade Account Owner"),
        str(proxy): ("Yes", "role: Proxy Trade Account Owner"),
        str(let_in): ("Yes", "own grant"),
    }


def test_the_isf_portal_is_shown_with_its_roles(owner: Client, account: TopAccount) -> None:
    filer = user(account, isf_portal=True, isf_roles=frozenset({"FILER", "REPORTS"}))
    bare = user(account, isf_portal=True)
    user(account, top_account_access=True)
    found = at(owner, account, place="top", tab="isf_portal")
    assert found.pop(str(filer)) == ("Yes, ISF Filer, ISF Reports", "own grant")
    assert found.pop(str(bare)) == ("Yes", "own grant")
    everything = ", ".join(["Yes", *ISF_ROLES.values()])
    assert found == {str(factories.owner_of(account)): (everything, "role: Trade Account Owner")}


def test_a_tab_nobody_has_heard_of_is_the_first_one(
    owner: Client, account: TopAccount, sub_account: SubAccount
) -> None:
    page = ask(owner, account, place=sub_account.pk, tab="no-such")
    assert page.context["tab"] == sub_account.type.tabs[0]
    assert f"1 person uses “{sub_account.type.tabs[0].label}”" in words(page)


def test_the_tabs_of_a_place_are_one_click_away(owner: Client, account: TopAccount, sub_account: SubAccount) -> None:
    page = ask(owner, account, place=sub_account.pk).content.decode()
    for tab in sub_account.type.tabs:
        assert f'href="?place={sub_account.pk}&amp;tab={tab.code}"' in page


def test_the_answer_changes_with_the_very_next_request(
    owner: Client, account: TopAccount, sub_account: SubAccount
) -> None:
    kim = user(account, {DETAILS: Level.READ})
    member = factories.membership(kim, account)
    by = factories.owner_of(account)
    assert str(kim) in at(owner, account, place=sub_account.pk)
    actions.change(member, role=USER, granted=Rights(), version=member.version, by=by)
    assert str(kim) not in at(owner, account, place=sub_account.pk)
    actions.change(member, role=PROXY, granted=Rights(), version=member.version, by=by)
    assert at(owner, account, place=sub_account.pk)[str(kim)] == ("Full", "role: Proxy Trade Account Owner")


# --- What can a person do? ---------------------------------------------------------------------------------------
def sheet(client: Client, account: TopAccount, person: User, **asked: Any) -> Any:
    return ask(client, account, person=factories.membership(person, account).pk, **asked)


def test_all_that_a_user_may_do_is_listed_with_the_reason(
    owner: Client, account: TopAccount, sub_account: SubAccount
) -> None:
    grid = {
        DETAILS: Level.READ,
        Cell(TOP, "action-plan"): Level.FULL,
        DETAILS._replace(sub_account=sub_account.pk): Level.NONE,
    }
    kim = user(account, grid, isf_portal=True, isf_roles=frozenset({"VIEWER"}))
    told = words(sheet(owner, account, kim))
    for line in (
        "Access to Top Account – No No grant",
        "ISF Portal – Yes, ISF Viewer Own grant",
        "Top Account Business Activity Log None No grant",
        "Top Account Action Plan Full Type-level grant",
        "Importer, all sub-accounts Importer record (5106) Read-Only Type-level grant",
        "Exporter, all sub-accounts Details None No grant",
        f"Importer: {sub_account.name}, {sub_account.masked_identifier} Importer record (5106) None Own grant Read-Only",
    ):
        assert line in told, line
    assert "1 exception: single sub-accounts with a grant of their own" in told


@pytest.mark.parametrize("role", ["TAO", "PTAO"])
def test_owner_and_proxies_may_do_everything_by_their_role(owner: Client, account: TopAccount, role: str) -> None:
    person = factories.owner_of(account) if role == "TAO" else factories.member(account, PROXY)
    page = sheet(owner, account, person)
    reason = f"role: {Role(role).label}"
    assert {(line.right.level, line.right.reason) for line in page.context["by_type"]} == {(Level.FULL, reason)}
    assert {door["reason"] for door in page.context["doors"]} == {reason}
    assert "No sub-account differs from its type." in words(page)


@pytest.mark.parametrize("how", ["closed", "moved"])
def test_exceptions_on_sub_accounts_that_left_the_account_are_history(
    owner: Client, account: TopAccount, how: str
) -> None:
    gone = named(account, "Gone Branch")
    kim = user(account, {DETAILS._replace(sub_account=gone.pk): Level.FULL})
    assert "Gone Branch" in words(sheet(owner, account, kim)).split("exception")[1]
    facts = {"closed": {"closed_at": clock.now()}, "moved": {"top_account": factories.account()}}
    SubAccount.objects.filter(pk=gone.pk).update(**facts[how])
    assert "No sub-account differs from its type." in words(sheet(owner, account, kim))


def test_many_exceptions_come_page_by_page(owner: Client, account: TopAccount) -> None:
    subs = more_sub_accounts(account, 30)
    kim = user(account, {DETAILS._replace(sub_account=one.pk): Level.FULL for one in subs})
    assert len(sheet(owner, account, kim).context["own"]) == 25
    last = sheet(owner, account, kim, page=2).context["own"]
    assert [line.place.split(",")[0] for line in last] == [f"Importer: Branch {number:03d}" for number in range(25, 30)]


def test_somebody_who_cannot_sign_in_is_marked(owner: Client, account: TopAccount) -> None:
    kim = user(account, {DETAILS: Level.READ})
    User.objects.filter(pk=kim.pk).update(status="SUSPENDED")
    assert f"{kim} Suspended Trade Account User" in words(sheet(owner, account, kim))


# --- Who may ask -------------------------------------------------------------------------------------------------
def test_proxies_may_ask_users_are_told_whom_to_ask_and_outsiders_find_nothing(account: TopAccount) -> None:
    assert signed_in(factories.member(account, PROXY)).get(page_of(account)).status_code == 200
    refused = signed_in(factories.member(account)).get(page_of(account))
    assert refused.status_code == 403 and f"Ask {factories.owner_of(account)}." in words(refused)
    assert signed_in(factories.owner_of(factories.account())).get(page_of(account)).status_code == 404
