"""Celery entry points of questions about owners and of changes of owner."""

from celery import shared_task

from ownership import actions


@shared_task(name="ownership.answer_lookup")
def answer_lookup(pk: int) -> bool:
    return actions.answer(pk)


@shared_task(name="ownership.settle")
def settle() -> int:
    """What no nudge reached, and what time has brought about."""
    return actions.answer_waiting() + actions.end_overdue() + actions.settle() + actions.expire_unconfirmed()
