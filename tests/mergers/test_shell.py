"""An account that was merged: everything can still be read, nothing can be decided, and one sentence says so."""

import io
from typing import Any

import pytest
from django.urls import reverse

from ace_portal.core.errors import DomainError
from exporters import actions as exporters
from mergers import actions as mergers
from tests import factories
from tests.desk.conftest import words
from tests.exporters import makers
from tests.harness.world import signed_in
from tests.mergers.samples import PROXY, Companies, fresh, role_of
from tests.useraccess import access_samples
from tests.useraccess.contact_samples import contact
from useraccess import actions, policy
from useraccess.actions import activity, cross_account
from useraccess.models import Level, Role, Topic, TradeContact
from useraccess.rights import ACTION_PLAN, ACTIVITY_LOG, TOP, Cell, Rights

pytestmark = pytest.mark.django_db
SENTENCE = "Birch was merged into Acme on"


class Shell(Companies):
    """Birch after the merger, with people, a contact, an entry and an item from before."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.proxy = factories.member(self.acquired, PROXY)
        log = Rights(top_account_access=True, grid={Cell(TOP, "activity-log"): Level.FULL})
        self.user = factories.member(self.acquired, granted=log)
        self.contact: TradeContact = contact(self.acquired)
        self.entry = activity.add_entry(self.acquired, subject="Bond", text="Renewed.", by=self.theirs)
        bond = activity.ItemFacts(title="Renew", owner=self.user, due_on=activity.today())
        self.item = activity.add_item(self.acquired, facts=bond, by=self.theirs)
        self.draft = makers.draft(self.acquired, self.theirs)
        self.before = fresh(self.acquired)
        self.executed()
        self.shell = fresh(self.acquired)


@pytest.fixture
def two() -> Shell:
    return Shell()


# Deciding --------------------------------------------------------------------------------------------------------------
def attempts(two: Shell) -> dict[str, Any]:
    """Everything the owner could decide, with the account as it was read before the merger."""
    account, by, place = two.before, two.theirs, factories.membership(two.user, two.acquired)
    facts = {"email": "new@trade.example", "first_name": "New", "last_name": "Person"}
    item = activity.ItemFacts(title="More", owner=two.user, due_on=activity.today())
    someone = factories.person()
    role, none = Role.TRADE_ACCOUNT_USER, Rights()
    other = factories.account()
    return {
        "add a user": lambda: actions.add_user(account, facts=facts, role=role, granted=none, by=by),
        "add somebody known": lambda: actions.add_existing(account, person=someone, role=role, granted=none, by=by),
        "change rights": lambda: actions.change(place, role=role, granted=none, version=place.version, by=by),
        "deactivate": lambda: actions.deactivate(place, by=by),
        "add a contact": lambda: actions.add_contact(
            account, facts={"first_name": "A", "last_name": "B"}, sub_account=None, topic=Topic.GENERAL, by=by
        ),
        "change a contact": lambda: actions.change_contact(two.contact, facts={"first_name": "C"}, by=by),
        "remove a contact": lambda: actions.remove_contact(two.contact, by=by),
        "write in the log": lambda: activity.add_entry(account, subject="Late", text="…", by=by),
        "write in the log, as granted": lambda: activity.add_entry(account, subject="Late", text="…", by=two.user),
        "add to the plan": lambda: activity.add_item(account, facts=item, by=by),
        "change the plan": lambda: activity.change_item(two.item, facts=item, version=two.item.version, by=by),
        "begin an exporter": lambda: exporters.start_draft(account, by=by),
        "go on with an exporter": lambda: exporters.keep_step(two.draft, name="company", typed={}, next_step=2, by=by),
        "dispute an EIN": lambda: exporters.dispute_ein("52-0000001", account, text="Ours.", by=by),
        "offer access": lambda: access_samples.offered(account, other),
        "ask for access": lambda: access_samples.requested(other, account),
        "propose a merger": lambda: mergers.propose(account, acquired=other, parts=None, by=by),
        "open a sub-account": lambda: access_samples.importer(account),
        "a place by the desk": lambda: actions.add_member(account, user=someone, role=role, by=None),
    }


def test_nothing_can_be_decided_and_one_sentence_says_why(two: Shell) -> None:
    for what, attempt in attempts(two).items():
        with pytest.raises(DomainError) as caught:
            attempt()
        assert SENTENCE in caught.value.message, what


def test_the_policy_gives_at_most_reading(two: Shell) -> None:
    for user in (two.theirs, two.proxy, two.user):
        assert policy.top_level(user, two.before, ACTIVITY_LOG) == Level.READ
    assert policy.top_level(two.user, two.shell, ACTION_PLAN) == Level.NONE
    for may in (policy.may_manage_people, policy.may_share, policy.may_change_structure, policy.owns_account_of):
        assert not may(two.theirs, two.user if may is policy.owns_account_of else two.shell)
    assert not policy.roles_to_give(two.theirs, two.before)
    assert not policy.top_accounts_managed_by(two.theirs).exists()
    assert policy.may_read_history(two.theirs, two.shell) and policy.may_open_top(two.theirs, two.shell)
    place = factories.membership(two.theirs, two.acquired)
    at = Cell(TOP, "activity-log")
    assert policy.rights_of_people([place], at)[place.pk].level == Level.READ


def test_a_shell_is_found_by_nobody_who_looks_for_an_account(two: Shell) -> None:
    third = factories.account()
    with pytest.raises(DomainError, match=cross_account.NO_SUCH_RECIPIENT[:40]):
        access_samples.offered(third, two.shell)
    with pytest.raises(DomainError, match=cross_account.NO_SUCH_CLIENT[:40]):
        access_samples.requested(two.shell, third)


def test_people_can_still_leave_and_be_taken_out(two: Shell) -> None:
    """Whoever left the company must not go on reading its history."""
    actions.revoke(factories.membership(two.proxy, two.acquired), by=two.theirs)
    actions.leave(factories.membership(two.user, two.acquired), by=two.user)
    assert role_of(two.proxy, two.acquired) is role_of(two.user, two.acquired) is None
    with pytest.raises(DomainError):
        actions.revoke(factories.membership(two.theirs, two.acquired), by=two.proxy)


# Reading -----------------------------------------------------------------------------------------------------------
READ = ("people", "people-csv", "contacts", "who", "activity-log", "action-plan", "history")


def test_owner_and_proxy_read_everything_and_every_page_says_what_happened(two: Shell) -> None:
    for user in (two.theirs, two.proxy):
        client = signed_in(user)
        for name in READ:
            page = client.get(reverse(f"useraccess:{name}", args=[two.acquired.pk]))
            assert page.status_code == 200, name
            if name != "people-csv":
                text = page.content.decode()
                assert SENTENCE in text and f"/accounts/{two.acquirer.pk}/" not in text
        assert "Merged" not in words(client.get("/accounts/"))
    person = signed_in(two.theirs).get(
        reverse("useraccess:person", args=[factories.membership(two.user, two.acquired).pk])
    )
    assert "Revoke access" in words(person) and "Change role" not in words(person)


def test_no_page_offers_what_would_be_refused(two: Shell) -> None:
    client = signed_in(two.theirs)
    for name, button in (("people", "Add User"), ("contacts", "Add a contact"), ("activity-log", "Add entry")):
        assert button not in words(client.get(reverse(f"useraccess:{name}", args=[two.acquired.pk])))
    tools = client.get("/tools/").content.decode()
    assert "/cross-account-access/" not in tools and "/mergers/" not in tools


def test_what_is_sent_to_a_shell_all_the_same_is_refused_with_the_sentence(two: Shell) -> None:
    client, pk = signed_in(two.theirs), two.acquired.pk
    for address in (
        reverse("useraccess:add-contact", args=[pk]),
        reverse("useraccess:add-activity", args=[pk]),
        reverse("useraccess:add-action-item", args=[pk]),
        reverse("useraccess:access-offer", args=[pk]),
        reverse("exporters:top-account", args=[pk]),
        reverse("ownership:owner", args=[pk]),
        reverse("mergers:propose", args=[pk]),
        reverse("useraccess:change", args=[factories.membership(two.user, two.acquired).pk]),
    ):
        answer = client.post(address, {"subject": "x", "text": "y", "file": io.BytesIO(b"z")})
        assert answer.status_code == 403 and SENTENCE in answer.content.decode(), address


def test_a_person_is_taken_out_of_a_shell_in_the_browser(two: Shell) -> None:
    place = factories.membership(two.user, two.acquired)
    signed_in(two.theirs).post(reverse("useraccess:revoke", args=[place.pk]))
    assert role_of(two.user, two.acquired) is None
    signed_in(two.proxy).post(reverse("useraccess:leave", args=[two.acquired.pk]))
    assert role_of(two.proxy, two.acquired) is None
