"""A small Celery application on the file broker, with the portal's own Celery settings, for other processes to run.

`BROKER_DIR` says where the broker lives; the tasks write what they did into `log.txt` there. No Django, no database.
"""

import os
import time
from pathlib import Path

from celery import Celery

HERE = Path(os.environ["BROKER_DIR"])
LOG = HERE / "log.txt"

app = Celery("filebroker", fixups=[], set_as_current=False)
app.config_from_object("ace_portal.settings", namespace="CELERY")


def write(line: str) -> None:
    """Append `line` to the log in one write, so that the lines of several processes do not mix."""
    log = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, f"{line}\n".encode())
    os.close(log)


@app.task
def note(text: str) -> None:
    write(text)


@app.task
def hold(name: str) -> None:
    """Say that it started, run until the file `release` is there, say that it finished."""
    write(f"started {name}")
    while not (HERE / "release").exists():
        time.sleep(0.02)
    write(f"finished {name}")


@app.task
def arrived(sent: float) -> None:
    write(repr(time.time() - sent))
