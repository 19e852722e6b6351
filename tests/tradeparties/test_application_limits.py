"""Trade applications: limits on tries, what is sent twice, and who comes too late."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.applications import conversation
from ace_portal.core.errors import WrongState
from ace_portal.core.events import history_of
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from tests import factories
from tests.exporters.authorization_samples import upload
from tests.importers.screens import errors, text_of
from tests.tradeparties import samples
from tests.tradeparties.samples import OFFICER, url
from tradeparties import application_actions as actions
from tradeparties import tasks
from tradeparties.models import TradeApplication
from useraccess.review import asking
from useraccess.review.decisions import APPLICATIONS
from verification.throttles import Rule

pytestmark = pytest.mark.django_db
ONE_AN_HOUR = (Rule(1, timedelta(hours=1)),)


def test_one_network_begins_so_many(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradeparties.application_actions.BEGINNINGS_FROM_IP", ONE_AN_HOUR)
    assert samples.begin(client, key="one").status_code == 302
    answer = samples.begin(client, key="two")
    assert "Too many applications were begun from your network" in errors(answer)[0]
    assert "Old Wharf Brokers Inc." in answer.content.decode()
    answer = client.post(samples.PROTEST_FILER, samples.protest())
    assert "Too many applications" in errors(answer)[0] and TradeApplication.objects.count() == 1


def test_a_mailbox_that_was_sent_many_links_is_spared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradeparties.application_actions.LINKS_TO_ADDRESS", ONE_AN_HOUR)
    address = samples.email()
    first, second = (samples.begun(applicant_email=address) for _ in range(2))
    assert first.pk != second.pk
    assert Message.objects.filter(to_address=address).count() == 1


def test_every_decision_twice_is_once() -> None:
    officer = factories.officer()
    row = samples.submitted()
    for _ in range(2):
        actions.claim(row, by=officer)
    for _ in range(2):
        actions.release(row, by=officer)
    for _ in range(2):
        actions.ask_for_information(row, question="Which?", by=officer)
    for _ in range(2):
        actions.answer(row, text="This.")
    for _ in range(2):
        actions.reject(row, reason="OTHER", text="No.", by=officer)
    kinds = list(history_of(row).order_by("pk").values_list("kind", flat=True))
    assert [kind.removeprefix("tradeparties.") for kind in kinds] == [
        *("application_started", "submitted", "in_review", "released"),
        *("information_requested", "answered", "rejected"),
    ]
    assert conversation(row).count() == 3
    assert Message.objects.filter(about=ref(row)).count() == 7


def test_whoever_comes_too_late_is_told_and_nothing_is_done_twice(
    client: Client, later: Callable[..., datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = samples.filled_in()
    found = samples.whole(late)
    answers, activities = found.answers(), found.activities()
    later(days=31)
    tasks.expire_drafts()
    late.refresh_from_db()
    with pytest.raises(WrongState, match="has been closed"):
        actions.submit(late, answers=answers, activities=activities)
    done = samples.submitted()
    # The page was asked for before somebody else submitted.
    monkeypatch.setattr("tradeparties.views._elsewhere", lambda request, row: None)
    answer = client.post(url(done, "officer"), OFFICER)
    assert answer.status_code == 302
    monkeypatch.undo()
    answer = client.get(answer["Location"], follow=True)
    assert "can no longer be changed here" in answer.content.decode() and "Received" in text_of(answer)


def test_a_draft_that_runs_out_on_its_last_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise WrongState("This application was not finished in 30 days and has been closed. Start a new one.")

    application = samples.filled_in()
    monkeypatch.setattr("tradeparties.application_actions.submit", refuse)
    assert "has been closed" in text_of(client.post(url(application, "answers")))


def test_a_mailed_link_leads_where_the_application_stands(client: Client) -> None:
    draft, done = samples.filled_in(), samples.submitted()
    assert client.get(url(draft, "resume"))["Location"] == url(draft, "answers")
    assert client.get(url(done, "resume"))["Location"] == url(done, "status")
    assert client.get(url(done, "answers"))["Location"] == url(done, "status")


def test_a_file_without_words_is_asked_for_again(client: Client) -> None:
    application = samples.asked()
    lines = errors(client.post(url(application, "status"), {"text": "", "attachment": upload()}))
    assert any("Choose the file again" in line for line in lines) and len(lines) == 2


def test_a_question_that_was_answered_meanwhile_is_left_alone(later: Callable[..., datetime]) -> None:
    asked = samples.asked()
    later(days=31)
    as_read_before = TradeApplication.objects.get(pk=asked.pk)
    actions.answer(asked, text="This.")
    assert asking._chase(as_read_before, APPLICATIONS) is False
    assert not Message.objects.filter(template__in=["tradeparties/reminder", "tradeparties/closed"]).exists()
