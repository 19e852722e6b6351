"""One box of the form: how it is asked, cleaned and shown, by the kind of what goes into it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django_countries import countries

from ace_portal.core import addresses, numbers, text
from form5106 import sealed
from form5106.rejects import coded
from useraccess.cross_account_forms import DayField

_PLAIN_CODE = re.compile(r"[A-Z0-9]+", re.ASCII)
_SSN = re.compile(r"(\d{3})-?(\d{2})-?(\d{4})", re.ASCII)
#: What a masked number shown in its field looks like; sent back, it means "as before".
_MASKED = re.compile("•+[^•]*")

Choices = tuple[tuple[str, str], ...]


class Kind(StrEnum):
    """What goes into a box."""

    LINE = "line"
    COMPANY = "company name"
    PERSON = "person's name"
    EMAIL = "e-mail"
    PHONE = "telephone number"
    WEBSITE = "website"
    COUNTRY = "country"
    CHOICE = "one of several"
    CHOICES = "some of several"
    FLAG = "yes or no"
    DAY = "day"
    DIGITS = "digits"
    CODE = "letters and digits"
    DUNS = "DUNS"
    SCAC = "SCAC"
    FIRMS_CODE = "FIRMS code"
    NUMBER = "importer number"
    SSN = "Social Security number"
    SEALED = "number that is not shown"


@dataclass(frozen=True)
class Box:
    """A box of Form 5106. `name` is the column of the record (or a key of its officers and related businesses).

    `required` with the reject code `missing`; what cannot be read is refused with the code `pattern`. `exact` is the
    length a code must have. `until_needed` hides a check box until an error offers it.
    """

    name: str
    label: str
    kind: Kind = Kind.LINE
    number: str = ""
    required: bool = False
    missing: str = "MVM"
    pattern: str = "PDM"
    max_length: int = 0
    exact: int = 0
    choices: Choices = ()
    hint: str = ""
    autocomplete: str = "off"
    size: str = ""
    until_needed: bool = False

    @property
    def heading(self) -> str:
        """The label with the box's number on paper, where one is known."""
        return f"{self.number}. {self.label}" if self.number else self.label

    @property
    def is_sealed(self) -> bool:
        return self.kind in (Kind.SSN, Kind.SEALED)

    @property
    def empty(self) -> Any:
        return [] if self.kind == Kind.CHOICES else ""


def field_of(box: Box) -> forms.Field:
    """The form field that asks for a box."""
    options: dict[str, Any] = {
        "label": box.heading,
        "required": box.required,
        "help_text": box.hint,
        "error_messages": {"required": f"{box.missing}: {_is_required(box.label)}"},
    }
    make = _FIELDS.get(box.kind, _text)
    return make(box, options)


def _is_required(label: str) -> str:
    return "Choose at least one answer." if label.endswith("?") else f"{label} is required."


def _text(box: Box, options: dict[str, Any]) -> forms.Field:
    kinds = {Kind.EMAIL: "email", Kind.PHONE: "tel"}
    attrs = {"autocomplete": box.autocomplete, "spellcheck": "false" if box.kind != Kind.LINE else "true"}
    attrs |= {"class": box.size} if box.size else {}
    attrs |= {"type": kinds[box.kind]} if box.kind in kinds else {}
    # A cleaner looks at the exact length; here only what nobody could mean is cut off.
    return forms.CharField(max_length=max(box.max_length, 60) * 2, widget=forms.TextInput(attrs=attrs), **options)


def _choice(box: Box, options: dict[str, Any]) -> forms.Field:
    options["error_messages"]["invalid_choice"] = f"{box.pattern}: {box.label} must be one of the options offered."
    return forms.ChoiceField(
        choices=[("", "- Select -"), *box.choices],
        widget=forms.Select(attrs={"autocomplete": box.autocomplete}),
        **options,
    )


def _choices(box: Box, options: dict[str, Any]) -> forms.Field:
    options["error_messages"]["invalid_choice"] = f"{box.pattern}: {box.label} must be among the options offered."
    return forms.MultipleChoiceField(choices=box.choices, widget=forms.CheckboxSelectMultiple, **options)


def _country(box: Box, options: dict[str, Any]) -> forms.Field:
    options["error_messages"]["invalid_choice"] = f"{box.pattern}: Choose the country from the list."
    return forms.ChoiceField(
        choices=[("", "- Select -"), *addresses.country_choices()],
        widget=forms.Select(attrs={"autocomplete": box.autocomplete}),
        **options,
    )


def _flag(box: Box, options: dict[str, Any]) -> forms.Field:
    options["error_messages"]["required"] = f"{box.missing}: Check this box to go on."
    return forms.BooleanField(**options)


def _day(box: Box, options: dict[str, Any]) -> forms.Field:
    options["error_messages"]["invalid"] = f"{box.pattern}: Write the day as MM/DD/YYYY, such as 12/31/2030."
    return DayField(**options)


_FIELDS: dict[Kind, Callable[[Box, dict[str, Any]], forms.Field]] = {
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.COUNTRY: _country,
    Kind.FLAG: _flag,
    Kind.DAY: _day,
}


