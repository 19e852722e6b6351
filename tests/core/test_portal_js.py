"""What portal.js adds to pages, in a real browser whose clock the test turns. No server: the pages are given here."""

from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from playwright.sync_api import Page, Request, Route, expect

from tests.core.sample import Everything, everything
from tests.harness.browser import Watch

SITE = "https://portal.test"
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SECOND, MINUTE = 1000, 60_000

#: The smallest picture there is.
PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")

Show = Callable[..., list[Request]]
Ready = Literal["load", "domcontentloaded"]


@pytest.fixture
def show(page: Page, watch: Watch) -> Show:
    """Open a page with this body (and body attributes); returns the list that collects the POSTs it sends."""

    def open_page(
        body: str,
        attributes: str = "",
        site: str = SITE,
        status: int = 204,
        answer: str = "",
        ready: Ready = "load",
        path: str = "/",
    ) -> list[Request]:
        sent: list[Request] = []
        html = (
            f'<!DOCTYPE html><html lang="en"><head><title>Test</title><script src="/portal.js" defer></script></head>'
            f"<body {attributes}><main>{body}</main></body></html>"
        )

        def serve(route: Route) -> None:
            if route.request.method == "POST":
                sent.append(route.request)
                # 204 keeps the browser on the page, as a slow or broken connection would.
                route.fulfill(status=status, body=answer, content_type="application/json")
            elif route.request.url.endswith("/portal.js"):
                route.fulfill(path=settings.BASE_DIR / "static" / "js" / "portal.js")
            else:
                route.fulfill(body=html, content_type="text/html; charset=utf-8")

        watch.also(site)
        page.route(f"{site}/**", serve)
        page.clock.install(time=NOW - timedelta(minutes=1))
        page.clock.pause_at(NOW)
        page.goto(f"{site}{path}", wait_until=ready)
        return sent

    return open_page


def form(html: str, attributes: str = "") -> str:
    return f'<form method="post" action="/send/" novalidate {attributes}>{html}<button>Next</button></form>'


def test_the_error_summary_has_the_focus_and_its_links_lead_to_the_controls(page: Page, show: Show) -> None:
    show(form(str(Everything({}))))
    expect(page.locator("[data-error-summary]")).to_be_focused()
    for link, control in [
        ("Company Name is", "#id_company"),
        ("Who are you?", "#id_role_0"),
        ("Fiscal", "#id_year_end_0"),
    ]:
        page.get_by_role("link", name=link).click()
        expect(page.locator(control)).to_be_focused()


def test_a_browser_without_autofocus_moves_the_focus_too(page: Page, show: Show) -> None:
    show(form(str(Everything({})).replace("autofocus", "")))
    expect(page.locator("[data-error-summary]")).to_be_focused()


def test_a_page_reached_by_the_skip_link_before_moves_the_focus_to_its_errors(page: Page, show: Show) -> None:
    # Browsers ignore autofocus when the address names a part of the page.
    show(f'<div id="main-content" tabindex="-1">{form(str(Everything({})))}</div>', path="/#main-content")
    expect(page.locator("[data-error-summary]")).to_be_focused()


def test_somebody_quicker_than_the_last_picture_of_the_page_keeps_the_focus(
    page: Page, show: Show, watch: Watch
) -> None:
    arriving: list[Route] = []
    watch.also("https://slow.test")
    page.route("https://slow.test/dot.png", lambda route: arriving.append(route))
    show(form(str(Everything({})) + '<img src="https://slow.test/dot.png" alt="">'), ready="domcontentloaded")
    page.get_by_role("link", name="Company Name is").click()
    expect(page.locator("#id_company")).to_be_focused()
    with page.expect_event("load"):
        arriving[0].fulfill(body=PIXEL, content_type="image/png")
    expect(page.locator("#id_company")).to_be_focused()


