"""Decisions about applications of trade parties: those that all applications share (useraccess.review), and its own."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from accounts import actions as accounts
from accounts.models import TopAccount, User
from ace_portal.core import clock, events, mail, vault
from ace_portal.core.errors import TooMany, WrongState
from ace_portal.core.text import mailbox_key
from importers import actions as importers
from importers.account_type import IMPORTER
from importers.models import ImporterRecord
from tradeparties import checks
from tradeparties.account_types import PROTEST_FILER
from tradeparties.models import RequestedActivity, TradeApplication
from useraccess import actions as useraccess
from useraccess.review import housekeeping
from useraccess.review.decisions import (
    answer,
    ask_for_information,
    claim,
    desk,
    reject,
    release,
    unclaimed_by_others,
    withdraw,
)
from useraccess.review.housekeeping import DRAFT_LIVES
from useraccess.review.steps import APPLICANT, ChecksFailed, Failure, announce, locked, step
from verification import throttles
from verification.throttles import Rule

__all__ = [
    "answer",
    "apply_as_protest_filer",
    "approve",
    "ask_for_information",
    "chase_answers",
    "claim",
    "count_check",
    "expire_drafts",
    "keep_draft",
    "reject",
    "release",
    "start",
    "submit",
    "withdraw",
]

#: The checks say why they refuse, so how often one network may ask is limited.
BEGINNINGS_FROM_IP = (Rule(30, timedelta(hours=1)),)
CHECKS_FROM_IP = (Rule(120, timedelta(hours=1)),)
LINKS_TO_ADDRESS = (Rule(5, timedelta(hours=1)), Rule(10, timedelta(days=1)))

Kind = TradeApplication.Kind
Status = TradeApplication.Status


def start(*, answers: dict[str, Any], typed: dict[str, str], key: str, browser: str, ip: str) -> TradeApplication:
    """Begin a draft with the answers of its first section, mail the link to continue, and return it.

    `typed` is what the applicant wrote, `key` the random key of the form: the same browser sending it again gets the
    draft it has. Raises ChecksFailed when the e-mail address is a portal user's, TooMany.
    """
    form_key = vault.digest("trade-form", browser, key)
    known = TradeApplication.objects.filter(form_key=form_key)
    if first := known.first():
        return first
    _count_beginning(ip)
    if failed := checks.email_failures(answers["applicant_email"]):
        raise ChecksFailed(failed)
    try:
        with transaction.atomic():
            row = TradeApplication.objects.create(
                kind=Kind.OTHER, form_key=form_key, created_at=clock.now(), draft=typed, **answers
            )
            events.record("tradeparties.application_started", row, summary="Application begun", by_label=APPLICANT)
            _send_link(row)
    except IntegrityError:
        # The other half of a double click was faster.
        return known.get()
    return row


def _count_beginning(ip: str) -> None:
    throttles.take(
        "trade-applications-from-ip",
        ip,
        BEGINNINGS_FROM_IP,
        sentence="Too many applications were begun from your network. Please try again in {wait}.",
    )


def _send_link(application: TradeApplication) -> None:
    """Mail the link to continue. A mailbox that was sent many of late is spared: the page works without."""
    try:
        throttles.take("continue-link", mailbox_key(application.applicant_email), LINKS_TO_ADDRESS, sentence="")
    except TooMany:
        return
    mail.queue(
        "tradeparties/continue",
        to=application.applicant_email,
        about=application,
        secret=True,
        context={"application": application, "days": DRAFT_LIVES.days},
    )


def count_check(ip: str) -> None:
    """Count a look at whether people or identifiers are known. Raises TooMany."""
    throttles.take(
        "trade-checks-from-ip",
        ip,
        CHECKS_FROM_IP,
        sentence="Too many answers were checked from your network. What you typed is kept; please try again in {wait}.",
    )


def keep_draft(application: TradeApplication, typed: dict[str, str]) -> None:
    """Keep what was typed into a section, right or wrong. Answers not in `typed` stay as they are.

    Raises WrongState when the application is not being filled in (any more).
    """
    with locked(application) as row:
        if row.status != Status.DRAFT:
            raise WrongState("This application can no longer be changed here.")
        row.draft = {**row.draft, **typed}
        row.company_name = _company_name(typed) or row.company_name
        row.save(update_fields=["draft", "company_name"])


def _company_name(typed: dict[str, str]) -> str:
    """The company's name as it is known so far, for mails and lists; what is wrong with it the form says."""
    return typed.get("company_name", "").strip()[:100]


def submit(
    application: TradeApplication, *, answers: dict[str, Any], activities: list[dict[str, Any]]
) -> TradeApplication:
    """Hand the application in with its checked answers, and return it. A second submission changes nothing.

    Raises ChecksFailed when the e-mail address, the person or an identifier was taken meanwhile, WrongState for a
    draft that has run out.
    """
    with locked(application) as row:
        if row.status == Status.EXPIRED:
            raise WrongState("This application was not finished in 30 days and has been closed. Start a new one.")
        if row.is_draft:
            _hand_in(row, answers, activities)
    return row


