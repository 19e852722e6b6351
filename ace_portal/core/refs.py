"""One text that points at any row: `importers.importerapplication:17`."""

from django.db import models


def ref(row: models.Model) -> str:
    """Return `app_label.model:primary_key` of a saved row."""
    if row.pk is None:
        raise ValueError("a row without a primary key cannot be referred to")
    return f"{row._meta.label_lower}:{row.pk}"
