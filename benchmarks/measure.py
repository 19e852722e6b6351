"""The measurement of one stack: one visitor at a time, then many at once, the portal beside the bare project."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks import visits
from benchmarks.servers import Failed, Servers, free_port
from benchmarks.sink import Sink
from benchmarks.stacks import Stack
from benchmarks.timings import AccessLog, spread
from benchmarks.visits import Record, Tally, Visitor

#: Turns of the bare form for each journey while one visitor is there at a time: about as many requests.
BARE_TURNS = 4


@dataclass(frozen=True)
class Plan:
    """How long and how hard to measure: seconds for each phase, visitors at once, 5106 records to spend."""

    seconds: float
    clients: int
    records: int


class Site:
    """One web server under measurement: a port, an access log and what a visitor does there."""

    def __init__(self, port: int, access_log: AccessLog) -> None:
        self.port = port
        self.access_log = access_log

    def visit(self, tally: Tally, what: Callable[[Visitor], None], *, ip: str = visits.SOMEBODY) -> None:
        """Let a new visitor do one thing from beginning to end."""
        visitor = Visitor(self.port, tally, ip=ip)
        try:
            what(visitor)
        finally:
            visitor.close()
        tally.visits += 1


class Portal(Site):
    """The portal; every visitor takes the next 5106 record, and none is used twice."""

    def __init__(self, port: int, access_log: AccessLog, sink: Sink, records: int) -> None:
        super().__init__(port, access_log)
        self.sink = sink
        self._records = itertools.count(1)
        self._last = records

    def turn(self, tally: Tally) -> None:
        """One importer journey."""
        record = Record(next(self._records))
        if record.number > self._last:
            raise Failed(f"All {self._last} importer records are used up; give more with --records.")
        self.visit(tally, lambda visitor: visits.journey(visitor, record, self.sink), ip=record.ip)

    def receipt_waits(self, tally: Tally) -> list[float]:
        """Seconds from each answer to Submit until the mail of receipt was at the mail server."""
        return [max(0.0, self.sink.receipt_for(address) - at) for address, at in tally.submitted]


class Bare(Site):
    def turn(self, tally: Tally) -> None:
        """One bare form."""
        self.visit(tally, visits.bare_form)


def measure(stack: Stack, plan: Plan, secret: str) -> dict[str, Any]:
    """Measure both projects on a stack and return the numbers, times in seconds. Raises Failed."""
    with _running(stack, plan, secret) as (portal, bare):
        # The first visit pays for imports, compiled templates and the worker's start.
        for site in (portal, bare):
            site.turn(warm_up := Tally())
            site.access_log.take(warm_up.requests)
        alone = _one_at_a_time(portal, bare, plan.seconds)
        crowd = {"portal": _many_at_once(portal, plan), "bare": _many_at_once(bare, plan)}
    return {"stack": stack.name, "title": stack.title, "one_at_a_time": alone, "many_at_once": crowd}


@contextmanager
def _running(stack: Stack, plan: Plan, secret: str) -> Iterator[tuple[Portal, Bare]]:
    """Both projects, ready for visitors, with the mail server and the worker; all stopped at the end."""
    servers = Servers(stack.directory)
    with Sink() as sink:
        try:
            ports = {"portal": free_port(), "bare": free_port()}
            portal = stack.environment_of("portal", secret=secret, port=ports["portal"])
            portal["EMAIL_URL"] = f"smtp://127.0.0.1:{sink.port}"
            bare = stack.environment_of("bare", secret=secret, port=ports["bare"])
            prepare = ["benchmarks.prepare", str(plan.records)]
            servers.start("prepare", prepare, portal | {"DEMO": "on"})
            servers.start("prepare-bare", ["django", "migrate", "--run-syncdb", "--verbosity", "0"], bare)
            servers.finish("prepare", "prepare-bare")
            servers.start_worker("worker", portal)
            logs = {
                "portal": servers.start_web("portal", "ace_portal.wsgi:application", portal, ports["portal"]),
                "bare": servers.start_web("bare", "benchmarks.bare.wsgi:application", bare, ports["bare"]),
            }
            servers.wait_for_answers(ports)
            yield (
                Portal(ports["portal"], AccessLog(logs["portal"]), sink, plan.records),
                Bare(ports["bare"], AccessLog(logs["bare"])),
            )
        except Failed as failure:
            raise Failed(f"{failure}\n{servers.last_errors()}") from failure
        finally:
            servers.stop()


def _one_at_a_time(portal: Portal, bare: Bare, seconds: float) -> dict[str, Any]:
    """Journeys and bare forms in turns, so that whatever else the machine does falls on both alike."""
    journeys, forms = Tally(), Tally()
    receipts: list[float] = []
    end = time.monotonic() + seconds
    while not journeys.visits or time.monotonic() < end:
        portal.turn(journeys)
        # Also waits until the worker has nothing left to do: the bare form has the machine to itself.
        receipts += portal.receipt_waits(Tally(submitted=journeys.submitted[-1:]))
        for _ in range(BARE_TURNS):
            bare.turn(forms)
    return {
        "portal": _numbers(portal, journeys) | {"receipt": spread(receipts), "code": spread(journeys.code_waits)},
        "bare": _numbers(bare, forms),
    }


def _many_at_once(site: Portal | Bare, plan: Plan) -> dict[str, Any]:
    """As many visits as `plan.clients` visitors at once can do; those begun in time are finished."""
    tallies = [Tally() for _ in range(plan.clients)]
    failures: list[Exception] = []
    began = time.monotonic()

    def client(tally: Tally) -> None:
        try:
            while not tally.visits or (time.monotonic() < began + plan.seconds and not failures):
                site.turn(tally)
        except Exception as failure:  # carried over to the thread that measures
            failures.append(failure)

    threads = [threading.Thread(target=client, args=[tally], daemon=True) for tally in tallies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    if failures:
        raise failures[0]
    total = Tally.sum(tallies)
    found = _numbers(site, total)
    found |= {"seconds": took, "visits_per_second": total.visits / took, "requests_per_second": total.requests / took}
    if isinstance(site, Portal):
        found |= {"receipt": spread(site.receipt_waits(total)), "code": spread(total.code_waits)}
    return found


def _numbers(site: Site, tally: Tally) -> dict[str, Any]:
    steps = site.access_log.take(tally.requests)
    return {"visits": tally.visits, "requests": tally.requests, "steps": {name: spread(t) for name, t in steps.items()}}
