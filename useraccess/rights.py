"""What somebody was granted in a top account: Access to Top Account, the ISF Portal, and the permission grid.

Nothing here asks who may do what (that is policy.py) or writes anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from django.db.models import Q

from accounts import registry
from accounts.models import SubAccount
from accounts.registry import Tab
from useraccess.models import CrossAccountAccess, Level, Membership, Role

#: The code of the top account where the grid names account types. Its tabs are rights of their own: whoever has Access
#: to Top Account reads the account's facts, and writes to its log or plan only as granted (facts-access §1.1, §5).
TOP = "TOP"
ACTIVITY_LOG = Tab("activity-log", "Business Activity Log")
ACTION_PLAN = Tab("action-plan", "Action Plan")
#: The account type that a limit speaks of: an importer number and a filer code go together (facts-access §1.6).
IMPORTER = "IMPORTER"
#: Roles of the ISF Portal. The real names are not published (facts-access §10): these are ours, to illustrate.
ISF_ROLES = {"FILER": "ISF Filer", "VIEWER": "ISF Viewer", "REPORTS": "ISF Reports"}


@dataclass(frozen=True)
class Section:
    """A sub-tab of the permission grid: the top account, or an account type."""

    code: str
    label: str
    tabs: tuple[Tab, ...]


def sections() -> list[Section]:
    """The sub-tabs of the grid: the top account, then every account type that an app has registered."""
    top = Section(TOP, "Top Account", (ACTIVITY_LOG, ACTION_PLAN))
    return [top, *(Section(kind.code, kind.label, kind.tabs) for kind in registry.account_types())]


class Cell(NamedTuple):
    """A place of the grid: a tab of a whole account type, or (`sub_account` is its primary key) of one sub-account."""

    section: str
    tab: str
    sub_account: int | None = None

    @property
    def key(self) -> str:
        """The cell as a short text, "IMPORTER:details" or "IMPORTER:details:17": names of form fields, journal."""
        return ":".join([self.section, self.tab, *([str(self.sub_account)] if self.sub_account else [])])


def cell(key: str) -> Cell:
    """The cell of a key. Raises ValueError for a text that is none."""
    section, tab, *rest = key.split(":")
    if len(rest) > 1:
        raise ValueError(key)
    return Cell(section, tab, int(rest[0]) if rest else None)


def type_cells() -> list[Cell]:
    """All cells that stand for a whole account type."""
    return [Cell(section.code, tab.code) for section in sections() for tab in section.tabs]


def cells_of(sub_account: SubAccount) -> list[Cell]:
    """The cells of one sub-account."""
    return [Cell(sub_account.account_type, tab.code, sub_account.pk) for tab in sub_account.type.tabs]


class Limit(NamedTuple):
    """Of all importer sub-accounts this one alone (its primary key), and of its data what has this filer code."""

    sub_account: int
    filer_code: str


@dataclass(frozen=True)
class Rights:
    """Everything one person was granted in one top account. `grid` holds only what was set."""

    top_account_access: bool = False
    isf_portal: bool = False
    isf_roles: frozenset[str] = frozenset()
    grid: dict[Cell, Level] = field(default_factory=dict)
    limit: Limit | None = None

    def level(self, at: Cell) -> Level:
        """The most specific grant: the sub-account's own, else the one on its type, else none."""
        return self.grid.get(at) or self.grid.get(at._replace(sub_account=None)) or Level.NONE

    def everywhere(self, level: Level) -> "Rights":
        """Full Access for All, or Read-Only Access for All: every tab of every type, and no exceptions.

        As in ACE, either of them opens the ISF Portal with all of its roles (seed 002, Topic 5). A limit stays.
        """
        return replace(self, isf_portal=True, isf_roles=frozenset(ISF_ROLES), grid=dict.fromkeys(type_cells(), level))

    def tidy(self) -> "Rights":
        """The same rights without what says nothing: "none" on a type, roles of an ISF Portal that is closed."""
        grid = {at: level for at, level in self.grid.items() if at.sub_account or level is not Level.NONE}
        return replace(self, grid=grid, isf_roles=self.isf_roles if self.isf_portal else frozenset())


def limit_of(holder: Membership | CrossAccountAccess) -> Limit | None:
    """The limit of a member or visitor; another company has none."""
    if not isinstance(holder, Membership) or holder.limit_sub_account_id is None:
        return None
    return Limit(holder.limit_sub_account_id, holder.limit_filer_code)


#: What a role gives by itself: owner and proxies do everything.
BY_ROLE = Rights(top_account_access=True)


def rights_of(holder: Membership | CrossAccountAccess) -> Rights:
    """What a member, or another company, was granted (one query).

    Owner and proxies have their rights by role, not from here. A visitor's are bounded by their company's.
    """
    account = holder.top_account_id if isinstance(holder, Membership) else holder.grantor_id
    # A sub-account that went to another company goes by the grants there.
    here = Q(sub_account=None) | Q(sub_account__top_account=account)
    grants = holder.grants.filter(here).values_list("account_type", "tab", "sub_account", "level")
    return Rights(
        top_account_access=holder.top_account_access,
        isf_portal=holder.isf_portal,
        isf_roles=frozenset(filter(None, holder.isf_roles.split(","))),
        grid={Cell(kind, tab, sub_account): Level(level) for kind, tab, sub_account, level in grants},
        limit=limit_of(holder),
    )


