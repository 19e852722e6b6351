"""Time that stands still until the test moves it: `later(minutes=9, seconds=59)`."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from time_machine import TimeMachineFixture

#: A Monday noon on the East Coast, far from any change of daylight saving time.
START = datetime(2026, 3, 2, 17, 0, 0, tzinfo=UTC)


@pytest.fixture
def later(time_machine: TimeMachineFixture) -> Callable[..., datetime]:
    """Stops the time of this process; the function moves it on by the arguments of a timedelta."""
    time_machine.move_to(START, tick=False)
    at = START

    def move(**amount: float) -> datetime:
        nonlocal at
        at += timedelta(**amount)
        time_machine.move_to(at, tick=False)
        return at

    return move
