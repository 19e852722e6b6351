"""A conversation with whoever handed something in can be switched on for the page of any row."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.applications import ApplicationMessage
from ace_portal.core import clock, private_files
from ace_portal.core.refs import ref
from form5106.admin import FilingAdmin
from tests import factories
from tests.desk.conftest import words
from tests.desk.work import address
from tests.exporters.authorization_samples import pdf
from tests.form5106 import samples as filings
from tests.harness.rehearsal import reload_urls
from tests.harness.world import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def filers_talk(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Iterator[None]:
    """The one line that a page needs."""
    settings.PRIVATE_FILES_DIR = tmp_path
    with monkeypatch.context() as patched:
        patched.setattr(FilingAdmin, "talks_to", "filer")
        reload_urls()
        yield
    reload_urls()


def test_a_page_without_a_conversation_shows_none(desk: Client) -> None:
    assert "Conversation" not in words(desk.get(address(filings.at_the_desk())))


def test_a_filers_answer_is_shown_and_its_attachment_handed_out(filers_talk: None) -> None:
    row, officer = filings.at_the_desk(), factories.officer(first_name="Pat", last_name="Quimby")
    desk = signed_in(officer)
    assert "No messages between the desk and the filer so far." in words(desk.get(address(row)))
    common = {"application": ref(row), "sent_at": clock.now()}
    ApplicationMessage.objects.create(**common, from_desk=True, author=officer, text="Who signed?")
    stored = private_files.store(BytesIO(pdf("The deed")), folder="application-messages")
    answer = ApplicationMessage.objects.create(
        **common, from_desk=False, text="I did.", attachment=stored, attachment_name="deed.pdf"
    )
    page = words(desk.get(address(row)))
    assert page.index("Pat Quimby (desk)") < page.index("Who signed?") < page.index("Filer,") < page.index("I did.")
    saved = f"/admin/form5106/filing/{row.pk}/attachment/{answer.pk}/"
    assert f'href="{saved}"' in desk.get(address(row)).content.decode()
    assert b"".join(desk.get(saved)) == pdf("The deed")
    assert desk.get(f"/admin/form5106/filing/{filings.at_the_desk().pk}/attachment/{answer.pk}/").status_code == 404
