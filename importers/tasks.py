"""Celery entry point of the housekeeping of drafts."""

from celery import shared_task

from importers import actions


@shared_task(name="importers.expire_drafts")
def expire_drafts() -> int:
    return actions.expire_drafts()
