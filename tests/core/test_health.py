"""/healthz and /readyz: what is not well is named, and nothing else breaks by asking."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.models import User
from ace_portal.core import clock, mail
from ace_portal.core.models import Message
from tests.harness.tasks import use_broker

WELL = {"database": "ok", "broker": "ok", "outbox": "ok"}


@pytest.fixture
def broker_again() -> Iterator[None]:
    yield
    use_broker("memory://", {})


@contextlib.contextmanager
def no_database() -> Iterator[None]:
    """The database server is gone: a file that cannot be opened, or a port nobody listens on."""
    connection.close()
    known = dict(connection.settings_dict)
    broken = {"NAME": "/dev/null/ace.sqlite3"} if connection.vendor == "sqlite" else {"HOST": "127.0.0.1", "PORT": "1"}
    connection.settings_dict.update(broken)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(known)


@pytest.mark.django_db
def test_all_is_well(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, WELL)
    assert "no-store" in answer["Cache-Control"]
    alive = client.get("/healthz")
    assert (alive.status_code, alive.content, alive["Content-Type"]) == (200, b"ok\n", "text/plain")


@pytest.mark.django_db(transaction=True)
def test_without_a_database_the_process_lives_and_is_not_ready(client: Client) -> None:
    with no_database():
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "unreachable", "broker": "ok", "outbox": "unknown"}
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("redis://127.0.0.1:1/0", {"socket_connect_timeout": 0.5}),
        ("files://", dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), "/dev/null/x")),
    ],
)
def test_without_a_broker_the_portal_is_not_ready(
    client: Client, settings: Any, broker_again: None, url: str, options: dict[str, Any]
) -> None:
    settings.CELERY_BROKER_URL, settings.BROKER_DIR = url, Path("/dev/null/x")
    use_broker(url, options)
    began = clock.real_now()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, WELL | {"broker": "unreachable"})
    assert clock.real_now() - began < timedelta(seconds=5)


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "well"), [(119, True), (125, False)])
def test_a_message_that_nobody_fetches_means_not_ready(client: Client, seconds: int, well: bool) -> None:
    with transaction.atomic():
        mail.queue("accounts/account_id", to="toni@trade.example", context={"user": User(), "days": 1})
    Message.objects.update(next_attempt_at=clock.real_now() - timedelta(seconds=seconds))
    answer = client.get("/readyz")
    assert answer.status_code == (200 if well else 503)
    if not well:
        assert answer.json()["outbox"] == f"oldest message waiting for {seconds} s"
        assert "toni" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_read_only(client: Client, path: str) -> None:
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405
