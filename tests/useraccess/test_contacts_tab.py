"""The tab "Contacts" that all account types share, and the contacts on the page of the top account."""

from typing import Any

import pytest
from django.test import Client

from accounts import registry
from accounts.models import SubAccount, TopAccount, User
from accounts.registry import CONTACTS
from tests import factories
from tests.core.sample import Page, words
from tests.exporters import makers
from tests.harness.queries import assert_constant_queries
from tests.harness.world import signed_in
from tests.importers.screens import text_of
from tests.useraccess.contact_samples import contact, person_contact
from useraccess import actions, policy
from useraccess.models import ContactPlace, Level, Role, Topic, TradeContact
from useraccess.rights import Cell, Rights, cells_of, sections, type_cells

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> TopAccount:
    return factories.importer_account()


@pytest.fixture
def sub_account(account: TopAccount) -> SubAccount:
    return account.sub_accounts.get()


def tab(sub_account: SubAccount, code: str = "contacts") -> str:
    return f"/accounts/sub/{sub_account.pk}/?tab={code}"


def tables(answer: Any) -> dict[str, list[str]]:
    """The rows of each table of the page, by its caption."""
    return {
        group["title"]: [f"{card.name}: {card.topic}" for card in group["cards"]] for group in answer.context["groups"]
    }


def reader(account: TopAccount, at: Cell, level: Level = Level.READ) -> User:
    return factories.member(account, granted=Rights(grid={at: level}))


# --- A tab like any other ----------------------------------------------------------------------------------------
def test_every_account_type_has_it_once_behind_its_own_tabs() -> None:
    for kind in registry.account_types():
        assert kind.tabs[-1] == CONTACTS and kind.tabs.count(CONTACTS) == 1 and len(kind.tabs) > 1
    importer = registry.account_type("IMPORTER")
    again = registry.AccountType(**vars(importer))
    assert again == importer and again.tabs == importer.tabs


def test_it_is_a_row_of_the_permission_grid(sub_account: SubAccount) -> None:
    assert all(CONTACTS in section.tabs for section in sections()[1:])
    assert Cell("IMPORTER", "contacts") in type_cells() and Cell("EXPORTER", "contacts") in type_cells()
    assert Cell("IMPORTER", "contacts", sub_account.pk) in cells_of(sub_account)


@pytest.mark.parametrize("scope", ["type", "sub-account"])
@pytest.mark.parametrize("level", [Level.READ, Level.FULL])
def test_whoever_was_granted_it_reads_it_and_nothing_else(
    account: TopAccount, sub_account: SubAccount, scope: str, level: Level
) -> None:
    person = reader(account, Cell("IMPORTER", "contacts", sub_account.pk if scope == "sub-account" else None), level)
    contact(account, sub_account)
    client = signed_in(person)
    answer = client.get(tab(sub_account))
    assert answer.status_code == 200 and "Pat Miller" in text_of(answer)
    assert [known["label"] for known in answer.context["tabs"]] == ["Contacts"]
    assert "Manage contacts" not in text_of(answer), "contacts are kept by owner and proxies"
    assert client.get(f"/accounts/sub/{sub_account.pk}/").context["tab"] == CONTACTS, "the first one they may read"
    refused = client.get(tab(sub_account, "details"))
    assert refused.status_code == 403 and str(factories.owner_of(account)) in refused.content.decode()
    assert client.get(f"/accounts/{account.pk}/").status_code == 403


def test_without_a_grant_it_is_refused_by_name(account: TopAccount, sub_account: SubAccount) -> None:
    client = signed_in(reader(account, Cell("IMPORTER", "details")))
    assert [known["label"] for known in client.get(tab(sub_account, "details")).context["tabs"]] == [
        "Importer record (5106)"
    ]
    refused = client.get(tab(sub_account))
    assert refused.status_code == 403 and "“Contacts”" in refused.content.decode()


def test_a_grant_on_the_type_does_not_win_over_none_on_the_sub_account(
    account: TopAccount, sub_account: SubAccount
) -> None:
    grid = {Cell("IMPORTER", "contacts"): Level.READ, Cell("IMPORTER", "contacts", sub_account.pk): Level.NONE}
    person = factories.member(account, granted=Rights(grid=grid))
    assert signed_in(person).get(tab(sub_account)).status_code == 403
    assert not policy.may_read(person, sub_account, CONTACTS.code)


def test_it_ends_with_the_next_request(account: TopAccount, sub_account: SubAccount) -> None:
    person = reader(account, Cell("IMPORTER", "contacts"))
    client, member = signed_in(person), factories.membership(person, account)
    assert client.get(tab(sub_account)).status_code == 200
    owner = factories.owner_of(account)
    actions.change(member, role=Role.TRADE_ACCOUNT_USER, granted=Rights(), version=member.version, by=owner)
    assert client.get(tab(sub_account)).status_code == 403


@pytest.mark.parametrize("kind", ["other", "former"])
def test_outsiders_find_nothing(account: TopAccount, sub_account: SubAccount, kind: str) -> None:
    person = factories.owner_of(factories.importer_account()) if kind == "other" else factories.member(account)
    if kind == "former":
        actions.revoke(factories.membership(person, account), by=factories.owner_of(account))
        person.refresh_from_db()
    assert signed_in(person).get(tab(sub_account)).status_code == 404


