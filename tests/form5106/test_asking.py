"""The desk asks back about a filing or an un-void request: question, answer, reminder, end; and whoever may not."""

import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from accounts.applications import conversation
from ace_portal.core.errors import NotAllowed, Taken, WrongState
from ace_portal.core.events import history_of
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from desk import claims, queue, registry
from form5106 import actions, tasks
from form5106.models import Filing, RestoreRequest
from tests import factories
from tests.exporters.authorization_samples import pdf, upload
from tests.form5106.samples import (
    answered_with_a_document,
    asked,
    at_the_desk,
    begun,
    company,
    fresh,
    happened,
    restore_requested,
)
from tests.harness.world import signed_in
from useraccess.attachments import Attachment

pytestmark = pytest.mark.django_db
MAKE: dict[str, Callable[[], Any]] = {"filing": at_the_desk, "request": restore_requested}
both = pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)
QUESTION = "Since when is Pat gone?"


def page_of(row: Any) -> str:
    """The page on which a question about a row is answered."""
    if isinstance(row, Filing):
        return reverse("form5106:status", args=[row.token])
    return reverse("form5106:restore-status", args=[row.status_token])


def desk_of(row: Any, what: str = "change", *more: Any) -> str:
    return reverse(f"admin:form5106_{row._meta.model_name}_{what}", args=[row.pk, *more])


def mailed(row: Any, what: str) -> list[Message]:
    """The messages about a row, by the end of their template: a filing's or a request's."""
    prefix = "form5106/" if isinstance(row, Filing) else "form5106/restore_"
    return list(Message.objects.filter(about=ref(row), template=f"{prefix}{what}"))


def count(row: Any, what: str) -> int:
    prefix = "" if isinstance(row, Filing) else "restore_"
    return happened(row)[f"{prefix}{what}"]


def address_of(row: Any) -> str:
    return str(row.filer_email if isinstance(row, Filing) else row.requester_email)


def open_status(row: Any) -> str:
    return "SUBMITTED" if isinstance(row, Filing) else "OPEN"


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


@both
def test_question_and_answer_with_a_document(make: Any, client: Client, private_files: Path) -> None:
    row, officer = make(), factories.officer()
    desk = signed_in(officer)
    before = row.submitted_at if isinstance(row, Filing) else row.requested_at
    assert "Send answer" not in text(client.get(page_of(row)))
    done = desk.post(desk_of(row, "ask"), {"question": QUESTION}, follow=True)
    assert "waits for an answer" in text(done) and QUESTION in text(done)
    row = fresh(row)
    assert row.status == "INFO_REQUESTED" and claims.officer_of(row) == officer
    (letter,) = mailed(row, "information_requested")
    assert letter.to_address == address_of(row) and letter.secret
    assert QUESTION in letter.body and page_of(row) in letter.body

    page = text(client.get(page_of(row)))
    assert QUESTION in page and "Answer the question" in page and "We asked you for information" in page
    answer = {"text": "Since March.", "attachment": upload(pdf("Letter"), name="left.pdf")}
    assert "has been sent to the officer" in text(client.post(page_of(row), answer, follow=True))
    row = fresh(row)
    assert (row.status, claims.officer_of(row)) == (open_status(row), officer)
    assert (row.submitted_at if isinstance(row, Filing) else row.requested_at) == before, "it keeps its place"
    assert len(mailed(row, "answered")) == 1 and count(row, "answered") == 1

    review = desk.get(desk_of(row))
    assert "Since March." in text(review) and str(officer) in text(review)
    said = conversation(row).get(from_desk=False)
    for address, who in (
        (desk_of(row, "attachment", said.pk), desk),
        (f"{page_of(row)}attachment/{said.pk}/", client),
    ):
        assert address in who.get(desk_of(row) if who is desk else page_of(row)).content.decode()
        paper = who.get(address)
        assert paper["Content-Disposition"] == 'attachment; filename="left.pdf"'
        assert b"".join(paper.streaming_content) == pdf("Letter")
    question = conversation(row).get(from_desk=True)
    assert client.get(f"{page_of(row)}attachment/{question.pk}/").status_code == 404
    other = answered_with_a_document(make())
    assert client.get(f"{page_of(other)}attachment/{said.pk}/").status_code == 404


@both
def test_what_waits_for_an_answer_stays_its_officers_work(make: Any) -> None:
    row, officer, other = make(), factories.officer(), factories.officer()
    asked(row, by=officer)
    (item,) = queue.page(queue.Choice(), officer=officer).items
    assert (item.pk, item.officer, item.status) == (row.pk, officer, "Information requested")
    assert claims.take_next(by=other) is None
    with pytest.raises(WrongState, match="has claimed"):
        asked(row, by=other, question="Mine?")
    page = text(signed_in(officer).get(desk_of(row)))
    assert "/ask/" not in page and page.count('class="desk-decision"') == 2
    claims.release(row, by=officer)
    assert fresh(row).status == "INFO_REQUESTED"
    assert actions.answer(row, text="Mine.").status == open_status(row)
    assert registry.kind_of(row).open().filter(pk=row.pk).exists()


