"""Writing rights down: for a member, a visitor, or another company."""

from typing import Any

from accounts.models import SubAccount
from ace_portal.core.errors import WrongState
from useraccess import rights
from useraccess.models import CrossAccountAccess, Membership
from useraccess.rights import Cell, Rights


class SubAccountGone(WrongState):
    """Rights were chosen for sub-accounts that are not in the account (any more). `cells` are those rights' places."""

    code = "sub_account_gone"

    def __init__(self, cells: list[Cell]) -> None:
        self.cells = cells
        count = len({at.sub_account for at in cells})
        which = "A sub-account" if count == 1 else f"{count} sub-accounts"
        super().__init__(
            f"{which} of this grid left the account while you were looking at it. Nothing was saved. The grid shows "
            "what is here now with everything else you chose: save it again."
        )


def write(holder: Membership | CrossAccountAccess, granted: Rights, *, top_account: int) -> None:
    """Replace what a locked row grants; the caller saves the row.

    Raises SubAccountGone for a sub-account that is not in the account, ValueError for a cell that no grid has or a role
    that the ISF Portal does not have.
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
        if at._replace(sub_account=None) not in known or types.get(at.sub_account or 0, at.section) != at.section:
            raise ValueError(f"not a cell of this account's grid: {at}")
    if gone := [at for at in granted.grid if at.sub_account and at.sub_account not in types]:
        raise SubAccountGone(gone)
    if unknown := granted.isf_roles - rights.ISF_ROLES.keys():
        raise ValueError(f"not a role of the ISF Portal: {min(unknown)}")
