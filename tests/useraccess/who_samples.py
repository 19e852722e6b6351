"""What the tests of "Who can do what" share: asking the page, and people and places to ask about."""

from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.actions import open_sub_account
from accounts.models import SubAccount, TopAccount, User
from tests import factories
from useraccess.models import Level
from useraccess.rights import Cell, Rights

DETAILS = Cell("IMPORTER", "details")


def page_of(account: TopAccount, **asked: Any) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return reverse("useraccess:who", args=[account.pk]) + (f"?{query}" if query else "")


def ask(client: Client, account: TopAccount, **asked: Any) -> Any:
    answer = client.get(page_of(account, **asked))
    assert answer.status_code == 200
    return answer


def user(account: TopAccount, grid: dict[Cell, Level] | None = None, **granted: Any) -> User:
    return factories.member(account, granted=Rights(grid=grid or {}, **granted))


def named(account: TopAccount, name: str, identifier: str = "") -> SubAccount:
    number = identifier or factories.importer_number()
    return open_sub_account(account, account_type="IMPORTER", identifier=number, name=name, by=None)
