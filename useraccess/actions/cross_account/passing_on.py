"""What a company passes on to its own people of what it received: never more (facts-access §2.1)."""

from django.db import transaction

from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed, WrongState
from useraccess import policy, rights
from useraccess.actions import granting
from useraccess.actions.cross_account.steps import locked, remember, tell
from useraccess.actions.opening import let_in
from useraccess.models import CrossAccountAccess, Level, Membership
from useraccess.rights import Rights


def pass_on(access: CrossAccountAccess, *, user: User, granted: Rights | None, by: User) -> Membership:
    """Let one of the own people work in the other company's account, and return their place there.

    `granted` is None for everything that was received, now and later; else it is cut to what was received, and stays
    bounded by it at every request. The person is mailed the first time. Raises NotAllowed for somebody `by` may not
    manage in the own company, WrongState when the access has ended.
    """
    with transaction.atomic():
        row = locked(access, CrossAccountAccess.Status.ACTIVE)
        if not row.is_in_force:
            raise WrongState("The end date has passed: there is nothing to pass on.")
        _require_to_pass_on(row, user, by)
        place = row.visitors.filter(user=user, ended_at=None).first()
        first = place is None
        place = place or let_in(row, user, everything=False)
        place.everything_received = granted is None
        given = Rights() if granted is None else cut(granted, rights.rights_of(row))
        granting.write(place, given.tidy(), top_account=row.grantor_id)
        place.version += 0 if first else 1
        place.save()
        remember(row, "passed_on", f"{by} let {user} of {row.recipient.company_name} work here", by=by)
        if first:
            tell(user, "access_passed_on", row, by=by, opens_top=policy.may_open_top(user, row.grantor))
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
        remember(access, "taken_back", f"{by} let {found.user} work here no longer", by=by)
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
        limit=granted.limit,
    )


def _require_to_pass_on(access: CrossAccountAccess, user: User, by: User) -> None:
    employed = Membership.objects.live().filter(user=user, top_account=access.recipient_id)
    member = employed.select_for_update(of=("self",)).first()
    if member is None or not policy.may_manage(by, member):
        raise NotAllowed(f"You may not decide what {user} does in {access.grantor.company_name}.")
