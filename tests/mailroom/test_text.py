"""Letters are shown as text: nothing in them is run, only links to this portal can be clicked."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from mailroom.text import code_in, with_links

SITE = "http://portal.example:8000"


@pytest.fixture(autouse=True)
def site(settings: Any) -> None:
    settings.SITE_URL = SITE


def targets(text: str) -> list[str]:
    return re.findall(r'<a class="usa-link" href="([^"]*)"', with_links(text))


@pytest.mark.parametrize(
    ("text", "href"),
    [
        (f"Open {SITE}/status/abc-_1/ now", "/status/abc-_1/"),
        (f"Open {SITE}/status/abc/.", "/status/abc/"),
        (f"({SITE}/a/?b=c&d=e#f)", "/a/?b=c&amp;d=e#f"),
        (f"Simulator, {SITE}", "/"),
        (f"Simulator, {SITE}.\nMore", "/"),
        (f"{SITE}/", "/"),
    ],
)
def test_links_to_this_portal_can_be_clicked(text: str, href: str) -> None:
    assert targets(text) == [href]


@pytest.mark.parametrize(
    "text",
    [
        "https://elsewhere.example/login",
        "javascript:alert(1)",
        f"{SITE}.evil.example/login",
        f"{SITE}1/login",
        f"{SITE}@evil.example/",
        f"{SITE}//evil.example/",
        f"{SITE}/\\evil.example/",
        f"https://evil.example/?{SITE}x",
        "portal.example:8000/status/abc/",
    ],
)
def test_nothing_else_can_be_clicked(text: str) -> None:
    assert targets(text) == []


def test_text_is_escaped_inside_and_outside_of_links() -> None:
    shown = with_links(f'<script>alert("x")</script> {SITE}/a/"onclick="b <b>')
    assert "<script>" not in shown and "<b>" not in shown
    assert 'href="/a/"' in shown and '"onclick' not in shown


@given(st.lists(st.sampled_from([*"<>&\"'/\\:.@ \nab", SITE, f"{SITE}/x/", "javascript:"]), max_size=30))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_text_only_plain_links_to_paths_come_out(pieces: list[str]) -> None:
    shown = with_links("".join(pieces))
    rest = re.sub(r'<a class="usa-link" href="/(?![/\\])[^"<>]*">[^<>]*</a>', "", shown)
    assert "<" not in rest and ">" not in rest and '"' not in rest


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("To go on they need this code:\n\n    012345\n\nIt works", "012345"),
        ("    012345\r\n", "012345"),
        ("Your ACE ID is 123456", ""),
        ("1234567\n12345\n", ""),
        ("", ""),
    ],
)
def test_a_code_is_six_digits_on_a_line_of_their_own(text: str, code: str) -> None:
    assert code_in(text) == code
