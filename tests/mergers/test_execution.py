"""A merger is carried out: what moves, what ends, who is told; and that all of it happens or nothing."""

import json
from typing import Any

import pytest
from django.core import serializers
from django.db import transaction

from accounts import actions as accounts
from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.events import history_of, journal_of
from ace_portal.core.models import Event
from exporters import actions as exporters
from exporters.models import ExporterDraft
from exporters.models.authorization import status_of
from exporters.work import REQUESTS
from importers import actions as importers
from mergers import actions
from mergers.models import Merger
from ownership import actions as ownership
from ownership.models import Becomes
from tests import factories
from tests.exporters import authorization_samples, makers
from tests.mergers.samples import PROXY, TEXT, Companies, by_type, fresh, happened, own, owner, shown, told
from tests.ownership import samples as owners
from tests.useraccess import access_samples
from tests.useraccess.contact_samples import contact
from tests.useraccess.samples import draft
from useraccess import actions as useraccess
from useraccess import policy
from useraccess.actions import cross_account
from useraccess.models import AccessGrant, ContactPlace, CrossAccountAccess, Grant, Level, UserDraft
from useraccess.review.steps import ChecksFailed
from useraccess.rights import Rights

pytestmark = pytest.mark.django_db
Status = Merger.Status


@pytest.fixture
def two() -> Companies:
    return Companies()


# What moves ------------------------------------------------------------------------------------------------------------
def test_a_part_moves_and_everything_else_stays(two: Companies) -> None:
    row = two.executed(two.other)
    assert row.status == Status.EXECUTED
    assert fresh(two.other).top_account == two.acquirer
    assert {fresh(two.importer).top_account, fresh(two.exporter).top_account} == {two.acquired}
    assert not fresh(two.acquired).is_shell
    assert two.open_to(two.ours, two.other) and not two.open_to(two.theirs, two.other)
    assert two.open_to(two.theirs, two.importer)


def test_the_whole_account_moves_and_a_shell_stays(two: Companies) -> None:
    row = two.executed()
    assert {fresh(one).top_account for one in two.all} == {two.acquirer}
    shell = fresh(two.acquired)
    assert shell.merged_into == two.acquirer and shell.merged_at is not None and row.status == Status.EXECUTED
    assert two.open_to(two.ours, two.exporter) and not two.open_to(two.theirs, two.exporter)


def test_an_account_without_sub_accounts_can_be_merged() -> None:
    two = Companies()
    for one in two.all:
        authorization_samples.close(one)
    two.executed()
    assert fresh(two.acquired).is_shell


def test_both_journals_tell_it_and_the_earlier_events_stay_where_they_were(two: Companies) -> None:
    before = list(journal_of(two.acquired).values_list("pk", flat=True))
    two.executed(two.other)
    assert set(before) <= set(journal_of(two.acquired).values_list("pk", flat=True))
    left = journal_of(two.acquired).get(kind="accounts.sub_account_left")
    came = journal_of(two.acquirer).get(kind="accounts.sub_account_arrived")
    assert "moved to the account of Acme" in left.summary and "came from the account of Birch" in came.summary
    for account in (two.acquirer, two.acquired):
        assert happened(account) == {"proposed": 1, "consented": 1, "executed": 1}
        assert journal_of(account).get(kind="mergers.executed").by_label == "CBP"
    assert two.other.identifier not in json.dumps([*Event.objects.values_list("summary", "after")])


def test_the_importer_record_stays_linked_and_no_application_gets_its_number() -> None:
    account = factories.importer_account()
    record = owners.record_of(account)
    two = Companies(acquired=account)
    application = factories.application_submitted()
    type(application).objects.filter(pk=application.pk).update(record=record)
    two.executed()
    record.refresh_from_db()
    assert record.sub_account is not None and record.sub_account.top_account == two.acquirer
    with pytest.raises(ChecksFailed) as caught:
        importers.approve(fresh(application), by=factories.officer(device=False))
    assert "record_linked" in {one.code for one in caught.value.failures}


