"""The logs: one JSON line an event with its request's id, and nothing in it that opens a door."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts import actions
from ace_portal.logs import hide_link_tokens, logging_config
from tests import factories
from tests.importers.screens import Applicant
from verification import pictures

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the portal writes as it is configured to write it, with everything switched on."""
    config = logging_config(level="DEBUG", json=True)
    facts = dict(config["formatters"]["line"])
    factory = facts.pop("()")
    handler = logging.StreamHandler(written := io.StringIO())
    handler.setFormatter(factory(**facts))
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


def parsed(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_every_line_is_json_and_a_request_has_an_id(lines: io.StringIO) -> None:
    Client().get("/references/")
    Client().get("/no-such-page/")
    events = parsed(lines)
    finished = [event for event in events if event["event"] == "request_finished"]
    assert [event["code"] for event in finished] == [200, 404]
    assert len({event["request_id"] for event in finished}) == 2
    assert all(event["timestamp"].endswith("Z") and event["level"] and event["logger"] for event in events)


def test_no_line_carries_what_opens_a_page(lines: io.StringIO) -> None:
    """Drafts, status pages and pictures open for whoever has the link: a walk through all of them, and wrong turns."""
    applicant = Applicant("IDENTIFIED")
    code = factories.code_for(applicant.application)
    applicant.post("code", code="000000" if code != "000000" else "000001")
    applicant.post("code", code=code)
    applicant.fill_in(duns="x")
    applicant.fill_in()
    applicant.post("answers")
    for screen in ("resume", "status", "withdraw"):
        applicant.get(screen)
    token = pictures.new()
    applicant.client.get(f"/picture-check/{token}/picture.png")
    applicant.client.get(f"/picture-check/x{token}/sound.wav")
    application = applicant.application
    for path in (f"/status/{application.draft_token}/", f"/status/{application.status_token}/?a=/x", "/status/{}"):
        applicant.client.get(path.format(application.status_token))
        applicant.client.delete(path.format(application.status_token))
    text = lines.getvalue()
    assert "/status/" in text and "/picture-check/" in text
    secrets = [application.draft_token, application.status_token, token, application.record.importer_number]
    for secret in (*secrets, factories.DETAILS["owner_phone"]):
        assert secret not in text
    assert code not in text.replace(application.applicant_email, "")


def test_no_line_carries_a_password_or_an_account_id(lines: io.StringIO, settings: Any) -> None:
    user = factories.person()
    client = Client()
    for password in (factories.PASSWORD, "Wrong-1-Password!"):
        client.post("/sign-in/", {"username": user.account_id, "password": password})
        client.post("/sign-out/")
    invited = factories.person(active=False)
    actions.invite(invited, by=None)
    shown = client.post("/sign-in/retrieve-password/", {"shared_secret": invited.account_id}).content.decode()
    text = lines.getvalue()
    assert "Login" in text or "login" in text
    for secret in (factories.PASSWORD, "Wrong-1-Password!", invited.account_id):
        assert secret not in text
    invited.refresh_from_db()
    assert invited.account_id in shown


TOKEN = "A1b2C3d4E5f6G7h8I9j0K_"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (f"GET /status/{TOKEN}/", "GET /status/…/"),
        (f"Not Found: /apply/importer/{TOKEN}/code/", "Not Found: /apply/importer/…/code/"),
        (f"/picture-check/gAAAA{TOKEN * 4}==/picture.png", "/picture-check/…/picture.png"),
        (f"http://testserver/status/{TOKEN}", "http://testserver/status/…"),
        (f"Internal Server Error: /status/{TOKEN}?x=1", "Internal Server Error: /status/…?x=1"),
        (f"<WSGIRequest: GET '/status/{TOKEN}'>", "<WSGIRequest: GET '/status/…'>"),
        ("GET /accounts/12/", "GET /accounts/12/"),
        ("no path here", "no path here"),
        (f"/{TOKEN}/{TOKEN}/", "/…/…/"),
    ],
)
def test_the_random_part_of_a_link_becomes_an_ellipsis(line: str, kept: str) -> None:
    assert hide_link_tokens(None, "info", {"event": line, "code": 200}) == {"event": kept, "code": 200}


def test_errors_are_written_with_their_traceback_and_without_tokens(lines: io.StringIO) -> None:
    try:
        raise ValueError(f"cannot open /status/{TOKEN}/")
    except ValueError:
        logging.getLogger("portal").exception("failed on /status/%s/", TOKEN)
    (event,) = parsed(lines)
    assert "Traceback" in event["exception"] and TOKEN not in lines.getvalue()


def test_a_terminal_gets_readable_lines() -> None:
    config = logging_config(level="INFO", json=False)
    facts = dict(config["formatters"]["line"])
    handler = logging.StreamHandler(written := io.StringIO())
    handler.setFormatter(facts.pop("()")(**facts))
    handler.handle(logging.LogRecord("portal", logging.INFO, "x.py", 1, f"at /status/{TOKEN}/", None, None))
    assert "at /status/…/" in written.getvalue() and not written.getvalue().startswith("{")
