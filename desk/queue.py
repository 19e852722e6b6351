"""What waits for somebody's desks, of all kinds, oldest first; and whatever a search finds, open or closed.

Each kind gives at most one page of rows, in order and from an index; the database merges them. So a page costs the
same however much there is, and nothing is counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast
from django.utils.dateparse import parse_datetime

from accounts.models import User
from ace_portal.core import clock
from desk import targets
from desk.models import Claim
from desk.registry import Kind, kind, kinds_for

PER_PAGE = 50
COLUMNS = ("code", "pk", "reference", "company", "since", "state", "officer_id")


@dataclass(frozen=True)
class Item:
    """A row of the queue. `mark` and `words` say how it stands against the target; both are "" once it is closed."""

    kind: Kind
    pk: int
    reference: str
    company: str
    since: datetime
    state: str
    officer_id: int | None
    is_open: bool = True
    officer: User | None = None

    @property
    def address(self) -> str:
        return self.kind.address(self.pk)

    @property
    def status(self) -> str:
        return self.kind.words_for(self.kind.outcome, self.state)

    @property
    def mark(self) -> str:
        return targets.mark(self.since, clock.now())[0] if self.is_open else ""

    @property
    def words(self) -> str:
        return targets.mark(self.since, clock.now())[1] if self.is_open else ""


@dataclass(frozen=True)
class Cursor:
    """The row after which a page begins."""

    since: datetime
    code: str
    pk: int

    def __str__(self) -> str:
        return f"{self.since.isoformat()}|{self.code}|{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """The cursor that came in an address; None for what is none."""
        since, _, rest = text.partition("|")
        code, _, pk = rest.partition("|")
        try:
            at = parse_datetime(since)
        except ValueError:
            return None
        known = at is not None and at.tzinfo is not None and kind(code) is not None
        return cls(at, code, int(pk)) if known and at and pk.isdecimal() and len(pk) < 19 else None


@dataclass(frozen=True)
class Choice:
    """What the queue is narrowed to. `whose` is "", "mine" or "unclaimed"; `code` names a kind."""

    code: str = ""
    whose: str = ""
    late: bool = False
    text: str = ""


@dataclass(frozen=True)
class Page:
    items: list[Item]
    #: Where the next page begins; None on the last one.
    after: Cursor | None = None
    #: Whether a search found more than is shown.
    more: bool = False


def page(choice: Choice, *, officer: User, after: Cursor | None = None) -> Page:
    """One page of the open work of this person's desks, oldest first.

    A search looks among open and closed work and shows one page.
    """
    if choice.text:
        return _found(choice, officer)
    arms = [
        _arm(one, _narrowed(one, choice, officer).filter(_behind(one, after)), "since")
        for one in _chosen(choice.code, officer)
    ]
    items = _read(arms, "since, code, pk", PER_PAGE + 1)
    last = items[PER_PAGE - 1] if len(items) > PER_PAGE else None
    shown = _with_officers(items[:PER_PAGE])
    return Page(shown, Cursor(last.since, last.kind.code, last.pk) if last else None)


def oldest_unclaimed(*, for_officer: User, code: str = "", but: Iterable[tuple[str, int]] = ()) -> Item | None:
    """What has waited longest among what nobody has claimed and this officer may decide on, without those of `but`."""
    arms = []
    for one in _chosen(code, for_officer):
        passed = [pk for of, pk in but if of == one.code]
        rows = _narrowed(one, Choice(whose="unclaimed"), for_officer).exclude(pk__in=passed)
        arms.append(_arm(one, rows.exclude(one.not_for(for_officer)), "since", limit=1))
    return next(iter(_read(arms, "since, code, pk", 1)), None)


def load(of: Iterable[Kind]) -> dict[int, int]:
    """How many open rows of these kinds each officer has claimed, by the officer's primary key."""
    counts: dict[int, int] = {}
    for one in of:
        claimed = _with_claim(one, one.open()).exclude(queue_officer=None).values("queue_officer")
        for pk, count in claimed.annotate(queue_count=Count("pk")).values_list("queue_officer", "queue_count"):
            counts[pk] = counts.get(pk, 0) + count
    return counts


def _chosen(code: str, person: User) -> list[Kind]:
    return [one for one in kinds_for(person) if code in ("", one.code)]


