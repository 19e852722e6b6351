"""CBP's desk: mergers that both owners want, and what became of the others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from ace_portal.core.errors import DomainError
from ace_portal.core.events import journal_of
from ace_portal.core.models import Message
from ace_portal.core.read_only import ReadOnlyAdmin
from ace_portal.core.refs import ref
from mergers import actions, policy, presentation
from mergers.forms import TextForm
from mergers.models import Merger

Status = Merger.Status


@dataclass(frozen=True)
class Decision:
    """A button. `code` ends its address; `run(merger, text=…, by=officer)` is the action behind it."""

    code: str
    label: str
    what_happens: str
    run: Callable[..., Merger]
    done: str
    is_refusal: bool = False

    @property
    def url_name(self) -> str:
        return f"admin:mergers_merger_{self.code}"


DECISIONS = {
    one.code: one
    for one in (
        Decision(
            "approve",
            "Approve",
            "Everything listed above moves at once, and everybody concerned is told. The text is kept on file and not "
            "mailed.",
            actions.approve,
            "was carried out. Everybody is told by mail.",
        ),
        Decision(
            "reject",
            "Reject",
            "Nothing moves. The text is mailed to both owners as you write it.",
            actions.reject,
            "was rejected. Both owners are told by mail.",
            is_refusal=True,
        ),
    )
}


@admin.register(Merger)
class MergerAdmin(ReadOnlyAdmin):
    list_display = ("reference", "acquirer", "acquired", "whole", "status", "consented_at")
    list_select_related = ("acquirer", "acquired")
    list_filter = ("status",)
    search_fields = (
        *("reference", "acquirer__company_name", "acquired__company_name"),
        *("=acquirer__ace_id", "=acquired__ace_id"),
    )
    search_help_text = "Reference, company or ACE ID."
    review_template = "admin/mergers/merger/review.html"

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What waits for the desk first, oldest first; then the others, newest first."""
        waits = Q(status=Status.CONSENTED)
        return [
            Case(When(waits, then=Value(0)), default=Value(1), output_field=IntegerField()),
            Case(When(waits, then="consented_at")).asc(),
            "-pk",
        ]

    def get_urls(self) -> list[URLPattern]:
        return [
            *(
                path(
                    f"<int:pk>/{code}/",
                    self.admin_site.admin_view(self.decide),
                    {"code": code},
                    name=f"mergers_merger_{code}",
                )
                for code in DECISIONS
            ),
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
        address = reverse("admin:mergers_merger_change", args=[pk])
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
                messages.success(request, f"Merger {row.reference} {DECISIONS[code].done}")
                return HttpResponseRedirect(address)
        return self._review(request, row, code, form)

    def _review(self, request: HttpRequest, row: Merger, code: str = "", form: TextForm | None = None) -> HttpResponse:
        offered = list(DECISIONS.values()) if row.status == Status.CONSENTED else []
        forms_of = {one.code: TextForm(auto_id=f"{one.code}_%s") for one in offered} | ({code: form} if form else {})
        context = {
            **self.admin_site.each_context(request),
            "title": str(row),
            "opts": self.opts,
            "media": self.media,
            "row": row,
            **presentation.what_moves(row),
            "stale": policy.stale_because(row) if row.is_open else "",
            "refused": form,
            "decisions": [(one, forms_of[one.code]) for one in offered],
            "unsent": form if form and code not in {one.code for one in offered} else None,
            # Both journals tell each step; one of them is enough here.
            "history": journal_of(row.acquirer).filter(subject=ref(row)),
            "mails": Message.objects.filter(about=ref(row)),
        }
        return TemplateResponse(request, self.review_template, context)
