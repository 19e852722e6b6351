"""Waking a worker up. The database row is the truth; whatever no worker was woken for, a sweep finds."""

from typing import Any

import structlog

log = structlog.get_logger(__name__)


def wake(task: Any, pk: int) -> None:
    """Publish a Celery task for a row. A broker that cannot take it is logged, never raised: the row is committed."""
    try:
        task.delay(pk)
    except Exception as error:
        # Broker clients raise what they like (kombu even AttributeError), and nobody could do anything about it here.
        log.warning("broker_unreachable", task=task.name, row=pk, error=type(error).__name__)
