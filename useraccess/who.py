"""Who can do what: everybody who reads or changes a place of the account, or everything one person may do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Case, Q, Value, When

from accounts import registry
from accounts.models import SubAccount, TopAccount
from accounts.registry import Tab
from useraccess import policy
from useraccess.models import Grant, Level, Membership, Role
from useraccess.models.membership import MembershipQuerySet
from useraccess.people import NAMES, Standing, named, standing
from useraccess.policy import Right
from useraccess.rights import ACTION_PLAN, ACTIVITY_LOG, BY_ROLE, ISF_ROLES, TOP, Cell, Rights, rights_of, sections

PAGE_SIZE = 25
#: How many places or people a select offers; whoever looks for another one types a part of its name.
OFFERED = 100
#: Digits of the longest primary key.
LONGEST_KEY = 18
#: What is given or not, beside the grid: the field of the membership, and what people call it.
DOORS = {
    "top_account_access": Tab("top_account_access", "Access to Top Account"),
    "isf_portal": Tab("isf_portal", "ISF Portal"),
}
_BY_RANK = Case(*(When(role=role, then=Value(place)) for place, role in enumerate(Role)))


@dataclass(frozen=True)
class Picker:
    """A text box and a select: what was typed, the first of the `total` that match, and the one that was chosen."""

    typed: str
    options: list[tuple[str, str]]
    total: int
    chosen: str
    #: Why there is no answer yet, although something was asked.
    problem: str

    @property
    def has_more(self) -> bool:
        return self.total > len(self.options)


@dataclass(frozen=True)
class Place:
    """The top account or one of its live sub-accounts, with its tabs."""

    code: str
    label: str
    section: str
    tabs: tuple[Tab, ...]
    sub_account: int | None = None

    def tab(self, code: str) -> Tab:
        """The tab of this code, else the first one."""
        return next((tab for tab in self.tabs if tab.code == code), self.tabs[0])


# A place: who uses it? ---------------------------------------------------------------------------------------------


def place_picker(account: TopAccount, typed: str, chosen: str) -> tuple[Picker, Place | None]:
    """The places of an account by a part of their name or number, and the one that is meant, if it is clear."""
    top = _top(account)
    found = SubAccount.objects.live().filter(_place_named(typed), top_account=account).order_by("name", "pk")
    top_too = typed.casefold() in top.label.casefold()
    total = found.count() + top_too
    known = [top] * top_too + [_place(one) for one in found[: OFFERED - top_too]]
    offered = {place.code: place for place in known}

    def other(pk: int) -> Place | None:
        one = found.filter(pk=pk).first()
        return _place(one) if one else None

    meant = _meant(offered, total, typed, chosen, other)
    if meant:
        offered[meant.code] = meant
    options = [(code, place.label) for code, place in offered.items()]
    return _picker("place", typed, chosen, options, total, meant.code if meant else ""), meant


T = TypeVar("T")


def _meant(offered: dict[str, T], total: int, typed: str, chosen: str, other: Callable[[int], T | None]) -> T | None:
    """The only match of what was typed, else the chosen one, if it matches; `other` finds one that is not offered."""
    if typed and total == 1:
        return next(iter(offered.values()))
    if chosen in offered:
        return offered[chosen]
    return other(int(chosen)) if chosen.isdecimal() and len(chosen) <= LONGEST_KEY else None


def _picker(what: str, typed: str, chosen: str, options: list[tuple[str, str]], total: int, meant: str) -> Picker:
    problem = ""
    if not meant and typed:
        problem = f"{total} places match" if what == "place" else f"{total} people match"
        problem = f"{problem} “{typed}”. Choose one from the list."
        if not total:
            problem = f"No {what} of this account matches “{typed}”. Type a part of the name."
    elif not meant and chosen:
        problem = f"This {what} is not part of the account any more. Choose one from the list."
    return Picker(typed, options, total, meant, problem)


def _top(account: TopAccount) -> Place:
    tabs = (*DOORS.values(), ACTIVITY_LOG, ACTION_PLAN)
    return Place("top", f"Top account: {account.company_name}", TOP, tabs)


def _place(one: SubAccount) -> Place:
    label = f"{one.type.label}: {one.name}, {one.masked_identifier}"
    return Place(str(one.pk), label, one.account_type, one.type.tabs, one.pk)


def _place_named(typed: str) -> Q:
    """Sub-accounts by a part of their name or number, or by their number the way their type's forms take it."""
    found = Q(name__icontains=typed) | Q(identifier__icontains=typed)
    for kind in registry.account_types() if typed else ():
        try:
            found |= Q(account_type=kind.code, identifier=kind.normalize(typed))
        except ValidationError:
            continue
    return found


@dataclass(frozen=True)
class Entitled:
    """Somebody who uses a place: what they may do there and why."""

    member: Membership
    may: str
    reason: str

    @property
    def standing(self) -> Standing:
        return standing(self.member.user)


