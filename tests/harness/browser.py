"""A real browser in tests: the system's Chromium, locked to the live server, with an eye on its console."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect

# What a page is expected to come to may take its time on a machine that does other work, too.
expect.set_options(timeout=20_000)

FIXTURES = {"browser", "new_context", "context", "page"}
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOTICE = (
    "no Chromium was found, so {count} browser tests were SKIPPED. Install it (Debian: apt install chromium; macOS: "
    "Google Chrome and CHROMIUM=/path/to/it) and run again."
)
#: What a window of the browser brings along for its user: a process each for the buttons and the box of addresses, and
#: one in reserve. No page sees any of it, and opening a window costs twice the work with them.
FURNITURE = (
    "InitialWebUI",
    "WebUIReloadButton",
    "WebUIToolbar",
    "WebUIOmniboxAimPopup",
    "SpareRendererForSitePerProcess",
)
#: What Playwright switches off. The browser goes by the last list it is given, so that ours has to say it again.
BY_PLAYWRIGHT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
#: Chromium asks nobody anything on its own, and runs where there is neither a display nor a sandbox.
ARGUMENTS = [
    f"--disable-features={','.join(BY_PLAYWRIGHT + FURNITURE)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--no-default-browser-check",
    "--force-color-profile=srgb",
    # No name but this machine's own is found. Routes would do, but switch the browser's cache off.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


def chromium() -> str | None:
    """The path of the browser: CHROMIUM of the environment, else the first one on PATH."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


def required() -> bool:
    """Whether a missing browser is a failure (REQUIRE_BROWSER=1, as in CI)."""
    return os.environ.get("REQUIRE_BROWSER", "") not in ("", "0", "off")


def needs_browser(item: pytest.Item) -> bool:
    """Whether a test opens a browser."""
    return bool(FIXTURES & set(getattr(item, "fixturenames", ())))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """pytest-playwright's launch options with the system's browser."""
    return {**browser_type_launch_args, "executable_path": chromium(), "args": ARGUMENTS}


class Watch:
    """What the pages of one test did that no page may do."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.allowed_statuses: set[int] = set()
        self._origins: set[str] = set()

    def allow(self, *statuses: int) -> None:
        """Pages of this test may answer with these HTTP statuses (the browser logs each one as an error)."""
        self.allowed_statuses.update(statuses)

    def over(self, context: BrowserContext, origin: str) -> BrowserContext:
        """Watch a browser context: every error of its pages is noted, and what it asks of others than `origin`."""
        self._origins.add(origin)
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))
        return context

    def check(self) -> None:
        """Fail if anything was noted."""
        problems, self.problems = self.problems, []
        assert not problems, "the browser complained:\n" + "\n".join(problems)

    def also(self, origin: str) -> None:
        """Pages of this test may ask something of this origin as well."""
        self._origins.add(origin)

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if f"{url.scheme}://{url.netloc}" not in self._origins and url.scheme not in ("data", "blob"):
            self.problems.append(f"request to another server: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        text = message.text
        # Chromium reports a blocked inline style or script as "Refused to …" or "… violates the following Content
        # Security Policy directive", at whatever level.
        violation = "Content Security Policy" in text or text.startswith("Refused to")
        if message.type not in ("error", "warning") and not violation:
            return
        if any(f"status of {status} " in text for status in self.allowed_statuses):
            return
        self.problems.append(f"console {message.type}: {text} ({message.location.get('url', '')})")


@pytest.fixture
def watch() -> Iterator[Watch]:
    """The watch over this test's pages; `watch.allow(404)` before a page that answers so on purpose."""
    one = Watch()
    yield one
    one.check()


@pytest.fixture
def new_context(
    new_context: Callable[..., BrowserContext], live_server: Any, watch: Watch, settings: Any
) -> Callable[..., BrowserContext]:
    """pytest-playwright's `new_context`, watched and with relative addresses on the live server."""
    settings.SITE_URL = live_server.url

    def make(**options: Any) -> BrowserContext:
        context = new_context(**{"base_url": live_server.url, "reduced_motion": "reduce", **options})
        context.set_default_timeout(20_000)
        return watch.over(context, live_server.url)

    return make


def measure_every_page(context: BrowserContext) -> None:
    """Have every page of a context complain on its console, which is watched, when it is wider than the window."""
    context.add_init_script(
        """window.addEventListener("load", () => {
            const wide = document.documentElement.scrollWidth;
            if (wide > window.innerWidth) console.error(`${wide} px wide in a window of ${window.innerWidth} px`);
        })"""
    )


def scripts_have_run(page: Page) -> None:
    """Wait until the scripts of the page now shown have run; its text and its focus can be there before."""
    page.wait_for_function("document.readyState === 'complete'")


def no_sideways_scroll(page: Page) -> None:
    """Fail when the page is wider than the window, and name what sticks out."""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    if wide > window:
        out = page.evaluate(
            "limit => [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > limit"
            " || one.getBoundingClientRect().left + one.scrollWidth > limit)"
            ".map(one => one.outerHTML.slice(0, 120)).slice(-3)",
            window,
        )
        raise AssertionError(f"{page.url} is {wide} px wide in a window of {window} px: {out}")
