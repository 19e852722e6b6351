"""The account types. Each app that brings a sub-account type registers it when it starts; nobody lists them by hand.

The Accounts list, the Task Selector and the permission grid iterate over this registry.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tab:
    """A part of a sub-account's page, and a row of the permission grid."""

    code: str
    label: str


#: Whom to talk to about a sub-account.
CONTACTS = Tab("contacts", "Contacts")
#: The tabs that every account type has behind its own ones; no app lists them, and the pages of the roof draw them.
COMMON_TABS = (CONTACTS,)


@dataclass(frozen=True)
class Task:
    """A link of the Task Selector. `url_name` takes no arguments."""

    label: str
    url_name: str
    #: Only the account's owner and proxies are offered it.
    owners_only: bool = True


@dataclass(frozen=True)
class Belonging:
    """Something that hangs on a sub-account (its primary key) and goes where it goes: the row, and what to call it."""

    sub_account: int
    row: Any
    words: str


def _nothing_hangs_on(sub_accounts: Any) -> list[Belonging]:
    return []


def _nothing_to_do(sub_accounts: Any, *, former: Any, by: Any) -> None:
    pass


@dataclass(frozen=True)
class AccountType:
    """A kind of sub-account.

    `code` is kept in the database; `normalize` turns what was typed into the identifier's normal form or raises
    ValidationError; `mask` hides all but the last three digits; `tabs` are given without the common ones and hold
    them from then on; `detail_template` draws the type's own tabs from what `detail_context` returns for a SubAccount.
    `belongings` names what hangs on sub-accounts of this type, for many of them with the same queries. `moved` hears of
    all sub-accounts, of whatever type, that went to another top account together: in their transaction, afterwards.
    """

    code: str
    label: str
    identifier_label: str
    normalize: Callable[[str], str]
    mask: Callable[[str], str]
    tabs: tuple[Tab, ...]
    detail_template: str
    detail_context: Callable[..., dict[str, object]]
    tasks: tuple[Task, ...] = ()
    belongings: Callable[..., list[Belonging]] = _nothing_hangs_on
    moved: Callable[..., None] = _nothing_to_do

    def __post_init__(self) -> None:
        own = tuple(tab for tab in self.tabs if tab not in COMMON_TABS)
        object.__setattr__(self, "tabs", (*own, *COMMON_TABS))


_types: dict[str, AccountType] = {}


def register(account_type: AccountType) -> None:
    """Make an account type known. Raises ValueError if its code belongs to another one."""
    if _types.setdefault(account_type.code, account_type) is not account_type:
        raise ValueError(f"the account type {account_type.code} is registered twice")


def account_type(code: str) -> AccountType:
    """The account type of this code. Raises KeyError if no app registered it."""
    return _types[code]


def belongings_of(sub_accounts: Any) -> list[Belonging]:
    """What hangs on these sub-accounts, type by type: the same queries, however many there are."""
    by_type: dict[str, list[Any]] = {}
    for one in sub_accounts:
        by_type.setdefault(one.account_type, []).append(one)
    return [found for code in sorted(by_type) for found in account_type(code).belongings(by_type[code])]


def account_types() -> list[AccountType]:
    """All account types, by label."""
    return sorted(_types.values(), key=lambda known: known.label)