def people_at(
    account: TopAccount, place: Place, tab: Tab, number: str | None
) -> tuple[Page[Membership], list[Entitled]]:
    """One page of everybody who reads or changes a tab of a place. Costs the same queries however many there are."""
    at = Cell(place.section, tab.code, place.sub_account)
    door = tab.code if tab.code in DOORS and place.section == TOP else ""
    found = policy.people_let_into(account, door) if door else policy.people_at(account, at)
    ordered = found.select_related("user").order_by(_BY_RANK, "user__last_name", "user__first_name", "pk")
    page: Page[Membership] = Paginator(ordered, PAGE_SIZE).get_page(number)
    members = list(page.object_list)
    if door:
        given = {member.pk: policy.door_open_to(member, door) for member in members}
        return page, [Entitled(one, _door_in_words(one, door), given[one.pk].reason) for one in members]
    given = policy.rights_of_people(members, at)
    return page, [Entitled(one, given[one.pk].level.label, given[one.pk].reason) for one in members]


def doors(member: Membership) -> list[dict[str, str]]:
    """Access to Top Account and the ISF Portal, as rows: whether they are open to the member, and why."""
    return [
        {"label": door.label, "value": _door_in_words(member, code), "reason": policy.door_open_to(member, code).reason}
        for code, door in DOORS.items()
    ]


def _door_in_words(member: Membership, door: str) -> str:
    """ "Yes", "No", or the roles of the ISF Portal."""
    if not policy.door_open_to(member, door).level.reads:
        return "No"
    if door != "isf_portal":
        return "Yes"
    codes = ISF_ROLES if member.role in policy.OWNERS else member.isf_roles.split(",")
    return ", ".join(["Yes", *(ISF_ROLES.get(code, code) for code in codes if code)])


# A person: what may they do? ---------------------------------------------------------------------------------------


def person_picker(account: TopAccount, typed: str, chosen: str) -> tuple[Picker, Membership | None]:
    """The people of an account by a part of their name or e-mail, and the one who is meant, if it is clear."""
    found = _people(account).filter(named(typed, *(f"user__{field}" for field in NAMES)))
    total = found.count()
    offered = {str(one.pk): one for one in found[:OFFERED]}
    meant = _meant(offered, total, typed, chosen, lambda pk: found.filter(pk=pk).first())
    if meant:
        offered[str(meant.pk)] = meant
    options = [(code, f"{one.user} ({one.user.email})") for code, one in offered.items()]
    return _picker("person", typed, chosen, options, total, str(meant.pk) if meant else ""), meant


def _people(account: TopAccount) -> MembershipQuerySet:
    live = Membership.objects.live().filter(top_account=account).select_related("user")
    return live.order_by("user__last_name", "user__first_name", "pk")


@dataclass(frozen=True)
class Line:
    """What a person may do with one tab: of the top account, of all sub-accounts of a type, or of one of them."""

    place: str
    tab: str
    right: Right
    #: For a single sub-account: what the grant on its type says.
    by_type: Level = Level.NONE


def sheet(member: Membership, number: str | None) -> tuple[list[Line], Page[Grant], list[Line]]:
    """All that a member may do: line by line for whole types, and page by page where a sub-account has its own."""
    role, granted = Role(member.role), BY_ROLE
    own = Grant.objects.none()
    if role == Role.TRADE_ACCOUNT_USER:
        granted = rights_of(member)
        # An exception on what was closed, or went to another company, is history.
        live = SubAccount.objects.live().filter(top_account=member.top_account_id)
        own = Grant.objects.filter(membership=member, sub_account__in=live)
    ordered = own.select_related("sub_account").order_by("sub_account__name", "sub_account", "tab")
    page: Page[Grant] = Paginator(ordered, PAGE_SIZE).get_page(number)
    by_type = [*_by_type(role, granted), *_of_limit(member, role, granted)]
    return by_type, page, list(_by_sub_account(role, granted, page))


def _of_limit(member: Membership, role: Role, granted: Rights) -> Iterator[Line]:
    """The one importer sub-account that is left to whoever is limited, while it belongs to the account."""
    only = member.limit_sub_account
    if only is None or only.top_account_id != member.top_account_id or only.closed_at is not None:
        return
    place = _place(only)
    for tab in place.tabs:
        yield Line(place.label, tab.label, policy.right(role, granted, Cell(place.section, tab.code, only.pk)))


def _by_type(role: Role, granted: Rights) -> Iterator[Line]:
    for section in sections():
        label = section.label if section.code == TOP else f"{section.label}, all sub-accounts"
        for tab in section.tabs:
            yield Line(label, tab.label, policy.right(role, granted, Cell(section.code, tab.code)))


def _by_sub_account(role: Role, granted: Rights, page: Page[Grant]) -> Iterator[Line]:
    labels = {Cell(section.code, tab.code): tab.label for section in sections() for tab in section.tabs}
    for grant in page:
        by_type = Cell(grant.account_type, grant.tab)
        if grant.sub_account is not None and by_type in labels:
            yield Line(
                _place(grant.sub_account).label,
                labels[by_type],
                policy.right(role, granted, by_type._replace(sub_account=grant.sub_account.pk)),
                granted.level(by_type),
            )
