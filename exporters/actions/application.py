"""Decisions about exporter applications: take one in, process it, process it again."""

import json
import traceback
from datetime import timedelta
from typing import Any

import structlog
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Value
from django.db.models.functions import Lower

from accounts.models import SubAccount, User
from ace_portal.core import clock, events, mail, vault
from ace_portal.core.errors import NotAllowed, Taken, TooMany, WrongState
from ace_portal.core.refs import ref
from ace_portal.core.text import mailbox_key
from ace_portal.core.waking import wake
from desk import claims
from exporters.actions.sub_account import ExporterFacts, open_exporter
from exporters.models import ExporterApplication
from exporters.models.sub_account import holders_of
from useraccess import actions as useraccess
from useraccess import desks
from verification import throttles
from verification.throttles import Rule

log = structlog.get_logger(__name__)

APPLICANT = "Applicant"
PORTAL = "Portal"
#: The outcome tells whether an EIN, a person or an address is known, and it is mailed to whatever address was typed.
SUBMISSIONS_FROM_IP = (Rule(30, timedelta(hours=1)),)
SUBMISSIONS_FOR_ADDRESS = (Rule(5, timedelta(hours=1)), Rule(10, timedelta(days=1)))
#: As many as one sweep works through; the next one goes on.
SWEEP = 500

Status = ExporterApplication.Status
Reason = ExporterApplication.Reason


def submit(*, answers: dict[str, Any], key: str, browser: str, ip: str) -> ExporterApplication:
    """Store an application and wake a worker; return the application.

    `answers` are fields of ExporterApplication; `key` is the random key of the form. The same browser sending the
    same answers with the same key again gets the application that is stored already. Raises TooMany.
    """
    content = json.dumps(answers, sort_keys=True, default=str)
    known = ExporterApplication.objects.filter(form_key=vault.digest("exporter-form", browser, key, content))
    if first := known.first():
        return first
    try:
        with transaction.atomic():
            _count_submission(ip, str(answers["applicant_email"]))
            return _store(answers, form_key=vault.digest("exporter-form", browser, key, content))
    except (IntegrityError, TooMany):
        # The other half of a double click may have been faster.
        if first := known.first():
            return first
        raise


def _count_submission(ip: str, email: str) -> None:
    throttles.take(
        "exporter-applications-from-ip",
        ip,
        SUBMISSIONS_FROM_IP,
        sentence="Too many applications were sent from your network. Please try again in {wait}.",
    )
    throttles.take(
        "exporter-applications-for-address",
        mailbox_key(email),
        SUBMISSIONS_FOR_ADDRESS,
        sentence="Several applications were sent for this e-mail address a short while ago. Please read the answers to "
        "them first, or try again in {wait}.",
    )


def _store(answers: dict[str, Any], *, form_key: str) -> ExporterApplication:
    at = clock.now()
    row = ExporterApplication.objects.create(form_key=form_key, created_at=at, submitted_at=at, **answers)
    events.record(
        "exporters.submitted",
        row,
        summary=f"Application submitted for EIN {row.masked_ein}",
        by_label=APPLICANT,
        after={"status": str(row.status)},
    )
    pk = row.pk
    transaction.on_commit(lambda: nudge(pk))
    return row


def nudge(pk: int) -> None:
    """Tell a worker that an application waits. Never raises: the sweep finds what no nudge reached."""
    from exporters.tasks import process_application

    wake(process_application, pk)


def process(pk: int) -> bool:
    """Decide one application by the rules; returns whether it was decided here and now.

    One transaction under the row's lock: a worker that is killed leaves nothing behind, two workers decide once. An
    application that does not wait, or that somebody else is working on, is passed over. An error nobody thought of is
    undone, remembered by its kind alone, and told to the applicant.
    """
    try:
        with transaction.atomic():
            waiting = ExporterApplication.objects.waiting().select_for_update(of=("self",), skip_locked=True)
            row = waiting.filter(pk=pk).first()
            if row is None:
                return False
            _decide(row)
    except OperationalError as error:
        # The database was away or too busy: nothing is decided, and the sweep tries again.
        log.warning("exporter_application_put_off", application=pk, error=type(error).__name__)
        return False
    except Exception as error:
        return _give_up(pk, error)
    return True


def process_waiting() -> int:
    """Decide what no nudge reached, oldest first; returns how many were decided here."""
    waiting = ExporterApplication.objects.waiting().order_by("pk").values_list("pk", flat=True)
    return sum(process(pk) for pk in list(waiting[:SWEEP]))


