"""The date of birth of a person, as forms ask for it."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from ace_portal.core import clock

ADULT_AT = 18
OLDEST = 120
_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


class BirthDateField(forms.CharField):
    """A date of birth typed as MM/DD/YYYY; cleans to a date. Refuses dates to come, children and impossible ages."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "bday", "class": "usa-input--small"}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        return parse_birth_date(typed) if typed else typed


def parse_birth_date(typed: str) -> date:
    """Read a date of birth written MM/DD/YYYY. Raises ValidationError (codes: birth_date, future, minor, too_old)."""
    match = _DATE.fullmatch(typed.strip())
    if not match:
        raise ValidationError("Write the Date of Birth as MM/DD/YYYY, such as 03/21/1985.", "birth_date")
    month, day, year = (int(part) for part in match.groups())
    try:
        born = date(year, month, day)
    except ValueError as error:
        raise ValidationError(
            "There is no such day. Write the Date of Birth as MM/DD/YYYY: the month first, then the day.", "birth_date"
        ) from error
    today = timezone.localtime(clock.now()).date()
    if born > today:
        raise ValidationError("The Date of Birth lies in the future. Check the year.", "future")
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if age < ADULT_AT:
        raise ValidationError(
            f"By this Date of Birth the person is {age} years old, and must be {ADULT_AT} or older.",
            "minor",
        )
    if age > OLDEST:
        raise ValidationError(f"By this Date of Birth the person is {age} years old. Check the year.", "too_old")
    return born
