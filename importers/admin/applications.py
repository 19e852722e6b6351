"""The queue of importer applications and the page on which an officer decides."""

from typing import Any

from django.contrib import admin

from ace_portal.core.addresses import format_phone
from desk.review.applications import ApplicationAdmin, decisions_on
from desk.review.filters import ClaimFilter, StatusFilter
from importers import actions, checks
from importers.admin import comparison
from importers.models import ImporterApplication
from importers.snags import snags

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


def _effects(application: ImporterApplication) -> list[str]:
    return [
        f"a top account for {application.record.company_name} with a new ACE ID,",
        f"{application.owner_name} ({application.applicant_email}) as Trade Account Owner,",
        "the importer sub-account, linked to the 5106 record,",
        "two mails to the owner: the account ID, and the welcome.",
    ]


@admin.register(ImporterApplication)
class ImporterApplicationAdmin(ApplicationAdmin):
    decisions = decisions_on(
        approve=actions.approve,
        effects=_effects,
        account="record.sub_account.top_account",
        reasons=ImporterApplication.Reason.choices,
    )
    list_display = ("reference", "company_name", "masked_number", "status_shown", "age", "claimed_by")
    list_select_related = ("record", "claimed_by")
    list_filter = (StatusFilter, ClaimFilter)
    review_template = "admin/importers/importerapplication/review.html"

    @admin.display(description="Importer number")
    def masked_number(self, application: ImporterApplication) -> str:
        return application.masked_number

    def facts(self, application: ImporterApplication) -> dict[str, Any]:
        """What was submitted beside the 5106 record, and the checks."""
        failures = checks.failures_now(application) if application.is_open else []
        return {
            **super().facts(application),
            "comparison": comparison.rows(application),
            "other_rows": [
                {"label": "Fiscal year end", "value": application.fiscal_year_end},
                {"label": "DUNS", "value": application.duns},
                {"label": "Company website", "value": application.website},
                {"label": "Telephone number of the owner", "value": format_phone(application.owner_phone)},
            ],
            "snags": snags(application.record),
            "failures": [(CHECKS.get(failure.code, failure.code), failure.message) for failure in failures],
        }
