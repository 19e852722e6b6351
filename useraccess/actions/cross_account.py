"""Cross Account Access: offer, ask, answer, change, end; and what a company passes on to its own people.

Sources: facts-access §2.1 (only owners grant, and only to another account's owner; accept or reject; never pass on more
than was received), §2.3 (the broker asks, with a power of attorney). What the sources leave open is in
docs/cross-account-access.md.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, BinaryIO

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock, events, mail, private_files
from ace_portal.core.errors import NotAllowed, Taken, WrongState
from useraccess import policy, rights
from useraccess.actions import granting
from useraccess.actions.opening import let_in
from useraccess.actions.people import ChangedMeanwhile, changes_since
from useraccess.models import CrossAccountAccess, Level, Membership, Role
from useraccess.models.cross_account import today
from useraccess.rights import Change, Rights
from verification import throttles
from verification.throttles import Rule

#: An unanswered offer or request ends after this time.
ANSWERED_WITHIN = timedelta(days=14)
LOOK_UPS = (Rule(10, timedelta(hours=1), pause=timedelta(hours=1)),)
CHANGED = "useraccess.access_changed"
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


# Offer and ask -------------------------------------------------------------------------------------------------------


def invite(
    grantor: TopAccount, *, user_id: str, ace_id: str, granted: Rights, ends_on: date | None, by: User
) -> CrossAccountAccess:
    """Offer another account's owner access to one's own account, and return the offer. The other owner is mailed.

    Raises NotAllowed for anybody but the account's owner and, in the same words whatever does not fit, for a recipient
    that cannot be; WrongState for an end date that has passed; TooMany after ten look-ups an hour; Taken when there is
    a live one between the two accounts.
    """
    _require_owner(grantor, by)
    _require_to_come(ends_on)
    _count_look_up(by)
    recipient = TopAccount.objects.filter(ace_id=ace_id.strip()).exclude(pk=grantor.pk).first()
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
        _remember(access, "offered", f"{by} offered {recipient.company_name} access", by=by)
        _tell(policy.owner_of(recipient), "access_offered", access, by=by)
    return access


def request(
    recipient: TopAccount, *, client: str, filer_code: str, attorney: PowerOfAttorney, proposed: Rights, by: User
) -> CrossAccountAccess:
    """Ask a client for access to its account, on a power of attorney; returns the request.

    The client's owner is mailed. `client` is an ACE ID or an importer number in normal form. Raises as `invite`.
    """
    _require_owner(recipient, by)
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
            _remember(access, "requested", f"{by} of {recipient.company_name} asked for access", by=by)
            _tell(policy.owner_of(grantor), "access_requested", access, by=by)
    except BaseException:
        private_files.remove(stored)
        raise
    return access


def _client(text: str) -> TopAccount | None:
    by_ace_id = TopAccount.objects.filter(ace_id=text).first()
    if by_ace_id is not None:
        return by_ace_id
    importer = SubAccount.objects.live().filter(account_type="IMPORTER", identifier=text).first()
    return importer.top_account if importer else None


def _create(
    status: str, *, grantor: TopAccount, recipient: TopAccount, granted: Rights, by: User, **facts: Any
) -> CrossAccountAccess:
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


# Answer --------------------------------------------------------------------------------------------------------------


def accept(access: CrossAccountAccess, *, by: User) -> None:
    """Take what was offered. Raises NotAllowed for anybody but the recipient's owner, WrongState when it has ended."""
    with transaction.atomic():
        row = _locked(access, CrossAccountAccess.Status.PENDING)
        _require_owner(row.recipient, by)
        _require_time(row)
        row.accept()
        row.save()
        let_in(row, policy.owner_of(row.recipient), everything=True)
        _remember(row, "accepted", f"{by} of {row.recipient.company_name} accepted the access", by=by)
        _tell(policy.owner_of(row.grantor), "access_accepted", row, by=by)
    vars(access).update(vars(row))


