"""Propose, consent, decline, withdraw; the desk's refusal; and what time decides."""

from typing import Any

import pytest

from ace_portal.core.errors import DomainError, NotAllowed, Taken, TooMany, WrongState
from ace_portal.core.events import journal_of
from mergers import actions
from mergers.actions import ListChanged, Number
from mergers.models import Merger
from tests import factories
from tests.exporters import authorization_samples
from tests.mergers.samples import PROXY, Companies, fresh, happened, owner, shown, told
from tests.useraccess import access_samples

pytestmark = pytest.mark.django_db
Status = Merger.Status


@pytest.fixture
def two() -> Companies:
    return Companies()


def find(two: Companies, *numbers: Number, **changes: Any) -> actions.Found:
    typed = {"user_id": two.theirs.account_id, "ace_id": two.acquired.ace_id, "by": two.ours} | changes
    return actions.look_up(two.acquirer, numbers=list(numbers), **typed)


def number(sub_account: Any, line: int = 1) -> Number:
    return Number(sub_account.account_type, line, sub_account.identifier)


# Looking up ----------------------------------------------------------------------------------------------------------
def test_the_other_account_is_found_by_user_id_and_ace_id_together(two: Companies) -> None:
    found = find(two, number(two.exporter), number(two.other))
    assert found.acquired == two.acquired and found.parts == [two.exporter, two.other]


@pytest.mark.parametrize("wrong", ["user ID", "another owner", "ACE ID", "a proxy", "oneself", "a shell"])
def test_whatever_does_not_belong_together_is_refused_in_the_same_words(two: Companies, wrong: str) -> None:
    changes: dict[str, Any] = {
        "user ID": lambda: {"user_id": two.theirs.account_id.swapcase()},
        "another owner": lambda: {"user_id": owner(factories.account()).account_id},
        "ACE ID": lambda: {"ace_id": factories.account().ace_id},
        "a proxy": lambda: {"user_id": factories.member(two.acquired, PROXY).account_id},
        "oneself": lambda: {"user_id": two.ours.account_id, "ace_id": two.acquirer.ace_id},
        "a shell": lambda: two.executed() and {},
    }[wrong]()
    with pytest.raises(NotAllowed) as caught:
        find(two, **changes)
    assert caught.value.message == actions.NO_SUCH_ACCOUNT


def test_numbers_that_are_not_there_are_named_by_their_lines_whosever_they_are(two: Companies) -> None:
    elsewhere = access_samples.importer(factories.account())
    closed = authorization_samples.exporter(two.acquired)
    authorization_samples.close(closed)
    lines = [number(two.other, 1), number(elsewhere, 2), Number("IMPORTER", 4, "99-999999900"), number(closed, 1)]
    with pytest.raises(NotAllowed) as caught:
        find(two, *lines)
    assert "Importer, line 2; Importer, line 4; Exporter, line 1." in caught.value.message
    assert elsewhere.identifier not in caught.value.message


def test_an_importers_number_is_no_exporters(two: Companies) -> None:
    with pytest.raises(NotAllowed, match="Exporter, line 1"):
        find(two, Number("EXPORTER", 1, two.other.identifier))


def test_the_eleventh_look_up_of_an_hour_has_to_wait(two: Companies) -> None:
    for _ in range(10):
        find(two)
    with pytest.raises(TooMany, match="Too many look-ups of accounts"):
        find(two)


# Proposing -----------------------------------------------------------------------------------------------------------
def test_the_other_owner_is_mailed_and_both_histories_tell_it(two: Companies) -> None:
    row = two.proposed(two.other)
    assert told(row) == {("proposed", two.theirs.email): 1}
    assert happened(two.acquirer) == happened(two.acquired) == {"proposed": 1}
    labels = {one: journal_of(one).get(kind="mergers.proposed").by_label for one in (two.acquirer, two.acquired)}
    assert labels == {two.acquirer: str(two.ours), two.acquired: f"{two.ours}, Acme"}


@pytest.mark.parametrize("who", ["proxy", "user", "outsider", "the other owner", "officer"])
def test_nobody_but_the_owner_looks_for_an_account_or_proposes(two: Companies, who: str) -> None:
    by = {
        "proxy": lambda: factories.member(two.acquirer, PROXY),
        "user": lambda: factories.member(two.acquirer),
        "outsider": factories.person,
        "the other owner": lambda: two.theirs,
        "officer": lambda: factories.officer(device=False),
    }[who]()
    for attempt in (
        lambda: find(two, by=by),
        lambda: actions.propose(two.acquirer, acquired=two.acquired, parts=None, by=by),
    ):
        with pytest.raises(NotAllowed, match=f"Ask {two.ours}"):
            attempt()
    assert not Merger.objects.exists()


