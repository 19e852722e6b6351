"""Decisions of owner and proxies about the people of their account: add, change, revoke, let go."""

from datetime import timedelta

from django.db import models, transaction

from accounts import actions as accounts
from accounts.models import TopAccount, User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import DomainError, NotAllowed, Taken, WrongState
from ace_portal.core.refs import ref
from useraccess import policy, rights
from useraccess.actions import granting
from useraccess.actions.contacts import end_contact_of
from useraccess.actions.notices import tell_owner
from useraccess.actions.opening import add_member, end_visits
from useraccess.models import Membership, Role, UserDraft
from useraccess.rights import Change, Rights
from verification import throttles
from verification.throttles import Rule

#: Somebody who guesses at other people's user IDs is stopped early.
LOOK_UPS = (Rule(10, timedelta(hours=1), pause=timedelta(hours=1)),)
CHANGED = "useraccess.rights_changed"
NO_SUCH_USER = (
    "No portal user has exactly these names and this user ID, capital and small letters included. "
    "Ask the person for the names and the user ID as My profile shows them."
)


class ChangedMeanwhile(DomainError):
    """Somebody else changed what is to be changed since it was read. `changes` says what, `by` who."""

    code = "changed_meanwhile"

    def __init__(self, by: list[str], changes: list[Change]) -> None:
        super().__init__(f"{' and '.join(by) or 'Somebody'} changed this while you were looking at it.")
        self.by = by
        self.changes = changes


def add_user(top_account: TopAccount, *, facts: dict[str, str], role: Role, granted: Rights, by: User) -> Membership:
    """Create a person, give them a place in the account, and mail them the account ID. Returns the membership.

    `facts` are fields of User with `email` and `date_of_birth`. Raises NotAllowed for a role `by` may not give, Taken
    when the e-mail address, or name and date of birth, belong to a portal user already.
    """
    with transaction.atomic():
        _hold(top_account, by, role)
        person = accounts.create_person(by=by, **facts)
        member = _admit(top_account, person, role, granted, by=by)
        accounts.invite(person, by=by)
        _tell_owner(member, f"{by} added {person} as {role.label}", by=by)
    return member


def find_existing(*, first_name: str, last_name: str, user_id: str, by: User) -> User:
    """The portal user with exactly these names and this user ID (facts-access §1.5).

    Raises NotAllowed for whoever manages no account and, in the same words, for every mismatch; TooMany after ten
    look-ups an hour.
    """
    if not policy.top_accounts_managed_by(by).exists():
        raise NotAllowed("Only the owner and the proxies of an account look for users.")
    throttles.take(
        "existing-user", str(by.pk), LOOK_UPS, sentence="Too many look-ups of users. Please try again in {wait}."
    )
    person = User.objects.filter(account_id=user_id, first_name=first_name, last_name=last_name).first()
    if person is None or not _can_be_added(person):
        raise NotAllowed(NO_SUCH_USER)
    return person


def _can_be_added(person: User) -> bool:
    return not person.is_staff and person.status not in (User.Status.INVITED, User.Status.DEACTIVATED)


def add_existing(top_account: TopAccount, *, person: User, role: Role, granted: Rights, by: User) -> Membership:
    """Give somebody the portal knows a place in the account; they are mailed. Returns the membership.

    Raises NotAllowed for a role `by` may not give and for somebody find_existing would not find (any more), Taken when
    the person works in the account already.
    """
    with transaction.atomic():
        _hold(top_account, by, role)
        person = _held(person)
        if Membership.objects.live().filter(user=person, top_account=top_account).exists():
            raise Taken(f"{person} works in {top_account.company_name} already.")
        if not _can_be_added(person):
            raise NotAllowed(f"{person} cannot be added at present. Look for the person again.")
        member = _admit(top_account, person, role, granted, by=by)
        mail.queue(
            "useraccess/added",
            to=person.email,
            about=member,
            context={"user": person, "account": top_account, "role": role.label, "by": by},
        )
        _tell_owner(member, f"{by} added {person} as {role.label}", by=by)
    return member


def change(member: Membership, *, role: Role, granted: Rights, version: int, by: User) -> list[Change]:
    """Replace a member's role and rights, and return what changed. Works from their next request on.

    `version` is that of the membership `granted` was made from. Raises NotAllowed, WrongState when the membership has
    ended, ChangedMeanwhile when somebody else was faster: then nothing is changed.
    """
    with transaction.atomic():
        row = _locked(member)
        if not policy.may_manage(by, row):
            raise NotAllowed(
                row.top_account.merged_in_words
                or f"You may not change what {row.user} may do in {row.top_account.company_name}."
            )
        if row.version != version:
            raise ChangedMeanwhile(*changes_since(row, version))
        _require(by, row.top_account, role)
        before = rights.flat(row.role, rights.rights_of(row))
        found = rights.changes(before, _write(row, role, granted))
        if not found:
            return []
        row.version += 1
        row.save()
        events.record(
            CHANGED,
            row,
            summary=f"{by} changed the rights of {row.user}",
            by=by,
            journal=row.top_account,
            before={one.key: one.before for one in found},
            after={one.key: one.after for one in found} | {"version": row.version},
        )
        _tell_owner(row, f"{by} changed the rights of {row.user}", by=by)
        vars(member).update(vars(row))
    return found


