"""Celery entry point of report authorization. exporters.tasks imports it, so that workers find it."""

from celery import shared_task

from exporters.actions import authorization


@shared_task(name="exporters.settle_authorizations")
def settle_authorizations() -> int:
    return authorization.settle()
