"""The queue of trade parties' applications and the page on which an officer decides."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from desk import queue
from importers.account_type import IMPORTER
from importers.models import ImporterRecord
from tradeparties import application_actions as actions
from tradeparties import checks, presentation
from tradeparties.models import TradeApplication
from tradeparties.work import APPLICATIONS
from useraccess.review.admin import ReviewAdmin
from useraccess.review.buttons import buttons
from useraccess.review.filters import ClaimFilter, StatusFilter

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


def _opened(application: TradeApplication) -> str:
    ace_id = application.top_account.ace_id if application.top_account else ""
    return (
        f"Account opened: ACE ID {ace_id}. Two mails are on their way to {application.applicant_email}: the account ID "
        "with the way to a temporary password, and the welcome."
    )


@admin.register(TradeApplication)
class TradeApplicationAdmin(ReviewAdmin):
    decisions = buttons(approve=actions.approve, opened=_opened, reasons=TradeApplication.Reason.choices)
    list_display = ("reference", "company_name", "asked_for", "status_shown", "age", "claimed_by")
    list_select_related = ("claimed_by",)
    list_filter = (StatusFilter, ClaimFilter, "kind")
    #: Draws the box; what it finds is said in tradeparties.work.
    search_fields = ("reference",)
    search_help_text = (
        "Reference, beginning of the company’s or a sub-account’s name, e-mail, complete code or number, or ACE ID: "
        "among open and decided ones."
    )
    review_template = "admin/tradeparties/tradeapplication/review.html"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        return (queryset.filter(pk__in=queue.keys_found(APPLICATIONS, text)) if text else queryset), False

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
        activities = list(application.activities.all())
        numbers = [one.identifier for one in activities if one.account_type == IMPORTER.code]
        return {
            "sections": presentation.submitted_sections(application, for_desk=True),
            "failures": [(CHECKS.get(failure.code, failure.code), failure.message) for failure in failures],
            "rivals": checks.rivals(application) if application.is_open else [],
            "records": ImporterRecord.objects.filter(importer_number__in=numbers).order_by("pk") if numbers else [],
            "effects": [
                f"a top account for {application.company_name} with a new ACE ID,",
                f"{application.owner_name} ({application.applicant_email}) as Trade Account Owner,",
                *(f"the sub-account {one.type.label} {one.identifier} of {one.name}," for one in activities),
                "two mails to the owner: the account ID, and the welcome.",
            ],
        }
