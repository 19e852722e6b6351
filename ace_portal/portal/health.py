"""For whoever watches over the portal: is the process alive, can it do its work?"""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError

from ace_portal.celery import app
from ace_portal.core import clock, mail

log = structlog.get_logger(__name__)

#: A message that is due for longer means that no worker sweeps the outbox.
OUTBOX_MAY_WAIT = timedelta(minutes=2)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, broker and outbox are well; 503 names what is not."""
    state = {"database": _database(), "broker": _broker()}
    state["outbox"] = _outbox() if state["database"] == "ok" else "unknown"
    well = all(value == "ok" for value in state.values())
    if not well:
        log.warning("not_ready", **state)
    return JsonResponse(state, status=200 if well else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, ImproperlyConfigured):
        return "unreachable"
    return "ok"


def _broker() -> str:
    if settings.CELERY_BROKER_URL.startswith("files:"):
        return "ok" if _writable(settings.BROKER_DIR) else "unreachable"
    try:
        with app.connection_for_write(connect_timeout=1) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0.05)
            broker.default_channel.queue_declare("celery", passive=False)
    except (KombuError, OSError):
        return "unreachable"
    return "ok"


def _writable(folder: Path) -> bool:
    """A file broker always "connects"; what counts is that a message could be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _outbox() -> str:
    since = mail.waiting_since()
    if since and clock.real_now() - since > OUTBOX_MAY_WAIT:
        return f"oldest message waiting for {int((clock.real_now() - since).total_seconds())} s"
    return "ok"
