"""45 days: warnings, the countdown, suspension; each person has their own clock."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import actions
from accounts.actions.presence import BATCH
from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.models import Event, Message
from ace_portal.core.refs import ref
from tests import factories
from tests.signin import steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def away() -> Callable[..., User]:
    """`away(days=45)`: a person whose last sign-in is so long ago."""

    def make(user: User | None = None, **ago: float) -> User:
        user = user or factories.person()
        User.objects.filter(pk=user.pk).update(last_seen_at=clock.now() - timedelta(**ago))
        user.refresh_from_db()
        return user

    return make


def warned(user: User) -> list[str]:
    return list(
        Message.objects.filter(template="accounts/inactive_soon", about=ref(user))
        .order_by("pk")
        .values_list("body", flat=True)
    )


def suspended(user: User) -> bool:
    return User.objects.get(pk=user.pk).status == User.Status.SUSPENDED


def test_each_person_is_warned_three_times_and_then_suspended(later: Any, away: Any) -> None:
    user = away()
    told = {}
    for day in range(1, 50):
        later(days=1)
        for _ in range(3):
            actions.warn_inactive()
            actions.suspend_inactive()
        told[day] = len(warned(user))
        assert suspended(user) is (day >= 45), day
    assert [day for day in told if told[day] > told.get(day - 1, 0)] == [30, 40, 44]
    assert len(warned(user)) == 3
    assert Message.objects.filter(template="accounts/suspended").count() == 1
    assert Event.objects.filter(kind="accounts.suspended").count() == 1
    assert User.objects.filter(pk=user.pk).exists(), "never deleted"


def test_a_warning_says_until_when(later: Any, away: Any, worker: Any, mailbox: Any) -> None:
    user = away(days=30)
    assert actions.warn_inactive() == 1
    worker.run()
    worker.sweep()
    (letter,) = mailbox(user.email)
    assert letter.subject == "Sign in to the ACE Portal by March 17, 2026"
    assert letter.links[0] == "http://testserver/sign-in/"


def test_a_jump_in_time_warns_once_and_no_warning_speaks_of_the_past(away: Any) -> None:
    pressing, over = away(days=44, hours=12), away(days=60)
    assert actions.warn_inactive() == 1
    assert len(warned(pressing)) == 1 and warned(over) == []
    assert actions.warn_inactive() == 0
    assert User.objects.get(pk=pressing.pk).warned_days == 1


@pytest.mark.parametrize(("ago", "is_suspended"), [({"days": 44, "hours": 23.99}, False), ({"days": 45}, True)])
def test_the_45th_day(away: Any, later: Any, ago: dict[str, float], is_suspended: bool) -> None:
    user = away(**ago)
    actions.suspend_inactive()
    assert suspended(user) is is_suspended


def test_a_sign_in_starts_the_days_anew_and_half_a_sign_in_does_not(later: Any, away: Any) -> None:
    user = away(days=44.5)
    actions.warn_inactive()
    steps.password(user)
    user.refresh_from_db()
    assert actions.suspended_at(user) - clock.now() == timedelta(hours=12), "the password alone is no sign-in"
    steps.signed_in(user)
    user.refresh_from_db()
    assert (user.last_seen_at, user.warned_days) == (clock.now(), None)
    later(days=30)
    actions.warn_inactive()
    assert len(warned(user)) == 2, "the warnings start anew, too"


def test_suspension_ends_the_sessions_at_the_next_request(away: Any) -> None:
    user = factories.person()
    client, half = steps.signed_in(user), steps.password(user)
    away(user, days=45)
    assert client.get("/profile/").status_code == 200
    assert actions.suspend_inactive() == 1
    assert steps.due(client).startswith("/sign-in/?next=") and steps.due(half).startswith("/sign-in/?next=")
    answer = Client().post("/sign-in/", {"username": user.account_id, "password": factories.PASSWORD})
    assert "do not belong together" in steps.errors(answer)[0], "the words of a wrong password"


def test_whoever_never_finished_or_has_left_or_sits_at_a_desk_is_not_suspended(away: Any) -> None:
    officer = away(factories.officer(), days=400)
    invited = away(steps.invited(), days=400)
    gone = away(days=400)
    User.objects.filter(pk=gone.pk).update(status=User.Status.DEACTIVATED)
    assert actions.warn_inactive() == actions.suspend_inactive() == 0
    assert not any(suspended(user) for user in (officer, invited, gone))


def test_the_tasks_run_on_a_schedule(settings: Any, away: Any) -> None:
    from accounts import tasks

    planned = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {tasks.warn_inactive.name, tasks.suspend_inactive.name} <= planned
    away(days=40), away(days=45)
    assert (tasks.warn_inactive(), tasks.suspend_inactive()) == (1, 1)


# --- The countdown ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("days", "left", "pressing"), [(0, 45, False), (29, 16, False), (30, 15, True), (44, 1, True)])
def test_home_counts_down(away: Any, later: Any, days: int, left: int, pressing: bool) -> None:
    user = factories.owner_of(factories.account())
    client = steps.signed_in(user)
    away(user, days=days)
    page = client.get("/").content.decode()
    assert f"Sign in again: {left} day" in page
    assert ("ace-tile--pressing" in page) is pressing


# --- Many people ------------------------------------------------------------------------------------------------
def crowd(count: int, last_seen_at: datetime) -> None:
    User.objects.bulk_create(
        User(
            account_id=f"C{factories.serial()}",
            email=f"crowd{factories.serial()}@trade.example",
            first_name="Cory",
            last_name="Crowd",
            status=User.Status.ACTIVE,
            password="!",
            created_at=last_seen_at,
            last_seen_at=last_seen_at,
        )
        for _ in range(count)
    )


@pytest.mark.parametrize("run", [actions.warn_inactive, actions.suspend_inactive])
def test_each_batch_costs_the_same_few_queries(run: Callable[[], int]) -> None:
    seen_at = clock.now() - (timedelta(days=45) if run is actions.suspend_inactive else timedelta(days=44, hours=12))

    def queries(count: int) -> int:
        User.objects.all().delete()
        crowd(count, seen_at)
        with CaptureQueriesContext(connection) as captured:
            assert run() == count
        return len(captured)

    nobody, few, many = (queries(count) for count in (0, 1000, 2000))
    assert many - few == few - nobody, "ten batches cost ten times as much as one, whoever is in them"
    if connection.vendor == "postgresql":
        # SQLite takes fewer values in one statement and needs several for each batch.
        assert (many - few) / (1000 / BATCH) <= 6, "lock and read, update, events, messages; begin and end"
    with CaptureQueriesContext(connection) as captured:
        assert run() == 0
    assert len(captured) == nobody, "a second run has nothing to do"
