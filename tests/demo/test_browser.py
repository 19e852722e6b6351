"""/demo/ with everybody on stage, in a real browser: nothing in anybody's way, in light, in dark and on a telephone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from demo import cast, world
from tests.axe.test_axe import look_at

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_with_the_whole_cast_is_in_nobodys_way(
    rehearsal: None, new_context: Callable[..., BrowserContext]
) -> None:
    world.load()
    page = new_context().new_page()
    page.goto("/demo/")
    assert page.get_by_role("link", name=cast.AT_THE_DESKS[0].title).is_visible()
    look_at(page)
