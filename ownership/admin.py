"""CBP's desk: requests for another owner, and what owners proposed themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from ace_portal.core import private_files
from ace_portal.core.errors import DomainError
from ace_portal.core.events import history_of
from ace_portal.core.forms import PortalForm
from ace_portal.core.models import Message
from ace_portal.core.read_only import ReadOnlyAdmin
from ace_portal.core.refs import ref
from ownership import actions, policy, presentation
from ownership.models import OwnerChange, OwnerProposal
from ownership.models.change import TEXT_LENGTH

Status = OwnerChange.Status


class TextForm(PortalForm):
    text = forms.CharField(label="Text", max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 4}))

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")


@dataclass(frozen=True)
class Decision:
    """A button. `code` ends its address; `run(request, text=…, by=officer)` is the action behind it."""

    code: str
    label: str
    what_happens: str
    run: Callable[..., OwnerChange]
    done: str
    offered_in: tuple[Status, ...]
    is_refusal: bool = False

    @property
    def url_name(self) -> str:
        return f"admin:ownership_ownerchange_{self.code}"


DECISIONS = {
    one.code: one
    for one in (
        Decision(
            "approve",
            "Approve",
            "The present owner is mailed and may object until the waiting period is over; then the owner changes. The "
            "text is kept on file and not mailed.",
            actions.approve,
            "was approved. Requester and owner are told by mail.",
            (Status.SUBMITTED,),
        ),
        Decision(
            "uphold",
            "Change the owner",
            "In spite of the objection, at once and for good. Everybody is told; the text is kept on file, not mailed.",
            actions.uphold,
            "was carried out. Everybody is told by mail.",
            (Status.OBJECTED,),
        ),
        Decision(
            "reject",
            "Reject",
            "The owner stays. The text is mailed to the requester as you write it.",
            actions.reject,
            "was rejected. The requester is told by mail.",
            (Status.SUBMITTED, Status.OBJECTED),
            is_refusal=True,
        ),
    )
}


@admin.register(OwnerChange)
class OwnerChangeAdmin(ReadOnlyAdmin):
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
        def page(route: str, view: Callable[..., HttpResponse], name: str, **extra: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), extra, name=f"ownership_ownerchange_{name}")

        return [
            *(page(f"<int:pk>/{code}/", self.decide, code, code=code) for code in DECISIONS),
            page("<int:pk>/proof/", self.proof, "proof"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The review page. It takes no form of its own, so nothing sent to it can change a row."""
        row = self.found(request, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._review(request, row)

    def decide(self, request: HttpRequest, pk: int, code: str) -> HttpResponse:
        """One of the buttons. Whatever is refused, the page is shown as it now stands, with what was typed."""
        row = self.found(request, str(pk))
        address = reverse("admin:ownership_ownerchange_change", args=[pk])
        if request.method != "POST":
            return HttpResponseRedirect(address)
        form = TextForm(request.POST, auto_id=f"{code}_%s")
        if form.is_valid():
            try:
                DECISIONS[code].run(row, text=form.cleaned_data["text"], by=request.user)
            except DomainError as error:
                form.add_error(None, error.message)
                row = self.found(request, str(pk))
            else:
                messages.success(request, f"Request {row.reference} {DECISIONS[code].done}")
                return HttpResponseRedirect(address)
        return self._review(request, row, code, form)

    def proof(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The document that was handed in, as a download."""
        row = self.found(request, str(pk))
        try:
            answer: Any = private_files.attachment(row.proof, filename=row.proof_name, content_type="application/pdf")
        except FileNotFoundError as error:
            raise Http404("The file of this document is gone.") from error
        return answer  # type: ignore[no-any-return]

    def _review(
        self, request: HttpRequest, row: OwnerChange, code: str = "", form: TextForm | None = None
    ) -> HttpResponse:
        offered = [one for one in DECISIONS.values() if row.status in one.offered_in]
        forms_of = {one.code: TextForm(auto_id=f"{one.code}_%s") for one in offered} | ({code: form} if form else {})
        context = {
            **self.admin_site.each_context(request),
            "title": str(row),
            "opts": self.opts,
            "media": self.media,
            "row": row,
            "rows": presentation.desk_rows(row),
            "stale": policy.stale_because(row) if row.is_open else "",
            "refused": form,
            "decisions": [(one, forms_of[one.code]) for one in offered],
            "unsent": form if form and code not in {one.code for one in offered} else None,
            "history": history_of(row),
            "mails": Message.objects.filter(about=ref(row)),
        }
        return TemplateResponse(request, self.review_template, context)


@admin.register(OwnerProposal)
class OwnerProposalAdmin(ReadOnlyAdmin):
    list_display = ("top_account", "proposed_by", "successor", "status", "proposed_at")
    list_select_related = ("top_account", "proposed_by", "successor")
    list_filter = ("status",)
    search_fields = ("top_account__company_name", "=top_account__ace_id")
    search_help_text = "Company or ACE ID."
    ordering = ("-pk",)
    fields = ("top_account", "proposed_by", "successor", "becomes", "status", "proposed_at", "ended_at")
