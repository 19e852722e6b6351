"""Signing in the way people do: through the page, with a password, officers with their authenticator too."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests import factories
from verification.models import AuthenticatorDevice


def totp(user: User) -> str:
    """A code of the person's authenticator that has not been used yet. Works twice within 30 seconds."""
    device = AuthenticatorDevice.objects.get(user=user, confirmed=True)
    generator = device.totp()
    now = generator.t()
    assert device.last_t <= now, "a third code within 30 seconds: use another officer, or forget_totp(user)"
    generator.time += 30 * (device.last_t >= now)
    return f"{generator.token():06d}"


def forget_totp(user: User) -> None:
    """Let the person's authenticator start anew, as if the last code was typed long ago."""
    AuthenticatorDevice.objects.filter(user=user).update(last_t=-1, drift=0)


def sign_in(client: Client, user: User, password: str = factories.PASSWORD) -> Client:
    """Sign a person in through the pages they use (officers: the admin's), with a code, and return the client."""
    data = {"username": user.account_id, "password": password}
    if user.is_staff:
        steps = [(reverse("admin:login"), {**data, "otp_token": totp(user)})]
    else:
        steps = [(reverse("accounts:sign-in"), data), (reverse("accounts:verify"), {"code": totp(user)})]
    for page, typed in steps:
        answer = client.post(page, typed)
        assert answer.status_code == 302, f"{user} could not sign in: {answer.content.decode()[:3000]}"
    return client


@pytest.fixture
def officer_client(db: None) -> Callable[..., Client]:
    """`officer_client()` or `officer_client(officer)`: a client signed in to the desk; its officer is `.officer`."""

    def make(officer: User | None = None) -> Client:
        client = Client()
        client.officer = officer or factories.officer()
        return sign_in(client, client.officer)

    return make
