"""What a visitor does: the importer journey through the portal, and one form in the bare project."""

import html
import http.client
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from ace_portal.core import vault
from benchmarks.servers import Failed
from benchmarks.sink import Sink

TIMEOUT = 30
#: gunicorn closes a connection that was idle for two seconds; a visitor who waited for mail opens a new one.
IDLE = 1.0
#: The address of a visitor to the bare project, which counts none.
SOMEBODY = "10.255.255.254"
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
#: What the portal encrypts a picture's digits for (verification/pictures.py, which needs the whole portal set up).
PICTURE = "picture"
PICTURE_TOKEN = re.compile(r'name="picture_token" value="([^"]+)"')
PICTURE_ADDRESS = re.compile(r'src="([^"]+picture\.png)"')

DETAILS = {
    "organizational_structure": "CORPORATION",
    "fiscal_year_end_0": "9",
    "fiscal_year_end_1": "30",
    "duns": "15-048-3782",
    "website": "https://www.company.example",
    "owner_first_name": "Toni",
    "owner_middle_name": "",
    "owner_last_name": "Owner",
    "owner_country": "US",
    "owner_street_address": "100 Main Street",
    "owner_city": "Baltimore",
    "owner_state": "MD",
    "owner_postal_code": "21201",
    "owner_phone": "410-555-0123",
}
#: The same answers under the names of the bare form.
BARE = {
    "fiscal_year_end_month": "9",
    "fiscal_year_end_day": "30",
    **{name.removeprefix("owner_"): value for name, value in DETAILS.items() if "fiscal" not in name},
}


@dataclass(frozen=True)
class Record:
    """The 5106 record of one visitor and what goes with it; `number` counts from 1."""

    number: int

    @property
    def company_name(self) -> str:
        return f"Benchmark Importer {self.number} Inc."

    @property
    def importer_number(self) -> str:
        return f"98-{self.number:07d}00"

    @property
    def contact(self) -> str:
        return f"contact{self.number}@benchmark.example"

    @property
    def applicant(self) -> str:
        return f"owner{self.number}@benchmark.example"

    @property
    def ip(self) -> str:
        return f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"


@dataclass
class Tally:
    """What one client saw."""

    requests: int = 0
    visits: int = 0
    #: Seconds from the answer to screen 1 until the mail with the code was at the mail server.
    code_waits: list[float] = field(default_factory=list)
    #: Applicant and time (monotonic) of each answer to Submit, for the mails of receipt that are still on their way.
    submitted: list[tuple[str, float]] = field(default_factory=list)

    @classmethod
    def sum(cls, tallies: Iterable["Tally"]) -> "Tally":
        """All of them together."""
        total = cls()
        for one in tallies:
            total.requests += one.requests
            total.visits += one.visits
            total.code_waits += one.code_waits
            total.submitted += one.submitted
        return total


class Visitor:
    """A browser with its own cookies and IP address, and one connection that is kept alive."""

    def __init__(self, port: int, tally: Tally, *, ip: str) -> None:
        self.tally = tally
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self._ip = ip
        self._cookies: dict[str, str] = {}
        self._last = time.monotonic()

    def close(self) -> None:
        self._connection.close()

    def get(self, address: str) -> str:
        """Fetch a page and return its text ("" for a picture); anything but 200 raises Failed."""
        answer, page = self._ask("GET", address)
        if answer.status != http.HTTPStatus.OK:
            raise Failed(f"GET {address} was answered with {answer.status}.")
        return page

    def post(self, address: str, page: str, answers: dict[str, str]) -> str:
        """Send the form of `page`, filled in, and return where it leads; no redirection raises Failed."""
        body = urlencode({"csrfmiddlewaretoken": found(CSRF, page), **answers}).encode()
        answer, text = self._ask("POST", address, body)
        if answer.status != http.HTTPStatus.FOUND:
            problems = re.findall(r'usa-error-message"[^>]*>\s*([^<]+)', text)
            raise Failed(f"POST {address} was answered with {answer.status}. {' '.join(problems)}")
        return str(answer.headers["Location"])

    def _ask(self, method: str, address: str, body: bytes | None = None) -> tuple[http.client.HTTPResponse, str]:
        if time.monotonic() - self._last > IDLE:
            self._connection.close()
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"X-Forwarded-For": self._ip, "Cookie": cookies}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, address, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        self._last = time.monotonic()
        self.tally.requests += 1
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        is_text = str(answer.headers["Content-Type"]).startswith("text/")
        return answer, content.decode() if is_text else ""


def found(pattern: re.Pattern[str], page: str) -> str:
    """The first group of the pattern in the page; raises Failed when the page has no such thing."""
    match = pattern.search(page)
    if match is None:
        raise Failed(f"A page has no {pattern.pattern}")
    return html.unescape(match[1])


def journey(visitor: Visitor, record: Record, sink: Sink) -> None:
    """Apply as an importer, from the first screen to the status page.

    The digits in the picture are read from its token, with the key that the portal under test was given.
    """
    start = "/apply/importer/"
    page = visitor.get(start)
    visitor.get(found(PICTURE_ADDRESS, page))
    token = found(PICTURE_TOKEN, page)
    identity = {
        "company_name": record.company_name,
        "importer_number": record.importer_number,
        "email": record.applicant,
        "picture_token": token,
        "picture": vault.decrypt(PICTURE, token).partition(":")[2],
    }
    code_page = visitor.post(start, page, identity)
    asked = time.monotonic()
    page = visitor.get(code_page)
    code, came = sink.code_for(record.contact)
    visitor.tally.code_waits.append(max(0.0, came - asked))
    details_page = visitor.post(code_page, page, {"code": code})
    answers_page = visitor.post(details_page, visitor.get(details_page), DETAILS)
    status_page = visitor.post(answers_page, visitor.get(answers_page), {})
    visitor.tally.submitted.append((record.applicant, time.monotonic()))
    visitor.get(status_page)


def bare_form(visitor: Visitor) -> None:
    """Fetch the bare form and send it."""
    visitor.post("/apply/", visitor.get("/apply/"), BARE)
