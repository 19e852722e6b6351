"""Rows of people and companies, and every way to break what the database promises about them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.db.models import F

from accounts.applications import conversation
from ace_portal.core import clock
from tests import factories
from tests.invariants.rows import NO_DATE, Changes, Row


def shouted(row: Row) -> dict[str, Any]:
    return {"email": row.email.upper(), "date_of_birth": None}


def another_person(row: Row) -> dict[str, Any]:
    return {"email": f"{uuid4().hex}@trade.example", "first_name": row.first_name.upper()}


ROWS: dict[str, Callable[[], Row]] = {
    "accounts.User": lambda: factories.person(date_of_birth=date(1985, 3, 21)),
    "accounts.TopAccount": factories.account,
    "accounts.SubAccount": lambda: factories.importer_account().sub_accounts.get(),
    "accounts.ApplicationMessage": lambda: conversation(factories.application_asked()).get(),
}
COPIES: dict[str, Callable[[Row], dict[str, Any]]] = {
    "user_email_once_in_any_case": shouted,
    "user_name_and_birth_once": another_person,
    "one_live_sub_account": lambda row: {"top_account_id": factories.account().pk},
}
APART: dict[str, Callable[[Row], dict[str, Any]]] = {
    "accounts.User": lambda row: {"email": f"{uuid4().hex}@trade.example", "date_of_birth": None},
}
BREAKS: dict[str, list[tuple[Callable[[], Row], Changes]]] = {
    "user_temporary_password_state": [
        (
            ROWS["accounts.User"],
            [{"status": "FIRST_SIGN_IN"}, {"temporary_password_expires_at": clock.now}, {"status": "NEW"}],
        )
    ],
    "topaccount_fiscal_year_end": [(ROWS["accounts.TopAccount"], [{"fiscal_year_end_month": 2}, *NO_DATE])],
    "sub_account_closed_later": [
        (ROWS["accounts.SubAccount"], [{"closed_at": F("created_at") - timedelta(seconds=1)}])
    ],
    "message_from_desk_has_author": [(ROWS["accounts.ApplicationMessage"], [{"author": None}, {"from_desk": False}])],
}
