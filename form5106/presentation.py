"""What pages and printed copies show of filings. Nothing is decided here."""

from typing import Any

from django.urls import reverse

from ace_portal.core.events import history_of
from form5106 import snapshots
from form5106.forms import StepForm
from form5106.layout import sections_of, steps_of
from form5106.models import Filing, RestoreRequest
from useraccess.review.presentation import TIMELINE as ABOUT_QUESTIONS

#: The events a filer, or who asks to restore a record, sees on the status page, in their words.
TIMELINE = {
    "form5106.submitted": "Submitted",
    "form5106.sent_back": "Sent back: another filing changed the record first",
    "form5106.accepted": "Accepted and put on file",
    "form5106.rejected": "Rejected",
    "form5106.withdrawn": "Withdrawn by you",
    "form5106.restore_requested": "Request received",
    "form5106.restore_granted": "Granted: the record is active again",
    "form5106.restore_refused": "Not granted: the record stays voided",
    **{
        f"form5106.{prefix}{what}": ABOUT_QUESTIONS[what]
        for prefix in ("", "restore_")
        for what in ("information_requested", "reminded", "answered", "closed")
    },
}
ANSWERS = "Check your answers"


def titles(filing: Filing) -> list[str]:
    """The steps of a filing, for the step indicator."""
    return ["What you file", *(step.title for step in steps_of(filing)), ANSWERS]


def timeline(row: Filing | RestoreRequest) -> list[dict[str, Any]]:
    """What happened so far, oldest first, for core/includes/timeline.html."""
    found = [event for event in reversed(history_of(row)) if event.kind in TIMELINE]
    return [{"when": event.at, "title": TIMELINE[event.kind], "current": event is found[-1]} for event in found]


def head_rows(filing: Filing, *, number: str = "") -> list[dict[str, str]]:
    """What a filing is about, as label and value."""
    return [
        {"label": "Type of action", "value": filing.actions_in_words},
        {"label": "Company", "value": filing.content.get("company_name") or filing.company_name},
        {"label": "Importer number", "value": number or filing.masked_number},
        {"label": "Filed", "value": filing.get_files_as_display()},
        {"label": "Filer’s e-mail", "value": filing.filer_email},
    ]


def request_rows(row: RestoreRequest) -> list[dict[str, str]]:
    """What a request to restore a record is about, as label and value."""
    return [
        {"label": "Company", "value": row.record.company_name},
        {"label": "Importer number", "value": row.record.masked_number},
        {"label": "Requester", "value": row.requester_name},
        {"label": "Requester’s e-mail", "value": row.requester_email},
        {"label": "Reason", "value": row.reason},
        {"label": "Proof of the number", "value": row.proof_name},
    ]


def parts(filing: Filing, content: dict[str, Any], *, change: bool = False) -> list[dict[str, Any]]:
    """Section by section what a filing says, for core/includes/summary_list.html; with `change` links to each field."""
    pages = {section.code: step.slug for step in steps_of(filing) for section in step.sections}
    found = []
    for section, lines in snapshots.rows(sections_of(filing), content):
        page = reverse("form5106:step", args=[filing.token, pages[section.code]]) if change else ""
        rows = [
            {"label": label, "value": value, **({"change_url": f"{page}#id_{name}"} if change else {})}
            for name, label, value in lines
        ]
        found.append({"code": section.code, "title": section.title, "rows": rows})
    return found


def whole(filing: Filing) -> tuple[dict[str, Any], str]:
    """The cleaned content of a draft, and "" or the first page that has an error."""
    content: dict[str, Any] = {}
    for step in steps_of(filing):
        form = StepForm.of_draft(filing, step)
        if not form.is_valid():
            return {}, step.slug
        content |= form.content()
    return content, ""


def unmarked(content: dict[str, Any]) -> dict[str, Any]:
    """The content without the check marks that only steer the form."""
    return {name: value for name, value in content.items() if not name.endswith("zip_override")}
