"""The status page: answers with attachments, withdrawal; and what time does to unanswered questions, in both rooms."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.applications import ApplicationMessage, conversation
from ace_portal.core.errors import WrongState
from ace_portal.core.events import history_of
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from importers import tasks as importers_tasks
from tests import factories
from tests.exporters.authorization_samples import pdf, upload
from tests.importers.screens import errors, text_of
from tests.importers.screens import url as importers_url
from tests.tradeparties import samples
from tests.tradeparties.samples import desk_url, url
from tradeparties import application_actions as actions
from tradeparties import tasks
from useraccess.attachments import Attachment

pytestmark = pytest.mark.django_db


def test_an_answer_with_a_document_reaches_the_officer(client: Client, desk: Client, private_files: Path) -> None:
    application = samples.asked()
    page = text_of(client.get(url(application, "status")))
    assert "Which license?" in page and "The officer needs to know more" in page
    sent = {"text": "This one.", "attachment": upload(name="../license.pdf")}
    answer = client.post(url(application, "status"), sent, follow=True)
    assert "Your answer has been sent" in answer.content.decode()
    turn = conversation(application).get(from_desk=False)
    assert turn.attachment_name == "license.pdf" and (private_files / turn.attachment).exists()
    for browser, address in (
        (client, url(application, "attachment", turn.pk)),
        (desk, desk_url(application).replace("change/", f"attachment/{turn.pk}/")),
    ):
        download = browser.get(address)
        assert b"".join(download.streaming_content) == pdf()  # type: ignore[attr-defined]
        assert download["Content-Disposition"] == 'attachment; filename="license.pdf"'
        assert download["X-Content-Type-Options"] == "nosniff"
    assert "license.pdf" in desk.get(desk_url(application)).content.decode()
    other = samples.asked()
    assert client.get(url(other, "attachment", turn.pk)).status_code == 404
    (private_files / turn.attachment).unlink()
    assert client.get(url(application, "attachment", turn.pk)).status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"plain text", "license.txt", "The file is no PDF, PNG or JPEG."),
        (b"plain text", "license.pdf", "its content is plain text"),
        (b"", "license.pdf", "The file is empty."),
        (b"MZ\x00\x01", "license.pdf", "The file is no PDF"),
    ],
)
def test_a_file_that_is_no_document_is_refused_and_the_text_kept(
    client: Client, content: bytes, name: str, message: str
) -> None:
    application = samples.asked()
    answer = client.post(url(application, "status"), {"text": "Mine.", "attachment": upload(content, name)})
    assert any(message in line for line in errors(answer)), errors(answer)
    assert "Mine." in answer.content.decode()
    application.refresh_from_db()
    assert application.status == "INFO_REQUESTED"


def test_an_answer_that_is_not_taken_leaves_no_file(private_files: Path) -> None:
    application = samples.submitted()
    with pytest.raises(WrongState):
        actions.answer(application, text="…", attachment=Attachment(BytesIO(pdf()), "a.pdf"))
    asked = samples.asked()
    for _ in range(2):
        actions.answer(asked, text="Mine.", attachment=Attachment(BytesIO(pdf()), "a.pdf"))
    assert len([file for file in private_files.rglob("*") if file.is_file()]) == 1
    assert ApplicationMessage.objects.filter(from_desk=False).count() == 1


def test_an_importer_answers_with_a_picture_too(client: Client, private_files: Path) -> None:
    application = factories.application_asked()
    picture = upload(b"\x89PNG\r\n\x1a\n...IEND\xaeB`\x82", "card.png", "image/png")
    client.post(importers_url(application, "status"), {"text": "Here.", "attachment": picture})
    turn = conversation(application).get(from_desk=False)
    page = client.get(importers_url(application, "status")).content.decode()
    address = f"/status/{application.status_token}/attachment/{turn.pk}/"
    download = client.get(address)
    assert address in page and download["Content-Type"] == "image/png"
    assert b"".join(download.streaming_content).startswith(b"\x89PNG")  # type: ignore[attr-defined]


def test_withdrawing_asks_first_and_happens_once(client: Client) -> None:
    application = samples.submitted()
    assert "cannot be brought back" in text_of(client.get(url(application, "withdraw")))
    for _ in range(2):
        assert client.post(url(application, "withdraw"))["Location"] == url(application, "status")
    application.refresh_from_db()
    assert application.status == "WITHDRAWN"
    assert history_of(application).filter(kind="tradeparties.withdrawn").count() == 1
    assert "You took this application back" in text_of(client.get(url(application, "status")))
    assert client.get(url(application, "withdraw")).status_code == 302
    done = samples.approved()
    page = client.post(url(done, "withdraw"), follow=True)
    assert "Nothing was changed" in page.content.decode() and "The account is open" in text_of(page)


@pytest.mark.parametrize("room", ["tradeparties", "importers"])
def test_an_unanswered_question_is_repeated_and_then_closes(
    client: Client, later: Callable[..., datetime], room: str
) -> None:
    application: Any
    application, run, page = {
        "tradeparties": lambda: (samples.asked(), tasks.chase_answers, url),
        "importers": lambda: (factories.application_asked(), importers_tasks.chase_answers, importers_url),
    }[room]()
    address = page(application, "status")

    def mailed(what: str) -> int:
        return Message.objects.filter(about=ref(application), template=f"{room}/{what}").count()

    later(days=7)
    assert run() == 0
    later(seconds=1)
    assert [run(), run()] == [1, 0] and mailed("reminder") == 1
    reminder = Message.objects.get(about=ref(application), template=f"{room}/reminder")
    assert address in reminder.body and conversation(application).get().text in reminder.body
    assert "We reminded you" in text_of(client.get(address))
    later(days=23)
    assert [run(), run()] == [1, 0] and mailed("closed") == 1
    application.refresh_from_db()
    assert (application.status, application.reason) == ("WITHDRAWN", "NO_ANSWER")
    shown = text_of(client.get(address))
    assert "was not answered within 30 days" in shown and "You took this application back" not in shown
    assert client.post(address, {"text": "Now."}, follow=True).status_code == 200
    assert not conversation(application).filter(from_desk=False).exists()


def test_an_answered_question_is_not_repeated_and_a_second_one_is(later: Callable[..., datetime]) -> None:
    officer = factories.officer()
    application = samples.asked(by=officer)
    later(days=8)
    assert tasks.chase_answers() == 1
    actions.answer(application, text="Mine.")
    later(days=40)
    assert tasks.chase_answers() == 0
    actions.ask_for_information(application, question="And the other?", by=officer)
    later(days=8)
    assert tasks.chase_answers() == 1
    last = Message.objects.filter(about=ref(application), template="tradeparties/reminder").order_by("-pk")[0]
    assert "And the other?" in last.body


def test_a_closed_application_says_so_at_the_desk(desk: Client, later: Callable[..., datetime]) -> None:
    application = samples.asked()
    later(days=31)
    tasks.chase_answers()
    assert "Closed: No answer to a request for information" in desk.get(desk_url(application)).content.decode()
