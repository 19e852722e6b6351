"""What the processes around the file broker do, one command each: `python -m tests.core.filebroker_commands …`.

`notes NAME COUNT`, `bind NAME COUNT`, `texts COUNT SIZE`, `refused`, `latency COUNT`; BROKER_DIR as in filebroker_app.
"""

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from typing import Any

from kombu import Connection, Exchange, Queue
from kombu.exceptions import OperationalError

from tests.core.filebroker_app import HERE, LOG, app, arrived, note


def connection() -> Connection:
    return app.connection_for_write()


def wait_for(name: str) -> None:
    """Say `ready` and wait for the file `name`, so that several processes begin at the same moment."""
    print("ready", flush=True)
    while not (HERE / name).exists():
        time.sleep(0.001)


def notes(name: str, count: int) -> None:
    """Publish `count` notes."""
    wait_for("go")
    for number in range(count):
        note.delay(f"{name} {number}")


def bind(name: str, count: int) -> None:
    """Bind `count` queues to one exchange."""
    wait_for("go")
    with connection() as broker:
        for number in range(count):
            exchange = Exchange("busy", "topic")
            Queue(f"{name}-{number}", exchange, routing_key="all")(broker.default_channel).declare()


def texts(count: int, size: int) -> None:
    """Publish `count` messages of `size` characters each to the queue `big`."""
    with connection() as broker:
        producer = broker.Producer()
        for number in range(count):
            producer.publish({"number": number, "text": "x" * size}, routing_key="big")


def refused() -> None:
    """Publish with `.delay()` to a disk that takes no more; print what came of it and how many seconds it took."""
    if os.environ.get("DISK_FULL"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
    for _ in range(3):
        begin = time.monotonic()
        try:
            note.delay("lost?")
            outcome = "published"
        except OperationalError:
            outcome = "OperationalError"
        print(outcome, time.monotonic() - begin)


def latency(count: int) -> None:
    """Publish at random moments to one worker; print how long it took until the messages were handled."""
    line = [sys.executable, "-m", "celery", "-A", "tests.core.filebroker_app", "worker", "-P", "threads", "-c", "2"]
    worker = subprocess.Popen([*line, "-l", "error", "--without-heartbeat"], stdout=subprocess.DEVNULL)
    try:
        arrived.delay(time.time())
        measured(1)
        LOG.unlink()
        for _ in range(count):
            time.sleep(random.uniform(0.05, 0.35))
            arrived.delay(time.time())
        took = measured(count)
    finally:
        worker.terminate()
        worker.wait()
    p95 = statistics.quantiles(took, n=20)[-1]
    print(f"{count} messages: median {statistics.median(took):.3f} s, p95 {p95:.3f} s, slowest {took[-1]:.3f} s")


def measured(count: int) -> list[float]:
    """Wait until `count` times are in the log; the times in seconds, shortest first."""
    took: list[float] = []
    while len(took) < count:
        time.sleep(0.1)
        took = sorted(float(line) for line in LOG.read_text().splitlines()) if LOG.exists() else []
    return took


def main() -> None:
    parser = argparse.ArgumentParser()
    commands: dict[str, Any] = {f.__name__: f for f in (notes, bind, texts, refused, latency)}
    parser.add_argument("command", choices=commands)
    parser.add_argument("arguments", nargs="*")
    given = parser.parse_args()
    commands[given.command](*(int(text) if text.isdigit() else text for text in given.arguments))


if __name__ == "__main__":
    main()
