"""How much work came in, how much was decided, how long it took, and who has how much of it.

Everything is added up in the database: the number of queries depends on the kinds of work, not on the rows.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.timezone import localtime

from accounts.models import User
from ace_portal.core import clock
from desk import queue, targets
from desk.registry import Kind

#: The spans the page offers, in days.
SPANS = (7, 30, 90)
MEDIAN, P90 = 0.5, 0.9
#: A longer span is drawn week by week.
MOST_BARS = 31


class PercentileCont(Aggregate):
    """PostgreSQL's percentile_cont: the value below which this fraction lies, between two values if need be."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass
class OfKind:
    """The numbers of one kind of work."""

    kind: Kind
    received: int = 0
    decided: int = 0
    open: int = 0
    late: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None
    outcomes: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class OfOfficer:
    """What one officer or analyst has at hand, and has decided in the span."""

    officer: User
    at_hand: int = 0
    decided: int = 0


@dataclass
class Bucket:
    """A day, or a week, of the chart."""

    first: date
    last: date
    received: int = 0
    decided: int = 0


@dataclass
class Numbers:
    of_kinds: list[OfKind]
    of_officers: list[OfOfficer]
    buckets: list[Bucket]


def numbers(days: int, chosen: list[Kind]) -> Numbers:
    """The numbers of the last so many days, today included, of these kinds of work."""
    now = clock.now()
    start = localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    received: Counter[date] = Counter()
    decided: Counter[date] = Counter()
    by_officer: Counter[int] = Counter()
    of_kinds = []
    for kind in chosen:
        came = _by_day(kind.rows().filter(**{f"{kind.came}__gte": start}), kind.came)
        went = _by_day(_decided(kind, start), kind.ended)
        received += came
        decided += went
        of_kind = OfKind(kind, received=came.total(), decided=went.total())
        _count_open(of_kind, now)
        _count_outcomes(of_kind, start, by_officer)
        if of_kind.decided:
            of_kind.median, of_kind.p90 = _percentiles(kind, start, of_kind.decided)
        of_kinds.append(of_kind)
    return Numbers(of_kinds, _officers(by_officer, queue.load(chosen)), _buckets(start.date(), days, received, decided))


def _decided(kind: Kind, start: datetime) -> QuerySet[Any]:
    return kind.rows().filter(kind.decided, **{f"{kind.ended}__gte": start})


def _by_day(rows: QuerySet[Any], moment: str) -> Counter[date]:
    per_day = rows.values(numbers_day=TruncDate(moment)).annotate(numbers_count=Count("pk"))
    return Counter(dict(per_day.values_list("numbers_day", "numbers_count")))


def _count_open(of_kind: OfKind, now: datetime) -> None:
    late = Q(numbers_since__lt=targets.before(now, targets.LATE))
    waiting = of_kind.kind.open().annotate(numbers_since=of_kind.kind.began)
    counted = waiting.aggregate(all=Count("pk"), late=Count("pk", filter=late))
    of_kind.open, of_kind.late = counted["all"], counted["late"]


def _count_outcomes(of_kind: OfKind, start: datetime, by_officer: Counter[int]) -> None:
    """How the decisions went and why, and who took them."""
    kind = of_kind.kind
    columns = [kind.outcome, *([kind.reason] if kind.reason else []), *([kind.decided_by] if kind.decided_by else [])]
    outcomes: Counter[str] = Counter()
    counted = _decided(kind, start).values(*columns).annotate(numbers_count=Count("pk")).order_by(*columns)
    for row in counted:
        words = kind.words_for(kind.outcome, row[kind.outcome])
        why = kind.words_for(kind.reason, row[kind.reason]) if kind.reason and row[kind.reason] else ""
        outcomes[f"{words}: {why}" if why else words] += row["numbers_count"]
        if kind.decided_by and row[kind.decided_by]:
            by_officer[row[kind.decided_by]] += row["numbers_count"]
    of_kind.outcomes = outcomes.most_common()


def _percentiles(kind: Kind, start: datetime, count: int) -> tuple[timedelta, timedelta]:
    """Half of the decisions took no longer than the first, nine of ten no longer than the second."""
    took = ExpressionWrapper(F(kind.ended) - F(kind.came), output_field=DurationField())
    rows = _decided(kind, start).annotate(numbers_took=took)
    if connection.vendor == "postgresql":
        found = rows.aggregate(
            median=PercentileCont("numbers_took", fraction=MEDIAN), p90=PercentileCont("numbers_took", fraction=P90)
        )
        return found["median"], found["p90"]
    spans = rows.order_by("numbers_took").values_list("numbers_took", flat=True)
    return _at(spans, MEDIAN, count), _at(spans, P90, count)


def _at(spans: Any, fraction: float, count: int) -> timedelta:
    """The same as percentile_cont, by two neighbors in order."""
    place = fraction * (count - 1)
    first = int(place)
    low, high = (list(spans[first : first + 2]) * 2)[:2]
    between: timedelta = low + (high - low) * (place - first)
    return between


def _officers(decided: Counter[int], at_hand: dict[int, int]) -> list[OfOfficer]:
    """Who has most at hand comes first."""
    people = User.objects.in_bulk({*decided, *at_hand})
    found = [OfOfficer(people[pk], at_hand.get(pk, 0), decided[pk]) for pk in people]
    return sorted(found, key=lambda one: (-one.at_hand, -one.decided, str(one.officer)))


def _buckets(first: date, days: int, received: Counter[date], decided: Counter[date]) -> list[Bucket]:
    width = 1 if days <= MOST_BARS else 7
    last = first + timedelta(days=days - 1)
    begins: Iterable[int] = range(0, days, width)
    buckets = [Bucket(first + timedelta(days=n), min(first + timedelta(days=n + width - 1), last)) for n in begins]
    for counter, name in ((received, "received"), (decided, "decided")):
        for day, count in counter.items():
            place = (day - first).days // width
            if 0 <= place < len(buckets):
                setattr(buckets[place], name, getattr(buckets[place], name) + count)
    return buckets
