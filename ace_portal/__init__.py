"""The roof: settings, URLs, the Celery application and the pages that tie the rooms together."""

from ace_portal.celery import app as celery_app

__all__ = ("celery_app",)
