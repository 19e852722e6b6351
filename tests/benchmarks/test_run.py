"""The benchmark itself works: it goes through whole journeys, and leaves no process and no file behind."""

import json
import subprocess
import sys
from pathlib import Path

from tests.harness.tasks import until

ROOT = Path(__file__).resolve().parents[2]
STEPS = {
    *(f"GET {page}" for page in ("identify", "picture", "code", "details", "answers", "status")),
    *(f"POST {form}" for form in ("identify", "code", "details", "submit")),
}


def begin(directory: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.run", "--stack", "embedded", "--directory", str(directory)]
    return subprocess.Popen([*command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def processes_of(directory: Path) -> list[str]:
    """The processes whose command line or environment names the directory."""
    listed = subprocess.run(["ps", "axeww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if str(directory) in line]


def test_a_run_measures_whole_journeys_and_leaves_nothing_behind(tmp_path: Path) -> None:
    run = begin(tmp_path, "--seconds", "0.1", "--clients", "1", "--records", "20", "--json")
    output, errors = run.communicate(timeout=240)
    assert run.returncode == 0, errors

    (stack,) = json.loads(output)["stacks"]
    for phase in ("one_at_a_time", "many_at_once"):
        portal, bare = stack[phase]["portal"], stack[phase]["bare"]
        assert set(portal["steps"]) == STEPS
        assert portal["requests"] == portal["visits"] * len(STEPS) > 0
        assert portal["receipt"]["count"] == portal["code"]["count"] == portal["visits"]
        assert bare["steps"]["POST form"]["count"] == bare["visits"] > 0
    ratios = stack["ratios"]
    assert set(ratios) == {"POST identify", "POST code", "POST details", "POST submit", "requests_per_second"}
    assert all(ratio > 0 for ratio in ratios.values())

    assert processes_of(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    run = begin(tmp_path, "--seconds", "600")
    until(lambda: any("benchmarks.prepare" in line for line in processes_of(tmp_path)), "a child of the benchmark")

    run.terminate()
    _, errors = run.communicate(timeout=60)

    assert run.returncode == 1
    assert "was stopped" in errors
    # A command that was just being started when the signal came may still run to its own end.
    until(lambda: not processes_of(tmp_path), "the end of every process of the benchmark")
    assert list(tmp_path.iterdir()) == []
