"""The history of an account: every decision, newest first, for owner and proxies and for the desk."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import SubAccount, TopAccount
from ace_portal.core import clock, events
from ace_portal.core.models import Event
from ace_portal.core.refs import ref
from tests import factories
from tests.desk.conftest import words
from tests.exporters import authorization_samples
from tests.harness.queries import assert_constant_queries
from tests.harness.world import signed_in
from tests.useraccess.contact_samples import contact, more_sub_accounts
from useraccess import actions
from useraccess.history import GROUPS, SHOWN_LINES, group_of, in_group
from useraccess.models import Level, Role
from useraccess.rights import Cell, Rights

pytestmark = pytest.mark.django_db
PROXY, USER = Role.PROXY_TRADE_ACCOUNT_OWNER, Role.TRADE_ACCOUNT_USER
DETAILS = Cell("IMPORTER", "details")


@pytest.fixture
def account() -> TopAccount:
    return factories.importer_account()


@pytest.fixture
def owner(account: TopAccount) -> Client:
    return signed_in(factories.owner_of(account))


@pytest.fixture
def desk() -> Client:
    return signed_in(factories.officer())


def page_of(account: TopAccount, query: str = "") -> str:
    return reverse("useraccess:history", args=[account.pk]) + query


def desk_page(account: TopAccount, query: str = "") -> str:
    return reverse("admin:accounts_topaccount_account_history", args=[account.pk]) + query


def told(client: Client, address: str) -> list[str]:
    """The summaries on a page of the history, from top to bottom."""
    answer = client.get(address)
    assert answer.status_code == 200
    return [line.event.summary for line in answer.context["lines"]]


def remember(account: TopAccount, summary: str, kind: str = "useraccess.member_added", **facts: Any) -> Event:
    """An event in the account's journal; `at` is when."""
    at = facts.pop("at", None)
    with transaction.atomic():
        event = events.record(kind, account, summary=summary, journal=account, **{"by_label": "Kim Lee", **facts})
    if at:
        Event.objects.filter(pk=event.pk).update(at=at)
    return event


# --- What is in it -----------------------------------------------------------------------------------------------
def test_every_event_of_the_journal_newest_first_and_no_other(owner: Client, account: TopAccount) -> None:
    other = factories.importer_account()
    kim = factories.member(account, granted=Rights())
    actions.revoke(factories.membership(kim, account), by=factories.owner_of(account))
    contact(account)
    remember(other, "Elsewhere")
    expected = [event.summary for event in events.journal_of(account)]
    assert told(owner, page_of(account)) == expected and len(expected) >= 7
    assert expected[1] == f"{factories.owner_of(account)} revoked the access of {kim}"
    assert "Elsewhere" not in expected


def test_each_event_says_when_and_who(owner: Client, account: TopAccount) -> None:
    remember(account, "Something was decided", by_label="Ada Young", at=at_noon(2026, 3, 4))
    assert "Mar 4, 2026, 12:00 PM Something was decided Ada Young" in words(owner.get(page_of(account)))


