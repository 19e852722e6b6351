"""axe finds nothing on any page in any state, in light and in dark; no page scrolls sideways at 320 px."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

from tests.axe import (
    contacts,
    cross_account,
    desk,
    exporting,
    filer_codes,
    filings,
    log_and_plan,
    mergers,
    owners,
    people,
    signing_in,
    trade_parties,
    who_and_history,
)
from tests.axe.places import PLACES, Cast, Place, Tour, boom
from tests.harness.browser import Watch, no_sideways_scroll
from tests.harness.live import serving

#: The modules that add their pages to PLACES.
MORE_PLACES = (
    contacts,
    cross_account,
    desk,
    exporting,
    filer_codes,
    filings,
    log_and_plan,
    mergers,
    owners,
    people,
    signing_in,
    trade_parties,
    who_and_history,
)
#: What these pages answer on purpose; all others answer 200, so that no error page is looked at in their place.
ON_PURPOSE = {
    "bad request": 400,
    "forbidden": 403,
    "a form sent without its token": 403,
    "not found": 404,
    "a mailed link that has ended": 410,
    "sign-in, too many tries": 429,
}


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch()


@pytest.fixture(scope="module")
def tour(
    django_db_setup: None,
    django_db_blocker: Any,
    browser: Browser,
    watch: Watch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Tour]:
    contexts: list[BrowserContext] = []

    def new_context() -> BrowserContext:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(20_000)
        contexts.append(watch.over(context, server.url))
        return context

    with serving(django_db_blocker) as server, pytest.MonkeyPatch.context() as patch:
        # A long list of the same costs axe seconds and says nothing more.
        patch.setattr("ace_portal.core.read_only.ReadOnlyAdmin.list_per_page", 20)
        patch.setattr("django.conf.settings.PRIVATE_FILES_DIR", tmp_path_factory.mktemp("private"))
        yield Tour(server.url, Cast(), new_context)
        for context in contexts:
            context.close()


def no_violations(page: Page, *rules: str) -> None:
    """Fail with what axe has to say about a page, by all its rules unless some are named."""
    # Without `preload`: it would fetch the style sheets once more, and its own helper frames meet the pages' CSP.
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    told = [
        f"{one['id']}: {one['help']}" + "".join(f"\n    {node['target']} {node['html'][:200]}" for node in one["nodes"])
        for one in found
    ]
    assert not told, f"{page.url}\n" + "\n".join(told)


@pytest.fixture(autouse=True)
def nothing_left_over(watch: Watch) -> None:
    """What a failed test left unsaid, or may see, does not touch the next one."""
    watch.problems.clear()
    watch.allowed_statuses.clear()


@pytest.mark.parametrize(("name", "reach"), PLACES.items(), ids=PLACES.keys())
def test_nothing_is_in_anybodys_way(tour: Tour, watch: Watch, name: str, reach: Place) -> None:
    watch.allow(ON_PURPOSE.get(name, 200))
    page = reach(tour)
    look_at(page)
    watch.check()


def test_nothing_is_in_anybodys_way_when_the_portal_is_broken(
    tour: Tour, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.allow(500)
    monkeypatch.setattr("ace_portal.portal.views.tiles_for", boom)
    look_at(tour.go("owner", "/"))
    watch.check()


def settled(page: Page) -> None:
    """Wait until no color is on its way to another one."""
    page.evaluate("Promise.allSettled(document.getAnimations().map(running => running.finished))")


def look_at(page: Page) -> None:
    """axe in light, the rules about colors again in dark, then the width of the page at 320 px."""
    page.wait_for_load_state()
    page.evaluate(AXE_SCRIPT)
    try:
        no_violations(page)
        page.emulate_media(color_scheme="dark")
        settled(page)
        no_violations(page, "color-contrast", "link-in-text-block")
        page.set_viewport_size({"width": 320, "height": 800})
        no_sideways_scroll(page)
    finally:
        # Light again before the next page, which would otherwise begin with colors on their way.
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 900})
