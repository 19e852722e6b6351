"""Top accounts and their sub-accounts."""

import secrets

from django.db import IntegrityError, transaction

from accounts import registry
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock, events
from ace_portal.core.errors import Taken
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

    Raises Taken when a live sub-account holds the identifier already, in this account or in another.
    """
    kind = registry.account_type(account_type)
    with transaction.atomic():
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
