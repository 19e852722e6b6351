"""Home, Accounts, References, Tools: what each person finds there."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db.models import F
from django.test import Client

from accounts import actions, registry
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from ace_portal.portal.tiles import tiles_for
from tests import factories
from tests.harness.people import sign_in
from tests.importers.screens import text_of
from useraccess.models import Membership, Role

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    return sign_in(Client(), user)


@pytest.fixture
def account() -> TopAccount:
    record = factories.ImporterRecordFactory.create(company_name="Old Harbor Coffee")
    opened = factories.account_of(factories.application_approved(record))
    factories.signed_in_before(factories.owner_of(opened))
    return opened


def add(account: TopAccount, *names: str) -> list[SubAccount]:
    return [
        actions.open_sub_account(
            account, account_type="IMPORTER", identifier=factories.importer_number(), name=name, by=None
        )
        for name in names
    ]


# --- Home --------------------------------------------------------------------------------------------------------
def test_a_visitor_is_shown_what_there_is_to_do(client: Client) -> None:
    shown = client.get("/")
    assert "/apply/" in shown.content.decode() and "/sign-in/" in shown.content.decode()
    assert "not a government site" in shown.content.decode()
    assert "importer" in text_of(client.get("/apply/")).lower()


def test_home_greets_and_shows_own_accounts_with_their_events(account: TopAccount) -> None:
    other = factories.importer_account()
    shown = text_of(browser(factories.owner_of(account)).get("/"))
    assert "Toni" in shown and "Old Harbor Coffee" in shown and account.ace_id in shown
    assert "Top account opened" in shown and "became Trade Account Owner" in shown
    assert other.company_name not in shown and other.ace_id not in shown


def test_home_of_somebody_without_an_account_is_a_page_too() -> None:
    assert browser(factories.person()).get("/").status_code == 200


def test_an_officer_is_led_to_the_desk(officer_client: Any) -> None:
    assert officer_client().get("/")["Location"] == "/admin/"


def test_home_shows_no_more_than_the_newest_events(account: TopAccount) -> None:
    add(account, *[f"Branch {number}" for number in range(15)])
    assert len(browser(factories.owner_of(account)).get("/").context["events"]) == 10


@pytest.mark.parametrize(("days", "left"), [(0, 45), (1, 44), (44, 1), (45, 0), (60, 0)])
def test_the_countdown_to_a_suspension_starts_at_the_last_sign_in(days: int, left: int) -> None:
    user = factories.person()
    User.objects.filter(pk=user.pk).update(last_seen_at=clock.now() - timedelta(days=days, minutes=1))
    user.refresh_from_db()
    (tile,) = tiles_for(user)
    assert tile.days_left == left and "45 days" in tile.text
    assert tile.pressing is (left <= 15)


def test_officers_have_no_countdown() -> None:
    assert tiles_for(factories.officer(device=False)) == []


# --- Accounts ----------------------------------------------------------------------------------------------------
def test_the_list_shows_own_sub_accounts_only(account: TopAccount) -> None:
    factories.importer_account()
    page = browser(factories.owner_of(account)).get("/accounts/")
    assert [row.name for row in page.context["page"]] == ["Old Harbor Coffee"]
    assert page.context["top_accounts"][0] == account


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Alder", "Birch", "Cedar", "Old Harbor Coffee"]),
        ("?order=name", ["Alder", "Birch", "Cedar", "Old Harbor Coffee"]),
        ("?order=number", ["Old Harbor Coffee", "Cedar", "Alder", "Birch"]),
        ("?order=nonsense", ["Alder", "Birch", "Cedar", "Old Harbor Coffee"]),
        ("?q=bir", ["Birch"]),
        ("?q=%20CEDAR%20", ["Cedar"]),
        ("?q=no+such", []),
        ("?type=IMPORTER&q=alder", ["Alder"]),
        ("?type=NOSUCH", []),
        ("?page=99", ["Alder", "Birch", "Cedar", "Old Harbor Coffee"]),
        ("?page=x", ["Alder", "Birch", "Cedar", "Old Harbor Coffee"]),
        ("?q=%25", []),
        ("?q='%3B+DROP+TABLE", []),
        ("?q=" + "x" * 5000, []),
    ],
)
def test_the_list_is_ordered_and_searched(account: TopAccount, query: str, names: list[str]) -> None:
    add(account, "Cedar", "Alder", "Birch")
    page = browser(factories.owner_of(account)).get(f"/accounts/{query}")
    assert page.status_code == 200
    assert [row.name for row in page.context["page"]] == names


def test_the_list_is_searched_by_number_and_masks_it_never_for_the_owner(account: TopAccount) -> None:
    sub_account = account.sub_accounts.get()
    page = browser(factories.owner_of(account)).get("/accounts/", {"q": sub_account.identifier[-5:]})
    assert list(page.context["page"]) == [sub_account]


def test_a_long_list_has_pages(account: TopAccount) -> None:
    add(account, *[f"Branch {number:02d}" for number in range(30)])
    client = browser(factories.owner_of(account))
    first, second = client.get("/accounts/").context["page"], client.get("/accounts/?page=2").context["page"]
    assert (len(first), len(second)) == (25, 6)
    assert not {row.pk for row in first} & {row.pk for row in second}


def test_the_task_selector_offers_the_registered_types(account: TopAccount) -> None:
    client = browser(factories.owner_of(account))
    shown = client.get("/accounts/").content.decode()
    assert all(kind.label in shown for kind in registry.account_types())
    chosen = client.get("/accounts/?type=IMPORTER")
    assert chosen.context["chosen"].code == "IMPORTER"
    for task in ("admin:index", "https://evil.example", "portal:home", ""):
        assert client.get("/accounts/", {"task": task}).status_code == 200, "only offered tasks lead somewhere"


@pytest.mark.parametrize(
    ("kind", "top", "sub"),
    [("owner", 200, 200), ("proxy", 200, 200), ("user", 403, 403), ("former", 404, 404), ("other", 404, 404)],
)
def test_who_opens_which_page(account: TopAccount, kind: str, top: int, sub: int) -> None:
    makers = {
        "owner": lambda: factories.owner_of(account),
        "proxy": lambda: factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER),
        "user": lambda: factories.member(account, Role.TRADE_ACCOUNT_USER),
        "former": lambda: factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER),
        "other": lambda: factories.owner_of(factories.account()),
    }
    user = makers[kind]()
    if kind == "former":
        Membership.objects.filter(user=user).update(ended_at=F("began_at"))
    client = browser(user)
    assert client.get(f"/accounts/{account.pk}/").status_code == top
    answer = client.get(f"/accounts/sub/{account.sub_accounts.get().pk}/")
    assert answer.status_code == sub
    if sub == 403:
        assert str(factories.owner_of(account)) in answer.content.decode(), "who can grant it"


@pytest.mark.parametrize("path", ["/accounts/", "/accounts/1/", "/accounts/sub/1/", "/tools/"])
def test_visitors_are_asked_to_sign_in(client: Client, path: str) -> None:
    assert client.get(path)["Location"] == f"/sign-in/?next={path}"


@pytest.mark.parametrize("path", ["/accounts/999999/", "/accounts/sub/999999/", "/accounts/x/", "/accounts/-1/"])
def test_a_wrong_address_is_not_found(account: TopAccount, path: str) -> None:
    assert browser(factories.owner_of(account)).get(path).status_code == 404


def test_the_pages_of_an_account_tell_what_it_is(account: TopAccount) -> None:
    client = browser(factories.owner_of(account))
    factories.member(account, Role.TRADE_ACCOUNT_USER)
    shown = text_of(client.get(f"/accounts/{account.pk}/"))
    for fact in (
        "Old Harbor Coffee",
        account.ace_id,
        "Corporation",
        "September 30",
        "15-048-3782",
        "Trade Account User",
    ):
        assert fact in shown, fact
    sub_account = account.sub_accounts.get()
    for query in ("", "?tab=details", "?tab=nonsense"):
        shown = text_of(client.get(f"/accounts/sub/{sub_account.pk}/{query}"))
        for fact in (sub_account.identifier, "Importer record (5106)", "10 – Active", "Pat Contact", "100 Main Street"):
            assert fact in shown, fact


def test_a_sub_account_whose_record_is_gone_says_so(account: TopAccount) -> None:
    (lonely,) = add(account, "Lonely")
    shown = text_of(browser(factories.owner_of(account)).get(f"/accounts/sub/{lonely.pk}/"))
    assert "not on file any more" in shown


def test_a_closed_sub_account_has_no_page(account: TopAccount) -> None:
    sub_account = account.sub_accounts.get()
    SubAccount.objects.update(closed_at=clock.now())
    assert browser(factories.owner_of(account)).get(f"/accounts/sub/{sub_account.pk}/").status_code == 404


# --- References and Tools ----------------------------------------------------------------------------------------
def test_references_are_open_to_everybody(client: Client) -> None:
    shown = text_of(client.get("/references/"))
    for topic in ("Trade Account Owner", "Proxy Trade Account Owner", "Trade Account User"):
        assert topic in shown
    assert "support@ace-simulator.example" in shown


def test_tools_tell_a_person_what_is_known_about_them() -> None:
    user = factories.person(phone="+12025550123")
    shown = text_of(browser(user).get("/tools/"))
    for fact in (user.get_full_name(), user.account_id, user.email, "+1 202-555-0123"):
        assert fact in shown


@pytest.mark.parametrize("path", ["/", "/accounts/", "/references/", "/tools/", "/apply/"])
def test_pages_are_read_not_posted(path: str) -> None:
    assert browser(factories.person()).post(path).status_code == 405


@pytest.mark.parametrize("path", ["/\x00", "/accounts/?q=\x00", "/?\x00=1", "/no/such/page/"])
def test_addresses_nobody_types_are_refused_kindly(client: Client, path: str) -> None:
    answer = client.get(quote(path, safe="/?=&"))
    assert answer.status_code in (400, 404)
    assert "ACE Portal" in answer.content.decode()
