"""Accounts and their people begin."""

from django.db import transaction
from django.db.models import Q

from accounts import actions as accounts
from accounts.models import TopAccount, User
from ace_portal.core import clock, events
from useraccess.actions.contacts import end_contact_of
from useraccess.models import CrossAccountAccess, Membership, Role


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
    """Give a person a role in a top account and return the membership. Raises WrongState for one that was merged."""
    with transaction.atomic():
        accounts.hold(top_account.pk)
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


def replace_owner(top_account: TopAccount, *, successor: User, becomes: Role | None, by: User | None) -> Membership:
    """Put another person in the owner's seat and return it. The former owner `becomes` a user or proxy, or leaves.

    The seat is one row that never ends (the database says so), so the account has an owner at every moment; the
    former owner's time is kept as a membership that has ended. Who may do so is the caller's question. Twice is once.
    Raises WrongState for an account that was merged.
    """
    with transaction.atomic():
        accounts.hold(top_account.pk)
        live = Membership.objects.live().select_for_update().filter(top_account=top_account)
        seat = live.get(role=Role.TRADE_ACCOUNT_OWNER)
        if seat.user_id == successor.pk:
            return seat
        former = seat.user
        # First the place, then the person, as everybody locks them who ends a place or adds somebody.
        live.filter(user=successor).first()
        User.objects.select_for_update(no_key=True).get(pk=successor.pk)
        at = clock.now()
        Membership.objects.live().filter(top_account=top_account, user=successor).update(ended_at=at)
        Membership.objects.create(
            user=former,
            top_account=top_account,
            role=Role.TRADE_ACCOUNT_OWNER,
            began_at=seat.began_at,
            ended_at=max(at, seat.began_at),
        )
        seat.user, seat.began_at = successor, at
        seat.version += 1
        seat.save()
        events.record(
            "useraccess.owner_replaced",
            seat,
            summary=f"{successor} became {Role.TRADE_ACCOUNT_OWNER.label} in place of {former}",
            by=by,
            journal=top_account,
            before={"owner": str(former)},
            after={"owner": str(successor)},
        )
        if becomes is None:
            end_contact_of(former, top_account, by=by)
        else:
            add_member(top_account, user=former, role=becomes, by=by)
        end_visits(former, top_account)
        end_visits(successor, top_account)
        _take_back_offers(top_account, by=by)
        for access in CrossAccountAccess.objects.filter(recipient=top_account, status=CrossAccountAccess.Status.ACTIVE):
            let_in(access, successor, everything=True)
    return seat


def _take_back_offers(top_account: TopAccount, *, by: User | None) -> None:
    """What the account offered to other companies, or asked of them, and nobody has answered, ends with its owner.

    What another company offered or asked stays, also if the former owner owns that one, too.
    """
    waiting = CrossAccountAccess.objects.filter(
        Q(grantor=top_account, status=CrossAccountAccess.Status.PENDING)
        | Q(recipient=top_account, status=CrossAccountAccess.Status.REQUESTED)
    )
    for access in waiting.select_for_update(of=("self",)).order_by("pk"):
        access.withdraw(by=by)
        access.save()
        for account in (access.grantor, access.recipient):
            events.record(
                "useraccess.access_withdrawn",
                access,
                summary=f"Ended with the change of owner: {access}",
                by=by,
                journal=account,
            )


def let_in(access: CrossAccountAccess, user: User, *, everything: bool) -> Membership:
    """Give somebody of the company that received an access a place in the other account; returns it."""
    return Membership.objects.create(
        user=user,
        top_account=access.grantor,
        role=Role.TRADE_ACCOUNT_USER,
        began_at=clock.now(),
        via=access,
        everything_received=everything,
    )


def end_visits(user: User, company: TopAccount) -> None:
    """End the places somebody has in other accounts on the strength of working for this company."""
    Membership.objects.filter(user=user, via__recipient=company, ended_at=None).update(ended_at=clock.now())