# Rights and contacts -----------------------------------------------------------------------------------------------
def test_rights_on_what_moved_end_for_good_and_the_journal_keeps_them(two: Companies) -> None:
    user = factories.member(two.acquired, granted=own(two.other))
    kept = factories.member(two.acquired, granted=own(two.importer))
    broker = factories.account()
    access = access_samples.active(two.acquired, broker, own(two.other))
    clerk = factories.member(broker)
    cross_account.pass_on(access, user=clerk, granted=own(two.other), by=owner(broker))
    version = factories.membership(user, two.acquired).version
    two.executed(two.other)
    assert not Grant.objects.filter(sub_account=two.other).exists()
    assert not AccessGrant.objects.filter(sub_account=two.other).exists()
    assert not any(two.open_to(one, two.other) for one in (user, clerk, owner(broker)))
    assert two.open_to(kept, two.importer)
    place = factories.membership(user, two.acquired)
    assert place.version == version + 1
    event = history_of(place).filter(kind="useraccess.rights_changed").first()
    assert event is not None and set(event.before.values()) == {"FULL"}
    assert event.after == dict.fromkeys(event.before, "") | {"version": place.version}
    assert journal_of(broker).filter(kind="useraccess.access_changed").count() == 1
    assert CrossAccountAccess.objects.get(pk=access.pk).status == "ACTIVE"
    # It comes back one day: nobody has anything on it.
    with transaction.atomic():
        accounts.move_sub_accounts([two.other], to=two.acquired, by=None)
    assert not any(two.open_to(one, two.other) for one in (user, clerk, owner(broker)))


def test_a_grant_on_the_type_counts_where_the_sub_account_is(two: Companies) -> None:
    theirs, ours = (factories.member(one, granted=by_type()) for one in (two.acquired, two.acquirer))
    assert two.open_to(theirs, two.other) and not two.open_to(ours, two.other)
    two.executed(two.other)
    assert not two.open_to(theirs, two.other) and two.open_to(ours, two.other)


def test_contacts_are_taken_off_and_stay_with_their_account(two: Companies) -> None:
    pat = contact(two.acquired, two.other)
    two.executed(two.other)
    assert not ContactPlace.objects.filter(sub_account=two.other).exists()
    assert fresh(pat).removed_at is None
    assert journal_of(two.acquired).filter(kind="useraccess.contact_hidden").count() == 1


# Report authorization ----------------------------------------------------------------------------------------------
def test_what_census_authorized_or_was_asked_ends_with_the_move(two: Companies) -> None:
    other = authorization_samples.exporter(two.acquired)
    authorized = authorization_samples.approved(authorization_samples.exporter(two.acquired))
    denied = authorization_samples.denied(authorization_samples.exporter(two.acquired))
    pending = authorization_samples.requested(other)
    two.executed()
    assert fresh(pending).status == "WITHDRAWN" and fresh(authorized).status == "MOVED"
    assert fresh(denied).status == "DENIED"
    for row in (pending, authorized, denied):
        standing = status_of(fresh(row).sub_account)
        assert standing.label == "Not Authorized" and standing.request is None
    assert ("report_authorization_moved", two.theirs.email) in told(authorized, "exporters")
    assert ("report_authorization_withdrawn", two.theirs.email) in told(pending, "exporters")
    assert journal_of(two.acquired).filter(kind="exporters.report_authorization_moved").count() == 1
    # The new owner asks for themselves.
    row = authorization_samples.requested(fresh(authorized).sub_account, by=two.ours)
    assert row.status == "PENDING"
    assert REQUESTS.open().filter(pk=row.pk).exists()


def test_what_stays_behind_loses_what_covered_it(two: Companies) -> None:
    assert status_of(two.exporter).automatic
    two.executed(two.importer)
    assert status_of(fresh(two.exporter)).label == "Not Authorized"
    assert told(two.exporter, "exporters") == {("report_authorization_lost", two.theirs.email): 1}


def test_who_covers_and_who_is_covered_move_together(two: Companies) -> None:
    two.executed(two.importer, two.exporter)
    assert status_of(fresh(two.exporter)).automatic
    assert not told(two.exporter, "exporters")


