"""A bar that tells how far a file is, how many records a second pass, and how long it still takes."""

import sys
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

if TYPE_CHECKING:
    _Tqdm = tqdm[Any]
else:
    _Tqdm = tqdm

_WHOLE = "{percentage:3.0f}% |{bar}| {told} records, {pace} a second, {remaining} left"
_ENDLESS = "{told} records, {pace} a second, {elapsed} so far"


class FileBar(_Tqdm):
    """A bar over the bytes of a file that counts records."""

    def __init__(self, total: int | None, *, records: int = 0) -> None:
        self.records = self.records_before = records
        super().__init__(total=total, bar_format=_WHOLE if total else _ENDLESS, leave=True, file=sys.stderr)

    @property
    def format_dict(self) -> dict[str, Any]:
        known = super().format_dict
        pace = (self.records - self.records_before) / max(known["elapsed"], 0.001)
        return {**known, "told": f"{self.records:,}", "pace": f"{pace:,.0f}"}

    def reach(self, place: int, *, records: int) -> None:
        """Move on to a place of the file, with so many records so far."""
        self.records = records
        self.update(place - self.n)


def bar(total: int | None, *, records: int = 0) -> FileBar | None:
    """A bar on the terminal; None where nobody looks: a file or a pipe is better served by lines."""
    return FileBar(total, records=records) if sys.stderr.isatty() else None
