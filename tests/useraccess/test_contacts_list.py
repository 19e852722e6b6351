"""The list of trade contacts, and of people to choose from: narrowed, in pages, as fast when they are many."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import TopAccount, User
from ace_portal.core import clock
from tests import factories
from tests.core.sample import Page, words
from tests.harness.queries import assert_constant_queries
from tests.harness.world import signed_in
from tests.importers.screens import text_of
from tests.useraccess.contact_samples import at, contact, more_sub_accounts, person_contact, rows
from useraccess import actions
from useraccess.models import ContactPlace, Membership, Role, Topic, TradeContact

pytestmark = pytest.mark.django_db
USER = Role.TRADE_ACCOUNT_USER


@pytest.fixture
def account() -> TopAccount:
    return factories.importer_account()


@pytest.fixture
def owner(account: TopAccount) -> Client:
    return signed_in(factories.owner_of(account))


# --- The list ----------------------------------------------------------------------------------------------------
@pytest.fixture
def crowd(account: TopAccount) -> dict[str, TradeContact]:
    """Ann (top, General), Bob (sub-account, Finance), Kim Lee of the account's people (both), Zoe (nowhere)."""
    sub_account, owner = account.sub_accounts.get(), factories.owner_of(account)
    kim = factories.member(account, user=factories.person(first_name="Kim", last_name="Lee", phone="+12025550199"))
    known = {
        "Ann": contact(account, first_name="Ann", last_name="Adams", email="ann@one.example", phone=""),
        "Bob": contact(account, sub_account, Topic.FINANCE, first_name="Bob", last_name="Brown", job_title="Broker"),
        "Kim": person_contact(account, kim, sub_account=sub_account, topic=Topic.GENERAL),
        "Zoe": contact(account, first_name="Zoe", last_name="Zander", phone="+442079460000", email=""),
    }
    actions.show_contact(known["Kim"], sub_account=None, topic=Topic.FINANCE, by=owner)
    actions.hide_contact(known["Zoe"], place=known["Zoe"].places.get().pk, by=owner)
    contact(factories.account(), first_name="Somebody", last_name="Else")
    return known


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["Ann Adams", "Bob Brown", "Kim Lee", "Zoe Zander"]),
        ({"q": "bro"}, ["Bob Brown"]),
        ({"q": "BROWN bob"}, ["Bob Brown"]),
        ({"q": "  lee "}, ["Kim Lee"]),
        ({"q": "trade.example"}, ["Kim Lee"]),
        ({"q": "broker.example"}, ["Bob Brown"]),
        ({"q": "(202) 555-0199"}, ["Kim Lee"]),
        ({"q": "020 7946"}, []),
        ({"q": "20 7946"}, ["Zoe Zander"]),
        ({"q": "%"}, []),
        ({"q": "'; DROP TABLE"}, []),
        ({"q": "x" * 5000}, []),
        ({"topic": "GENERAL"}, ["Ann Adams", "Kim Lee"]),
        ({"topic": "FINANCE"}, ["Bob Brown", "Kim Lee"]),
        ({"topic": "FINANCE", "place": "top"}, ["Kim Lee"]),
        ({"place": "top"}, ["Ann Adams", "Kim Lee"]),
        ({"place": "sub"}, ["Bob Brown", "Kim Lee"]),
        ({"place": "sub", "topic": "FINANCE"}, ["Bob Brown"]),
        ({"place": "sub", "topic": "FINANCE", "q": "kim"}, []),
        ({"place": "none"}, ["Zoe Zander"]),
        ({"place": "none", "topic": "FINANCE"}, ["Zoe Zander"]),
        ({"place": "99999999"}, []),
        ({"topic": "NO SUCH", "place": "-1", "page": "99"}, ["Ann Adams", "Bob Brown", "Kim Lee", "Zoe Zander"]),
        ({"place": "9" * 5000}, ["Ann Adams", "Bob Brown", "Kim Lee", "Zoe Zander"]),
    ],
)
def test_the_list_is_narrowed(
    account: TopAccount, owner: Client, crowd: dict[str, TradeContact], asked: dict[str, str], names: list[str]
) -> None:
    if asked.get("place") == "sub":
        asked = {**asked, "place": str(account.sub_accounts.get().pk)}
    answer = owner.get(at("contacts", account), asked)
    assert answer.status_code == 200 and rows(answer) == names
    if not names:
        assert "No contact of this account matches." in text_of(answer)


def test_a_row_tells_who_how_and_where(account: TopAccount, owner: Client, crowd: dict[str, TradeContact]) -> None:
    for sub_account in more_sub_accounts(account, 3):
        actions.show_contact(crowd["Ann"], sub_account=sub_account, topic=Topic.GENERAL, by=factories.owner_of(account))
    told = [words(row.text) for row in Page(owner.get(at("contacts", account)).content.decode()).all("tr")]
    ann, bob, kim, zoe = told[1:]
    assert "ann@one.example" in ann and "Does not sign in" in ann and "Top account (General)" in ann
    assert "Branch 001" in ann and "Branch 002" not in ann and "and 1 more" in ann
    assert "Broker" in bob and "+1 410-555-0123" in bob and f"{account.company_name}, " in bob
    assert "Also signs in as Trade Account User" in kim and "+1 202-555-0199" in kim
    assert "Nowhere at present" in zoe