# The shell ---------------------------------------------------------------------------------------------------------
def test_all_access_between_a_shell_and_others_ends(two: Companies) -> None:
    broker, client, asker = (factories.account() for _ in range(3))
    given = access_samples.active(two.acquired, broker, Rights(top_account_access=True))
    received = access_samples.active(client, two.acquired)
    clerk = factories.member(two.acquired)
    cross_account.pass_on(received, user=clerk, granted=None, by=two.theirs)
    offered = access_samples.offered(two.acquired, asker)
    two.executed()
    assert [fresh(one).status for one in (given, received, offered)] == ["REVOKED", "RELEASED", "WITHDRAWN"]
    assert not policy.top_accounts_visible_to(clerk).filter(pk=client.pk).exists()
    for row, other in ((given, broker), (received, client), (offered, asker)):
        ended = {to for (template, to), _ in told(row, "useraccess").items() if template == "access_ended"}
        assert ended == {two.theirs.email, owner(other).email}


def test_what_people_had_begun_in_a_shell_ends(two: Companies) -> None:
    proxy = factories.member(two.acquired, PROXY)
    proposal = owners.proposed(two.acquired, proxy)
    adding = draft(two.acquired, two.theirs)
    exporting = makers.draft(two.acquired, proxy)
    two.executed()
    assert fresh(proposal).status == "STOPPED"
    assert not UserDraft.objects.filter(pk=adding.pk).exists()
    assert not ExporterDraft.objects.filter(pk=exporting.pk).exists()


def test_a_request_for_another_owner_stops_when_its_record_has_moved() -> None:
    account = factories.importer_account()
    two = Companies(acquired=account)
    request = owners.submitted(account)
    two.executed(owners.record_of(account).sub_account)
    assert fresh(request).status == "STOPPED" and "no longer linked" in fresh(request).stop_reason


def test_other_mergers_of_a_shell_stop(two: Companies) -> None:
    third = factories.account(company_name="Cedar")
    buys = actions.propose(third, acquired=two.acquired, parts=None, by=owner(third))
    sells = actions.propose(two.acquired, acquired=third, parts=None, by=two.theirs)
    two.executed()
    for row in (buys, sells):
        assert fresh(row).status == "STOPPED"
        assert fresh(row).stop_reason.startswith("Birch was merged into Acme on")


def test_a_part_that_went_to_somebody_else_stops_the_other_merger(two: Companies) -> None:
    third = factories.account()
    row = actions.propose(third, acquired=two.acquired, parts=[two.other, two.importer], by=owner(third))
    two.executed(two.other)
    assert fresh(row).status == "STOPPED" and "Not everything" in fresh(row).stop_reason


# Who is told -------------------------------------------------------------------------------------------------------
def test_everybody_who_lost_something_is_told_once(two: Companies) -> None:
    proxy = factories.member(two.acquired, PROXY)
    user = factories.member(two.acquired, granted=own(two.other, Level.READ))
    factories.member(two.acquired, granted=own(two.importer))
    broker = factories.account()
    access_samples.active(two.acquired, broker, own(two.other))
    gone = factories.member(two.acquired, PROXY)
    useraccess.deactivate(factories.membership(gone, two.acquired), by=two.theirs)
    row = two.executed(two.other)
    late = {key: count for key, count in told(row).items() if key[0] not in ("proposed", "consented")}
    assert late == {
        ("executed", two.ours.email): 1,
        ("executed", two.theirs.email): 1,
        ("lost", proxy.email): 1,
        ("lost", user.email): 1,
        ("company_lost", owner(broker).email): 1,
    }


# It fits, or it stops ----------------------------------------------------------------------------------------------
def test_a_sub_account_that_was_added_after_the_consent_stops_it(two: Companies) -> None:
    row = two.prepared()
    late = authorization_samples.exporter(two.acquired)
    with pytest.raises(WrongState, match="has sub-accounts by now that its owner has not consented to"):
        actions.approve(row, text=TEXT, by=factories.officer(device=False))
    assert fresh(row).status == "STOPPED"
    assert {fresh(one).top_account for one in (*two.all, late)} == {two.acquired}
    for user in (two.ours, two.theirs):
        assert told(row)[("stopped", user.email)] == 1


def test_a_part_that_was_closed_stops_it(two: Companies) -> None:
    row = two.prepared(two.other)
    authorization_samples.close(two.other)
    with pytest.raises(WrongState, match="The merger was stopped"):
        actions.approve(row, text=TEXT, by=factories.officer(device=False))
    assert fresh(row).status == "STOPPED"


