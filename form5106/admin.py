"""CBP's desk: filings of Form 5106, and requests to restore a voided record."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django_fsm import can_proceed

from accounts.applications import ApplicationMessage, conversation
from ace_portal.core import private_files
from ace_portal.core.forms import PortalForm
from desk.buttons import Button, ReviewAdmin
from form5106 import actions, presentation
from form5106.models import Filing, RestoreRequest
from form5106.models.filing import TEXT_LENGTH
from form5106.rejects import REJECTS
from form5106.snapshots import differences, has_moved
from useraccess.review.admin import attachment_of
from useraccess.review.forms import TEXT_LENGTH as QUESTION_LENGTH


class AcceptForm(PortalForm):
    """Nothing is asked: what is put on file is what was filed."""


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


def _ask(whom: str) -> Button:
    """The button that asks the filer, or the requester."""
    return Button(
        "ask",
        "Ask for information",
        f"It waits until the {whom} answers, who is reminded after seven days. You have it meanwhile.",
        AskForm,
        actions.ask_for_information,
        f"waits for an answer. Your question is on its way to the {whom}.",
        lambda row, _: can_proceed(row.ask),
    )


class ConversationAdmin(ReviewAdmin):
    """A review page with the messages between the desk and whoever handed the row in."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.attachment)
        return [path("<int:pk>/attachment/<int:message>/", view, name=self._name("attachment")), *super().get_urls()]

    def attachment(self, request: HttpRequest, pk: int, message: int) -> HttpResponseBase:
        """What was attached to an answer, for saving only."""
        return attachment_of(self.found(request, str(pk)), message)

    def conversation(self, row: Any) -> list[ApplicationMessage]:
        """The messages about a row, each with the `address` of what is attached."""
        turns = list(conversation(row).select_related("author"))
        for turn in turns:
            turn.address = reverse(f"admin:{self._name('attachment')}", args=[row.pk, turn.pk])  # type: ignore[attr-defined]
        return turns


def _waits_first(waits: Q, at: str) -> list[Any]:
    """What waits for the desk, oldest first; then the others, newest first."""
    first = Case(When(waits, then=Value(0)), default=Value(1), output_field=IntegerField())
    return [first, Case(When(waits, then=at)).asc(), "-pk"]


@admin.register(Filing)
class FilingAdmin(ConversationAdmin):
    list_display = ("reference", "company_name", "masked_number", "actions_in_words", "status", "submitted_at")
    list_select_related = ("record",)
    list_filter = ("status", "files_as")
    search_fields = ("reference", "company_name", "filer_email", "=importer_number")
    search_help_text = "Reference, company, importer number or the filer’s e-mail address."
    review_template = "admin/form5106/filing/review.html"
    buttons = (
        Button(
            "accept",
            "Accept",
            "The filing is put on file as a new version of the record. Filer and point of contact are told by mail.",
            AcceptForm,
            actions.accept,
            "was accepted. Filer and point of contact are told by mail.",
            lambda row, _: row.is_at_the_desk,
        ),
        _ask("filer"),
        Button(
            "reject",
            "Reject",
            "Nothing on file changes. Code and text are mailed to the filer.",
            RejectForm,
            actions.reject,
            "was rejected. The filer is told by mail.",
            lambda row, _: row.is_at_the_desk,
            is_refusal=True,
        ),
    )

    def shown(self) -> QuerySet[Any]:
        return Filing.objects.handed_in()

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return _waits_first(Q(status__in=Filing.AT_THE_DESK), "submitted_at")

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
            "conversation": self.conversation(row),
            "changes": differences(row.base, row.content),
            "moved": row.is_at_the_desk and has_moved(row),
            "parts": presentation.parts(row, row.content),
        }


@admin.register(RestoreRequest)
class RestoreRequestAdmin(ConversationAdmin):
    list_display = ("reference", "company", "masked_number", "status", "requested_at")
    list_select_related = ("record",)
    list_filter = ("status",)
    search_fields = ("reference", "record__company_name", "requester_email")
    search_help_text = "Reference, company or the requester’s e-mail address."
    review_template = "admin/form5106/restorerequest/review.html"
    buttons = (
        Button(
            "grant",
            "Restore the record",
            "The record is active again at once. The text is mailed to the requester.",
            TextForm,
            actions.grant,
            "was granted: the record is active again.",
            lambda row, _: row.is_at_the_desk,
        ),
        _ask("requester"),
        Button(
            "refuse",
            "Leave it voided",
            "The record stays voided. The text is mailed to the requester.",
            TextForm,
            actions.refuse,
            "was refused. The requester is told by mail.",
            lambda row, _: row.is_at_the_desk,
            is_refusal=True,
        ),
    )

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return _waits_first(Q(status__in=RestoreRequest.AT_THE_DESK), "requested_at")

    @admin.display(description="Company")
    def company(self, row: RestoreRequest) -> str:
        return row.record.company_name

    @admin.display(description="Importer number")
    def masked_number(self, row: RestoreRequest) -> str:
        return row.record.masked_number

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.proof)
        return [path("<int:pk>/proof/", view, name="form5106_restorerequest_proof"), *super().get_urls()]

    def proof(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The document that was handed in, as a download."""
        row = self.found(request, str(pk))
        try:
            answer: Any = private_files.attachment(row.proof, filename=row.proof_name, content_type="application/pdf")
        except FileNotFoundError as error:
            raise Http404("The file of this document is gone.") from error
        return answer  # type: ignore[no-any-return]

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
            "conversation": self.conversation(row),
            "parts": [{"title": "What is asked", "rows": rows}],
        }
