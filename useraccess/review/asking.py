"""The desk asks and somebody answers: one piece for whatever an officer decides on, in whichever room it lies.

A room says in an Asking how its rows are locked, which steps they take, and how those concerned are told. All else is
the same for all: what was asked already is not asked again, an answer sent twice is one, an unanswered question is
repeated once and then ends the row.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, ClassVar, Generic, TypeVar

from django.db.models import Max, Model

from accounts.applications import ApplicationMessage, Reviewed, conversation
from accounts.models import User
from ace_portal.core import clock, events, private_files
from ace_portal.core.refs import ref
from useraccess.attachments import Attachment

FOLDER = "application-messages"
#: An unanswered question is mailed once more after this time, and ends what it is about after that.
REMINDED_AFTER = timedelta(days=7)
CLOSED_AFTER = timedelta(days=30)

R = TypeVar("R", bound=Model)


class Asking(ABC, Generic[R]):
    """How the desk asks about the rows of a model, whose `status` is Reviewed.INFORMATION_REQUESTED meanwhile.

    Steps get a locked row, save it, and raise WrongState when they cannot be taken (any more).
    """

    #: Who answers, as the history calls them.
    who: ClassVar[str]

    @abstractmethod
    def locked(self, row: R) -> AbstractContextManager[R]:
        """One transaction with the row locked; the caller's object sees the outcome."""

    @abstractmethod
    def desk(self, row: R, by: User) -> AbstractContextManager[R]:
        """The same for an officer. Raises NotAllowed for whoever must not decide on the row."""

    @abstractmethod
    def ask(self, row: R, by: User, seen: int | None) -> None:
        """The step to waiting for an answer, unless the row changed since it was `seen` (a stamp); the officer has the
        row from now on."""

    @abstractmethod
    def answer(self, row: R) -> None:
        """The step back to the desk."""

    @abstractmethod
    def is_answered(self, row: R) -> bool:
        """Whether the row stands where an answer leads."""

    @abstractmethod
    def close(self, row: R) -> None:
        """The step to the end of a row whose question nobody answered."""

    @abstractmethod
    def remember(self, row: R, what: str, *, summary: str, by: User | None, by_label: str, **after: Any) -> None:
        """Write the event."""

    @abstractmethod
    def tell(self, row: R, what: str, *, dedupe_key: str | None = None, **context: Any) -> None:
        """Mail whoever answers, with the link of the page where that is done."""

    @abstractmethod
    def kind(self, row: R, what: str) -> str:
        """The kind of the event that `remember` writes."""


def ask(row: R, *, question: str, by: User, of: Asking[R], seen: int | None = None) -> R:
    """Send a question; the row waits for the answer. Twice is once. Raises NotAllowed and WrongState."""
    with of.desk(row, by) as live:
        if _waits(live) and _said_last(live, question, author=by):
            return live
        of.ask(live, by, seen)
        say(live, question, author=by)
        of.remember(live, "information_requested", summary="Information requested", by=by, by_label="")
        of.tell(live, "information_requested", question=question)
    return live


def answer(row: R, *, text: str, attachment: Attachment | None = None, of: Asking[R]) -> R:
    """Take an answer; the row goes back to the officer who asked.

    The same answer sent twice is one. Raises WrongState when nothing is asked (any more).
    """
    stored = private_files.store(attachment.file, folder=FOLDER) if attachment else ""
    kept = False
    try:
        with of.locked(row) as live:
            if of.is_answered(live) and _said_last(live, text, author=None):
                return live
            of.answer(live)
            say(live, text, author=None, attachment=stored, attachment_name=attachment.name if attachment else "")
            of.remember(live, "answered", summary=f"The {of.who.lower()} answered", by=None, by_label=of.who)
            of.tell(live, "answered")
        kept = True
    finally:
        if stored and not kept:
            private_files.remove(stored)
    return live


def chase(rows: Iterable[R], *, of: Asking[R]) -> int:
    """Of rows that wait for an answer, repeat each question once, and end what was never answered; returns how many."""
    count = 0
    for row in rows:
        asked_at = conversation(row).aggregate(at=Max("sent_at"))["at"]
        if asked_at is not None and asked_at < clock.now() - REMINDED_AFTER:
            count += _chase(row, of)
    return count


def _chase(row: R, of: Asking[R]) -> bool:
    """Repeat one question, or end its row: by the state of the locked row. Returns whether it did."""
    with of.locked(row) as live:
        question = conversation(live).filter(from_desk=True).last()
        if not _waits(live) or question is None:
            return False
        if question.sent_at < clock.now() - CLOSED_AFTER:
            of.close(live)
            summary = "Closed: the question was not answered"
            of.remember(live, "closed", summary=summary, by=None, by_label=events.PORTAL)
            of.tell(live, "closed", days=CLOSED_AFTER.days)
            return True
        return _remind(live, question, of)


def _remind(row: R, question: ApplicationMessage, of: Asking[R]) -> bool:
    already = events.history_of(row).filter(kind=of.kind(row, "reminded"), after__question=question.pk)
    if question.sent_at >= clock.now() - REMINDED_AFTER or already.exists():
        return False
    summary = f"Reminded the {of.who.lower()} of the question"
    of.remember(row, "reminded", summary=summary, by=None, by_label=events.PORTAL, question=question.pk)
    closing = question.sent_at + CLOSED_AFTER
    of.tell(row, "reminder", dedupe_key=f"reminder:{ref(row)}:{question.pk}", question=question.text, closing=closing)
    return True


def say(row: Model, text: str, *, author: User | None, attachment: str = "", attachment_name: str = "") -> None:
    """Add a turn to the conversation; `attachment` names a private file."""
    ApplicationMessage.objects.create(
        application=ref(row),
        from_desk=author is not None,
        author=author,
        text=text,
        sent_at=clock.now(),
        attachment=attachment,
        attachment_name=attachment_name,
    )


def _waits(row: Any) -> bool:
    return bool(row.status == Reviewed.INFORMATION_REQUESTED)


def _said_last(row: Model, text: str, *, author: User | None) -> bool:
    last = conversation(row).last()
    return last is not None and (last.text, last.author_id) == (text, author.pk if author else None)
