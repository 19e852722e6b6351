"""CBP's desk: disputes about EINs that one account holds and another one claims."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from ace_portal.core import preview
from ace_portal.core.errors import DomainError
from ace_portal.core.events import history_of, stamp
from ace_portal.core.forms import PortalForm
from ace_portal.core.read_only import ReadOnlyAdmin
from ace_portal.core.refs import key_in
from desk.review import Standing
from exporters import actions
from exporters.models import EinDispute
from exporters.models.sub_account import holders_of
from exporters.work import normal_ein
from useraccess.review.admin import PREVIEW

RESOLVE = "Mark as resolved and mail the note"


class ResolveForm(PortalForm):
    note = forms.CharField(
        label="Note to the company",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What was found, and what the company can do now. It is mailed as you write it: do not name the "
        "other account.",
    )


@admin.register(EinDispute)
class EinDisputeAdmin(ReadOnlyAdmin):
    list_display = ("reference", "top_account", "masked_number", "status", "raised_at", "resolved_by")
    list_select_related = ("top_account", "resolved_by")
    list_filter = ("status",)
    search_fields = ("reference", "top_account__company_name", "=top_account__ace_id", "=ein")
    search_help_text = "Reference, company, ACE ID or EIN."
    #: Open ones first (O comes before R), oldest first.
    ordering = ("status", "pk")
    review_template = "admin/exporters/eindispute/review.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        number = normal_ein(search_term)
        return (found | queryset.filter(ein=number) if number else found), duplicates

    @admin.display(description="EIN")
    def masked_number(self, dispute: EinDispute) -> str:
        return dispute.masked_ein

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.resolve)
        return [path("<int:pk>/resolve/", view, name="exporters_eindispute_resolve"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The dispute's page. It takes no form of its own, so nothing sent to it can change a row."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._review(request, self.found(request, object_id), ResolveForm())

    def resolve(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Close the dispute with a note. Whatever is refused, the page is shown with what was typed."""
        dispute = self.found(request, str(pk))
        address = reverse("admin:exporters_eindispute_change", args=[pk])
        if request.method != "POST":
            return HttpResponseRedirect(address)
        form = ResolveForm(request.POST)
        if form.is_valid():
            officer: Any = request.user
            seen = key_in(request.POST.get("seen", ""))
            resolve = partial(actions.resolve_dispute, dispute, note=form.cleaned_data["note"], by=officer, seen=seen)
            try:
                if PREVIEW in request.POST:
                    letters = preview.letters(resolve)
                    return self._review(request, self.found(request, str(pk)), form, letters)
                resolve()
            except DomainError as error:
                form.add_error(None, error.message)
                dispute = self.found(request, str(pk))
            else:
                messages.success(
                    request, f"Dispute {dispute.reference} is resolved; {dispute.raised_by} is told by mail."
                )
                return HttpResponseRedirect(address)
        return self._review(request, dispute, form)

    def _review(
        self,
        request: HttpRequest,
        dispute: EinDispute,
        form: ResolveForm,
        letters: list[preview.Letter] | None = None,
    ) -> HttpResponse:
        officer: Any = request.user
        context = {
            **self.admin_site.each_context(request),
            "title": str(dispute),
            "opts": self.opts,
            "media": self.media,
            "dispute": dispute,
            "form": form,
            "holders": holders_of(dispute.ein).exclude(top_account=dispute.top_account).select_related("top_account"),
            "history": history_of(dispute),
            "standing": Standing.of(dispute, officer),
            "stamp": stamp(dispute),
            "letters": letters,
            "previewed": RESOLVE if letters is not None else "",
        }
        return TemplateResponse(request, self.review_template, context)