def _hand_in(row: TradeApplication, answers: dict[str, Any], activities: list[dict[str, Any]]) -> None:
    for field, value in answers.items():
        setattr(row, field, value)
    _check(row, activities)
    row.draft = {}
    row.submit(clock.now())
    row.save()
    RequestedActivity.objects.bulk_create(RequestedActivity(application=row, **activity) for activity in activities)
    announce(row, "submitted", summary="Application submitted", by_label=APPLICANT)


def _check(row: TradeApplication, activities: list[dict[str, Any]]) -> None:
    failed: list[Failure] = [
        *checks.email_failures(row.applicant_email),
        *checks.person_failures(row.owner_first_name, row.owner_last_name, row.owner_date_of_birth),
        *(failure for found in checks.activity_failures(activities) for failure in found),
    ]
    if failed:
        raise ChecksFailed(failed)


def apply_as_protest_filer(*, answers: dict[str, Any], ein: str, key: str, browser: str, ip: str) -> TradeApplication:
    """Take in a protest filer's application, complete as it is, and return it.

    The same browser sending the same form again gets the application that is stored already. Raises ChecksFailed,
    TooMany.
    """
    form_key = vault.digest("protest-form", browser, key)
    known = TradeApplication.objects.filter(form_key=form_key)
    if first := known.first():
        return first
    _count_beginning(ip)
    activity = {
        "account_type": PROTEST_FILER.code,
        "identifier": ein,
        "name": answers["company_name"],
        "is_primary": True,
    }
    try:
        with transaction.atomic():
            row = TradeApplication(kind=Kind.PROTEST_FILER, form_key=form_key, created_at=clock.now())
            row.applicant_email = answers["applicant_email"]
            row.save()
            _hand_in(row, answers, [activity])
    except IntegrityError:
        return known.get()
    return row


def approve(application: TradeApplication, *, by: User, seen: int | None = None) -> TradeApplication:
    """Open the account: top account, owner, membership, a sub-account for each activity, two mails.

    All in one transaction: if an identifier, the person or the e-mail address was taken meanwhile, Taken or
    ChecksFailed says so and nothing is left behind. Raises WrongState when somebody decided first or it changed since
    it was `seen` (a stamp).
    """
    with desk(application, by) as row:
        if row.status == Status.APPROVED and row.decided_by == by:
            return row
        unclaimed_by_others(row, by, seen)
        activities = list(row.activities.all())
        records = _locked_records(activities)
        step(row, row.approve, by, clock.now())
        if failed := [failure for failure in checks.failures_now(row) if failure.code in checks.STOPS_APPROVAL]:
            raise ChecksFailed(failed)
        account = useraccess.open_account(
            company_name=row.company_name, company=_company(row), owner=_owner(row), by=by
        )
        for activity in activities:
            _open(activity, account, records, by=by)
        row.top_account = account
        row.save()
        announce(row, "approved", summary=f"Approved: ACE ID {account.ace_id}", by=by, account=account)
    return row


def _locked_records(activities: list[RequestedActivity]) -> dict[str, ImporterRecord]:
    """The 5106 records of the importer numbers asked for, locked in one order."""
    numbers = [activity.identifier for activity in activities if activity.account_type == IMPORTER.code]
    rows = ImporterRecord.objects.select_for_update(of=("self",)).filter(importer_number__in=numbers)
    return {record.importer_number: record for record in rows.order_by("pk")}


def _open(activity: RequestedActivity, account: TopAccount, records: dict[str, ImporterRecord], *, by: User) -> None:
    if activity.account_type == IMPORTER.code:
        activity.sub_account = importers.link(records[activity.identifier], account, by=by)
    else:
        activity.sub_account = accounts.open_sub_account(
            account, account_type=activity.account_type, identifier=activity.identifier, name=activity.name, by=by
        )
    activity.save(update_fields=["sub_account"])


def _company(row: TradeApplication) -> dict[str, object]:
    return {
        "organizational_structure": row.organizational_structure,
        "fiscal_year_end_month": row.fiscal_year_end_month,
        "fiscal_year_end_day": row.fiscal_year_end_day,
        "duns": row.duns,
        "website": row.website,
    }


def _owner(row: TradeApplication) -> dict[str, Any]:
    fields = (
        *("first_name", "middle_name", "last_name", "date_of_birth", "phone"),
        *("country", "street_address", "city", "state", "postal_code"),
    )
    return {"email": row.applicant_email, **{field: getattr(row, f"owner_{field}") for field in fields}}


def expire_drafts() -> int:
    """Close drafts that were begun too long ago; returns how many."""
    return housekeeping.expire_drafts(TradeApplication)


def chase_answers() -> int:
    """Remind applicants of unanswered questions, close what was never answered; returns how many."""
    return housekeeping.chase_answers(TradeApplication)
