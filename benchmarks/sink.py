"""The mail server of the benchmark: takes every message, remembers when it came, and lets a visitor wait for one."""

import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from benchmarks.servers import Failed, free_port

#: Seconds a visitor waits for a mail before the measurement is given up.
PATIENCE = 60
CODE = re.compile(r"^ +(\d{6})$", re.MULTILINE)
RECEIVED = re.compile(r"^Application \S+ received$")


@dataclass(frozen=True)
class Letter:
    """One message as it arrived; `at` is the machine's monotonic clock in seconds."""

    at: float
    content: bytes

    def parsed(self) -> EmailMessage:
        return message_from_bytes(self.content, _class=EmailMessage, policy=policy.default)

    @property
    def subject(self) -> str:
        return str(self.parsed()["Subject"])

    @property
    def code(self) -> str:
        """The six digits in the body, or "" when there are none."""
        found = CODE.search(self.parsed().get_content().replace("\r\n", "\n"))
        return found[1] if found else ""


class Sink:
    """An SMTP server on 127.0.0.1. Use it as a context manager; `port` is where it listens."""

    def __init__(self) -> None:
        self.port = free_port()
        self._letters: dict[str, list[Letter]] = defaultdict(list)
        self._arrived = threading.Condition()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=30)

    def __enter__(self) -> "Sink":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    # What aiosmtpd calls, on its own thread.
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        at = time.monotonic()
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        with self._arrived:
            for address in envelope.rcpt_tos:
                self._letters[address].append(Letter(at, content))
            self._arrived.notify_all()
        return "250 Taken"

    def code_for(self, address: str) -> tuple[str, float]:
        """Wait for the mail with the code and return the code and when it came."""
        letter = self._wait(address, lambda letter: bool(letter.code), "The mail with the code")
        return letter.code, letter.at

    def receipt_for(self, address: str) -> float:
        """Wait for the mail that says that an application was received, and return when it came."""
        return self._wait(address, lambda letter: bool(RECEIVED.match(letter.subject)), "The mail of receipt").at

    def _wait(self, address: str, wanted: Callable[[Letter], bool], what: str) -> Letter:
        def look() -> Letter | None:
            return next((letter for letter in self._letters[address] if wanted(letter)), None)

        with self._arrived:
            letter = self._arrived.wait_for(look, timeout=PATIENCE)
        if letter is None:
            raise Failed(f"{what} did not arrive within {PATIENCE} seconds.")
        return letter
