"""The queue of trade parties' applications and the page on which an officer decides."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from desk.review.applications import ApplicationAdmin, decisions_on
from desk.review.filters import ClaimFilter, StatusFilter
from importers.account_type import IMPORTER
from importers.models import ImporterRecord
from tradeparties import application_actions as actions
from tradeparties import checks, presentation
from tradeparties.models import TradeApplication

#: What each failed check is called at the desk; its sentence is the one the applicant would read.
CHECKS = {
    "email_taken": "Owner’s e-mail",
    "person_known": "Owner’s name and date of birth",
    "identifier_taken": "Code or number",
    "number_not_on_file": "Importer number",
    "name_differs": "Name of the importer",
    "name_differs_in_form": "Name of the importer",
    "record_inactive": "Importer record",
    "record_voided": "Importer record",
    "record_linked": "Importer record",
}


def _effects(application: TradeApplication) -> list[str]:
    return [
        f"a top account for {application.company_name} with a new ACE ID,",
        f"{application.owner_name} ({application.applicant_email}) as Trade Account Owner,",
        *(f"the sub-account {one.type.label} {one.identifier} of {one.name}," for one in application.activities.all()),
        "two mails to the owner: the account ID, and the welcome.",
    ]


@admin.register(TradeApplication)
class TradeApplicationAdmin(ApplicationAdmin):
    decisions = decisions_on(
        approve=actions.approve, effects=_effects, account="top_account", reasons=TradeApplication.Reason.choices
    )
    list_display = ("reference", "company_name", "asked_for", "status_shown", "age", "claimed_by")
    list_select_related = ("claimed_by",)
    list_filter = (StatusFilter, ClaimFilter, "kind")
    review_template = "admin/tradeparties/tradeapplication/review.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("top_account").prefetch_related("activities")

    @admin.display(description="Asked for")
    def asked_for(self, application: TradeApplication) -> str:
        asked = sorted(application.activities.all(), key=lambda one: not one.is_primary)
        more = f" and {len(asked) - 3} more" if len(asked) > 3 else ""
        return ", ".join(str(one) for one in asked[:3]) + more

    def facts(self, application: TradeApplication) -> dict[str, Any]:
        """What was submitted, the checks, and what is on file for importer numbers."""
        failures = checks.failures_now(application) if application.is_open else []
        activities = application.activities.all()
        numbers = [one.identifier for one in activities if one.account_type == IMPORTER.code]
        common = super().facts(application)
        return {
            "where": [*common["where"], ("Kind of application", application.get_kind_display())],
            "sections": presentation.submitted_sections(application, for_desk=True),
            "failures": [(CHECKS.get(failure.code, failure.code), failure.message) for failure in failures],
            "rivals": checks.rivals(application) if application.is_open else [],
            "records": ImporterRecord.objects.filter(importer_number__in=numbers).order_by("pk") if numbers else [],
        }
