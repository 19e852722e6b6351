"""Trade contacts: owner and proxies keep them, everything is remembered, and nobody outlives their membership."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts import actions as accounts
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from ace_portal.core.errors import DomainError, NotAllowed, Taken, WrongState
from ace_portal.core.events import history_of, journal_of
from ace_portal.core.models import Event
from tests import factories
from tests.useraccess.contact_samples import FACTS, contact, person_contact
from useraccess import actions
from useraccess.contacts import card
from useraccess.models import ContactPlace, Level, Membership, Role, Topic, TradeContact
from useraccess.rights import Rights

pytestmark = pytest.mark.django_db
PROXY = Role.PROXY_TRADE_ACCOUNT_OWNER
TOP: dict[str, Any] = {"sub_account": None, "topic": Topic.GENERAL}


@pytest.fixture
def account() -> TopAccount:
    return factories.importer_account()


def places(of: TradeContact) -> list[tuple[SubAccount | None, str]]:
    return [(place.sub_account, place.topic) for place in of.places.all()]


def summaries(account: TopAccount) -> list[str]:
    return [event.summary for event in journal_of(account) if event.kind.startswith("useraccess.contact_")]


# --- Adding ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.TRADE_ACCOUNT_OWNER, PROXY])
def test_owner_and_proxies_add_a_name_that_does_not_sign_in(account: TopAccount, role: Role) -> None:
    by = factories.owner_of(account) if role == Role.TRADE_ACCOUNT_OWNER else factories.member(account, role)
    added = actions.add_contact(account, facts=FACTS, by=by, **TOP)
    known = card(added)
    assert (known.name, known.email, known.phone) == ("Pat Miller", "pat@broker.example", "+1 410-555-0123")
    assert known.sign_in == "Does not sign in"
    assert places(added) == [(None, "GENERAL")]
    event = history_of(added).get()
    assert event.kind == "useraccess.contact_added" and event.by == by
    assert summaries(account) == ["Trade contact added: Pat Miller for General of the top account"]


def test_one_of_the_accounts_people_is_shown_with_what_the_portal_knows(account: TopAccount) -> None:
    person = factories.person(first_name="Kim", last_name="Lee", phone="+12025550123")
    factories.member(account, user=person)
    added = person_contact(account, person, job_title="Analyst")
    known = card(added)
    assert (known.name, known.email, known.phone) == ("Kim Lee", person.email, "+1 202-555-0123")
    assert known.sign_in == "Also signs in as Trade Account User"
    accounts.change_profile(person, by=person, last_name="Long")
    assert card(TradeContact.objects.get()).name == "Kim Long"


@pytest.mark.parametrize("role", [Role.TRADE_ACCOUNT_OWNER, PROXY, Role.TRADE_ACCOUNT_USER])
def test_everybody_of_the_account_can_serve_as_contact(account: TopAccount, role: Role) -> None:
    owner = factories.owner_of(account)
    person = owner if role == Role.TRADE_ACCOUNT_OWNER else factories.member(account, role)
    assert card(person_contact(account, person)).sign_in == f"Also signs in as {role.label}"


@pytest.mark.parametrize("status", [User.Status.SUSPENDED, User.Status.DEACTIVATED])
def test_whoever_cannot_sign_in_at_present_is_said_to(account: TopAccount, status: str) -> None:
    person = factories.member(account)
    person_contact(account, person)
    User.objects.filter(pk=person.pk).update(status=status)
    assert card(TradeContact.objects.get()).sign_in == "Trade Account User, does not sign in at present"


def test_a_person_is_one_contact_of_an_account(account: TopAccount) -> None:
    person = factories.member(account)
    person_contact(account, person)
    with pytest.raises(Taken, match="is a contact of .* already") as refused:
        person_contact(account, person, topic=Topic.FINANCE)
    assert refused.value.field == "person"
    assert TradeContact.objects.count() == ContactPlace.objects.count() == 1
    other = factories.account()
    factories.member(other, user=person)
    assert person_contact(other, person).pk, "each account has contacts of its own"


def test_a_person_who_was_removed_as_contact_can_become_one_again(account: TopAccount) -> None:
    person = factories.member(account)
    actions.remove_contact(person_contact(account, person), by=factories.owner_of(account))
    person_contact(account, person)
    assert TradeContact.objects.live().get().user == person


@pytest.mark.parametrize("kind", ["stranger", "former member", "owner of another company"])
def test_nobody_else_is_shown_with_what_the_portal_knows(account: TopAccount, kind: str) -> None:
    makers: dict[str, Callable[[], User]] = {
        "stranger": factories.person,
        "former member": lambda: factories.member(account),
        "owner of another company": lambda: factories.owner_of(factories.account()),
    }
    person = makers[kind]()
    Membership.objects.filter(user=person, top_account=account).update(ended_at=clock.now())
    with pytest.raises(WrongState, match="does not work in"):
        person_contact(account, person)
    assert not TradeContact.objects.exists()


# --- Who may -----------------------------------------------------------------------------------------------------
DECISIONS: dict[str, Callable[[TradeContact, User], object]] = {
    "add a name": lambda one, by: actions.add_contact(one.top_account, facts=FACTS, by=by, **TOP),
    "add a person": lambda one, by: actions.add_person_as_contact(
        one.top_account, person=by, job_title="", by=by, **TOP
    ),
    "change": lambda one, by: actions.change_contact(one, facts={"last_name": "Mine"}, by=by),
    "remove": lambda one, by: actions.remove_contact(one, by=by),
    "show": lambda one, by: actions.show_contact(one, sub_account=None, topic=Topic.FINANCE, by=by),
    "hide": lambda one, by: actions.hide_contact(one, place=one.places.get().pk, by=by),
}


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("kind", ["user with every right", "former proxy", "owner of another company", "officer"])
def test_nobody_else_decides_about_contacts(account: TopAccount, decision: str, kind: str) -> None:
    known = contact(account)
    makers: dict[str, Callable[[], User]] = {
        "user with every right": lambda: factories.member(account, granted=Rights().everywhere(Level.FULL)),
        "former proxy": lambda: factories.member(account, PROXY),
        "owner of another company": lambda: factories.owner_of(factories.account()),
        "officer": lambda: factories.officer(device=False),
    }
    by = makers[kind]()
    if kind == "former proxy":
        actions.revoke(factories.membership(by, account), by=factories.owner_of(account))
    before = Event.objects.count()
    with pytest.raises(NotAllowed, match=str(factories.owner_of(account))):
        DECISIONS[decision](known, by)
    known.refresh_from_db()
    assert (known.last_name, known.removed_at, places(known)) == ("Miller", None, [(None, "GENERAL")])
    assert (TradeContact.objects.count(), Event.objects.count()) == (1, before)


# --- Places ------------------------------------------------------------------------------------------------------
def test_a_contact_is_shown_on_many_places_each_once(account: TopAccount) -> None:
    owner, sub_account = factories.owner_of(account), account.sub_accounts.get()
    known = contact(account, sub_account, Topic.FINANCE)
    actions.show_contact(known, sub_account=sub_account, topic=Topic.SECURITY, by=owner)
    actions.show_contact(known, by=owner, **TOP)
    for again in ({"sub_account": sub_account, "topic": Topic.FINANCE}, TOP):
        with pytest.raises(Taken, match="already") as refused:
            actions.show_contact(known, by=owner, **again)
        assert refused.value.field == "place"
    assert places(known) == [(sub_account, "FINANCE"), (sub_account, "SECURITY"), (None, "GENERAL")]
    newest = "Trade contact shown: Pat Miller for General of the top account"
    assert summaries(account)[0] == newest and sub_account.identifier not in "".join(summaries(account))


def test_a_place_taken_away_twice_is_taken_away_once(account: TopAccount) -> None:
    owner, known = factories.owner_of(account), contact(account)
    place, foreign = known.places.get(), contact(account, first_name="Robin").places.get()
    actions.hide_contact(known, place=foreign.pk, by=owner)
    assert ContactPlace.objects.count() == 2, "places of other contacts stay"
    for _ in range(2):
        actions.hide_contact(known, place=place.pk, by=owner)
    assert places(known) == []
    assert summaries(account).count("Trade contact taken off: Pat Miller for General of the top account") == 1


@pytest.mark.parametrize("kind", ["closed", "of another company"])
def test_only_open_sub_accounts_of_the_account_are_places(account: TopAccount, kind: str) -> None:
    known = contact(account)
    sub_account = (account if kind == "closed" else factories.importer_account()).sub_accounts.get()
    if kind == "closed":
        account.sub_accounts.update(closed_at=clock.now())
    with pytest.raises(WrongState, match="not open in") as refused:
        actions.show_contact(known, sub_account=sub_account, topic=Topic.GENERAL, by=factories.owner_of(account))
    assert refused.value.field == "place"
    with pytest.raises(WrongState):
        contact(account, sub_account, first_name="Robin")
    assert TradeContact.objects.get() == known and places(known) == [(None, "GENERAL")]


# --- Changing and removing ---------------------------------------------------------------------------------------
def test_a_change_is_remembered_and_no_change_is_none(account: TopAccount) -> None:
    owner, known = factories.owner_of(account), contact(account)
    actions.change_contact(known, facts={**FACTS, "last_name": "Mills", "phone": ""}, by=owner)
    actions.change_contact(known, facts={"last_name": "Mills"}, by=owner)
    known.refresh_from_db()
    assert (known.first_name, known.last_name, known.phone) == ("Pat", "Mills", "")
    changed = history_of(known).get(kind="useraccess.contact_changed")
    assert changed.after == {"fields": ["last_name", "phone"]} and FACTS["phone"] not in str(changed.after)
    assert summaries(account)[0] == "Trade contact changed: Pat Mills"


def test_what_is_removed_is_shown_nowhere_and_stays_in_the_history(account: TopAccount) -> None:
    owner, known = factories.owner_of(account), contact(account)
    for _ in range(2):
        actions.remove_contact(known, by=owner)
    assert not TradeContact.objects.live().exists() and TradeContact.objects.get() == known
    assert summaries(account) == [
        "Trade contact removed: Pat Miller",
        "Trade contact added: Pat Miller for General of the top account",
    ]
    for decision in ("change", "show", "hide"):
        with pytest.raises(WrongState, match="no longer a contact"):
            DECISIONS[decision](known, owner)


def test_the_longest_names_fit_into_the_journal(account: TopAccount) -> None:
    person = factories.person(first_name="F" * 60, middle_name="M" * 60, last_name="L" * 60)
    factories.member(account, user=person)
    added = person_contact(account, person, sub_account=account.sub_accounts.get(), topic=Topic.COMPLIANCE)
    actions.remove_contact(added, by=factories.owner_of(account))
    assert all(len(event.summary) <= 250 for event in history_of(added))


# --- When somebody goes ------------------------------------------------------------------------------------------
def ended_by_revoking(account: TopAccount, person: User) -> None:
    actions.revoke(factories.membership(person, account), by=factories.owner_of(account))


def ended_by_leaving(account: TopAccount, person: User) -> None:
    actions.leave(factories.membership(person, account), by=person)


def ended_by_a_new_owner(account: TopAccount, person: User) -> None:
    actions.replace_owner(account, successor=person, becomes=PROXY, by=None)
    actions.replace_owner(account, successor=factories.person(), becomes=None, by=None)


@pytest.mark.parametrize("end", [ended_by_revoking, ended_by_leaving, ended_by_a_new_owner])
def test_a_former_member_is_no_contact(account: TopAccount, end: Callable[[TopAccount, User], None]) -> None:
    person, elsewhere = factories.member(account), factories.account()
    factories.member(elsewhere, user=person)
    here, there, name = person_contact(account, person), person_contact(elsewhere, person), contact(account)
    end(account, person)
    assert set(TradeContact.objects.live()) == {there, name}
    assert history_of(here)[0].summary == f"Trade contact removed: {person}"


def test_a_membership_that_cannot_end_leaves_the_contact(account: TopAccount) -> None:
    owner = factories.owner_of(account)
    known = person_contact(account, owner)
    with pytest.raises(DomainError):
        actions.leave(factories.membership(owner, account), by=owner)
    assert TradeContact.objects.live().get() == known


def test_a_former_owner_who_stays_is_still_a_contact_and_so_is_the_new_one(account: TopAccount) -> None:
    owner, successor = factories.owner_of(account), factories.member(account)
    both = person_contact(account, owner), person_contact(account, successor)
    actions.replace_owner(account, successor=successor, becomes=Role.TRADE_ACCOUNT_USER, by=None)
    assert [card(one).sign_in for one in both] == [
        "Also signs in as Trade Account User",
        "Also signs in as Trade Account Owner",
    ]
    assert TradeContact.objects.live().count() == 2
