"""Rights and contacts end where a sub-account goes to another top account: there its own company decides anew."""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from django.db.models import Model, Q

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import events
from useraccess.actions.cross_account import steps
from useraccess.actions.people import CHANGED
from useraccess.models import AccessGrant, ContactPlace, CrossAccountAccess, Grant, Membership
from useraccess.rights import Cell


def lock_rights(top_account: TopAccount) -> None:
    """Nobody's rights in an account are changed until the end of the transaction: those of companies, then of people.

    In the order in which whoever ends an access locks them. The caller holds the account.
    """
    between = CrossAccountAccess.objects.filter(Q(grantor=top_account) | Q(recipient=top_account))
    list(between.select_for_update().order_by("pk").values_list("pk", flat=True))
    places = Membership.objects.select_for_update().filter(top_account=top_account, ended_at=None)
    list(places.order_by("pk").values_list("pk", flat=True))


def end_rights_on(sub_accounts: Iterable[SubAccount], *, by: User | None, why: str) -> None:
    """Delete every grant on these very sub-accounts, so that none comes back to life if they ever return.

    For whatever moves them, before it does, behind `lock_rights`. The journal keeps each grant as it was, and `why`.
    Grants on whole account types stay: they are the account's, and give nothing where there is nothing.
    """
    moving = list(sub_accounts)
    grants = Grant.objects.filter(sub_account__in=moving).select_related("membership__top_account", "membership__user")

    def remember_person(row: Membership, taken: dict[str, Any]) -> None:
        events.record(
            CHANGED,
            row,
            summary=f"Rights of {row.user} on single sub-accounts ended: {why}",
            by=by,
            journal=row.top_account,
            **taken,
        )

    _take(grants.order_by("membership", "pk"), lambda one: one.membership, remember_person)
    received = AccessGrant.objects.filter(sub_account__in=moving)
    received = received.select_related("access__grantor", "access__recipient")

    def remember_company(row: CrossAccountAccess, taken: dict[str, Any]) -> None:
        summary = f"Rights of {row.recipient.company_name} on single sub-accounts ended: {why}"
        steps.remember(row, "changed", summary, by=by, **taken)

    _take(received.order_by("access", "pk"), lambda one: one.access, remember_company)


def _take(grants: Any, holder_of: Callable[[Any], Any], remember: Callable[..., None]) -> None:
    """Delete grants, and tell of those of each holder in one event."""
    for holder, found in groupby(list(grants), key=holder_of):
        before = {_key(one): one.level for one in found}
        holder.version += 1
        holder.save(update_fields=["version"])
        remember(holder, {"before": before, "after": dict.fromkeys(before, "") | {"version": holder.version}})
    grants.model.objects.filter(pk__in=[one.pk for one in grants]).delete()


def _key(grant: Any) -> str:
    return Cell(grant.account_type, grant.tab, grant.sub_account_id).key


def take_contacts_off(sub_accounts: Iterable[SubAccount], *, by: User | None) -> None:
    """Show no trade contact on these sub-accounts any more: contacts stay with the account whose they are."""
    found = ContactPlace.objects.filter(sub_account__in=list(sub_accounts))
    for place in found.select_related("contact__top_account", "contact__user", "sub_account").order_by("pk"):
        contact: Model = place.contact
        events.record(
            "useraccess.contact_hidden",
            contact,
            summary=f"Trade contact taken off: {place}",
            by=by,
            journal=place.contact.top_account,
        )
    found.delete()
