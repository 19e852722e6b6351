"""Celery entry point: what has run out is deleted."""

from celery import shared_task

from verification import codes, pictures, throttles


@shared_task(name="verification.clear_out")
def clear_out() -> int:
    return codes.clear_out() + pictures.clear_out() + throttles.clear_out()