@both
def test_asking_and_answering_twice_is_once(make: Any) -> None:
    row, officer = make(), factories.officer()
    for _ in range(2):
        asked(fresh(row), by=officer)
    for _ in range(2):
        actions.answer(fresh(row), text="Since March.")
    assert conversation(row).count() == 2
    assert len(mailed(row, "information_requested")) == len(mailed(row, "answered")) == 1
    with pytest.raises(WrongState, match="Somebody was faster"):
        actions.answer(fresh(row), text="Since April.")


@both
def test_an_answer_that_is_not_taken_leaves_no_file(make: Any, client: Client, private_files: Path) -> None:
    row = asked(make())
    refused = client.post(page_of(row), {"text": "", "attachment": upload(pdf("Letter"), name="left.pdf")})
    assert "Choose the file again" in text(refused)
    wrong = client.post(page_of(row), {"text": "Here.", "attachment": upload(b"a,b\n", name="left.csv")})
    assert "Here." in text(wrong) and "no PDF, PNG or JPEG" in text(wrong)
    folder = private_files / "application-messages"
    for words in ("One.", "Two."):
        paper = Attachment(BytesIO(b"%PDF-"), "letter.pdf")
        with nullcontext() if words == "One." else pytest.raises(WrongState):
            actions.answer(fresh(row), text=words, attachment=paper)
    assert len(list(folder.iterdir())) == 1


@both
def test_only_an_officer_asks_and_nobody_about_their_own(make: Any) -> None:
    row, officer = make(), factories.officer()
    with pytest.raises(NotAllowed):
        asked(row, by=factories.person())
    name = "filer_email" if isinstance(row, Filing) else "requester_email"
    type(row).objects.filter(pk=row.pk).update(**{name: officer.email.upper()})
    with pytest.raises(NotAllowed, match="of their own"):
        asked(fresh(row), by=officer)
    auditor = signed_in(factories.auditor())
    assert auditor.post(desk_of(row, "ask"), {"question": QUESTION}).status_code == 403
    assert not conversation(row).exists() and not claims.Claim.objects.exists()


@both
def test_a_question_without_words_is_not_sent(make: Any) -> None:
    row, desk = make(), signed_in(factories.officer())
    for typed in ("", "x" * 2001):
        assert desk.post(desk_of(row, "ask"), {"question": typed}).status_code == 200
    assert fresh(row).status == open_status(row) and not conversation(row).exists()


def test_whoever_was_asked_can_be_decided_on_without_an_answer() -> None:
    officer = factories.officer()
    assert actions.accept(asked(at_the_desk(), by=officer), by=officer).status == "ACCEPTED"
    rejected = actions.reject(asked(at_the_desk(), by=officer), reject_code="MVM", text="No.", by=officer)
    assert actions.grant(asked(restore_requested(), by=officer), text="Seen.", by=officer).status == "GRANTED"
    assert actions.refuse(asked(restore_requested(), by=officer), text="No.", by=officer).status == "REFUSED"
    assert not claims.Claim.objects.live().exists()
    for late in (rejected, fresh(rejected)):
        with pytest.raises(WrongState):
            asked(late, by=officer)


def test_a_filer_may_withdraw_instead_of_answering(client: Client) -> None:
    filing = asked(at_the_desk())
    assert "Withdraw this filing" in text(client.get(page_of(filing)))
    client.post(reverse("form5106:withdraw", args=[filing.token]))
    assert (fresh(filing).status, fresh(filing).reason) == ("WITHDRAWN", "")
    assert "You took this filing back" in text(client.get(page_of(filing)))
    shown = text(client.post(page_of(filing), {"text": "Late."}, follow=True))
    assert "Nothing was changed" in shown and "Late." not in shown


def test_a_filing_that_was_asked_about_goes_back_when_the_record_has_moved() -> None:
    record, officer = factories.ImporterRecordFactory.create(), factories.officer()
    filing = asked(at_the_desk(record), by=officer)
    type(record).objects.filter(pk=record.pk).update(phone="+14105550199")
    with pytest.raises(WrongState, match="Nothing was overwritten"):
        actions.accept(filing, by=officer)
    assert fresh(filing).status == "DRAFT" and not claims.Claim.objects.live().exists()


def test_a_signed_in_filers_page_is_nobody_elses_and_the_answer_is_theirs(client: Client) -> None:
    _, record, owner = company()
    filing = begun(record, by=owner)
    Filing.objects.filter(pk=filing.pk).update(status="SUBMITTED", submitted_at=filing.created_at)
    filing = asked(fresh(filing))
    assert client.get(page_of(filing)).status_code == client.post(page_of(filing), {"text": "Me."}).status_code == 404
    signed_in(owner).post(page_of(filing), {"text": "Since March."})
    assert history_of(filing).get(kind="form5106.answered").by == owner


