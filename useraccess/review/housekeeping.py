"""What time does to applications: drafts run out, unanswered questions are repeated and then end the application."""

from datetime import timedelta
from typing import Any

from django.db.models import Max

from accounts.applications import NO_ANSWER, ApplicationMessage, Reviewed, ReviewedApplication, conversation
from ace_portal.core import clock, events
from ace_portal.core.refs import ref
from useraccess.review.steps import announce, locked, tell

#: A draft nobody has finished by then is closed; nothing in it has been promised to anybody.
DRAFT_LIVES = timedelta(days=30)
#: An unanswered question is mailed once more after this time, and closes the application after that.
REMINDED_AFTER = timedelta(days=7)
CLOSED_AFTER = timedelta(days=30)


def expire_drafts(model: type[ReviewedApplication]) -> int:
    """Close drafts of this model that were begun too long ago; returns how many."""
    old = _rows(model).filter(status__in=model.DRAFT, created_at__lt=clock.now() - DRAFT_LIVES)
    count = 0
    for application in old.iterator():
        with locked(application) as row:
            if row.is_draft:
                row.expire()
                row.draft = {}
                row.save()
                events.record(f"{row.room}.draft_expired", row, summary="Draft closed: not finished in time")
                count += 1
    return count


def chase_answers(model: type[ReviewedApplication]) -> int:
    """Remind applicants of unanswered questions, once each, and close what was never answered; returns how many."""
    count = 0
    for application in _rows(model).filter(status=Reviewed.INFORMATION_REQUESTED).iterator():
        asked_at = conversation(application).aggregate(at=Max("sent_at"))["at"]
        if asked_at is not None and asked_at < clock.now() - REMINDED_AFTER:
            count += _chase(application)
    return count


def _chase(application: Any) -> bool:
    """Remind of one question, or close its application: by the state of the locked row. Returns whether it did."""
    with locked(application) as row:
        question = conversation(row).filter(from_desk=True).last()
        if row.status != Reviewed.INFORMATION_REQUESTED or question is None:
            return False
        if question.sent_at < clock.now() - CLOSED_AFTER:
            _close(row)
            return True
        return _remind(row, question)


def _close(row: Any) -> None:
    row.withdraw()
    row.reason = NO_ANSWER
    row.save()
    announce(row, "closed", summary="Closed: the question was not answered", days=CLOSED_AFTER.days)


def _remind(row: Any, question: ApplicationMessage) -> bool:
    already = events.history_of(row).filter(kind=f"{row.room}.reminded", after__question=question.pk)
    if question.sent_at >= clock.now() - REMINDED_AFTER or already.exists():
        return False
    events.record(
        f"{row.room}.reminded", row, summary="Reminded the applicant of the question", after={"question": question.pk}
    )
    closing = question.sent_at + CLOSED_AFTER
    tell(row, "reminder", dedupe_key=f"reminder:{ref(row)}:{question.pk}", question=question.text, closing=closing)
    return True


def _rows(model: type[ReviewedApplication]) -> Any:
    return model._default_manager.order_by("pk")
