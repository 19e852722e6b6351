"""The simulation clock: one for everybody, it only goes forward, and only in a rehearsal."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from ace_portal.core import clock
from ace_portal.core.models import SimulationClock
from ace_portal.core.tasks import sweep_outbox

HOUR = timedelta(hours=1)


def gap() -> timedelta:
    """How far the simulation is ahead of the machine, to the second."""
    return timedelta(seconds=round((clock.now() - clock.real_now()).total_seconds()))


@pytest.mark.django_db
def test_without_a_rehearsal_there_is_one_time_and_nobody_moves_it(django_assert_num_queries: Any) -> None:
    SimulationClock.objects.create(pk=1, offset=HOUR)
    with django_assert_num_queries(0):
        assert gap() == timedelta(0)
    with pytest.raises(ValueError, match="DEMO=on"):
        clock.move(HOUR)
    assert clock.now().tzinfo is not None


@pytest.mark.django_db
def test_a_rehearsal_moves_the_time_step_by_step(rehearsal: None) -> None:
    assert gap() == timedelta(0)
    assert clock.move(HOUR) - clock.real_now() <= HOUR
    assert gap() == HOUR
    clock.move(timedelta(days=365))
    assert gap() == HOUR + timedelta(days=365)
    assert SimulationClock.objects.get().offset == gap()
    assert str(SimulationClock.objects.get()) == "365 days, 1:00:00 ahead"


@pytest.mark.django_db
@pytest.mark.parametrize("step", [timedelta(0), -HOUR, timedelta(microseconds=-1)])
def test_the_time_never_goes_back(rehearsal: None, step: timedelta) -> None:
    clock.move(HOUR)
    with pytest.raises(ValueError, match="only goes forward"):
        clock.move(step)
    assert gap() == HOUR


@pytest.mark.django_db
def test_every_request_and_task_looks_anew_and_once(rehearsal: None, worker: Any) -> None:
    assert gap() == timedelta(0)
    SimulationClock.objects.create(pk=1, offset=HOUR)
    assert gap() == timedelta(0), "within a request the time does not jump"
    Client().get("/references/")
    assert gap() == HOUR
    SimulationClock.objects.update(offset=2 * HOUR)
    sweep_outbox.apply(throw=True)
    assert gap() == 2 * HOUR


@pytest.mark.django_db(transaction=True)
def test_a_move_is_seen_by_others(rehearsal: None) -> None:
    clock.move(HOUR)
    seen: list[timedelta] = []

    def look() -> None:
        seen.append(gap())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join(30)
    assert seen == [HOUR]


@pytest.mark.django_db
def test_pages_say_the_simulated_time_only_when_it_was_moved(rehearsal: None, client: Client) -> None:
    assert client.get("/references/").context["simulated_now"] is None
    clock.move(timedelta(days=15))
    shown = client.get("/references/")
    assert shown.context["simulated_now"] - clock.real_now() > timedelta(days=14)