def process_again(application: ExporterApplication, *, by: User, seen: int | None = None) -> ExporterApplication:
    """Put an application that stopped with an error back into the queue, and return it.

    Raises NotAllowed for anybody but an officer; WrongState for an application that did not stop, that another officer
    has claimed, or that changed since it was `seen` (a stamp).
    """
    if not desks.is_officer(by):
        raise NotAllowed("Only a CBP officer has an application processed again.")
    with transaction.atomic():
        row = ExporterApplication.objects.select_for_update(of=("self",)).get(pk=application.pk)
        if row.status != Status.FAILED:
            raise WrongState(
                f"Application {row.reference} is “{row.get_status_display()}” and needs no other processing. "
                "Nothing was changed."
            )
        claims.require_free(row, by)
        events.unchanged(row, seen)
        stopped_by = row.error
        row.queue_again()
        row.save()
        claims.finish(row)
        events.record(
            "exporters.queued_again",
            row,
            summary="Put back into the queue",
            by=by,
            before={"status": str(Status.FAILED), "error": stopped_by},
            after={"status": str(row.status)},
        )
        pk = row.pk
        transaction.on_commit(lambda: nudge(pk))
    return row


def _decide(row: ExporterApplication) -> None:
    outcome = _objection(row) or _open(row)
    if isinstance(outcome, SubAccount):
        row.accept(clock.now(), outcome)
        row.save()
        events.record(
            "exporters.accepted",
            row,
            summary=f"Accepted: ACE ID {outcome.top_account.ace_id}",
            by_label=PORTAL,
            journal=outcome.top_account,
            after={"status": str(row.status)},
        )
        return
    row.reject(clock.now(), outcome)
    row.save()
    _announce(row, f"rejected_{outcome.lower()}", event="rejected", summary=f"Rejected: {outcome.label}")


def _objection(row: ExporterApplication) -> Reason | None:
    """The first rule that speaks against the application, as things stand now."""
    if holders_of(row.ein).exists():
        return Reason.EIN_USED
    namesakes = User.objects.annotate(first=Lower("first_name"), last=Lower("last_name")).filter(
        date_of_birth=row.owner_date_of_birth,
        first=Lower(Value(row.owner_first_name)),
        last=Lower(Value(row.owner_last_name)),
    )
    if namesakes.exists():
        return Reason.PERSON_KNOWN
    return Reason.EMAIL_USED if User.objects.by_email(row.applicant_email) else None


def _open(row: ExporterApplication) -> SubAccount | Reason:
    """Open the account and return its sub-account, or the rule that somebody made true at this very moment.

    The owner is mailed the account ID by the opening itself. It is the one mail of an accepted application
    (facts-applications §5.1: exporters get no welcome mail beside it).
    """
    try:
        with transaction.atomic():
            account = useraccess.open_account(
                company_name=row.company_name, company=_company(row), owner=_owner(row), by=None
            )
            return open_exporter(account, _exporter(row), by=None)
    except Taken:
        if objection := _objection(row):
            return objection
        raise


def _company(row: ExporterApplication) -> dict[str, object]:
    return {
        "fiscal_year_end_month": row.fiscal_year_end_month,
        "fiscal_year_end_day": row.fiscal_year_end_day,
        "duns": row.duns,
    }


def _address(row: ExporterApplication) -> dict[str, str]:
    return {
        "country": row.country,
        "street_address": row.street_address,
        "city": row.city,
        "state": row.state,
        "postal_code": row.postal_code,
    }


def _owner(row: ExporterApplication) -> dict[str, Any]:
    return {
        "email": row.applicant_email,
        "first_name": row.owner_first_name,
        "middle_name": row.owner_middle_name,
        "last_name": row.owner_last_name,
        "date_of_birth": row.owner_date_of_birth,
        "phone": row.owner_phone,
        **_address(row),
    }


def _exporter(row: ExporterApplication) -> ExporterFacts:
    contact = {
        "first_name": row.owner_first_name,
        "last_name": row.owner_last_name,
        "phone": row.owner_phone,
        "fax": row.owner_fax,
        "email": row.applicant_email,
    }
    return ExporterFacts(
        ein=row.ein,
        name=row.company_name,
        duns=row.duns,
        mailing=_address(row),
        physical=_address(row),
        contacts=[contact],
    )


def _give_up(pk: int, error: Exception) -> bool:
    """Remember that the processing stopped, unless somebody else got through meanwhile. Tells the applicant once.

    An error's own words may quote what the applicant typed, so only its kind and its place in the program are kept.
    """
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error(
        "exporter_application_failed", application=pk, error=type(error).__name__, at=f"{place.filename}:{place.lineno}"
    )
    with transaction.atomic():
        row = ExporterApplication.objects.waiting().select_for_update(of=("self",)).filter(pk=pk).first()
        if row is None:
            return False
        row.fail(clock.now(), type(error).__name__[:100])
        row.save()
        _announce(row, "failed", event="failed", summary=f"Stopped by an error: {row.error}")
    return True


def _announce(row: ExporterApplication, letter: str, *, event: str, summary: str) -> None:
    """Remember an outcome and mail it, once in the application's life for each kind of letter."""
    events.record(f"exporters.{event}", row, summary=summary, by_label=PORTAL, after={"status": str(row.status)})
    mail.queue(
        f"exporters/{letter}",
        to=row.applicant_email,
        about=row,
        secret=True,  # it carries the link of the status page
        dedupe_key=f"{ref(row)}:{letter}",
        context={"application": row},
    )
