"""Reading rows: the header, batches, and what is wrong with a row that cannot be taken."""

import csv
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from importers.loading.columns import CONTRADICTORY, KEY, MANDATORY, OPTIONAL, TOGETHER, Cell, cleaner, contradiction
from importers.loading.problems import BadFile
from importers.loading.rejects import FIRST_COLUMNS, as_typed

#: The columns that a reject file puts in front, which may then be loaded again.
IGNORED = FIRST_COLUMNS

Row = list[str]
Values = list[Cell]


@dataclass
class Batch:
    """Rows that were read together."""

    #: Importer number → the line its last row begins on, and that row's values in the order of the header.
    rows: dict[str, tuple[int, Values]] = field(default_factory=dict)
    #: Numbers that came again: the later line, the earlier line, the number.
    repeats: list[tuple[int, int, str]] = field(default_factory=list)
    #: Rows that cannot be taken: the line, the reason, the cells as they are in the file.
    bad: list[tuple[int, str, Row]] = field(default_factory=list)
    size: int = 0
    #: The line after the batch's last row.
    next_line: int = 0
    #: Whether its rows were stored by an earlier run: they are known, and not stored again.
    passed: bool = False


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
        "missing beside another": [
            f"{needed} beside {name}" for name, needed in TOGETHER.items() if name in names and needed not in names
        ],
    }
    return [f"{what}: {', '.join(which)}" for what, which in found.items() if which]


def batches(reader: Any, header: list[str], *, size: int, start_line: int) -> Iterator[Batch]:
    """Read on, and give the rows in batches of `size`; those that begin before `start_line` as batches passed over."""
    take = _row_taker(header)
    batch = Batch(passed=start_line > reader.line_num + 1)
    for line, row, broken in _rows(reader, unquote="reason" in header):
        if batch.size == size or (batch.passed and line >= start_line):
            batch.next_line = line
            yield batch
            batch = Batch(passed=line < start_line)
        number, values, reason = ("", [], broken) if broken else take(row)
        if reason:
            batch.bad.append((line, reason, row))
        else:
            if known := batch.rows.get(number):
                batch.repeats.append((line, known[0], number))
            batch.rows[number] = (line, values)
        batch.size += 1
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


def _row_taker(header: list[str]) -> Callable[[Row], tuple[str, Values, str]]:
    """A function from a row's cells to its number, its values in the order of the header, and "" or what is wrong."""
    places = [place for place, name in enumerate(header) if name not in IGNORED]
    names = [header[place] for place in places]
    cleaners = [cleaner(name) for name in names]
    number_at = names.index(KEY)
    may_contradict = not CONTRADICTORY.isdisjoint(names)

    def take(row: Row) -> tuple[str, Values, str]:
        if len(row) != len(header):
            return "", [], f"The row has {len(row)} cells, the header {len(header)}."
        cells = row if len(places) == len(row) else [row[place] for place in places]
        try:
            values = [clean(cell) for clean, cell in zip(cleaners, cells, strict=True)]
        except ValidationError:
            return "", [], _reasons(names, cleaners, cells)
        if may_contradict and (reason := contradiction(dict(zip(names, values, strict=True)))):
            return "", [], reason
        return values[number_at] or "", values, ""

    return take


def _reasons(names: list[str], cleaners: list[Callable[[str], Cell]], row: Row) -> str:
    reasons = []
    for name, clean, cell in zip(names, cleaners, row, strict=True):
        try:
            clean(cell)
        except ValidationError as error:
            reasons.append(f"{name}: {' '.join(error.messages)}")
    return " ".join(reasons)
