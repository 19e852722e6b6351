"""The queue of importer applications and the page on which an officer decides."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts.applications import conversation
from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.addresses import format_phone
from ace_portal.core.errors import DomainError
from ace_portal.core.events import history_of
from ace_portal.core.forms import PortalForm
from ace_portal.core.models import Message
from ace_portal.core.read_only import ReadOnlyAdmin
from ace_portal.core.refs import ref
from importers import checks
from importers.admin import comparison
from importers.admin.decisions import DECISIONS, Decision, offered
from importers.admin.filters import ClaimFilter, StatusFilter
from importers.admin.records import normal_form
from importers.models import ImporterApplication
from importers.snags import snags

Status = ImporterApplication.Status
IS_OPEN = Q(status__in=ImporterApplication.OPEN)

#: What each failed check is called at the desk; its sentence is the one the applicant would read.
CHECKS = {
    "email_taken": "Owner’s e-mail",
    "number_not_on_file": "Importer number",
    "name_differs": "Company name",
    "name_differs_in_form": "Company name",
    "record_inactive": "Record status",
    "record_voided": "Record status",
    "no_contact": "Point of contact",
    "record_linked": "Portal account",
}


def in_words(span: timedelta) -> str:
    """A span as people say it, in its two largest units: "2 days 3 h", "3 h 20 min", "5 min"."""
    minutes = max(0, int(span.total_seconds() // 60))
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} {'day' if days == 1 else 'days'} {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


@admin.register(ImporterApplication)
class ImporterApplicationAdmin(ReadOnlyAdmin):
    list_display = ("reference", "company_name", "masked_number", "status_shown", "age", "claimed_by")
    list_select_related = ("record", "claimed_by")
    list_filter = (StatusFilter, ClaimFilter)
    search_fields = (
        *("reference", "company_name", "applicant_email"),
        *("record__company_name", "record__importer_number"),
    )
    search_help_text = "Reference, company, importer number or a part of it, or e-mail: among open and decided ones."
    review_template = "admin/importers/importerapplication/review.html"

    def shown(self) -> QuerySet[Any]:
        """Everything that was handed in. Drafts are the applicant's own business."""
        return ImporterApplication.objects.exclude(status__in=(*ImporterApplication.DRAFT, Status.EXPIRED))

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Open work by age, oldest first; then what is decided, newest first."""
        return [
            Case(When(IS_OPEN, then=Value(0)), default=Value(1), output_field=IntegerField()),
            Case(When(IS_OPEN, then="submitted_at")).asc(),
            Coalesce("decided_at", "submitted_at").desc(),
            "pk",
        ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        number = normal_form(search_term)
        return (found | queryset.filter(record__importer_number=number) if number else found), duplicates

    @admin.display(description="Importer number")
    def masked_number(self, application: ImporterApplication) -> str:
        return application.masked_number

    @admin.display(description="Status")
    def status_shown(self, application: ImporterApplication) -> str:
        return application.get_status_display()

    @admin.display(description="Age")
    def age(self, application: ImporterApplication) -> str | None:
        """How long the applicant has been waiting (simulated time); nothing once the waiting is over."""
        if not (application.is_open and application.submitted_at):
            return None
        return in_words(clock.now() - application.submitted_at)

    def get_urls(self) -> list[URLPattern]:
        def button(decision: Decision) -> URLPattern:
            view = self.admin_site.admin_view(self.decide)
            name = f"importers_importerapplication_{decision.code}"
            return path(f"<int:pk>/{decision.code}/", view, {"code": decision.code}, name=name)

        return [*(button(decision) for decision in DECISIONS.values()), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The review page. It takes no form of its own, so nothing sent to it can change a row."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._review(request, self.found(request, object_id))

    def decide(self, request: HttpRequest, pk: int, code: str) -> HttpResponse:
        """One of the buttons. Whatever is refused, the page is shown as it now stands, with what was typed."""
        application = self.found(request, str(pk))
        address = reverse("admin:importers_importerapplication_change", args=[pk])
        if request.method != "POST":
            return HttpResponseRedirect(address)
        decision = DECISIONS[code]
        form = decision.form(request.POST, auto_id=f"{code}_%s") if decision.form else None
        if form is not None and not form.is_valid():
            return self._review(request, application, code, form)
        try:
            application = decision.run(application, by=request.user, **(form.cleaned_data if form else {}))
        except DomainError as error:
            messages.error(request, error.message)
            application = self.found(request, str(pk))
            return self._review(request, application, code, form) if form else HttpResponseRedirect(address)
        messages.success(request, decision.done(self.found(request, str(pk))))
        return HttpResponseRedirect(address)

    def _review(
        self, request: HttpRequest, application: ImporterApplication, code: str = "", form: PortalForm | None = None
    ) -> HttpResponse:
        buttons = offered(application, request.user)  # type: ignore[arg-type]
        context = {
            **self.admin_site.each_context(request),
            **facts(application),
            "title": f"Application {application.reference}",
            "opts": self.opts,
            "media": self.media,
            "age": self.age(application),
            "offered": buttons,
            "forms": {**empty_forms(buttons), **({code: form} if form and code in buttons else {})},
            "refused": form if code in buttons else None,
            "unsent": form if code not in buttons else None,
        }
        return TemplateResponse(request, self.review_template, context)


def empty_forms(buttons: set[str]) -> dict[str, PortalForm]:
    """The forms of these buttons, by code, as far as they have one."""
    kinds = {code: DECISIONS[code].form for code in buttons}
    return {code: kind(auto_id=f"{code}_%s") for code, kind in kinds.items() if kind}


def facts(application: ImporterApplication) -> dict[str, Any]:
    """All that the review page tells about an application."""
    failures = checks.failures_now(application) if application.is_open else []
    return {
        "application": application,
        "comparison": comparison.rows(application),
        "other_rows": [
            {"label": "Fiscal year end", "value": application.fiscal_year_end},
            {"label": "DUNS", "value": application.duns},
            {"label": "Company website", "value": application.website},
            {"label": "Telephone number of the owner", "value": format_phone(application.owner_phone)},
        ],
        "snags": snags(application.record),
        "failures": [(CHECKS.get(failure.code, failure.code), failure.message) for failure in failures],
        "conversation": conversation(application).select_related("author"),
        "history": history_of(application),
        "mails": mails(application),
    }


def mails(application: ImporterApplication) -> QuerySet[Message]:
    """The messages sent about an application, newest first, with the account ID that an approval sends its owner."""
    owner = User.objects.by_email(application.applicant_email) if application.status == Status.APPROVED else None
    about = Q(about=ref(application))
    if owner:
        about |= Q(about=ref(owner), template="accounts/account_id")
    return Message.objects.filter(about)
