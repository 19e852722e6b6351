"""What was submitted beside what is on the 5106 record, and how the two compare, in words."""

from dataclasses import dataclass

from django_countries import countries

from accounts.models import OrganizationalStructure
from ace_portal.core.names import comparison_form, differs_only_in_form
from importers.models import ImporterApplication, ImporterRecord

SAME, DIFFERS, NOTE, NOTHING = "same", "differs", "note", "nothing"


@dataclass(frozen=True)
class Row:
    """One line of the comparison. `mark` is SAME, DIFFERS, NOTE (look at it) or NOTHING; `words` say it."""

    label: str
    submitted: str
    on_record: str
    mark: str
    words: str


def rows(application: ImporterApplication) -> list[Row]:
    """The lines of the table, for an application whose record, sub-account and top account are loaded."""
    record = application.record
    return [
        _plain("Importer number", record.importer_number, record.importer_number),
        _name(application, record),
        _plain(
            "Organizational structure",
            application.get_organizational_structure_display(),
            _structure(record.organizational_structure),
        ),
        _plain("Person (owner / point of contact)", application.owner_name, record.point_of_contact_name),
        _email(application.applicant_email, record.point_of_contact_email),
        _plain("Street address (owner / company)", application.owner_street_address, record.street_address),
        _plain(
            "City, state, ZIP code",
            _city(application.owner_city, application.owner_state, application.owner_postal_code),
            _city(record.city, record.state, record.postal_code),
        ),
        _plain("Country", _country(application.owner_country), _country(record.country)),
        _status(record),
        _link(application, record),
    ]


def _plain(label: str, submitted: str, on_record: str) -> Row:
    if not on_record:
        return Row(label, submitted, "", NOTHING, "Not on the record")
    if not submitted:
        return Row(label, "", on_record, NOTHING, "Not submitted")
    same = comparison_form(submitted) == comparison_form(on_record)
    return Row(label, submitted, on_record, SAME if same else DIFFERS, "Same" if same else "Differs")


def _name(application: ImporterApplication, record: ImporterRecord) -> Row:
    submitted, on_record = application.company_name, record.company_name
    if submitted != on_record and comparison_form(submitted) == comparison_form(on_record):
        return Row("Company name", submitted, on_record, SAME, "Same but for capitals and spaces")
    if differs_only_in_form(submitted, on_record):
        return Row("Company name", submitted, on_record, DIFFERS, "Differs in punctuation or company suffix")
    return _plain("Company name", submitted, on_record)


def _email(owner: str, contact: str) -> Row:
    row = _plain("E-mail (owner / point of contact)", owner, contact)
    if row.mark != DIFFERS:
        return row
    together = owner.rpartition("@")[2].lower() == contact.rpartition("@")[2].lower()
    words = "Two mailboxes of one domain" if together else "Differs, domain too"
    return Row(row.label, owner, contact, NOTE if together else DIFFERS, words)


def _status(record: ImporterRecord) -> Row:
    active = record.status == ImporterRecord.Status.ACTIVE
    words = "Active" if active else "Not active"
    return Row("Record status", "", record.get_status_display(), SAME if active else DIFFERS, words)


def _link(application: ImporterApplication, record: ImporterRecord) -> Row:
    label = "Portal account of the record"
    if record.sub_account is None:
        return Row(label, "", "None", SAME, "Free")
    if application.status == ImporterApplication.Status.APPROVED:
        return Row(label, "", str(record.sub_account.top_account), SAME, "Opened by an approval")
    return Row(label, "", str(record.sub_account.top_account), DIFFERS, "Linked already")


def _structure(code: str) -> str:
    return str(dict(OrganizationalStructure.choices).get(code.upper(), code))


def _country(code: str) -> str:
    return str(countries.name(code) or code)


def _city(city: str, state: str, postal_code: str) -> str:
    return ", ".join(part for part in (city, f"{state} {postal_code}".strip()) if part)
