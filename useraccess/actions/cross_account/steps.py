"""What the decisions on Cross Account Access share: who may take them, the lock, the memory, the mail."""

from datetime import date
from typing import Any

from accounts.models import TopAccount, User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import NotAllowed, WrongState
from useraccess import policy
from useraccess.models import CrossAccountAccess, Level
from useraccess.models.cross_account import today


def require_owner(account: TopAccount, by: User) -> None:
    """Raise NotAllowed for anybody but the account's Trade Account Owner."""
    if not policy.may_share(by, account):
        raise NotAllowed(
            policy.refusal(account, f"Only the Trade Account Owner of {account.company_name} may do this.")
        )


def locked(access: CrossAccountAccess, *statuses: str) -> CrossAccountAccess:
    """The access with its row locked. Raises WrongState when it is in none of these statuses."""
    row = CrossAccountAccess.objects.select_for_update().get(pk=access.pk)
    if row.status not in statuses:
        raise WrongState(f"This access is {row.get_status_display().lower()} meanwhile.")
    return row


def require_time(access: CrossAccountAccess) -> None:
    """Raise WrongState when an offer or request was to be answered earlier, or would end before it began."""
    if access.answer_until <= clock.now() or (access.ends_on and access.ends_on < today()):
        raise WrongState("This has run out. Ask for a new one.")


def require_to_come(ends_on: date | None) -> None:
    """Raise WrongState for an end date that has passed."""
    if ends_on is not None and ends_on < today():
        raise WrongState("The end date has passed. Choose today or a later day.", code="ends_on", field="ends_on")


def within(access: CrossAccountAccess, ends_on: date | None) -> date | None:
    """The end date, if it is still to come and the power of attorney allows it."""
    require_to_come(ends_on)
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


def remember(access: CrossAccountAccess, what: str, summary: str, *, by: User | None, **facts: Any) -> None:
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


def tell(user: User, template: str, access: CrossAccountAccess, *, by: User | None, **more: Any) -> None:
    """Mail somebody about an access, unless they decided themselves."""
    if user == by:
        return
    context = {"user": user, "access": access, "by": by, "grantor": access.grantor, "recipient": access.recipient}
    mail.queue(f"useraccess/{template}", to=user.email, about=access, context={**context, **more})


def send_away(access: CrossAccountAccess) -> None:
    """End the places of everybody who worked on the strength of an access."""
    access.visitors.filter(ended_at=None).update(ended_at=clock.now())
