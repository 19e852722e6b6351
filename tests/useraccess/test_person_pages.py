"""A member's page and the grid: what is shown, what changes, who is faster, who may not."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import actions as accounts
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from ace_portal.core.models import Message
from tests import factories
from tests.harness.world import signed_in
from useraccess import actions, policy
from useraccess.models import Level, Membership, Role, UserDraft
from useraccess.rights import TOP, Cell, Rights, rights_of

pytestmark = pytest.mark.django_db

DETAILS, LOG, PLAN = Cell("IMPORTER", "details"), Cell(TOP, "activity-log"), Cell(TOP, "action-plan")


@pytest.fixture
def account() -> TopAccount:
    return factories.importer_account()


@pytest.fixture
def owner(account: TopAccount) -> Client:
    return signed_in(factories.owner_of(account))


@pytest.fixture
def member(account: TopAccount) -> Membership:
    granted = Rights(top_account_access=True, grid={DETAILS: Level.READ})
    return factories.membership(factories.member(account, granted=granted), account)


def change_page(member: Membership) -> str:
    return f"/accounts/people/{member.pk}/change/"


def sent(member: Membership, **cells: str) -> dict[str, str]:
    """What the grid page sends when nothing but `cells` (":" written as "__") was touched."""
    granted = rights_of(member)
    return {
        "version": str(member.version),
        "role": member.role,
        "top_account": "Yes" if granted.top_account_access else "No",
        "isf": "Yes" if granted.isf_portal else "No",
        **{f"cell-{at.key}": level.value for at, level in granted.grid.items()},
        **{f"cell-{key.replace('__', ':').replace('_', '-')}": level for key, level in cells.items()},
    }


def looked_at(page: HttpResponse) -> dict[str, str]:
    """What the page before saving sends."""
    found = re.search(r'name="looked_at" value="([^"]+)"', page.content.decode())
    assert found, page.content.decode()[:2000]
    return {"looked_at": found[1]}


def saved(client: Client, member: Membership, **cells: str) -> HttpResponse:
    page = client.post(change_page(member), sent(member, **cells))
    return client.post(change_page(member), looked_at(page))


def test_the_page_says_who_it_is_and_what_was_granted(owner: Client, member: Membership) -> None:
    shown = owner.get(f"/accounts/people/{member.pk}/").content.decode()
    for text in (member.user.email, "Trade Account User", "Importer, all sub-accounts: Importer record (5106)"):
        assert text in shown
    assert "Change role or permissions" in shown and "Revoke access" in shown


def test_what_changes_is_shown_before_it_is_saved(owner: Client, member: Membership) -> None:
    page = owner.post(change_page(member), sent(member, IMPORTER__details="FULL", TOP__activity_log="READ"))
    lines = [(one["what"], one["before"], one["after"]) for one in page.context["changes"]]
    assert lines == [
        ("Business Activity Log", "None", "Read-Only"),
        ("Importer, all sub-accounts: Importer record (5106)", "Read-Only", "Full"),
    ]
    assert rights_of(member).grid == {DETAILS: Level.READ}, "nothing is saved yet"
    owner.post(change_page(member), looked_at(page))
    assert rights_of(member).grid == {DETAILS: Level.FULL, LOG: Level.READ}
    assert rights_of(member).top_account_access


def test_going_back_from_there_loses_nothing(owner: Client, member: Membership) -> None:
    page = owner.post(change_page(member), sent(member, TOP__action_plan="FULL") | {"role": "PTAO"})
    page = owner.post(change_page(member), looked_at(page) | {"back": "1"})
    assert page.context["form"]["role"].value() == "PTAO"
    page = owner.post(change_page(member), sent(member, TOP__action_plan="FULL"))
    page = owner.post(change_page(member), looked_at(page) | {"back": "1"})
    assert page.context["grid"].rights.grid == {DETAILS: Level.READ, PLAN: Level.FULL}


def test_nothing_changed_is_said(owner: Client, member: Membership) -> None:
    answer = owner.post(change_page(member), sent(member), follow=True)
    assert "Nothing was changed." in answer.content.decode()
    member.refresh_from_db()
    assert member.version == 1


def test_an_exception_for_one_sub_account_wins_and_can_be_taken_back(
    owner: Client, account: TopAccount, member: Membership
) -> None:
    sub_account = account.sub_accounts.get()
    own = f"IMPORTER__details__{sub_account.pk}"
    saved(owner, member, **{own: "NONE"})
    assert not policy.may_open(member.user, sub_account)
    member.refresh_from_db()
    saved(owner, member, **{own: ""})
    assert policy.may_open(member.user, sub_account)


def test_a_promotion_gives_everything_and_a_demotion_only_what_is_chosen(owner: Client, member: Membership) -> None:
    page = owner.post(change_page(member), sent(member) | {"role": "PTAO"})
    owner.post(change_page(member), looked_at(page))
    member.refresh_from_db()
    assert member.role == Role.PROXY_TRADE_ACCOUNT_OWNER and not rights_of(member).grid
    page = owner.post(
        change_page(member), sent(member, TOP__action_plan="READ") | {"role": "USER", "top_account": "No"}
    )
    owner.post(change_page(member), looked_at(page))
    member.refresh_from_db()
    assert member.role == Role.TRADE_ACCOUNT_USER
    assert rights_of(member) == Rights(grid={PLAN: Level.READ})


def test_full_access_for_all_on_an_existing_user_names_the_isf_portal_among_the_changes(
    owner: Client, member: Membership
) -> None:
    page = owner.post(change_page(member), sent(member) | {"all": "READ"})
    assert "also sets ISF Portal to Yes" in page.content.decode() and page.context["version"] == 1
    everything = {f"cell-{at.key}": level.value for at, level in page.context["grid"].rights.grid.items()}
    isf = {"isf": "Yes", "isf-roles": ["FILER", "VIEWER", "REPORTS"]}
    page = owner.post(change_page(member), sent(member) | everything | isf)
    assert "ISF Portal" in [one["what"] for one in page.context["changes"]]


# --- Two at once -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("late", ["at the grid", "at the last press"])
def test_the_slower_one_sees_what_changed_and_loses_nothing(
    owner: Client, account: TopAccount, member: Membership, late: str
) -> None:
    mine, proxy = sent(member, TOP__activity_log="FULL"), factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    page = owner.post(change_page(member), mine) if late == "at the last press" else None
    faster = Rights(grid={PLAN: Level.READ})
    actions.change(member, role=Role.TRADE_ACCOUNT_USER, granted=faster, version=1, by=proxy)
    page = owner.post(change_page(member), looked_at(page) if page else mine)
    shown = page.content.decode()
    assert f"{proxy} changed this while you were looking at it" in shown
    told = [(one["what"], one["after"]) for one in page.context["meanwhile"]["changes"]]
    assert told == [
        ("Access to Top Account", "No"),
        ("Action Plan", "Read-Only"),
        ("Importer, all sub-accounts: Importer record (5106)", "None"),
    ]
    assert rights_of(member).grid == faster.grid, "nothing was saved"
    assert page.context["grid"].rights.grid == {PLAN: Level.READ, LOG: Level.FULL}, "theirs and mine together"
    assert page.context["version"] == 2
    member.refresh_from_db()
    saved(owner, member, TOP__activity_log="FULL")
    assert rights_of(member).grid == {PLAN: Level.READ, LOG: Level.FULL}


def test_what_was_looked_at_cannot_be_forged_or_used_for_somebody_else(
    owner: Client, account: TopAccount, member: Membership
) -> None:
    other = factories.membership(factories.member(account), account)
    kept = looked_at(owner.post(change_page(member), sent(member, TOP__action_plan="READ")))
    assert owner.post(change_page(other), kept).status_code == 404
    assert owner.post(change_page(member), {"looked_at": kept["looked_at"][:-2]}).status_code == 404


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 5000, "٣"])
def test_a_version_nobody_has_seen_is_a_change_meanwhile_not_an_error(
    owner: Client, member: Membership, version: str
) -> None:
    answer = owner.post(change_page(member), sent(member, TOP__action_plan="READ") | {"version": version})
    assert answer.status_code == 200 and not rights_of(member).grid.get(PLAN)


@pytest.mark.parametrize("chosen", ["", "x", "9" * 5000, "9" * 18, "-1"])
def test_an_account_that_cannot_be_chosen_is_no_error(owner: Client, chosen: str) -> None:
    assert owner.post("/tools/choose-account/", {"account": chosen}).status_code in (200, 404)


# --- Decisions ---------------------------------------------------------------------------------------------------
def test_revoked_while_signed_in_the_person_is_out_with_the_next_click(
    owner: Client, account: TopAccount, member: Membership
) -> None:
    theirs = signed_in(member.user)
    assert theirs.get(f"/accounts/{account.pk}/").status_code == 200
    page = owner.get(f"/accounts/people/{member.pk}/revoke/").content.decode()
    assert "stay a portal user" in page
    assert owner.post(f"/accounts/people/{member.pk}/revoke/")["Location"] == f"/accounts/{account.pk}/people/"
    assert theirs.get(f"/accounts/{account.pk}/")["Location"].startswith("/sign-in/")
    member.user.refresh_from_db()
    assert signed_in(member.user).get(f"/accounts/{account.pk}/").status_code == 404
    assert owner.get(f"/accounts/people/{member.pk}/").status_code == 404
    assert Message.objects.filter(to_address=member.user.email, template="useraccess/revoked").count() == 1
    assert owner.post(f"/accounts/people/{member.pk}/revoke/").status_code == 404, "once"


def test_deactivated_and_reactivated(owner: Client, member: Membership) -> None:
    owner.post(f"/accounts/people/{member.pk}/deactivate/")
    member.user.refresh_from_db()
    assert member.user.status == User.Status.DEACTIVATED
    shown = owner.get(f"/accounts/people/{member.pk}/").content.decode()
    assert "Reactivate" in shown and ">Deactivate<" not in shown
    owner.post(f"/accounts/people/{member.pk}/reactivate/")
    member.user.refresh_from_db()
    assert member.user.status == User.Status.ACTIVE
    assert rights_of(member).grid == {DETAILS: Level.READ}, "the rights were kept"


def test_somebody_of_another_company_is_not_deactivated_but_revoked(owner: Client, member: Membership) -> None:
    factories.member(factories.account(), user=member.user)
    assert ">Deactivate<" not in owner.get(f"/accounts/people/{member.pk}/").content.decode()
    assert owner.post(f"/accounts/people/{member.pk}/deactivate/").status_code == 403


def test_a_suspended_person_is_reactivated_by_who_manages_them(account: TopAccount, member: Membership) -> None:
    User.objects.filter(pk=member.user_id).update(last_seen_at=clock.now() - timedelta(days=46))
    accounts.suspend_inactive()
    proxy = signed_in(factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER))
    assert "Suspended" in proxy.get(f"/accounts/people/{member.pk}/").content.decode()
    proxy.post(f"/accounts/people/{member.pk}/reactivate/")
    member.user.refresh_from_db()
    assert member.user.status == User.Status.ACTIVE


PAGES = ("", "change/", "revoke/", "deactivate/", "reactivate/")


def test_a_proxy_touches_neither_owner_nor_proxy_nor_themselves(account: TopAccount) -> None:
    proxy = factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    colleague = factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    client = signed_in(proxy)
    for person in (proxy, colleague, factories.owner_of(account)):
        pk = factories.membership(person, account).pk
        answers = [client.get(f"/accounts/people/{pk}/{page}").status_code for page in PAGES]
        assert answers == [200, 403, 403, 403, 403]
        assert [client.post(f"/accounts/people/{pk}/{page}").status_code for page in PAGES[1:]] == [403] * 4


def test_the_owner_changes_not_even_the_own_rights(owner: Client, account: TopAccount) -> None:
    seat = factories.membership(factories.owner_of(account), account)
    for page in ("change/", "revoke/", "deactivate/"):
        assert owner.post(f"/accounts/people/{seat.pk}/{page}").status_code == 403


def test_users_outsiders_and_former_members(account: TopAccount, member: Membership) -> None:
    outsider = factories.owner_of(factories.importer_account())
    for person, status in ((member.user, 403), (outsider, 404)):
        client = signed_in(person)
        assert {client.get(f"/accounts/people/{member.pk}/{page}").status_code for page in PAGES} == {status}
    assert (
        f"Ask {factories.owner_of(account)}"
        in signed_in(member.user).get(f"/accounts/people/{member.pk}/").content.decode()
    )


# --- Large accounts ----------------------------------------------------------------------------------------------
def branches(account: TopAccount, number: int) -> list[SubAccount]:
    return SubAccount.objects.bulk_create(
        SubAccount(
            top_account=account,
            account_type="IMPORTER",
            identifier=factories.importer_number(),
            name=f"Branch {one:04d}",
            created_at=clock.now(),
        )
        for one in range(number)
    )


def test_a_grid_of_500_sub_accounts_shows_and_saves_with_the_same_queries(
    owner: Client, account: TopAccount, member: Membership
) -> None:
    def counted(data: dict[str, str] | None = None) -> int:
        with CaptureQueriesContext(connection) as queries:
            page = owner.post(change_page(member), data) if data else owner.get(change_page(member))
            if data:
                assert owner.post(change_page(member), looked_at(page)).status_code == 302
            else:
                assert page.status_code == 200
        member.refresh_from_db()
        return len(queries)

    def everywhere(level: str) -> dict[str, str]:
        keys = [
            f"cell-IMPORTER:{tab}:{one.pk}" for one in account.sub_accounts.all() for tab in ("details", "contacts")
        ]
        return sent(member) | dict.fromkeys(keys, level)

    counted()
    few = counted(), counted(everywhere("READ"))
    made = branches(account, 499)
    many = counted(), counted(everywhere("FULL"))
    # SQLite takes a bulk of rows in statements of so many variables each.
    assert many[0] == few[0] and many[1] - few[1] <= 6, (few, many)
    granted = rights_of(member).grid
    assert len(granted) == 1 + 2 * 500 and granted[Cell("IMPORTER", "contacts", made[-1].pk)] is Level.FULL


def test_more_than_500_sub_accounts_are_set_page_by_page_and_found_by_name(
    owner: Client, account: TopAccount, member: Membership
) -> None:
    made = branches(account, 510)
    first, second = (owner.get(change_page(member), {"page": page}).content.decode() for page in (1, 2))
    assert "Branch 0000" in first and "Branch 0509" not in first and "Save before you turn the page" in first
    found = owner.get(change_page(member), {"q": "Branch 0509"}).content.decode()
    assert "Branch 0509" in found and "Branch 0000" not in found
    saved(owner, member, **{f"IMPORTER__details__{made[509].pk}": "FULL"})
    member.refresh_from_db()
    saved(owner, member, **{f"IMPORTER__details__{made[0].pk}": "NONE"})
    assert rights_of(member).grid == {
        DETAILS: Level.READ,
        DETAILS._replace(sub_account=made[509].pk): Level.FULL,
        DETAILS._replace(sub_account=made[0].pk): Level.NONE,
    }


def test_drafts_nobody_goes_on_with_are_forgotten_after_a_week(account: TopAccount) -> None:
    owner = factories.owner_of(account)
    old = actions.keep_existing_user(factories.person(), by=owner)
    young = actions.keep_existing_user(factories.person(), by=owner)
    UserDraft.objects.filter(pk=old.pk).update(changed_at=clock.now() - timedelta(days=7, minutes=1))
    assert actions.forget_drafts() == 1
    assert list(UserDraft.objects.all()) == [young]
