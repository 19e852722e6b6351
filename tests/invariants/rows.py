"""What the modules of the rooms share: valid rows, made by the decisions that make them in the portal, and copies of them."""

import uuid
from typing import Any

from django.apps import apps

from accounts.models import User
from tests import factories

Row = Any
Changes = list[dict[str, Any]]
ROOMS = {
    "core",
    "verification",
    "accounts",
    "useraccess",
    "importers",
    "exporters",
    "ownership",
    "mailroom",
    "demo",
    "tradeparties",
    "mergers",
    "form5106",
    "desk",
}
#: Every table of the portal's rooms.
MODELS = [model for model in apps.get_models() if model._meta.app_label in ROOMS]

#: Days that are in no calendar, as an application or an account would keep them.
NO_DATE: Changes = [
    {"fiscal_year_end_month": 13, "fiscal_year_end_day": 1},
    {"fiscal_year_end_month": 0, "fiscal_year_end_day": 1},
    {"fiscal_year_end_month": 1, "fiscal_year_end_day": 32},
]
HALF_A_DATE: Changes = [{"fiscal_year_end_month": None}, {"fiscal_year_end_day": None}]


def someone() -> User:
    """Somebody whom no row speaks of yet."""
    return factories.officer(device=False)


def copy_of(row: Row, *, same: set[str], **changes: Any) -> Row:
    """An unsaved copy with `changes`; whatever has to differ between two rows differs, but for the fields `same`."""
    values = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key
    }
    for field in row._meta.concrete_fields:
        if field.unique and not field.primary_key and field.name not in same:
            values[field.attname] = _another(field)
    return type(row)(**(values | changes))


def _another(field: Any) -> Any:
    """A value no other row has."""
    if field.null:
        return None
    text = uuid.uuid4().hex.upper()
    return text[: field.max_length]
