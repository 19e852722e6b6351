"""Celery entry points of mergers."""

from celery import shared_task

from mergers import actions


@shared_task(name="mergers.settle")
def settle() -> int:
    """What time and other decisions have brought about."""
    return actions.end_overdue()