def test_places_on_closed_sub_accounts_are_not_shown(
    account: TopAccount, owner: Client, crowd: dict[str, TradeContact]
) -> None:
    closed = account.sub_accounts.get()
    account.sub_accounts.update(closed_at=clock.now())
    assert rows(owner.get(at("contacts", account), {"place": "none"})) == ["Bob Brown", "Zoe Zander"]
    assert rows(owner.get(at("contacts", account), {"place": closed.pk})) == []
    assert "Nobody can see this contact at present." in text_of(owner.get(at("contact", crowd["Bob"])))
    assert closed.masked_identifier not in text_of(owner.get(at("contacts", account)))


def test_a_long_list_has_pages(account: TopAccount, owner: Client) -> None:
    more_contacts(account)(30)
    first, second = (rows(owner.get(at("contacts", account), {"page": page})) for page in (1, 2))
    assert (len(first), len(second)) == (25, 5) and not set(first) & set(second)


def more_contacts(account: TopAccount) -> Any:
    """Adds contacts to an account, every other one of its people, each on many places."""

    def grow(count: int) -> None:
        people = User.objects.bulk_create(
            User(
                account_id=f"C{(number := factories.serial())}",
                email=f"contact{number}@trade.example",
                first_name="Kim",
                last_name=f"Contact{number}",
                created_at=clock.now(),
            )
            for _ in range(count // 2)
        )
        Membership.objects.bulk_create(
            Membership(user=one, top_account=account, role=USER, began_at=clock.now()) for one in people
        )
        now = clock.now()
        made = [TradeContact(top_account=account, user=one, created_at=now) for one in people]
        made += [
            TradeContact(top_account=account, first_name="Pat", last_name=f"Name{factories.serial()}", created_at=now)
            for _ in range(count - len(people))
        ]
        TradeContact.objects.bulk_create(made)
        parts = [None, *account.sub_accounts.all()[:5]]
        ContactPlace.objects.bulk_create(
            ContactPlace(contact=one, sub_account=part, topic=topic)
            for one in made
            for part in parts
            for topic in ("GENERAL", "EXPORTS")
        )

    return grow


@pytest.mark.parametrize("query", ["", "?q=pat", "?topic=EXPORTS&place=top", "?place=none"])
def test_the_list_takes_the_same_queries_however_long(account: TopAccount, owner: Client, query: str) -> None:
    more_sub_accounts(account, 5)
    assert_constant_queries(owner, at("contacts", account) + query, more_contacts(account), many=300)


def test_five_hundred_sub_accounts_stay_usable(account: TopAccount, owner: Client) -> None:
    known = contact(account)
    for page in (at("contacts", account), at("add-contact", account), at("contact", known)):
        assert_constant_queries(owner, page, lambda count: more_sub_accounts(account, count), many=250)
    last = account.sub_accounts.latest("pk")
    owner.post(at("contact", known), {"place": last.pk, "topic": "EXPORTS"})
    assert known.places.latest("pk").sub_account == last


def test_a_contact_on_every_part_has_pages_of_places(account: TopAccount, owner: Client) -> None:
    known = contact(account)

    def grow(count: int) -> None:
        parts = more_sub_accounts(account, count)
        ContactPlace.objects.bulk_create(ContactPlace(contact=known, sub_account=part) for part in parts)

    assert_constant_queries(owner, at("contact", known), grow, many=100)
    first = owner.get(at("contact", known)).context["page"]
    assert (len(first), first.paginator.count) == (25, 101)
    assert first[0]["name"] == "Top account"


# --- One of many people ------------------------------------------------------------------------------------------
def offered(answer: Any) -> list[str]:
    """The people to choose from; nothing else on the page to choose has an e-mail address."""
    options = [words(option.text) for option in Page(answer.content.decode()).all("option")]
    return [option for option in options if "@" in option]


def test_only_people_who_are_no_contacts_yet_are_offered(account: TopAccount, owner: Client) -> None:
    kim = factories.member(account, user=factories.person(first_name="Kim", last_name="Lee"))
    gone = factories.member(account)
    person_contact(account, factories.owner_of(account))
    Membership.objects.filter(user=gone).update(ended_at=clock.now())
    page = owner.get(at("add-contact-person", account))
    assert offered(page) == [f"Kim Lee, {kim.email}"] and "Name or e-mail contains" not in text_of(page)
    person_contact(account, kim)
    assert "All people of the account are contacts already." in text_of(owner.get(at("add-contact-person", account)))


def test_thousands_of_people_are_found_by_name(account: TopAccount, owner: Client) -> None:
    def grow(count: int) -> None:
        people = User.objects.bulk_create(
            User(
                account_id=f"P{(number := factories.serial())}",
                email=f"p{number}@trade.example",
                first_name="Robin",
                last_name=f"Many{number:05d}",
                created_at=clock.now(),
            )
            for _ in range(count)
        )
        Membership.objects.bulk_create(
            Membership(user=one, top_account=account, role=USER, began_at=clock.now()) for one in people
        )

    address = at("add-contact-person", account)
    assert_constant_queries(owner, address, grow, few=150, many=1000)
    page = owner.get(address)
    assert len(offered(page)) == 100 and "the first 100 of 1001 people" in text_of(page)
    last = User.objects.filter(first_name="Robin", last_name__startswith="Many").latest("last_name")
    found = owner.get(address, {"q": f"robin {last.last_name}"})
    assert offered(found) == [f"{last}, {last.email}"] and "1 person found." in text_of(found)
    assert offered(owner.get(address, {"q": "nobody like that"})) == []
    owner.post(address, {"person": last.pk, "place": "", "topic": "GENERAL"})
    assert TradeContact.objects.get().user == last
