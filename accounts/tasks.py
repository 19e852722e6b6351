"""Celery entry points of the 45 days."""

from celery import shared_task

from accounts import actions


@shared_task(name="accounts.warn_inactive")
def warn_inactive() -> int:
    return actions.warn_inactive()


@shared_task(name="accounts.suspend_inactive")
def suspend_inactive() -> int:
    return actions.suspend_inactive()
