"""`manage.py load_demo_world`: the fictitious companies and people, ready to play with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from demo import world


class Command(BaseCommand):
    help = "Load the demo world: 5106 records, officers and applications. Running it again adds only what is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            added = world.load()
        except world.NoDemo as error:
            raise CommandError(str(error)) from error
        new = ", ".join(f"{count} {kind}" for kind, count in added.items() if count)
        self.stdout.write(f"Demo world: added {new}." if new else "Demo world: everybody is there already.")
