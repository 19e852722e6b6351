"""Notes: officers write them for one another, on every kind of work, and nobody else ever reads them."""

from typing import Any

import pytest
from django.test import Client

from ace_portal.core.errors import NotAllowed
from ace_portal.core.events import history_of
from ace_portal.core.models import Event, Message
from desk import notes, registry
from tests import factories
from tests.form5106 import samples as filings
from tests.harness.world import signed_in
from tests.mergers.samples import Companies

pytestmark = pytest.mark.django_db

TEXT = "Called the broker.\nThe suffix is <b>01</b>."
ROWS = (factories.application_submitted, filings.at_the_desk, lambda: Companies().consented())


def address(row: Any) -> str:
    return f"/admin/queue/{row._meta.label_lower}/{row.pk}/note/"


@pytest.mark.parametrize("make", ROWS)
def test_a_note_stands_in_the_history_at_the_desk_and_nowhere_else(make: Any) -> None:
    row, officer = make(), factories.officer()
    mails = Message.objects.count()
    page = signed_in(officer).get(registry.kind_of(row).address(row.pk)).content.decode()
    assert f'href="{address(row)}"' in page
    answer = signed_in(officer).post(address(row), {"text": TEXT.replace("\n", "\r\n")}, follow=True)
    shown = answer.content.decode()
    assert "Called the broker.<br>The suffix is &lt;b&gt;01&lt;/b&gt;." in shown
    event = history_of(row).first()
    assert event is not None and (event.after, event.journal, event.by) == ({"note": TEXT}, "", officer)
    assert Message.objects.count() == mails
    auditors = signed_in(factories.auditor()).get(registry.kind_of(row).address(row.pk)).content.decode()
    assert "Called the broker." in auditors and f'href="{address(row)}"' not in auditors


def test_the_applicant_reads_nothing_of_it() -> None:
    row = factories.application_submitted()
    notes.add(row, text=TEXT, by=factories.officer())
    assert "Called the broker" not in Client().get(f"/status/{row.status_token}/").content.decode()


def test_the_same_twice_in_a_row_is_one_and_nothing_is_none() -> None:
    row, officer = factories.application_submitted(), factories.officer()
    desk = signed_in(officer)
    for _ in range(2):
        desk.post(address(row), {"text": TEXT})
    assert Event.objects.filter(kind=notes.NOTED).count() == 1
    for text in ("", "x" * 2001, "a\x00b"):
        assert "Error" in desk.post(address(row), {"text": text}).content.decode()
    assert Event.objects.filter(kind=notes.NOTED).count() == 1


def test_officers_alone_write_them() -> None:
    row = factories.application_submitted()
    for nobody in (factories.person(), factories.auditor()):
        with pytest.raises(NotAllowed):
            notes.add(row, text=TEXT, by=nobody)
    assert signed_in(factories.auditor()).post(address(row), {"text": TEXT}).status_code == 403
