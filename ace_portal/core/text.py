"""One-line text as people type it: what is tidied silently, what is refused, and in which words.

White space is folded and accents are composed without a word. Everything that cannot be seen (control characters,
marks that turn the reading direction, zero-width characters) and everything that only looks like an ordinary letter
or digit is refused with a sentence that says what to do, so that two records never differ in a way nobody can see.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator

PERSON_NAME_MAX_LENGTH = 60
#: The longest company name that fits on a CBP Form 5106.
COMPANY_NAME_MAX_LENGTH = 100
EMAIL_MAX_LENGTH = 254
WEBSITE_MAX_LENGTH = 200
EMAIL_LOCAL_PART_MAX_LENGTH = 64

_SPACES = re.compile(r"[\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
# ASCII, Latin-1, the accented Latin letters, combining accents, typographic punctuation, currencies, ™ ℠ № and the
# two apostrophe letters of Hawaiian and other names.
_ORDINARY = re.compile(
    r"[ -~\u00a1-\u00ac\u00ae-\u00ff\u0100-\u01ba\u01bc-\u01bf\u01c4-\u024f\u1e00-\u1eff\u0300-\u034e\u0350-\u036f"
    r"\u2010-\u2027\u2030-\u205e\u20a0-\u20c0\u2120\u2122\u2116\u02bb\u02bc]"
)
_BIDI_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {chr(code) for code in range(0xFE00, 0xFE0F)}
_EMOJI_PIECES = frozenset("\ufe0f\u20e3")
_STACKED_ACCENTS = re.compile("[\u0300-\u036f]{3,}")
_NAME_PUNCTUATION = frozenset(" .,'-\u2018\u2019\u2010\u2011\u2012\u2013\u2014")
#: Marks of program text that no company name and no address contains.
MARKUP = "<>{}[]|\\^~`=_;"

_valid_email = EmailValidator(allowlist=[])
_valid_website = URLValidator(schemes=["https", "http"])


def clean_line(value: str, *, max_length: int, letters_only: bool = False, refuse: str = "") -> str:
    """Tidy one line of text: composed accents (NFC), no outer white space, inner white space folded to one space.

    max_length counts the characters of the tidied line. letters_only also refuses digits and symbols (people's
    names); refuse lists further characters that the field cannot hold. Blank text gives "".
    Raises ValidationError (codes: too_long, control_character, direction_mark, invisible_character, not_text,
    look_alike, other_alphabet, symbol, stacked_accents, not_a_letter, refused_character).
    """
    refuse_oversize(value, max_length)
    line = fold_spaces(unicodedata.normalize("NFC", value))
    for char in line:
        _refuse_strange(char)
    if len(line) > max_length:
        raise _too_long(len(line), max_length)
    if _STACKED_ACCENTS.search(line):
        raise ValidationError(
            "A letter here carries several stacked accents. Type it again with one.", "stacked_accents"
        )
    if letters_only:
        _refuse_non_letters(line)
    for char in line:
        if char in refuse:
            raise ValidationError(f"The character {char} cannot be used here. Leave it out.", "refused_character")
    return line


def clean_person_name(value: str) -> str:
    """One part of a person's name, tidied: letters with their accents, spaces, hyphens, apostrophes, periods, commas.

    Raises ValidationError: the codes of clean_line, or `required` when it is blank (skip the call for a middle name
    that is left out).
    """
    name = clean_line(value, max_length=PERSON_NAME_MAX_LENGTH, letters_only=True)
    if not any(char.isalpha() for char in name):
        raise ValidationError("Enter the name, in letters.", "required")
    return name


def clean_company_name(value: str) -> str:
    """A company's name, tidied; capitals and accents are left as typed.

    Raises ValidationError: the codes of clean_line, or `required` when there is no letter and no digit in it.
    """
    name = clean_line(value, max_length=COMPANY_NAME_MAX_LENGTH, refuse=MARKUP)
    if not any(char.isalnum() for char in name):
        raise ValidationError("Enter the company name as it stands on the CBP Form 5106.", "required")
    return name


def clean_email(value: str) -> str:
    """One bare e-mail address, the domain in lower case, the part before the @ as typed.

    Raises ValidationError (the codes of hidden characters and look-alikes, too_long, required, one_address,
    invalid_email).
    """
    refuse_oversize(value, EMAIL_MAX_LENGTH)
    address = fold_spaces(value)
    refuse_hidden(address)
    if not address:
        raise ValidationError("Enter an e-mail address, such as jane.doe@company.com.", "required")
    if len(address) > EMAIL_MAX_LENGTH:
        raise _too_long(len(address), EMAIL_MAX_LENGTH)
    refuse_non_ascii(address, what="An e-mail address")
    if len(re.findall("@", address)) > 1 or re.search(r"[,;<> ]", address):
        raise ValidationError(
            "Enter one bare e-mail address, such as jane.doe@company.com, without a name, spaces or a second address.",
            "one_address",
        )
    local_part, _, domain = address.partition("@")
    if len(local_part) > EMAIL_LOCAL_PART_MAX_LENGTH or '"' in local_part or domain.startswith("["):
        raise _invalid_email()
    address = f"{local_part}@{domain.lower()}"
    try:
        _valid_email(address)
    except ValidationError as error:
        raise _invalid_email() from error
    return address


def clean_website(value: str) -> str:
    """The address of a website, beginning with https:// where no scheme was typed; "" for an empty text.

    Raises ValidationError (the codes of hidden characters and look-alikes, too_long, invalid_website).
    """
    refuse_oversize(value, WEBSITE_MAX_LENGTH)
    address = fold_spaces(value)
    if not address:
        return ""
    refuse_hidden(address)
    refuse_non_ascii(address, what="A website address")
    if "://" not in address:
        address = f"https://{address}"
    if len(address) > WEBSITE_MAX_LENGTH:
        raise _too_long(len(address), WEBSITE_MAX_LENGTH)
    try:
        _valid_website(address)
    except ValidationError as error:
        raise ValidationError(
            "Enter a website address, such as https://www.acme.example, or leave the field empty.", "invalid_website"
        ) from error
    return address


def email_key(address: str) -> str:
    """The form of a cleaned address in which two spellings of one address are equal: uniqueness and look-up."""
    return address.strip().lower()


def mailbox_key(address: str) -> str:
    """The mailbox behind a cleaned address, without its +tag: the key under which mails to it are counted."""
    local_part, at, domain = email_key(address).partition("@")
    mailbox = local_part.split("+", 1)[0] or local_part
    return f"{mailbox}{at}{domain}"


def fold_spaces(value: str) -> str:
    """White space of every kind folded to single spaces, none at the ends. Control characters stay."""
    return _SPACES.sub(" ", value).strip(" ")


def refuse_oversize(value: str, max_length: int) -> None:
    """Refuse text that no tidying can bring down to max_length, before any work is spent on it."""
    if len(value) > 4 * max_length:
        raise _too_long(len(value), max_length)


def refuse_hidden(value: str) -> None:
    """Raise ValidationError when the text holds a character that nobody can see."""
    for char in value:
        _refuse_hidden_character(char)


def refuse_non_ascii(value: str, *, what: str) -> None:
    """Raise ValidationError when a number or an address holds anything but the plain keyboard's characters.

    what begins the sentence, such as "An e-mail address".
    """
    for char in value:
        if not char.isascii():
            plain = _plain_twin(char)
            instead = f'Type "{plain}" instead.' if plain else "Type it again on your keyboard, or leave it out."
            raise ValidationError(
                f'{what} is written with plain letters, digits and signs only, and the "{char}" here is none of them, '
                f"though it may look like one. {instead}",
                "look_alike",
            )


def _too_long(length: int, max_length: int) -> ValidationError:
    return ValidationError(f"Shorten this to {max_length} characters or fewer: it has {length}.", "too_long")


def _invalid_email() -> ValidationError:
    return ValidationError(
        "This is not a complete e-mail address. Write it like jane.doe@company.com, with one @ and the whole domain.",
        "invalid_email",
    )


def _refuse_strange(char: str) -> None:
    if char.isascii() and char.isprintable():
        return
    if _ORDINARY.fullmatch(char) and not _is_compatibility_letter(char):
        return
    _refuse_hidden_character(char)
    if char in _EMOJI_PIECES:
        raise _symbol()
    plain = _plain_twin(char)
    if plain:
        raise ValidationError(f'The "{char}" here is not the ordinary "{plain}". Type "{plain}" instead.', "look_alike")
    if unicodedata.category(char)[0] in "LMN":
        name = unicodedata.name(char, f"U+{ord(char):04X}").lower()
        raise ValidationError(
            f'The "{char}" here ({name}) is not one of the letters A to Z, though it may look like one. Type it again '
            "on your keyboard; accents are fine.",
            "other_alphabet",
        )
    raise _symbol()


def _refuse_hidden_character(char: str) -> None:
    category = unicodedata.category(char)
    if category == "Cc":
        raise _hidden(char, "a control character", "control_character")
    if char in _BIDI_MARKS:
        raise _hidden(char, "an invisible mark that turns the reading direction", "direction_mark")
    if category == "Cf" or char in _UNSEEN:
        raise _hidden(char, "an invisible character", "invisible_character")
    if category in ("Cs", "Co", "Cn"):
        raise _hidden(char, "a character that is not text", "not_text")


def _hidden(char: str, what: str, code: str) -> ValidationError:
    return ValidationError(
        f"This contains {what} (U+{ord(char):04X}), often picked up by copying. Delete the text and type it by hand.",
        code,
    )


def _symbol() -> ValidationError:
    return ValidationError("Emoji and picture symbols cannot be used here. Leave them out.", "symbol")


def _is_compatibility_letter(char: str) -> bool:
    """Letters such as the long s or the one-character IJ, which stand for other letters."""
    return ord(char) > 0xFF and char.isalpha() and unicodedata.normalize("NFKC", char) != char


def _plain_twin(char: str) -> str:
    """What a full-width, mathematical or otherwise dressed-up character stands for in ASCII, or ""."""
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain.isascii() and plain.isprintable() and plain.strip() else ""


def _refuse_non_letters(line: str) -> None:
    for char in line:
        if char.isalpha() or unicodedata.combining(char) or char in _NAME_PUNCTUATION:
            continue
        what = "digit" if char.isdigit() else "character"
        raise ValidationError(
            f"The {what} {char} cannot be part of a person's name. Use letters, spaces, hyphens, apostrophes "
            "and periods.",
            "not_a_letter",
        )
