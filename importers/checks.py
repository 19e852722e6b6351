"""The four checks an importer application has to pass (facts-applications §1.2), in words that say what to do next.

They are questions: nothing is written. The applicant is told why, as at CBP; limits on tries are the guard against
using them to fish (docs/architecture.md).
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import User
from ace_portal.core.names import differs_only_in_form, same_company_name
from ace_portal.core.numbers import ImporterNumber, parse_importer_number
from importers.models import ImporterApplication, ImporterRecord
from useraccess.review.steps import Failure


def failures(
    *, company_name: str, importer_number: ImporterNumber, email: str
) -> tuple[ImporterRecord | None, list[Failure]]:
    """Run the four checks and return the 5106 record, if the number is on file, and every check that failed."""
    record, found = record_failures(company_name=company_name, importer_number=importer_number)
    return record, [*_email_failures(email), *found]


def record_failures(
    *, company_name: str, importer_number: ImporterNumber
) -> tuple[ImporterRecord | None, list[Failure]]:
    """Run the checks of number, name and record, and return the 5106 record, if the number is on file."""
    record = ImporterRecord.objects.select_related("sub_account").filter(importer_number=importer_number.normal).first()
    if record is not None:
        return record, _record_failures(record, company_name)
    failure = Failure(
        "number_not_on_file",
        "importer_number",
        f"There is no importer record (5106) with the number {importer_number.normal}. Compare it with your "
        "entry summaries or ask your broker; a sole proprietor’s number is written 123-45-6789. If your "
        "company never filed a Form 5106, file one first.",
    )
    return None, [failure]


def failures_now(application: ImporterApplication) -> list[Failure]:
    """The checks again, as they stand now, for an application that waits for a decision."""
    return failures(
        company_name=application.company_name,
        importer_number=parse_importer_number(application.record.importer_number),
        email=application.applicant_email,
    )[1]


def has_valid_contact(record: ImporterRecord) -> bool:
    """Whether the record carries a point-of-contact e-mail address a code can be sent to."""
    try:
        validate_email(record.point_of_contact_email)
    except ValidationError:
        return False
    return True


def _email_failures(email: str) -> list[Failure]:
    if User.objects.by_email(email) is None:
        return []
    return [
        Failure(
            "email_taken",
            "email",
            f"{email} already belongs to a portal owner or user. Use another business address for the new account "
            "owner, or sign in with this one.",
        )
    ]


def _record_failures(record: ImporterRecord, company_name: str) -> list[Failure]:
    checks = (
        _name_failure(record, company_name),
        _status_failure(record),
        _contact_failure(record),
        _link_failure(record),
    )
    return [failure for failure in checks if failure]


def _name_failure(record: ImporterRecord, company_name: str) -> Failure | None:
    if same_company_name(company_name, record.company_name):
        return None
    if differs_only_in_form(company_name, record.company_name):
        return Failure(
            "name_differs_in_form",
            "company_name",
            "Almost: this name differs from the one on the importer record (5106) only in punctuation or in a "
            "company suffix such as Inc. or LLC. Type it exactly as on the record; capitals do not matter. Your "
            "broker’s importer query shows it.",
        )
    return Failure(
        "name_differs",
        "company_name",
        "This name is not the one on the importer record (5106) with this number. Type the legal name as it was filed, "
        "not a trade name; your broker’s importer query shows it. Also check the number for a slip.",
    )


def _status_failure(record: ImporterRecord) -> Failure | None:
    if record.status == ImporterRecord.Status.INACTIVE:
        return Failure(
            "record_inactive",
            "importer_number",
            "This importer record is inactive: it was not used for a year. Ask your broker to reactivate it with a "
            "complete Form 5106; then apply again.",
        )
    if record.status == ImporterRecord.Status.VOIDED:
        return Failure(
            "record_voided",
            "importer_number",
            f"This importer record has been voided. It can be restored on request with proof of the number: write to "
            f"{settings.SUPPORT_EMAIL}; then apply again.",
        )
    return None


def _contact_failure(record: ImporterRecord) -> Failure | None:
    if has_valid_contact(record):
        return None
    return Failure(
        "no_contact",
        "importer_number",
        "This importer record has no valid point-of-contact e-mail address, so no verification code can be sent. Ask "
        "your broker to update it; a message you can copy is below.",
    )


def _link_failure(record: ImporterRecord) -> Failure | None:
    if record.sub_account is None:
        return None
    return Failure(
        "record_linked",
        "importer_number",
        "This importer record already belongs to a portal account. Ask inside your company who the account owner is: "
        "they can add you as a user. If nobody knows, use the owner lookup.",
    )