def test_the_history_comes_page_by_page(owner: Client, account: TopAccount) -> None:
    for number in range(60):
        remember(account, f"Decision {number}", by_label="Ada Young")
    pages = [told(owner, page_of(account, f"?by=ada&page={number}")) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [25, 25, 10]
    assert pages[0][0] == "Decision 59" and pages[2][-1] == "Decision 0"


# --- Filters -----------------------------------------------------------------------------------------------------
#: Kinds of events by the group they are shown in.
KINDS = {
    "people": (
        *("useraccess.member_added", "useraccess.member_removed", "useraccess.rights_changed"),
        *("useraccess.owner_replaced", "accounts.deactivated", "accounts.reactivated"),
    ),
    "contacts": ("useraccess.contact_added", "useraccess.contact_removed"),
    "log": ("useraccess.activity_entry_added", "useraccess.action_item_added", "useraccess.action_item_changed"),
    "sub-accounts": ("accounts.sub_account_opened", "exporters.ein_disputed", "importers.record_changed"),
    "other": ("accounts.top_account_opened", "merges.requested"),
}


@pytest.mark.parametrize("group", KINDS)
def test_a_topic_shows_its_kinds_of_events_and_no_other(owner: Client, account: TopAccount, group: str) -> None:
    account = factories.account()
    Event.objects.filter(journal=ref(account)).update(journal="")
    owner = signed_in(factories.owner_of(account))
    for kinds in KINDS.values():
        for kind in kinds:
            remember(account, kind, kind=kind)
    assert told(owner, page_of(account, f"?group={group}")) == list(reversed(KINDS[group]))
    assert [kind for kinds in KINDS.values() for kind in kinds if group_of(kind) == group] == list(KINDS[group])


def test_the_topics_share_every_kind_that_the_portal_writes_among_them(account: TopAccount) -> None:
    rooms = ("accounts", "useraccess", "importers", "exporters", "verification", "demo")
    sources = [file.read_text() for room in rooms for file in Path(settings.BASE_DIR, room).rglob("*.py")]
    kinds = {
        kind for text in sources for kind in re.findall(r'"((?:accounts|useraccess|importers|exporters)\.\w+)"', text)
    }
    assert len(kinds) > 20
    for kind in kinds:
        remember(account, kind, kind=kind)
    written = events.journal_of(account)
    found = [event.pk for group in GROUPS for event in written.filter(in_group(group))]
    assert sorted(found) == sorted(written.values_list("pk", flat=True)), "in one group each"
    for group in GROUPS:
        assert {group_of(event.kind) for event in written.filter(in_group(group))} <= {group}


def test_real_decisions_stand_under_their_topic(owner: Client, account: TopAccount) -> None:
    kim = factories.member(account, granted=Rights())
    contact(account, first_name="Ann", last_name="Contact")
    people = " ".join(told(owner, page_of(account, "?group=people")))
    assert f"gave {kim} their first rights" in people and "sub-account" not in people and "Ann" not in people
    assert ["Ann Contact" in one for one in told(owner, page_of(account, "?group=contacts"))] == [True]
    assert "Importer sub-account" in " ".join(told(owner, page_of(account, "?group=sub-accounts")))
    assert told(owner, page_of(account, "?group=other")) == [f"Top account opened for {account.company_name}"]


def at_noon(year: int, month: int, day: int) -> datetime:
    return timezone.make_aware(datetime(year, month, day, 12))  # noqa: DTZ001 - made aware here


@pytest.fixture
def three_days(account: TopAccount) -> None:
    for day, name in ((3, "Ada Young"), (4, "Bo Xu"), (5, "Ada Abel")):
        remember(account, f"March {day}", by_label=name, at=at_noon(2026, 3, day))
    Event.objects.filter(journal=ref(account)).exclude(summary__startswith="March").update(at=at_noon(2025, 1, 1))


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("?by=ada", [5, 3]),
        ("?by=ADA+Y", [3]),
        ("?by=%25", []),
        ("?since=03/04/2026", [5, 4]),
        ("?since=2026-03-04", [5, 4]),
        ("?since=03/04/2026&until=03/04/2026", [4]),
        ("?since=03/03/2026&until=03/04/2026&by=bo", [4]),
        ("?since=03/03/2026&group=people&by=ada", [5, 3]),
        ("?since=03/03/2026&group=contacts", []),
        ("?since=01/01/0001&until=12/31/9999&by=bo", [4]),
        ("?since=03/06/2026", []),
    ],
)
def test_the_history_is_narrowed_by_person_and_days(
    owner: Client, desk: Client, account: TopAccount, three_days: None, query: str, days: list[int]
) -> None:
    expected = [f"March {day}" for day in days]
    assert told(owner, page_of(account, query)) == expected
    assert told(desk, desk_page(account, query)) == expected


