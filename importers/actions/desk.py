"""What a CBP officer decides."""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts import actions as accounts
from accounts.applications import conversation
from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed, WrongState
from importers import checks
from importers.account_type import IMPORTER
from importers.actions.steps import ChecksFailed, Status, announce, locked, say, step
from importers.models import ImporterApplication, ImporterRecord
from useraccess import actions as useraccess
from useraccess.policy import is_officer

#: Checks that no officer can decide away. The others (a name that was changed, say) are for the officer to weigh.
STOPS_APPROVAL = ("email_taken", "record_linked", "record_voided")


def claim(application: ImporterApplication, *, by: User) -> ImporterApplication:
    """Take an application off the queue to review it. Raises WrongState when another officer was faster."""
    with _desk(application, by) as row:
        if row.status == Status.IN_REVIEW and row.claimed_by == by:
            return row
        step(row, row.claim, by, clock.now())
        row.save()
        announce(row, "in_review", summary=f"Claimed by {by}", by=by)
    return row


def release(application: ImporterApplication, *, by: User) -> ImporterApplication:
    """Put a claimed application back on the queue, for example when its officer is away."""
    with _desk(application, by) as row:
        if row.status == Status.SUBMITTED:
            return row
        step(row, row.release)
        row.save()
        announce(row, "released", summary="Put back on the queue", by=by)
    return row


def ask_for_information(application: ImporterApplication, *, question: str, by: User) -> ImporterApplication:
    """Send the applicant a question; the application waits for the answer."""
    with _desk(application, by) as row:
        if row.status == Status.INFORMATION_REQUESTED and _said_last(row, question, author=by):
            return row
        _unclaimed_by_others(row, by)
        if row.status == Status.SUBMITTED:
            row.claim(by, clock.now())
        step(row, row.ask)
        row.save()
        say(row, question, author=by)
        announce(row, "information_requested", summary="Information requested", by=by, question=question)
    return row


def reject(application: ImporterApplication, *, reason: str, text: str, by: User) -> ImporterApplication:
    """Decide against the application. `reason` is a code of ImporterApplication.Reason, `text` is mailed."""
    with _desk(application, by) as row:
        if row.status == Status.REJECTED and row.decided_by == by:
            return row
        _unclaimed_by_others(row, by)
        step(row, row.reject, by, clock.now(), reason)
        row.save()
        say(row, text, author=by)
        announce(row, "rejected", summary=f"Not approved: {row.get_reason_display()}", by=by, text=text)
    return row


def approve(application: ImporterApplication, *, by: User) -> ImporterApplication:
    """Open the account: top account, owner, membership, importer sub-account linked to the 5106 record, two mails.

    All in one transaction: if the record was linked or the e-mail taken meanwhile, Taken or ChecksFailed says so and
    nothing is left behind. Raises WrongState when somebody decided first.
    """
    with _desk(application, by) as row:
        if row.status == Status.APPROVED and row.decided_by == by:
            return row
        _unclaimed_by_others(row, by)
        record = ImporterRecord.objects.select_for_update(of=("self",)).get(pk=row.record_id)
        step(row, row.approve, by, clock.now())
        if failed := [failure for failure in checks.failures_now(row) if failure.code in STOPS_APPROVAL]:
            raise ChecksFailed(failed)
        account = useraccess.open_account(
            company_name=record.company_name, company=_company(row), owner=_owner(row), by=by
        )
        record.sub_account = accounts.open_sub_account(
            account, account_type=IMPORTER.code, identifier=record.importer_number, name=record.company_name, by=by
        )
        record.save(update_fields=["sub_account"])
        row.save()
        announce(row, "approved", summary=f"Approved: ACE ID {account.ace_id}", by=by, account=account)
    return row


@contextmanager
def _desk(application: ImporterApplication, by: User) -> Iterator[ImporterApplication]:
    """The locked application, for an officer. Raises NotAllowed for anybody else."""
    if not is_officer(by):
        raise NotAllowed("Only a CBP officer decides on applications.")
    with locked(application) as row:
        yield row


def _unclaimed_by_others(row: ImporterApplication, by: User) -> None:
    if row.is_open and row.claimed_by and row.claimed_by != by:
        raise WrongState(
            f"{row.claimed_by} has claimed application {row.reference}. Ask them to decide, or put it back in line."
        )


def _said_last(row: ImporterApplication, text: str, *, author: User) -> bool:
    last = conversation(row).last()
    return last is not None and (last.text, last.author_id) == (text, author.pk)


def _company(row: ImporterApplication) -> dict[str, object]:
    return {
        "organizational_structure": row.organizational_structure,
        "fiscal_year_end_month": row.fiscal_year_end_month,
        "fiscal_year_end_day": row.fiscal_year_end_day,
        "duns": row.duns,
        "website": row.website,
    }


def _owner(row: ImporterApplication) -> dict[str, str]:
    fields = (
        "first_name",
        "middle_name",
        "last_name",
        "country",
        "street_address",
        "city",
        "state",
        "postal_code",
        "phone",
    )
    return {"email": row.applicant_email, **{field: getattr(row, f"owner_{field}") for field in fields}}