def approve(access: CrossAccountAccess, *, granted: Rights, ends_on: date | None, by: User) -> None:
    """Grant what a broker asked for, or less. A limited power of attorney bounds it.

    Raises NotAllowed for anybody but the client's owner, WrongState when the request has ended or the power of attorney
    has run out or ends before `ends_on`.
    """
    with transaction.atomic():
        row = _locked(access, CrossAccountAccess.Status.REQUESTED)
        _require_owner(row.grantor, by)
        _require_time(row)
        row.ends_on = _within(row, ends_on)
        granting.write(row, granted.tidy(), top_account=row.grantor_id)
        row.approve()
        row.save()
        let_in(row, policy.owner_of(row.recipient), everything=True)
        _remember(row, "approved", f"{by} gave {row.recipient.company_name} access", by=by)
        _tell(policy.owner_of(row.recipient), "access_approved", row, by=by)
    vars(access).update(vars(row))


def reject(access: CrossAccountAccess, *, by: User) -> None:
    """Turn an offer or a request down: the recipient's owner an offer, the client's a request. Raises as `accept`."""
    with transaction.atomic():
        row = _locked(access, *CrossAccountAccess.WAITING)
        offered = row.status == CrossAccountAccess.Status.PENDING
        _require_owner(row.recipient if offered else row.grantor, by)
        row.reject(by=by)
        row.save()
        _remember(row, "rejected", f"{by} turned the access down", by=by)
        _tell(policy.owner_of(row.grantor if offered else row.recipient), "access_rejected", row, by=by)
    vars(access).update(vars(row))


def withdraw(access: CrossAccountAccess, *, by: User) -> None:
    """Take an offer or a request back before it is answered: the owner of the side that made it. Raises as `accept`."""
    with transaction.atomic():
        row = _locked(access, *CrossAccountAccess.WAITING)
        offered = row.status == CrossAccountAccess.Status.PENDING
        _require_owner(row.grantor if offered else row.recipient, by)
        row.withdraw(by=by)
        row.save()
        _remember(row, "withdrawn", f"{by} took it back", by=by)
        _tell(policy.owner_of(row.recipient if offered else row.grantor), "access_withdrawn", row, by=by)
    vars(access).update(vars(row))


# Change and end ------------------------------------------------------------------------------------------------------


def update(
    access: CrossAccountAccess, *, granted: Rights, ends_on: date | None, version: int, by: User
) -> list[Change]:
    """Replace what the other company may do, and return what changed. Everybody behind it is bounded by it at once.

    Raises NotAllowed for anybody but the grantor's owner, WrongState, or ChangedMeanwhile as people.change does.
    """
    with transaction.atomic():
        row = _locked(access, CrossAccountAccess.Status.ACTIVE)
        _require_owner(row.grantor, by)
        if row.version != version:
            raise ChangedMeanwhile(*changes_since(row, version, kind=CHANGED, journal=row.grantor))
        before = flat(row)
        row.ends_on = _within(row, ends_on)
        granting.write(row, granted.tidy(), top_account=row.grantor_id)
        found = rights.changes(before, flat(row))
        if not found:
            return []
        row.version += 1
        row.save()
        _remember(
            row,
            "changed",
            f"{by} changed the access of {row.recipient.company_name}",
            by=by,
            before={one.key: one.before for one in found},
            after={one.key: one.after for one in found} | {"version": row.version},
        )
        _tell(policy.owner_of(row.recipient), "access_changed", row, by=by)
    vars(access).update(vars(row))
    return found


def flat(access: CrossAccountAccess) -> rights.Flat:
    """What the access grants and until when, as texts that can be compared."""
    return in_texts(rights.rights_of(access), access.ends_on)


def in_texts(granted: Rights, ends_on: date | None) -> rights.Flat:
    """Rights of another company and their last day, as `flat` tells them."""
    texts = rights.flat(Role.TRADE_ACCOUNT_USER, granted.tidy())
    del texts["role"]
    return {"ends-on": f"{ends_on:%m/%d/%Y}" if ends_on else "", **texts}


def out_of_texts(texts: rights.Flat) -> tuple[Rights, date | None]:
    """Rights and last day out of what `flat` made."""
    _, granted = rights.unflat({"role": Role.TRADE_ACCOUNT_USER, **texts})
    until = texts["ends-on"]
    return granted, datetime.strptime(until, "%m/%d/%Y").replace(tzinfo=UTC).date() if until else None


