"""How long work may wait: one to three business days, as applicants are told (facts-applications §1.7).

Business days are Monday to Friday without the legal public holidays of 5 U.S.C. 6103(a). The rule is written down
here: a dozen lines, where a library would bring the holidays of the whole world.
"""

from datetime import date, datetime, timedelta
from functools import cache

from django.utils.timezone import localtime

#: Business days within which work is on time, and after which it is late.
ON_TIME, LATE = 1, 3
DAY = timedelta(days=1)
MONDAY, THURSDAY = 0, 3


@cache
def holidays(year: int) -> frozenset[date]:
    """The days of a year on which the offices are closed. One on a weekend is kept on its other side."""
    fixed = [(1, 1), (6, 19), (7, 4), (11, 11), (12, 25)]
    days = {_observed(date(year, month, day)) for month, day in fixed}
    days.add(_observed(date(year + 1, 1, 1)))
    days |= {_nth(year, 1, MONDAY, 3), _nth(year, 2, MONDAY, 3), _nth(year, 9, MONDAY, 1), _nth(year, 10, MONDAY, 2)}
    days |= {_nth(year, 11, THURSDAY, 4), _nth(year, 6, MONDAY, 1) - timedelta(weeks=1)}
    return frozenset(day for day in days if day.year == year)


def _observed(day: date) -> date:
    return day + DAY * {5: -1, 6: 1}.get(day.weekday(), 0)


def _nth(year: int, month: int, weekday: int, place: int) -> date:
    first = date(year, month, 1)
    return first + DAY * ((weekday - first.weekday()) % 7 + 7 * (place - 1))


def is_business_day(day: date) -> bool:
    """Whether the offices are open."""
    return day.weekday() < 5 and day not in holidays(day.year)


def before(at: datetime, days: int) -> datetime:
    """The moment so many business days before: what began to wait earlier has waited longer than that."""
    moment = localtime(at)
    if not is_business_day(moment.date()):
        # Nothing moves on a day off: it counts as the end of the last day the offices were open.
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        while not is_business_day((moment - DAY).date()):
            moment -= DAY
        # Midnight after that day; going back, whole days are stepped over as if it were its evening.
        evening = moment - timedelta(microseconds=1)
        return _back(evening, days)
    return _back(moment, days)


def _back(moment: datetime, days: int) -> datetime:
    while days:
        moment -= DAY
        days -= is_business_day(moment.date())
    return moment


def mark(since: datetime, at: datetime) -> tuple[str, str]:
    """How something that has waited since then stands against the target: a mark for the style sheet, and words."""
    if since >= before(at, ON_TIME):
        return "on-time", "on time"
    if since >= before(at, LATE):
        return "due", "due"
    return "late", "late"


def in_words(span: timedelta) -> str:
    """A span as people say it, in its two largest units: "2 days 3 h", "3 h 20 min", "5 min"."""
    minutes = max(0, int(span.total_seconds() // 60))
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} {'day' if days == 1 else 'days'} {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
