"""Mail an officer or analyst the link that sets up a new authenticator: when nobody is left at the desk to do so."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import actions
from accounts.models import User


class Command(BaseCommand):
    help = (
        "Mail somebody of a desk, who has no second factor, the one-time link with which they set one up. Who has one "
        "replaces it in My profile; at the desk an officer resets it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="login e-mail of the officer or analyst")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.by_email(options["email"])
        if person is None or not person.is_staff:
            raise CommandError(f"{options['email']} belongs to nobody at a desk.")
        actions.send_enrollment_link(person, reason="The operator of the portal sent it.")
        self.stdout.write(self.style.SUCCESS(f"A link is on its way to {person.email}."))
