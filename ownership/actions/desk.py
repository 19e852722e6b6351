"""What CBP officers decide about a request for another owner: one prepares, another one releases."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings

from accounts.models import User
from ace_portal.core import clock, events
from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.text import email_key
from desk import claims, four_eyes
from ownership.actions.change import carry_out, try_to_carry_out
from ownership.actions.closing import stop_change_if_stale
from ownership.actions.steps import DESK, locked_change, remember, step, tell, tell_requester
from ownership.models import OwnerChange
from useraccess.desks import is_officer

Status = OwnerChange.Status


def prepare(change: OwnerChange, *, text: str, by: User, seen: int | None = None) -> OwnerChange:
    """Find for the request; another officer releases it. `text`, kept on file, tells them why. Twice is once.

    Raises NotAllowed for anybody but an officer, WrongState when somebody decided first, another officer has claimed
    the request, it changed since it was `seen` (a stamp), or does not fit the account any more (then it stops).
    """
    with _desk(change, by) as row:
        four_eyes.require_use()
        if row.status == Status.PREPARED and (row.prepared_by_id, row.prepared_text) == (by.pk, text):
            return row
        claims.require_free(row, by)
        events.unchanged(row, seen)
        stopped = stop_change_if_stale(row)
        if not stopped:
            step(row, row.prepare, by, clock.now(), text)
            row.save()
            claims.finish(row)
            _remember_inside("change_prepared", row, f"Owner change request {row.reference} prepared for release", by)
    return _unless(stopped, row)


def send_back(change: OwnerChange, *, text: str, by: User, seen: int | None = None) -> OwnerChange:
    """Put a prepared request back in line; `text`, kept on file, says what is missing.

    Raises NotAllowed for anybody but an officer, WrongState as `prepare` does.
    """
    with _desk(change, by) as row:
        claims.require_free(row, by)
        events.unchanged(row, seen)
        step(row, row.send_back)
        row.save()
        claims.finish(row)
        _remember_inside("change_sent_back", row, f"Owner change request {row.reference} sent back: {text}", by)
    return row


def approve(change: OwnerChange, *, text: str, by: User, seen: int | None = None) -> OwnerChange:
    """Release what another officer prepared: the owner changes unless the present one objects in time.

    At a desk of one nothing is prepared, and this is the only step. `text` is kept on file and not mailed. Raises
    NotAllowed for anybody but an officer, for the one who prepared it, and while it is not prepared; WrongState as
    `prepare` does.
    """
    with _desk(change, by) as row:
        claims.require_free(row, by)
        if row.status in (Status.SUBMITTED, Status.PREPARED):
            four_eyes.require_preparation(row)
            four_eyes.require_other_eyes(row, by)
            events.unchanged(row, seen)
        stopped = stop_change_if_stale(row)
        if not stopped:
            until = clock.now() + timedelta(days=settings.OWNER_CHANGE_WAITING_DAYS)
            step(row, row.approve, by, clock.now(), text, until)
            row.save()
            claims.finish(row)
            summary = f"Owner change request {row.reference} approved; {row.former_owner} may object"
            remember("change_approved", row, summary=summary, by=by, by_label=DESK)
            tell_requester("change_approved", row)
            tell("change_announced", row.former_owner.email, row, user=row.former_owner, account=row.top_account)
    return _unless(stopped, row)


def reject(change: OwnerChange, *, text: str, by: User, seen: int | None = None) -> OwnerChange:
    """Decide against the request, at first or after an objection. `text` is mailed to the requester.

    Raises NotAllowed for anybody but an officer, WrongState when somebody decided first, another officer has claimed
    the request, or it changed since it was `seen` (a stamp).
    """
    with _desk(change, by) as row:
        claims.require_free(row, by)
        if row.is_at_the_desk:
            events.unchanged(row, seen)
        after_objection = row.status == Status.OBJECTED
        step(row, row.give_up if after_objection else row.reject, by, clock.now(), text)
        row.save()
        claims.finish(row)
        summary = f"Owner change request {row.reference} was not approved"
        remember("change_rejected", row, summary=summary, by=by, by_label=DESK)
        tell_requester("change_rejected", row, text=text)
        if after_objection:
            tell("change_rejected_owner", row.former_owner.email, row, user=row.former_owner, account=row.top_account)
    return row


def uphold(change: OwnerChange, *, text: str, by: User, seen: int | None = None) -> OwnerChange:
    """Decide for the request in spite of the objection: it is carried out at once. `text` is kept on file, not mailed.

    Raises NotAllowed for anybody but an officer and for the one who prepared the request, WrongState as `prepare` does.
    """
    with _desk(change, by) as row:
        if row.status != Status.OBJECTED:
            step(row, row.uphold, by, clock.now(), text, by)
        claims.require_free(row, by)
        four_eyes.require_other_eyes(row, by)
        events.unchanged(row, seen)
        person = try_to_carry_out(row)
        if person:
            step(row, row.uphold, by, clock.now(), text, person)
            row.save()
            claims.finish(row)
            carry_out(row, person, summary=f"Owner change request {row.reference} upheld", by=by, by_label=DESK)
    return _unless(person is None, row)


@contextmanager
def _desk(change: OwnerChange, by: User) -> Iterator[OwnerChange]:
    """The locked request, for an officer. Raises NotAllowed for anybody else, and for whoever asked in person."""
    if not is_officer(by):
        raise NotAllowed("Only a CBP officer decides on requests to change an owner.")
    named = (change.requester_email, change.new_email, change.successor.email if change.successor else "")
    if email_key(by.email) in map(email_key, named):
        raise NotAllowed(
            f"Request {change.reference} is of your own e-mail address. Another officer has to decide on it."
        )
    with locked_change(change) as row:
        yield row


def _remember_inside(kind: str, row: OwnerChange, summary: str, by: User) -> None:
    """Remember a step between officers: the company's journal does not tell of it."""
    events.record(f"ownership.{kind}", row, summary=summary, by=by, after={"status": str(row.status)})


def _unless(stopped: bool, row: OwnerChange) -> OwnerChange:
    """The row, unless it was found not to fit any more: that outlives the refusal."""
    if stopped:
        raise WrongState(f"{row.stop_reason} The request was stopped; nothing was decided, the requester is told.")
    return row