def test_the_same_proposal_twice_is_one_and_another_one_has_to_wait(two: Companies) -> None:
    row = two.proposed(two.other)
    assert two.proposed(two.other) == row
    for other in ((), (two.importer,)):
        with pytest.raises(Taken, match="Withdraw it before"):
            two.proposed(*other)
    assert told(row) == {("proposed", two.theirs.email): 1}


def test_what_has_changed_since_it_was_looked_up_is_looked_at_again(two: Companies) -> None:
    authorization_samples.close(two.other)
    with pytest.raises(WrongState, match="has changed since you looked"):
        two.proposed(two.other)
    with pytest.raises(WrongState, match="has changed since you looked"):
        actions.propose(two.acquirer, acquired=two.acquired, parts=[], by=two.ours)
    with pytest.raises(NotAllowed):
        actions.propose(two.acquirer, acquired=two.acquirer, parts=None, by=two.ours)


def test_an_overtaken_proposal_gives_way_to_a_new_one(two: Companies) -> None:
    row = two.proposed(two.other)
    authorization_samples.close(two.other)
    assert two.proposed(two.importer) != row
    assert fresh(row).status == Status.STOPPED


# Consenting ----------------------------------------------------------------------------------------------------------
def test_the_consent_lists_exactly_what_was_shown(two: Companies) -> None:
    row = two.consented()
    assert sorted(row.parts.values_list("sub_account", flat=True)) == sorted(one.pk for one in two.all)
    assert told(row)[("consented", two.ours.email)] == 1
    assert actions.consent(fresh(row), seen=[], by=two.theirs).status == Status.CONSENTED
    assert told(row)[("consented", two.ours.email)] == 1


def test_a_list_that_changed_meanwhile_is_not_consented_to(two: Companies) -> None:
    row = two.proposed()
    seen = shown(row)
    access_samples.importer(two.acquired)
    with pytest.raises(ListChanged, match="look at the list"):
        actions.consent(row, seen=seen, by=two.theirs)
    assert fresh(row).status == Status.PROPOSED
    assert actions.consent(row, seen=shown(row), by=two.theirs).status == Status.CONSENTED


def test_an_account_is_given_away_once(two: Companies) -> None:
    third = factories.account()
    second = actions.propose(third, acquired=two.acquired, parts=[two.importer], by=owner(third))
    row = two.consented(two.other)
    with pytest.raises(Taken, match="Take your consent to it back first"):
        actions.consent(second, seen=shown(second), by=two.theirs)
    actions.withdraw(row, by=two.theirs)
    assert actions.consent(second, seen=shown(second), by=two.theirs).status == Status.CONSENTED


@pytest.mark.parametrize("who", ["proxy", "the acquirer's owner", "outsider", "officer"])
def test_nobody_but_the_other_owner_answers(two: Companies, who: str) -> None:
    by = {
        "proxy": lambda: factories.member(two.acquired, PROXY),
        "the acquirer's owner": lambda: two.ours,
        "outsider": factories.person,
        "officer": lambda: factories.officer(device=False),
    }[who]()
    row = two.proposed()
    for attempt in (lambda: actions.consent(row, seen=shown(row), by=by), lambda: actions.decline(row, by=by)):
        with pytest.raises(NotAllowed, match=f"Ask {two.theirs}"):
            attempt()
    assert fresh(row).status == Status.PROPOSED


def test_declined_twice_is_declined_once(two: Companies) -> None:
    row = two.declined()
    actions.decline(fresh(row), by=two.theirs)
    assert told(row)[("declined", two.ours.email)] == 1 and fresh(row).ended_by == two.theirs
    with pytest.raises(WrongState, match="now “Declined”"):
        actions.consent(row, seen=[], by=two.theirs)


# Taking back ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", ["proposed", "consented"])
def test_the_acquirer_takes_the_proposal_back_any_time_before_it_is_carried_out(two: Companies, state: str) -> None:
    row = getattr(two, state)()
    actions.withdraw(row, by=two.ours)
    actions.withdraw(fresh(row), by=two.ours)
    assert fresh(row).ended_by == two.ours and told(row)[("withdrawn", two.theirs.email)] == 1


