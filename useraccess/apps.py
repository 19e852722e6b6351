from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def create_desk_groups(**_: Any) -> None:
    """The desks' groups exist wherever the tables do."""
    from django.contrib.auth.models import Group

    from useraccess.policy import DESKS

    for name in DESKS:
        Group.objects.get_or_create(name=name)


class UserAccessConfig(AppConfig):
    name = "useraccess"
    verbose_name = "User access"

    def ready(self) -> None:
        post_migrate.connect(create_desk_groups, sender=self, dispatch_uid="desk-groups")
