"""Moving the simulation clock, and waking up the periodic work that has become due."""

from datetime import timedelta

import structlog
from celery import current_app
from django.conf import settings
from kombu.exceptions import KombuError

log = structlog.get_logger(__name__)

#: What the buttons of the demo page say, and how far each moves the clock.
STEPS = {
    "10-minutes": ("+10 minutes", timedelta(minutes=10)),
    "1-day": ("+1 day", timedelta(days=1)),
    "15-days": ("+15 days", timedelta(days=15)),
    "45-days": ("+45 days", timedelta(days=45)),
    "1-year": ("+1 year", timedelta(days=365)),
}


def wake_periodic_work() -> bool:
    """Ask the workers to do all periodic work once, now. Returns whether the task queue could be reached.

    If it could not, nothing is lost: the periodic work runs by itself as soon as the queue is back.
    """
    try:
        for entry in settings.CELERY_BEAT_SCHEDULE.values():
            current_app.send_task(entry["task"])
    except (KombuError, OSError) as error:
        log.warning("broker_unreachable", error=type(error).__name__)
        return False
    return True
