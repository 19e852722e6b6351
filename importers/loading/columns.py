"""The columns of a file of records: which there are, which belong together, and what a cell of each must look like.

Most cells are in order already. A regular expression sees that in a fraction of the time; whatever it does not know
goes through the same functions as what people type, which decide and find the words.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import cache, lru_cache, partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django_countries import countries

from accounts.models import OrganizationalStructure
from ace_portal.core.numbers import parse_duns, parse_firms_code, parse_importer_number, parse_scac
from ace_portal.core.text import COMPANY_NAME_MAX_LENGTH, clean_company_name, clean_email, clean_line
from importers.models import ImporterRecord

KEY = "importer_number"
#: The columns a file must bring, and those it may bring.
MANDATORY = (KEY, "company_name", "point_of_contact_email", "status")
OPTIONAL = (
    *("point_of_contact_name", "organizational_structure"),
    *("street_address", "street_address_2", "city", "state", "postal_code", "country"),
    *("address_type", "address_type_other"),
    *("physical_street_address", "physical_street_address_2", "physical_city", "physical_state"),
    *("physical_postal_code", "physical_country", "physical_address_type", "physical_address_type_other"),
    *("name_qualifier", "second_name", "number_reasons", "entries_per_year", "uses", "other_use"),
    *("program_code_1", "program_code_2", "program_code_3", "program_code_4"),
    *("phone", "phone_extension", "fax", "website", "business_description", "naics", "duns", "filer_code"),
    *("year_established", "incorporation_state", "incorporation_country", "reference_number", "scac", "firms_code"),
    *("bank_name", "bank_city", "bank_state", "bank_country"),
    *("certifier_name", "certifier_title", "certified_on", "broker_name", "broker_phone"),
    *("filed_on", "last_activity_on", "name_differs_at_irs"),
    *("bond_number", "surety_code", "bond_activity", "bond_amount", "bond_effective_on", "bond_terminates_on"),
    "bond_is_continuous",
)
#: A column that says nothing without another one, which has to come with it.
TOGETHER = {
    "name_qualifier": "second_name",
    "second_name": "name_qualifier",
    "address_type": "physical_street_address",
    "bond_is_continuous": "bond_number",
}

#: A cell as it is stored. Columns of dates and amounts may hold nothing at all.
Cell = str | None

_PLAIN = re.compile(r"(?:[!-~]+(?: [!-~]+)*)?", re.ASCII)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9&.,'()/-]*(?: [A-Za-z0-9&.,'()/-]+)*", re.ASCII)
_PLAIN_EMAIL = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}", re.ASCII)
_PLAIN_EIN_TYPE = re.compile(r"(\d\d)-\d{7}[0-9A-HJ-NP-Y]{2}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
#: No part of an address that is this short can be too long.
_SHORT_EMAIL = 60
#: Columns whose values differ from row to row; the others hold the same few again and again.
_VARIED = frozenset(
    (KEY, "company_name", "point_of_contact_email", "point_of_contact_name", "street_address", "phone", "bond_number")
)
_STATUSES = {status.value: status.value for status in ImporterRecord.Status} | {"10": "ACTIVE", "20": "INACTIVE"}
_STRUCTURES = {text.upper(): code for code, label in OrganizationalStructure.choices for text in (code, str(label))}
_BOOLEANS = (
    {"": "f"} | dict.fromkeys(("T", "TRUE", "Y", "YES", "1"), "t") | dict.fromkeys(("F", "FALSE", "N", "NO", "0"), "f")
)
#: What the shape of a code must be, and the words for it.
_SHAPES = {
    "naics": (re.compile(r"\d{2,6}", re.ASCII), "Write the NAICS code with its two to six digits."),
    "filer_code": (re.compile(r"[A-Z0-9]{3}", re.ASCII), "Write the filer code: three letters or digits."),
    "year_established": (re.compile(r"[12]\d{3}", re.ASCII), "Write the year with four digits."),
    "surety_code": (re.compile(r"\d{3}", re.ASCII), "Write the surety code: three digits."),
    "bond_activity": (re.compile(r"[A-HJ-T]", re.ASCII), "Write the letter of the bond's activity, A to T without I."),
    "bond_amount": (re.compile(r"\d{1,10}", re.ASCII), "Write the amount in whole dollars, digits only."),
}


def cleaner(name: str) -> Callable[[str], Cell]:
    """The function that tidies a cell of this column, or raises ValidationError with what is wrong with it."""
    clean = _cleaner(name)
    return clean if name in _VARIED else lru_cache(maxsize=4096)(clean)


def _cleaner(name: str) -> Callable[[str], Cell]:
    special: dict[str, Callable[[str], Cell]] = {
        KEY: _number,
        "company_name": _company_name,
        "point_of_contact_email": _email,
        "status": _status,
        "organizational_structure": _structure,
        "duns": partial(_or_nothing, read=parse_duns),
        "scac": partial(_or_nothing, read=parse_scac),
        "firms_code": partial(_or_nothing, read=parse_firms_code),
        "number_reasons": partial(_codes, choices=ImporterRecord.NumberReason),
        "uses": partial(_codes, choices=ImporterRecord.Use),
    }
    if name in special:
        return special[name]
    field: Any = ImporterRecord._meta.get_field(name)
    if name in _SHAPES:
        return partial(_shape, name=name, nothing=None if field.null else "")
    if isinstance(field, models.DateField):
        return _day
    if isinstance(field, models.BooleanField):
        return _boolean
    if field.choices:
        return partial(
            _choice, known={str(text).upper(): code for code, label in field.choices for text in (code, label)}
        )
    if name == "country" or name.endswith("_country"):
        return _country
    return partial(_line, max_length=field.max_length)


def contradiction(row: dict[str, Cell]) -> str:
    """What in a row of clean cells does not fit together, in a sentence; "" if nothing (facts-applications §3.2)."""
    if bool(row.get("name_qualifier")) != bool(row.get("second_name")):
        return "second_name: A DIV, AKA or DBA name and its qualifier come together."
    if row.get("address_type") in ImporterRecord.NEEDS_PHYSICAL and not row.get("physical_street_address"):
        return (
            "physical_street_address: The physical address is needed where the mailing address is a business service "
            "center, a post office box or other."
        )
    if row.get("physical_address_type") in (
        ImporterRecord.AddressType.SERVICE_CENTER,
        ImporterRecord.AddressType.PO_BOX,
    ):
        return "physical_address_type: The physical address cannot be a business service center or post office box."
    if row.get("bond_is_continuous") == "t" and not row.get("bond_number"):
        return "bond_number: A continuous bond has a number."
    return ""


#: The columns that `contradiction` looks at: a file without them needs no look.
CONTRADICTORY = frozenset(("name_qualifier", "address_type", "physical_address_type", "bond_is_continuous"))


def _number(cell: str) -> str:
    plain = _PLAIN_EIN_TYPE.fullmatch(cell)
    return cell if plain and plain[1] in _issued_ein_prefixes() else parse_importer_number(cell).normal


@cache
def _issued_ein_prefixes() -> frozenset[str]:
    return frozenset(prefix for number in range(100) if _is_issued(prefix := f"{number:02d}"))


def _is_issued(prefix: str) -> bool:
    try:
        parse_importer_number(f"{prefix}-000000100")
    except ValidationError:
        return False
    return True


def _company_name(cell: str) -> str:
    return cell if len(cell) <= COMPANY_NAME_MAX_LENGTH and _PLAIN_NAME.fullmatch(cell) else clean_company_name(cell)


def _email(cell: str) -> str:
    """No address is in order: the record then has no contact. Half an address is not."""
    if len(cell) <= _SHORT_EMAIL and _PLAIN_EMAIL.fullmatch(cell):
        return cell
    return clean_email(cell) if cell.strip() else ""


def _status(cell: str) -> str:
    known = _STATUSES.get(cell) or _STATUSES.get(cell.strip().upper())
    if known is None:
        raise ValidationError("Write ACTIVE, INACTIVE or VOIDED.", "status")
    return known


def _structure(cell: str) -> str:
    known = "" if not cell.strip() else _STRUCTURES.get(cell.strip().upper())
    if known is None:
        raise ValidationError(f"Write one of {', '.join(OrganizationalStructure.values)}, or nothing.", "structure")
    return known


def _or_nothing(cell: str, *, read: Callable[[str], str]) -> str:
    return read(cell) if cell.strip() else ""


def _choice(cell: str, *, known: dict[str, str]) -> str:
    typed = cell.strip().upper()
    if typed and typed not in known:
        raise ValidationError(f"Write one of {', '.join(sorted(set(known.values())))}, or nothing.", "choice")
    return known.get(typed, "")


def _codes(cell: str, *, choices: type[models.TextChoices]) -> str:
    """Several codes with commas between them, in the order of the form."""
    typed = {part.strip().upper() for part in cell.split(",") if part.strip()}
    if strange := sorted(typed - set(choices.values)):
        raise ValidationError(f"{strange[0][:20]} is none of {', '.join(choices.values)}.", "codes")
    return ",".join(code for code in choices.values if code in typed)


def _shape(cell: str, *, name: str, nothing: Cell) -> Cell:
    typed = cell.strip().upper()
    if not typed:
        return nothing
    shape, sentence = _SHAPES[name]
    if not shape.fullmatch(typed):
        raise ValidationError(sentence, "shape")
    return typed


def _day(cell: str) -> Cell:
    typed = cell.strip()
    if not typed:
        return None
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        if form == "%Y-%m-%d" and not _DAY.fullmatch(typed):
            continue
        with suppress(ValueError):
            return datetime.strptime(typed, form).date().isoformat()  # noqa: DTZ007 - a day has no time zone
    raise ValidationError("Write the day as YYYY-MM-DD or MM/DD/YYYY.", "day")


def _boolean(cell: str) -> str:
    known = _BOOLEANS.get(cell.strip().upper())
    if known is None:
        raise ValidationError("Write yes or no.", "boolean")
    return known


def _country(cell: str) -> str:
    code = cell.strip().upper()
    if code and code not in _country_codes():
        raise ValidationError("Write the country's code of two letters, such as US, CA or DE.", "country")
    return code


@cache
def _country_codes() -> frozenset[str]:
    return frozenset(code for code, _ in countries)


def _line(cell: str, *, max_length: int) -> str:
    return cell if len(cell) <= max_length and _PLAIN.fullmatch(cell) else clean_line(cell, max_length=max_length)
