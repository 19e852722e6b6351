"""Reading the file: encoding, header, rows, and what each cell must look like.

Most cells are in order already. A regular expression sees that in a fraction of the time; whatever it does not know
goes through the same functions as what people type, which decide and find the words.
"""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django_countries import countries

from accounts.models import OrganizationalStructure
from ace_portal.core.numbers import parse_importer_number
from ace_portal.core.text import COMPANY_NAME_MAX_LENGTH, clean_company_name, clean_email, clean_line
from importers.loading.problems import BadFile
from importers.loading.rejects import FIRST_COLUMNS, as_typed
from importers.loading.store import MANDATORY, OPTIONAL
from importers.models import ImporterRecord

#: The columns that a reject file puts in front, which may then be loaded again.
IGNORED = FIRST_COLUMNS

_PLAIN = re.compile(r"(?:[!-~]+(?: [!-~]+)*)?", re.ASCII)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9&.,'()/-]*(?: [A-Za-z0-9&.,'()/-]+)*", re.ASCII)
_PLAIN_EMAIL = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}", re.ASCII)
_PLAIN_EIN_TYPE = re.compile(r"(\d\d)-\d{7}[0-9A-HJ-NP-Y]{2}", re.ASCII)
#: No part of an address that is this short can be too long.
_SHORT_EMAIL = 60
#: Columns with the same few values again and again.
_REPEATING = frozenset(("status", "organizational_structure", "city", "state", "postal_code", "country"))
_STATUSES = {status.value: status.value for status in ImporterRecord.Status} | {"10": "ACTIVE", "20": "INACTIVE"}
_STRUCTURES = {text.upper(): code for code, label in OrganizationalStructure.choices for text in (code, str(label))}

Row = list[str]


@dataclass
class Batch:
    """Rows that were read together."""

    #: Importer number → the line its last row begins on, and that row's values in the order of the header.
    rows: dict[str, tuple[int, Row]] = field(default_factory=dict)
    #: Numbers that came again: the later line, the earlier line, the number.
    repeats: list[tuple[int, int, str]] = field(default_factory=list)
    #: Rows that cannot be taken: the line, the reason, the cells as they are in the file.
    bad: list[tuple[int, str, Row]] = field(default_factory=list)
    size: int = 0
    #: The line after the batch's last row.
    next_line: int = 0


def refuse_other_encodings(path: Path) -> None:
    """Raise BadFile when the file cannot be opened or is not UTF-8 from beginning to end."""
    line = 1
    try:
        with path.open(encoding="utf-8", newline="") as file:
            while block := file.read(1 << 16):
                line += block.count("\n")
    except UnicodeDecodeError as error:
        raise BadFile(
            f"{path.name} is not UTF-8 text (somewhere after line {line}). Save it as “CSV UTF-8”, then load it again."
        ) from error
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from error


def read_header(reader: Any) -> list[str]:
    """Read the names of the columns, in lower case. Raises BadFile with everything that is wrong with them."""
    cells: Row = []
    with suppress(csv.Error):
        cells = next((row for row in reader if row), [])
    names = [cell.strip().lower() for cell in cells]
    if not names:
        raise BadFile(f"The file has no header. Its first line must name the columns: {', '.join(MANDATORY)} …")
    if problems := _header_problems(names):
        hint = " Separate the columns by commas." if len(names) == 1 else ""
        raise BadFile(
            f"The header does not fit: {'; '.join(problems)}. The columns must be {', '.join(MANDATORY)}; there may "
            f"also be {', '.join(OPTIONAL)}.{hint}"
        )
    return names


def _header_problems(names: list[str]) -> list[str]:
    known = (*MANDATORY, *OPTIONAL, *IGNORED)
    found = {
        "missing": [name for name in MANDATORY if name not in names],
        "unknown": [name or "(blank)" for name in names if name not in known],
        "more than once": sorted({name for name in names if name in known and names.count(name) > 1}),
    }
    return [f"{what}: {', '.join(which)}" for what, which in found.items() if which]


def batches(reader: Any, header: list[str], *, size: int, start_line: int) -> Iterator[Batch]:
    """Read on, and give the rows from `start_line` on in batches of `size`."""
    take = _row_taker(header)
    batch = Batch()
    for line, row, broken in _rows(reader, unquote="reason" in header):
        if line < start_line:
            continue
        number, values, reason = ("", [], broken) if broken else take(row)
        if reason:
            batch.bad.append((line, reason, row))
        else:
            if known := batch.rows.get(number):
                batch.repeats.append((line, known[0], number))
            batch.rows[number] = (line, values)
        batch.size += 1
        if batch.size == size:
            batch.next_line = reader.line_num + 1
            yield batch
            batch = Batch()
    if batch.size:
        batch.next_line = reader.line_num + 1
        yield batch


def _rows(reader: Any, *, unquote: bool) -> Iterator[tuple[int, Row, str]]:
    """Each row that is not blank: the line it begins on, its cells, and "" or why it could not be taken apart.

    `unquote` takes off the apostrophes that a reject file puts in front of cells.
    """
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            lines = f"line {line}" if reader.line_num == line else f"lines {line} to {reader.line_num}, read as one row"
            yield line, [], f"This is not CSV ({error}; {lines}). Look for a quotation mark too many or too few."
            continue
        if row:
            yield line, [as_typed(cell) for cell in row] if unquote else row, ""


def _row_taker(header: list[str]) -> Callable[[Row], tuple[str, Row, str]]:
    """A function from a row's cells to its number, its values in the order of the header, and "" or what is wrong."""
    places = [place for place, name in enumerate(header) if name not in IGNORED]
    names = [header[place] for place in places]
    cleaners = [cleaner(name) for name in names]
    number_at = names.index("importer_number")

    def take(row: Row) -> tuple[str, Row, str]:
        if len(row) != len(header):
            return "", [], f"The row has {len(row)} cells, the header {len(header)}."
        cells = row if len(places) == len(row) else [row[place] for place in places]
        try:
            values = [clean(cell) for clean, cell in zip(cleaners, cells, strict=True)]
        except ValidationError:
            return "", [], _reasons(names, cleaners, cells)
        return values[number_at], values, ""

    return take


def _reasons(names: list[str], cleaners: list[Callable[[str], str]], row: Row) -> str:
    reasons = []
    for name, clean, cell in zip(names, cleaners, row, strict=True):
        try:
            clean(cell)
        except ValidationError as error:
            reasons.append(f"{name}: {' '.join(error.messages)}")
    return " ".join(reasons)


def cleaner(name: str) -> Callable[[str], str]:
    """The function that tidies a cell of this column, or raises ValidationError with what is wrong with it."""
    special: dict[str, Callable[[str], str]] = {
        "importer_number": _number,
        "company_name": _company_name,
        "point_of_contact_email": _email,
        "status": _status,
        "organizational_structure": _structure,
        "country": _country,
    }
    clean = special.get(name) or partial(_line, max_length=_max_length(name))
    return lru_cache(maxsize=4096)(clean) if name in _REPEATING else clean


def _max_length(name: str) -> int:
    length: int = ImporterRecord._meta.get_field(name).max_length  # type: ignore[union-attr, assignment]
    return length


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