# What changes, in words and for the journal ------------------------------------------------------------------------

Flat = dict[str, str]
#: The key of a limit: there only if there is one. Its value is "17 ABC": the sub-account and the filer code.
LIMIT = "limit"


def flat(role: str, rights: Rights) -> Flat:
    """Role and rights as plain texts by key, so that two of them can be compared and kept in the journal."""
    return {
        "role": str(role),
        "top-account": "Yes" if rights.top_account_access else "No",
        "isf": "Yes" if rights.isf_portal else "No",
        "isf-roles": ",".join(sorted(rights.isf_roles)),
        **({LIMIT: f"{rights.limit.sub_account} {rights.limit.filer_code}"} if rights.limit else {}),
        **{at.key: level.value for at, level in rights.grid.items()},
    }


def unflat(texts: Flat) -> tuple[Role, Rights]:
    """Role and rights out of what `flat` made. Cells that no account type has any more are left out."""
    known = {(at.section, at.tab) for at in type_cells()}
    grid = {cell(key): Level(level) for key, level in texts.items() if ":" in key}
    rights = Rights(
        top_account_access=texts["top-account"] == "Yes",
        isf_portal=texts["isf"] == "Yes",
        isf_roles=frozenset(filter(None, texts["isf-roles"].split(","))),
        grid={at: level for at, level in grid.items() if (at.section, at.tab) in known},
        limit=_limit(texts.get(LIMIT, "")),
    )
    return Role(texts["role"]), rights


def _limit(text: str) -> Limit | None:
    sub_account, _, filer_code = text.partition(" ")
    return Limit(int(sub_account), filer_code) if text else None


@dataclass(frozen=True)
class Change:
    """One thing that differs. `before` and `after` are the values of `flat`, "" where nothing was or is set."""

    key: str
    before: str
    after: str


def changes(before: Flat, after: Flat) -> list[Change]:
    """What differs, in the order of the grid: each account type as a whole, then its single sub-accounts."""
    keys = [*before, *(key for key in after if key not in before)]
    found = [Change(key, before.get(key, ""), after.get(key, "")) for key in keys if before.get(key) != after.get(key)]
    order = {code: place for place, code in enumerate([*_NAMES, *(section.code for section in sections())])}
    tabs = {at: place for place, at in enumerate(type_cells())}

    def place(change: Change) -> tuple[int, int, int]:
        if change.key in _NAMES:
            return order[change.key], 0, 0
        at = cell(change.key)
        by_type = at._replace(sub_account=None)
        return order.get(at.section, len(order)), at.sub_account or 0, tabs.get(by_type, len(tabs))

    return sorted(found, key=place)


def applied(base: Flat, made: Iterable[Change]) -> Flat:
    """`base` with these changes made to it."""
    result = dict(base)
    for change in made:
        if change.after or (":" not in change.key and change.key != LIMIT):
            result[change.key] = change.after
        else:
            result.pop(change.key, None)
    return result


def undone(base: Flat, made: Iterable[Change]) -> Flat:
    """`base` as it was before these changes."""
    return applied(base, [Change(one.key, one.after, one.before) for one in made])


def in_words(found: Iterable[Change]) -> list[dict[str, str]]:
    """Changes as people read them: `what`, `before`, `after` (one query for the names of sub-accounts)."""
    found = list(found)
    ids = [pk for change in found if ":" in change.key and (pk := cell(change.key).sub_account)]
    limits = [text for change in found if change.key == LIMIT for text in (change.before, change.after)]
    ids += [limit.sub_account for limit in map(_limit, limits) if limit]
    names = {one.pk: str(one) for one in SubAccount.objects.filter(pk__in=ids)}
    labels = {section.code: section for section in sections()}
    return [
        {
            "what": _what(change.key, labels, names),
            "before": _value(change.key, change.before, names),
            "after": _value(change.key, change.after, names),
        }
        for change in found
    ]


_NAMES = {
    "ends-on": "End date",
    "role": "Role",
    "top-account": "Access to Top Account",
    "isf": "ISF Portal",
    "isf-roles": "ISF Portal roles",
    LIMIT: "Limit to importer number and filer code",
}


def _what(key: str, labels: dict[str, Section], names: dict[int, str]) -> str:
    if key in _NAMES:
        return _NAMES[key]
    at = cell(key)
    section = labels.get(at.section)
    tab = next((one.label for one in section.tabs if one.code == at.tab), at.tab) if section else at.tab
    if at.sub_account:
        return f"{names.get(at.sub_account, 'A sub-account')}: {tab}"
    if at.section == TOP:
        return tab
    return f"{section.label if section else at.section}, all sub-accounts: {tab}"


def _value(key: str, value: str, names: dict[int, str]) -> str:
    if key == LIMIT:
        limit = _limit(value)
        return f"{names.get(limit.sub_account, 'A sub-account')}, filer code {limit.filer_code}" if limit else "None"
    if key == "role":
        return Role(value).label if value else "None"
    if key == "ends-on":
        return value or "None"
    if key == "isf-roles":
        return ", ".join(ISF_ROLES.get(code, code) for code in value.split(",") if code) or "None"
    if ":" not in key:
        return value
    if not value:
        return "As its type" if cell(key).sub_account else Level.NONE.label
    return Level(value).label
