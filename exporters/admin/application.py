"""CBP's desk: exporter applications, to look at, and to have processed again when an error stopped one."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts.models import User
from ace_portal.core.errors import DomainError
from ace_portal.core.events import history_of
from ace_portal.core.models import Message
from ace_portal.core.read_only import ReadOnlyAdmin
from ace_portal.core.refs import ref
from desk.review import Standing
from exporters import actions
from exporters.models import ExporterApplication
from exporters.work import normal_ein

Status = ExporterApplication.Status


def mails_about(application: ExporterApplication) -> QuerySet[Message]:
    """The messages sent about an application, newest first, with the account ID that an acceptance sends its owner."""
    about = [ref(application)]
    owner = User.objects.by_email(application.applicant_email) if application.status == Status.ACCEPTED else None
    if owner:
        about.append(ref(owner))
    return Message.objects.filter(about__in=about)


@admin.register(ExporterApplication)
class ExporterApplicationAdmin(ReadOnlyAdmin):
    list_display = ("reference", "company_name", "masked_number", "status", "why", "submitted_at")
    list_filter = ("status", "reason")
    search_fields = ("reference", "company_name", "applicant_email", "=ein")
    search_help_text = "Reference, company, EIN or e-mail address."
    ordering = ("-pk",)
    review_template = "admin/exporters/exporterapplication/review.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        number = normal_ein(search_term)
        return (found | queryset.filter(ein=number) if number else found), duplicates

    @admin.display(description="EIN")
    def masked_number(self, application: ExporterApplication) -> str:
        return application.masked_ein

    @admin.display(description="Reason or error")
    def why(self, application: ExporterApplication) -> str | None:
        return application.error or application.get_reason_display() or None

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.process_again)
        name = "exporters_exporterapplication_process_again"
        return [path("<int:pk>/process-again/", view, name=name), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The application's page. It takes no form of its own, so nothing sent to it can change a row."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        application = self.found(request, object_id)
        officer: Any = request.user
        born = application.owner_date_of_birth
        context = {
            **self.admin_site.each_context(request),
            "title": str(application),
            "opts": self.opts,
            "media": self.media,
            "application": application,
            "why": self.why(application),
            "standing": Standing.of(application, officer),
            "rows": [*application.rows(), {"label": "Date of Birth", "value": f"{born:%m/%d/%Y}"}],
            "history": history_of(application),
            "mails": mails_about(application),
        }
        return TemplateResponse(request, self.review_template, context)

    def process_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put an application that an error stopped back into the queue."""
        application = self.found(request, str(pk))
        if request.method == "POST":
            try:
                actions.process_again(application, by=request.user)  # type: ignore[arg-type]
            except DomainError as error:
                messages.error(request, error.message)
            else:
                messages.success(request, f"Application {application.reference} is in the queue again.")
        return HttpResponseRedirect(reverse("admin:exporters_exporterapplication_change", args=[pk]))
