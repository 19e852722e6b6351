"""What every decision on a filing shares: the locks, the step of the state machine, the word to those concerned."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from accounts.models import User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import DomainError, WrongState
from form5106.models import Filing
from importers.models import ImporterRecord

FILER, DESK = "Filer", "CBP desk"
Status = Filing.Status


class Overtaken(DomainError):
    """Another filing changed the record first. Nothing was overwritten."""

    code = "overtaken"


class CodeNeeded(DomainError):
    """The point of contact on file has to let this filing through first."""

    code = "code_needed"


@contextmanager
def locked(filing: Filing) -> Iterator[Filing]:
    """One transaction with the record (if there is one) and the filing locked; the caller's object sees the outcome.

    The record first: whoever decides on another filing of the same record waits here.
    """
    with transaction.atomic():
        record = None
        if filing.record_id:
            record = ImporterRecord.objects.select_for_update(of=("self",)).get(pk=filing.record_id)
        row = Filing.objects.select_for_update(of=("self",)).get(pk=filing.pk)
        if record is not None and row.record_id == record.pk:
            # Read after the lock, so that nothing of it is out of date.
            row.record = record
        yield row
    vars(filing).update(vars(row))


def step(row: Filing, transition: Callable[..., None], *args: Any) -> None:
    """Take one step of the state machine, or say why it cannot be taken any more."""
    try:
        transition(*args)
    except TransitionNotAllowed as error:
        raise WrongState(
            f"Somebody was faster: filing {row.reference} is now “{row.get_status_display()}”. Nothing was changed."
        ) from error


def drafts_only(row: Filing) -> None:
    """Raise WrongState unless the filing is still being filled in."""
    if not row.is_draft:
        raise WrongState(f"Filing {row.reference} is “{row.get_status_display()}” and can no longer be changed here.")


def remember(kind: str, row: Filing, *, summary: str, by: User | None = None, **more: Any) -> None:
    """Remember a decision on a filing, in the journal of the account that its record belongs to, too."""
    linked = row.record.sub_account if row.record else None
    events.record(
        f"form5106.{kind}",
        row,
        summary=summary,
        by=by,
        by_label=more.pop("by_label", "" if by else FILER),
        journal=linked.top_account if linked else None,
        after={"status": str(row.status), **more},
    )


def tell(template: str, row: Filing, *, dedupe_key: str | None = None, **context: Any) -> None:
    """Mail the filer, with the link of the filing."""
    mail.queue(
        f"form5106/{template}",
        to=row.filer_email,
        about=row,
        secret=True,  # it carries the link of the filing
        context={"filing": row, **context},
        dedupe_key=dedupe_key,
    )


def touch(row: Filing) -> None:
    row.changed_at = clock.now()
