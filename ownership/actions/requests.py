"""The owner is gone: somebody of the company asks CBP for another one, and the point of contact confirms it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO

from django.db import IntegrityError, transaction

from accounts import actions as accounts
from accounts.models import TopAccount, User
from ace_portal.core import clock, mail, private_files, vault
from ace_portal.core.errors import DomainError, NotAllowed, Taken, TooMany, WrongState
from ace_portal.core.names import same_company_name
from ace_portal.core.text import mailbox_key
from importers.checks import has_valid_contact
from importers.models import ImporterRecord
from ownership import policy
from ownership.actions.steps import REQUESTER, locked_change, remember, step, tell_requester
from ownership.models import OwnerChange
from useraccess import policy as rights
from verification import codes, throttles
from verification.throttles import Rule

CODE_PURPOSE = "owner-change"
FOLDER = "owner-change"
#: A request nobody confirmed for so long is closed.
UNCONFIRMED_LIVES = timedelta(days=30)
FROM_IP = (Rule(20, timedelta(hours=1)),)
LINKS_TO_ADDRESS = (Rule(5, timedelta(hours=1)), Rule(10, timedelta(days=1)))
NO_ACCOUNT = (
    "No portal account with a point of contact goes with this company name and this number. Type both exactly as they "
    "are on the importer record (CBP Form 5106); your broker’s importer query shows them, and whether the record has "
    "the e-mail address of a point of contact."
)
NO_SUCH_USER = (
    "No user of this account who can sign in has exactly these names and this user ID, capital and small letters "
    "included. Ask the person for both as My profile shows them, or name them as a new person."
)
OPEN_ALREADY = (
    "Another request to change the owner of this account is being decided. Ask inside your company who made it. You "
    "can confirm this one once the other has ended."
)
Status = OwnerChange.Status


@dataclass(frozen=True)
class Proof:
    """A checked PDF on its way in. `original_name` is as the browser sent it."""

    file: BinaryIO
    original_name: str
    size: int


class NamesUnknown(DomainError):
    """The user who shall become the owner was not found."""

    code = "no_such_user"


def start(
    *,
    company_name: str,
    importer_number: str,
    facts: dict[str, Any],
    user_id: str,
    names: tuple[str, str],
    proof: Proof,
    key: str,
    browser: str,
    ip: str,
) -> tuple[OwnerChange, TooMany | None]:
    """Take a request in and send the code to the point of contact of the 5106 record.

    `facts` are fields of OwnerChange about requester, outcome, reason and, without `user_id`, the new person; with it,
    `names` are that user's. The same form (`key`) of one browser gives the same request. Returns it, and the limit that
    kept the code from being sent, if one did. Raises TooMany for the network, NotAllowed when company and number lead
    to no account, NamesUnknown, and Taken for a new person the portal knows.
    """
    form_key = vault.digest("owner-change-form", browser, key)
    if first := OwnerChange.objects.filter(form_key=form_key).first():
        return first, None
    _count_try(ip)
    record, account = _company(company_name, importer_number)
    successor = _user_of(account, user_id, names) if user_id else None
    if successor is None:
        _require_newcomer(facts)
    facts = facts | {"record": record, "top_account": account, "successor": successor, "form_key": form_key}
    stored = private_files.store(proof.file, folder=FOLDER)
    try:
        with transaction.atomic():
            row = _stored(facts, proof, stored)
            return row, _begun(row, browser=browser, ip=ip)
    except IntegrityError:
        # The other half of a double click was faster.
        private_files.remove(stored)
        return OwnerChange.objects.get(form_key=form_key), None
    except BaseException:
        private_files.remove(stored)
        raise


def _count_try(ip: str) -> None:
    throttles.take(
        "owner-changes-from-ip",
        ip,
        FROM_IP,
        sentence="Too many requests were tried from your network. Please try again in {wait}.",
    )


def _require_newcomer(facts: dict[str, Any]) -> None:
    """Say early that a new person is known already; what counts is that nobody is created twice."""
    accounts.require_newcomer(
        email=facts["new_email"],
        first_name=facts["new_first_name"],
        last_name=facts["new_last_name"],
        date_of_birth=facts["new_date_of_birth"],
    )


def _stored(facts: dict[str, Any], proof: Proof, stored: str) -> OwnerChange:
    return OwnerChange.objects.create(
        former_owner=rights.owner_of(facts["top_account"]),
        proof=stored,
        proof_name=private_files.tidy_name(proof.original_name, extension=".pdf"),
        proof_size=proof.size,
        created_at=clock.now(),
        **facts,
    )


def _company(company_name: str, importer_number: str) -> tuple[ImporterRecord, TopAccount]:
    record = (
        ImporterRecord.objects.select_related("sub_account__top_account")
        .filter(importer_number=importer_number)
        .first()
    )
    account = policy.account_of(record) if record else None
    if record is None or account is None or not same_company_name(record.company_name, company_name):
        raise NotAllowed(NO_ACCOUNT)
    if not has_valid_contact(record):
        raise NotAllowed(NO_ACCOUNT)
    return record, account


def _user_of(account: TopAccount, user_id: str, names: tuple[str, str]) -> User:
    first, last = names
    found = policy.candidates(account).filter(user__account_id=user_id)
    # Compared here: some databases find names without regard to capitals.
    for member in found:
        if (member.user.account_id, member.user.first_name, member.user.last_name) == (user_id, first, last):
            return member.user
    raise NamesUnknown(NO_SUCH_USER, field="user_id")


def _begun(row: OwnerChange, *, browser: str, ip: str) -> TooMany | None:
    """Write the event and both mails of a request that has just been made."""
    limit = None
    remember("change_begun", row, summary=f"Owner change request {row.reference} begun", by_label=REQUESTER)
    try:
        _send_code(row, browser=browser, ip=ip)
    except TooMany as error:
        limit = error
    try:
        throttles.take("owner-change-link", mailbox_key(row.requester_email), LINKS_TO_ADDRESS, sentence="")
    except TooMany:
        # A mailbox that was sent many of late is spared: the page works without.
        return limit
    tell_requester("change_begun", row)
    return limit


def send_code(change: OwnerChange, *, browser: str, ip: str) -> None:
    """Send a new code to the point of contact; it replaces the one before.

    Raises TooMany when the limits of sending are reached, WrongState once a code has been accepted.
    """
    with locked_change(change) as row:
        if row.status != Status.IDENTIFIED:
            raise WrongState(f"No code is needed: the request is “{row.get_status_display()}”.")
        _send_code(row, browser=browser, ip=ip)


def _send_code(row: OwnerChange, *, browser: str, ip: str) -> None:
    contact = row.record.point_of_contact_email
    code, expires_at = codes.issue(CODE_PURPOSE, address=contact, bound_to=row, browser=browser, ip=ip)
    mail.queue(
        "ownership/code",
        to=contact,
        about=row,
        secret=True,
        expires_at=expires_at,
        context={
            "row": row,
            "account": row.top_account,
            "code": code,
            "minutes": int(codes.LIFETIME.total_seconds() // 60),
            "expires_at": expires_at,
        },
    )
    remember("code_sent", row, summary=f"Verification code sent to {codes.mask_address(contact)}", by_label=REQUESTER)


def confirm_code(change: OwnerChange, *, typed: str, browser: str) -> None:
    """Compare the code; the right one hands the request in. Two right ones at once count once.

    Raises codes.CodeRefused or TooMany with the sentence for the requester, Taken while another request for the
    account is open, WrongState when the request does not fit the account any more (then it ends).
    """
    if change.status != Status.IDENTIFIED:
        return
    contact = change.record.point_of_contact_email
    try:
        right = codes.compare(CODE_PURPOSE, address=contact, bound_to=change, browser=browser, typed=typed)
    except codes.CodeRefused:
        change.refresh_from_db()
        if change.status != Status.IDENTIFIED:
            return
        raise
    with locked_change(change) as row:
        if row.status != Status.IDENTIFIED:
            return
        reason = policy.stale_because(row)
        if reason:
            _expire(row, f"Owner change request {row.reference} closed: {reason}")
        else:
            _hand_in(row, right)
    if reason:
        raise WrongState(f"{reason} The request was closed. Make a new one if the owner still has to change.")


def _hand_in(row: OwnerChange, right: codes.RightCode) -> None:
    codes.consume(right)
    step(row, row.confirm, clock.now())
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Taken(OPEN_ALREADY) from error
    remember(
        "change_submitted",
        row,
        summary=f"Owner change request {row.reference} confirmed by the point of contact and handed in",
        by_label=REQUESTER,
    )
    tell_requester("change_submitted", row)


def expire_unconfirmed() -> int:
    """Close the requests that were not confirmed for 30 days; returns how many."""
    old = OwnerChange.objects.filter(status=Status.IDENTIFIED, created_at__lt=clock.now() - UNCONFIRMED_LIVES)
    count = 0
    for change in list(old):
        with locked_change(change) as row:
            if row.status == Status.IDENTIFIED:
                _expire(row, f"Owner change request {row.reference} closed: not confirmed in time")
                count += 1
    return count


def _expire(row: OwnerChange, summary: str) -> None:
    """Close a request that was never confirmed. What was handed in with it is not kept."""
    row.expire(clock.now())
    row.save()
    remember("change_expired", row, summary=summary)
    proof = row.proof
    transaction.on_commit(lambda: private_files.remove(proof))
