"""`manage.py authenticator_code EMAIL`: what the person's authenticator shows now. In a demo only."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo import authenticator, world


class Command(BaseCommand):
    help = "Print the current authenticator code of somebody of the demo."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the person's login e-mail")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        try:
            world.refuse_without_demo()
        except world.NoDemo as error:
            raise CommandError(str(error)) from error
        device = world.authenticator_of(email)
        if device is None:
            raise CommandError(
                f"Nobody with the login e-mail {email} has an authenticator. See `manage.py demo_logins`."
            )
        reading = authenticator.read(device)
        used = " It was used already: wait for the next one." if reading.used else ""
        self.stdout.write(f"{reading.code} (changes in {reading.seconds_left} s).{used}")
