"""Passing on what was received, decision by decision; and owners who change in between."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ace_portal.core.errors import DomainError, NotAllowed, WrongState
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from tests import factories
from tests.harness.moving_time import later
from tests.harness.world import rolled_back
from tests.useraccess.access_samples import (
    ACTORS,
    CONTACTS,
    DETAILS,
    LOG,
    Pair,
    Status,
    in_days,
    offered,
)
from tests.useraccess.people_samples import everything
from useraccess import actions as people
from useraccess.actions import cross_account as actions
from useraccess.models import Level, Membership, Role
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


# --- Pass on -----------------------------------------------------------------------------------------------------
MANAGES = {BROKER: {"broker's proxy", "broker's user"}, "broker's proxy": {"broker's user"}}


@pytest.mark.parametrize("who", ACTORS)
def test_who_passes_on_to_whom(pair: Pair, who: str) -> None:
    access = pair.active()
    for whom in ACTORS:
        before = everything()
        with rolled_back():
            if whom in MANAGES.get(who, ()):
                place = actions.pass_on(access, user=pair[whom], granted=LESS, by=pair[who])
                assert rights_of(place) == LESS
                mails = Message.objects.filter(template="useraccess/access_passed_on")
                assert [one.to_address for one in mails] == [pair[whom].email]
                actions.pass_on(access, user=pair[whom], granted=None, by=pair[who])
                assert mails.count() == 1, "somebody is mailed the first time"
                actions.take_back(place, by=pair[who])
                assert not Membership.objects.visiting().filter(user=pair[whom], top_account=pair.client).exists()
                continue
            with pytest.raises(NotAllowed, match=f"You may not decide what {pair[whom]} does in Acme."):
                actions.pass_on(access, user=pair[whom], granted=LESS, by=pair[who])
        assert everything() == before, whom


@pytest.mark.parametrize("who", ACTORS)
def test_who_takes_back(pair: Pair, who: str) -> None:
    access = pair.active()
    for whom in ("broker's user", "broker's proxy"):
        place = pair.passed_on(access, None, whom)
        with rolled_back():
            if whom in MANAGES.get(who, ()):
                actions.take_back(place, by=pair[who])
                assert place.ended_at is not None
                with pytest.raises(WrongState, match="does not work there any more"):
                    actions.take_back(place, by=pair[who])
                continue
            with pytest.raises(NotAllowed):
                actions.take_back(place, by=pair[who])


@pytest.mark.parametrize("status", sorted(set(Status.values) - {"ACTIVE"}))
def test_nothing_is_passed_on_of_what_is_not_in_force(pair: Pair, status: str) -> None:
    access = pair.in_state(status)
    with pytest.raises(WrongState):
        actions.pass_on(access, user=pair["broker's user"], granted=None, by=pair[BROKER])


def test_nothing_is_passed_on_once_the_last_day_is_over(pair: Pair, later: Any) -> None:
    access = pair.active(ends_on=in_days(0))
    later(days=1)
    state = everything()
    with pytest.raises(WrongState, match="The end date has passed"):
        pair.passed_on(access, None)
    assert everything() == state, "nobody is mailed that they may work there"


def test_what_was_passed_on_is_cut_to_what_was_received(pair: Pair) -> None:
    own = DETAILS._replace(sub_account=pair.importer.pk)
    access = pair.active(Rights(grid={DETAILS: Level.FULL, own: Level.READ, LOG: Level.READ}))
    place = pair.passed_on(access, Rights(top_account_access=True).everywhere(Level.FULL))
    assert rights_of(place) == Rights(grid={DETAILS: Level.FULL, own: Level.READ, LOG: Level.READ})
    assert CONTACTS not in rights_of(place).grid


def test_nobody_leaves_an_account_of_another_company_by_themselves(pair: Pair) -> None:
    access = pair.active()
    place = pair.passed_on(access, None)
    owners = access.visitors.get(user=pair[BROKER])
    for one in (place, owners):
        with pytest.raises(NotAllowed, match="Your own company decides who works in this account."):
            people.leave(one, by=one.user)
        answer = pair.browser("broker's user").post(f"/accounts/{pair.client.pk}/leave/")
        assert answer.status_code == 403 and f"Ask {pair[BROKER]}." in answer.content.decode()
    assert Membership.objects.visiting().filter(via=access).count() == 2


# --- Owners who change -------------------------------------------------------------------------------------------
def test_a_new_owner_answers_what_the_old_one_was_asked(pair: Pair) -> None:
    access = pair.offered()
    former = pair[BROKER]
    heir = factories.replace_owner(pair.broker, pair["broker's user"], becomes=Role.TRADE_ACCOUNT_USER)
    with pytest.raises(DomainError):
        actions.accept(access, by=former)
    actions.accept(access, by=heir)
    assert access.visitors.get(ended_at=None).user == heir


def test_what_an_owner_of_two_companies_offered_for_the_other_one_stays(pair: Pair) -> None:
    factories.replace_owner(pair.broker, pair[CLIENT])
    access = offered(pair.client, pair.broker)
    heir = factories.replace_owner(pair.broker, becomes=Role.TRADE_ACCOUNT_USER)
    access.refresh_from_db()
    assert access.status == Status.PENDING, "the client, whose offer it is, has the owner it had"
    actions.accept(access, by=heir)


def test_mails_about_the_own_decision_are_sent_to_nobody(pair: Pair) -> None:
    factories.replace_owner(pair.broker, pair[CLIENT])
    access = offered(pair.client, pair.broker)
    actions.accept(access, by=pair[CLIENT])
    assert not Message.objects.filter(about=ref(access)).exists()


def test_the_day_that_counts_is_the_portal_s(pair: Pair) -> None:
    access = pair.active(ends_on=in_days(0))
    assert access.is_in_force and isinstance(access.ends_on, date)
    access.ends_on -= timedelta(days=1)
    assert not access.is_in_force
