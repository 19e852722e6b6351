"""Cross Account Access when two decide at the same moment: one consistent outcome."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ace_portal.core.errors import Taken, WrongState
from ace_portal.core.models import Event, Message
from tests.harness.threads import together
from tests.useraccess.access_samples import DETAILS, OFFER, Pair, Status, in_days
from useraccess import policy
from useraccess.actions import cross_account as actions
from useraccess.actions.people import ChangedMeanwhile
from useraccess.models import CrossAccountAccess, Level, Membership
from useraccess.rights import Rights, rights_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]
ROUNDS = range(3)


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVATE_FILES_DIR = tmp_path / "private"
    return tmp_path / "private"


@pytest.fixture
def pair() -> Pair:
    return Pair()


def again(access: CrossAccountAccess) -> CrossAccountAccess:
    """The row as another request reads it."""
    return CrossAccountAccess.objects.get(pk=access.pk)


def events(kind: str) -> int:
    """How often something happened (each event stands in two histories)."""
    return Event.objects.filter(kind=f"useraccess.access_{kind}").count() // 2


@pytest.mark.parametrize("_", ROUNDS)
def test_an_offer_is_accepted_or_withdrawn_but_not_both(pair: Pair, _: int) -> None:
    access = pair.offered()
    first, second = again(access), again(access)
    results = together(
        lambda: actions.accept(first, by=pair["broker's owner"]),
        lambda: actions.withdraw(second, by=pair["client's owner"]),
    )
    assert sum(isinstance(one, WrongState) for one in results) == 1 and results.count(None) == 1, results
    works = policy.top_accounts_visible_to(pair["broker's owner"]).filter(pk=pair.client.pk).exists()
    assert works is (again(access).status == Status.ACTIVE) is (events("accepted") == 1) is (events("withdrawn") == 0)


@pytest.mark.parametrize("_", ROUNDS)
def test_an_offer_that_is_accepted_twice_is_accepted_once(pair: Pair, _: int) -> None:
    access = pair.offered()
    rows = [again(access), again(access)]
    results = together(*[lambda row=row: actions.accept(row, by=pair["broker's owner"]) for row in rows])
    assert sum(isinstance(one, WrongState) for one in results) == 1 and results.count(None) == 1, results
    assert access.visitors.count() == events("accepted") == 1
    assert Message.objects.filter(template="useraccess/access_accepted").count() == 1


@pytest.mark.parametrize("_", ROUNDS)
@pytest.mark.parametrize("end", ["revoke", "release"])
def test_what_is_passed_on_while_it_ends_gives_nothing(pair: Pair, end: str, _: int) -> None:
    access = pair.active()
    first, second = again(access), again(access)
    ending: dict[str, Callable[[], object]] = {
        "revoke": lambda: actions.revoke(first, by=pair["client's owner"]),
        "release": lambda: actions.release(first, by=pair["broker's owner"]),
    }
    ended, passed_on = together(
        ending[end],
        lambda: actions.pass_on(second, user=pair["broker's user"], granted=None, by=pair["broker's owner"]),
    )
    assert ended is None and isinstance(passed_on, Membership | WrongState), (ended, passed_on)
    assert not Membership.objects.filter(via=access, ended_at=None).exists()
    assert not policy.may_open(pair["broker's user"], pair.importer)


@pytest.mark.parametrize("_", ROUNDS)
def test_of_two_changes_the_second_is_told_about_the_first(pair: Pair, _: int) -> None:
    access = pair.active()
    rows = [again(access), again(access)]
    wanted = [Rights(grid={DETAILS: Level.READ}), Rights(grid={**OFFER.grid}, isf_portal=True)]
    owner = pair["client's owner"]
    results = together(
        *[
            lambda row=row, granted=granted: actions.update(
                row, granted=granted, ends_on=in_days(5), version=1, by=owner
            )
            for row, granted in zip(rows, wanted, strict=True)
        ]
    )
    overtaken = [one for one in results if isinstance(one, ChangedMeanwhile)]
    assert len(overtaken) == 1 and overtaken[0].by == [str(owner)], results
    first = wanted[next(number for number, one in enumerate(results) if isinstance(one, list))]
    assert rights_of(again(access)) == first
    assert again(access).version == 2 and events("changed") == 1


@pytest.mark.parametrize("_", ROUNDS)
def test_of_two_offers_at_once_one_is_made(pair: Pair, _: int) -> None:
    results = together(pair.offered, pair.offered)
    assert sum(isinstance(one, Taken) for one in results) == 1, results
    assert CrossAccountAccess.objects.count() == events("offered") == 1


def test_an_offer_and_a_request_that_cross_are_one(pair: Pair, private_files: Path) -> None:
    results = together(pair.offered, pair.requested)
    assert sum(isinstance(one, Taken) for one in results) == 1, results
    only = CrossAccountAccess.objects.get()
    assert len([one for one in private_files.rglob("*") if one.is_file()]) == bool(only.attorney_file)


def test_two_people_who_pass_on_to_the_same_colleague_leave_one_place(pair: Pair) -> None:
    access = pair.active()
    rows = [again(access), again(access)]
    results = together(
        *[
            lambda row=row, who=who: actions.pass_on(row, user=pair["broker's user"], granted=None, by=pair[who])
            for row, who in zip(rows, ["broker's owner", "broker's proxy"], strict=True)
        ]
    )
    assert all(isinstance(one, Membership) for one in results), results
    assert access.visitors.filter(user=pair["broker's user"]).count() == 1
    assert Message.objects.filter(template="useraccess/access_passed_on").count() == 1
