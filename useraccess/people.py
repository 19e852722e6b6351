"""The people list of an account: its people and trade contacts in one list, chosen, ordered and cut by the database."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, DateTimeField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Lower
from django.http import QueryDict
from django.utils import timezone

from accounts.actions import suspended_at
from accounts.models import TopAccount, User
from ace_portal.core import clock
from useraccess.models import Membership, Role, TradeContact

PAGE_SIZE = 25
CSV_BATCH = 500
CONTACT, NO_SIGN_IN = "CONTACT", "NO_SIGN_IN"
#: What the list can be narrowed to, in the order in which it sorts: codes of the query string and what people read.
ROLES = {**{role.value: role.label for role in Role}, CONTACT: "Trade Contact"}
STATUSES = {
    User.Status.INVITED.value: "Invited",
    User.Status.FIRST_SIGN_IN.value: "Has a temporary password",
    User.Status.ACTIVE.value: "Active",
    User.Status.SUSPENDED.value: "Suspended",
    User.Status.DEACTIVATED.value: "Deactivated",
    NO_SIGN_IN: "Does not sign in",
}
TONES = {"ACTIVE": "good", "SUSPENDED": "bad", "DEACTIVATED": "bad"}
TYPES = {"people": "People", "contacts": "Trade contacts"}
SORTS = {"name": "Name", "role": "Role", "status": "Status", "last-sign-in": "Last sign-in"}
#: How a spreadsheet knows a formula: a cell that begins so is taken for text once an apostrophe leads it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
NAMES = ("first_name", "middle_name", "last_name", "email")

#: Whether a person or a contact, its primary key, and what the list sorts by.
Key = tuple[str, int, str, str, int, int, datetime | None]
COLUMNS = ("kind", "pk", "last", "first", "rank", "standing", "seen")
PERSON, ONLY_CONTACT = "1", "2"


@dataclass(frozen=True)
class Choice:
    """What somebody wants to see, in which order. Texts that say nothing known count as empty."""

    role: str = ""
    status: str = ""
    type: str = ""
    words: str = ""
    column: str = "name"
    descending: bool = False

    @classmethod
    def read(cls, query: QueryDict) -> "Choice":
        """The choice a query string makes: `role`, `status`, `type`, `q`, `sort` ("-name" for the other direction)."""
        sort = query.get("sort", "")
        known = sort.removeprefix("-") in SORTS
        return cls(
            role=_one_of(ROLES, query.get("role")),
            status=_one_of(STATUSES, query.get("status")),
            type=_one_of(TYPES, query.get("type")),
            words=query.get("q", "").strip()[:100],
            column=sort.removeprefix("-") if known else "name",
            descending=known and sort.startswith("-"),
        )

    @property
    def narrows(self) -> bool:
        """Whether something may be left out."""
        return bool(self.role or self.status or self.type or self.words)

    @property
    def sort(self) -> str:
        """The order as the query string says it."""
        return f"-{self.column}" if self.descending else self.column

    @property
    def query(self) -> str:
        """The query string that makes this choice."""
        asked = {"role": self.role, "status": self.status, "type": self.type, "q": self.words, "sort": self.sort}
        return urlencode({name: value for name, value in asked.items() if value})


def _one_of(known: dict[str, str], code: str | None) -> str:
    return code if code in known else ""


@dataclass(frozen=True)
class Standing:
    """A status as people read it, and how it is colored (the text says the same)."""

    label: str
    tone: str

    @property
    def active(self) -> bool:
        return self.tone == "good"


def standing(person: User) -> Standing:
    """Whether this person can sign in now."""
    return Standing(STATUSES[person.status], TONES.get(person.status, "waiting"))


@dataclass(frozen=True)
class Row:
    """A line of the list. `membership` is the primary key of a person's place in the account, `contact` a contact's."""

    name: str
    email: str
    role: str
    standing: Standing
    last_seen_at: datetime | None = None
    days_left: int | None = None
    membership: int | None = None
    contact: int | None = None
    #: "Importer **-****789 00, filer code ABC", for whoever is limited so.
    limit: str = ""


def named(typed: str, *fields: str) -> Q:
    """The rows in whose `fields` each of the typed words is found."""
    words = Q()
    for word in typed.split()[:10]:
        words &= Q(*((f"{field}__icontains", word) for field in fields), _connector="OR")
    return words


def keys(account: TopAccount, choice: Choice) -> "QuerySet[Any, Key]":
    """What the chosen lines stand for, in order: one query, whatever is chosen."""
    found = _people(account, choice).union(_contacts(account, choice), all=True)
    return found.order_by(*_order(choice))


def _people(account: TopAccount, choice: Choice) -> "QuerySet[Any, Key]":
    """The account's people; those who serve as a contact, too, are found as people and as contacts."""
    found = Membership.objects.live().filter(named(choice.words, *_of_user(NAMES)), top_account=account)
    if choice.role == CONTACT or choice.type == "contacts":
        found = found.filter(_serves_as_contact())
    if choice.role and choice.role != CONTACT:
        found = found.filter(role=choice.role)
    if choice.status:
        # Nobody's status says that they do not sign in.
        found = found.filter(user__status=choice.status)
    return (
        found.order_by()
        .annotate(
            kind=Value(PERSON),
            last=Lower("user__last_name"),
            first=Lower("user__first_name"),
            rank=_place("role", ROLES),
            standing=_place("user__status", STATUSES),
            seen=F("user__last_seen_at"),
        )
        .values_list(*COLUMNS)
    )


