"""manage.py create_analyst: what it makes, what it prints, what it refuses."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests import factories
from tests.harness.people import totp
from useraccess.desks import is_analyst, is_officer
from verification.models import AuthenticatorDevice

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> str:
    said = StringIO()
    call_command("create_analyst", *arguments, stdout=said)
    return said.getvalue()


def test_what_it_prints_opens_census_desk(client: Client) -> None:
    said = create("ansel@census.example", "--first-name", "Ansel", "--last-name", "Gray")
    analyst = User.objects.get(email="ansel@census.example")
    assert "Ansel Gray (ansel@census.example) is a Census analyst now." in said
    assert (is_analyst(analyst), is_officer(analyst)) == (True, False)
    printed = re.search(r"Password \(shown this once\): (\S+)", said)
    assert printed
    data = {"username": "ansel@census.example", "password": printed[1], "otp_token": totp(analyst)}
    assert client.post(reverse("admin:login"), data).status_code == 302
    assert client.get(reverse("admin:exporters_reportauthorization_changelist")).status_code == 200
    assert client.get(reverse("admin:importers_importerapplication_changelist")).status_code == 403


def test_names_are_optional() -> None:
    assert "Census Analyst (ansel@census.example) is a Census analyst now." in create("ansel@census.example")


def test_an_address_that_is_taken_is_refused() -> None:
    factories.person(email="ansel@census.example")
    with pytest.raises(CommandError, match="already belongs to a portal user"):
        create("ansel@census.example")
    assert not AuthenticatorDevice.objects.filter(user__is_staff=True).exists()


def test_officers_are_made_as_before() -> None:
    said = StringIO()
    call_command("create_officer", "olive@cbp.example", stdout=said)
    officer = User.objects.get(email="olive@cbp.example")
    assert "is a CBP officer now." in said.getvalue()
    assert (is_analyst(officer), is_officer(officer)) == (False, True)
