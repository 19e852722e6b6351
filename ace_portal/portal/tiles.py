"""The countdown tiles of Home: what a person has to do, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from accounts.actions import suspended_at
from accounts.models import User
from ace_portal.core import clock

#: The countdown to a suspension is pressing from day 30 of 45 on.
PRESSING = timedelta(days=15)


@dataclass(frozen=True)
class Tile:
    """One tile: a title, the day it counts down to (simulated time), and what happens then."""

    title: str
    until: datetime
    text: str

    @property
    def days_left(self) -> int:
        return max(0, ceil((self.until - clock.now()) / timedelta(days=1)))

    @property
    def pressing(self) -> bool:
        return self.until - clock.now() <= PRESSING


def tiles_for(user: User) -> list[Tile]:
    """The tiles of this person. People of the desks are never suspended for being away and get none."""
    if user.is_staff:
        return []
    text = "Access is suspended after 45 days without a sign-in. Each sign-in starts the days anew."
    return [Tile(title="Sign in again", until=suspended_at(user), text=text)]
