"""Decisions about access: open accounts, make officers, let people in again, take lost factors away."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.db import transaction

from accounts import actions as accounts
from accounts import backends
from accounts.models import TopAccount, User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import NotAllowed, WrongState
from useraccess import policy
from useraccess.models import Membership, Role
from verification import links, throttles
from verification.throttles import Rule

REACTIVATION = "reactivation"
REACTIVATION_LIVES = timedelta(hours=24)
REACTIVATIONS = (Rule(5, timedelta(hours=1), pause=timedelta(hours=1)),)


def open_account(
    *, company_name: str, company: dict[str, object], owner: dict[str, str], by: User | None
) -> TopAccount:
    """Open a top account with its owner, in one transaction, and return it. The owner is mailed the account ID.

    `company` holds CompanyFacts; `owner` the fields of the new User, with `email`. Raises Taken when the e-mail
    address belongs to somebody already.
    """
    with transaction.atomic():
        email = owner["email"]
        person = accounts.create_person(
            email=email, by=by, **{field: value for field, value in owner.items() if field != "email"}
        )
        account = accounts.create_top_account(company_name=company_name, by=by, **company)
        add_member(account, user=person, role=Role.TRADE_ACCOUNT_OWNER, by=by)
        accounts.invite(person, by=by)
    return account


def add_member(top_account: TopAccount, *, user: User, role: Role, by: User | None) -> Membership:
    """Give a person a role in a top account and return the membership."""
    with transaction.atomic():
        membership = Membership.objects.create(user=user, top_account=top_account, role=role, began_at=clock.now())
        events.record(
            "useraccess.member_added",
            membership,
            summary=f"{user} became {role.label}",
            by=by,
            journal=top_account,
            after={"role": role.value},
        )
    return membership


def make_officer(*, email: str, first_name: str, last_name: str, password: str) -> User:
    """Create a CBP officer who may open the admin, and return them.

    Raises Taken (e-mail) or ValidationError (password policy). The authenticator device is enrolled by the caller.
    """
    return _staff(policy.CBP_OFFICERS, email, first_name=first_name, last_name=last_name, password=password)


def make_analyst(*, email: str, first_name: str, last_name: str, password: str) -> User:
    """Create a Census analyst who may open the admin, and return them. Raises what make_officer raises."""
    return _staff(policy.CENSUS_ANALYSTS, email, first_name=first_name, last_name=last_name, password=password)


def _staff(desk: str, email: str, *, first_name: str, last_name: str, password: str) -> User:
    with transaction.atomic():
        person = accounts.create_person(
            email=email, by=None, by_label="Command line", first_name=first_name, last_name=last_name
        )
        person.is_staff = True
        person.save(update_fields=["is_staff"])
        person.groups.add(Group.objects.get(name=desk))
        return accounts.set_first_password(person, password=password, by=None)


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
    accounts.reset_factor(user, reason=reason, by=by)


def reactivate(user: User, *, by: User) -> User:
    """Let a suspended person in again. Raises NotAllowed, or WrongState for anybody who is not suspended."""
    if not policy.may_reactivate(by, user):
        raise NotAllowed("Only the owner of the person’s account, or the CBP desk, may reactivate somebody.")
    return accounts.reactivate(user, by=by)