def _contacts(account: TopAccount, choice: Choice) -> "QuerySet[Any, Key]":
    """The contacts that are nothing else in the account."""
    fields = ("first_name", "last_name", "email", *_of_user(NAMES))
    members = Membership.objects.live().filter(top_account=account, user=OuterRef("user"))
    nobody_else = Q(user=None) | ~Exists(members)
    found = TradeContact.objects.live().filter(nobody_else, named(choice.words, *fields), top_account=account)
    if choice.type == "people" or choice.role not in ("", CONTACT) or choice.status not in ("", NO_SIGN_IN):
        found = found.none()
    # A part of a union brings no order of its own.
    return (
        found.order_by()
        .annotate(
            kind=Value(ONLY_CONTACT),
            last=Lower(Coalesce("user__last_name", "last_name", output_field=CharField())),
            first=Lower(Coalesce("user__first_name", "first_name", output_field=CharField())),
            rank=Value(list(ROLES).index(CONTACT)),
            standing=Value(list(STATUSES).index(NO_SIGN_IN)),
            seen=Value(None, output_field=DateTimeField()),
        )
        .values_list(*COLUMNS)
    )


def _of_user(fields: Iterable[str]) -> list[str]:
    return [f"user__{field}" for field in fields]


def _serves_as_contact() -> Exists:
    return Exists(TradeContact.objects.live().filter(top_account=OuterRef("top_account"), user=OuterRef("user")))


def _place(field: str, known: dict[str, str]) -> Case:
    """Where a code stands in the order of what is known."""
    whens = [When(**{field: code}, then=Value(place)) for place, code in enumerate(known)]
    return Case(*whens, default=Value(len(known)), output_field=IntegerField())


def _order(choice: Choice) -> list[Combinable | str]:
    """What to order by: the chosen column first, then the name, then what nobody shares. "Never" is the longest ago."""
    if choice.column == "name":
        return ["-last", "-first", "-kind", "-pk"] if choice.descending else ["last", "first", "kind", "pk"]
    if choice.column == "last-sign-in":
        seen = F("seen")
        first: Any = seen.desc(nulls_last=True) if choice.descending else seen.asc(nulls_first=True)
    else:
        first = ("-" if choice.descending else "") + {"role": "rank", "status": "standing"}[choice.column]
    return [first, "last", "first", "kind", "pk"]


def page_of(account: TopAccount, choice: Choice, number: str | None) -> tuple[Page[Key], list[Row]]:
    """One page of the list and its rows. Costs the same queries however many people there are."""
    page: Page[Key] = Paginator(keys(account, choice), PAGE_SIZE).get_page(number)
    return page, rows(page.object_list)


def rows(found: Iterable[Key]) -> list[Row]:
    """The lines that these keys stand for, in the same order (two queries)."""
    wanted = [(kind, pk) for kind, pk, *_ in found]
    people = Membership.objects.select_related("user", "limit_sub_account").annotate(also_contact=_serves_as_contact())
    contacts = TradeContact.objects.select_related("user")
    known: dict[str, dict[int, Any]] = {
        PERSON: people.in_bulk([pk for kind, pk in wanted if kind == PERSON]),
        ONLY_CONTACT: contacts.in_bulk([pk for kind, pk in wanted if kind == ONLY_CONTACT]),
    }
    return [_row(one) for kind, pk in wanted if (one := known[kind].get(pk))]


def _row(one: Any) -> Row:
    if isinstance(one, TradeContact):
        email = one.user.email if one.user else one.email
        return Row(str(one), email, ROLES[CONTACT], Standing(STATUSES[NO_SIGN_IN], ""), contact=one.pk)
    also = f", {ROLES[CONTACT]}" if one.also_contact else ""
    return Row(
        name=str(one.user),
        email=one.user.email,
        role=one.get_role_display() + also,
        standing=standing(one.user),
        last_seen_at=one.user.last_seen_at,
        days_left=days_to_suspension(one.user),
        membership=one.pk,
        limit=limit_in_words(one),
    )


def limit_in_words(member: Membership) -> str:
    """To which importer number and filer code a member is limited; empty for everybody else."""
    if member.limit_sub_account is None:
        return ""
    return f"{member.limit_sub_account}, filer code {member.limit_filer_code}"


def days_to_suspension(person: User) -> int | None:
    """How many days of the 45 without a sign-in are left; None for staff and for whoever has no open access to lose."""
    if person.is_staff or person.status != User.Status.ACTIVE:
        return None
    return max(0, ceil((suspended_at(person) - clock.now()) / timedelta(days=1)))


# The list as a file ------------------------------------------------------------------------------------------------

HEADINGS = ("Name", "E-mail", "Role", "Status", "Last sign-in", "Days to suspension", "Limited to")


class _Echo:
    """Hands each line back to whoever writes it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(account: TopAccount, choice: Choice) -> Iterator[str]:
    """All chosen lines as CSV, read in batches. The first character is how spreadsheets know UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(HEADINGS)
    found = list(keys(account, choice))
    for start in range(0, len(found), CSV_BATCH):
        for row in rows(found[start : start + CSV_BATCH]):
            yield writer.writerow([harmless(cell) for cell in _cells(row)])


def _cells(row: Row) -> list[str]:
    seen = f"{timezone.localtime(row.last_seen_at):%Y-%m-%d %H:%M}" if row.last_seen_at else ""
    days = "" if row.days_left is None else str(row.days_left)
    return [row.name, row.email, row.role, row.standing.label, seen, days, row.limit]


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
