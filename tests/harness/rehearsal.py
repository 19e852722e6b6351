"""The portal with its rehearsal rooms open: /demo/ and /mailroom/, and the simulation clock."""

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import clear_url_caches

from ace_portal import urls
from ace_portal.core import clock


def reload_urls() -> None:
    """Read the URLconf again, as the switches of this moment say."""
    importlib.reload(urls)
    clear_url_caches()


@pytest.fixture
def rehearsal(settings: Any) -> Iterator[None]:
    """DEMO=on and MAILROOM=on for this test. Mail stays in the mailroom unless `postman` is asked for afterwards."""
    settings.DEMO = settings.MAILROOM = True
    settings.EMAIL_BACKEND = "mailroom.backend.EmailBackend"
    reload_urls()
    clock._forget()
    yield
    settings.DEMO = settings.MAILROOM = False
    reload_urls()
    clock._forget()