def clean(box: Box, value: Any, *, held: str = "", country: str = "") -> Any:
    """The tidy form of what was typed into a box, as it is kept: text, a list of codes, or "on" for a check mark.

    `held` is the sealed number that a masked one stands for; `country` is where telephone numbers without a country
    code are from. Raises ValidationError with the box's reject code.
    """
    if value in (None, "", [], False):
        return box.empty
    if isinstance(value, date):
        return value.isoformat()
    if box.kind in (Kind.CHOICE, Kind.COUNTRY, Kind.CHOICES):
        return value
    if box.kind == Kind.FLAG:
        return "on"
    if box.is_sealed and _MASKED.fullmatch(value) and held and value == sealed.mask(held):
        return held
    if box.kind == Kind.PHONE:
        return _checked(box, partial(addresses.clean_phone, country=country or "US"), value)
    return _checked(box, _CLEANERS.get(box.kind, partial(_line, box)), value)


def _checked(box: Box, cleaner: Callable[[str], str], value: str) -> str:
    try:
        cleaned = cleaner(value)
        if box.max_length and not box.is_sealed and len(cleaned) > box.max_length:
            raise ValidationError(f"Shorten this to {box.max_length} characters or fewer: it has {len(cleaned)}.")
        if box.exact and len(sealed.opened(cleaned) if box.is_sealed else cleaned) != box.exact:
            raise ValidationError(f"Write exactly {box.exact} characters.")
    except ValidationError as problem:
        raise coded(box.pattern, problem) from problem
    return sealed.seal(cleaned) if box.kind in (Kind.SSN, Kind.SEALED) else cleaned


def _line(box: Box, value: str) -> str:
    return text.clean_line(value, max_length=box.max_length or 100, refuse=text.MARKUP)


def _digits(value: str) -> str:
    digits = re.sub(r"[ -]", "", text.clean_line(value, max_length=60))
    if not (digits.isascii() and digits.isdecimal()):
        raise ValidationError("Write digits only, 0 to 9.")
    return digits


def _code(value: str) -> str:
    code = re.sub(r"[ -]", "", text.clean_line(value, max_length=60)).upper()
    if not _PLAIN_CODE.fullmatch(code):
        raise ValidationError("Write letters A to Z and digits only.")
    return code


def _ssn(value: str) -> str:
    match = _SSN.fullmatch(text.clean_line(value, max_length=60).replace(" ", ""))
    if not match:
        raise ValidationError("A Social Security number has nine digits: NNN-NN-NNNN.")
    return numbers.parse_importer_number("-".join(match.groups())).normal


_CLEANERS: dict[Kind, Callable[[str], str]] = {
    Kind.COMPANY: text.clean_company_name,
    Kind.PERSON: partial(text.clean_line, max_length=100, letters_only=True),
    Kind.EMAIL: text.clean_email,
    Kind.WEBSITE: text.clean_website,
    Kind.DIGITS: _digits,
    Kind.CODE: _code,
    Kind.DUNS: numbers.parse_duns,
    Kind.SCAC: numbers.parse_scac,
    Kind.FIRMS_CODE: numbers.parse_firms_code,
    Kind.NUMBER: lambda typed: numbers.parse_importer_number(typed).normal,
    Kind.SSN: _ssn,
    Kind.SEALED: _code,
}


def shown(box: Box, value: Any) -> str:
    """What people read of a box's kept value; "" where there is none. Sealed numbers and importer numbers masked."""
    if not value:
        return ""
    if box.kind == Kind.CHOICE:
        return str(dict(box.choices).get(value, value))
    if box.kind == Kind.CHOICES:
        words = dict(box.choices)
        return "\n".join(words.get(code, code) for code in value)
    show = _SHOWN.get(box.kind)
    return show(value) if show else str(value)


_SHOWN: dict[Kind, Callable[[str], str]] = {
    Kind.COUNTRY: lambda code: str(countries.name(code) or code),
    Kind.PHONE: addresses.format_phone,
    Kind.FLAG: lambda value: "Yes",
    Kind.DAY: lambda day: f"{date.fromisoformat(day):%B %-d, %Y}",
    Kind.SSN: sealed.mask,
    Kind.SEALED: sealed.mask,
    Kind.NUMBER: lambda number: numbers.parse_importer_number(number).masked,
}


def as_typed(box: Box, value: Any) -> Any:
    """A kept value as it stands in its field; sealed numbers masked."""
    if box.is_sealed:
        return sealed.mask(value)
    if box.kind == Kind.PHONE and value:
        return addresses.format_phone(value)
    return value


def same(box: Box, one: Any, other: Any) -> bool:
    """Whether two kept values of a box say the same."""
    if box.is_sealed:
        return sealed.same(one or "", other or "")
    return bool((one or box.empty) == (other or box.empty))


def looks_like(box: Box, typed: Any, kept: Any) -> bool:
    """Whether what was typed into a box's field is what the field showed for a kept value."""
    if box.is_sealed:
        return sealed.same(typed or "", kept or "")
    return bool((as_typed(box, typed) or box.empty) == (as_typed(box, kept) or box.empty))


__all__ = ["Box", "Kind", "as_typed", "clean", "field_of", "looks_like", "same", "shown"]
