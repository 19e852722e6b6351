"""What ends when an account gets another owner, or when what was asked for does not fit any more."""

from typing import Any

from accounts import actions as accounts
from accounts.models import TopAccount, User
from ace_portal.core import clock
from desk import claims
from ownership import policy
from ownership.actions.steps import lock, remember, tell, tell_requester
from ownership.models import Becomes, OwnerChange, OwnerProposal
from useraccess import actions as useraccess
from useraccess import policy as rights
from useraccess.models import UserDraft


def hand_over(top_account: TopAccount, *, successor: User, becomes: Becomes, by: User | None) -> None:
    """Put the successor in the owner's seat, and end what the former owner had begun.

    Those are proposals of successors, the users they were about to add, and requests to replace them. To be called in
    the transaction of a decision that holds the account's lock.
    """
    former = rights.owner_of(top_account)
    useraccess.replace_owner(top_account, successor=successor, becomes=becomes.role, by=by)
    drafts = UserDraft.objects.filter(started_by=former)
    if rights.top_accounts_managed_by(former).exclude(pk=top_account.pk).exists():
        drafts = drafts.filter(top_account=top_account)
    drafts.delete()
    if becomes is Becomes.NOTHING:
        accounts.end_sessions(former)
    for proposal in OwnerProposal.objects.open().filter(top_account=top_account):
        stop_proposal(proposal)
    for change in OwnerChange.objects.open().filter(top_account=top_account):
        stop_change_if_stale(change)


def follow_merger(top_account: TopAccount) -> None:
    """End what a merger has overtaken in an account that gave sub-accounts away, or was merged as a whole.

    To be called in the transaction of the merger, which holds the account's lock.
    """
    if lock(top_account.pk).is_shell:
        for proposal in OwnerProposal.objects.open().filter(top_account=top_account):
            stop_proposal(proposal)
    for change in OwnerChange.objects.open().filter(top_account=top_account):
        stop_change_if_stale(change)


def stop_proposal(row: OwnerProposal) -> None:
    """End a proposal that has been overtaken; both sides are told."""
    row.stop(clock.now())
    row.save()
    remember("proposal_stopped", row, summary=f"The proposal of {row.successor} as owner ended: it was overtaken")
    tell_both("proposal_stopped", row)


def expire_proposal(row: OwnerProposal) -> None:
    """End a proposal that was not answered in time; both sides are told."""
    row.expire(clock.now())
    row.save()
    remember("proposal_expired", row, summary=f"{row.successor} did not answer in time whether to become the owner")
    tell_both("proposal_expired", row)


def tell_both(template: str, row: OwnerProposal, **context: Any) -> None:
    """Mail the owner who proposed and the successor who was proposed."""
    for user in (row.proposed_by, row.successor):
        tell(template, user.email, row, user=user, account=row.top_account, **context)


def stop_change_if_stale(row: OwnerChange) -> bool:
    """End a request that does not fit the account any more, with a sentence; whoever knew of it is told."""
    reason = policy.stale_because(row)
    if not (row.is_open and reason):
        return False
    stop_change(row, reason)
    return True


def stop_change(row: OwnerChange, reason: str) -> None:
    """End an open request with a sentence for the desk."""
    owner_knew = row.decided_at is not None
    row.stop(clock.now(), reason[: OwnerChange._meta.get_field("stop_reason").max_length])
    row.save()
    claims.finish(row)
    remember("change_stopped", row, summary=f"Owner change request {row.reference} stopped: {row.stop_reason}")
    tell_requester("change_stopped", row)
    if owner_knew:
        tell("change_stopped_owner", row.former_owner.email, row, user=row.former_owner, account=row.top_account)
