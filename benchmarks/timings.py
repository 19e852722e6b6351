"""From single times to p50 and p95, and from a web server's access log to the steps of a visit."""

import math
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.servers import ALIVE, Failed

#: What a request is called in the table, by method and path; the first that fits counts.
STEPS = (
    ("GET identify", r"GET /apply/importer/"),
    ("GET picture", r"GET /picture-check/[^/]+/picture\.png"),
    ("POST identify", r"POST /apply/importer/"),
    ("GET code", r"GET /apply/importer/[^/]+/code/"),
    ("POST code", r"POST /apply/importer/[^/]+/code/"),
    ("GET details", r"GET /apply/importer/[^/]+/details/"),
    ("POST details", r"POST /apply/importer/[^/]+/details/"),
    ("GET answers", r"GET /apply/importer/[^/]+/answers/"),
    ("POST submit", r"POST /apply/importer/[^/]+/answers/"),
    ("GET status", r"GET /status/[^/]+/"),
    ("GET form", r"GET /apply/"),
    ("POST form", r"POST /apply/"),
)
#: Seconds to wait for the line of a request that has been answered: the server writes it just after.
PATIENCE = 5


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least `share` (0 to 1) of them do not exceed. Needs one value or more."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def spread(values: Sequence[float]) -> dict[str, float]:
    """How many values there are, with p50 and p95 in the values' own unit; empty without values."""
    if not values:
        return {}
    return {"count": len(values), "p50": percentile(values, 0.5), "p95": percentile(values, 0.95)}


class AccessLog:
    """The times a web server took. Each `take` begins where the one before ended."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._taken = 0

    def take(self, count: int) -> dict[str, list[float]]:
        """Seconds of server time of each of the next `count` requests, by step.

        Raises Failed when the server logged fewer, or more, or a request that nobody planned.
        """
        deadline = time.monotonic() + PATIENCE
        while len(lines := self._lines()) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        if len(lines) != count:
            raise Failed(f"The web server logged {len(lines)} requests where {count} were made.")
        self._taken += count
        found: dict[str, list[float]] = defaultdict(list)
        for line in lines:
            request, _, microseconds = line.rsplit(" ", 2)
            found[_step(request)].append(int(microseconds) / 1_000_000)
        return {name: found[name] for name, _ in STEPS if name in found}

    def _lines(self) -> list[str]:
        """The lines not yet taken, without those of the check whether the server answers."""
        whole, _, _ = self._file.read_text().rpartition("\n")
        visits = [line for line in whole.splitlines() if not line.startswith(f"GET {ALIVE} ")]
        return visits[self._taken :]


def _step(request: str) -> str:
    for name, pattern in STEPS:
        if re.fullmatch(pattern, request):
            return name
    raise Failed(f"The web server answered a request that nobody planned: {request}")
