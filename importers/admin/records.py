"""The 5106 records, to look things up."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from ace_portal.core.addresses import format_phone
from ace_portal.core.forms import PortalForm
from desk.review.decision import Decision
from desk.review.page import ReviewAdmin
from importers import actions
from importers.models import BOND_ACTIVITIES, ImporterRecord
from importers.snags import snags
from importers.work import normal_number
from useraccess import desks

Status = ImporterRecord.Status
#: As much as a reason on file holds.
REASON_LENGTH = 500


class VoidForm(PortalForm):
    reason = forms.CharField(
        label="Reason",
        max_length=REASON_LENGTH,
        help_text="It stays on file and is mailed to the point of contact.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RestoreForm(PortalForm):
    text = forms.CharField(
        label="Note",
        max_length=REASON_LENGTH,
        help_text="Which proof was seen. It is kept in the history, not mailed.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@admin.register(ImporterRecord)
class ImporterRecordAdmin(ReviewAdmin):
    list_display = ("company_name", "masked_number", "status", "point_of_contact_email", "is_linked")
    list_filter = ("status", ("sub_account", admin.EmptyFieldListFilter))
    search_fields = ("^company_name", "=point_of_contact_email")
    search_help_text = "Beginning of the company’s name, complete importer number or point-of-contact e-mail."
    ordering = ("company_name", "pk")
    list_select_related = ("sub_account",)
    review_template = "admin/importers/importerrecord/review.html"
    decisions = (
        Decision(
            "void",
            "Void the record",
            "Nobody applies or files for it until it is restored. The point of contact is told by mail.",
            actions.void_record,
            "{row} was voided.",
            lambda row, officer: row.status != Status.VOIDED and desks.is_supervisor(officer),
            form=VoidForm,
            is_refusal=True,
        ),
        Decision(
            "un-void",
            "Restore the record",
            "It is active again at once. The point of contact is told by mail.",
            actions.restore_record,
            "{row} is active again.",
            lambda row, _: row.status == Status.VOIDED,
            form=RestoreForm,
        ),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        typed = search_term.strip()
        if not typed:
            return queryset, False
        # As a whole: taken apart at its spaces, a name would have to begin with each of its words.
        meant = Q(company_name__istartswith=typed) | Q(point_of_contact_email__iexact=typed)
        if number := normal_number(typed):
            meant |= Q(importer_number=number)
        return queryset.filter(meant), False

    @admin.display(description="Importer number")
    def masked_number(self, record: ImporterRecord) -> str:
        return record.masked_number

    @admin.display(description="Has an account", boolean=True)
    def is_linked(self, record: ImporterRecord) -> bool:
        return record.sub_account_id is not None

    def facts(self, record: ImporterRecord) -> dict[str, Any]:
        return {
            "where": [
                ("Status", record.get_status_display()),
                ("Why it was voided", record.void_reason),
                ("Version", record.version),
                ("Last filed", record.filed_on),
                ("Last activity", record.last_activity_on),
                ("Portal account", self.link(record.sub_account) if record.sub_account else "Not linked"),
            ],
            "snags": snags(record),
            "sections": [{"title": title, "rows": rows} for title, rows in _parts(record)],
        }

    def nothing_to_decide(self, record: ImporterRecord, person: Any) -> str:
        return "A supervisor may void the record; there is nothing else to decide."


def _parts(record: ImporterRecord) -> list[tuple[str, list[dict[str, Any]]]]:
    """What is on file, as label and value; bank and identity numbers have no place here."""
    company = {
        "Importer number": record.importer_number,
        "Company name": record.company_name,
        "Second name": f"{record.name_qualifier} {record.second_name}".strip(),
        "Type of company": record.structure_in_words,
        "Mailing address": record.address_line,
        "Physical address": record.physical_address_line,
        "Telephone number": format_phone(record.phone),
        "Website": record.website,
    }
    contact = {"Name": record.point_of_contact_name, "E-mail": record.point_of_contact_email}
    bond = {
        "Bond number": record.bond_number,
        "Surety code": record.surety_code,
        "Activity": BOND_ACTIVITIES.get(record.bond_activity, record.bond_activity),
        "Amount": f"${record.bond_amount:,}" if record.bond_amount else "",
        "In force from": record.bond_effective_on,
        "Terminates on": record.bond_terminates_on,
        "Continuous": "Yes" if record.bond_is_continuous else "No",
    }
    named: dict[str, dict[str, Any]] = {"Company": company, "Point of contact": contact, "Bond": bond}
    return [(title, [{"label": k, "value": v} for k, v in facts.items()]) for title, facts in named.items()]
