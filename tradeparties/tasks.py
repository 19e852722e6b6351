"""Celery entry points of what time does to applications."""

from celery import shared_task

from tradeparties import application_actions as actions


@shared_task(name="tradeparties.expire_drafts")
def expire_drafts() -> int:
    return actions.expire_drafts()


@shared_task(name="tradeparties.chase_answers")
def chase_answers() -> int:
    return actions.chase_answers()
