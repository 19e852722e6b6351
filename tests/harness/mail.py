"""A mail server of our own: a real SMTP server on a free port that tests can read, and that can misbehave."""

import asyncio
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.mail.utils import DNS_NAME


@dataclass(frozen=True)
class Letter:
    """A mail as its reader sees it."""

    to: str
    subject: str
    body: str
    sender: str
    message_id: str

    @property
    def code(self) -> str:
        """The only six-digit number of the body. Fails when there is none, or more than one."""
        found = re.findall(r"(?<![\d-])\d{6}(?![\d-])", self.body)
        assert len(set(found)) == 1, f"one code expected in:\n{self.body}"
        return found[0]

    @property
    def links(self) -> list[str]:
        """The web addresses of the body, in order."""
        return [link.rstrip(".,)") for link in re.findall(r"https?://\S+", self.body)]

    @classmethod
    def parse(cls, to: str, content: bytes) -> "Letter":
        message = message_from_bytes(content, _class=EmailMessage, policy=policy.default)
        return cls(
            to=to,
            subject=message["Subject"],
            body=message.get_content().replace("\r\n", "\n"),
            sender=message["From"],
            message_id=message["Message-ID"],
        )


class FreePort(Controller):
    """A controller that listens on a port the system chooses."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@dataclass
class Postman:
    """The mail server. `host` and `port` are where it listens; `letters` is what it has taken, oldest first."""

    host: str = "127.0.0.1"
    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    #: How often somebody began to hand over a letter, taken or not.
    attempts: int = 0

    def __post_init__(self) -> None:
        self._answers: dict[str, str] = {}
        self._delay = 0.0
        self._gate: threading.Event | None = None
        self._holding = threading.Event()
        self._controller: FreePort | None = None

    @property
    def url(self) -> str:
        """The server as the portal's EMAIL_URL."""
        return f"smtp://{self.host}:{self.port}"

    def up(self) -> None:
        """Listen (again, on the same port)."""
        if self._controller is None:
            self._controller = FreePort(self, hostname=self.host, port=self.port, ready_timeout=30)
            self._controller.start()
            self.port = self._controller.port

    def down(self) -> None:
        """Stop listening: connections are refused until `up`."""
        if self._gate:
            self._gate.set()
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def letters_to(self, address: str) -> list[Letter]:
        """What was sent to this address, oldest first."""
        return [letter for letter in self.letters if letter.to.lower() == address.lower()]

    def refuse(self, address: str, answer: str = "550 No such mailbox") -> None:
        """Answer every letter to this address with an error: 5xx is for good, 4xx for now. "" takes it again."""
        self._answers[address.lower()] = answer

    def slow(self, seconds: float) -> None:
        """Take so long over each letter."""
        self._delay = seconds

    def hold(self) -> None:
        """Keep the next senders waiting inside the conversation until `release` (or their death)."""
        self._gate = threading.Event()
        self._holding.clear()

    def wait_until_holding(self, timeout: float = 60) -> None:
        """Block until a sender waits in the conversation."""
        assert self._holding.wait(timeout), "nobody tried to send a letter"

    def release(self) -> None:
        """Let the senders that are held go on."""
        if self._gate:
            self._gate.set()
        self._gate = None

    # What aiosmtpd calls, on its own thread.

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.attempts += 1
        if gate := self._gate:
            self._holding.set()
            while not gate.is_set():
                await asyncio.sleep(0.01)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self._answers.get(address.lower()):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self._delay)
        assert isinstance(envelope.content, bytes)
        self.letters.extend(Letter.parse(address, envelope.content) for address in envelope.rcpt_tos)
        return "250 Taken"


@pytest.fixture
def postman(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postman]:
    """A running mail server that the portal's settings point to."""
    server = Postman()
    server.up()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    monkeypatch.setattr(DNS_NAME, "_fqdn", "localhost", raising=False)
    yield server
    server.down()
