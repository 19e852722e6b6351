"""What an application's status page shows: a timeline in the applicant's words, and the conversation."""

from pathlib import PurePath
from typing import Any

from django.db.models import Model
from django.http import Http404, HttpResponseBase

from accounts.applications import ReviewedApplication, conversation
from ace_portal.core import private_files
from ace_portal.core.events import history_of
from useraccess.attachments import CONTENT_TYPES

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


def attachment_of(row: Model, message: int) -> HttpResponseBase:
    """The document attached to a message about this row, as a download. Raises Http404 when there is none."""
    turn = conversation(row).exclude(attachment="").filter(pk=message).first()
    if turn is None:
        raise Http404("No such attachment")
    name = turn.attachment_name
    try:
        return private_files.attachment(
            turn.attachment, filename=name, content_type=CONTENT_TYPES[PurePath(name).suffix]
        )
    except FileNotFoundError as error:
        raise Http404("The document is gone") from error