def test_exporters_have_it_too() -> None:
    exporter = makers.exporter()
    contact(exporter.top_account, exporter, Topic.EXPORTS)
    answer = signed_in(factories.owner_of(exporter.top_account)).get(tab(exporter))
    assert [known["label"] for known in answer.context["tabs"]] == ["Details", "Authorization for Reports", "Contacts"]
    assert "Pat Miller" in text_of(answer) and "Export reporting" in text_of(answer)


# --- What it shows -----------------------------------------------------------------------------------------------
def test_it_shows_the_contacts_of_this_part_and_apart_those_of_the_top_account(
    account: TopAccount, sub_account: SubAccount
) -> None:
    owner, other = factories.owner_of(account), makers.exporter(account)
    kim = factories.member(account, user=factories.person(first_name="Kim", last_name="Adams"))
    person_contact(account, kim, sub_account=sub_account, topic=Topic.FINANCE, job_title="Treasurer")
    pat = contact(account, sub_account)
    actions.show_contact(pat, sub_account=None, topic=Topic.SECURITY, by=owner)
    contact(account, other, first_name="Elsewhere")
    actions.remove_contact(contact(account, sub_account, first_name="Removed"), by=owner)
    contact(factories.account(), first_name="Foreign")
    answer = signed_in(owner).get(tab(sub_account))
    assert tables(answer) == {
        "Contacts of this sub-account": ["Kim Adams: Statements and refunds", "Pat Miller: General"],
        "Contacts of the top account": ["Pat Miller: Security and ISF"],
    }
    shown = text_of(answer)
    for fact in ("Treasurer", "Also signs in as Trade Account User", kim.email, "pat@broker.example", "410-555-0123"):
        assert fact in shown, fact
    link = next(a for a in Page(answer.content.decode()).all("a") if words(a.text) == "Manage contacts")
    assert link.attrs["href"] == f"/accounts/{account.pk}/contacts/?place={sub_account.pk}"


def test_a_part_without_contacts_says_so(account: TopAccount, sub_account: SubAccount) -> None:
    answer = signed_in(factories.owner_of(account)).get(tab(sub_account))
    assert tables(answer) == {"Contacts of this sub-account": [], "Contacts of the top account": []}
    assert text_of(answer).count("None.") == 2


@pytest.mark.parametrize(("here", "on_top"), [(30, 0), (25, 10), (10, 20), (0, 26), (25, 0)])
def test_many_contacts_have_pages_and_none_is_said_once(
    account: TopAccount, sub_account: SubAccount, here: int, on_top: int
) -> None:
    grow(account, [sub_account] * here + [None] * on_top)
    client = signed_in(factories.owner_of(account))
    pages = [tables(client.get(f"{tab(sub_account)}&page={number}")) for number in (1, 2)]
    if here + on_top <= 25:
        pages = pages[:1]
    for title, count in (("Contacts of this sub-account", here), ("Contacts of the top account", on_top)):
        shown = [page[title] for page in pages if title in page]
        assert sum(len(rows) for rows in shown) == count
        assert sum(not rows for rows in shown) == (count == 0), "an empty table is shown only where there is nobody"


def grow(account: TopAccount, places: list[SubAccount | None]) -> None:
    made = TradeContact.objects.bulk_create(
        TradeContact(
            top_account=account,
            first_name="Pat",
            last_name=f"Name{factories.serial()}",
            created_at=account.created_at,
        )
        for _ in places
    )
    ContactPlace.objects.bulk_create(
        ContactPlace(contact=one, sub_account=place) for one, place in zip(made, places, strict=True)
    )


@pytest.mark.parametrize("part", ["sub-account", "top account"])
def test_it_takes_the_same_queries_however_many(account: TopAccount, sub_account: SubAccount, part: str) -> None:
    client = signed_in(factories.owner_of(account))
    address = tab(sub_account) if part == "sub-account" else f"/accounts/{account.pk}/"

    def more(count: int) -> None:
        grow(account, [sub_account, None] * (count // 2))
        for _ in range(2):
            person_contact(account, factories.member(account))

    assert_constant_queries(client, address, more, many=200)


# --- The top account ---------------------------------------------------------------------------------------------
def test_the_page_of_the_top_account_shows_its_contacts(account: TopAccount, sub_account: SubAccount) -> None:
    contact(account, topic=Topic.COMPLIANCE)
    contact(account, sub_account, first_name="Elsewhere")
    answer = signed_in(factories.owner_of(account)).get(f"/accounts/{account.pk}/")
    assert tables(answer) == {"Contacts of the top account": ["Pat Miller: Compliance and entries"]}
    assert "Manage contacts" in text_of(answer)
    guest = factories.member(account, granted=Rights(top_account_access=True))
    shown = text_of(signed_in(guest).get(f"/accounts/{account.pk}/"))
    assert "Pat Miller" in shown and "Manage contacts" not in shown


def test_the_pages_of_the_account_lead_to_the_contacts_of_owner_and_proxies(account: TopAccount) -> None:
    client: Client = signed_in(factories.owner_of(account))
    answer = client.get(f"/accounts/{account.pk}/contacts/")
    current = [known["label"] for known in answer.context["account_pages"] if known["current"]]
    assert current == ["Contacts"]
