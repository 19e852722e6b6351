"""How a decision is remembered."""

from typing import Any

from django.db import connection, models
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timezone import localtime

from ace_portal.core import clock
from ace_portal.core.errors import WrongState
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


def stamp(row: models.Model) -> int:
    """What was decided last on a row, as a number to be given to `unchanged` later; 0 while nothing was."""
    return history_of(row).values_list("pk", flat=True).first() or 0


def unchanged(row: models.Model, seen: int | None) -> None:
    """Raise WrongState with what happened when something was decided on a row after `seen`, a stamp.

    For decisions, which hold the row's lock. None is what a request brings that was not made from a page.
    """
    if seen is None:
        return
    last = history_of(row).first()
    if last is not None and last.pk != seen:
        when = date_format(localtime(last.at), "DATETIME_FORMAT")
        raise WrongState(
            f"{row} has changed since you opened this page: {last.summary} ({last.by_label}, {when}). Nothing was "
            "decided. Look at it again; what you typed is kept."
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
