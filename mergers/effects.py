"""Who loses access by a merger, who has it from then on, and what hangs on what moves. Nothing is decided here.

Each function costs the same queries, however many people and sub-accounts there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts import registry
from accounts.models import SubAccount, TopAccount
from useraccess import policy
from useraccess.models import AccessGrant, ContactPlace, CrossAccountAccess, Grant, Level, Membership, Role
from useraccess.rights import Cell, Rights, cells_of


@dataclass(frozen=True)
class Holder:
    """Somebody who reads or changes something of `count` sub-accounts: one of an account's people, or a company."""

    row: Any
    name: str
    what: str
    count: int


def people(account: TopAccount, sub_accounts: list[SubAccount]) -> list[Holder]:
    """The account's own people who may open some of these sub-accounts."""
    members = Membership.objects.live().filter(top_account=account).select_related("user")
    ordered = list(members.order_by("user__last_name", "user__first_name", "pk"))
    grants = Grant.objects.filter(membership__in=members)
    grids = _grids(grants, "membership", sub_accounts)
    found = (
        Holder(one, str(one.user), one.get_role_display(), _count(Role(one.role), grids.get(one.pk, {}), sub_accounts))
        for one in ordered
    )
    return [one for one in found if one.count]


def companies(account: TopAccount, sub_accounts: list[SubAccount]) -> list[Holder]:
    """The other companies that may open some of these sub-accounts by Cross Account Access."""
    accesses = CrossAccountAccess.objects.in_force().filter(grantor=account).select_related("recipient")
    ordered = list(accesses.order_by("recipient__company_name", "pk"))
    grids = _grids(AccessGrant.objects.filter(access__in=accesses), "access", sub_accounts)
    user = Role.TRADE_ACCOUNT_USER
    found = (
        Holder(
            one, one.recipient.company_name, "Cross Account Access", _count(user, grids.get(one.pk, {}), sub_accounts)
        )
        for one in ordered
    )
    return [one for one in found if one.count]


def _grids(grants: Any, holder: str, sub_accounts: list[SubAccount]) -> dict[int, dict[Cell, Level]]:
    known = [one.pk for one in sub_accounts if one.pk]
    wanted = grants.by_type() | grants.own().filter(sub_account__in=known)
    grids: dict[int, dict[Cell, Level]] = {}
    for pk, kind, tab, sub_account, level in wanted.values_list(holder, "account_type", "tab", "sub_account", "level"):
        grids.setdefault(pk, {})[Cell(kind, tab, sub_account)] = Level(level)
    return grids


def _count(role: Role, grid: dict[Cell, Level], sub_accounts: Iterable[SubAccount]) -> int:
    """Of how many sub-accounts somebody with this role and grid reads at least one tab."""
    granted = Rights(grid=grid)
    apart = {at.sub_account for at in grid if at.sub_account}
    # Whatever has no grant of its own stands as its type does: an account may have thousands of them.
    known: dict[str, bool] = {}
    count = 0
    for one in sub_accounts:
        if one.pk in apart:
            count += _reads(role, granted, one)
            continue
        if one.account_type not in known:
            known[one.account_type] = _reads(role, granted, one)
        count += known[one.account_type]
    return count


def _reads(role: Role, granted: Rights, sub_account: SubAccount) -> bool:
    return any(policy.right(role, granted, at).level.reads for at in cells_of(sub_account))


def one_of_each(account_types: Iterable[str]) -> list[SubAccount]:
    """Sub-accounts that stand for new ones of these types: whoever may open one of them will be able to open those."""
    return [SubAccount(account_type=code) for code in sorted(set(account_types))]


@dataclass(frozen=True)
class Part:
    """A sub-account that moves, with what hangs on it and the contacts that are taken off it, in words."""

    sub_account: SubAccount
    belongings: list[str]
    contacts: list[str]


def parts(sub_accounts: list[SubAccount]) -> list[Part]:
    """Sub-accounts with all that hangs on them, in their order."""
    hanging: dict[int, list[str]] = {}
    for one in registry.belongings_of(sub_accounts):
        hanging.setdefault(one.sub_account, []).append(one.words)
    shown: dict[int, list[str]] = {}
    places = ContactPlace.objects.filter(sub_account__in=sub_accounts, contact__removed_at=None)
    for place in places.select_related("contact__user").order_by("pk"):
        shown.setdefault(place.sub_account_id or 0, []).append(f"{place.contact} ({place.get_topic_display()})")
    return [Part(one, hanging.get(one.pk, []), shown.get(one.pk, [])) for one in sub_accounts]
