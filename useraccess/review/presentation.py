"""What an application's status page shows: a timeline in the applicant's words, and the conversation."""

from typing import Any

from accounts.applications import ReviewedApplication
from ace_portal.core.events import history_of

#: The events an applicant sees on the status page, in the applicant's words.
TIMELINE = {
    "submitted": "Application received",
    "in_review": "An officer has begun the review",
    "released": "Waiting for another officer",
    "information_requested": "We asked you for information",
    "reminded": "We reminded you of the question",
    "answered": "You answered",
    "approved": "Approved: the account is open",
    "rejected": "Not approved",
    "withdrawn": "Withdrawn by you",
    "closed": "Closed: the question was not answered",
}


def timeline(application: ReviewedApplication) -> list[dict[str, Any]]:
    """What happened so far, oldest first, for core/includes/timeline.html."""
    titles = {f"{application.room}.{what}": title for what, title in TIMELINE.items()}
    steps = [event for event in reversed(history_of(application)) if event.kind in titles]
    return [{"when": event.at, "title": titles[event.kind], "current": event is steps[-1]} for event in steps]
