"""Writing rights down: for a member, a visitor, or another company."""

from typing import Any

from accounts.models import SubAccount
from useraccess import rights
from useraccess.actions import filer_codes
from useraccess.models import CrossAccountAccess, Membership
from useraccess.rights import IMPORTER, Rights, limit_of


def write(holder: Membership | CrossAccountAccess, granted: Rights, *, top_account: int) -> None:
    """Replace what a locked row grants; the caller saves the row.

    Raises ValueError for a cell that the account's grid does not have, a role that the ISF Portal does not, or a limit
    that cannot be chosen; WrongState for a limit to a filer code that was removed meanwhile.
    """
    _require_known(granted, top_account)
    _limit(holder, granted, top_account)
    holder.top_account_access = granted.top_account_access
    holder.isf_portal = granted.isf_portal
    holder.isf_roles = ",".join(sorted(granted.isf_roles))
    grants: Any = holder.grants
    grants.all().delete()
    grants.bulk_create(
        grants.model(
            **{grants.field.name: holder},
            account_type=at.section,
            tab=at.tab,
            sub_account_id=at.sub_account,
            level=level,
        )
        for at, level in granted.grid.items()
    )


def _require_known(granted: Rights, top_account: int) -> None:
    single = {at.sub_account for at in granted.grid if at.sub_account}
    types = dict(SubAccount.objects.filter(top_account=top_account, pk__in=single).values_list("pk", "account_type"))
    known = set(rights.type_cells())
    for at in granted.grid:
        if at._replace(sub_account=None) not in known or (at.sub_account and types.get(at.sub_account) != at.section):
            raise ValueError(f"not a cell of this account's grid: {at}")
    if unknown := granted.isf_roles - rights.ISF_ROLES.keys():
        raise ValueError(f"not a role of the ISF Portal: {min(unknown)}")


def _limit(holder: Membership | CrossAccountAccess, granted: Rights, top_account: int) -> None:
    """Set the limit to one importer number and filer code, or take it away. One that was there before may stay."""
    if isinstance(holder, CrossAccountAccess):
        if granted.limit:
            raise ValueError("only people are limited to an importer number")
        return
    if granted.limit == limit_of(holder):
        return
    holder.limit_sub_account_id, holder.limit_filer_code = granted.limit or (None, "")
    if granted.limit is None:
        return
    importers = SubAccount.objects.live().filter(top_account=top_account, account_type=IMPORTER)
    if not importers.filter(pk=granted.limit.sub_account).exists():
        raise ValueError(f"not an importer sub-account of this account: {granted.limit.sub_account}")
    if holder.via is None:
        filer_codes.hold(top_account, granted.limit.filer_code)
    elif holder.via.filer_code != granted.limit.filer_code:
        raise ValueError(f"not the filer code of this access: {granted.limit.filer_code}")
