"""What a CBP officer decides about a merger both owners want."""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed, WrongState
from mergers.actions.execution import carry_out
from mergers.actions.steps import DESK, end_if_overtaken, locked, remember, step, tell_both
from mergers.models import Merger
from useraccess import actions as useraccess
from useraccess.policy import is_officer

Status = Merger.Status


def approve(merger: Merger, *, text: str, by: User) -> Merger:
    """Carry the merger out, at once and as a whole. `text` is kept on file and not mailed. Twice is once.

    Raises NotAllowed for anybody but an officer; WrongState when somebody decided first, or when the merger does not
    fit the accounts any more (then it stops, and both owners are told).
    """
    with _desk(merger, by) as row:
        if row.status == Status.EXECUTED and row.decided_by_id == by.pk:
            return row
        useraccess.lock_rights(row.acquired)
        stopped = end_if_overtaken(row)
        if not stopped:
            step(row, row.execute, by, clock.now(), text)
            carry_out(row, by=by)
    if stopped:
        raise WrongState(f"{stopped} The merger was stopped; nothing was moved, both owners are told.")
    return row


def reject(merger: Merger, *, text: str, by: User) -> Merger:
    """Decide against the merger. `text` is mailed to both owners.

    Raises NotAllowed for anybody but an officer, WrongState when somebody decided first.
    """
    with _desk(merger, by) as row:
        if row.status == Status.REJECTED and row.decided_by_id == by.pk and row.decision_text == text:
            return row
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
