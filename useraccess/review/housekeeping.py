"""What time does to applications: drafts run out, unanswered questions are repeated and then end the application."""

from datetime import timedelta
from typing import Any

from accounts.applications import Reviewed, ReviewedApplication
from ace_portal.core import clock, events
from useraccess.review import asking
from useraccess.review.decisions import APPLICATIONS
from useraccess.review.steps import locked

#: A draft nobody has finished by then is closed; nothing in it has been promised to anybody.
DRAFT_LIVES = timedelta(days=30)


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
    waiting = _rows(model).filter(status=Reviewed.INFORMATION_REQUESTED)
    return asking.chase(waiting.iterator(), of=APPLICATIONS)


def _rows(model: type[ReviewedApplication]) -> Any:
    return model._default_manager.order_by("pk")
