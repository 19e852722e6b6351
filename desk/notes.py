"""What the people of a desk write for one another on a piece of work. Nobody outside of the desk reads it."""

from typing import Any

from django.db import transaction

from accounts.models import User
from ace_portal.core import events
from ace_portal.core.models import Event
from desk import claims, registry

NOTED = "desk.noted"
#: As much as a note holds.
LENGTH = 2000


def add(row: Any, *, text: str, by: User) -> Event:
    """Keep a note with a row of any kind of work, open or closed, and return its event. The same twice in a row is one.

    It stands in the row's history alone: in no account's journal, on no applicant's page, in no mail. Raises NotAllowed
    for anybody but those of its desk.
    """
    claims.require_seat(registry.kind_of(row), by)
    with transaction.atomic():
        row._meta.model._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
        last = events.history_of(row).first()
        if last is not None and (last.kind, last.by_id, last.after.get("note")) == (NOTED, by.pk, text):
            return last
        return events.record(NOTED, row, summary="Note", by=by, after={"note": text})
