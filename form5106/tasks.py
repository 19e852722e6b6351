"""Celery entry point of the housekeeping of drafts."""

from celery import shared_task

from form5106 import actions


@shared_task(name="form5106.expire_drafts")
def expire_drafts() -> int:
    return actions.expire_drafts()
