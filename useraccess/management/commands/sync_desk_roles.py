"""Make the groups of the desks as the code has them. `migrate` does it as well."""

from typing import Any

from django.core.management.base import BaseCommand

from useraccess import actions


class Command(BaseCommand):
    help = (
        "Make the groups of officers, supervisors, analysts and auditors as the code has them: missing ones are made, "
        "permissions somebody gave them are taken away. Running it again changes nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for line in actions.sync_desk_roles() or ["The desk roles are as they should be."]:
            self.stdout.write(line)
