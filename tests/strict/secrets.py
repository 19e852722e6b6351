"""Looking for known secrets wherever somebody who may not know them could read."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.apps import apps
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.html import escape

from ace_portal.logs import logging_config


@dataclass
class Secrets:
    """Known secrets by name."""

    known: dict[str, str] = field(default_factory=dict)

    def add(self, **secrets: str) -> None:
        assert all(len(secret) >= 6 for secret in secrets.values()), "too short to be told from other text"
        self.known |= secrets

    def in_text(self, text: str) -> set[str]:
        """The names of the secrets that stand in a text, as they are or escaped for HTML."""
        return {name for name, secret in self.known.items() if secret in text or escape(secret) in text}

    def in_lines(self, text: str) -> set[str]:
        """Every line of a text that holds a secret, with the secrets' names in front."""
        return {f"{found}: {line}" for line in text.splitlines() if (found := sorted(self.in_text(line)))}

    def in_database(self, keepers: set[str]) -> set[str]:
        """Every `model.column: secret` of the database, but for the columns (`keepers`) that exist to keep one."""
        found = set()
        for model in apps.get_models():
            for row in model._default_manager.all().values():
                for column, value in row.items():
                    place = f"{model._meta.label}.{column}"
                    if place not in keepers:
                        found |= {f"{place}: {name}" for name in self.in_text(str(value))}
        return found


@contextmanager
def logs_in_every_form() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, at the finest level, as JSON and as text for a terminal."""
    out = io.StringIO()
    handlers = []
    for json in (True, False):
        handler = logging.StreamHandler(out)
        formatter = logging_config(level="DEBUG", json=json)["formatters"]["line"]
        # aiosmtpd, the suite's own mail server, tells what it reads; it is no part of the portal.
        handler.addFilter(lambda record: record.name != "mail.log")
        handler.setFormatter(formatter.pop("()")(**formatter))
        handlers.append(handler)
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    for handler in handlers:
        root.addHandler(handler)
    try:
        yield out
    finally:
        for handler in handlers:
            root.removeHandler(handler)
        root.setLevel(level)


def pages_of_the_desk(desk: Client) -> Iterator[tuple[str, str]]:
    """Address and content of every page of the admin: the lists, and each row's page and history."""
    for model in apps.get_models():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        try:
            addresses = [reverse(f"{name}_changelist")]
        except NoReverseMatch:
            continue
        for pk in model._default_manager.order_by("pk").values_list("pk", flat=True):
            addresses += [reverse(f"{name}_{page}", args=[pk]) for page in ("change", "history")]
        for address in addresses:
            yield address, desk.get(address, follow=True).content.decode()
