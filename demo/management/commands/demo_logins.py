"""`manage.py demo_logins`: where the demo is, and who signs in how."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from demo import cast, world


class Command(BaseCommand):
    help = "Print the demo's addresses and logins."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            world.refuse_without_demo()
        except world.NoDemo as error:
            raise CommandError(str(error)) from error
        for line in _lines():
            self.stdout.write(line)


def _lines() -> list[str]:
    labels = {"PTAO": "Proxy", "USER": "Account user"}
    places = [
        ("Start here", "demo:start"),
        ("Apply as an importer", "importers:apply"),
        ("Sign in", "accounts:sign-in"),
        ("CBP desk", "admin:index"),
    ]
    if settings.MAILROOM:
        places.append(("Everybody's mail", "mailroom:list"))
    return [
        "The demo",
        *(f"  {label:<22}{settings.SITE_URL}{reverse(name)}" for label, name in places),
        "",
        f"Logins (the password of all of them is {cast.PASSWORD})",
        *(f"  {'Trade account owner':<22}{one.email}" for one in (cast.OWNER, cast.HERON_OWNER, cast.EXPORTER_OWNER)),
        *(f"  {labels[member.role]:<22}{member.person.email}" for member in cast.TEAM),
        f"  {'Broker’s owner':<22}{cast.BROKER.person.email}",
        *(f"  {'CBP officer':<22}{officer.email}" for officer in cast.OFFICERS),
        f"  {'CBP supervisor':<22}{cast.SUPERVISOR.email}",
        f"  {'Census analyst':<22}{cast.ANALYST.email}",
        f"  {'Auditor':<22}{cast.AUDITOR.email}",
        "",
        "Every sign-in also needs the authenticator's code. The start page shows it, and so does",
        f'  make demo-manage ARGS="authenticator_code {cast.OFFICERS[0].email}"',
        "",
        "To apply yourself",
        f"  {'Company Name':<22}{cast.WALK.company_name}",
        f"  {'Importer number':<22}{cast.WALK.importer_number}",
        f"  {'Your e-mail address':<22}{cast.WALKER.email}",
        f"  {'The code goes to':<22}{cast.WALK.point_of_contact_email}",
    ]
