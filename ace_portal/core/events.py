"""How a decision is remembered."""

from typing import Any

from django.db import connection, models
from django.utils.text import Truncator

from ace_portal.core import clock
from ace_portal.core.models import Event
from ace_portal.core.refs import ref

PORTAL = "Portal"
#: The longest summary, and the longest name of who decided, that a row holds.
SUMMARY, BY_LABEL = 250, 200


def record(
    kind: str,
    subject: models.Model,
    *,
    summary: str,
    by: Any = None,
    by_label: str = "",
    journal: models.Model | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Event:
    """Write one event row in the caller's transaction and return it.

    `by` is the user who decided, or None with `by_label` ("Applicant", "Portal"). `journal` is the row whose readers
    may see it (usually the top account). `before`/`after` hold plain values without secrets, numbers masked.
    A summary or label of several long names is cut. Raises RuntimeError outside of a transaction.
    """
    _in_transaction()
    return Event.objects.create(
        at=clock.now(),
        kind=kind,
        summary=Truncator(summary).chars(SUMMARY),
        by=by,
        by_label=Truncator(by_label or (str(by) if by else PORTAL)).chars(BY_LABEL),
        subject=ref(subject),
        journal=ref(journal) if journal else "",
        before=before or {},
        after=after or {},
    )


def record_many(kind: str, subjects: list[tuple[models.Model, str]]) -> None:
    """Remember one decision of the portal on many rows with one query. `subjects` are pairs of row and summary."""
    _in_transaction()
    at = clock.now()
    Event.objects.bulk_create(
        Event(at=at, kind=kind, summary=summary, by_label=PORTAL, subject=ref(row)) for row, summary in subjects
    )


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of the decision it remembers")


def journal_of(row: models.Model) -> models.QuerySet[Event]:
    """The events that show in this row's journal, newest first."""
    return Event.objects.filter(journal=ref(row))


def history_of(row: models.Model) -> models.QuerySet[Event]:
    """The events decided on this very row, newest first."""
    return Event.objects.filter(subject=ref(row))
