"""Cross Account Access, decision by decision: who may take it in which state, and what it leaves behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed, Taken, TooMany, WrongState
from ace_portal.core.models import Event, Message
from ace_portal.core.refs import ref
from tests import factories
from tests.harness.moving_time import later
from tests.harness.world import rolled_back
from tests.useraccess.access_samples import (
    ACTORS,
    DETAILS,
    OFFER,
    Pair,
    Status,
    active,
    attorney,
    in_days,
    offered,
)
from tests.useraccess.people_samples import everything, importer
from useraccess.actions import cross_account as actions
from useraccess.actions.people import ChangedMeanwhile
from useraccess.models import CrossAccountAccess, Level, Membership
from useraccess.rights import Rights, rights_of

__all__ = ["later"]
pytestmark = pytest.mark.django_db
LESS = Rights(grid={DETAILS: Level.READ})
CLIENT, BROKER = "client's owner", "broker's owner"


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVATE_FILES_DIR = tmp_path / "private"
    return tmp_path / "private"


@pytest.fixture
def pair() -> Pair:
    return Pair()


Decision = Callable[[CrossAccountAccess, User], object]
#: Decisions on an access: in which states who may take them, the state afterwards, and who is mailed what.
DECISIONS: dict[str, tuple[Decision, dict[str, str], str, str]] = {
    "accept": (lambda one, by: actions.accept(one, by=by), {Status.PENDING: BROKER}, Status.ACTIVE, "access_accepted"),
    "approve": (
        lambda one, by: actions.approve(one, granted=LESS, ends_on=None, by=by),
        {Status.REQUESTED: CLIENT},
        Status.ACTIVE,
        "access_approved",
    ),
    "reject": (
        lambda one, by: actions.reject(one, by=by),
        {Status.PENDING: BROKER, Status.REQUESTED: CLIENT},
        Status.REJECTED,
        "access_rejected",
    ),
    "withdraw": (
        lambda one, by: actions.withdraw(one, by=by),
        {Status.PENDING: CLIENT, Status.REQUESTED: BROKER},
        Status.WITHDRAWN,
        "access_withdrawn",
    ),
    "update": (
        lambda one, by: actions.update(one, granted=LESS, ends_on=in_days(9), version=one.version, by=by),
        {Status.ACTIVE: CLIENT},
        Status.ACTIVE,
        "access_changed",
    ),
    "revoke": (lambda one, by: actions.revoke(one, by=by), {Status.ACTIVE: CLIENT}, Status.REVOKED, "access_revoked"),
    "release": (
        lambda one, by: actions.release(one, by=by),
        {Status.ACTIVE: BROKER},
        Status.RELEASED,
        "access_released",
    ),
}
PAST = {"accept": "accepted", "approve": "approved", "reject": "rejected", "withdraw": "withdrawn"} | {
    "update": "changed",
    "revoke": "revoked",
    "release": "released",
}


# --- Who may, in which state -------------------------------------------------------------------------------------
@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("status", Status.values)
def test_each_decision_belongs_to_one_owner_in_its_states(pair: Pair, decision: str, status: str) -> None:
    decide, deciders, after, template = DECISIONS[decision]
    access = pair.in_state(status)
    for who in ACTORS:
        before, row = everything(), CrossAccountAccess.objects.get(pk=access.pk)
        with rolled_back():
            if status not in deciders:
                with pytest.raises(WrongState, match=f"This access is {access.get_status_display().lower()} meanwhile"):
                    decide(row, pair[who])
            elif deciders[status] != who:
                side = pair.client if deciders[status] == CLIENT else pair.broker
                with pytest.raises(NotAllowed) as refused:
                    decide(row, pair[who])
                assert refused.value.message == (
                    f"Only the Trade Account Owner of {side.company_name} may do this. Ask {factories.owner_of(side)}."
                )
            else:
                last = Event.objects.latest("pk").pk
                decide(row, pair[who])
                assert row.status == after and CrossAccountAccess.objects.get(pk=row.pk).status == after
                _both_histories_and_one_mail(pair, row, decision, who, template, last)
                continue
            assert everything() == before, who


def _both_histories_and_one_mail(
    pair: Pair, access: CrossAccountAccess, decision: str, who: str, template: str, last: int
) -> None:
    made = Event.objects.filter(pk__gt=last, subject=ref(access))
    assert {one.kind for one in made} == {f"useraccess.access_{PAST[decision]}"}
    assert sorted(one.journal for one in made) == sorted([ref(pair.client), ref(pair.broker)])
    company = pair.client if who == CLIENT else pair.broker
    for one in made:
        at_home = one.journal == ref(company)
        assert one.by_label == (str(pair[who]) if at_home else f"{pair[who]}, {company.company_name}")
    other = pair[BROKER if who == CLIENT else CLIENT]
    assert [one.to_address for one in Message.objects.filter(template=f"useraccess/{template}")] == [other.email]


@pytest.mark.parametrize("who", ACTORS)
def test_only_an_owner_offers_and_asks_and_only_for_the_own_account(pair: Pair, who: str) -> None:
    before = everything()
    owner_of_other = pair[BROKER].account_id
    invite = {"user_id": owner_of_other, "ace_id": pair.broker.ace_id, "granted": OFFER, "ends_on": None}
    ask = {"client": pair.client.ace_id, "filer_code": "OW1", "proposed": OFFER}
    for decide, owner in (
        (lambda: actions.invite(pair.client, **invite, by=pair[who]), CLIENT),
        (lambda: actions.request(pair.broker, **ask, attorney=attorney(), by=pair[who]), BROKER),
    ):
        with rolled_back():
            if who == owner:
                access = decide()
                assert Event.objects.filter(subject=ref(access)).count() == 2
                mailed = [one.to_address for one in Message.objects.filter(about=ref(access))]
                assert mailed == [pair[BROKER if who == CLIENT else CLIENT].email]
            else:
                with pytest.raises(NotAllowed, match="Only the Trade Account Owner of"):
                    decide()
        assert everything() == before


# --- Look-ups ----------------------------------------------------------------------------------------------------
def mismatches(pair: Pair) -> dict[str, tuple[str, str]]:
    """User ID and ACE ID that do not belong together as they should."""
    owner, ace_id = pair[BROKER].account_id, pair.broker.ace_id
    return {
        "an ACE ID of nobody": (owner, "0000000000"),
        "a user ID of nobody": ("NOBODY", ace_id),
        "a proxy's user ID": (pair["broker's proxy"].account_id, ace_id),
        "the owner of another account": (pair["outsider"].account_id, ace_id),
        "another account of an owner": (owner, pair["outsider"].memberships.get().top_account.ace_id),
        "the own account": (pair[CLIENT].account_id, pair.client.ace_id),
        "other capital letters": (owner.swapcase(), ace_id),
        "nothing": ("", ""),
        "half an ACE ID": (owner, ace_id[:5]),
    }


def test_every_mismatch_is_told_in_the_same_words(pair: Pair) -> None:
    before = everything()
    for what, (user_id, ace_id) in mismatches(pair).items():
        with pytest.raises(NotAllowed) as refused:
            actions.invite(pair.client, user_id=user_id, ace_id=ace_id, granted=OFFER, ends_on=None, by=pair[CLIENT])
        assert (refused.value.message, refused.value.field) == (actions.NO_SUCH_RECIPIENT, "user_id"), what
    assert everything() == before


def test_a_broker_learns_nothing_but_that_there_is_no_such_client(pair: Pair, private_files: Path) -> None:
    closed = importer(pair.client)
    type(closed).objects.filter(pk=closed.pk).update(closed_at=clock.now())
    for client in ("0000000000", factories.importer_number(), closed.identifier, pair.broker.ace_id):
        with pytest.raises(NotAllowed) as refused:
            actions.request(
                pair.broker, client=client, filer_code="OW1", attorney=attorney(), proposed=OFFER, by=pair[BROKER]
            )
        assert (refused.value.message, refused.value.field) == (actions.NO_SUCH_CLIENT, "client")
    assert not [one for one in private_files.rglob("*") if one.is_file()]


def test_after_ten_look_ups_an_hour_there_is_a_pause(pair: Pair, later: Any) -> None:
    def look_up() -> None:
        actions.invite(pair.client, user_id="x", ace_id="x", granted=OFFER, ends_on=None, by=pair[CLIENT])

    for _ in range(10):
        with pytest.raises(NotAllowed):
            look_up()
    with pytest.raises(TooMany, match="Too many look-ups of accounts. Please try again in 60 minutes."):
        look_up()
    with pytest.raises(TooMany):
        offered(pair.client, pair.broker)
    later(hours=1, minutes=1)
    assert offered(pair.client, pair.broker).status == Status.PENDING


# --- One between two ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("status", Status.values)
def test_there_is_one_live_access_between_two_accounts(pair: Pair, private_files: Path, status: str) -> None:
    pair.in_state(status)
    stored = len(list(private_files.rglob("*")))
    for make in (pair.offered, pair.requested):
        with rolled_back():
            if status in CrossAccountAccess.LIVE:
                with pytest.raises(Taken, match=actions.ONE_AT_A_TIME):
                    make()
                assert len([one for one in private_files.rglob("*") if one.is_file()]) <= stored
            else:
                assert make().status in CrossAccountAccess.WAITING


def test_the_other_way_round_is_another_matter(pair: Pair) -> None:
    pair.active()
    back = active(pair.broker, pair.client)
    assert back.status == Status.ACTIVE


# --- Dates -------------------------------------------------------------------------------------------------------
def test_nothing_is_granted_for_days_that_have_passed(pair: Pair) -> None:
    yesterday = in_days(-1)
    access, request = pair.active(), Pair().requested()
    tries: list[Callable[[], object]] = [
        lambda: Pair().offered(ends_on=yesterday),
        lambda: actions.update(access, granted=LESS, ends_on=yesterday, version=1, by=pair[CLIENT]),
        lambda: actions.approve(request, granted=LESS, ends_on=yesterday, by=factories.owner_of(request.grantor)),
    ]
    for attempt in tries:
        with pytest.raises(WrongState, match="The end date has passed") as refused:
            attempt()
        assert refused.value.field == "ends_on"


@pytest.mark.parametrize(("asked", "granted"), [(None, 60), (60, 60), (30, 30), (61, None)])
def test_a_limited_power_of_attorney_bounds_what_is_approved(
    pair: Pair, asked: int | None, granted: int | None
) -> None:
    access = pair.requested(poa=attorney("LIMITED", ends_on=in_days(60)))
    ends_on = None if asked is None else in_days(asked)
    if granted is None:
        with pytest.raises(WrongState, match="the access cannot last longer") as refused:
            actions.approve(access, granted=LESS, ends_on=ends_on, by=pair[CLIENT])
        assert refused.value.field == "ends_on"
        return
    actions.approve(access, granted=LESS, ends_on=ends_on, by=pair[CLIENT])
    assert access.ends_on == in_days(granted)
    with pytest.raises(WrongState, match="the access cannot last longer"):
        actions.update(access, granted=LESS, ends_on=in_days(61), version=access.version, by=pair[CLIENT])
    actions.update(access, granted=OFFER, ends_on=None, version=access.version, by=pair[CLIENT])
    assert access.ends_on == in_days(60)


def test_a_power_of_attorney_that_has_run_out_grants_nothing(pair: Pair, later: Any) -> None:
    access = pair.requested(poa=attorney("LIMITED", ends_on=in_days(2)))
    later(days=3)
    with pytest.raises(WrongState, match="This has run out"):
        actions.approve(access, granted=LESS, ends_on=None, by=pair[CLIENT])


@pytest.mark.parametrize("make", ["offered", "requested"])
def test_what_nobody_answers_ends_after_14_days_and_both_owners_are_mailed(pair: Pair, make: str, later: Any) -> None:
    access: CrossAccountAccess = getattr(pair, make)()
    later(days=13, hours=23)
    assert actions.end_unanswered() == 0
    later(hours=2)
    with pytest.raises(WrongState, match="This has run out"):
        answer = DECISIONS["accept" if make == "offered" else "approve"][0]
        answer(access, pair[BROKER if make == "offered" else CLIENT])
    assert (actions.end_unanswered(), actions.end_unanswered()) == (1, 0)
    access.refresh_from_db()
    assert access.status == Status.EXPIRED and access.ended_by is None
    _ended_by_itself(pair, access, "expired")


def test_an_end_date_counts_to_its_last_minute(pair: Pair, later: Any) -> None:
    access = pair.active(ends_on=in_days(2))
    place = pair.passed_on(access, None)
    later(days=2)
    assert actions.end_run_out() == 0 and Membership.objects.visiting().filter(pk=place.pk).exists()
    later(days=1)
    assert not Membership.objects.visiting().filter(pk=place.pk).exists(), "before any task has run"
    assert (actions.end_run_out(), actions.end_run_out()) == (1, 0)
    access.refresh_from_db()
    place.refresh_from_db()
    assert access.status == Status.ENDED and place.ended_at is not None
    _ended_by_itself(pair, access, "ended")


def _ended_by_itself(pair: Pair, access: CrossAccountAccess, kind: str) -> None:
    made = Event.objects.filter(subject=ref(access), kind=f"useraccess.access_{kind}")
    assert sorted(one.journal for one in made) == sorted([ref(pair.client), ref(pair.broker)])
    assert {one.by_label for one in made} == {"Portal"}
    mails = Message.objects.filter(template="useraccess/access_ended", about=ref(access))
    assert sorted(one.to_address for one in mails) == sorted([pair[CLIENT].email, pair[BROKER].email])


# --- Change ------------------------------------------------------------------------------------------------------
def test_a_change_of_the_end_date_alone_is_a_change(pair: Pair) -> None:
    access = pair.active()
    found = actions.update(access, granted=OFFER, ends_on=in_days(9), version=1, by=pair[CLIENT])
    assert [(one.key, one.before, one.after) for one in found] == [("ends-on", "", f"{in_days(9):%m/%d/%Y}")]
    assert (access.version, access.ends_on) == (2, in_days(9))
    found = actions.update(access, granted=OFFER, ends_on=None, version=2, by=pair[CLIENT])
    assert [(one.before, one.after) for one in found] == [(f"{in_days(9):%m/%d/%Y}", "")]


def test_changing_nothing_leaves_nothing_behind(pair: Pair) -> None:
    access = pair.active()
    before = everything()
    assert actions.update(access, granted=OFFER, ends_on=None, version=1, by=pair[CLIENT]) == []
    after = everything()
    # The cells were written down again.
    assert {**after, "access grants": len(after["access grants"])} == {
        **before,
        "access grants": len(before["access grants"]),
    }


def test_whoever_was_overtaken_is_told_by_whom_and_what(pair: Pair) -> None:
    access = pair.active()
    actions.update(access, granted=LESS, ends_on=in_days(3), version=1, by=pair[CLIENT])
    with pytest.raises(ChangedMeanwhile) as refused:
        actions.update(access, granted=OFFER, ends_on=None, version=1, by=pair[CLIENT])
    told = {one.key: (one.before, one.after) for one in refused.value.changes}
    assert refused.value.by == [str(pair[CLIENT])]
    assert told["ends-on"] == ("", f"{in_days(3):%m/%d/%Y}") and told["IMPORTER:details"] == ("FULL", "READ")
    assert rights_of(access) == LESS


def test_the_recipient_s_history_names_no_sub_account_that_is_kept_from_it(pair: Pair) -> None:
    access = pair.active()
    hidden, shown = importer(pair.client), importer(pair.client)
    grid = {
        **OFFER.grid,
        DETAILS._replace(sub_account=hidden.pk): Level.NONE,
        DETAILS._replace(sub_account=shown.pk): Level.READ,
    }
    actions.update(access, granted=Rights(top_account_access=True, grid=grid), ends_on=None, version=1, by=pair[CLIENT])
    made = {one.journal: one for one in Event.objects.filter(kind=actions.CHANGED)}
    keys = {name: set(made[ref(side)].after) for name, side in (("client", pair.client), ("broker", pair.broker))}
    secret = f"IMPORTER:details:{hidden.pk}"
    assert secret in keys["client"] and secret not in keys["broker"]
    assert keys["client"] - keys["broker"] == {secret}
