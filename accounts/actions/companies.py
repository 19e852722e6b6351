"""Top accounts and their sub-accounts."""

import secrets
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction

from accounts import registry
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock, events
from ace_portal.core.errors import Taken, WrongState
from ace_portal.core.numbers import ace_id_check_digit


def create_top_account(*, company_name: str, by: User | None, **facts: object) -> TopAccount:
    """Create a top account with a fresh ACE ID: nine random digits and a check digit. `facts` are CompanyFacts."""
    with transaction.atomic():
        while True:
            digits = f"{secrets.randbelow(9 * 10**8) + 10**8}"
            ace_id = digits + ace_id_check_digit(digits)
            if not TopAccount.objects.filter(ace_id=ace_id).exists():
                break
        account = TopAccount.objects.create(ace_id=ace_id, company_name=company_name, created_at=clock.now(), **facts)
        events.record(
            "accounts.top_account_opened",
            account,
            summary=f"Top account opened for {company_name}",
            by=by,
            journal=account,
            after={"ace_id": ace_id},
        )
    return account


def open_sub_account(
    top_account: TopAccount, *, account_type: str, identifier: str, name: str, by: User | None, note: str = ""
) -> SubAccount:
    """Add a sub-account and return it. `identifier` is in normal form; `note` is kept with the event, for the desk.

    Raises Taken when a live sub-account holds the identifier already, in this account or in another; WrongState for an
    account that was merged into another one.
    """
    kind = registry.account_type(account_type)
    with transaction.atomic():
        hold(top_account.pk)
        try:
            with transaction.atomic():
                sub_account = SubAccount.objects.create(
                    top_account=top_account,
                    account_type=account_type,
                    identifier=identifier,
                    name=name,
                    created_at=clock.now(),
                )
        except IntegrityError as error:
            raise Taken(
                f"{kind.identifier_label} {kind.mask(identifier)} already belongs to a portal account.",
                field="identifier",
            ) from error
        events.record(
            "accounts.sub_account_opened",
            sub_account,
            summary=f"{kind.label} sub-account {sub_account.masked_identifier} added",
            by=by,
            journal=top_account,
            after={"note": note} if note else {},
        )
    return sub_account


def hold(*top_accounts: int) -> list[TopAccount]:
    """The rows of these accounts (primary keys), locked in one order, for decisions that none of them may be merged by.

    Nothing else is added to them or taken out of them until the end of the transaction. Raises WrongState for an
    account that was merged into another one.
    """
    rows = lock(*top_accounts)
    for row in rows:
        if row.is_shell:
            raise WrongState(row.merged_in_words, code="merged")
    return rows


def lock(*top_accounts: int) -> list[TopAccount]:
    """The rows of these accounts, locked in one order: what concerns a whole account waits here, before all else."""
    return list(TopAccount.objects.select_for_update(no_key=True).filter(pk__in=top_accounts).order_by("pk"))


def move_sub_accounts(sub_accounts: Iterable[SubAccount], *, to: TopAccount, by: User | None) -> list[SubAccount]:
    """Put sub-accounts of one top account under another one, with all that hangs on them; returns those that moved.

    The caller holds both accounts. Who may do so is the caller's question. A sub-account that is there already stays.
    Both accounts' journals tell it, and every account type hears of it. Raises WrongState for one that was closed,
    ValueError for sub-accounts of several accounts.
    """
    with transaction.atomic():
        found = SubAccount.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in sub_accounts])
        moving = [one for one in found.select_related("top_account").order_by("pk") if one.top_account_id != to.pk]
        if not moving:
            return []
        former = moving[0].top_account
        for one in moving:
            if one.closed_at is not None:
                raise WrongState(f"{one} was closed. It cannot move to another account.")
            if one.top_account_id != former.pk:
                raise ValueError("sub-accounts move out of one top account at a time")
            _move(one, former=former, to=to, by=by)
        for kind in registry.account_types():
            kind.moved(moving, former=former, by=by)
    return moving


def _move(one: SubAccount, *, former: TopAccount, to: TopAccount, by: User | None) -> None:
    one.top_account = to
    one.save(update_fields=["top_account"])
    names: dict[str, Any] = {"before": {"top_account": str(former)}, "after": {"top_account": str(to)}}
    what = f"{one.type.label} sub-account {one.masked_identifier}"
    events.record(
        "accounts.sub_account_left",
        one,
        summary=f"{what} moved to the account of {to.company_name}",
        by=by,
        journal=former,
        **names,
    )
    events.record(
        "accounts.sub_account_arrived",
        one,
        summary=f"{what} came from the account of {former.company_name}",
        by=by,
        journal=to,
        **names,
    )


def close_into(top_account: TopAccount, *, into: TopAccount, by: User | None) -> TopAccount:
    """Leave an account with its history alone: it was merged into another one. Returns its row.

    The caller holds both accounts. Twice is once. Raises WrongState while it has sub-accounts, or when it was merged
    into a third one.
    """
    with transaction.atomic():
        row = TopAccount.objects.select_for_update(no_key=True).get(pk=top_account.pk)
        if row.merged_into_id == into.pk:
            return row
        if row.is_shell:
            raise WrongState(row.merged_in_words, code="merged")
        if SubAccount.objects.live().filter(top_account=row).exists():
            raise WrongState(f"{row.company_name} still has sub-accounts.")
        row.merged_into, row.merged_at = into, clock.now()
        row.save(update_fields=["merged_into", "merged_at"])
        for account, summary in (
            (row, f"The account was merged into {into.company_name}: from now on it can only be read"),
            (into, f"The account of {row.company_name} was merged into this one"),
        ):
            events.record("accounts.top_account_merged", row, summary=summary, by=by, journal=account)
    return row
