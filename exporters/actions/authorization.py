"""Decisions about Authorization for Reports: asking Census, and what Census answers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django_fsm import TransitionNotAllowed

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock, events, mail, private_files
from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.refs import ref
from desk import claims
from exporters.models.authorization import (
    AuthorizationAffiliate,
    AuthorizationDocument,
    ReportAuthorization,
    ReportStatus,
    is_covered,
    may_request,
    status_of,
)
from exporters.models.sub_account import EXPORTER_TYPE, IMPORTER_TYPE
from useraccess import desks, policy

FOLDER = "report-authorization"
#: Which analyst decided is kept on file; the journal, which the company reads, names their office.
DESK = "Census"
Status = ReportAuthorization.Status


@dataclass(frozen=True)
class Upload:
    """A checked document on its way in. `original_name` is as the browser sent it."""

    kind: AuthorizationDocument.Kind
    file: BinaryIO
    original_name: str
    size: int


def request_authorization(
    sub_account: SubAccount,
    *,
    details: dict[str, str],
    affiliates: list[tuple[str, str]],
    uploads: list[Upload],
    by: User,
) -> tuple[ReportAuthorization, bool]:
    """Ask Census to authorize the EIN of an exporter sub-account. Returns the pending request, and whether it is new.

    `details` are reason, acts_as and the contact's fields; `affiliates` pairs of EIN and name; `uploads` one file of
    each kind. While a request waits a second one is not made: the first is returned, whoever asked. Raises NotAllowed
    (with the name of whom to ask), WrongState when the EIN is authorized already or has left the account.
    """
    stored = {upload.kind: private_files.store(upload.file, folder=FOLDER) for upload in uploads}
    fresh = False
    try:
        with transaction.atomic():
            row = _open_request(_lock(sub_account.pk), by=by)
            if row is None:
                fresh = True
                row = _make_request(sub_account, details=details, affiliates=affiliates, by=by)
                for upload in uploads:
                    AuthorizationDocument.objects.create(
                        authorization=row,
                        kind=upload.kind,
                        stored_name=stored[upload.kind],
                        original_name=private_files.tidy_name(upload.original_name, extension=".pdf"),
                        size=upload.size,
                    )
    except BaseException:
        _forget(stored)
        raise
    if not fresh:
        _forget(stored)
    return row, fresh


def _forget(stored: dict[AuthorizationDocument.Kind, str]) -> None:
    for name in stored.values():
        private_files.remove(name)


def _lock(sub_account: int) -> SubAccount:
    """The sub-account's row, locked: whatever concerns its EIN waits in line here."""
    return SubAccount.objects.select_for_update(of=("self",)).select_related("top_account").get(pk=sub_account)


def _open_request(sub_account: SubAccount, *, by: User) -> ReportAuthorization | None:
    """The request that waits for this EIN, if there is one. Raises what keeps this person from asking."""
    if sub_account.account_type != EXPORTER_TYPE or sub_account.closed_at:
        raise WrongState(f"EIN {sub_account.masked_identifier} has left this account. Nothing was sent to Census.")
    if not may_request(by, sub_account):
        raise NotAllowed(refusal(sub_account))
    standing = status_of(sub_account)
    if standing.status == ReportStatus.AUTHORIZED:
        raise WrongState(f"EIN {sub_account.masked_identifier} is authorized for reports already.", code="authorized")
    # Of an account that had this EIN before: nobody needs an answer to it any more.
    for left in (
        ReportAuthorization.objects.pending().filter(ein=sub_account.identifier).exclude(sub_account=sub_account)
    ):
        _end_if_overtaken(_row(left.pk))
    return standing.request if standing.status == ReportStatus.PENDING else None


def refusal(sub_account: SubAccount) -> str:
    """What somebody reads who may not ask Census about this sub-account's EIN."""
    return (
        "Only the account’s owner and proxies ask Census for report authorization and read what was handed in. "
        f"Ask {policy.owner_of(sub_account.top_account)}."
    )


def _make_request(
    sub_account: SubAccount, *, details: dict[str, str], affiliates: list[tuple[str, str]], by: User
) -> ReportAuthorization:
    row = ReportAuthorization.objects.create(
        sub_account=sub_account, ein=sub_account.identifier, requested_by=by, requested_at=clock.now(), **details
    )
    AuthorizationAffiliate.objects.bulk_create(
        AuthorizationAffiliate(authorization=row, ein=ein, name=name) for ein, name in affiliates
    )
    _announce(row, "requested", summary=f"Report authorization requested for EIN {row.masked_ein}", by=by)
    return row


