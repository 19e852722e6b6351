"""Rows made once for all tests of a module: one transaction around the module, one savepoint around each test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.models import User
from verification.models import AuthenticatorDevice


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction, or a savepoint inside of one, that leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def made_once(django_db_blocker: Any, make: Callable[[], Any]) -> Iterator[Any]:
    """What `make()` returns, made in a transaction that is rolled back at the end. For fixtures of a module."""
    with django_db_blocker.unblock(), rolled_back():
        yield make()


def signed_in(user: User | None, *, half: bool = False) -> Client:
    """A client whose session is the person's, without the work of signing in. None is a visitor.

    `half`: the password was typed and the second step is due.
    """
    client = Client()
    if user is None:
        return client
    client.force_login(user, backend="accounts.backends.AccountIdOrEmailBackend")
    device = AuthenticatorDevice.objects.filter(user=user, confirmed=True).first()
    if device and not half:
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
    return client


def twin(client: Client) -> Client:
    """Another client with the same cookies, so that what one test does to them leaves the next one alone."""
    other = Client()
    for name, morsel in client.cookies.items():
        other.cookies[name] = morsel.value
    return other
