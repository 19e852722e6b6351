"""Writing rights down: for a member, a visitor, or another company."""

from typing import Any

from accounts.models import SubAccount
from useraccess import rights
from useraccess.models import CrossAccountAccess, Membership
from useraccess.rights import Rights


def write(holder: Membership | CrossAccountAccess, granted: Rights, *, top_account: int) -> None:
    """Replace what a locked row grants; the caller saves the row.

    Raises ValueError for a cell that the account's grid does not have, or a role that the ISF Portal does not.
    """
    _require_known(granted, top_account)
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
