"""CBP's desk: requests for another owner, and what owners proposed themselves."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from accounts.models import User
from ace_portal.core import private_files
from ace_portal.core.read_only import ReadOnlyAdmin
from desk import four_eyes
from desk.review import Decision, DecisionAdmin
from ownership import actions, policy, presentation
from ownership.models import OwnerChange, OwnerProposal

Status = OwnerChange.Status


def _to_prepare(row: OwnerChange, officer: User) -> bool:
    return row.status == Status.SUBMITTED and four_eyes.needed()


def _to_release(row: OwnerChange, officer: User) -> bool:
    return row.status == Status.PREPARED and row.prepared_by_id != officer.pk


def _to_approve(row: OwnerChange, officer: User) -> bool:
    return _to_release(row, officer) or (row.status == Status.SUBMITTED and not four_eyes.needed())


DECISIONS = {
    one.code: one
    for one in (
        Decision(
            "prepare",
            "Prepare the approval",
            "Nothing happens yet: another officer looks at the request and releases it. The text tells them why you "
            "find for it; it is kept on file and not mailed.",
            actions.prepare,
            "is prepared. Another officer releases it.",
            _to_prepare,
            mails=False,
        ),
        Decision(
            "approve",
            "Approve",
            "The present owner is mailed and may object until the waiting period is over; then the owner changes. The "
            "text is kept on file and not mailed.",
            actions.approve,
            "was approved. Requester and owner are told by mail.",
            _to_approve,
        ),
        Decision(
            "uphold",
            "Change the owner",
            "In spite of the objection, at once and for good. Everybody is told; the text is kept on file, not mailed.",
            actions.uphold,
            "was carried out. Everybody is told by mail.",
            lambda row, officer: row.status == Status.OBJECTED and row.prepared_by_id != officer.pk,
        ),
        Decision(
            "send_back",
            "Send back",
            "The request goes back in line and is prepared anew. The text, kept on file and not mailed, says what is "
            "missing.",
            actions.send_back,
            "is back in line.",
            lambda row, officer: row.status == Status.PREPARED,
            mails=False,
        ),
        Decision(
            "reject",
            "Reject",
            "The owner stays. The text is mailed to the requester as you write it.",
            actions.reject,
            "was rejected. The requester is told by mail.",
            lambda row, officer: row.is_at_the_desk,
            is_refusal=True,
        ),
    )
}


@admin.register(OwnerChange)
class OwnerChangeAdmin(DecisionAdmin):
    decisions = DECISIONS
    list_display = ("reference", "company", "masked_number", "status", "submitted_at")
    list_select_related = ("top_account", "record")
    list_filter = ("status",)
    search_fields = ("reference", "top_account__company_name", "=top_account__ace_id", "requester_email")
    search_help_text = "Reference, company, ACE ID or the requester’s e-mail address."
    review_template = "admin/ownership/ownerchange/review.html"

    def shown(self) -> QuerySet[Any]:
        return OwnerChange.objects.confirmed()

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What waits for the desk first, oldest first; then the others, newest first."""
        waits = Q(status__in=OwnerChange.AT_THE_DESK)
        return [
            Case(When(waits, then=Value(0)), default=Value(1), output_field=IntegerField()),
            Case(When(waits, then="submitted_at")).asc(),
            "-pk",
        ]

    @admin.display(description="Company")
    def company(self, row: OwnerChange) -> str:
        return row.top_account.company_name

    @admin.display(description="Importer number")
    def masked_number(self, row: OwnerChange) -> str:
        return row.record.masked_number

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.proof)
        return [path("<int:pk>/proof/", view, name="ownership_ownerchange_proof"), *super().get_urls()]

    def proof(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The document that was handed in, as a download."""
        row = self.found(request, str(pk))
        try:
            answer: Any = private_files.attachment(row.proof, filename=row.proof_name, content_type="application/pdf")
        except FileNotFoundError as error:
            raise Http404("The file of this document is gone.") from error
        return answer  # type: ignore[no-any-return]

    def facts(self, row: OwnerChange) -> dict[str, Any]:
        return {
            "rows": presentation.desk_rows(row),
            "stale": policy.stale_because(row) if row.is_open else "",
        }


@admin.register(OwnerProposal)
class OwnerProposalAdmin(ReadOnlyAdmin):
    list_display = ("top_account", "proposed_by", "successor", "status", "proposed_at")
    list_select_related = ("top_account", "proposed_by", "successor")
    list_filter = ("status",)
    search_fields = ("top_account__company_name", "=top_account__ace_id")
    search_help_text = "Company or ACE ID."
    ordering = ("-pk",)
    fields = ("top_account", "proposed_by", "successor", "becomes", "status", "proposed_at", "ended_at")
