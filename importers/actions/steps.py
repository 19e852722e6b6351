"""What every decision on an application shares: the lock, the step of the state machine, the word to the applicant."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from accounts.applications import ApplicationMessage
from accounts.models import User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import DomainError, WrongState
from ace_portal.core.refs import ref
from importers import checks
from importers.models import ImporterApplication

APPLICANT = "Applicant"

Status = ImporterApplication.Status


class ChecksFailed(DomainError):
    """One or more of the four checks failed. `failures` lists them all."""

    code = "checks_failed"

    def __init__(self, failures: Iterable[checks.Failure]) -> None:
        self.failures = list(failures)
        super().__init__(" ".join(failure.message for failure in self.failures))


@contextmanager
def locked(application: ImporterApplication) -> Iterator[ImporterApplication]:
    """One transaction with the application's row locked; the caller's object sees the outcome."""
    with transaction.atomic():
        row = (
            ImporterApplication.objects.select_for_update(of=("self",))
            # Only what cannot change: while a lock is waited for, a joined row is read in its old state.
            .select_related("record")
            .get(pk=application.pk)
        )
        yield row
    # What was just written need not be read again.
    vars(application).update(vars(row))


def step(row: ImporterApplication, transition: Any, *args: Any) -> None:
    """Take one step of the state machine, or say why it cannot be taken any more."""
    try:
        transition(*args)
    except TransitionNotAllowed as error:
        who = row.decided_by or row.claimed_by
        by = f" by {who}" if who else ""
        raise WrongState(
            f"Somebody was faster: application {row.reference} is now “{row.get_status_display()}”{by}. "
            "Nothing was changed."
        ) from error


def say(row: ImporterApplication, text: str, *, author: User | None) -> None:
    ApplicationMessage.objects.create(
        application=ref(row), from_desk=author is not None, author=author, text=text, sent_at=clock.now()
    )


def announce(
    row: ImporterApplication, what: str, *, summary: str, by: User | None = None, by_label: str = "", **context: Any
) -> None:
    """Remember a change of status and mail it to the applicant: once, since a status is left once."""
    events.record(
        f"importers.{what}", row, summary=summary, by=by, by_label=by_label, after={"status": str(row.status)}
    )
    mail.queue(
        f"importers/{what}",
        to=row.applicant_email,
        about=row,
        secret=True,  # it carries the link of the status page
        context={"application": row, **context},
    )
