"""Help for people who cannot get in: reactivate, take a lost second factor away."""

from datetime import timedelta

from django.db import transaction

from accounts import actions as accounts
from accounts import backends
from accounts.models import User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import NotAllowed, WrongState
from useraccess import desks, policy
from useraccess.actions.notices import tell_owner
from useraccess.models import Membership, Role
from verification import links, throttles
from verification.throttles import Rule

REACTIVATION = "reactivation"
REACTIVATION_LIVES = timedelta(hours=24)
REACTIVATIONS = (Rule(5, timedelta(hours=1), pause=timedelta(hours=1)),)


def request_reactivation(name: str) -> None:
    """Mail a suspended trade account owner a one-time link back in. Looks the same for every name.

    `name` is a user ID or login e-mail. Raises TooMany for a name that was tried too often.
    """
    throttles.take(
        "reactivation",
        backends.counted_as(name),
        REACTIVATIONS,
        sentence="Too many tries for this name. Please try again in {wait}.",
    )
    user = backends.find(name)
    if user is None or not policy.may_reactivate(user, user):
        return
    with transaction.atomic():
        token = links.issue(REACTIVATION, user=user, lives=REACTIVATION_LIVES)
        mail.queue(
            "useraccess/reactivation",
            to=user.email,
            about=user,
            secret=True,
            expires_at=clock.now() + REACTIVATION_LIVES,
            context={"token": token, "hours": int(REACTIVATION_LIVES.total_seconds() // 3600)},
        )
        events.record("useraccess.reactivation_requested", user, summary=f"{user} asked to be let in again", by=user)


def reactivate_by_link(token: str, *, code: str) -> User:
    """Let a suspended owner in again: the mailed link and the second factor, both. Returns the person.

    Raises WrongState when the link is not live, verification.factors.FactorRefused when the code is not right.
    """
    user = links.owner_of(REACTIVATION, token)
    if user is None or not policy.may_reactivate(user, user):
        raise WrongState("This link has run out or was used already. Ask for a new one.")
    accounts.verify_code(user, code=code)
    with transaction.atomic():
        if not links.consume(REACTIVATION, token):
            raise WrongState("This link has run out or was used already. Ask for a new one.")
        return accounts.reactivate(user, by=user)


def reset_factor(user: User, *, reason: str, by: User) -> None:
    """Take a person's lost second factor away, with a reason. Raises NotAllowed for anybody but owner and desk."""
    if not policy.may_reset_factor(by, user):
        raise NotAllowed("Only the owner of the person’s account, or the CBP desk, may reset a second factor.")
    with transaction.atomic():
        accounts.reset_factor(user, reason=reason, by=by)
        _tell_accounts_of(user, "useraccess.factor_reset", f"{by} reset the second step of {user}", by=by)


def reactivate(user: User, *, by: User) -> User:
    """Let a suspended or deactivated person in again. Raises NotAllowed, or WrongState for anybody who is neither.

    Owners let themselves in by the mailed link alone.
    """
    if by == user or not policy.may_reactivate(by, user):
        raise NotAllowed("Only whoever manages the person’s account, or the CBP desk, may reactivate somebody.")
    with transaction.atomic():
        person = accounts.reactivate(user, by=by)
        _tell_accounts_of(person, "useraccess.reactivated", f"{by} reactivated {person}", by=by)
    return person


def _tell_accounts_of(person: User, kind: str, what: str, *, by: User) -> None:
    """Put a decision about a person into the history of the accounts on whose behalf it was taken; tell their owners.

    The desk decides for every account the person works in, others for those where they manage the person.
    """
    for member in Membership.objects.live().filter(user=person).select_related("top_account"):
        if not (desks.is_officer(by) or policy.may_manage(by, member)):
            continue
        events.record(kind, member, summary=what, by=by, journal=member.top_account)
        if member.role != Role.TRADE_ACCOUNT_OWNER:
            tell_owner(member.top_account, "useraccess/owner_notice", about=member, by=by, context={"what": what})
