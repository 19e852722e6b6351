"""manage.py create_officer: what it makes, what it prints, what it refuses."""

import re
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ace_portal.core.models import Event
from tests import factories
from tests.harness.people import totp
from useraccess.desks import is_officer
from useraccess.management.commands.create_officer import made_password
from verification.models import AuthenticatorDevice

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> str:
    said = StringIO()
    call_command("create_officer", *arguments, stdout=said)
    return said.getvalue()


def test_what_it_prints_opens_the_desk(client: Client) -> None:
    said = create("olive@cbp.example", "--first-name", "Olive", "--last-name", "Ames")
    officer = User.objects.get(email="olive@cbp.example")
    assert is_officer(officer)
    assert f"User ID: {officer.account_id}" in said
    printed = re.search(r"Password \(shown this once\): (\S+)", said)
    assert printed
    data = {"username": "olive@cbp.example", "password": printed[1], "otp_token": totp(officer)}
    assert client.post(reverse("admin:login"), data).status_code == 302
    assert client.get(reverse("admin:index")).status_code == 200


def test_the_address_and_the_key_are_those_of_the_device() -> None:
    said = create("olive@cbp.example")
    device = AuthenticatorDevice.objects.get()
    assert device.confirmed
    address = re.search(r"otpauth://\S+", said)
    assert address
    assert parse_qs(urlsplit(address[0]).query)["secret"] == [device.key_text]
    assert f"key: {device.key_text}" in said


def test_a_password_of_ones_own_is_used_and_not_printed(client: Client) -> None:
    said = create("olive@cbp.example", "--password", factories.PASSWORD)
    assert factories.PASSWORD not in said
    assert "Password" not in said
    assert User.objects.get().check_password(factories.PASSWORD)


def test_the_officer_is_remembered_as_made_at_the_command_line() -> None:
    create("olive@cbp.example")
    assert Event.objects.get(kind="accounts.person_created").by_label == "Command line"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["taken@cbp.example"], "taken@cbp.example already belongs to a portal user."),
        (["TAKEN@cbp.example"], "already belongs to a portal user."),
        (["not an address"], "e-mail address"),
        (["olive@cbp.example", "--password", "short"], "The password needs: at least 15 characters."),
        (
            ["olive@cbp.example", "--password", "Olive-Ames-9-Quays!", "--last-name", "Ames"],
            "not your user ID, first name or last",
        ),
        (["olive@cbp.example", "--first-name", "0live"], "cannot be part of a person's name"),
    ],
)
def test_what_it_refuses_leaves_nothing_behind(arguments: list[str], sentence: str) -> None:
    factories.person(email="taken@cbp.example")
    with pytest.raises(CommandError, match=re.escape(sentence)):
        create(*arguments)
    assert User.objects.count() == 1
    assert not AuthenticatorDevice.objects.exclude(user__email="taken@cbp.example").exists()


def test_a_made_password_never_holds_the_name() -> None:
    letters = [("B", "Abcdef"), ("Ed", "Xy"), ("Al", "Bo")]
    for first_name, last_name in letters:
        for password in (made_password(first_name, last_name) for _ in range(20)):
            assert not {
                name.lower() for name in (first_name, last_name) if len(name) > 1 and name.lower() in password.lower()
            }
