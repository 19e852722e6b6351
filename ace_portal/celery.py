"""The Celery application. The database row is the truth; a task only wakes somebody up to read it."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ace_portal.settings")

# The embedded broker: kombu's file transport made atomic (docs/adr/0002-embedded-default.md).
TRANSPORT_ALIASES["files"] = "ace_portal.core.filebroker:Transport"

app = Celery("ace_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
