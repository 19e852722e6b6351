"""Celery entry points of user access."""

from celery import shared_task

from useraccess import actions


@shared_task(name="useraccess.forget_drafts")
def forget_drafts() -> int:
    return actions.forget_drafts()