def revoke(access: CrossAccountAccess, *, by: User) -> None:
    """Take the access away from the other company and everybody behind it, from their next request on.

    Raises NotAllowed for anybody but the grantor's owner, WrongState when it has ended.
    """
    with transaction.atomic():
        row = _locked(access, CrossAccountAccess.Status.ACTIVE)
        _require_owner(row.grantor, by)
        row.revoke(by=by)
        row.save()
        _send_away(row)
        _remember(row, "revoked", f"{by} revoked the access of {row.recipient.company_name}", by=by)
        _tell(policy.owner_of(row.recipient), "access_revoked", row, by=by)
    vars(access).update(vars(row))


def release(access: CrossAccountAccess, *, by: User) -> None:
    """Give the access back. Raises NotAllowed for anybody but the recipient's owner, WrongState when it has ended."""
    with transaction.atomic():
        row = _locked(access, CrossAccountAccess.Status.ACTIVE)
        _require_owner(row.recipient, by)
        row.release(by=by)
        row.save()
        _send_away(row)
        _remember(row, "released", f"{by} of {row.recipient.company_name} gave the access back", by=by)
        _tell(policy.owner_of(row.grantor), "access_released", row, by=by)
    vars(access).update(vars(row))


def end_unanswered() -> int:
    """End offers and requests that nobody answered within two weeks; returns how many. Both owners are mailed."""
    return _end_each(CrossAccountAccess.objects.unanswered(clock.now()), "expired", "nobody answered in time")


def end_run_out() -> int:
    """End accesses whose end date has passed (they give nothing since); returns how many. Both owners are mailed."""
    return _end_each(CrossAccountAccess.objects.run_out(), "ended", "the end date has passed")


