"""The conversation with whoever handed something in, on a row's page at the desk."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from accounts.applications import ApplicationMessage
from ace_portal.core import clock, private_files
from ace_portal.core.refs import ref
from tests import factories
from tests.desk.conftest import words
from tests.desk.work import address
from tests.exporters.authorization_samples import pdf
from tests.form5106 import samples as filings
from tests.harness.world import signed_in

pytestmark = pytest.mark.django_db


def test_a_filers_answer_is_shown_and_its_attachment_handed_out(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path
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
