"""What the application's pages show: rows, timelines, texts to copy. Nothing is decided here."""

from typing import Any

from django.urls import reverse
from django_countries import countries

from ace_portal.core.addresses import format_phone
from ace_portal.core.numbers import ImporterNumber
from importers.forms import DetailsForm
from importers.models import ImporterApplication
from useraccess.review.steps import Failure
from verification import codes

#: Where a failing check leads: the page, what is asked of it, and the link's words.
WAYS_ON = {
    "number_not_on_file": ("form5106:start", "?action=NEW", "File Form 5106 for a new record"),
    "record_inactive": ("form5106:start", "?action=REFRESH", "File the complete Form 5106 to reactivate the record"),
    "record_voided": ("form5106:restore", "", "Ask CBP to un-void the record"),
    "no_contact": ("form5106:start", "?action=CONTACT", "File a change of contact"),
    "record_linked": ("ownership:lookup", "", "Look up who owns the account"),
}


def ways_on(failures: list[Failure]) -> list[dict[str, str]]:
    """The links that lead on from checks that failed: address and words."""
    found = (WAYS_ON[failure.code] for failure in failures if failure.code in WAYS_ON)
    return [{"url": reverse(name) + query, "label": label} for name, query, label in found]


def stale_contact_message(application: ImporterApplication) -> str:
    """A ready-made message to the company's broker where nobody reads the mailbox that is on file."""
    return (
        f"Please update the point-of-contact e-mail address on our CBP Form 5106.\n\n"
        f"Company: {application.record.company_name}\nImporter number: {application.record.importer_number}\n\n"
        f"The address on file ({codes.mask_address(application.record.point_of_contact_email)}) is not read any more, "
        "so we cannot get the verification code for our ACE Portal application. Please file an update with our own "
        "address: ____________________ (not yours), and tell us once it is on file."
    )


def broker_message(company_name: str, number: ImporterNumber) -> str:
    """A ready-made message to the company's broker, who can file the missing contact."""
    return (
        f"Please check the point-of-contact e-mail address on our CBP Form 5106.\n\n"
        f"Company: {company_name}\nImporter number: {number.normal}\n\n"
        "The record has no valid address, so CBP cannot send the verification code for our ACE Portal application. "
        "Please file an update with our own address: ____________________ (not yours), and tell us once it is on file."
    )


def initial(application: ImporterApplication) -> dict[str, Any]:
    """The draft as the details form's initial values."""
    typed = application.draft
    parts = (typed.get("fiscal_year_end_0"), typed.get("fiscal_year_end_1"))
    numbers = [int(part) if str(part or "").isdecimal() else None for part in parts]
    return {**typed, "fiscal_year_end": tuple(numbers)}


def answer_rows(application: ImporterApplication, form: DetailsForm) -> dict[str, list[dict[str, str]]]:
    """The rows of "check your answers", each with the link that leads to its field."""
    page = reverse("importers:details", args=[application.draft_token])
    shown = _shown(form)

    def rows(fields: list[Any]) -> list[dict[str, str]]:
        return [
            {"label": str(field.label), "value": shown[field.name], "change_url": f"{page}#{field.id_for_label}"}
            for field in fields
            if field.name != "owner_zip_override"
        ]

    carried = [
        {"label": "Company Name", "value": application.record.company_name},
        {"label": "Importer Record Number (IRN)", "value": application.record.importer_number},
        {"label": "Business Email Address (Account Owner Login Email)", "value": application.applicant_email},
    ]
    return {"carried_rows": carried, "company_rows": rows(form.company_part()), "owner_rows": rows(form.person_part())}


def _shown(form: DetailsForm) -> dict[str, str]:
    data = dict(form.cleaned_data)
    structure = dict(form.fields["organizational_structure"].choices)  # type: ignore[attr-defined]
    month_day = ImporterApplication(**{k: v for k, v in form.details().items() if k.startswith("fiscal")})
    return {
        **{name: str(value or "") for name, value in data.items()},
        "organizational_structure": str(structure[data["organizational_structure"]]),
        "fiscal_year_end": month_day.fiscal_year_end,
        "owner_country": countries.name(data["owner_country"]),
        "owner_phone": format_phone(data["owner_phone"]),
    }
