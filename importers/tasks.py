"""Celery entry points of what time does to applications and records."""

from celery import shared_task

from importers import actions


@shared_task(name="importers.expire_drafts")
def expire_drafts() -> int:
    return actions.expire_drafts()


@shared_task(name="importers.chase_answers")
def chase_answers() -> int:
    return actions.chase_answers()


@shared_task(name="importers.age_records")
def age_records() -> tuple[int, int]:
    return actions.age_records()