def test_the_other_owner_takes_only_a_consent_back(two: Companies) -> None:
    row = two.proposed()
    with pytest.raises(NotAllowed, match="Only the owner who decided it"):
        actions.withdraw(row, by=two.theirs)
    actions.consent(row, seen=shown(row), by=two.theirs)
    actions.withdraw(row, by=two.theirs)
    assert fresh(row).ended_by == two.theirs and told(row)[("withdrawn", two.ours.email)] == 1


@pytest.mark.parametrize("state", ["executed", "rejected", "declined"])
def test_afterwards_nothing_is_left_to_take_back(two: Companies, state: str) -> None:
    row = getattr(two, state)()
    with pytest.raises(DomainError):
        actions.withdraw(row, by=two.ours)
    assert fresh(row).status == row.status


def test_nobody_else_takes_anything_back(two: Companies) -> None:
    row = two.consented()
    for by in (factories.member(two.acquirer, PROXY), factories.person(), factories.officer(device=False)):
        with pytest.raises(NotAllowed):
            actions.withdraw(row, by=by)


# The desk and the time -----------------------------------------------------------------------------------------------
def test_a_refusal_is_mailed_to_both_as_it_was_written(two: Companies) -> None:
    from ace_portal.core.models import Message

    row = two.rejected()
    for user in (two.ours, two.theirs):
        mail = Message.objects.get(to_address=user.email, template="mergers/rejected")
        assert "The deed is not signed." in mail.body
    assert journal_of(two.acquired).get(kind="mergers.rejected").by_label == "CBP"
    officer = row.decided_by
    actions.reject(fresh(row), text="The deed is not signed.", by=officer)
    assert told(row)[("rejected", two.ours.email)] == 1


def test_after_fourteen_days_it_is_too_late(two: Companies, later: Any) -> None:
    row = two.proposed()
    later(days=13, hours=23)
    assert actions.end_overdue() == 0
    later(hours=1)
    with pytest.raises(WrongState, match="The time to answer is over"):
        actions.consent(row, seen=shown(row), by=two.theirs)
    assert fresh(row).status == Status.EXPIRED
    assert told(row)[("expired", two.ours.email)] == told(row)[("expired", two.theirs.email)] == 1


def test_too_late_it_is_not_declined_either(two: Companies, later: Any) -> None:
    row = two.proposed()
    later(days=14)
    with pytest.raises(WrongState, match="The time to answer is over"):
        actions.decline(row, by=two.theirs)
    assert fresh(row).status == Status.EXPIRED and told(row)[("declined", two.ours.email)] == 0


def test_what_does_not_fit_any_more_is_not_prepared_and_stops(two: Companies) -> None:
    row = two.consented()
    two.other.top_account = factories.account()
    two.other.save(update_fields=["top_account"])
    with pytest.raises(WrongState, match="Not everything that was to move"):
        actions.prepare(row, text="The deed fits.", by=factories.officer(device=False))
    assert fresh(row).status == Status.STOPPED and fresh(row).prepared_by is None
    assert told(row)[("stopped", two.ours.email)] == told(row)[("stopped", two.theirs.email)] == 1


def test_who_owns_both_accounts_is_not_told_of_their_own_decision(two: Companies) -> None:
    factories.replace_owner(two.acquired, two.ours)
    row = two.consented()
    assert ("consented", two.ours.email) not in told(row)


def test_who_owns_both_accounts_is_told_once_what_time_has_decided(two: Companies, later: Any) -> None:
    factories.replace_owner(two.acquired, two.ours)
    row = two.proposed()
    later(days=14)
    assert actions.end_overdue() == 1
    assert told(row)[("expired", two.ours.email)] == 1


def test_a_consent_waits_for_cbp_as_long_as_it_takes(two: Companies, later: Any) -> None:
    row = two.consented()
    later(days=60)
    assert actions.end_overdue() == 0 and fresh(row).status == Status.CONSENTED


def test_the_sweep_ends_what_nobody_answered_and_what_does_not_fit(two: Companies, later: Any) -> None:
    from mergers.tasks import settle

    row = two.proposed(two.other)
    left = Companies(factories.account(), factories.account())
    unfit = left.proposed()
    factories.replace_owner(left.acquirer)
    assert settle() == 1
    assert "has another owner by now" in fresh(unfit).stop_reason
    later(days=20_000)
    assert settle() == 1 and fresh(row).status == Status.EXPIRED
