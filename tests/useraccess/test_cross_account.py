"""Cross Account Access: an unbroken chain of live grants, and never more than its weakest link."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions as accounts
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.events import journal_of
from tests import factories
from tests.exporters import makers
from tests.harness.queries import renew
from tests.harness.world import signed_in
from useraccess import actions, policy
from useraccess.actions import activity, cross_account
from useraccess.models import CrossAccountAccess, Level, Membership, Role
from useraccess.models.cross_account import today
from useraccess.rights import ACTIVITY_LOG, TOP, Cell, Rights
from verification.models import Throttle

pytestmark = pytest.mark.django_db

DETAILS, CONTACTS, LOG = Cell("IMPORTER", "details"), Cell("IMPORTER", "contacts"), Cell(TOP, "activity-log")
OFFER = Rights(top_account_access=True, grid={DETAILS: Level.FULL, LOG: Level.READ})


class Three:
    """An importer, its broker with an owner and a user, and their access."""

    def __init__(self, granted: Rights = OFFER) -> None:
        self.client: TopAccount = factories.importer_account()
        self.broker: TopAccount = factories.account(company_name="Old Wharf Brokers")
        self.client_owner, self.broker_owner = factories.owner_of(self.client), factories.owner_of(self.broker)
        self.clerk: User = factories.member(self.broker)
        self.importer: SubAccount = self.client.sub_accounts.get()
        self.access: CrossAccountAccess = cross_account.invite(
            self.client,
            user_id=self.broker_owner.account_id,
            ace_id=self.broker.ace_id,
            granted=granted,
            ends_on=None,
            by=self.client_owner,
        )

    def accepted(self) -> "Three":
        cross_account.accept(self.access, by=self.broker_owner)
        return self

    def passed_on(self, granted: Rights | None) -> Membership:
        return cross_account.pass_on(self.access, user=self.clerk, granted=granted, by=self.broker_owner)

    def level(self, user: User, tab: str = "details") -> Level:
        level = policy.tabs_of(user, self.importer)[tab].level
        readable = any(one.level.reads for one in policy.tabs_of(user, self.importer).values())
        assert policy.may_open(user, self.importer) == readable, "the list and the page agree"
        return level


def test_an_offer_gives_nothing_before_it_is_accepted() -> None:
    three = Three()
    assert three.level(three.broker_owner) is Level.NONE
    three.accepted()
    assert three.level(three.broker_owner) is Level.FULL
    assert three.level(three.broker_owner, "contacts") is Level.NONE
    assert policy.top_level(three.broker_owner, three.client, ACTIVITY_LOG) is Level.READ
    assert policy.may_open_top(three.broker_owner, three.client)
    assert not policy.may_manage_people(three.broker_owner, three.client)
    assert three.level(three.clerk) is Level.NONE, "passing on is a decision of its own"


def test_a_user_has_what_was_passed_on_and_never_more_than_was_received() -> None:
    three = Three().accepted()
    three.passed_on(Rights(grid={DETAILS: Level.READ, CONTACTS: Level.FULL}))
    assert (three.level(three.clerk), three.level(three.clerk, "contacts")) == (Level.READ, Level.NONE)
    reason = policy.tabs_of(three.clerk, three.importer)["details"].reason
    assert "cross-account: Old Wharf Brokers" in reason
    assert not policy.may_open_top(three.clerk, three.client)
    three.passed_on(None)
    assert three.level(three.clerk) is Level.FULL
    assert policy.may_open_top(three.clerk, three.client)


def test_narrowing_and_widening_count_for_everybody_behind_at_once() -> None:
    three = Three().accepted()
    three.passed_on(Rights(grid={DETAILS: Level.FULL}))
    own = DETAILS._replace(sub_account=three.importer.pk)
    for grid, expected in (
        ({DETAILS: Level.READ}, Level.READ),
        ({DETAILS: Level.FULL, own: Level.NONE}, Level.NONE),
        ({own: Level.READ}, Level.READ),
        ({DETAILS: Level.FULL}, Level.FULL),
        ({}, Level.NONE),
    ):
        cross_account.update(
            three.access, granted=Rights(grid=grid), ends_on=None, version=three.access.version, by=three.client_owner
        )
        assert three.level(three.clerk) is expected
        assert three.level(three.broker_owner) is expected


@pytest.mark.parametrize("end", ["revoke", "release", "end date", "take back", "leaves the broker", "suspended access"])
def test_whatever_breaks_the_chain_ends_the_access_of_those_behind_it(end: str) -> None:
    three = Three().accepted()
    place = three.passed_on(None)
    if end == "revoke":
        cross_account.revoke(three.access, by=three.client_owner)
    elif end == "release":
        cross_account.release(three.access, by=three.broker_owner)
    elif end == "end date":
        CrossAccountAccess.objects.update(ends_on=today() - timedelta(days=1))
    elif end == "take back":
        cross_account.take_back(place, by=three.broker_owner)
    elif end == "leaves the broker":
        actions.leave(factories.membership(three.clerk, three.broker), by=three.clerk)
    else:
        Membership.objects.filter(user=three.clerk, via=None).update(ended_at=clock.now())
    assert three.level(three.clerk) is Level.NONE
    assert not policy.top_accounts_visible_to(three.clerk).filter(pk=three.client.pk).exists()
    if end == "leaves the broker":
        factories.member(three.broker, user=three.clerk)
        assert three.level(three.clerk) is Level.NONE, "coming back brings nothing back"


def test_the_account_s_own_people_are_no_matter_of_visitors() -> None:
    three = Three().accepted()
    three.passed_on(None)
    own = Membership.objects.live().filter(top_account=three.client)
    assert {one.user for one in own} == {three.client_owner}
    assert not policy.manages_somewhere(three.client_owner, three.clerk)
    assert not policy.may_reset_factor(three.client_owner, three.clerk)


def test_somebody_who_works_for_both_has_the_better_of_the_two() -> None:
    three = Three(Rights(grid={DETAILS: Level.READ})).accepted()
    factories.member(three.client, user=three.clerk, granted=Rights(grid={CONTACTS: Level.FULL}))
    three.passed_on(None)
    assert (three.level(three.clerk), three.level(three.clerk, "contacts")) == (Level.READ, Level.FULL)


def test_a_new_owner_of_the_broker_has_what_the_old_one_had() -> None:
    three = Three().accepted()
    actions.replace_owner(three.broker, successor=three.clerk, becomes=Role.TRADE_ACCOUNT_USER, by=None)
    assert three.level(three.clerk) is Level.FULL
    assert three.level(three.broker_owner) is Level.NONE


def test_what_the_former_owner_offered_and_nobody_answered_ends_with_a_change_of_owner() -> None:
    three = Three()
    successor = factories.member(three.client)
    actions.replace_owner(three.client, successor=successor, becomes=None, by=None)
    three.access = CrossAccountAccess.objects.get(pk=three.access.pk)
    assert three.access.status == CrossAccountAccess.Status.WITHDRAWN
    for account in (three.client, three.broker):
        assert any("Ended with the change of owner" in one.summary for one in journal_of(account))
    with pytest.raises(WrongState):
        cross_account.accept(three.access, by=three.broker_owner)


def test_a_sub_account_that_is_added_later_is_covered_by_its_type() -> None:
    three = Three().accepted()
    later = accounts.open_sub_account(
        three.client, account_type="IMPORTER", identifier=factories.importer_number(), name="Later", by=None
    )
    assert policy.may_open(three.broker_owner, later)


# --- Working there -----------------------------------------------------------------------------------------------
def test_every_page_says_whose_account_it_is_and_the_pick_list_marks_it_as_another_company_s() -> None:
    three = Three().accepted()
    three.passed_on(None)
    client = signed_in(three.clerk)
    listed = client.get("/tools/choose-account/").content.decode()
    assert three.client.company_name in listed and "Cross Account Access for Old Wharf Brokers" in listed
    answer = client.post("/tools/choose-account/", {"account": three.client.pk}, follow=True)
    for page in (answer, client.get(f"/accounts/sub/{three.importer.pk}/"), client.get("/tools/")):
        shown = page.content.decode()
        assert "Account of another company" in shown and three.client.ace_id in shown
    assert client.get(f"/accounts/{three.client.pk}/activity-log/").status_code == 200
    assert client.get(f"/accounts/{three.client.pk}/activity-log/add/").status_code == 403, "read-only was received"
    for page in ("people/", "contacts/", "who/", "history/"):
        assert client.get(f"/accounts/{three.client.pk}/{page}").status_code == 403


def test_the_client_s_history_names_the_person_and_the_company() -> None:
    three = Three(Rights(grid={LOG: Level.FULL})).accepted()
    three.passed_on(None)
    activity.add_entry(three.client, subject="Bond", text="The bond is renewed.", by=three.clerk)
    labels = [one.by_label for one in journal_of(three.client)]
    assert f"{three.clerk}, Old Wharf Brokers" in labels
    assert f"{three.broker_owner}, Old Wharf Brokers" in labels, "the acceptance"
    assert str(three.client_owner) in [one.by_label for one in journal_of(three.client)]
    cross_account.revoke(three.access, by=three.client_owner)
    with pytest.raises(NotAllowed):
        activity.add_entry(three.client, subject="Again", text="…", by=three.clerk)


def test_an_exporter_s_broker_with_full_access_asks_census_for_it() -> None:
    three = Three(Rights(grid={Cell("EXPORTER", "authorization"): Level.FULL})).accepted()
    three.passed_on(None)
    sub_account = makers.exporter(three.client)
    page = signed_in(three.clerk).get(f"/accounts/sub/{sub_account.pk}/report-authorization/request/")
    assert page.status_code == 200
    cross_account.update(
        three.access,
        granted=Rights(grid={Cell("EXPORTER", "authorization"): Level.READ}),
        ends_on=None,
        version=1,
        by=three.client_owner,
    )
    page = signed_in(three.clerk).get(f"/accounts/sub/{sub_account.pk}/report-authorization/request/")
    assert page.status_code == 403 and str(three.client_owner) in page.content.decode()


def test_a_broker_s_list_and_permission_checks_cost_the_same_with_many_clients() -> None:
    three = Three().accepted()
    client = signed_in(three.broker_owner)

    def cost() -> list[int]:
        counts = []
        for path in ("/accounts/", "/tools/choose-account/", f"/accounts/sub/{three.importer.pk}/", "/"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            counts.append(len(queries))
        return counts

    cost()
    before = cost()
    for _ in range(40):
        other = factories.account()
        other_importer = accounts.open_sub_account(
            other, account_type="IMPORTER", identifier=factories.importer_number(), name="Another client", by=None
        )
        access = cross_account.invite(
            other,
            user_id=three.broker_owner.account_id,
            ace_id=three.broker.ace_id,
            granted=OFFER,
            ends_on=None,
            by=factories.owner_of(other),
        )
        cross_account.accept(access, by=three.broker_owner)
        Throttle.objects.all().delete()
        assert policy.may_open(three.broker_owner, other_importer)
    renew(client)
    assert cost() == before
