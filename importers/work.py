"""Importer applications as a kind of work at the desk."""

from django.core.exceptions import ValidationError

from ace_portal.core.numbers import parse_importer_number
from desk.registry import ace_id, beginning, exactly, reviewed
from importers.models import ImporterApplication


def normal_number(typed: str) -> str:
    """The stored form of an importer number as it was typed; "" when it is none."""
    try:
        return parse_importer_number(typed).normal
    except ValidationError:
        return ""


APPLICATIONS = reviewed(
    ImporterApplication,
    label="importer application",
    search=(
        beginning("record__company_name"),
        exactly("record__importer_number", normal_number),
        exactly("record__sub_account__top_account__ace_id", ace_id),
    ),
)
