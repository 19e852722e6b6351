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
from ace_portal.core.refs import key_in
from useraccess.models import FilerCodeLink, Level
from useraccess.rights import IMPORTER as IMPORTER_TYPE
from useraccess.rights import ISF_ROLES, TOP, Cell, Limit, Rights, Section, cell, cells_of, sections, type_cells

PREFIX = "cell-"
#: Sub-accounts on one page of the grid.
PAGE_SIZE = 500
AS_TYPE = "As its type"
#: Fields of the limit to one importer number and filer code: both or none.
IMPORTER, FILER_CODE = "limit-importer", "limit-filer-code"
NOT_OFFERED = "A choice in the grid is not one of those offered. Look through the grid and save again."


class GridForm:
    """The grid of one person in one top account. `data` is what was sent, if anything; else `rights` are shown.

    `error` says why it cannot be saved, `error_field` the id of the field it is about. With `limits`, the person can be
    limited to one importer number and filer code.
    """

    def __init__(
        self, top_account: TopAccount, rights: Rights, data: QueryDict | None = None, *, limits: bool = False
    ) -> None:
        self.top_account = top_account
        self.limits = limits
        self.error = self.error_field = ""
        self._chosen = (str(rights.limit.sub_account), rights.limit.filer_code) if rights.limit else ("", "")
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
                self.error = NOT_OFFERED
            elif level is None:
                grid.pop(at, None)
            else:
                grid[at] = level
        isf_roles = frozenset(data.getlist("isf-roles")) & ISF_ROLES.keys() if "isf" in data else rights.isf_roles
        isf_portal = data["isf"] == "Yes" if "isf" in data else rights.isf_portal
        limit = self._read_limit(rights.limit, data) if self.limits else rights.limit
        return replace(rights, grid=grid, isf_portal=isf_portal, isf_roles=frozenset(isf_roles), limit=limit).tidy()

    def _read_limit(self, before: Limit | None, data: QueryDict) -> Limit | None:
        if IMPORTER not in data and FILER_CODE not in data:
            return before
        importer, code = self._chosen = data.get(IMPORTER, ""), data.get(FILER_CODE, "")
        if not (importer or code):
            return None
        if not importer or not code:
            self.error_field = FILER_CODE if importer else IMPORTER
            missing = "Choose the filer code, too" if importer else "Choose the importer number, too"
            self.error = f"{missing}: importer number and filer code go together. Or choose “No limit” for both."
            return before
        chosen = Limit(key_in(importer) or 0, code)
        if chosen != before and not self._offers_limit(chosen):
            self.error, self.error_field = NOT_OFFERED, IMPORTER
            return before
        return chosen

    def _offers_limit(self, chosen: Limit) -> bool:
        importers = self.sub_accounts().filter(account_type=IMPORTER_TYPE)
        return chosen.filer_code in self.filer_codes() and importers.filter(pk=chosen.sub_account).exists()

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

    def filer_codes(self) -> list[str]:
        """The filer codes that somebody can be limited to: those linked to the account."""
        live = FilerCodeLink.objects.live().filter(top_account=self.top_account)
        return list(live.order_by("filer_code").values_list("filer_code", flat=True))

    def limit(self, page: Page[SubAccount]) -> dict[str, Any]:
        """The two fields of the limit, for the template: the importers of this page and the one that is chosen."""
        importer, code = self._chosen
        importers = {str(one.pk): one for one in page if one.account_type == IMPORTER_TYPE}
        choices = [(pk, f"{one.name}, {one.masked_identifier}") for pk, one in importers.items()]
        if importer and importer not in importers:
            choices.append((importer, self._elsewhere(key_in(importer) or 0)))
        codes = list(dict.fromkeys([*self.filer_codes(), *([code] if code else [])]))
        fields = [
            {"id": IMPORTER, "label": "Limit to importer number", "choices": choices, "chosen": importer},
            {"id": FILER_CODE, "label": "Filer code", "choices": [(one, one) for one in codes], "chosen": code},
        ]
        return {"fields": fields, "possible": bool(codes)}

    def _elsewhere(self, pk: int) -> str:
        one = self.sub_accounts().filter(pk=pk, account_type=IMPORTER_TYPE).first()
        return f"{one.name}, {one.masked_identifier}" if one else "An importer number that is not in this account now"

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
