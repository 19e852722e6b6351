"""Authenticator devices: the key is encrypted at rest, a code works once, its neighbors in time are let through."""

from base64 import b32decode
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.forms.models import model_to_dict

from ace_portal.core import clock, vault
from tests import factories
from verification.models import AuthenticatorDevice, PictureCheck, Throttle, VerificationCode

pytestmark = pytest.mark.django_db


@pytest.fixture
def device(later: Any) -> AuthenticatorDevice:
    return AuthenticatorDevice.enroll(factories.person(), confirmed=True)


def code(device: AuthenticatorDevice, seconds: int = 0) -> str:
    """What the person's app shows so many seconds from now."""
    generator = device.totp()
    generator.drift = 0
    generator.time += seconds
    return f"{generator.token():06d}"


def fresh(device: AuthenticatorDevice) -> AuthenticatorDevice:
    return AuthenticatorDevice.objects.get(pk=device.pk)


def test_the_key_is_encrypted_at_rest(device: AuthenticatorDevice, settings: Any) -> None:
    kept = fresh(device)
    written = " ".join(str(value) for value in model_to_dict(kept).values())
    assert len(kept.key) == 20
    assert kept.key.hex() not in written and kept.key_text not in written
    settings.VAULT_KEY = "another key"
    with pytest.raises(vault.Unreadable):
        _ = kept.key


def test_every_device_has_a_key_of_its_own(device: AuthenticatorDevice) -> None:
    assert AuthenticatorDevice.enroll(device.user, confirmed=False).key != device.key


def test_a_code_works_once(device: AuthenticatorDevice) -> None:
    typed = code(device)
    assert device.verify_token(typed)
    assert not fresh(device).verify_token(typed)


@pytest.mark.parametrize(("seconds", "works"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_the_neighbors_of_a_code_work(device: AuthenticatorDevice, seconds: int, works: bool) -> None:
    assert device.verify_token(code(device, seconds)) is works


def test_an_older_code_does_not_work_after_a_newer_one(device: AuthenticatorDevice, later: Any) -> None:
    older = code(device)
    assert device.verify_token(code(device, 30))
    assert not fresh(device).verify_token(older)
    later(seconds=60)
    assert fresh(device).verify_token(code(device))


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345", "12 345", "²²²²²²", "0x1234"]
)
def test_anything_else_is_no_code(device: AuthenticatorDevice, typed: str) -> None:
    assert not device.verify_token(typed)


def test_wrong_codes_slow_the_next_try_down_and_a_right_one_forgives(device: AuthenticatorDevice, later: Any) -> None:
    wrong = next(f"{n:06d}" for n in range(4) if f"{n:06d}" not in {code(device, s) for s in (-30, 0, 30)})
    assert not device.verify_token(wrong)
    assert not fresh(device).verify_token(code(device)), "a second after a wrong code nothing is compared"
    later(seconds=2)
    assert fresh(device).verify_token(code(device))
    assert fresh(device).throttling_failure_count == 0
    assert fresh(device).last_used_at == later()


def test_an_app_reads_the_device_from_its_address(device: AuthenticatorDevice) -> None:
    address = urlsplit(device.config_url)
    facts = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert b32decode(facts["secret"]) == device.key
    assert (facts["issuer"], facts["digits"], facts["period"]) == ("ACE Portal simulator", "6", "30")


def test_a_rehearsal_does_not_move_authenticators(device: AuthenticatorDevice, rehearsal: None) -> None:
    typed = code(device)
    clock.move(timedelta(days=45))
    assert device.verify_token(typed)


def test_what_rows_are_called_tells_no_secret(device: AuthenticatorDevice) -> None:
    assert str(VerificationCode(purpose="importer", bound_to="a:1")) == "importer code for a:1"
    assert str(Throttle(hits=[1.0, 2.0])) == "2 tries"
    assert str(PictureCheck(pk=3)) == "picture 3"
