"""Questions about owners: who may follow one, and whether what was asked for still fits the account."""

from django.db.models import QuerySet

from accounts import actions as accounts
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core.errors import Taken
from importers.models import ImporterRecord
from ownership.models import OwnerChange, OwnerProposal
from useraccess import policy
from useraccess.models import Membership, Role

#: Whoever was named and has not signed in for long since then is still the one who was named.
STAYING = (User.Status.ACTIVE, User.Status.SUSPENDED)


def candidates(top_account: TopAccount) -> QuerySet[Membership]:
    """The places of those who may be named as the next owner: proxies and users of the account who can sign in."""
    live = Membership.objects.live().filter(top_account=top_account, user__status=User.Status.ACTIVE)
    others = live.exclude(role=Role.TRADE_ACCOUNT_OWNER).select_related("user")
    return others.order_by("user__last_name", "user__first_name", "pk")


def can_still_follow(user: User, top_account: TopAccount) -> bool:
    """Whether somebody who was named still has a place in the account and is not shut out of the portal."""
    live = Membership.objects.live().filter(user=user, top_account=top_account, user__status__in=STAYING)
    return live.exclude(role=Role.TRADE_ACCOUNT_OWNER).exists()


def account_of(record: ImporterRecord) -> TopAccount | None:
    """The top account a 5106 record is linked to at present."""
    linked: SubAccount | None = record.sub_account
    return linked.top_account if linked and linked.closed_at is None else None


def proposal_is_stale(row: OwnerProposal) -> bool:
    """Whether a proposal has been overtaken: by another owner, a successor who has left, or a merger."""
    if row.top_account.is_shell or policy.owner_of(row.top_account).pk != row.proposed_by_id:
        return True
    return not can_still_follow(row.successor, row.top_account)


def stale_because(row: OwnerChange) -> str:
    """Why a request does not fit the account any more, as a sentence; "" while it does."""
    record = ImporterRecord.objects.select_related("sub_account__top_account").get(pk=row.record_id)
    account = account_of(record)
    if account is None or account.pk != row.top_account_id:
        return f"The importer record is no longer linked to {row.top_account}."
    owner = policy.owner_of(account)
    if owner.pk != row.former_owner_id:
        return f"The account has another owner by now: {owner}."
    if row.successor:
        if can_still_follow(row.successor, account):
            return ""
        return f"{row.successor}, who was to become the owner, does not work in the account any more."
    facts = row.new_person()
    try:
        accounts.require_newcomer(
            **{field: facts[field] for field in ("email", "first_name", "last_name", "date_of_birth")}
        )
    except Taken as error:
        return error.message
    return ""