def test_a_countdown_counts_from_the_server_s_clock_and_speaks_at_five_one_and_zero(page: Page, show: Show) -> None:
    # The visitor's clock stands years before the server's: only the ten minutes between the two server times count.
    server = datetime(2031, 1, 1, tzinfo=UTC)
    context = {"until": server + timedelta(minutes=10), "server_now": server, "expired": "The code has expired."}
    show(render_to_string("core/includes/countdown.html", context))
    shown, spoken = page.locator(".ace-countdown__left"), page.get_by_role("status")
    expect(shown).to_have_text("(10 min 0 s left)")
    page.clock.run_for(3 * SECOND)
    expect(shown).to_have_text("(9 min 57 s left)")
    expect(spoken).to_have_text("")
    page.clock.run_for(5 * MINUTE)
    expect(spoken).to_have_text("5 minutes left.")
    page.clock.run_for(4 * MINUTE)
    expect(spoken).to_have_text("1 minute left.")
    page.clock.run_for(MINUTE)
    expect(spoken).to_have_text("The code has expired.")
    expect(shown).to_have_text("The code has expired.")


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(days=45, hours=3), "(45 days left)"),
        (timedelta(hours=3, minutes=5), "(3 h 5 min left)"),
        (timedelta(seconds=9), "(9 s left)"),
        (timedelta(seconds=-1), "The time is up."),
    ],
)
def test_a_countdown_uses_the_unit_that_matters(page: Page, show: Show, left: timedelta, text: str) -> None:
    show(render_to_string("core/includes/countdown.html", {"until": NOW + left, "server_now": NOW}))
    expect(page.locator(".ace-countdown__left")).to_have_text(text)


