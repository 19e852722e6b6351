"""What time is it? The one place that knows.

Domain code asks `now()`. Where the simulation clock is on (setting `DEMO`) a rehearsal may move it forward, so that
ten minutes, 45 days or a year pass at once; it never goes back. Things that must not be fooled (leases of workers,
sessions, authenticator codes) use `real_now()`.
"""

from datetime import datetime, timedelta
from typing import Any

from asgiref.local import Local
from celery.signals import task_prerun
from django.conf import settings
from django.core.signals import request_started
from django.db import transaction
from django.utils import timezone

_seen = Local()


def real_now() -> datetime:
    """The machine's time, aware, in UTC."""
    return timezone.now()


def now() -> datetime:
    """The time of the simulation, aware, in UTC: `real_now()` plus what a rehearsal has skipped."""
    return real_now() + offset()


def offset() -> timedelta:
    """How far the simulation clock has been moved forward. Read once a request or task."""
    if not settings.DEMO:
        return timedelta(0)
    known: timedelta | None = getattr(_seen, "offset", None)
    if known is None:
        from ace_portal.core.models import SimulationClock

        row = SimulationClock.objects.filter(pk=1).first()
        known = _seen.offset = row.offset if row else timedelta(0)
    return known


def move(forward: timedelta) -> datetime:
    """Move the simulation clock forward and return the new time.

    Raises ValueError for a step that is not positive, and outside of a demo.
    """
    from ace_portal.core.models import SimulationClock

    if not settings.DEMO:
        raise ValueError("the simulation clock stands only in a demo (DEMO=on)")
    if forward <= timedelta(0):
        raise ValueError("the simulation clock only goes forward")
    with transaction.atomic():
        SimulationClock.objects.get_or_create(pk=1)
        row = SimulationClock.objects.select_for_update().get(pk=1)
        row.offset += forward
        row.save(update_fields=["offset"])
    _seen.offset = row.offset
    return now()


def _forget(**_: Any) -> None:
    if hasattr(_seen, "offset"):
        del _seen.offset


request_started.connect(_forget, dispatch_uid="simulation-clock")
task_prerun.connect(_forget, dispatch_uid="simulation-clock")
