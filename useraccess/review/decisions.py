"""The decisions that all reviewed applications share. Approving is each room's own."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db.models import Model
from django.urls import reverse

from accounts.applications import NO_ANSWER, Reviewed, ReviewedApplication
from accounts.models import User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.text import email_key
from useraccess.attachments import Attachment
from useraccess.desks import is_officer, is_supervisor
from useraccess.review import asking
from useraccess.review.asking import Asking, say
from useraccess.review.steps import APPLICANT, A, announce, locked, remember, step, tell


def claim(application: A, *, by: User) -> A:
    """Take an application off the queue to review it. Raises WrongState when another officer was faster."""
    with desk(application, by) as row:
        if row.status == Reviewed.IN_REVIEW and row.claimed_by == by:
            return row
        step(row, _of(row).claim, by, clock.now())
        row.save()
        announce(row, "in_review", summary=f"Claimed by {by}", by=by)
    return row


def release(application: A, *, by: User) -> A:
    """Put a claimed application back on the queue: its officer, or a supervisor while the officer is away."""
    with desk(application, by) as row:
        if row.status == Reviewed.SUBMITTED:
            return row
        _own_or_supervised(row, by)
        step(row, _of(row).release)
        row.save()
        announce(row, "released", summary="Put back on the queue", by=by)
    return row


def hand_over(application: A, *, to: User, by: User) -> A:
    """Give a claimed application to another officer, who is mailed. Twice is once.

    Raises NotAllowed for anybody but the officer who has it and supervisors, and for a receiver who must not decide on
    it; WrongState when nobody has claimed it.
    """
    with desk(application, by) as row:
        if not (row.is_open and row.claimed_by):
            raise WrongState(f"Nobody has claimed {row}, so there is nothing to hand over. Nothing was changed.")
        former = row.claimed_by
        if former == to:
            return row
        _own_or_supervised(row, by)
        if not is_officer(to) or is_own(row, to):
            raise NotAllowed(f"{to} must not decide on {row}. Choose another officer.")
        row.claimed_by, row.claimed_at = to, clock.now()
        row.save(update_fields=["claimed_by", "claimed_at"])
        events.record(f"{row.room}.handed_over", row, summary=f"Handed over from {former} to {to}", by=by)
        tell_new_officer(row, str(row), to=to, by=by)
    return row


def tell_new_officer(row: Model, what: str, *, to: User, by: User) -> None:
    """Mail the officer to whom a piece of work was handed over; nobody is mailed what they did themselves."""
    if to == by:
        return
    meta = row._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    facts = {"what": what, "to": to, "by": by, "address": address}
    mail.queue("desk/handed_over", to=to.email, about=row, context=facts)


def ask_for_information(application: A, *, question: str, by: User, seen: int | None = None) -> A:
    """Send the applicant a question; the application waits for the answer.

    Raises NotAllowed for anybody but an officer, WrongState when another officer has claimed the application, somebody
    decided first, or it changed since it was `seen` (a stamp).
    """
    row: A = asking.ask(application, question=question, by=by, seen=seen, of=APPLICATIONS)
    return row


def reject(application: A, *, reason: str, text: str, by: User, seen: int | None = None) -> A:
    """Decide against the application. `reason` is a code of its Reason, `text` is mailed.

    Raises what `ask_for_information` raises.
    """
    with desk(application, by) as row:
        if row.status == Reviewed.REJECTED and row.decided_by == by:
            return row
        unclaimed_by_others(row, by, seen)
        step(row, _of(row).reject, by, clock.now(), reason)
        row.save()
        say(row, text, author=by)
        announce(row, "rejected", summary=f"Not approved: {_of(row).get_reason_display()}", by=by, text=text)
    return row


def withdraw(application: A) -> A:
    """Take the application back, on the applicant's word. Doing it twice equals doing it once."""
    with locked(application) as row:
        if row.status == Reviewed.WITHDRAWN:
            return row
        step(row, _of(row).withdraw)
        row.save()
        announce(row, "withdrawn", summary="Application withdrawn", by_label=APPLICANT)
    return row


def answer(application: A, *, text: str, attachment: Attachment | None = None) -> A:
    """Take the applicant's answer; the application goes back to the officer who asked.

    The same answer sent twice is one. Raises WrongState when nothing is asked (any more).
    """
    row: A = asking.answer(application, text=text, attachment=attachment, of=APPLICATIONS)
    return row


@contextmanager
def desk(application: A, by: User) -> Iterator[A]:
    """The locked application, for an officer. Raises NotAllowed for anybody else, and for the applicant in person."""
    if not is_officer(by):
        raise NotAllowed("Only a CBP officer decides on applications.")
    if is_own(application, by):
        raise NotAllowed(
            f"Application {application.reference} is for your own e-mail address. Another officer has to decide on it."
        )
    with locked(application) as row:
        yield row


def is_own(application: ReviewedApplication, officer: User) -> bool:
    """Whether the officer is the very person who would own the account."""
    return email_key(application.applicant_email) == email_key(officer.email)


def unclaimed_by_others(row: ReviewedApplication, by: User, seen: int | None) -> None:
    """Raise WrongState when another officer has claimed an application, or it changed since it was `seen` (a stamp)."""
    if not row.is_open:
        return
    if row.claimed_by and row.claimed_by != by:
        raise WrongState(
            f"{row.claimed_by} has claimed application {row.reference}. Ask them to decide, or to hand it over."
        )
    events.unchanged(row, seen)


def _own_or_supervised(row: ReviewedApplication, by: User) -> None:
    if row.claimed_by and row.claimed_by != by and not is_supervisor(by):
        raise NotAllowed(
            f"{row.claimed_by} has claimed application {row.reference}. Only {row.claimed_by} or a supervisor puts it "
            "back or hands it over."
        )


def _of(row: ReviewedApplication) -> Any:
    """The row, with the transitions that its model has and this one cannot name."""
    return row


class _Applications(Asking[ReviewedApplication]):
    who = APPLICANT

    def locked(self, row: ReviewedApplication) -> AbstractContextManager[ReviewedApplication]:
        return locked(row)

    def desk(self, row: ReviewedApplication, by: User) -> AbstractContextManager[ReviewedApplication]:
        return desk(row, by)

    def ask(self, row: ReviewedApplication, by: User, seen: int | None) -> None:
        unclaimed_by_others(row, by, seen)
        if row.status == Reviewed.SUBMITTED:
            _of(row).claim(by, clock.now())
        step(row, _of(row).ask)
        row.save()

    def answer(self, row: ReviewedApplication) -> None:
        step(row, _of(row).answer)
        row.save()

    def is_answered(self, row: ReviewedApplication) -> bool:
        return bool(row.status == Reviewed.IN_REVIEW)

    def close(self, row: ReviewedApplication) -> None:
        step(row, _of(row).withdraw)
        row.reason = NO_ANSWER
        row.save()

    def kind(self, row: ReviewedApplication, what: str) -> str:
        return f"{row.room}.{what}"

    def remember(self, row: ReviewedApplication, what: str, **facts: Any) -> None:
        remember(row, what, **facts)

    def tell(self, row: ReviewedApplication, what: str, *, dedupe_key: str | None = None, **context: Any) -> None:
        tell(row, what, dedupe_key=dedupe_key, **context)


#: How the desk asks about applications.
APPLICATIONS: Asking[Any] = _Applications()