def test_a_text_is_copied_by_a_button(page: Page, show: Show) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    show(
        render_to_string(
            "core/includes/copy_text.html", {"copy_id": "a", "copy_label": "Mail", "copy_value": "Dear broker"}
        )
    )
    page.get_by_role("button", name="Copy Mail").click()
    expect(page.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "Dear broker"


def test_without_a_clipboard_the_text_is_selected(page: Page, show: Show) -> None:
    context = {"copy_id": "a", "copy_label": "Mail", "copy_value": "Dear broker"}
    show(render_to_string("core/includes/copy_text.html", context), site="http://portal.test")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_contain_text("press Ctrl+C")
    assert page.evaluate("getSelection().toString()") == "Dear broker"


def test_a_password_is_shown_on_demand_and_hidden_before_it_is_sent(page: Page, show: Show) -> None:
    sent = show(form(str(Everything())))
    password, button = page.locator("#id_password"), page.get_by_role("button", name="Show password")
    password.fill("a secret")
    button.click()
    expect(password).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Next").click()
    expect(password).to_have_attribute("type", "password")
    assert len(sent) == 1


def test_a_double_click_sends_once_and_a_later_try_is_not_blocked(page: Page, show: Show) -> None:
    sent = show(form(str(everything())))
    button = page.get_by_role("button", name="Next")
    button.dblclick()
    expect(button).to_have_attribute("aria-disabled", "true")
    button.click(force=True)
    assert len(sent) == 1

    page.clock.run_for(11 * SECOND)
    expect(button).not_to_have_attribute("aria-disabled", "true")
    with page.expect_request("**/send/"):
        button.click()
    assert len(sent) == 2

    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    with page.expect_request("**/send/"):
        button.click()
    assert len(sent) == 3


def test_a_draft_is_saved_once_after_the_last_change_without_secrets(page: Page, show: Show) -> None:
    draft = form(
        '<input type="hidden" name="csrfmiddlewaretoken" value="token">' + str(Everything()),
        'data-autosave-url="/draft/"',
    )
    sent = show(draft, status=200, answer='{"saved_at": "10:32 AM"}')
    page.locator("#id_company").fill("Acme")
    page.clock.run_for(SECOND)
    page.locator("#id_password").fill("a secret")
    page.locator("#id_year_end_0").select_option("12")
    page.locator("#id_topics_1").check(force=True)
    page.clock.run_for(SECOND)
    assert sent == []
    page.clock.run_for(SECOND)
    expect(page.get_by_role("status")).to_have_text("Draft saved at 10:32 AM.")
    [request] = sent
    assert request.url == f"{SITE}/draft/"
    fields = parse_qs(request.post_data or "")
    assert fields == {
        "csrfmiddlewaretoken": ["token"],
        "company": ["Acme"],
        "year_end_0": ["12"],
        "topics": ["s"],
    }


def test_a_draft_that_could_not_be_saved_is_said_and_tried_again(page: Page, show: Show, watch: Watch) -> None:
    watch.allow(503)
    sent = show(form(str(Everything()), 'data-autosave-url="/draft/"'), status=503)
    for tries in (1, 2):
        page.locator("#id_company").press_sequentially("A")
        with page.expect_response("**/draft/"):
            page.clock.run_for(2 * SECOND)
        expect(page.get_by_role("status")).to_contain_text("could not be saved")
        assert len(sent) == tries


def test_what_was_typed_last_is_saved_when_the_page_is_left_unless_it_was_sent(page: Page, show: Show) -> None:
    sent = show(form(str(Everything()), 'data-autosave-url="/draft/"'))
    page.locator("#id_company").fill("Acme")
    with page.expect_request("**/draft/"):
        page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")

    page.locator("#id_company").fill("Acme Inc.")
    with page.expect_request("**/send/"):
        page.get_by_role("button", name="Next").click()
    page.clock.run_for(2 * SECOND)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert [request.url for request in sent] == [f"{SITE}/draft/", f"{SITE}/send/"]


def test_the_end_of_a_session_is_announced_two_minutes_before_and_can_be_put_off(page: Page, show: Show) -> None:
    # Only the distance counts, not the visitor's clock.
    server = datetime(2031, 1, 1, tzinfo=UTC)
    expires = (server + timedelta(minutes=15)).isoformat()
    show("<input id='typed'>", f'data-session-expires="{expires}" data-server-time="{server.isoformat()}"')
    page.locator("#typed").fill("kept")
    page.clock.run_for(12 * MINUTE)
    expect(page.get_by_role("alert")).to_have_count(0)
    page.clock.run_for(MINUTE)
    expect(page.get_by_role("alert")).to_contain_text("signed out in 2 minutes")
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("#typed")).to_have_value("kept")
    page.clock.run_for(13 * MINUTE)
    expect(page.get_by_role("alert")).to_have_count(1)


def test_sub_tabs_show_one_part_at_a_time_and_are_walked_with_the_arrow_keys(page: Page, show: Show) -> None:
    parts = "".join(f'<section id="part-{name}"><h2>{name}</h2><input name="{name}"></section>' for name in "ABC")
    links = "".join(f'<li><a href="#part-{name}">{name}</a></li>' for name in "ABC")
    sent = show(form(f"<div data-tabs><ul data-tab-list>{links}</ul>{parts}</div>"))

    def shown() -> list[str]:
        return page.get_by_role("heading").all_inner_texts()

    tab = page.get_by_role("tab")
    assert shown() == ["A"] and tab.nth(0).get_attribute("aria-selected") == "true"
    tab.nth(1).click()
    page.locator("[name=B]").fill("kept")
    tab.nth(1).focus()
    for key, expected in (("ArrowRight", "C"), ("ArrowRight", "A"), ("ArrowLeft", "C"), ("Home", "A"), ("End", "C")):
        page.keyboard.press(key)
        assert shown() == [expected]
        expect(page.get_by_role("tab", name=expected)).to_be_focused()
    expect(page.get_by_role("tabpanel", name="C")).to_be_visible()
    assert [one.get_attribute("tabindex") for one in tab.all()] == ["-1", "-1", "0"], "one stop of the Tab key"
    with page.expect_request("**/send/"):
        page.get_by_role("button", name="Next").click()
    assert parse_qs(sent[0].post_data or "")["B"] == ["kept"], "what is on a hidden part is sent as well"
