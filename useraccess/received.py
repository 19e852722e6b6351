"""What a company received by cross account access, and what of it its people were passed on.

Questions only: `actions.cross_account` decides, and what counts at a request is in policy.py.
"""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page
from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.models import SubAccount
from useraccess import rights
from useraccess.actions.cross_account import cut, flat, in_texts
from useraccess.grid import AS_TYPE, GridForm
from useraccess.models import CrossAccountAccess, Level, Membership, Role
from useraccess.rights import ISF_ROLES, TOP, Cell, Rights, cells_of, rights_of, sections

EVERYTHING, PARTS, NOTHING = "Everything that was received", "Parts of it", "Nothing"
ORDER = {level: place for place, level in enumerate(Level)}


class PassOnGrid(GridForm):
    """The grid of somebody's rights in another company's account: only what was received can be chosen."""

    def __init__(self, access: CrossAccountAccess, passed_on: Rights, data: QueryDict | None = None) -> None:
        self.received = rights_of(access)
        self.access = access
        super().__init__(access.grantor, cut(passed_on, self.received), data, limits=True)

    def filer_codes(self) -> list[str]:
        """The filer code the access was asked for with, if it was."""
        return [self.access.filer_code] if self.access.filer_code else []

    def sub_accounts(self) -> QuerySet[SubAccount]:
        """The sub-accounts of which at least one tab was received."""
        found = super().sub_accounts()
        singly = {at.sub_account for at in self.received.grid if at.sub_account}
        by_type = {at.section for at, level in self.received.grid.items() if not at.sub_account and level.reads}
        exceptions = found.filter(pk__in=singly)
        closed = [one.pk for one in exceptions if not any(self.received.level(at).reads for at in cells_of(one))]
        return found.filter(Q(account_type__in=by_type) | Q(pk__in=singly)).exclude(pk__in=closed)

    def cells(self) -> set[Cell]:
        return {at for at in super().cells() if self.received.level(at).reads}

    def offers(self, at: Cell, level: Level | None) -> bool:
        return level is None or ORDER[level] <= ORDER[self.received.level(at)]

    def parts(self, page: Page[SubAccount]) -> list[dict[str, Any]]:
        """For the template: each section with what was received of it, whole types and the single ones of a page."""
        by_type: dict[str, list[SubAccount]] = {}
        for one in page:
            by_type.setdefault(one.account_type, []).append(one)
        found = []
        for section in sections():
            cells = [(Cell(section.code, tab.code), tab.label) for tab in section.tabs]
            rows = [self._line(at, label) for at, label in cells if self.received.level(at).reads]
            singles = [self._lines_of(one) for one in by_type.get(section.code, [])]
            if rows or singles:
                whole = section.label if section.code == TOP else f"All {section.label.lower()} sub-accounts"
                opened = any(one["differs"] for one in singles)
                part: dict[str, Any] = {"code": section.code, "label": section.label, "whole": whole, "rows": rows}
                found.append({**part, "singles": singles, "open": opened})
        return found

    def _lines_of(self, one: SubAccount) -> dict[str, Any]:
        labels = {tab.code: tab.label for tab in one.type.tabs}
        cells = [at for at in cells_of(one) if self.received.level(at).reads]
        return {
            "name": one.name,
            "number": one.masked_identifier,
            "rows": [self._line(at, labels[at.tab]) for at in cells],
            "differs": any(at in self.rights.grid for at in cells),
        }

    def _line(self, at: Cell, label: str) -> dict[str, Any]:
        received, chosen = self.received.level(at), self.rights.grid.get(at)
        choices: list[tuple[str, str]] = [("", AS_TYPE)] if at.sub_account else []
        choices += [(level.value, level.label) for level in Level if ORDER[level] <= ORDER[received]]
        nothing = "" if at.sub_account else Level.NONE.value
        return {
            "key": at.key,
            "label": label,
            "received": received.label,
            "choices": choices,
            "chosen": chosen.value if chosen else nothing,
        }

    def isf(self) -> dict[str, Any]:
        """The ISF Portal part, where it was received."""
        roles = [
            {"code": code, "label": label, "checked": code in self.rights.isf_roles}
            for code, label in ISF_ROLES.items()
            if code in self.received.isf_roles
        ]
        return {"offered": self.received.isf_portal, "open": self.rights.isf_portal, "roles": roles}


def in_words(access: CrossAccountAccess, *, to_recipient: bool) -> list[dict[str, str]]:
    """What an access grants, as people read it.

    The recipient is not told the names of single sub-accounts that are kept from it.
    """
    texts = flat(access)
    del texts["ends-on"]
    return words({key: text for key, text in texts.items() if not (to_recipient and _is_kept_back(key, text))})


def words(texts: rights.Flat) -> list[dict[str, str]]:
    """Rights as people read them: everything that is granted."""
    return rights.in_words(rights.changes({}, texts))


def _is_kept_back(key: str, text: str) -> bool:
    return key.count(":") == 2 and text == Level.NONE


def has(place: Membership | None) -> str:
    """What somebody has of what their company received, in three words."""
    if place is None:
        return NOTHING
    return EVERYTHING if place.everything_received else PARTS


def has_in_words(place: Membership | None, access: CrossAccountAccess) -> list[dict[str, str]]:
    """What somebody has there now, cell by cell: never more than their company received."""
    if place is None:
        return []
    if place.everything_received:
        return in_words(access, to_recipient=True)
    texts = in_texts(cut(rights_of(place), rights_of(access)), None)
    del texts["ends-on"]
    return words({key: text for key, text in texts.items() if not _is_kept_back(key, text)})


def places(access: CrossAccountAccess, people: Iterable[Membership]) -> dict[int, Membership]:
    """The live places in the other account of these own people, by user (one query)."""
    users = [one.user_id for one in people]
    return {one.user_id: one for one in access.visitors.filter(ended_at=None, user__in=users)}


def by_role(member: Membership) -> bool:
    """Whether somebody has everything because they own the account that received it."""
    return member.role == Role.TRADE_ACCOUNT_OWNER
