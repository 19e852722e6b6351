"""Change what another company may do, and end it: by one of the owners, or because time has passed."""

from datetime import UTC, date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import TopAccount, User
from ace_portal.core import clock
from useraccess import policy, rights
from useraccess.actions import granting
from useraccess.actions.cross_account.steps import locked, remember, require_owner, send_away, tell, within
from useraccess.actions.people import ChangedMeanwhile, changes_since
from useraccess.models import CrossAccountAccess, Role
from useraccess.rights import Change, Rights

CHANGED = "useraccess.access_changed"


def update(
    access: CrossAccountAccess, *, granted: Rights, ends_on: date | None, version: int, by: User
) -> list[Change]:
    """Replace what the other company may do, and return what changed. Everybody behind it is bounded by it at once.

    Raises NotAllowed for anybody but the grantor's owner, WrongState, or ChangedMeanwhile as people.change does.
    """
    with transaction.atomic():
        row = locked(access, CrossAccountAccess.Status.ACTIVE)
        require_owner(row.grantor, by)
        if row.version != version:
            raise ChangedMeanwhile(*changes_since(row, version, kind=CHANGED, journal=row.grantor))
        before = flat(row)
        row.ends_on = within(row, ends_on)
        granting.write(row, granted.tidy(), top_account=row.grantor_id)
        found = rights.changes(before, flat(row))
        if not found:
            return []
        row.version += 1
        row.save()
        remember(
            row,
            "changed",
            f"{by} changed the access of {row.recipient.company_name}",
            by=by,
            before={one.key: one.before for one in found},
            after={one.key: one.after for one in found} | {"version": row.version},
        )
        tell(policy.owner_of(row.recipient), "access_changed", row, by=by)
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
        row = locked(access, CrossAccountAccess.Status.ACTIVE)
        require_owner(row.grantor, by)
        row.revoke(by=by)
        row.save()
        send_away(row)
        remember(row, "revoked", f"{by} revoked the access of {row.recipient.company_name}", by=by)
        tell(policy.owner_of(row.recipient), "access_revoked", row, by=by)
    vars(access).update(vars(row))


def release(access: CrossAccountAccess, *, by: User) -> None:
    """Give the access back. Raises NotAllowed for anybody but the recipient's owner, WrongState when it has ended."""
    with transaction.atomic():
        row = locked(access, CrossAccountAccess.Status.ACTIVE)
        require_owner(row.recipient, by)
        row.release(by=by)
        row.save()
        send_away(row)
        remember(row, "released", f"{by} of {row.recipient.company_name} gave the access back", by=by)
        tell(policy.owner_of(row.grantor), "access_released", row, by=by)
    vars(access).update(vars(row))


def end_with_account(account: TopAccount, *, why: str) -> list[CrossAccountAccess]:
    """End everything between an account that is merged and others: what it gave, what it received, what waits.

    Returns what ended. Both owners are mailed. The caller holds the account.
    """
    concerned = Q(grantor=account) | Q(recipient=account)
    live = CrossAccountAccess.objects.live().filter(concerned).select_for_update(of=("self",)).order_by("pk")
    ended = list(live.select_related("grantor", "recipient"))
    for row in ended:
        if row.status != CrossAccountAccess.Status.ACTIVE:
            row.withdraw(by=None)
        elif row.grantor_id == account.pk:
            row.revoke(by=None)
        else:
            row.release(by=None)
        row.save()
        send_away(row)
        remember(row, "ended", f"The access of {row.recipient.company_name} ended: {why}", by=None)
        for owner in (policy.owner_of(row.grantor), policy.owner_of(row.recipient)):
            tell(owner, "access_ended", row, by=None, why=why)
    return ended


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
            send_away(row)
            remember(row, what, f"The access of {row.recipient.company_name} ended: {why}", by=None)
            for owner in (policy.owner_of(row.grantor), policy.owner_of(row.recipient)):
                tell(owner, "access_ended", row, by=None, why=why)
            count += 1
    return count
