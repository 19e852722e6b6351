"""From an access log to the table: what the numbers of the benchmark mean."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks import table
from benchmarks.servers import Failed
from benchmarks.timings import AccessLog, percentile, spread


def test_percentiles_are_values_that_occurred() -> None:
    times = [float(number) for number in range(1, 101)]
    assert percentile(times, 0.5) == 50
    assert percentile(times, 0.95) == 95
    assert percentile([7.0], 0.95) == 7
    assert spread([3.0, 1.0, 2.0]) == {"count": 3, "p50": 2, "p95": 3}
    assert spread([]) == {}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A log of a server that was asked whether it answers, and for one page."""
    file = tmp_path / "portal.access"
    file.write_text("GET /healthz 200 400\nGET /apply/importer/ 200 12000\n")
    return file


def test_the_access_log_gives_seconds_by_step_each_time_once(file: Path) -> None:
    log = AccessLog(file)
    assert log.take(1) == {"GET identify": [0.012]}
    with file.open("a") as lines:
        lines.write("POST /apply/importer/ 302 20000\n")
        lines.write("POST /apply/importer/AAAAAAAAAAAAAAAAAAAAAA/answers/ 302 31000\n")
        lines.write("POST /apply/importer/ 302 22000\n")
    assert log.take(3) == {"POST identify": [0.02, 0.022], "POST submit": [0.031]}


def test_a_request_that_was_not_planned_stops_the_measurement(file: Path) -> None:
    with file.open("a") as lines:
        lines.write("GET /sign-in/ 200 9000\n")
    with pytest.raises(Failed, match="GET /sign-in/"):
        AccessLog(file).take(2)


@pytest.mark.parametrize("made", [0, 2])
def test_a_request_too_few_or_too_many_stops_the_measurement(
    file: Path, made: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.timings.PATIENCE", 0)
    with pytest.raises(Failed, match=f"logged 1 requests where {made} were made"):
        AccessLog(file).take(made)


def measured(*, submit: float, receipt: float) -> dict[str, Any]:
    """What one stack gave: the bare POST takes 10 ms, ours take 15 ms, Submit and its mail as told."""
    ours = {**dict.fromkeys(table.OUR_POSTS, 0.015), "POST submit": submit}
    mail = {"count": 1, "p50": receipt, "p95": receipt}
    steps = {
        "portal": {name: {"count": 1, "p50": time, "p95": time} for name, time in ours.items()},
        "bare": {"POST form": {"count": 1, "p50": 0.01, "p95": 0.01}},
    }
    rates = {"visits": 9, "seconds": 3.0, "visits_per_second": 3.0}
    alone: dict[str, dict[str, Any]] = {name: {"steps": steps[name], "code": mail, "receipt": mail} for name in steps}
    crowd = {name: {**alone[name], **rates} for name in steps}
    crowd["portal"]["requests_per_second"], crowd["bare"]["requests_per_second"] = 30.0, 60.0
    return {"stack": "services", "title": "PostgreSQL", "one_at_a_time": alone, "many_at_once": crowd}


def test_the_table_says_which_aims_are_met() -> None:
    result = table.add_ratios(measured(submit=0.031, receipt=1.2))
    lines = table.lines(result, clients=4)

    (submit,) = [line for line in lines if line.startswith("portal: POST submit")]
    assert submit.split()[3:] == ["31.0", "31.0", "31.0", "31.0", "3.10", "≤", "2", "missed"]
    (code,) = [line for line in lines if line.startswith("portal: POST code")]
    assert code.split()[3:] == ["15.0", "15.0", "15.0", "15.0", "1.50", "≤", "2", "met"]
    (receipt,) = [line for line in lines if line.startswith("submit to receipt")]
    assert receipt.endswith("≤ 1 missed")
    assert "Requests/s, portal by bare: 0.50" in lines
    assert "Portal: 3.0 journeys/s, 30 requests/s (9 journeys in 3.0 s)" in lines
