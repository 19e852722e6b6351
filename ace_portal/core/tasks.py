"""Celery entry points of the outbox."""

from celery import shared_task

from ace_portal.core import mail


@shared_task(name="core.deliver_message")
def deliver_message(pk: int) -> bool:
    return mail.deliver(pk)


@shared_task(name="core.sweep_outbox")
def sweep_outbox() -> int:
    return mail.sweep()