# --- Time --------------------------------------------------------------------------------------------------------
@both
def test_an_unanswered_question_is_repeated_once_and_then_ends_the_waiting(
    make: Any, client: Client, later: Callable[..., datetime]
) -> None:
    row = asked(make())
    later(days=7)
    assert tasks.chase_answers() == 0
    later(seconds=1)
    assert [tasks.chase_answers(), tasks.chase_answers()] == [1, 0]
    (reminder,) = mailed(row, "reminder")
    assert page_of(row) in reminder.body and QUESTION in reminder.body and reminder.secret
    assert "We reminded you" in text(client.get(page_of(row)))
    later(days=23)
    assert [tasks.chase_answers(), tasks.chase_answers()] == [1, 0]
    (closed,) = mailed(row, "closed")
    assert "within 30 days" in closed.body and page_of(row) in closed.body
    row = fresh(row)
    if isinstance(row, Filing):
        assert (row.status, row.reason, row.decided_by) == ("WITHDRAWN", "NO_ANSWER", None)
    else:
        assert (row.status, row.decided_by, row.decision_text) == ("CLOSED", None, "")
    assert not claims.Claim.objects.live().exists()
    shown = text(client.get(page_of(row)))
    assert "was not answered within 30 days" in shown and "You took this filing back" not in shown
    client.post(page_of(row), {"text": "Now."}, follow=True)
    assert not conversation(row).filter(from_desk=False).exists()
    assert "o answer to a request for information" in text(signed_in(factories.officer()).get(desk_of(row)))


@both
def test_a_second_question_is_repeated_too_and_an_answered_one_is_not(
    make: Any, later: Callable[..., datetime]
) -> None:
    row, officer = make(), factories.officer()
    asked(row, by=officer)
    later(days=8)
    assert tasks.chase_answers() == 1
    actions.answer(fresh(row), text="Since March.")
    later(days=40)
    assert tasks.chase_answers() == 0
    asked(fresh(row), by=officer, question="And who followed?")
    later(days=8)
    assert tasks.chase_answers() == 1
    assert sorted("And who followed?" in reminder.body for reminder in mailed(row, "reminder")) == [False, True]


def test_after_a_request_was_closed_another_one_can_be_made(later: Callable[..., datetime]) -> None:
    row = asked(restore_requested())
    later(days=31)
    assert tasks.chase_answers() == 1
    again = restore_requested(row.record)
    assert actions.grant(again, text="Seen.", by=factories.officer()).status == "GRANTED"


def test_while_a_request_waits_for_an_answer_no_second_one_is_made() -> None:
    row = asked(restore_requested())
    with pytest.raises(Taken):
        restore_requested(row.record)


# --- The page of a request -----------------------------------------------------------------------------------------
def test_the_page_of_a_request_says_how_it_stands(client: Client) -> None:
    row, officer = restore_requested(), factories.officer()
    shown = text(client.get(page_of(row)))
    assert row.reference in shown and "With the CBP desk" in shown and "letter.pdf" in shown
    assert row.record.importer_number not in shown and row.record.masked_number in shown
    actions.refuse(row, text="The letter is of another company.", by=officer)
    shown = text(client.get(page_of(row)))
    assert "The letter is of another company." in shown and str(officer) not in shown
    granted = actions.grant(restore_requested(), text="Seen.", by=officer)
    assert "The record is active again" in text(client.get(page_of(granted)))
    assert client.get(reverse("form5106:restore-status", args=["0123456789ABCDEFGHJKMN"])).status_code == 404


def test_every_mail_about_a_request_has_its_link_and_keeps_it_no_longer_than_needed(mailbox: Any) -> None:
    row, officer = restore_requested(), factories.officer()
    answered_with_a_document(row)
    actions.grant(fresh(row), text="Seen.", by=claims.officer_of(row) or officer)
    letters = mailbox("robin@trade.example")
    assert len(letters) == 4 and all(page_of(row) in letter.body for letter in letters)
    kept_rows = Message.objects.filter(about=ref(row))
    assert kept_rows.count() == 4
    assert not any(row.status_token in message.body for message in kept_rows)


def test_a_request_that_an_older_release_wrote_gets_its_link_with_the_first_decision() -> None:
    row = restore_requested()
    RestoreRequest.objects.filter(pk=row.pk).update(status_token=None)
    asked(fresh(row))
    assert len(fresh(row).status_token) == 22
    assert page_of(fresh(row)) in mailed(row, "information_requested")[0].body


def test_requests_from_before_are_given_a_link_each() -> None:
    rows = [restore_requested() for _ in range(3)]
    known = rows.pop().status_token
    RestoreRequest.objects.filter(pk__in=[row.pk for row in rows]).update(status_token=None)
    import_module("form5106.migrations.0003_links_of_requests").give(apps, None)
    links = RestoreRequest.objects.values_list("status_token", flat=True)
    assert known in links and len(set(links)) == 3 and all(len(link) == 22 for link in links)
