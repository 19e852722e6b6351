"""What CBP officers decide about a merger both owners want: one prepares, another one releases."""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts.models import User
from ace_portal.core import clock, events
from ace_portal.core.errors import NotAllowed, WrongState
from desk import claims, four_eyes
from mergers.actions.execution import carry_out
from mergers.actions.steps import DESK, end_if_overtaken, locked, remember, step, tell_both
from mergers.models import Merger
from useraccess import actions as useraccess
from useraccess.desks import is_officer

Status = Merger.Status


def prepare(merger: Merger, *, text: str, by: User, seen: int | None = None) -> Merger:
    """Find for the merger; another officer releases it. `text`, kept on file, tells them why. Twice is once.

    Raises NotAllowed for anybody but an officer; WrongState when somebody decided first, another officer has claimed
    the merger, it changed since it was `seen` (a stamp), or does not fit the accounts any more (then it stops, and
    both owners are told).
    """
    with _desk(merger, by) as row:
        four_eyes.require_use()
        if row.status == Status.PREPARED and (row.prepared_by_id, row.prepared_text) == (by.pk, text):
            return row
        claims.require_free(row, by)
        events.unchanged(row, seen)
        stopped = end_if_overtaken(row)
        if not stopped:
            step(row, row.prepare, by, clock.now(), text)
            claims.finish(row)
            _remember_inside("prepared", row, f"Merger {row.reference} prepared for release", by)
    return _unless(stopped, row)


def send_back(merger: Merger, *, text: str, by: User, seen: int | None = None) -> Merger:
    """Put a prepared merger back in line; `text`, kept on file, says what is missing. Raises what `prepare` raises."""
    with _desk(merger, by) as row:
        claims.require_free(row, by)
        events.unchanged(row, seen)
        step(row, row.send_back)
        claims.finish(row)
        _remember_inside("sent_back", row, f"Merger {row.reference} sent back: {text}", by)
    return row


def approve(merger: Merger, *, text: str, by: User, seen: int | None = None) -> Merger:
    """Release what another officer prepared: it is carried out at once and as a whole. Twice is once.

    At a desk of one nothing is prepared, and this is the only step. `text` is kept on file and not mailed. Raises
    NotAllowed for anybody but an officer, for the one who prepared it, and while it is not prepared; WrongState as
    `prepare` does.
    """
    with _desk(merger, by) as row:
        if row.status == Status.EXECUTED and row.decided_by_id == by.pk:
            return row
        claims.require_free(row, by)
        if row.is_at_the_desk:
            four_eyes.require_preparation(row)
            four_eyes.require_other_eyes(row, by)
            events.unchanged(row, seen)
        useraccess.lock_rights(row.acquired)
        stopped = end_if_overtaken(row)
        if not stopped:
            step(row, row.execute, by, clock.now(), text)
            carry_out(row, by=by)
    return _unless(stopped, row)


def reject(merger: Merger, *, text: str, by: User, seen: int | None = None) -> Merger:
    """Decide against the merger. `text` is mailed to both owners.

    Raises NotAllowed for anybody but an officer; WrongState when somebody decided first, another officer has claimed
    the merger, or it changed since it was `seen` (a stamp).
    """
    with _desk(merger, by) as row:
        if row.status == Status.REJECTED and row.decided_by_id == by.pk and row.decision_text == text:
            return row
        claims.require_free(row, by)
        if row.is_at_the_desk:
            events.unchanged(row, seen)
        step(row, row.reject, by, clock.now(), text)
        remember(row, "rejected", f"Merger {row.reference} was not approved", by=by, by_label=DESK)
        tell_both("rejected", row, text=text)
    return row


@contextmanager
def _desk(merger: Merger, by: User) -> Iterator[Merger]:
    """The locked merger, for an officer. Raises NotAllowed for anybody else."""
    if not is_officer(by):
        raise NotAllowed("Only a CBP officer decides on mergers.")
    with locked(merger) as row:
        yield row


def _remember_inside(kind: str, row: Merger, summary: str, by: User) -> None:
    """Remember a step between officers: the journals of the companies do not tell of it."""
    events.record(f"mergers.{kind}", row, summary=summary, by=by, after={"status": str(row.status)})


def _unless(stopped: str, row: Merger) -> Merger:
    """The row, unless it was found not to fit any more: that outlives the refusal."""
    if stopped:
        raise WrongState(f"{stopped} The merger was stopped; nothing was moved, both owners are told.")
    return row
