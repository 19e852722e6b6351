"""Trade contacts when two decide at the same moment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import TopAccount, User
from ace_portal.core.errors import Taken, WrongState
from ace_portal.core.models import Event
from tests import factories
from tests.harness.threads import together
from tests.harness.world import signed_in
from tests.importers.screens import errors
from tests.useraccess.contact_samples import at, contact, person_contact
from useraccess import actions
from useraccess.models import ContactPlace, Role, Topic, TradeContact

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]


@pytest.fixture
def account() -> TopAccount:
    return factories.account()


@pytest.fixture
def managers(account: TopAccount) -> list[User]:
    return [factories.owner_of(account), *(factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER) for _ in range(2))]


def events(kind: str) -> int:
    return Event.objects.filter(kind=f"useraccess.contact_{kind}").count()


def test_one_person_added_by_several_at_once_is_one_contact(account: TopAccount, managers: list[User]) -> None:
    person = factories.member(account)
    results = together(*[lambda by=by: person_contact(account, person, by=by) for by in managers])
    refused = [result for result in results if isinstance(result, Taken)]
    assert len(refused) == 2 and all(f"{person} is a contact of" in error.message for error in refused), results
    assert TradeContact.objects.count() == ContactPlace.objects.count() == events("added") == 1


def test_two_browsers_that_choose_one_person_get_a_page_and_a_sentence(
    account: TopAccount, managers: list[User]
) -> None:
    person = factories.member(account)
    chosen = {"person": person.pk, "job_title": "Kept", "place": "", "topic": "GENERAL"}
    clients = [signed_in(by) for by in managers[:2]]

    def choose(client: Client) -> Callable[[], Any]:
        return lambda: client.post(at("add-contact-person", account), chosen)

    answers = sorted(together(*map(choose, clients)), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [200, 302]
    assert errors(answers[0]) == [f"Person: {person} is a contact of {account.company_name} already."]
    assert TradeContact.objects.count() == 1


def test_one_place_given_by_several_at_once_is_one_place(account: TopAccount, managers: list[User]) -> None:
    known = contact(account)
    place: dict[str, Any] = {"sub_account": None, "topic": Topic.FINANCE}
    results = together(*[lambda by=by: actions.show_contact(known, by=by, **place) for by in managers])
    assert sum(isinstance(result, Taken) for result in results) == 2, results
    assert known.places.count() == 2 and events("shown") == 1


def test_a_contact_removed_by_several_at_once_is_removed_once(account: TopAccount, managers: list[User]) -> None:
    known = contact(account)
    assert together(*[lambda by=by: actions.remove_contact(known, by=by) for by in managers]) == [None] * 3
    assert events("removed") == 1


def test_a_place_taken_away_by_several_at_once_is_taken_away_once(account: TopAccount, managers: list[User]) -> None:
    known = contact(account)
    place = known.places.get().pk
    assert together(*[lambda by=by: actions.hide_contact(known, place=place, by=by) for by in managers]) == [None] * 3
    assert events("hidden") == 1


@pytest.mark.parametrize("_", range(3))
def test_whoever_is_revoked_while_being_added_is_no_contact(account: TopAccount, managers: list[User], _: int) -> None:
    person, (owner, proxy, *_rest) = factories.member(account), managers
    member = factories.membership(person, account)
    added, revoked = together(
        lambda: person_contact(account, person, by=proxy), lambda: actions.revoke(member, by=owner)
    )
    assert revoked is None and isinstance(added, TradeContact | WrongState), (added, revoked)
    assert not TradeContact.objects.live().exists()
    assert events("added") == events("removed") == TradeContact.objects.count()


@pytest.mark.parametrize("_", range(3))
def test_nothing_is_decided_about_a_contact_that_is_being_removed(
    account: TopAccount, managers: list[User], _: int
) -> None:
    known, (owner, proxy, *_rest) = contact(account), managers
    shown, removed = together(
        lambda: actions.show_contact(known, sub_account=None, topic=Topic.FINANCE, by=proxy),
        lambda: actions.remove_contact(known, by=owner),
    )
    assert removed is None and isinstance(shown, ContactPlace | WrongState), (shown, removed)
    assert Event.objects.filter(kind__startswith="useraccess.contact_")[0].kind == "useraccess.contact_removed"
