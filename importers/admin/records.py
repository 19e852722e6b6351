"""The 5106 records, to look things up."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django_countries import countries

from ace_portal.core.read_only import ReadOnlyAdmin, page_link
from ace_portal.core.refs import ref
from importers.models import ImporterRecord
from importers.work import normal_number


@admin.register(ImporterRecord)
class ImporterRecordAdmin(ReadOnlyAdmin):
    list_display = ("company_name", "masked_number", "status", "point_of_contact_email", "is_linked")
    list_filter = ("status", ("sub_account", admin.EmptyFieldListFilter))
    search_fields = ("^company_name", "=point_of_contact_email")
    search_help_text = "Beginning of the company’s name, complete importer number or point-of-contact e-mail."
    ordering = ("company_name", "pk")
    fields = (
        *("importer_number", "company_name", "organizational_structure", "status", "linked_to"),
        *("point_of_contact_name", "point_of_contact_email"),
        *("street_address", "city", "state", "postal_code", "country_name"),
    )
    readonly_fields = ("linked_to", "country_name")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        number = normal_number(search_term)
        return (found | queryset.filter(importer_number=number) if number else found), duplicates

    @admin.display(description="Importer number")
    def masked_number(self, record: ImporterRecord) -> str:
        return record.masked_number

    @admin.display(description="Has an account", boolean=True)
    def is_linked(self, record: ImporterRecord) -> bool:
        return record.sub_account_id is not None

    @admin.display(description="Portal account")
    def linked_to(self, record: ImporterRecord) -> str:
        return page_link(self.admin_site, ref(record.sub_account)) if record.sub_account else "Not linked"

    @admin.display(description="Country")
    def country_name(self, record: ImporterRecord) -> str:
        return countries.name(record.country) or record.country or "–"
