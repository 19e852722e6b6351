"""Handing a filing in: the automatic checks, then accepted at once or to the desk."""

from typing import Any

from django.conf import settings

from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed
from ace_portal.core.numbers import ImporterNumberKind, parse_importer_number
from desk import claims
from form5106 import policy
from form5106.actions.applying import apply, check
from form5106.actions.steps import CodeNeeded, Status, drafts_only, locked, remember, step, tell
from form5106.models import Filing
from importers.models import ImporterRecord

CODE_NEEDED = "The point of contact on file has to agree first: a verification code goes to that address."


def submit(filing: Filing, *, content: dict[str, Any]) -> Filing:
    """Hand a filing in with its cleaned `content`, and return it. A second submission changes nothing.

    A clean filing is accepted at once where FORM_5106_AUTO_ACCEPT says so; all others wait for an officer. Raises
    CodeNeeded, Rejected, Taken, Overtaken, and NotAllowed when the filer lost the right to file for the record.
    """
    with locked(filing) as row:
        if row.status not in (Status.DRAFT, Status.EXPIRED):
            return row
        drafts_only(row)
        if row.record is not None and not policy.may_file(row.filed_by, row.record):
            raise NotAllowed("You may no longer file for this record: it belongs to an account by now.", code="linked")
        check(row, content)
        if policy.needs_code(row, content):
            raise CodeNeeded(CODE_NEEDED)
        reasons = why_held(row, content)
        row.submit(clock.now(), content, " ".join(reasons))
        row.save()
        remember("submitted", row, summary=f"Form 5106 submitted: {row.actions_in_words}", by=row.filed_by)
        if reasons:
            tell("submitted", row)
        else:
            apply(row, by=None)
    return filing


def why_held(row: Filing, content: dict[str, Any]) -> list[str]:
    """Why an officer has to look at a filing; empty for a clean one."""
    found = []
    if not settings.FORM_5106_AUTO_ACCEPT:
        found.append("Every filing is looked at.")
    if row.no_code_reason and not policy.is_verified(row):
        if not policy.is_trusted(row):
            found.append("The point of contact on file could not confirm that the filer speaks for the company.")
        elif policy.changes_contact(row, content):
            found.append("The point of contact changes without a code from the address on file.")
    if row.is_new and row.importer_number and _is_foreign_ein(row):
        found.append("The EIN is on file with another suffix.")
    return found


def _is_foreign_ein(row: Filing) -> bool:
    """Whether the EIN is on file with another suffix, and the filer may file for none of those records' accounts.

    Else a stranger could put a company's EIN on file once more, with a point of contact of their own.
    """
    number = parse_importer_number(row.importer_number)
    if number.kind != ImporterNumberKind.EIN:
        return False
    others = ImporterRecord.objects.select_related("sub_account__top_account")
    known = list(others.filter(importer_number__startswith=number.normal[:10]).order_by("pk")[:20])
    own = any(policy.linked_to(one) and policy.may_file(row.filed_by, one) for one in known)
    return bool(known) and not own


def withdraw(filing: Filing) -> Filing:
    """Take a filing that waits for the desk back. Doing it twice equals doing it once."""
    with locked(filing) as row:
        if row.status == Status.WITHDRAWN:
            return row
        step(row, row.withdraw, clock.now())
        row.save()
        claims.finish(row)
        remember("withdrawn", row, summary=f"Filing {row.reference} withdrawn", by=row.filed_by)
    return filing
