"""The permission grid as a form: draws the tables, and reads what was chosen in them.

Field names are "cell-" and the cell's key. What a page does not show stays as it was, so an account with thousands of
sub-accounts is set page by page.
"""

from dataclasses import replace
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import QueryDict

from accounts.models import SubAccount, TopAccount
from useraccess.models import Level
from useraccess.rights import ISF_ROLES, TOP, Cell, Rights, Section, cell, cells_of, sections, type_cells

PREFIX = "cell-"
#: Sub-accounts on one page of the grid.
PAGE_SIZE = 500
AS_TYPE = "As its type"


class GridForm:
    """The grid of one person in one top account. `data` is what was sent, if anything; else `rights` are shown."""

    def __init__(self, top_account: TopAccount, rights: Rights, data: QueryDict | None = None) -> None:
        self.top_account = top_account
        self.error = ""
        self.rights = rights if data is None else self._read(rights, data)

    def _read(self, rights: Rights, data: QueryDict) -> Rights:
        """The rights with all that was sent put in; cells that were not sent stay."""
        offered = self.cells()
        grid = dict(rights.grid)
        for name in data:
            if not name.startswith(PREFIX):
                continue
            value = str(data[name])
            try:
                at = cell(name.removeprefix(PREFIX))
                level = Level(value) if value else None
            except ValueError:
                at, level = Cell("", ""), None
            if at not in offered or (level is None and not at.sub_account) or not self.offers(at, level):
                self.error = "A choice in the grid is not one of those offered. Look through the grid and save again."
            elif level is None:
                grid.pop(at, None)
            else:
                grid[at] = level
        isf_roles = frozenset(data.getlist("isf-roles")) & ISF_ROLES.keys() if "isf" in data else rights.isf_roles
        isf_portal = data["isf"] == "Yes" if "isf" in data else rights.isf_portal
        return replace(rights, grid=grid, isf_portal=isf_portal, isf_roles=frozenset(isf_roles)).tidy()

    def sub_accounts(self) -> QuerySet[SubAccount]:
        """The sub-accounts that can be set singly."""
        return self.top_account.sub_accounts.live()

    def cells(self) -> set[Cell]:
        """Every cell that can be set."""
        return {*type_cells(), *(at for one in self.sub_accounts() for at in cells_of(one))}

    def offers(self, at: Cell, level: Level | None) -> bool:
        """Whether this level may be chosen at a cell that can be set; None is "as its type"."""
        return True

    def page(self, chosen: QueryDict) -> Page[SubAccount]:
        """The page of sub-accounts to show: `q` (part of a name or number) and `page` of the query string."""
        found = self.sub_accounts()
        if query := chosen.get("q", "").strip()[:100]:
            found = found.filter(Q(name__icontains=query) | Q(identifier__icontains=query))
        return Paginator(found.order_by("account_type", "name", "identifier", "pk"), PAGE_SIZE).get_page(
            chosen.get("page")
        )

    def isf(self) -> dict[str, Any]:
        """The ISF Portal part, for the template."""
        roles = [
            {"code": code, "label": label, "checked": code in self.rights.isf_roles}
            for code, label in ISF_ROLES.items()
        ]
        return {"open": self.rights.isf_portal, "roles": roles}

    def sections(self, page: Page[SubAccount]) -> list[dict[str, Any]]:
        """The sub-tabs for the template: rows of the whole type, and the single sub-accounts of this page."""
        by_type: dict[str, list[SubAccount]] = {}
        for sub_account in page:
            by_type.setdefault(sub_account.account_type, []).append(sub_account)
        return [
            {
                "code": section.code,
                "label": section.label,
                "whole": "" if section.code == TOP else f"All {section.label.lower()} sub-accounts, also later ones",
                "tabs": section.tabs,
                "rows": [self._row(Cell(section.code, tab.code), tab.label) for tab in section.tabs],
                **self._singles(section, by_type.get(section.code, [])),
            }
            for section in sections()
        ]

    def _singles(self, section: Section, sub_accounts: list[SubAccount]) -> dict[str, Any]:
        labels = {tab.code: tab.label for tab in section.tabs}
        singles = [self._single(one, labels) for one in sub_accounts]
        differing = sum(one["differs"] for one in singles)
        return {"sub_accounts": singles, "differing": differing, "open": differing > 0}

    def _row(self, at: Cell, label: str) -> dict[str, Any]:
        level = self.rights.grid.get(at, Level.NONE)
        choices = [{"value": one.value, "label": one.label, "checked": one is level} for one in Level]
        return {"key": at.key, "label": label, "choices": choices}

    def _single(self, sub_account: SubAccount, labels: dict[str, str]) -> dict[str, Any]:
        cells = []
        for at in cells_of(sub_account):
            level = self.rights.grid.get(at)
            choices = [{"value": "", "label": AS_TYPE, "checked": level is None}]
            choices += [{"value": one.value, "label": one.label, "checked": one is level} for one in Level]
            cells.append({"key": at.key, "label": labels[at.tab], "choices": choices, "set": level is not None})
        return {
            "name": sub_account.name,
            "number": sub_account.masked_identifier,
            "cells": cells,
            "differs": any(one["set"] for one in cells),
        }


class TypesOnlyGrid(GridForm):
    """The grid of an account whose sub-accounts the person must not see: whole account types alone."""

    def sub_accounts(self) -> QuerySet[SubAccount]:
        return super().sub_accounts().none()
