"""The Action Plan: what is to be done, by whom and until when; and what happens when two people change one item."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from accounts.models import TopAccount, User
from ace_portal.core.errors import DomainError, NotAllowed
from ace_portal.core.events import history_of, journal_of
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from tests import factories
from tests.core.sample import Page
from tests.harness.queries import assert_constant_queries
from tests.harness.threads import together
from tests.harness.world import signed_in
from tests.importers.screens import errors, text_of
from tests.useraccess.plan_samples import add, added, change, granted, plan, shown, typed
from useraccess import actions as useraccess
from useraccess.actions import activity as actions
from useraccess.actions.people import ChangedMeanwhile
from useraccess.models import ActionItem, Level, Role
from useraccess.rights import Change

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> TopAccount:
    return factories.account(company_name="Acme")


@pytest.fixture
def toni(account: TopAccount) -> User:
    return factories.owner_of(account)


@pytest.fixture
def kim(account: TopAccount) -> User:
    kim = factories.person(first_name="Kim", last_name="Lee", email="kim@trade.example")
    return factories.member(account, user=kim, granted=granted(Level.FULL))


# --- Who ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "reads", "writes"),
    [
        ("owner", True, True),
        ("proxy", True, True),
        ("user with Full", True, True),
        ("user with Read-Only", True, False),
        ("user without a grant", False, False),
    ],
)
def test_the_plan_is_open_as_granted(account: TopAccount, toni: User, who: str, reads: bool, writes: bool) -> None:
    item = added(account)
    person = {
        "owner": lambda: toni,
        "proxy": lambda: factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER),
        "user with Full": lambda: factories.member(account, granted=granted(Level.FULL)),
        "user with Read-Only": lambda: factories.member(account, granted=granted(Level.READ)),
        "user without a grant": lambda: factories.member(account),
    }[who]()
    client = signed_in(person)
    page: Any = client.get(plan(account))
    assert page.status_code == (200 if reads else 403)
    if reads:
        assert "Renew the bond" in text_of(page)
        assert (change(item) in page.content.decode(), add(account) in page.content.decode()) == (writes, writes)
    else:
        assert f"Ask {toni}." in unescape(page.content.decode())
    for address in (add(account), change(item)):
        answer: Any = client.post(address, typed(toni, title="Typed", version=1))
        assert answer.status_code == (302 if writes else 403)
    assert ActionItem.objects.filter(title="Typed").count() == (2 if writes else 0)


def test_outsiders_and_former_members_find_nothing(account: TopAccount, kim: User) -> None:
    item = added(account)
    useraccess.revoke(factories.membership(kim, account), by=factories.owner_of(account))
    for person in (kim, factories.owner_of(factories.account()), factories.officer()):
        client = signed_in(User.objects.get(pk=person.pk))
        for address in (plan(account), add(account), change(item)):
            assert client.get(address).status_code == 404, (person, address)


def test_whoever_may_not_write_cannot_by_any_way(account: TopAccount, toni: User) -> None:
    item = added(account)
    facts = actions.facts_of(item)
    reader = factories.member(account, granted=granted(Level.READ))
    for by in (reader, factories.officer(), factories.owner_of(factories.account())):
        with pytest.raises(NotAllowed, match=f"Ask {toni}"):
            actions.add_item(account, facts=facts, by=by)
        with pytest.raises(NotAllowed, match=f"Ask {toni}"):
            actions.change_item(item, facts=facts, version=1, by=by)


# --- Adding and changing -----------------------------------------------------------------------------------------
def test_an_item_is_added_told_and_remembered(account: TopAccount, toni: User, kim: User) -> None:
    Message.objects.all().delete()
    answer: Any = signed_in(toni).post(add(account), typed(kim), follow=True)
    assert "“Renew the bond” is on the plan." in answer.content.decode()
    item = ActionItem.objects.get()
    assert (item.owner, item.status, item.created_by, item.version) == (kim, "PLANNED", toni, 1)
    told = Message.objects.get()
    assert told.to_address == kim.email
    assert f"{toni} gave you an item" in told.body and "Ask the surety." in told.body and plan(account) in told.body
    event = history_of(item).get()
    assert event in journal_of(account)
    assert event.after["owner"] == "Kim Lee (kim@trade.example)"


def test_who_is_told_of_an_item(account: TopAccount, toni: User, kim: User) -> None:
    reader = factories.member(account)

    def told(item: ActionItem) -> dict[str, str]:
        return dict(Message.objects.filter(about=ref(item)).values_list("to_address", "body"))

    assert told(added(account, by=kim, owner=kim)) == {}
    assert list(told(added(account, by=kim, owner=toni))) == [toni.email]
    both = told(added(account, by=kim, owner=reader))
    assert set(both) == {reader.email, toni.email}
    # Whoever cannot open the plan is not sent there.
    assert plan(account) not in both[reader.email] and "Tell Kim Lee" in both[reader.email]
    assert f"Kim Lee gave {reader} an item" in both[toni.email] and plan(account) in both[toni.email]


def test_an_item_is_changed_and_a_new_owner_told(account: TopAccount, toni: User, kim: User) -> None:
    item = added(account)
    client = signed_in(toni)
    form = shown(client.get(change(item)))
    assert form == typed(toni, text="", version="1")
    Message.objects.all().delete()
    answer: Any = client.post(change(item), form | {"owner": kim.email, "status": "DONE"}, follow=True)
    assert "“Renew the bond” was changed." in answer.content.decode()
    item.refresh_from_db()
    assert (item.owner, item.status, item.version) == (kim, "DONE", 2)
    assert item.closed_at is not None
    assert [message.to_address for message in Message.objects.all()] == [kim.email]
    event = history_of(item)[0]
    assert event.before == {"owner": f"{toni} ({toni.email})", "status": "Planned"}
    assert event.after == {"owner": "Kim Lee (kim@trade.example)", "status": "Done", "version": 2}
    client.post(change(item), shown(client.get(change(item))) | {"status": "IN_PROGRESS"})
    item.refresh_from_db()
    assert item.closed_at is None


def test_saving_what_is_there_already_changes_nothing(account: TopAccount, toni: User) -> None:
    item = added(account, text="Two\nlines")
    client = signed_in(toni)
    before = history_of(item).count()
    answer: Any = client.post(change(item), shown(client.get(change(item))), follow=True)
    assert "left as it was" in answer.content.decode()
    assert history_of(item).count() == before


def test_an_item_of_somebody_who_has_left_can_be_closed_or_given_away(
    account: TopAccount, toni: User, kim: User
) -> None:
    item = added(account, owner=kim)
    useraccess.revoke(factories.membership(kim, account), by=toni)
    client = signed_in(toni)
    assert "Kim Lee, who has left the account" in text_of(client.get(plan(account)))
    page: Any = client.get(change(item))
    assert "Kim Lee, who has left the account" in page.content.decode()
    assert client.post(change(item), shown(page) | {"status": "IN_PROGRESS"}).status_code == 302
    assert client.post(change(item), shown(client.get(change(item))) | {"owner": toni.email}).status_code == 302
    page = client.post(change(item), shown(client.get(change(item))) | {"owner": kim.email})
    assert errors(page) == ["Owner must be one of the options offered."]
    with pytest.raises(DomainError, match="Kim Lee does not work in Acme"):
        added(account, owner=kim)


def test_in_a_large_account_the_owner_is_named_by_e_mail(
    account: TopAccount, toni: User, kim: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("useraccess.activity_forms.PEOPLE_OFFERED", 1)
    client = signed_in(toni)
    page = Page(client.get(add(account)).content.decode())
    assert page.one("input", name="owner").attrs["type"] == "email"
    for address in ("nobody@trade.example", factories.person().email):
        refused: Any = client.post(add(account), typed(toni, owner=address))
        assert errors(refused) == ["Owner: Nobody in this account has this e-mail address. Check the address."]
    assert client.post(add(account), typed(toni, owner="KIM@trade.example")).status_code == 302
    item = ActionItem.objects.get(owner=kim)
    useraccess.revoke(factories.membership(kim, account), by=toni)
    assert client.post(change(item), shown(client.get(change(item))) | {"status": "DONE"}).status_code == 302


# --- Two people --------------------------------------------------------------------------------------------------
def test_the_second_is_told_what_changed_loses_nothing_and_saves_again(
    account: TopAccount, toni: User, kim: User
) -> None:
    item = added(account, text="Ask the surety.")
    tonis, kims = signed_in(toni), signed_in(kim)
    seen_by_toni, seen_by_kim = shown(tonis.get(change(item))), shown(kims.get(change(item)))
    kims.post(change(item), seen_by_kim | {"status": "IN_PROGRESS", "title": "Renew both bonds", "text": ""})
    answer: Any = tonis.post(change(item), seen_by_toni | {"title": "Renew a bond", "owner": kim.email})
    said = text_of(answer)
    assert "Nothing was saved yet Kim Lee changed this while you were looking at it." in said
    assert "Title: Renew the bond → Renew both bonds" in said
    assert "What is to be done: Ask the surety. → empty" in said
    assert "Status: Planned → In progress" in said
    item.refresh_from_db()
    assert (item.title, item.owner) == ("Renew both bonds", toni)
    # What Toni typed stays; what Toni left alone follows Kim.
    again = shown(answer)
    assert again == seen_by_toni | {
        **{"title": "Renew a bond", "owner": kim.email},
        **{"status": "IN_PROGRESS", "text": "", "version": "2"},
    }
    assert tonis.post(change(item), again).status_code == 302
    item.refresh_from_db()
    assert (item.title, item.owner, item.status, item.text) == ("Renew a bond", kim, "IN_PROGRESS", "")


def test_a_change_that_was_taken_back_is_in_nobodys_way(account: TopAccount, toni: User, kim: User) -> None:
    item = added(account)
    facts = actions.facts_of(item)
    there = actions.ItemFacts(**{**vars(facts), "title": "Something else"})
    actions.change_item(item, facts=there, version=1, by=kim)
    actions.change_item(item, facts=facts, version=2, by=kim)
    done = actions.ItemFacts(**{**vars(facts), "status": "DONE"})
    assert actions.change_item(item, facts=done, version=1, by=toni) == [Change("status", "Planned", "Done")]


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "9" * 30])
def test_a_version_of_somebodys_own_making_breaks_nothing(account: TopAccount, toni: User, version: str) -> None:
    item = added(account)
    client = signed_in(toni)
    assert client.post(change(item), typed(toni, title="Mine", version=version)).status_code in (200, 302)


@pytest.mark.django_db(transaction=True)
@pytest.mark.concurrency(sqlite=True)
def test_of_two_at_once_one_is_told(account: TopAccount, toni: User, kim: User) -> None:
    item = added(account)
    facts = actions.facts_of(item)

    def save(by: User) -> Callable[[], Any]:
        own = ActionItem.objects.get(pk=item.pk)
        mine = actions.ItemFacts(**{**vars(facts), "title": f"Of {by}"})
        return lambda: actions.change_item(own, facts=mine, version=1, by=by)

    results = together(save(toni), save(kim))
    assert {type(one) for one in results} == {list, ChangedMeanwhile}, results
    item.refresh_from_db()
    assert item.version == 2


# --- The list ----------------------------------------------------------------------------------------------------
def test_items_are_by_due_date_and_found_by_status_and_owner(account: TopAccount, toni: User, kim: User) -> None:
    soon, late = actions.today(), actions.today() + timedelta(days=30)
    added(account, title="Late", due_on=late)
    added(account, title="Soon", due_on=soon, owner=kim, status="IN_PROGRESS")
    added(account, title="Done", due_on=soon, status="DONE")
    added(account, title="Cancelled", due_on=late, owner=kim, status="CANCELLED")
    added(factories.account(), title="Of somebody else")
    client = signed_in(toni)

    def found(**chosen: str) -> list[str]:
        return [row["item"].title for row in client.get(plan(account), chosen).context["rows"]]

    assert found() == found(status="nonsense") == found(owner="9" * 30) == ["Soon", "Late"]
    assert found(status="all") == ["Soon", "Done", "Late", "Cancelled"]
    assert [found(status=one) for one in ActionItem.Status.values] == [["Late"], ["Soon"], ["Done"], ["Cancelled"]]
    assert found(status="all", owner=str(kim.pk)) == ["Soon", "Cancelled"]
    assert "No item matches" in text_of(client.get(plan(account), {"status": "DONE", "owner": kim.pk}))


def test_the_plan_is_paged_and_costs_the_same_however_long_it_is(account: TopAccount, toni: User) -> None:
    people = [toni, factories.member(account)]

    def grow(rows: int) -> None:
        ActionItem.objects.bulk_create(
            ActionItem(
                top_account=account,
                title=f"Item {number}",
                owner=people[number % 2],
                due_on=actions.today(),
                created_at=account.created_at,
                created_by=toni,
            )
            for number in range(rows)
        )

    client = signed_in(toni)
    assert_constant_queries(client, plan(account), grow, few=5, many=60)
    assert len(client.get(plan(account)).context["rows"]) == 25
    assert len(client.get(plan(account), {"page": "3"}).context["rows"]) == 10


def test_the_form_costs_the_same_however_many_people_there_are(account: TopAccount, toni: User) -> None:
    item = added(account)

    def grow(rows: int) -> None:
        for _ in range(rows):
            factories.member(account, user=factories.person(active=False))

    assert_constant_queries(signed_in(toni), change(item), grow, few=2, many=12)
