"""Trade contacts at CBP's desk: read, found, never changed there."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import TopAccount
from tests import factories
from tests.exporters import authorization_samples
from tests.harness.queries import assert_constant_queries
from tests.harness.world import signed_in
from tests.importers.screens import text_of
from tests.useraccess.contact_samples import contact, person_contact
from useraccess import actions
from useraccess.models import Topic, TradeContact

pytestmark = pytest.mark.django_db
LIST = reverse("admin:useraccess_tradecontact_changelist")


@pytest.fixture
def account() -> TopAccount:
    return factories.importer_account()


@pytest.fixture
def desk(db: None) -> Client:
    return signed_in(factories.officer())


def page(known: TradeContact, what: str = "change") -> str:
    return reverse(f"admin:useraccess_tradecontact_{what}", args=[known.pk])


def test_an_officer_reads_who_a_contact_is_and_where_they_are_shown(account: TopAccount, desk: Client) -> None:
    known, sub_account = contact(account), account.sub_accounts.get()
    owner = factories.owner_of(account)
    actions.show_contact(known, sub_account=sub_account, topic=Topic.FINANCE, by=owner)
    shown = text_of(desk.get(page(known)))
    for fact in (
        *("Pat", "Miller", "Import manager", "pat@broker.example", "+1 410-555-0123", "Does not sign in"),
        *("Top account (General)", f"{sub_account.masked_identifier} (Statements and refunds)", account.company_name),
    ):
        assert fact in shown, fact
    assert sub_account.identifier not in shown
    kim = factories.member(account)
    assert "Also signs in as Trade Account User" in text_of(desk.get(page(person_contact(account, kim))))


def test_the_history_of_a_contact_outlives_it(account: TopAccount, desk: Client) -> None:
    known, owner = contact(account), factories.owner_of(account)
    actions.change_contact(known, facts={"last_name": "Mills"}, by=owner)
    actions.remove_contact(known, by=owner)
    shown = text_of(desk.get(page(known, "history")))
    for fact in ("Trade contact added: Pat Miller", "Trade contact changed: Pat Mills", "Trade contact removed"):
        assert fact in shown, fact
    assert "Miller" in shown and str(owner) in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [("", 3), ("?q=miller", 1), ("?q=kim", 1), ("?q=NOBODY", 0), ("?removed_at__isempty=1", 2), ("?q=ACE", 2)],
)
def test_contacts_are_found(account: TopAccount, desk: Client, query: str, found: int) -> None:
    contact(account)
    person_contact(account, factories.member(account, user=factories.person(first_name="Kim")))
    gone = contact(factories.account(), first_name="Robin", last_name="Gone")
    actions.remove_contact(gone, by=factories.owner_of(gone.top_account))
    answer = desk.get(LIST + query.replace("ACE", account.ace_id))
    assert answer.status_code == 200 and answer.context["cl"].result_count == found


def test_nothing_is_changed_at_the_desk(account: TopAccount, desk: Client) -> None:
    known = contact(account)
    assert desk.post(page(known), {"last_name": "Mine"}).status_code == 403
    assert desk.post(page(known, "delete"), {"post": "yes"}).status_code == 403
    assert desk.post(reverse("admin:useraccess_tradecontact_add"), {"last_name": "Mine"}).status_code == 403
    assert TradeContact.objects.get().last_name == "Miller"


def test_census_does_not_see_them(account: TopAccount) -> None:
    census = signed_in(authorization_samples.analyst())
    assert census.get(LIST).status_code == census.get(page(contact(account))).status_code == 403


def test_the_list_takes_the_same_queries_however_long(account: TopAccount, desk: Client) -> None:
    def grow(rows: int) -> None:
        people: list[Callable[[], TradeContact]] = [
            lambda: contact(account),
            lambda: person_contact(account, factories.member(account)),
        ]
        for number in range(rows):
            people[number % 2]()

    assert_constant_queries(desk, LIST, grow, few=4, many=20)
