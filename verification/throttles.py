"""How often something may be tried: exact sliding windows, one locked row a key.

django-ratelimit was left aside: it needs a shared cache, and the embedded default has none.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction

from ace_portal.core import clock, vault
from ace_portal.core.errors import TooMany
from verification.models import Throttle


@dataclass(frozen=True)
class Rule:
    """At most `limit` tries in `window`. With `pause`, reaching the limit blocks for that long after the last try."""

    limit: int
    window: timedelta
    pause: timedelta | None = None

    def retry_at(self, hits: list[float], at: float) -> float | None:
        """When (Unix time) the next try is taken, or None if it is taken now. `hits` are oldest first."""
        recent = [hit for hit in hits if hit > at - self.window.total_seconds()]
        if self.pause:
            full = [i for i in range(self.limit - 1, len(hits)) if self._crowded(hits, i)]
            free = hits[full[-1]] + self.pause.total_seconds() if full else at
            return free if free > at else None
        if len(recent) < self.limit:
            return None
        return recent[-self.limit] + self.window.total_seconds()

    def _crowded(self, hits: list[float], last: int) -> bool:
        return hits[last] - hits[last - self.limit + 1] < self.window.total_seconds()

    @property
    def memory(self) -> timedelta:
        return self.window + (self.pause or timedelta(0))


def take(scope: str, key: str, rules: tuple[Rule, ...], *, sentence: str) -> None:
    """Count one try for this key, in the caller's transaction if there is one.

    `sentence` tells the person what to do; `{minutes}` in it becomes the wait, rounded up. Raises TooMany, uncounted.
    """
    now = clock.now()
    at = now.timestamp()
    waits: list[float] = []
    # No savepoint is needed: nothing is raised inside of the block.
    with transaction.atomic(savepoint=False):
        row = _locked(scope, key) or _begin(scope, key, now)
        if row is not None:
            waits = [free for rule in rules if (free := rule.retry_at(row.hits, at)) is not None]
            if not waits:
                memory = max(rule.memory for rule in rules).total_seconds()
                row.hits = [hit for hit in row.hits if hit > at - memory] + [at]
                row.last_hit_at = now
                row.save(update_fields=["hits", "last_hit_at"])
    if waits:
        minutes = max(1, -int(-(max(waits) - at) // 60))
        wait = "1 minute" if minutes == 1 else f"{minutes} minutes"
        raise TooMany(sentence.format(wait=wait), retry_at=datetime.fromtimestamp(max(waits), tz=UTC))


def give_back(scope: str, key: str) -> None:
    """Take the latest try of this key back (it turned out to be a right one)."""
    with transaction.atomic():
        row = _locked(scope, key)
        if row is not None:
            row.hits = row.hits[:-1]
            row.save(update_fields=["hits"])


def clear_out(older_than: timedelta = timedelta(days=2)) -> int:
    """Forget keys that nobody has tried for so long; returns how many."""
    return Throttle.objects.filter(last_hit_at__lt=clock.now() - older_than).delete()[0]


def _locked(scope: str, key: str) -> Throttle | None:
    return Throttle.objects.select_for_update().filter(key=_name(scope, key)).first()


def _begin(scope: str, key: str, now: datetime) -> Throttle | None:
    """Write the first try of a key. Returns the locked row instead if somebody else just wrote it."""
    try:
        with transaction.atomic():
            Throttle.objects.create(key=_name(scope, key), hits=[now.timestamp()], last_hit_at=now)
    except IntegrityError:
        return _locked(scope, key)
    return None


def _name(scope: str, key: str) -> str:
    return vault.digest("throttle", scope, key)
