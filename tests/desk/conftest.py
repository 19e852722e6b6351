"""What the tests of the desk share: an officer's browser, and how a page is read."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ace_portal.audit import register_models
from importers.models import ImporterApplication

QUEUE = reverse("admin:importers_importerapplication_changelist")


def review_page(application: ImporterApplication) -> str:
    """The address of an application's review page."""
    return reverse("admin:importers_importerapplication_change", args=[application.pk])


def button(application: ImporterApplication, code: str) -> str:
    """The address a button of the review page posts to: claim, release, approve, ask, reject."""
    if code in ("claim", "release"):
        return reverse(f"admin:desk_{code}", args=["importers.importerapplication", application.pk])
    return reverse(f"admin:importers_importerapplication_{code}", args=[application.pk])


def words(answer: Any) -> str:
    """The text of a page's main part, without tags, with white space folded."""
    page = answer.content.decode()
    main = page[page.index("<main") :] if "<main" in page else page
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


def listed(answer: HttpResponse) -> list[str]:
    """The link texts of the rows of a list, from top to bottom."""
    return [
        html.unescape(text)
        for text in re.findall(
            r'<th class="field-[^"]*">\s*<a href="[^"]*">(.*?)</a>', answer.content.decode(), re.DOTALL
        )
    ]


@pytest.fixture
def desk(officer_client: Callable[..., Client]) -> Client:
    """An officer's browser, signed in with password and authenticator."""
    return officer_client()


@pytest.fixture
def olive(desk: Client) -> User:
    """The officer of `desk`."""
    return desk.officer  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def field_history() -> None:
    """Field changes are remembered, as they are in a running portal."""
    register_models()