def test_another_owner_after_the_consent_changes_nothing(two: Companies) -> None:
    row = two.prepared(two.other)
    factories.replace_owner(two.acquired)
    factories.replace_owner(two.acquirer)
    assert actions.approve(row, text=TEXT, by=factories.officer(device=False)).status == "EXECUTED"


def test_twice_is_once_and_another_officer_is_told(two: Companies) -> None:
    row, first = two.prepared(two.other), factories.officer(device=False)
    actions.approve(row, text=TEXT, by=first)
    before = told(row), happened(two.acquirer), Event.objects.count()
    actions.approve(fresh(row), text=TEXT, by=first)
    assert (told(row), happened(two.acquirer), Event.objects.count()) == before
    with pytest.raises(WrongState, match="Somebody was faster"):
        actions.approve(fresh(row), text=TEXT, by=factories.officer(device=False))
    with pytest.raises(WrongState, match="Somebody was faster"):
        actions.reject(fresh(row), text="No.", by=first)


@pytest.mark.parametrize("decide", [actions.approve, actions.reject])
def test_nobody_but_an_officer_decides(two: Companies, decide: Any) -> None:
    row = two.prepared()
    for by in (two.ours, two.theirs, authorization_samples.analyst(device=False)):
        with pytest.raises(NotAllowed, match="Only a CBP officer"):
            decide(row, text=TEXT, by=by)
    assert fresh(row).status == "PREPARED"


def test_without_consent_there_is_nothing_to_approve(two: Companies) -> None:
    row = two.proposed()
    with pytest.raises(WrongState, match="Waiting for the other owner"):
        actions.approve(row, text=TEXT, by=factories.officer(device=False))
    assert fresh(two.other).top_account == two.acquired


# All or nothing ----------------------------------------------------------------------------------------------------
def dump() -> dict[str, str]:
    """Every row of every table of the portal's rooms."""
    from tests.invariants.rows import MODELS

    return {model._meta.label: serializers.serialize("json", model._base_manager.order_by("pk")) for model in MODELS}


class Breakdown(RuntimeError):
    """An error nobody thought of."""


@pytest.mark.parametrize(
    "broken",
    [
        "ace_portal.core.mail.queue_many",
        "mergers.actions.steps.mail.queue",
        "mergers.actions.execution.ownership.follow_merger",
        "exporters.actions.authorization.mail.queue",
        "accounts.actions.companies.clock.now",
    ],
)
def test_a_failure_in_the_middle_leaves_both_accounts_as_they_were(
    two: Companies, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.member(two.acquired, granted=own(two.other))
    factories.member(two.acquired, PROXY)
    contact(two.acquired, two.other)
    access_samples.active(two.acquired, factories.account(), own(two.other))
    authorization_samples.approved(authorization_samples.exporter(two.acquired))
    row, officer = two.prepared(), factories.officer(device=False)
    before = dump()

    def fail(*_: object, **__: object) -> None:
        raise Breakdown

    with monkeypatch.context() as patch, pytest.raises(Breakdown):
        if broken.endswith("clock.now"):
            # Only where the account becomes a shell: the very middle.
            patch.setattr("mergers.actions.execution.accounts.close_into", fail)
        else:
            patch.setattr(broken, fail)
        actions.approve(fresh(row), text=TEXT, by=officer)
    assert dump() == before
    assert actions.approve(fresh(row), text=TEXT, by=officer).status == "EXECUTED"


def test_everything_hangs_together_at_the_end(two: Companies) -> None:
    """The consent lists exactly what moved, and the event names it."""
    row = two.executed()
    assert set(shown(row)) == {one.pk for one in two.all}
    event = journal_of(two.acquirer).get(kind="mergers.executed")
    assert len(event.after["sub_accounts"]) == 3


def test_nothing_of_a_shell_is_proposed_or_handed_over(two: Companies) -> None:
    two.executed()
    user = factories.member(two.acquirer)
    with pytest.raises(NotAllowed, match="Birch was merged into Acme"):
        ownership.propose(fresh(two.acquired), successor=user, becomes=Becomes.USER, by=two.theirs)
    with pytest.raises(WrongState, match="Birch was merged into Acme"):
        useraccess.replace_owner(fresh(two.acquired), successor=user, becomes=None, by=None)
    assert exporters.forget_drafts(two.acquired) == 0
