"""Offer access and ask for it; accept, approve, reject, withdraw (facts-access §2.1, §2.3)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, BinaryIO

from django.db import IntegrityError, transaction

from accounts import actions as accounts
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock, private_files
from ace_portal.core.errors import NotAllowed, Taken
from useraccess import policy
from useraccess.actions import granting
from useraccess.actions.cross_account.steps import (
    locked,
    remember,
    require_owner,
    require_time,
    require_to_come,
    tell,
    within,
)
from useraccess.actions.opening import let_in
from useraccess.models import CrossAccountAccess
from useraccess.rights import Rights
from verification import throttles
from verification.throttles import Rule

#: An unanswered offer or request ends after this time.
ANSWERED_WITHIN = timedelta(days=14)
LOOK_UPS = (Rule(10, timedelta(hours=1), pause=timedelta(hours=1)),)
FOLDER = "powers-of-attorney"
NO_SUCH_RECIPIENT = (
    "No account has this ACE ID and this person as its Trade Account Owner, capital and small letters of the user ID "
    "included. Ask them for both as Home and My profile show them."
)
NO_SUCH_CLIENT = "No account has this ACE ID or importer number. Ask your client for the ACE ID as Home shows it."
ONE_AT_A_TIME = "There is an offer, a request or an access between these two accounts already. Look at it first."


@dataclass(frozen=True)
class PowerOfAttorney:
    """CBP Form 5291, as the broker hands it in: a checked PDF, its date, and the last day of a limited one."""

    kind: str
    signed_on: date
    ends_on: date | None
    file: BinaryIO


def invite(
    grantor: TopAccount, *, user_id: str, ace_id: str, granted: Rights, ends_on: date | None, by: User
) -> CrossAccountAccess:
    """Offer another account's owner access to one's own account, and return the offer. The other owner is mailed.

    Raises NotAllowed for anybody but the account's owner and, in the same words whatever does not fit, for a recipient
    that cannot be; WrongState for an end date that has passed; TooMany after ten look-ups an hour; Taken when there is
    a live one between the two accounts.
    """
    require_owner(grantor, by)
    require_to_come(ends_on)
    _count_look_up(by)
    recipient = TopAccount.objects.filter(ace_id=ace_id.strip(), merged_into=None).exclude(pk=grantor.pk).first()
    if recipient is None or policy.owner_of(recipient).account_id != user_id.strip():
        raise NotAllowed(NO_SUCH_RECIPIENT, field="user_id")
    with transaction.atomic():
        access = _create(
            CrossAccountAccess.Status.PENDING,
            grantor=grantor,
            recipient=recipient,
            granted=granted,
            by=by,
            ends_on=ends_on,
        )
        remember(access, "offered", f"{by} offered {recipient.company_name} access", by=by)
        tell(policy.owner_of(recipient), "access_offered", access, by=by)
    return access


def request(
    recipient: TopAccount, *, client: str, filer_code: str, attorney: PowerOfAttorney, proposed: Rights, by: User
) -> CrossAccountAccess:
    """Ask a client for access to its account, on a power of attorney; returns the request.

    The client's owner is mailed. `client` is an ACE ID or an importer number in normal form. Raises as `invite`.
    """
    require_owner(recipient, by)
    _count_look_up(by)
    grantor = _client(client)
    if grantor is None or grantor == recipient:
        raise NotAllowed(NO_SUCH_CLIENT, field="client")
    stored = private_files.store(attorney.file, folder=FOLDER)
    try:
        with transaction.atomic():
            access = _create(
                CrossAccountAccess.Status.REQUESTED,
                grantor=grantor,
                recipient=recipient,
                granted=proposed,
                by=by,
                ends_on=attorney.ends_on,
                filer_code=filer_code,
                attorney_kind=attorney.kind,
                attorney_signed_on=attorney.signed_on,
                attorney_ends_on=attorney.ends_on,
                attorney_file=stored,
            )
            remember(access, "requested", f"{by} of {recipient.company_name} asked for access", by=by)
            tell(policy.owner_of(grantor), "access_requested", access, by=by)
    except BaseException:
        private_files.remove(stored)
        raise
    return access


def _client(text: str) -> TopAccount | None:
    by_ace_id = TopAccount.objects.filter(ace_id=text, merged_into=None).first()
    if by_ace_id is not None:
        return by_ace_id
    importer = SubAccount.objects.live().filter(account_type="IMPORTER", identifier=text).first()
    return importer.top_account if importer else None


def _create(
    status: str, *, grantor: TopAccount, recipient: TopAccount, granted: Rights, by: User, **facts: Any
) -> CrossAccountAccess:
    accounts.hold(grantor.pk, recipient.pk)
    access = CrossAccountAccess(
        status=status,
        grantor=grantor,
        recipient=recipient,
        created_at=clock.now(),
        created_by=by,
        answer_until=clock.now() + ANSWERED_WITHIN,
        **facts,
    )
    try:
        with transaction.atomic():
            access.save()
    except IntegrityError as error:
        raise Taken(ONE_AT_A_TIME) from error
    granting.write(access, granted.tidy(), top_account=grantor.pk)
    access.save()
    return access


def accept(access: CrossAccountAccess, *, by: User) -> None:
    """Take what was offered. Raises NotAllowed for anybody but the recipient's owner, WrongState when it has ended."""
    with transaction.atomic():
        row = locked(access, CrossAccountAccess.Status.PENDING)
        require_owner(row.recipient, by)
        require_time(row)
        row.accept()
        row.save()
        let_in(row, policy.owner_of(row.recipient), everything=True)
        remember(row, "accepted", f"{by} of {row.recipient.company_name} accepted the access", by=by)
        tell(policy.owner_of(row.grantor), "access_accepted", row, by=by)
    vars(access).update(vars(row))


