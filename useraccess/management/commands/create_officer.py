"""Make a CBP officer, with password and authenticator device, and print what the officer needs to sign in."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import passwords
from accounts.models import User
from ace_portal.core.errors import DomainError
from ace_portal.core.text import clean_email, clean_person_name
from useraccess import actions
from verification.models import AuthenticatorDevice


class Command(BaseCommand):
    #: What create_analyst has otherwise.
    names = ("CBP", "Officer")
    what = "a CBP officer"
    make: Callable[..., User] = staticmethod(actions.make_officer)
    help = (
        "Make a CBP officer who may open the admin (/admin/). Prints the address an authenticator app reads, and a "
        "password if none is given. Both are shown this once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help=f"e-mail address of {self.what}")
        parser.add_argument("--first-name", default=self.names[0])
        parser.add_argument("--last-name", default=self.names[1])
        parser.add_argument(
            "--password", help="a password that keeps to the policy; without it one is made and printed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            names = {part: clean_person_name(options[part]) for part in ("first_name", "last_name")}
            password = options["password"] or made_password(**names)
            with transaction.atomic():
                officer = self.make(email=clean_email(options["email"]), password=password, **names)
                device = AuthenticatorDevice.enroll(officer, confirmed=True)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(self.style.SUCCESS(f"{officer} ({officer.email}) is {self.what} now."))
        self.stdout.write(f"User ID: {officer.account_id}")
        if not options["password"]:
            self.stdout.write(f"Password (shown this once): {password}")
        self.stdout.write("Authenticator, add it to an app as a link or by typing the key (shown this once):")
        self.stdout.write(f"  {device.config_url}")
        self.stdout.write(f"  key: {device.key_text}")
        self.stdout.write("Sign in at /admin/ with e-mail address or user ID, password and the code the app shows.")


def made_password(first_name: str, last_name: str) -> str:
    """A random password that keeps to the policy for somebody of this name."""
    person = User(first_name=first_name, last_name=last_name)
    while True:
        password = passwords.temporary()
        try:
            validate_password(password, person)
        except ValidationError:
            continue
        return password
