"""The embedded message broker: kombu's file transport, made safe for several producers and workers on one machine.

- A message gets its final name only when it is wholly on the disk, so nobody ever reads half of one.
- Taking a message is one rename into the folder `taken`, which only one taker can win.
- The tables that say which queue listens to which exchange change under a lock and are replaced as a whole.
- What the disk refuses is a connection error to kombu: a publisher gets `OperationalError`, a worker reconnects.

A message lives here until it is taken, not until it is acknowledged: a worker that is killed outright takes its
messages with it. What matters is kept in the database (docs/adr/0002-embedded-default.md).
"""

import fcntl
import itertools
import logging
import os
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from celery.signals import worker_shutting_down
from kombu.exceptions import OperationalError
from kombu.transport import filesystem, virtual
from kombu.transport.filesystem import exchange_queue_t as Row
from kombu.utils.json import dumps, loads

log = logging.getLogger(__name__)

#: Seconds after which half-written files and unread control messages belong to a dead process.
LEFTOVER_AGE = 24 * 3600
#: The messages of remote control and of worker events, which only concern those who run at the time.
CHATTER = ("*.pidbox.msg", "*.celeryev.*.msg")


def write_whole(file: Path, data: bytes) -> None:
    """Write `data` to `file` so that it is there as a whole, and survives a power cut, or not there at all.

    Creates the folder. Raises OSError when the disk refuses; nothing is left behind then.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.parent / f".{uuid.uuid4().hex}.tmp"
    try:
        with open(draft, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(file)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class Channel(filesystem.Channel):
    """Reads and writes the files; kombu calls these methods by their names."""

    #: Keeps the order of messages that one process publishes within one tick of the clock.
    serial = itertools.count()
    #: Set when this process is a worker that has been told to stop: it takes no further message.
    stopping = False

    # kombu calls the second argument now `message`, now `payload`, but always gives it by its place.
    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns():020d}_{next(self.serial):010d}_{uuid.uuid4().hex}.{queue}.msg"
        try:
            write_whole(Path(self.data_folder_out, name), dumps(payload).encode())
        except OSError as error:
            raise OperationalError(f"The message for {queue!r} could not be written: {error}") from error

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        if self.stopping:
            raise TimeoutError("The worker stops")  # ends kombu's wait at once, where Empty would prolong it
        for name in self._waiting(queue):
            if message := self._take(name):
                return message
        raise Empty

    def _waiting(self, queue: str) -> list[str]:
        """The names of the files with the messages in `queue`, oldest first."""
        names = os.listdir(self.data_folder_in) if os.path.exists(self.data_folder_in) else []
        return sorted(name for name in names if name.partition(".")[2] == f"{queue}.msg")

    def _take(self, name: str) -> dict[str, Any] | None:
        """The message in the file, which is gone then; None when another taker was faster or it is no message."""
        mine = Path(self.data_folder_in, "taken", uuid.uuid4().hex)
        mine.parent.mkdir(exist_ok=True)
        try:
            Path(self.data_folder_in, name).rename(mine)
            message: dict[str, Any] = loads(mine.read_bytes().decode())
        except FileNotFoundError:
            return None
        except ValueError:
            log.exception("%s holds no message; it is kept as %s", name, mine)
            return None
        mine.unlink()
        return message

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _purge(self, queue: str) -> int:
        return sum(bool(self._take(name)) for name in self._waiting(queue))

    def get_table(self, exchange: str) -> list[Row]:
        """The bindings of `exchange`; empty when it has none."""
        file = self._exchange_file(exchange)
        return [Row(*row) for row in loads(file.read_text())] if file.exists() else []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        if self.typeof(exchange).type == "fanout":
            self._purge(queue)  # who subscribes hears what is said from now on, not orders given to a predecessor
        row = Row(routing_key or "", pattern or "", queue or "")
        self._change_table(exchange, lambda rows: rows if row in rows else [row, *rows])

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any) -> None:
        self._purge(queue)
        row = Row(routing_key or "", pattern or "", queue or "")
        self._change_table(exchange, lambda rows: [other for other in rows if other != row])

    def _change_table(self, exchange: str, change: Callable[[list[Row]], list[Row]]) -> None:
        self.control_folder.mkdir(parents=True, exist_ok=True)
        with open(self.control_folder / "lock", "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = self.get_table(exchange)
            if (after := change(before)) != before:
                write_whole(self._exchange_file(exchange), dumps(after).encode())

    def drop_leftovers(self) -> None:
        """Delete half-written files and unread control messages of processes that have been gone for a day.

        Their queues leave the tables too, or every later control message would be copied for them.
        """
        oldest = time.time_ns() - LEFTOVER_AGE * 10**9
        folders = (Path(self.data_folder_in), self.control_folder)
        files = [file for folder in folders for pattern in ("*.tmp", *CHATTER) for file in folder.glob(pattern)]
        stale = [file for file in files if file.stat().st_mtime_ns < oldest]
        dead = {file.name.partition(".")[2].removesuffix(".msg") for file in stale}
        for file in stale:
            file.unlink(missing_ok=True)
        for table in self.control_folder.glob("*.exchange") if dead else []:
            self._change_table(table.stem, lambda rows: [row for row in rows if row.queue not in dead])


class Transport(filesystem.Transport):
    """What `files://` stands for. Options: data_folder_in, data_folder_out, control_folder, polling_interval."""

    Channel = Channel
    driver_name = "files"
    global_state = virtual.BrokerState()
    default_connection_params: Any = {}  # there is no host to default to, and none to warn about
    connection_errors: Any = (*filesystem.Transport.connection_errors, OperationalError, OSError)

    def establish_connection(self) -> "Transport":
        connection: Transport = super().establish_connection()
        with suppress(OSError):
            self._avail_channels[0].drop_leftovers()
        return connection


@worker_shutting_down.connect
def take_no_more(**kwargs: Any) -> None:
    Channel.stopping = True
