"""What CBP's desk decides about broker, filer and carrier sub-accounts."""

from django.db import transaction

from accounts import actions as accounts
from accounts.models import SubAccount, TopAccount, User
from accounts.registry import AccountType
from ace_portal.core.errors import NotAllowed, Taken
from tradeparties.account_types import KINDS
from useraccess import desks
from useraccess.actions.notices import tell_owner


def open_by_desk(
    top_account: TopAccount, *, kind: AccountType, code: str, name: str, note: str = "", by: User
) -> SubAccount:
    """Add a broker, filer or carrier sub-account to a top account and return it; the owner is mailed.

    `code` is in normal form; `note` stays at the desk. The same once more changes nothing. Raises NotAllowed for
    anybody but a CBP officer (facts-access §2.3), Taken when the code has a live sub-account of this type; officers
    may read whose.
    """
    if not desks.is_officer(by):
        raise NotAllowed(f"Only CBP creates {kind.label.lower()} sub-accounts.")
    if kind not in KINDS:
        raise ValueError(f"the desk creates no sub-accounts of the type {kind.code}")
    with transaction.atomic():
        account = TopAccount.objects.select_for_update().get(pk=top_account.pk)
        known = SubAccount.objects.live().filter(account_type=kind.code, identifier=code).select_related("top_account")
        holder = known.first()
        if holder is not None:
            return _same(holder, account, name)
        sub_account = accounts.open_sub_account(
            account, account_type=kind.code, identifier=code, name=name, by=by, note=note
        )
        tell_owner(
            account, "tradeparties/sub_account_opened", about=sub_account, by=by, context={"sub_account": sub_account}
        )
    return sub_account


def _same(holder: SubAccount, account: TopAccount, name: str) -> SubAccount:
    """The sub-account that has the code already, if it is the very one that is asked for."""
    if (holder.top_account_id, holder.name) == (account.pk, name):
        return holder
    where = "this account" if holder.top_account_id == account.pk else f"{holder.top_account}"
    raise Taken(
        f"{holder.type.identifier_label} {holder.identifier} already belongs to “{holder.name}” in {where}.",
        field="code",
    )