def _with_claim(one: Kind, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows with `queue_officer`, who has claimed them, and `queue_since`."""
    rows = rows.annotate(queue_since=one.began)
    if one.officer:
        own: QuerySet[Any] = rows.annotate(queue_officer=F(one.officer))
        return own
    live = Claim.objects.live().filter(kind=one.code, row=OuterRef("pk"))
    kept: QuerySet[Any] = rows.annotate(queue_officer=Subquery(live.values("officer")[:1]))
    return kept


def _narrowed(one: Kind, choice: Choice, officer: User) -> QuerySet[Any]:
    rows = _with_claim(one, one.open())
    if choice.whose == "mine":
        rows = rows.filter(queue_officer=officer.pk)
    elif choice.whose == "unclaimed":
        rows = rows.filter(queue_officer=None)
    if choice.late:
        rows = rows.filter(queue_since__lt=targets.before(clock.now(), targets.LATE))
    return rows


def _behind(one: Kind, after: Cursor | None) -> Q:
    """The rows of a kind that come after the cursor's."""
    if after is None:
        return Q()
    later = Q(queue_since__gt=after.since)
    same = Q(queue_since=after.since)
    if one.code > after.code:
        return later | same
    return later | (same & Q(pk__gt=after.pk)) if one.code == after.code else later


def _arm(one: Kind, rows: QuerySet[Any], order: str, limit: int = PER_PAGE + 1) -> QuerySet[Any]:
    """What one kind brings to the merged list, in the columns of COLUMNS."""
    rows = rows.annotate(
        queue_code=Value(one.code, CharField()),
        queue_row=Cast("pk", BigIntegerField()),
        queue_reference=F(one.reference),
        queue_company=F(one.company),
        queue_state=F(one.outcome),
    )
    columns = ("code", "row", "reference", "company", "since", "state", "officer")
    sign = "" if order == "since" else "-"
    found: QuerySet[Any] = rows.order_by(f"{sign}queue_since", f"{sign}pk").values_list(
        *(f"queue_{name}" for name in columns)
    )
    return found[:limit]


def _read(arms: list[QuerySet[Any]], order: str, limit: int, *, is_open: bool = True) -> list[Item]:
    """The first rows of all arms, merged."""
    return [_item(*row, is_open=is_open) for row in _merged(arms, COLUMNS, f"ORDER BY {order} LIMIT {int(limit)}")]


def _merged(arms: list[QuerySet[Any]], columns: tuple[str, ...], end: str) -> list[tuple[Any, ...]]:
    """The rows of all arms. Django cannot merge queries that have an order of their own on SQLite."""
    if not arms:
        return []
    heads: list[str] = []
    bodies: list[str] = []
    params: list[Any] = []
    names = ", ".join(columns)
    for number, arm in enumerate(arms):
        sql, values = arm.query.sql_with_params()
        # A common table expression names the columns; a derived table cannot on SQLite.
        heads.append(f"arm{number} ({names}) AS ({sql})")
        bodies.append(f"SELECT {names} FROM arm{number}")  # noqa: S608  # nosec B608 - no word of it was typed
        params += values
    # Made of queries and of names written here; what was typed is a parameter.
    sql = f"WITH {', '.join(heads)} {' UNION ALL '.join(bodies)} {end}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _item(code: str, pk: int, reference: str, company: str, since: Any, state: str, who: Any, *, is_open: bool) -> Item:
    found = kind(code)
    if found is None:
        raise LookupError(code)
    return Item(found, pk, reference, company, _moment(since), state, who, is_open)


def _moment(value: Any) -> datetime:
    """A moment as the database driver gives it: SQLite keeps text, in UTC."""
    if isinstance(value, str):
        value = parse_datetime(value)
    found: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
    return found


def _found(choice: Choice, officer: User) -> Page:
    """What a search finds: open work first, oldest first; then what is closed, newest first."""
    waiting, closed = [], []
    for one in _chosen(choice.code, officer):
        for way in one.search:
            condition = way(choice.text)
            if condition is None:
                continue
            waiting.append(_arm(one, _narrowed(one, replace(choice, text=""), officer).filter(condition), "since"))
            if not (choice.whose or choice.late):
                rows = _with_claim(one, one.rows().exclude(one.waits).filter(condition))
                closed.append(_arm(one, rows, "-since"))
    items = _each_once(_read(waiting, "since, code, pk", PER_PAGE * 3))
    items += _each_once(_read(closed, "since DESC, code, pk DESC", PER_PAGE * 3, is_open=False))
    return Page(_with_officers(items[:PER_PAGE]), more=len(items) > PER_PAGE)


def keys_found(one: Kind, text: str, limit: int = 500) -> list[int]:
    """The primary keys of what a search finds among one kind, whatever became of it: of each way the newest so many."""
    conditions = [found for way in one.search if (found := way(text)) is not None]
    everything = one.model._default_manager.order_by("-pk")
    return [
        pk for (pk,) in _merged([everything.filter(each).values_list("pk")[:limit] for each in conditions], ("pk",), "")
    ]


def _each_once(items: list[Item]) -> list[Item]:
    """Without repetitions: a row may be found in more than one way."""
    return list({(one.kind.code, one.pk): one for one in items}.values())


def _with_officers(items: list[Item]) -> list[Item]:
    people = User.objects.in_bulk({one.officer_id for one in items if one.officer_id})
    return [replace(one, officer=people.get(one.officer_id or 0)) for one in items]
