"""The owner hands the account over to somebody who works in it."""

from django.db import IntegrityError, transaction

from accounts.models import TopAccount, User
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed, Taken, WrongState
from ownership import policy
from ownership.actions.closing import expire_proposal, hand_over, stop_proposal, tell_both
from ownership.actions.steps import lock, lock_people, locked_proposal, remember, step, tell
from ownership.models import Becomes, OwnerProposal
from useraccess import policy as rights

LATE = "The time to answer is over: the proposal ended. Ask the owner for a new one."
OVERTAKEN = "The account or its people have changed since: the proposal ended. Ask the owner for a new one."


def propose(top_account: TopAccount, *, successor: User, becomes: Becomes, by: User) -> OwnerProposal:
    """Name a successor, who is mailed and decides. Returns the proposal.

    Raises NotAllowed for anybody but the owner and for a successor who is no proxy or user of the account or cannot
    sign in, Taken while another proposal waits for its answer. The same one twice is one.
    """
    with transaction.atomic():
        lock_people(lock(top_account.pk))
        if not rights.may_share(by, top_account):
            raise NotAllowed(rights.refusal(top_account, "Only the owner names a successor."))
        waiting = OwnerProposal.objects.open().filter(top_account=top_account).first()
        if waiting and (waiting.is_late or policy.proposal_is_stale(waiting)):
            expire_proposal(waiting) if waiting.is_late else stop_proposal(waiting)
        elif waiting and (waiting.successor, waiting.becomes) == (successor, becomes):
            return waiting
        if not policy.candidates(top_account).filter(user=successor).exists():
            raise NotAllowed(f"{successor} is not one of the account’s proxies and users who can sign in at present.")
        row = _proposed(top_account, successor, becomes, by)
    return row


def _proposed(top_account: TopAccount, successor: User, becomes: Becomes, by: User) -> OwnerProposal:
    try:
        with transaction.atomic():
            row = OwnerProposal.objects.create(
                top_account=top_account,
                proposed_by=by,
                successor=successor,
                becomes=becomes,
                proposed_at=clock.now(),
            )
    except IntegrityError as error:
        raise Taken("Another successor has been asked already. Withdraw that proposal first.") from error
    remember("owner_proposed", row, summary=f"{by} proposed {successor} as the next owner", by=by)
    tell("proposed", successor.email, row, user=successor, account=top_account, by=by)
    return row


def withdraw(proposal: OwnerProposal, *, by: User) -> OwnerProposal:
    """Take the proposal back; the successor is told. Doing it twice equals doing it once.

    Raises NotAllowed for anybody but the owner, WrongState once it has been answered.
    """
    with locked_proposal(proposal) as row:
        if rights.owner_of(row.top_account) != by:
            raise NotAllowed(f"Only the owner withdraws a proposal. Ask {rights.owner_of(row.top_account)}.")
        if row.status == OwnerProposal.Status.WITHDRAWN:
            return row
        step(row, row.withdraw, clock.now())
        row.save()
        remember("proposal_withdrawn", row, summary=f"{by} withdrew the proposal of {row.successor}", by=by)
        tell("proposal_withdrawn", row.successor.email, row, user=row.successor, account=row.top_account, by=by)
    return row


def accept(proposal: OwnerProposal, *, by: User) -> OwnerProposal:
    """Become the owner, at once. Both sides are mailed. Doing it twice equals doing it once.

    Raises NotAllowed for anybody but the successor; WrongState when it was withdrawn, comes too late, or does not fit
    the account any more (then it is ended, and both are told).
    """
    with locked_proposal(proposal) as row:
        _require_successor(row, by)
        if row.status == OwnerProposal.Status.ACCEPTED:
            return row
        ended = _ended(row)
        if not ended:
            step(row, row.accept, clock.now())
            row.save()
            remember("proposal_accepted", row, summary=f"{by} accepted to become the owner", by=by)
            hand_over(row.top_account, successor=by, becomes=Becomes(row.becomes), by=by)
            tell_both("handed_over", row)
    if ended:
        raise WrongState(ended)
    return row


def decline(proposal: OwnerProposal, *, by: User) -> OwnerProposal:
    """Say no; the owner is told. Doing it twice equals doing it once. Raises NotAllowed and WrongState like accept."""
    with locked_proposal(proposal) as row:
        _require_successor(row, by)
        if row.status == OwnerProposal.Status.DECLINED:
            return row
        ended = _ended(row)
        if not ended:
            step(row, row.decline, clock.now())
            row.save()
            remember("proposal_declined", row, summary=f"{by} declined to become the owner", by=by)
            tell("proposal_declined", row.proposed_by.email, row, user=row.proposed_by, account=row.top_account)
    if ended:
        raise WrongState(ended)
    return row


def end_overdue() -> int:
    """End the proposals that were not answered within 14 days or have been overtaken; returns how many."""
    count = 0
    for proposal in list(OwnerProposal.objects.open().select_related("top_account").order_by("pk")):
        with locked_proposal(proposal) as row:
            count += bool(_ended(row))
    return count


def _require_successor(row: OwnerProposal, by: User) -> None:
    if row.successor_id != by.pk:
        raise NotAllowed(f"Only {row.successor} answers this proposal.")


def _ended(row: OwnerProposal) -> str:
    """End an open proposal that is too late or overtaken, and return the sentence that says so; "" otherwise."""
    if row.is_late:
        expire_proposal(row)
        return LATE
    if row.is_open and policy.proposal_is_stale(row):
        stop_proposal(row)
        return OVERTAKEN
    return ""
