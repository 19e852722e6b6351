"""The numbers of the trade: importer number (IR number), EIN, DUNS, ACE ID. How they are read, kept and masked."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NoReturn

from django.core.exceptions import ValidationError
from stdnum import verhoeff
from stdnum.us import ein as us_ein
from stdnum.us import ssn as us_ssn

from ace_portal.core.text import fold_spaces, refuse_hidden, refuse_non_ascii

IMPORTER_NUMBER_HINT = (
    "EIN with its two-character suffix: NN-NNNNNNNXX, such as 12-345678900. Social Security number: NNN-NN-NNNN. "
    "CBP-assigned number: YYDDPP-NNNNN."
)
EIN_HINT = "Nine digits: NN-NNNNNNN, such as 12-3456789."
DUNS_HINT = "Nine digits: XX-XXX-XXXX."
FILER_CODE_HINT = "Three letters or digits, such as AB1."
SCAC_HINT = "Two to four letters, such as ABCD."
AIR_CARRIER_HINT = "ICAO: three letters, such as ABC. IATA: two letters or digits, such as A1."
SURETY_CODE_HINT = "Three digits, such as 123."
FIRMS_CODE_HINT = "Four letters or digits, such as A123."

#: Far more than any way to write one of these numbers needs.
TYPED_MAX_LENGTH = 40
#: What an EIN gets when no suffix is typed.
DEFAULT_SUFFIX = "00"

# Hyphens and dashes that word processors put in the place of "-": U+2010 to U+2015, minus, small and full-width hyphen.
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"))
_EIN_TYPE = re.compile(r"(\d{2})[- ]?(\d{7})(?:[- ]?([A-Z0-9]{2}))?", re.ASCII)
_SSN_TYPE = re.compile(r"\d{3}[- ]\d{2}[- ]\d{4}", re.ASCII)
_CBP_TYPE = re.compile(r"\d{6}[- ]\d{5}", re.ASCII)
_NINE_DIGITS = re.compile(r"\d{9}", re.ASCII)
_ACE_ID = re.compile(r"\d{10}", re.ASCII)
_FILER_CODE = re.compile(r"[A-Z0-9]{3}", re.ASCII)
_SCAC = re.compile(r"[A-Z]{2,4}", re.ASCII)
_AIR_CARRIER = re.compile(r"[A-Z]{3}|[A-Z][A-Z0-9]|[0-9][A-Z]", re.ASCII)
_SURETY_CODE = re.compile(r"\d{3}", re.ASCII)
_FIRMS_CODE = re.compile(r"[A-Z0-9]{4}", re.ASCII)


class ImporterNumberKind(StrEnum):
    """Who issued the number an importer goes by."""

    EIN = "EIN"
    SSN = "SSN"
    CBP_ASSIGNED = "CBP_ASSIGNED"


@dataclass(frozen=True)
class ImporterNumber:
    """An importer number that was read. Its repr and str are masked, so that it can stand in a log line."""

    kind: ImporterNumberKind
    #: The one form that is stored and shown to the owner: 12-345678900, 123-45-6789 or 261234-12345.
    normal: str = field(repr=False)
    #: The form for lists, mail subjects and logs: the last three digits, and an EIN's suffix after a space
    #: (**-****789 00), since the suffix tells the divisions of one company apart and says nothing of the number.
    masked: str
    #: The EIN inside an EIN-type number (12-3456789); None for the other kinds.
    ein: str | None = field(default=None, repr=False)


def parse_importer_number(text: str) -> ImporterNumber:
    """Read an importer number as people write it: spaces and any dashes, lower case, an EIN with or without suffix.

    A bare EIN gets the suffix 00. Raises ValidationError (codes: required, too_long, the codes of hidden characters,
    look_alike, suffix_letter, ein_prefix, ssn_range, importer_number).
    """
    typed = _typed(text, "an importer number", IMPORTER_NUMBER_HINT)
    for candidate in _readings(typed):
        if match := _EIN_TYPE.fullmatch(candidate):
            return _ein_type(match[1] + match[2], match[3] or DEFAULT_SUFFIX)
        if _SSN_TYPE.fullmatch(candidate):
            return _ssn_type(candidate.replace(" ", "-"))
        if _CBP_TYPE.fullmatch(candidate):
            normal = candidate.replace(" ", "-")
            return ImporterNumber(ImporterNumberKind.CBP_ASSIGNED, normal, f"******-**{normal[-3:]}")
    _refuse_importer_number(typed)


def parse_ein(text: str) -> str:
    """Read an Employer Identification Number (nine digits) and return it as NN-NNNNNNN.

    Raises ValidationError (codes as parse_importer_number, and `ein` for the wrong shape).
    """
    typed = _typed(text, "an EIN", EIN_HINT)
    for candidate in _readings(typed):
        if _SSN_TYPE.fullmatch(candidate):
            raise ValidationError(
                f"This is written like a Social Security number. Enter the company's EIN instead. {EIN_HINT}", "ein"
            )
        match = _EIN_TYPE.fullmatch(candidate)
        if match and match[3]:
            raise ValidationError(
                f"This is an EIN with an importer's suffix. Leave off its last two characters. {EIN_HINT}", "ein"
            )
        if match:
            return _issued_ein(match[1] + match[2])
    raise ValidationError(f"This is not an EIN. {EIN_HINT} Check it against a letter from the IRS.", "ein")


def mask_ein(ein: str) -> str:
    """The masked form of an EIN that parse_ein returned: **-****789."""
    return f"**-****{ein[-3:]}"


def parse_duns(text: str) -> str:
    """Read a DUNS number and return it as XX-XXX-XXXX; blank text gives "", since the number is optional.

    Nine digits, not all zero; no check digit is tested, as none has been issued since 2006.
    Raises ValidationError (codes: too_long, the codes of hidden characters, look_alike, duns).
    """
    if not fold_spaces(text):
        return ""
    digits = re.sub("[- ]", "", _typed(text, "a DUNS number", DUNS_HINT))
    if not _NINE_DIGITS.fullmatch(digits) or digits == "000000000":
        raise ValidationError(
            f"This is not a DUNS number. {DUNS_HINT} Correct it, or leave the field blank if the company has none.",
            "duns",
        )
    return f"{digits[:2]}-{digits[2:5]}-{digits[5:]}"


def parse_filer_code(text: str) -> str:
    """Read the filer code of a broker or filer and return it in capitals: three letters or digits (facts-access §1.6).

    Raises ValidationError (codes: required, too_long, the codes of hidden characters, look_alike, filer_code).
    """
    typed = _typed(text, "a filer code", FILER_CODE_HINT)
    if not _FILER_CODE.fullmatch(typed):
        raise ValidationError("A filer code has three letters or digits, such as AB1.", "filer_code")
    return typed


def parse_scac(text: str) -> str:
    """Read a carrier's Standard Carrier Alpha Code and return it in capitals: two to four letters.

    Raises ValidationError (codes: required, too_long, the codes of hidden characters, look_alike, scac).
    """
    typed = _typed(text, "a SCAC", SCAC_HINT)
    if not _SCAC.fullmatch(typed):
        raise ValidationError("A SCAC has two to four letters, such as ABCD.", "scac")
    return typed


def parse_air_carrier_code(text: str) -> str:
    """Read an airline's designator and return it in capitals: ICAO (three letters) or IATA (two characters).

    Raises ValidationError (codes: required, too_long, the codes of hidden characters, look_alike, air_carrier_code).
    """
    typed = _typed(text, "an ICAO or IATA code", AIR_CARRIER_HINT)
    if not _AIR_CARRIER.fullmatch(typed):
        raise ValidationError(
            "An airline is known by its ICAO code (three letters, such as ABC) or its IATA code (two letters or a "
            "letter and a digit, such as A1).",
            "air_carrier_code",
        )
    return typed


def parse_surety_code(text: str) -> str:
    """Read a surety code: three digits (facts-applications §2.2).

    Raises ValidationError (codes: required, too_long, the codes of hidden characters, look_alike, surety_code).
    """
    typed = _typed(text, "a surety code", SURETY_CODE_HINT)
    if not _SURETY_CODE.fullmatch(typed):
        raise ValidationError("A surety code has three digits, such as 123.", "surety_code")
    return typed


def parse_firms_code(text: str) -> str:
    """Read the FIRMS code of a facility and return it in capitals: four letters or digits.

    Raises ValidationError (codes: required, too_long, the codes of hidden characters, look_alike, firms_code).
    """
    typed = _typed(text, "a FIRMS code", FIRMS_CODE_HINT)
    if not _FIRMS_CODE.fullmatch(typed):
        raise ValidationError("A FIRMS code has four letters or digits, such as A123.", "firms_code")
    return typed


def ace_id_check_digit(nine_digits: str) -> str:
    """The tenth digit of an ACE ID (Verhoeff: every wrong digit and every adjacent transposition is noticed).

    Raises ValueError for anything but nine ASCII digits.
    """
    if not _NINE_DIGITS.fullmatch(nine_digits):
        raise ValueError("an ACE ID is made from nine digits")
    return verhoeff.calc_check_digit(nine_digits)


def is_valid_ace_id(text: str) -> bool:
    """Whether the text is exactly ten ASCII digits, the last of which checks the others."""
    return bool(_ACE_ID.fullmatch(text)) and verhoeff.is_valid(text)


def _typed(text: str, what: str, hint: str) -> str:
    """The typed number in ASCII capitals with plain hyphens and single spaces, none of them around a hyphen."""
    if len(text) > TYPED_MAX_LENGTH:
        raise ValidationError(f"This is too long for {what}. Enter one number only. {hint}", "too_long")
    typed = fold_spaces(text).translate(_DASHES)
    refuse_hidden(typed)
    if not typed:
        raise ValidationError(f"Enter {what}. {hint}", "required")
    refuse_non_ascii(typed, what=what[:1].upper() + what[1:])
    return re.sub(" ?- ?", "-", typed.upper())


def _readings(typed: str) -> tuple[str, str]:
    """The text as typed (a space may stand for a hyphen), then with every space taken out."""
    return typed, typed.replace(" ", "")


def _ein_type(nine_digits: str, suffix: str) -> ImporterNumber:
    if re.search("[OIZ]", suffix):
        raise ValidationError(
            "The two-character suffix of an importer number never has the letters O, I or Z. Type the digits 0, 1 "
            "or 2 if you meant them, or 00 if you do not know the suffix.",
            "suffix_letter",
        )
    ein = _issued_ein(nine_digits)
    return ImporterNumber(ImporterNumberKind.EIN, ein + suffix, f"{mask_ein(ein)} {suffix}", ein)


def _issued_ein(nine_digits: str) -> str:
    if not us_ein.is_valid(nine_digits):
        raise ValidationError(
            f"The IRS has issued no EIN that begins with {nine_digits[:2]}. Check the first two digits against a "
            "letter from the IRS.",
            "ein_prefix",
        )
    return us_ein.format(nine_digits)


def _ssn_type(normal: str) -> ImporterNumber:
    area, group, serial = normal.split("-")
    # Numbers from 900 on are taxpayer numbers of people without an SSN; python-stdnum refuses them as SSNs.
    issued = us_ssn.is_valid(normal) or (area[0] == "9" and group != "00" and serial != "0000")
    if not issued:
        raise ValidationError(
            "No Social Security number like this is issued to anyone. Check each of its three parts against the card "
            "or tax letter.",
            "ssn_range",
        )
    return ImporterNumber(ImporterNumberKind.SSN, normal, f"***-**-*{serial[-3:]}")


def _refuse_importer_number(typed: str) -> NoReturn:
    count = sum(char.isalnum() for char in typed)
    raise ValidationError(
        f"This is not an importer number: it has {count} letters and digits, and is written like none of the three "
        f"kinds. Write it like one of these. {IMPORTER_NUMBER_HINT}",
        "importer_number",
    )