def approve(
    authorization: ReportAuthorization, *, reason: str, by: User, seen: int | None = None
) -> ReportAuthorization:
    """Let the EIN's data appear in export reports. `reason` is kept on file and not mailed.

    Raises NotAllowed for anybody but an analyst, and for one whose own request it is; WrongState when somebody decided
    first, when a colleague has claimed the request, when it changed since it was `seen` (a stamp), or when the EIN has
    left the account or become authorized automatically meanwhile (the request is ended then, and the people are told).
    """
    summary = "Census authorized EIN {ein} for reports"
    return _decide(authorization, "approve", reason, by=by, seen=seen, what="approved", summary=summary)


def deny(authorization: ReportAuthorization, *, reason: str, by: User, seen: int | None = None) -> ReportAuthorization:
    """Decide against the request; a new one can be made. Everything else as with `approve`."""
    summary = "Census denied report authorization for EIN {ein}"
    return _decide(authorization, "deny", reason, by=by, seen=seen, what="denied", summary=summary)


def revoke(
    authorization: ReportAuthorization, *, reason: str, by: User, seen: int | None = None
) -> ReportAuthorization:
    """Take an authorization back; it can be requested again. `reason` is kept on file and mailed.

    Raises NotAllowed for anybody but an analyst, WrongState when the request does not stand as authorized, or changed
    since it was `seen` (a stamp).
    """
    summary = "Census revoked the authorization of EIN {ein}"
    return _decide(authorization, "revoke", reason, by=by, seen=seen, what="revoked", summary=summary)


def settle() -> int:
    """End the pending requests that need no decision any more and tell the people; returns how many."""
    overtaken = list(ReportAuthorization.objects.overtaken().order_by("pk").values_list("pk", "sub_account"))
    count = 0
    for pk, sub_account in overtaken:
        with transaction.atomic():
            _lock(sub_account)
            count += _end_if_overtaken(_row(pk))
    return count


def follow(moved: list[SubAccount], *, former: TopAccount, by: User | None) -> None:
    """What becomes of authorizations when sub-accounts have moved to another top account, in that transaction.

    What the former account asked Census ends: its people are told. EINs that stay behind and were authorized only by an
    importer sub-account that has gone are not authorized any more: the former account's owner is told.
    """
    at = clock.now()
    asked = ReportAuthorization.objects.filter(sub_account__in=moved, moved_at=None)
    for pk in list(
        asked.filter(status__in=[Status.PENDING, Status.AUTHORIZED]).order_by("pk").values_list("pk", flat=True)
    ):
        row = _row(pk)
        pending = row.is_pending
        row.withdraw(at) if pending else row.leave(at)
        row.save()
        claims.finish(row)
        _announce(
            row,
            "withdrawn" if pending else "moved",
            summary=f"Request {row.reference} ended: EIN {row.masked_ein} left the account",
            by=None,
            account=former,
        )
    asked.update(moved_at=at)
    for left in left_uncovered(moved, former):
        mail.queue(
            "exporters/report_authorization_lost",
            to=policy.owner_of(former).email,
            about=left,
            context={"sub_account": left, "account": former},
        )


def left_uncovered(moving: list[SubAccount], former: TopAccount) -> list[SubAccount]:
    """The exporter sub-accounts of this account that are not authorized for reports once these others have gone."""
    gone = {one.pk for one in moving}
    here = SubAccount.objects.live().filter(top_account=former).exclude(pk__in=gone)
    importers = [one.identifier for one in moving if one.account_type == IMPORTER_TYPE]
    staying = list(here.filter(account_type=IMPORTER_TYPE).values_list("identifier", flat=True))
    authorized = ReportAuthorization.objects.filter(status=Status.AUTHORIZED).values("sub_account")
    exporters = here.filter(account_type=EXPORTER_TYPE).exclude(pk__in=authorized)
    return [
        one
        for one in exporters.order_by("pk")
        if _covers(importers, one.identifier) and not _covers(staying, one.identifier)
    ]


def _covers(importer_numbers: list[str], ein: str) -> bool:
    return any(number.startswith(ein) for number in importer_numbers)


