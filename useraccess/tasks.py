"""Celery entry points of user access."""

from celery import shared_task

from useraccess import actions
from useraccess.actions import cross_account


@shared_task(name="useraccess.forget_drafts")
def forget_drafts() -> int:
    return actions.forget_drafts()


@shared_task(name="useraccess.end_unanswered_access")
def end_unanswered_access() -> int:
    return cross_account.end_unanswered()


@shared_task(name="useraccess.end_run_out_access")
def end_run_out_access() -> int:
    return cross_account.end_run_out()