@pytest.mark.parametrize("at", [(2026, 3, 4, 0, 0), (2026, 3, 4, 23, 59)])
def test_a_day_is_a_day_where_the_portal_is(
    owner: Client, account: TopAccount, at: tuple[int, int, int, int, int]
) -> None:
    remember(account, "That day", at=timezone.make_aware(datetime(*at)))  # noqa: DTZ001
    assert told(owner, page_of(account, "?since=03/04/2026&until=03/04/2026")) == ["That day"]


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("?since=yesterday", "From: Write the day as MM/DD/YYYY, such as 11/20/2026."),
        ("?until=13/40/2026", "To: Write the day as MM/DD/YYYY, such as 11/20/2026."),
        ("?since=03/05/2026&until=03/04/2026", "To must not be before From."),
        ("?group=nonsense", "Topic must be one of the options offered."),
        ("?by=" + "x" * 101, "Decided by: name contains must be 100 characters or fewer (it has 101)."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_the_rest_counts(
    owner: Client, desk: Client, account: TopAccount, three_days: None, query: str, problem: str
) -> None:
    for client, address in ((owner, page_of(account, query)), (desk, desk_page(account, query))):
        answer = client.get(address)
        assert answer.status_code == 200 and problem in words(answer)
        assert "<title>Error: " in answer.content.decode().replace("\n", "").replace("  ", "")
        assert answer.context["lines"]
    assert "yesterday" in owner.get(page_of(account, "?since=yesterday&by=bo")).content.decode()
    assert told(owner, page_of(account, "?since=yesterday&by=bo")) == ["March 4"]


@pytest.mark.parametrize("query", ["?page=x", "?page=99", "?event=x", "?event=" + "9" * 5000, "?event="])
def test_nonsense_in_the_address_shows_the_history(owner: Client, account: TopAccount, query: str) -> None:
    assert told(owner, page_of(account, query)) == told(owner, page_of(account))


def test_nothing_found_says_so(owner: Client, account: TopAccount) -> None:
    assert "Nothing of this account’s history matches." in words(owner.get(page_of(account, "?by=nobody")))


# --- Changes of rights in words ----------------------------------------------------------------------------------
def test_a_change_of_rights_is_told_line_by_line(owner: Client, desk: Client, account: TopAccount) -> None:
    sub_account = account.sub_accounts.get()
    kim = factories.member(account, granted=Rights(top_account_access=True, grid={DETAILS: Level.READ}))
    member = factories.membership(kim, account)
    after = Rights(
        isf_portal=True,
        isf_roles=frozenset({"FILER"}),
        grid={DETAILS._replace(sub_account=sub_account.pk): Level.FULL, Cell("TOP", "action-plan"): Level.READ},
    )
    actions.change(member, role=USER, granted=after, version=1, by=factories.owner_of(account))
    for client, address in ((owner, page_of(account)), (desk, desk_page(account))):
        shown = words(client.get(address))
        for line in (
            "Access to Top Account: No (before: Yes)",
            "ISF Portal: Yes (before: No)",
            "ISF Portal roles: ISF Filer (before: None)",
            "Importer, all sub-accounts: Importer record (5106): None (before: Read-Only)",
            f"{sub_account}: Importer record (5106): Full (before: As its type)",
            "Action Plan: Read-Only (before: None)",
            # The first rights, given before:
            "Role: Trade Account User (before: None)",
            "Access to Top Account: Yes (before: –)",
        ):
            assert line in shown, line
        assert "version" not in shown


def test_a_promotion_is_told_too(owner: Client, account: TopAccount) -> None:
    member = factories.membership(factories.member(account, granted=Rights()), account)
    actions.change(member, role=PROXY, granted=Rights(), version=1, by=factories.owner_of(account))
    assert "Role: Proxy Trade Account Owner (before: Trade Account User)" in words(owner.get(page_of(account)))


def test_a_long_change_is_cut_and_one_click_shows_all_of_it(owner: Client, desk: Client, account: TopAccount) -> None:
    subs = more_sub_accounts(account, 30)
    grid = {DETAILS._replace(sub_account=one.pk): Level.FULL for one in subs}
    factories.member(account, granted=Rights(grid=grid))
    for client, address in ((owner, page_of(account)), (desk, desk_page(account))):
        line = client.get(address).context["lines"][0]
        assert len(line.changes) == SHOWN_LINES and line.hidden == 33 - SHOWN_LINES
        page = client.get(address).content.decode()
        assert f'href="?event={line.event.pk}">and {line.hidden} more: show all of them</a>' in page
        answer = client.get(f"{address}?event={line.event.pk}")
        (single,) = answer.context["lines"]
        assert len(single.changes) == 33 and single.hidden == 0
        assert 'href="?">Show the whole history</a>' in answer.content.decode()


def test_rights_on_what_no_longer_exists_are_told_as_well_as_can_be(owner: Client, account: TopAccount) -> None:
    remember(
        account,
        "Long ago",
        kind="useraccess.rights_changed",
        before={"GONE:tab": "READ", "IMPORTER:old-tab:999999": "FULL"},
        after={"GONE:tab": "", "IMPORTER:old-tab:999999": "", "version": 7},
    )
    shown = words(owner.get(page_of(account)))
    assert "GONE, all sub-accounts: tab: None (before: Read-Only)" in shown
    assert "A sub-account: old-tab: As its type (before: Full)" in shown


def test_the_single_event_of_another_account_is_not_shown(owner: Client, desk: Client, account: TopAccount) -> None:
    foreign = remember(factories.account(), "Elsewhere")
    assert told(owner, page_of(account, f"?event={foreign.pk}")) == []
    assert told(desk, desk_page(account, f"?event={foreign.pk}")) == []


# --- Many --------------------------------------------------------------------------------------------------------
def more_changes(account: TopAccount) -> Callable[[int], object]:
    """Adds changes of rights, each of many cells of another sub-account."""
    journal, subject = ref(account), ref(factories.membership(factories.owner_of(account), account))

    def grow(rows: int) -> None:
        subs: list[SubAccount] = more_sub_accounts(account, rows)
        Event.objects.bulk_create(
            Event(
                at=clock.now() - timedelta(minutes=number),
                kind="useraccess.rights_changed",
                summary="Changed",
                by_label="Kim Lee",
                subject=subject,
                journal=journal,
                before={f"IMPORTER:details:{one.pk}": "READ", "role": "USER"},
                after={f"IMPORTER:details:{one.pk}": "FULL", "role": "PTAO", "version": number},
            )
            for number, one in enumerate(subs)
        )

    return grow


@pytest.mark.parametrize("query", ["", "?group=people&by=kim&since=01/01/2020"])
def test_the_history_asks_the_database_as_often_for_a_thousand_events_as_for_ten(
    owner: Client, desk: Client, account: TopAccount, query: str
) -> None:
    grow = more_changes(account)
    assert_constant_queries(owner, page_of(account, query), grow)
    assert_constant_queries(desk, desk_page(account, query), grow)


# --- Who may read it ---------------------------------------------------------------------------------------------
def test_owner_and_proxies_read_it_users_are_told_whom_to_ask_and_outsiders_find_nothing(account: TopAccount) -> None:
    assert signed_in(factories.member(account, PROXY)).get(page_of(account)).status_code == 200
    refused = signed_in(factories.member(account)).get(page_of(account))
    assert refused.status_code == 403 and f"Ask {factories.owner_of(account)}." in words(refused)
    assert signed_in(factories.owner_of(factories.account())).get(page_of(account)).status_code == 404


def test_officers_reach_it_from_the_accounts_page_and_analysts_do_not(desk: Client, account: TopAccount) -> None:
    page = desk.get(reverse("admin:accounts_topaccount_change", args=[account.pk])).content.decode()
    assert f'action="{desk_page(account)}"' in page and "Account history" in page
    assert signed_in(authorization_samples.analyst()).get(desk_page(account)).status_code == 403
    assert desk.get(reverse("admin:accounts_topaccount_account_history", args=[10**9])).status_code == 404
    assert desk.post(desk_page(account)).status_code == 405