def _decide(
    authorization: ReportAuthorization,
    transition: str,
    reason: str,
    *,
    by: User,
    seen: int | None,
    what: str,
    summary: str,
) -> ReportAuthorization:
    """One step of the desk. An overtaken request is ended instead, and that outlives the refusal."""
    if not desks.is_analyst(by):
        raise NotAllowed("Only a Census analyst decides on report authorization.")
    with _locked(authorization) as row:
        overtaken = _end_if_overtaken(row)
        if not overtaken:
            _require_others(row, by)
            claims.require_free(row, by)
            _step(row, getattr(row, transition), by, clock.now(), reason)
            events.unchanged(row, seen)
            row.save()
            claims.finish(row)
            _announce(row, what, summary=summary.format(ein=row.masked_ein), by=by, by_label=DESK)
    if overtaken:
        raise WrongState(f"{_why_ended(row)} Nothing was decided; the account’s people are told by mail.")
    return row


def _require_others(row: ReportAuthorization, by: User) -> None:
    if row.is_pending and row.is_own(by):
        raise NotAllowed(f"{row} is your own. Another analyst has to decide on it.")


@contextmanager
def _locked(authorization: ReportAuthorization) -> Iterator[ReportAuthorization]:
    """One transaction with the sub-account and the request locked; the caller's object sees the outcome."""
    with transaction.atomic():
        _lock(authorization.sub_account_id)
        row = _row(authorization.pk)
        yield row
    vars(authorization).update(vars(row))


def _row(pk: int) -> ReportAuthorization:
    """The request's row, locked."""
    return (
        ReportAuthorization.objects.select_for_update(of=("self",))
        .select_related("sub_account__top_account", "requested_by")
        .get(pk=pk)
    )


def _end_if_overtaken(row: ReportAuthorization) -> bool:
    """End a pending request whose EIN has left the account or is authorized automatically by now."""
    if not row.is_pending:
        return False
    if row.sub_account.closed_at:
        row.withdraw(clock.now())
        what, summary = "withdrawn", f"Request {row.reference} ended: EIN {row.masked_ein} left the account"
    elif is_covered(row.sub_account):
        row.lapse(clock.now())
        what, summary = "not_needed", f"Request {row.reference} ended: EIN {row.masked_ein} is authorized automatically"
    else:
        return False
    row.save()
    claims.finish(row)
    _announce(row, what, summary=summary, by=None)
    return True


def _why_ended(row: ReportAuthorization) -> str:
    if row.status == Status.WITHDRAWN:
        return f"EIN {row.masked_ein} has left the account, so request {row.reference} was withdrawn."
    return f"EIN {row.masked_ein} is authorized automatically by now, so request {row.reference} was ended."


def _step(row: ReportAuthorization, transition: Callable[..., None], *args: Any) -> None:
    """Take one step of the state machine, or say why it cannot be taken any more."""
    try:
        transition(*args)
    except TransitionNotAllowed as error:
        who = row.revoked_by or row.decided_by
        by = f" by {who}" if who else ""
        raise WrongState(
            f"Somebody was faster: request {row.reference} is now “{row.get_status_display()}”{by}. "
            "Nothing was changed."
        ) from error


def people_to_tell(row: ReportAuthorization, account: TopAccount | None = None) -> list[User]:
    """Who is mailed: the account's present owner, and the requester while they have a role in it; nobody twice."""
    account = account or row.sub_account.top_account
    owner = policy.owner_of(account)
    requester = row.requested_by if policy.ways_into(account, row.requested_by) else None
    people = [person for person in (owner, requester) if person and person.status != User.Status.DEACTIVATED]
    return list(dict.fromkeys(people))


def _announce(
    row: ReportAuthorization,
    what: str,
    *,
    summary: str,
    by: User | None,
    by_label: str = "",
    account: TopAccount | None = None,
) -> None:
    """Remember a change of status in the account's journal and mail each person it concerns, once.

    `account` is the one that asked, where the EIN has left it.
    """
    account = account or row.sub_account.top_account
    event = events.record(
        f"exporters.report_authorization_{what}",
        row,
        summary=summary,
        by=by,
        by_label=by_label or (policy.signature(by, account) if by else ""),
        journal=account,
        after={"status": str(row.status)},
    )
    owner = policy.owner_of(account)
    for person in people_to_tell(row, account):
        mail.queue(
            f"exporters/report_authorization_{what}",
            to=person.email,
            about=row,
            dedupe_key=f"{ref(row)}:{event.pk}:{person.pk}",
            context={
                "authorization": row,
                "account": account,
                "is_owner": person == owner,
                "is_requester": person == row.requested_by,
                "is_covered": is_covered(row.sub_account),
                "CENSUS_EMAIL": settings.CENSUS_EMAIL,
                "CENSUS_PHONE": settings.CENSUS_PHONE,
            },
        )
