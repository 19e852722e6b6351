"""What every decision on an application shares: the lock, the step of the state machine, the word to the applicant."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import transaction
from django_fsm import TransitionNotAllowed

from accounts.applications import ReviewedApplication
from accounts.models import User
from ace_portal.core import events, mail
from ace_portal.core.errors import DomainError, WrongState

APPLICANT = "Applicant"
A = TypeVar("A", bound=ReviewedApplication)


@dataclass(frozen=True)
class Failure:
    """One check that was not passed. `field` is the form field it belongs to; `message` says what to do next."""

    code: str
    field: str
    message: str


class ChecksFailed(DomainError):
    """One or more checks failed. `failures` lists them all."""

    code = "checks_failed"

    def __init__(self, failures: Iterable[Failure]) -> None:
        self.failures = list(failures)
        super().__init__(" ".join(failure.message for failure in self.failures))


@contextmanager
def locked(application: A) -> Iterator[A]:
    """One transaction with the application's row locked; the caller's object sees the outcome."""
    with transaction.atomic():
        rows = type(application)._default_manager.select_for_update(of=("self",))
        # Only what cannot change: while a lock is waited for, a joined row is read in its old state.
        row = rows.select_related(*application.LOADED).get(pk=application.pk) if application.LOADED else None
        row = row or rows.get(pk=application.pk)
        yield row
    # What was just written need not be read again.
    vars(application).update(vars(row))


def step(row: ReviewedApplication, transition: Any, *args: Any) -> None:
    """Take one step of the state machine, or say why it cannot be taken any more."""
    try:
        transition(*args)
    except TransitionNotAllowed as error:
        who = row.decided_by or row.claimed_by
        by = f" by {who}" if who else ""
        raise WrongState(
            f"Somebody was faster: application {row.reference} is now “{in_words(row)}”{by}. Nothing was changed."
        ) from error


def in_words(row: ReviewedApplication) -> str:
    """The application's status as people read it."""
    return str(row.get_status_display())  # type: ignore[attr-defined]


def announce(
    row: ReviewedApplication, what: str, *, summary: str, by: User | None = None, by_label: str = "", **context: Any
) -> None:
    """Remember a change of status and mail it to the applicant: once, since a status is left once."""
    remember(row, what, summary=summary, by=by, by_label=by_label)
    tell(row, what, **context)


def remember(
    row: ReviewedApplication, what: str, *, summary: str, by: User | None = None, by_label: str = "", **after: Any
) -> None:
    """Remember a decision on an application."""
    kept = {"status": str(row.status), **after}
    events.record(f"{row.room}.{what}", row, summary=summary, by=by, by_label=by_label, after=kept)


def tell(row: ReviewedApplication, what: str, *, dedupe_key: str | None = None, **context: Any) -> None:
    """Mail the applicant."""
    mail.queue(
        f"{row.room}/{what}",
        to=row.applicant_email,
        about=row,
        secret=True,  # it carries the link of the status page
        context={"application": row, **context},
        dedupe_key=dedupe_key,
    )
