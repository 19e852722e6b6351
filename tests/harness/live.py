"""A portal that serves the tests of a whole module, with every room open and its rows really committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from ace_portal.core import clock
from tests.harness.rehearsal import reload_urls
from tests.harness.tasks import Worker


@contextmanager
def serving(django_db_blocker: Any) -> Iterator[LiveServer]:
    """A live server with DEMO and MAILROOM on; mail stays in the mailroom. The database is emptied at the end."""
    with django_db_blocker.unblock():
        server = LiveServer("localhost")
        rooms = override_settings(
            DEMO=True,
            MAILROOM=True,
            EMAIL_BACKEND="mailroom.backend.EmailBackend",
            SITE_URL=server.url,
            ALLOWED_HOSTS=["localhost", "testserver"],
        )
        with rooms:
            reload_urls()
            clock._forget()
            try:
                yield server
            finally:
                server.stop()
                Worker().purge()
                call_command("flush", interactive=False, verbosity=0)
                connections.close_all()
        reload_urls()
        clock._forget()
