from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def sync_roles(**_: Any) -> None:
    """The desks' groups exist wherever the tables do."""
    from useraccess.actions.staff import sync_desk_roles

    sync_desk_roles()


class UserAccessConfig(AppConfig):
    name = "useraccess"
    verbose_name = "User access"

    def ready(self) -> None:
        post_migrate.connect(sync_roles, sender=self, dispatch_uid="desk-groups")
