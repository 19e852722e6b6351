"""Approving an importer application. The other decisions are those of every application (useraccess.review)."""

from accounts import actions as accounts
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from importers import checks
from importers.account_type import IMPORTER
from importers.models import ImporterApplication, ImporterRecord
from useraccess import actions as useraccess
from useraccess.review.decisions import desk, unclaimed_by_others
from useraccess.review.steps import ChecksFailed, announce, step

#: Checks that no officer can decide away. The others (a name that was changed, say) are for the officer to weigh.
STOPS_APPROVAL = ("email_taken", "record_linked", "record_voided")


def approve(application: ImporterApplication, *, by: User, seen: int | None = None) -> ImporterApplication:
    """Open the account: top account, owner, membership, importer sub-account linked to the 5106 record, two mails.

    All in one transaction: if the record was linked or the e-mail taken meanwhile, Taken or ChecksFailed says so and
    nothing is left behind. Raises WrongState when somebody decided first or it changed since it was `seen` (a stamp).
    """
    with desk(application, by) as row:
        if row.status == ImporterApplication.Status.APPROVED and row.decided_by == by:
            return row
        unclaimed_by_others(row, by, seen)
        record = ImporterRecord.objects.select_for_update(of=("self",)).get(pk=row.record_id)
        step(row, row.approve, by, clock.now())
        if failed := [failure for failure in checks.failures_now(row) if failure.code in STOPS_APPROVAL]:
            raise ChecksFailed(failed)
        account = useraccess.open_account(
            company_name=record.company_name, company=_company(row), owner=_owner(row), by=by
        )
        link(record, account, by=by)
        row.save()
        announce(row, "approved", summary=f"Approved: ACE ID {account.ace_id}", by=by, account=account)
    return row


def link(record: ImporterRecord, account: TopAccount, *, by: User) -> SubAccount:
    """Put a locked 5106 record under a top account, as its importer sub-account, and return that. Raises Taken."""
    record.sub_account = accounts.open_sub_account(
        account, account_type=IMPORTER.code, identifier=record.importer_number, name=record.company_name, by=by
    )
    record.save(update_fields=["sub_account"])
    return record.sub_account


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
