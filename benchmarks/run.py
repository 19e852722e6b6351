"""Measure the importer journey beside a bare Django form: `make bench`, or `python -m benchmarks.run`.

Starts the portal (gunicorn, Celery worker with beat, mail server) and the bare project on ports of 127.0.0.1 with
databases of their own, measures, and takes everything away again. docs/benchmarks.md says what is measured.
"""

import argparse
import json
import os
import platform
import secrets
import signal
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings

from benchmarks import stacks, table
from benchmarks.measure import Plan, measure
from benchmarks.servers import ROOT, Failed

PACKAGES = ("django", "gunicorn", "celery", "psycopg", "redis")
MOST_CLIENTS = 64
MOST_SECONDS = 600


def main(arguments: list[str]) -> int:
    """Run the benchmark and return the exit code: 0, or 1 when something did not work."""
    options = _options(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    # The digits in the portal's pictures can be read by whoever has its key; nothing else of Django is needed here.
    secret = secrets.token_urlsafe(64)
    settings.configure(VAULT_KEY=secret)
    plan = Plan(seconds=options.seconds, clients=options.clients, records=options.records)
    names = ["embedded", "services"] if options.stack == "both" else [options.stack]
    facts = _facts(arguments)
    found, skipped = [], {}
    try:
        for name in names:
            try:
                found.append(_run(name, plan, secret, options.directory))
            except stacks.Unreachable as failure:
                skipped[name] = str(failure)
    except Failed as failure:
        print(f"The benchmark stopped: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("The benchmark was stopped.", file=sys.stderr)
        return 1
    _show(facts, found, skipped, plan, as_json=options.json)
    return 0 if found else 1


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--seconds", type=float, default=15, help="length of each phase (default: 15)")
    parser.add_argument("--clients", type=int, default=8, help="visitors at once in the second phase (default: 8)")
    parser.add_argument("--records", type=int, default=5000, help="5106 records to load; each journey uses one up")
    parser.add_argument("--stack", choices=["embedded", "services", "both"], default="both")
    # Not the system's folder for temporary files: that may be in memory, where SQLite costs less than in real life.
    parser.add_argument("--directory", type=Path, default=ROOT / "var", help="where the data are while it runs")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    options = parser.parse_args(arguments)
    for name, value, most in (("seconds", options.seconds, MOST_SECONDS), ("clients", options.clients, MOST_CLIENTS)):
        if not 0 < value <= most:
            parser.error(f"--{name} must be above 0 and at most {most}")
    return options


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(name: str, plan: Plan, secret: str, directory: Path) -> dict[str, Any]:
    print(f"Measuring: {stacks.TITLES[name]} …", file=sys.stderr, flush=True)
    directory.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-", dir=directory) as place,
        stacks.opened(name, Path(place)) as stack,
    ):
        return table.add_ratios(measure(stack, plan, secret))


def _facts(arguments: list[str]) -> dict[str, Any]:
    load = os.getloadavg()[0]
    return {
        "command": " ".join(["python -m benchmarks.run", *arguments]),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, load {load:.1f} before",
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    }


def _show(
    facts: dict[str, Any], found: list[dict[str, Any]], skipped: dict[str, str], plan: Plan, *, as_json: bool
) -> None:
    if as_json:
        print(json.dumps({**facts, "stacks": found, "skipped": skipped}, indent=1))
        return
    print(f"$ {facts['command']}")
    print(f"{facts['date']}, {facts['machine']}")
    print(", ".join(f"{name} {number}" for name, number in facts["versions"].items()))
    for result in found:
        print("", *table.lines(result, clients=plan.clients), sep="\n")
    for name, sentence in skipped.items():
        print(f"\n{stacks.TITLES[name]}: left out. {sentence}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
