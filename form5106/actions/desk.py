"""What a CBP officer decides on filings."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from accounts.models import User
from ace_portal.core import clock, events
from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.text import email_key
from desk import claims
from form5106.actions.applying import apply
from form5106.actions.steps import DESK, FILER, Overtaken, Status, locked, remember, step, tell
from form5106.models import Filing
from form5106.snapshots import as_draft
from useraccess.desks import is_officer
from useraccess.review.asking import Asking


def accept(filing: Filing, *, by: User, seen: int | None = None) -> Filing:
    """Put a filing on file. If the record was changed meanwhile, nothing is: the filing goes back to its filer.

    Raises NotAllowed for anybody but an officer; WrongState when somebody else claimed or decided it, it changed since
    it was `seen` (a stamp) or the record moved; Rejected and Taken when it does not fit what is on file any more.
    """
    moved = False
    with _desk(filing, by) as row:
        if row.status == Status.ACCEPTED:
            return row
        claims.require_free(row, by)
        if not row.is_at_the_desk:
            step(row, row.accept, clock.now(), by, row.record)
        events.unchanged(row, seen)
        claims.finish(row)
        try:
            apply(row, by=by)
        except Overtaken:
            moved = True
            _send_back(row, by)
    if moved:
        raise WrongState(
            f"Another filing changed the record first. Nothing was overwritten: filing {filing.reference} went back to "
            "its filer, who is told to look at the change and to submit again."
        )
    return filing


def _send_back(row: Filing, by: User) -> None:
    step(row, row.send_back, clock.now(), as_draft(row.content) | _signers(row))
    row.save()
    remember("sent_back", row, summary="Another filing changed the record first", by=by, by_label=DESK)
    tell("sent_back", row)


def _signers(row: Filing) -> dict[str, str]:
    """Who signs stays in the boxes; the check mark of the certification was for something else."""
    names = ("certifier_name", "certifier_title", "broker_name", "broker_phone")
    return {name: row.content.get(name, "") for name in names}


def reject(filing: Filing, *, reject_code: str, text: str, by: User, seen: int | None = None) -> Filing:
    """Decide against a filing. Code and text are mailed to the filer. Doing it twice equals doing it once.

    Raises NotAllowed for anybody but an officer, WrongState when somebody else has claimed or decided it, or it changed
    since it was `seen` (a stamp).
    """
    with _desk(filing, by) as row:
        if row.status == Status.REJECTED and row.decided_by == by:
            return row
        claims.require_free(row, by)
        step(row, row.reject, clock.now(), by, reject_code, text)
        events.unchanged(row, seen)
        row.save()
        summary = f"Filing {row.reference} rejected: {reject_code}"
        remember("rejected", row, summary=summary, by=by, by_label=DESK, reject_code=reject_code)
        tell("rejected", row)
        claims.finish(row)
    return filing


@contextmanager
def _desk(filing: Filing, by: User) -> Iterator[Filing]:
    """The locked filing, for an officer who did not file it. Raises NotAllowed for anybody else."""
    if not is_officer(by):
        raise NotAllowed("Only a CBP officer decides on filings.")
    if email_key(by.email) == email_key(filing.filer_email):
        raise NotAllowed("Nobody decides on a filing of their own.")
    with locked(filing) as row:
        yield row


class AskingFilers(Asking[Filing]):
    """How the desk asks about filings. A filing keeps its place in the queue, and its officer, while it waits."""

    who = FILER

    def locked(self, row: Filing) -> AbstractContextManager[Filing]:
        return locked(row)

    def desk(self, row: Filing, by: User) -> AbstractContextManager[Filing]:
        return _desk(row, by)

    def ask(self, row: Filing, by: User, seen: int | None) -> None:
        claims.require_free(row, by)
        step(row, row.ask)
        events.unchanged(row, seen)
        row.save()
        claims.claim(row, by=by)

    def answer(self, row: Filing) -> None:
        step(row, row.answer)
        row.save()

    def is_answered(self, row: Filing) -> bool:
        return bool(row.status == Status.SUBMITTED)

    def close(self, row: Filing) -> None:
        step(row, row.close, clock.now())
        row.save()
        claims.finish(row)

    def kind(self, row: Filing, what: str) -> str:
        return f"form5106.{what}"

    def remember(self, row: Filing, what: str, *, summary: str, by: User | None, by_label: str, **after: Any) -> None:
        if by_label == self.who and row.filed_by:
            by, by_label = row.filed_by, ""
        remember(what, row, summary=summary, by=by, by_label=by_label, **after)

    def tell(self, row: Filing, what: str, *, dedupe_key: str | None = None, **context: Any) -> None:
        tell(what, row, dedupe_key=dedupe_key, **context)