def approve(access: CrossAccountAccess, *, granted: Rights, ends_on: date | None, by: User) -> None:
    """Grant what a broker asked for, or less. A limited power of attorney bounds it.

    Raises NotAllowed for anybody but the client's owner, WrongState when the request has ended or the power of attorney
    has run out or ends before `ends_on`.
    """
    with transaction.atomic():
        row = locked(access, CrossAccountAccess.Status.REQUESTED)
        require_owner(row.grantor, by)
        require_time(row)
        row.ends_on = within(row, ends_on)
        granting.write(row, granted.tidy(), top_account=row.grantor_id)
        row.approve()
        row.save()
        let_in(row, policy.owner_of(row.recipient), everything=True)
        remember(row, "approved", f"{by} gave {row.recipient.company_name} access", by=by)
        tell(policy.owner_of(row.recipient), "access_approved", row, by=by)
    vars(access).update(vars(row))


def reject(access: CrossAccountAccess, *, by: User) -> None:
    """Turn an offer or a request down: the recipient's owner an offer, the client's a request. Raises as `accept`."""
    with transaction.atomic():
        row = locked(access, *CrossAccountAccess.WAITING)
        offered = row.status == CrossAccountAccess.Status.PENDING
        require_owner(row.recipient if offered else row.grantor, by)
        row.reject(by=by)
        row.save()
        remember(row, "rejected", f"{by} turned the access down", by=by)
        tell(policy.owner_of(row.grantor if offered else row.recipient), "access_rejected", row, by=by)
    vars(access).update(vars(row))


def withdraw(access: CrossAccountAccess, *, by: User) -> None:
    """Take an offer or a request back before it is answered: the owner of the side that made it. Raises as `accept`."""
    with transaction.atomic():
        row = locked(access, *CrossAccountAccess.WAITING)
        offered = row.status == CrossAccountAccess.Status.PENDING
        require_owner(row.grantor if offered else row.recipient, by)
        row.withdraw(by=by)
        row.save()
        remember(row, "withdrawn", f"{by} took it back", by=by)
        tell(policy.owner_of(row.recipient if offered else row.grantor), "access_withdrawn", row, by=by)
    vars(access).update(vars(row))


def _count_look_up(by: User) -> None:
    throttles.take(
        "cross-account", str(by.pk), LOOK_UPS, sentence="Too many look-ups of accounts. Please try again in {wait}."
    )
