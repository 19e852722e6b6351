"""Celery entry points of the housekeeping of drafts and questions."""

from celery import shared_task

from form5106 import actions


@shared_task(name="form5106.expire_drafts")
def expire_drafts() -> int:
    return actions.expire_drafts()


@shared_task(name="form5106.chase_answers")
def chase_answers() -> int:
    return actions.chase_answers()
