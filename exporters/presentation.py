"""What the exporters' pages show: rows and timelines. Nothing is decided here."""

from typing import Any

from django.urls import reverse

from ace_portal.core.events import history_of
from exporters.forms import AddressesForm, CompanyForm, ContactsForm
from exporters.models import ExporterApplication, ExporterContact, ExporterDraft, ExporterSubAccount
from exporters.models.sub_account import address_lines

#: The events an applicant sees on the status page, in the applicant's words.
TIMELINE = {
    "exporters.submitted": "Application received",
    "exporters.accepted": "Accepted: the account is open",
    "exporters.rejected": "Rejected",
    "exporters.failed": "The portal met a problem and stopped",
    "exporters.queued_again": "Being processed once more",
}
Row = dict[str, Any]


def timeline(application: ExporterApplication) -> list[Row]:
    """What happened so far, oldest first, for core/includes/timeline.html."""
    steps = [event for event in reversed(history_of(application)) if event.kind in TIMELINE]
    return [{"when": event.at, "title": TIMELINE[event.kind], "current": event is steps[-1]} for event in steps]


def details(exporter: ExporterSubAccount) -> list[Row]:
    """The rows of the Details tab, for an exporter whose sub-account is loaded."""
    contacts = list(exporter.contacts.all())
    return [
        {"label": "Legal Name", "value": exporter.sub_account.name},
        {"label": "Employer Identification Number (EIN)", "value": exporter.sub_account.identifier},
        {"label": "Doing Business As (DBA)", "value": exporter.doing_business_as},
        {"label": "DUNS", "value": exporter.duns},
        {"label": "NAICS Code", "value": exporter.naics},
        {"label": "Mailing Address", "value": exporter.mailing_address},
        {"label": "Physical Address", "value": exporter.physical_address},
        *({"label": "Contact", "value": contact.lines()} for contact in contacts),
    ]


def answer_rows(
    draft: ExporterDraft, company: CompanyForm, addresses: AddressesForm, contacts: ContactsForm
) -> dict[str, list[Row]]:
    """The rows of the review, each with the link that leads to its field. The forms are valid."""
    mailing, physical = addresses.addresses()
    where = {step: reverse(f"exporters:{step}", args=[draft.token]) for step in ("company", "addresses", "contacts")}
    company_rows = [
        {
            "label": str(field.label),
            "value": company.cleaned_data[field.name],
            "change_url": f"{where['company']}#{field.id_for_label}",
        }
        for field in company
    ]
    address_rows = [
        {
            "label": "Mailing Address",
            "value": address_lines(mailing),
            "change_url": f"{where['addresses']}#{addresses['mailing_country'].id_for_label}",
        },
        {
            "label": "Physical Address",
            "value": "Same as the mailing address" if physical is mailing else address_lines(physical),
            "change_url": f"{where['addresses']}#{addresses['same_as_mailing'].id_for_label}",
        },
    ]
    contact_rows = [
        {
            "label": label,
            "value": ExporterContact(**contact).lines(),
            "change_url": f"{where['contacts']}#{contacts[f'{part}first_name'].id_for_label}",
        }
        for label, part, contact in zip(
            ("Contact", "Second Contact"), contacts.parts, contacts.contacts(), strict=False
        )
    ]
    return {"company_rows": company_rows, "address_rows": address_rows, "contact_rows": contact_rows}