def changes_since(
    row: models.Model, version: int, *, kind: str = CHANGED, journal: models.Model | None = None
) -> tuple[list[str], list[Change]]:
    """Who changed a row (a member's role or rights, unless `kind` says else) since that version, and what in sum.

    `journal` is the account whose history tells it, where more than one does.
    """
    told = events.history_of(row).filter(kind=kind)
    if journal is not None:
        told = told.filter(journal=ref(journal))
    made = [one for one in told if one.after["version"] > version]
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for one in reversed(made):
        for key, value in one.before.items():
            before.setdefault(key, value)
        after |= {key: value for key, value in one.after.items() if key != "version"}
    found = [Change(key, before[key], after[key]) for key in before if before[key] != after[key]]
    return list(dict.fromkeys(one.by_label for one in reversed(made))), found


def revoke(member: Membership, *, by: User) -> None:
    """End somebody's place in the account: from their next request on, and in every open session.

    The person stays a portal user; the history stays. Raises NotAllowed, or WrongState when it has ended already.
    """
    with transaction.atomic():
        row = _locked(member)
        if not policy.may_revoke(by, row):
            raise NotAllowed(f"You may not take {row.user} out of {row.top_account.company_name}.")
        _end(row, by=by, summary=f"{by} revoked the access of {row.user}")
        accounts.end_sessions(row.user)
        mail.queue(
            "useraccess/revoked",
            to=row.user.email,
            about=row,
            context={"user": row.user, "account": row.top_account, "by": by},
        )
        _tell_owner(row, f"{by} revoked the access of {row.user}", by=by)
        vars(member).update(vars(row))


def leave(member: Membership, *, by: User) -> None:
    """Give up one's own place in an account.

    Raises NotAllowed for its owner and for anybody else's place, WrongState when it has ended already.
    """
    with transaction.atomic():
        row = _locked(member)
        if row.user_id != by.pk:
            raise NotAllowed(f"Only {row.user} may leave {row.top_account.company_name} in their own name.")
        if row.via_id is not None:
            raise NotAllowed("Your own company decides who works in this account.")
        if not policy.may_leave(by, row):
            raise NotAllowed("The owner cannot leave the account. Name a successor first.")
        _end(row, by=by, summary=f"{row.user} left the account")
        _tell_owner(row, f"{row.user} left the account", by=by)
        vars(member).update(vars(row))


def deactivate(member: Membership, *, by: User) -> None:
    """Close the portal to a member who works in no other account. Raises NotAllowed or WrongState."""
    with transaction.atomic():
        row = _locked(member)
        # Nobody adds the person elsewhere while we look whether they work elsewhere.
        _held(row.user)
        if not policy.may_deactivate(by, row):
            raise NotAllowed(
                row.top_account.merged_in_words
                or f"You may not deactivate {row.user}. Revoke the access to your account instead."
            )
        accounts.deactivate(row.user, by=by)
        events.record(
            "useraccess.deactivated", row, summary=f"{by} deactivated {row.user}", by=by, journal=row.top_account
        )
        _tell_owner(row, f"{by} deactivated {row.user}", by=by)


def _hold(top_account: TopAccount, by: User, role: Role) -> None:
    """Whoever merges the account, or changes its owner, waits for us before we hold anybody else."""
    _require(by, top_account, role)
    accounts.hold(top_account.pk)


def _require(by: User, top_account: TopAccount, role: Role) -> None:
    if role not in policy.roles_to_give(by, top_account):
        raise NotAllowed(
            policy.refusal(top_account, f"You may not make somebody {role.label} of {top_account.company_name}.")
        )


def _locked(member: Membership) -> Membership:
    """The row as it is now, ours until the end of the transaction. Raises WrongState when it has ended."""
    row = Membership.objects.select_for_update().get(pk=member.pk)
    if row.ended_at is not None:
        raise WrongState(f"{row.user} does not work in {row.top_account.company_name} any more.")
    return row


def _held(person: User) -> User:
    """The person as they are now; nobody else adds or deactivates them until the end of the transaction."""
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _admit(top_account: TopAccount, person: User, role: Role, granted: Rights, *, by: User) -> Membership:
    member = add_member(top_account, user=person, role=role, by=by)
    after = _write(member, role, granted)
    member.save()
    events.record(
        CHANGED,
        member,
        summary=f"{by} gave {person} their first rights",
        by=by,
        journal=top_account,
        after=after | {"version": member.version},
    )
    return member


def _write(row: Membership, role: Role, granted: Rights) -> rights.Flat:
    """Set role and rights of a locked membership (saved by the caller), its grants, and return them as texts."""
    given = granted.tidy() if role == Role.TRADE_ACCOUNT_USER else rights.BY_ROLE
    granting.write(row, given, top_account=row.top_account_id)
    row.role = role
    return rights.flat(role, given)


def _end(row: Membership, *, by: User, summary: str) -> None:
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    # What the person was adding somebody with, and whoever was about to add the person, ends with it.
    UserDraft.objects.filter(started_by=row.user, top_account=row.top_account).delete()
    UserDraft.objects.filter(person=row.user, top_account=row.top_account).delete()
    end_contact_of(row.user, row.top_account, by=by)
    end_visits(row.user, row.top_account)
    events.record("useraccess.member_removed", row, summary=summary, by=by, journal=row.top_account)


def _tell_owner(member: Membership, what: str, *, by: User) -> None:
    tell_owner(member.top_account, "useraccess/owner_notice", about=member, by=by, context={"what": what})
