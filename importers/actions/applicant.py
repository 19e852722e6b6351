"""What an applicant decides, from the first screen to the submission, and on the status page."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from ace_portal.core import clock, events, mail, vault
from ace_portal.core.errors import Taken, TooMany, WrongState
from ace_portal.core.numbers import ImporterNumber
from ace_portal.core.text import mailbox_key
from importers import checks
from importers.models import ImporterApplication
from useraccess.review import housekeeping
from useraccess.review.housekeeping import DRAFT_LIVES
from useraccess.review.steps import APPLICANT, ChecksFailed, announce, locked
from verification import codes, throttles
from verification.throttles import Rule

CODE_PURPOSE = "importer-application"
#: The checks say why they refuse, so how often one network may ask is limited.
CHECKS_FROM_IP = (Rule(60, timedelta(hours=1)),)
LINKS_TO_ADDRESS = (Rule(5, timedelta(hours=1)), Rule(10, timedelta(days=1)))

Status = ImporterApplication.Status


def start_application(
    *, company_name: str, importer_number: ImporterNumber, email: str, browser: str, ip: str
) -> tuple[ImporterApplication, TooMany | None]:
    """Check who applies for what, begin a draft and send the code to the point of contact.

    The same browser starting the same application again gets the draft it has. Returns the draft, and the limit that
    kept a code from being sent, if one did. Raises ChecksFailed with every check that was not passed, TooMany when
    this network has asked too often.
    """
    throttles.take(
        "checks-from-ip",
        ip,
        CHECKS_FROM_IP,
        sentence="Too many applications were tried from your network. Please try again in {wait}.",
    )
    record, failed = checks.failures(company_name=company_name, importer_number=importer_number, email=email)
    if failed or record is None:
        raise ChecksFailed(failed)
    with transaction.atomic():
        application, fresh = ImporterApplication.objects.select_for_update(of=("self",)).get_or_create(
            browser=vault.digest("browser", browser),
            record=record,
            applicant_email=email,
            status__in=ImporterApplication.DRAFT,
            defaults={"company_name": company_name, "created_at": clock.now()},
        )
        if not fresh:
            return application, None
        events.record(
            "importers.application_started",
            application,
            summary=f"Application begun for {record.masked_number}",
            by_label=APPLICANT,
        )
        limit = None
        try:
            _send_code(application, browser=browser, ip=ip)
        except TooMany as error:
            limit = error
        _send_link(application)
    return application, limit


def _send_link(application: ImporterApplication) -> None:
    """Mail the link to continue. A mailbox that was sent many of late is spared: the page works without."""
    try:
        throttles.take("continue-link", mailbox_key(application.applicant_email), LINKS_TO_ADDRESS, sentence="")
    except TooMany:
        return
    mail.queue(
        "importers/continue",
        to=application.applicant_email,
        about=application,
        secret=True,
        context={"application": application, "days": DRAFT_LIVES.days},
    )


def send_code(application: ImporterApplication, *, browser: str, ip: str) -> None:
    """Send a new code to the point of contact; it replaces the one before.

    Raises TooMany when the limits of sending are reached, WrongState once a code has been accepted.
    """
    with locked(application) as row:
        if row.status != Status.IDENTIFIED:
            raise WrongState("The code has been accepted already; no other one is needed.", code="already_verified")
        _send_code(row, browser=browser, ip=ip)


def _send_code(application: ImporterApplication, *, browser: str, ip: str) -> None:
    contact = application.record.point_of_contact_email
    code, expires_at = codes.issue(CODE_PURPOSE, address=contact, bound_to=application, browser=browser, ip=ip)
    mail.queue(
        "importers/code",
        to=contact,
        about=application,
        secret=True,
        expires_at=expires_at,
        context={
            "application": application,
            "code": code,
            "minutes": int(codes.LIFETIME.total_seconds() // 60),
            "expires_at": expires_at,
        },
    )
    events.record(
        "importers.code_sent",
        application,
        summary=f"Verification code sent to {codes.mask_address(contact)}",
        by_label=APPLICANT,
    )


def confirm_code(application: ImporterApplication, *, typed: str, browser: str) -> None:
    """Compare the code; the right one opens the details. Two right ones at once count once.

    Raises codes.CodeRefused or TooMany with the sentence for the applicant. An application that has been verified
    already stays so, without another look at the code.
    """
    if application.status != Status.IDENTIFIED:
        return
    contact = application.record.point_of_contact_email
    try:
        right = codes.compare(CODE_PURPOSE, address=contact, bound_to=application, browser=browser, typed=typed)
    except codes.CodeRefused:
        application.refresh_from_db()
        if application.status == Status.VERIFIED:
            return
        raise
    with locked(application) as row:
        if row.status == Status.VERIFIED:
            return
        codes.consume(right)
        row.verify(clock.now())
        row.save()
        events.record("importers.code_accepted", row, summary="Verification code accepted", by_label=APPLICANT)


def keep_draft(application: ImporterApplication, typed: dict[str, str]) -> None:
    """Keep what was typed into the details page, right or wrong. Fields not in `typed` stay as they are.

    Raises WrongState when the application is not being filled in (any more).
    """
    with locked(application) as row:
        if row.status != Status.VERIFIED:
            raise WrongState("This application can no longer be changed here.")
        row.draft = {**row.draft, **typed}
        row.save(update_fields=["draft"])


def submit(application: ImporterApplication, *, details: dict[str, Any]) -> ImporterApplication:
    """Hand the application in with its checked details, and return it. A second submission changes nothing.

    `details` are the cleaned fields of the details form. Raises ChecksFailed when the record or the e-mail was taken
    meanwhile, Taken when another application for the same record was handed in first.
    """
    with locked(application) as row:
        if not row.is_draft:
            return row
        if row.status != Status.VERIFIED:
            raise WrongState("The verification code has not been entered yet.")
        if failed := checks.failures_now(row):
            raise ChecksFailed(failed)
        for field, value in details.items():
            setattr(row, field, value)
        row.submit(clock.now())
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise Taken(
                "Another application for this importer record was submitted first and is waiting for a decision. Ask "
                "inside your company who applied. What you typed is kept: you can submit it if the other one is "
                "withdrawn or not approved."
            ) from error
        announce(row, "submitted", summary="Application submitted", by_label=APPLICANT)
    return row


def expire_drafts() -> int:
    """Close drafts that were begun too long ago; returns how many."""
    return housekeeping.expire_drafts(ImporterApplication)


def chase_answers() -> int:
    """Remind applicants of unanswered questions, close what was never answered; returns how many."""
    return housekeeping.chase_answers(ImporterApplication)
