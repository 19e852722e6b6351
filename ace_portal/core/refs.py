"""One text that points at any row: `importers.importerapplication:17`."""

from django.db import models


def ref(row: models.Model) -> str:
    """Return `app_label.model:primary_key` of a saved row."""
    if row.pk is None:
        raise ValueError("a row without a primary key cannot be referred to")
    return f"{row._meta.label_lower}:{row.pk}"


#: Longer numbers than any primary key are not even converted.
LONGEST_KEY = 18


def key_in(text: str) -> int | None:
    """The primary key (or version) that came as text in a form or query string; None if it cannot be one."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_KEY else None