def _end_each(found: "QuerySet[CrossAccountAccess]", what: str, why: str) -> int:
    count = 0
    for pk in list(found.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = found.filter(pk=pk).select_for_update(of=("self",)).first()
            if row is None:
                continue
            if what == "expired":
                row.expire()
            else:
                row.run_out()
            row.save()
            _send_away(row)
            _remember(row, what, f"The access of {row.recipient.company_name} ended: {why}", by=None)
            for owner in (policy.owner_of(row.grantor), policy.owner_of(row.recipient)):
                _tell(owner, "access_ended", row, by=None, why=why)
            count += 1
    return count


# Pass on -------------------------------------------------------------------------------------------------------------


def pass_on(access: CrossAccountAccess, *, user: User, granted: Rights | None, by: User) -> Membership:
    """Let one of the own people work in the other company's account, and return their place there.

    `granted` is None for everything that was received, now and later; else it is cut to what was received, and stays
    bounded by it at every request. The person is mailed the first time. Raises NotAllowed for somebody `by` may not
    manage in the own company, WrongState when the access has ended.
    """
    with transaction.atomic():
        row = _locked(access, CrossAccountAccess.Status.ACTIVE)
        _require_to_pass_on(row, user, by)
        place = row.visitors.filter(user=user, ended_at=None).first()
        first = place is None
        place = place or let_in(row, user, everything=False)
        place.everything_received = granted is None
        given = Rights() if granted is None else cut(granted, rights.rights_of(row))
        granting.write(place, given.tidy(), top_account=row.grantor_id)
        place.version += 0 if first else 1
        place.save()
        _remember(row, "passed_on", f"{by} let {user} of {row.recipient.company_name} work here", by=by)
        if first:
            _tell(user, "access_passed_on", row, by=by, opens_top=policy.may_open_top(user, row.grantor))
    return place


def take_back(place: Membership, *, by: User) -> None:
    """Let one of the own people work in the other company's account no longer. Raises as `pass_on`."""
    with transaction.atomic():
        found = Membership.objects.select_for_update(of=("self",)).get(pk=place.pk)
        access = found.via
        if access is None or found.ended_at is not None:
            raise WrongState(f"{found.user} does not work there any more.")
        _require_to_pass_on(access, found.user, by)
        found.ended_at = clock.now()
        found.save(update_fields=["ended_at"])
        _remember(access, "taken_back", f"{by} let {found.user} work here no longer", by=by)
    vars(place).update(vars(found))


def cut(granted: Rights, received: Rights) -> Rights:
    """What of `granted` lies within `received`: never more at any cell."""
    order = list(Level)
    cells = {*granted.grid, *(at for at in received.grid if at.sub_account)}
    return Rights(
        top_account_access=granted.top_account_access and received.top_account_access,
        isf_portal=granted.isf_portal and received.isf_portal,
        isf_roles=granted.isf_roles & received.isf_roles,
        grid={at: min(granted.level(at), received.level(at), key=order.index) for at in cells},
    )


def _require_to_pass_on(access: CrossAccountAccess, user: User, by: User) -> None:
    employed = Membership.objects.live().filter(user=user, top_account=access.recipient_id)
    member = employed.select_for_update(of=("self",)).first()
    if member is None or not policy.may_manage(by, member):
        raise NotAllowed(f"You may not decide what {user} does in {access.grantor.company_name}.")


def _send_away(access: CrossAccountAccess) -> None:
    access.visitors.filter(ended_at=None).update(ended_at=clock.now())


# What they share -----------------------------------------------------------------------------------------------------


def _require_owner(account: TopAccount, by: User) -> None:
    if not policy.may_share(by, account):
        owner = policy.owner_of(account)
        raise NotAllowed(f"Only the Trade Account Owner of {account.company_name} may do this. Ask {owner}.")


def _count_look_up(by: User) -> None:
    throttles.take(
        "cross-account", str(by.pk), LOOK_UPS, sentence="Too many look-ups of accounts. Please try again in {wait}."
    )


def _locked(access: CrossAccountAccess, *statuses: str) -> CrossAccountAccess:
    row = CrossAccountAccess.objects.select_for_update().get(pk=access.pk)
    if row.status not in statuses:
        raise WrongState(f"This access is {row.get_status_display().lower()} meanwhile.")
    return row


def _require_time(access: CrossAccountAccess) -> None:
    if access.answer_until <= clock.now() or (access.ends_on and access.ends_on < today()):
        raise WrongState("This has run out. Ask for a new one.")


def _require_to_come(ends_on: date | None) -> None:
    if ends_on is not None and ends_on < today():
        raise WrongState("The end date has passed. Choose today or a later day.", code="ends_on", field="ends_on")


def _within(access: CrossAccountAccess, ends_on: date | None) -> date | None:
    """The end date, if it is still to come and the power of attorney allows it."""
    _require_to_come(ends_on)
    latest = access.attorney_ends_on
    if latest is None:
        return ends_on
    if ends_on is not None and ends_on > latest:
        raise WrongState(
            f"The power of attorney ends on {latest:%m/%d/%Y}: the access cannot last longer.",
            code="ends_on",
            field="ends_on",
        )
    return ends_on or latest


def _remember(access: CrossAccountAccess, what: str, summary: str, *, by: User | None, **facts: Any) -> None:
    """One event in the history of each of the two accounts: who of which company did what."""
    for account, other in ((access.grantor, access.recipient), (access.recipient, access.grantor)):
        label = f"{by}, {other.company_name}" if by and policy.role_in(by, account) is None else ""
        events.record(
            f"useraccess.access_{what}",
            access,
            summary=summary,
            by=by,
            by_label=label,
            journal=account,
            **(facts if account == access.grantor else _seen_from_outside(facts)),
        )


def _seen_from_outside(facts: dict[str, Any]) -> dict[str, Any]:
    """Changes without the single sub-accounts that the other company could not and cannot see."""
    before, after = facts.get("before", {}), facts.get("after", {})
    hidden = {
        key for key in after if key.count(":") == 2 and not {before.get(key), after[key]} & {Level.READ, Level.FULL}
    }
    return {name: {key: side[key] for key in side if key not in hidden} for name, side in facts.items()}


def _tell(user: User, template: str, access: CrossAccountAccess, *, by: User | None, **more: Any) -> None:
    if user == by:
        return
    context = {"user": user, "access": access, "by": by, "grantor": access.grantor, "recipient": access.recipient}
    mail.queue(f"useraccess/{template}", to=user.email, about=access, context={**context, **more})
