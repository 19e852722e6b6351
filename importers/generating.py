"""Made-up 5106 records for tests and benchmarks: as many as one likes, and the same ones for the same seed."""

import itertools
import random
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TypeVar

import zipcodes

from importers.loading.columns import MANDATORY

_T = TypeVar("_T")
#: The columns that made-up records fill.
COLUMNS = (
    *MANDATORY,
    *("point_of_contact_name", "organizational_structure", "street_address", "city", "state", "postal_code", "country"),
    *("address_type", "physical_street_address", "phone", "entries_per_year", "uses", "naics", "filed_on"),
    *("last_activity_on", "bond_number", "surety_code", "bond_activity", "bond_amount", "bond_effective_on"),
    *("bond_is_continuous", "reference_number", "scac", "firms_code"),
)
_FIRST = (
    *("Amber", "Anvil", "Basalt", "Birch", "Cedar", "Cobalt", "Copper", "Dune", "Ember", "Falcon", "Fern", "Flint"),
    *("Granite", "Harbor", "Hazel", "Heron", "Indigo", "Ivory", "Juniper", "Kestrel", "Lantern", "Larch", "Maple"),
    *("Marmot", "Meadow", "Nettle", "Ochre", "Otter", "Pebble", "Pewter", "Quarry", "Quill", "Raven", "Rowan"),
    *("Saffron", "Sable", "Tallow", "Thistle", "Umber", "Velvet", "Walnut", "Willow", "Yarrow", "Zephyr"),
)
_SECOND = (
    *("Anchor", "Bell", "Bridge", "Brook", "Clock", "Compass", "Crane", "Creek", "Field", "Forge", "Gate", "Grove"),
    *("Hill", "Kettle", "Ladder", "Loom", "Mill", "Orchard", "Paper", "Pier", "Ridge", "River", "Rope", "Sail"),
    *("Spindle", "Stone", "Table", "Tower", "Valley", "Wharf", "Wheel", "Yard"),
)
_TRADES = (
    *("Apparel", "Ceramics", "Coffee", "Cycles", "Electronics", "Fasteners", "Foods", "Furniture", "Glass", "Imports"),
    *("Instruments", "Lighting", "Machinery", "Metals", "Paper", "Seafood", "Spices", "Textiles", "Tools", "Toys"),
    *("Trading", "Valves", "Wines"),
)
_SUFFIXES = (
    ("INC", "CORPORATION"),
    ("LLC", "LLC"),
    ("CORP", "CORPORATION"),
    ("LP", "PARTNERSHIP"),
    ("LTD", "CORPORATION"),
)
_PEOPLE = ("Ada", "Bo", "Cleo", "Dov", "Elsa", "Finn", "Greta", "Hugo", "Inga", "Jo", "Kai", "Lena", "Milo", "Nora")
_STREETS = ("Lantern Row", "Wharf Street", "Mill Lane", "Harbor Avenue", "Orchard Road", "Quarry Drive", "Depot Way")
_NAICS = ("423940", "424490", "423830", "424320", "423620", "424820", "423210", "424430")
#: The EIN prefixes in use from which numbers are drawn; ten million numbers each.
_PREFIXES = ("12", "20", "26", "35", "45", "52", "61", "76", "81", "84")
_MILLIONS = 10_000_000
#: Coprime to ten million: count * _STRIDE runs through all seven-digit numbers, none of them twice.
_STRIDE = 7_654_321


def generate(count: int, *, seed: int) -> Iterator[tuple[str, ...]]:
    """The values of COLUMNS for `count` records; every number is valid and none comes twice.

    Nineteen of twenty are EINs with suffix 00, the others CBP-assigned. Raises ValueError for more than 100 million.
    """
    if count > len(_PREFIXES) * _MILLIONS:
        raise ValueError(f"There are no more than {len(_PREFIXES) * _MILLIONS:,} different numbers.")
    # Nothing secret is made here, and the same seed has to give the same records.
    chance = random.Random(seed)  # noqa: S311  # nosec B311
    offset = chance.randrange(_MILLIONS)
    return (_record(chance, index, offset) for index in itertools.islice(itertools.count(), count))


def _record(chance: random.Random, index: int, offset: int) -> tuple[str, ...]:
    draw = chance.random
    first, second, trade = _one(_FIRST, draw()), _one(_SECOND, draw()), _one(_TRADES, draw())
    suffix, structure = _one(_SUFFIXES, draw())
    zip_code, city, state = _one(_places(), draw())
    person = _one(_PEOPLE, draw())
    host = f"{first}-{second}-{index % 9973}.example".lower()
    year, month, day = 2024 + int(draw() * 2), 1 + int(draw() * 12), 1 + int(draw() * 28)
    filed = f"{year}-{month:02d}-{day:02d}"
    has_bond = draw() < 0.7
    bond = (f"{index:09d}", f"{1 + int(draw() * 899):03d}", "A", str(50_000 * (1 + int(draw() * 20))), filed, "yes")
    return (
        _number(index, offset),
        f"{first} {second} {trade} {suffix}".upper(),
        f"{person}.{index}@{host}".lower() if draw() < 0.96 else "",
        "ACTIVE" if (luck := draw()) < 0.93 else "INACTIVE" if luck < 0.99 else "VOIDED",
        f"{person} {second}",
        structure,
        f"{1 + int(draw() * 9899)} {_one(_STREETS, draw())}",
        city,
        state,
        zip_code,
        "US",
        "2",
        "",
        f"+1 {200 + int(draw() * 700)} 555 {int(draw() * 10_000):04d}",
        str(1 + int(draw() * 3)),
        "IOR,CONSIGNEE" if draw() < 0.5 else "IOR",
        _one(_NAICS, draw()),
        filed,
        filed,
        *(bond if has_bond else ("", "", "", "", "", "no")),
        *_codes(index),
    )


def _codes(index: int) -> tuple[str, str, str]:
    """Reference number, SCAC and FIRMS code: every third company has the first, few are carriers or facilities.

    They follow from the index, so that all other cells of a seed stay what they are.
    """
    letters = "".join(chr(ord("A") + index // 26**place % 26) for place in range(4))
    return (
        f"REF {index:08d}" if index % 3 == 0 else "",
        letters if index % 40 == 1 else "",
        f"{letters[0]}{index % 1000:03d}" if index % 40 == 2 else "",
    )


def _number(index: int, offset: int) -> str:
    if index % 20 == 19:
        port, serial = divmod(index // 20, 100_000)
        return f"26{1001 + port:04d}-{serial:05d}"
    serial = (index * _STRIDE + offset) % _MILLIONS
    return f"{_PREFIXES[index // _MILLIONS]}-{serial:07d}00"


def _one(known: Sequence[_T], luck: float) -> _T:
    return known[int(luck * len(known))]


@cache
def _places() -> list[tuple[str, str, str]]:
    """ZIP code, city and state of every general ZIP code in the fifty states."""
    found = zipcodes.filter_by(active=True, zip_code_type="STANDARD", country="US")
    return [(one["zip_code"], one["city"], one["state"]) for one in found if one["state"] not in ("AE", "AP", "AA")]
