"""Rows whose status is drawn as a state machine (django-fsm-2, protected)."""

from collections.abc import Iterable
from typing import Any

from django.db import models


class StateModel(models.Model):
    """Lets a row with a protected `status` be read again.

    django-fsm's own mixin lifts the protection on the class while it refreshes one row, for every thread at once: under
    a threaded server somebody else's row then refuses its transition. A value that is gone may be set again without.
    """

    class Meta:
        abstract = True

    def refresh_from_db(
        self, using: str | None = None, fields: Iterable[str] | None = None, from_queryset: Any = None
    ) -> None:
        names = {field.attname for field in self._meta.concrete_fields} if fields is None else set(fields)
        if "status" in names:
            vars(self).pop("status", None)
        super().refresh_from_db(using=using, fields=list(names), from_queryset=from_queryset)
