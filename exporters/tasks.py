"""Celery entry points of exporter applications."""

from celery import shared_task

import exporters.authorization_tasks  # noqa: F401 - so that workers find its task
from exporters import actions


@shared_task(name="exporters.process_application")
def process_application(pk: int) -> bool:
    return actions.process(pk)


@shared_task(name="exporters.process_waiting")
def process_waiting() -> int:
    return actions.process_waiting()
