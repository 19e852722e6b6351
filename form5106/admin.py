"""CBP's desk: filings of Form 5106, and requests to restore a voided record."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django_fsm import can_proceed

from ace_portal.core.forms import PortalForm
from desk.review.decision import Decision
from desk.review.filters import StatusFilter
from desk.review.page import ReviewAdmin
from form5106 import actions, presentation
from form5106.models import Filing, RestoreRequest
from form5106.models.filing import TEXT_LENGTH
from form5106.rejects import REJECTS
from form5106.snapshots import differences, has_moved
from useraccess.review.forms import TEXT_LENGTH as QUESTION_LENGTH


def _text(help_text: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label="Text", max_length=TEXT_LENGTH, help_text=help_text, widget=widget)


class RejectForm(PortalForm):
    reject_code = forms.ChoiceField(
        label="Reject code",
        choices=[("", "- Select -"), *((code, f"{code}: {what}") for code, what in REJECTS.items())],
    )
    text = _text("It is mailed to the filer as you write it.")


class TextForm(PortalForm):
    text = _text("It is mailed to the requester as you write it.")


class AskForm(PortalForm):
    question = forms.CharField(
        label="Question",
        max_length=QUESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="It is mailed as you write it. Without an answer within 30 days this is closed.",
    )


def _ask(whom: str) -> Decision:
    """The button that asks the filer, or the requester."""
    return Decision(
        "ask",
        "Ask for information",
        f"It waits until the {whom} answers, who is reminded after seven days. You have it meanwhile.",
        actions.ask_for_information,
        f"{{row}} waits for an answer. Your question is on its way to the {whom}.",
        lambda row, _: can_proceed(row.ask),
        form=AskForm,
    )


@admin.register(Filing)
class FilingAdmin(ReviewAdmin):
    list_display = ("reference", "company_name", "masked_number", "actions_in_words", "status", "submitted_at")
    list_select_related = ("record",)
    list_filter = (StatusFilter, "files_as")
    listed_statuses = tuple(one for one in Filing.Status if one not in (Filing.Status.DRAFT, Filing.Status.EXPIRED))
    review_template = "admin/form5106/filing/review.html"
    talks_to = "filer"
    decisions = (
        Decision(
            "accept",
            "Accept",
            "The filing is put on file as a new version of the record. Filer and point of contact are told by mail.",
            actions.accept,
            "{row} was accepted. Filer and point of contact are told by mail.",
            lambda row, _: row.is_at_the_desk,
            form=None,
        ),
        _ask("filer"),
        Decision(
            "reject",
            "Reject",
            "Nothing on file changes. Code and text are mailed to the filer.",
            actions.reject,
            "{row} was rejected. The filer is told by mail.",
            lambda row, _: row.is_at_the_desk,
            form=RejectForm,
            is_refusal=True,
        ),
    )

    def shown(self) -> QuerySet[Any]:
        return Filing.objects.handed_in()

    @admin.display(description="Importer number")
    def masked_number(self, row: Filing) -> str:
        return row.masked_number

    @admin.display(description="Type of action")
    def actions_in_words(self, row: Filing) -> str:
        return row.actions_in_words

    def facts(self, row: Filing) -> dict[str, Any]:
        return {
            "where": [
                ("Status", row.get_status_display()),
                ("Company", row.company_name),
                ("Importer number", row.importer_number or "asked of CBP"),
                ("Type of action", row.actions_in_words),
                ("Filed", row.get_files_as_display()),
                ("By", f"{row.filed_by or 'no sign-in'}, {row.filer_email}"),
                ("Code of the point of contact", "accepted" if row.verified_at else "none"),
                ("Decided by", row.decided_by),
                ("Reject code", row.reject_code and f"{row.reject_code}: {row.decision_text}"),
                ("Version of the record", row.applied_version),
                ("Closed", row.get_reason_display()),
            ],
            "changes": differences(row.base, row.content),
            "sections": presentation.parts(row, row.content),
        }

    def notices(self, row: Filing, person: Any) -> list[str]:
        if not (row.is_at_the_desk and has_moved(row)):
            return []
        return [
            "The record has changed meanwhile. This filing began from what is shown above as on file. “Accept” sends "
            "it back to its filer; nothing is overwritten."
        ]


@admin.register(RestoreRequest)
class RestoreRequestAdmin(ReviewAdmin):
    list_display = ("reference", "company", "masked_number", "status", "requested_at")
    list_select_related = ("record",)
    list_filter = ("status",)
    has_proof = True
    talks_to = "requester"
    decisions = (
        Decision(
            "grant",
            "Restore the record",
            "The record is active again at once. The text is mailed to the requester.",
            actions.grant,
            "{row} was granted: the record is active again.",
            lambda row, _: row.is_at_the_desk,
            form=TextForm,
        ),
        _ask("requester"),
        Decision(
            "refuse",
            "Leave it voided",
            "The record stays voided. The text is mailed to the requester.",
            actions.refuse,
            "{row} was refused. The requester is told by mail.",
            lambda row, _: row.is_at_the_desk,
            form=TextForm,
            is_refusal=True,
        ),
    )

    @admin.display(description="Company")
    def company(self, row: RestoreRequest) -> str:
        return row.record.company_name

    @admin.display(description="Importer number")
    def masked_number(self, row: RestoreRequest) -> str:
        return row.record.masked_number

    def facts(self, row: RestoreRequest) -> dict[str, Any]:
        rows = [
            {"label": "Importer number", "value": row.record.importer_number},
            {"label": "Company", "value": row.record.company_name},
            {"label": "Why it was voided", "value": row.record.void_reason},
            {"label": "Requester", "value": f"{row.requester_name}\n{row.requester_email}"},
            {"label": "Reason", "value": row.reason},
        ]
        return {
            "where": [
                ("Status", row.get_status_display()),
                ("Record", row.record),
                ("Decided by", row.decided_by),
                ("Decision", row.decision_text),
            ],
            "sections": [{"title": "What is asked", "rows": rows}],
        }
