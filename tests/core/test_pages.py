"""The frame of every page, the parts that pages are made of, and the pages shown when something is wrong."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory

from ace_portal.core import clock
from ace_portal.core.context import simulation
from tests.core.sample import Everything, Page, words

MOMENT = datetime(2026, 11, 20, 15, 42, tzinfo=UTC)
TEMPLATES = sorted(path for path in (settings.BASE_DIR / "templates").rglob("*.html"))


class Visitor:
    first_name, last_name, is_authenticated = "Maria", "Example", True


def part(name: str, **context: Any) -> Page:
    return Page(render_to_string(f"core/includes/{name}.html", context))


def page(name: str = "base.html", *, user: Any = Visitor, **context: Any) -> Page:
    request = RequestFactory().get("/accounts/")
    request.user = user
    context = {"DEMO": False, "MAILROOM": False, "simulated_now": None, "messages": [], **context}
    return Page(render_to_string(name, context, request))


# --- The frame --------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_page_starts_with_a_skip_link_and_says_it_is_a_simulation() -> None:
    shown = page()
    link = shown.all("a")[0]
    assert link.attrs["href"] == "#main-content"
    assert shown.one("main").attrs["id"] == "main-content"
    assert "not a government site" in shown.one("aside", "ace-simulation").text
    assert "official website" not in words(shown.one("body").text).lower()
    assert shown.one("html").attrs["lang"] == "en"
    assert len(shown.all("h1")) == 1


@pytest.mark.django_db
def test_the_title_says_when_the_form_on_the_page_has_errors() -> None:
    assert words(page().one("title").text) == "Welcome – ACE Portal simulator"
    assert words(page(form=Everything()).one("title").text) == "Welcome – ACE Portal simulator"
    assert words(page(form=Everything({})).one("title").text) == "Error: Welcome – ACE Portal simulator"


@pytest.mark.parametrize("on", [["DEMO"], ["MAILROOM"], ["DEMO", "MAILROOM"], []])
def test_rehearsal_links_stand_only_where_the_rehearsal_is_on(on: list[str], settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.core.rehearsal_urls"
    links = part("rehearsal_links", **dict.fromkeys(on, True)).all("a")
    assert [link.text.upper() for link in links] == on


@pytest.mark.django_db
def test_the_signed_in_frame_marks_the_section_and_signs_out_by_post() -> None:
    shown = page("portal/base.html", section="accounts", csrf_token="x" * 32)
    assert [link.text for link in shown.all("a", aria_current="page")] == ["Accounts"]
    links = [a.text for a in shown.all("a") if any(parent.tag == "nav" for parent in a.parents)]
    assert links == ["Home", "Accounts", "References", "Tools"]
    assert shown.one("form").attrs["method"] == "post"
    assert words(shown.one("span", "ace-user__name").text) == "Signed in as Maria Example"
    assert shown.all("a", href="/sign-in/") == []
    assert page("portal/base.html").all(aria_current="page") == []


@pytest.mark.django_db
def test_a_page_open_to_all_offers_a_stranger_to_sign_in() -> None:
    shown = page("portal/base.html", user=AnonymousUser())
    assert shown.one("a", href="/sign-in/").text == "Sign in"
    assert shown.all("form") == []


@pytest.mark.django_db
def test_the_warning_before_the_end_of_a_session_needs_a_time() -> None:
    assert "data-session-expires" not in page().one("body").attrs
    body = page(session_expires=MOMENT).one("body")
    assert body.attrs["data-session-expires"] == "2026-11-20T10:42:00-05:00"
    assert datetime.fromisoformat(body.attrs["data-server-time"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("level", "css", "role"),
    [
        (constants.DEBUG, "usa-alert--info", "status"),
        (constants.SUCCESS, "usa-alert--success", "status"),
        (constants.WARNING, "usa-alert--warning", "status"),
        (constants.ERROR, "usa-alert--error", "alert"),
    ],
)
def test_messages_are_alerts_and_escaped(level: int, css: str, role: str) -> None:
    alert = page(messages=[Message(level, "Saved <b>")]).one("div", css)
    assert alert.attrs["role"] == role
    assert words(alert.text) == "Saved <b>"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_no_template_needs_a_hole_in_the_content_security_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", text), "inline script"
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", text), "inline style or handler"
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), "something loaded from or linked to elsewhere"


# --- What every page knows --------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_simulated_time_is_told_only_when_the_clock_was_moved(settings: Any) -> None:
    settings.DEMO = True
    context = simulation(RequestFactory().get("/"))
    assert context["simulated_now"] is None
    assert abs(context["server_now"] - clock.real_now()) < timedelta(minutes=1)
    assert (context["SUPPORT_EMAIL"], context["DEMO"]) == (settings.SUPPORT_EMAIL, True)

    clock.move(timedelta(days=15))
    moved = simulation(RequestFactory().get("/"))
    assert moved["simulated_now"] == moved["server_now"]
    assert moved["simulated_now"] > clock.real_now() + timedelta(days=14)
    assert page(simulated_now=MOMENT).one("time").text == "November 20, 2026, 10:42 AM EST"


# --- Pages for when something is wrong --------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html"])
def test_pages_for_broken_requests_need_no_context_and_no_database(name: str) -> None:
    shown = Page(render_to_string(name))
    assert len(shown.all("h1")) == 1
    assert "not a government site" in shown.one("aside").text
    assert shown.one("a", "usa-button").attrs["href"] == "/"


@pytest.mark.django_db
def test_a_refusal_gives_the_reason_where_there_is_one() -> None:
    assert "Only Maria can <b>" in page("403.html", exception="Only Maria can <b>").one("main").text
    assert "does not have the right" in page("403.html", exception="").one("main").text
    assert "Page not found" in page("404.html").one("h1").text


# --- Parts ------------------------------------------------------------------------------------------------------
def test_a_summary_list_shows_values_lines_and_what_is_missing() -> None:
    rows = [
        {"label": "Name", "value": "ACME <b>", "change_url": "/change/"},
        {"label": "Street", "value": "1 Main\nSuite 4"},
        {"label": "DUNS", "value": ""},
        {"label": "Users", "value": 0},
    ]
    shown = part("summary_list", rows=rows)
    assert [dt.text for dt in shown.all("dt")] == ["Name", "Street", "DUNS", "Users"]
    values = [words(dd.text) for dd in shown.all("dd") if "ace-summary__action" not in dd.classes]
    assert values == ["ACME <b>", "1 MainSuite 4", "Not provided", "0"]
    assert len(shown.all("br")) == 1
    assert [words(link.text) for link in shown.all("a", href="/change/")] == ["Change Name"]


def test_steps_say_which_is_done_current_and_to_come() -> None:
    shown = part("steps", steps=["Company", "Code", "Details"], current=2)
    assert [words(label.text) for label in shown.all("span", "usa-step-indicator__segment-label")] == [
        "Company, completed",
        "Code, current step",
        "Details, not completed",
    ]
    assert words(shown.one("li", aria_current="step").text) == "Code, current step"
    assert words(shown.one("p").text) == "Step 2 of 3 Code"


def test_a_countdown_is_readable_without_script_and_measured_from_the_server() -> None:
    time = part("countdown", until=MOMENT, server_now=MOMENT - timedelta(minutes=10), expired="Gone.").one("time")
    assert time.text == "10:42 AM EST"
    assert time.attrs["data-countdown-until"] == time.attrs["datetime"] == "2026-11-20T10:42:00-05:00"
    assert time.attrs["data-countdown-now"] == "2026-11-20T10:32:00-05:00"
    assert time.attrs["data-countdown-expired"] == "Gone."
    dated = part("countdown", until=MOMENT, with_date=True).one("time")
    assert (dated.text, dated.attrs["data-countdown-expired"]) == ("November 20, 2026, 10:42 AM EST", "The time is up.")


def test_a_timeline_tells_what_happened_when() -> None:
    events = [
        {"when": MOMENT, "title": "Submitted", "text": "IA-1 <b>"},
        {"when": None, "title": "Decision", "current": True},
    ]
    shown = part("timeline", events=events)
    assert [words(item.text) for item in shown.all("li")] == [
        "Submitted November 20, 2026, 10:42 AM EST IA-1 <b>",
        "Decision",
    ]
    assert words(shown.one(aria_current="step").text) == "Decision"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "pages"),
    [
        (1, ["Page 1", "Page 2", "Last page, 9", "Next page ›"]),
        (2, ["‹ Previous page", "Page 1", "Page 2", "Page 3", "Last page, 9", "Next page ›"]),
        (5, ["‹ Previous page", "First page, 1", "Page 4", "Page 5", "Page 6", "Last page, 9", "Next page ›"]),
        (9, ["‹ Previous page", "First page, 1", "Page 8", "Page 9"]),
    ],
)
def test_pages_of_a_list(number: int, pages: list[str]) -> None:
    request = RequestFactory().get("/accounts/?q=acme&page=2")
    current = Paginator(range(90), 10).page(number)
    shown = Page(render_to_string("core/includes/pagination.html", {"page": current}, request))
    assert [words(link.text) for link in shown.all("a")] == pages
    assert words(shown.one("a", aria_current="page").text) == f"Page {number}"
    assert all("q=acme" in link.attrs["href"] for link in shown.all("a"))


def test_one_page_needs_no_pagination() -> None:
    assert part("pagination", page=Paginator(range(3), 10).page(1)).elements == []


def test_a_text_to_copy_is_a_labelled_field_that_cannot_be_changed() -> None:
    shown = part("copy_text", copy_id="ask", copy_label="Message", copy_value="</textarea><b>")
    assert shown.one("label", **{"for": "ask"}).text == "Message"
    text = shown.one("textarea", id="ask")
    assert (text.text, text.attrs["rows"], "readonly" in text.attrs) == ("</textarea><b>", "8", True)
    assert (
        part("copy_text", copy_id="a", copy_label="b", copy_value="c", copy_rows=3).one("textarea").attrs["rows"] == "3"
    )


def test_an_alert_has_a_heading_or_is_slim() -> None:
    assert part("alert", kind="warning", heading="No contact", text="Ask.").one("h2").text == "No contact"
    slim = part("alert", kind="info", text="Line 1\nLine <b>").one("div", "usa-alert--slim")
    assert words(slim.text) == "Line 1Line <b>"


def test_the_note_on_required_fields() -> None:
    assert words(part("required_note").one("p").text) == "* marks a required field."
