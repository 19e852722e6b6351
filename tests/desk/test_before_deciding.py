"""Before somebody at a desk decides, whatever it is: the mails can be read, and what changed meanwhile is told."""

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import TopAccount, User
from ace_portal.core.events import stamp
from ace_portal.core.models import Event, Message
from form5106 import actions as form5106
from form5106.models import Action
from importers import actions
from ownership import actions as ownership
from tests import factories
from tests.desk.conftest import button, words
from tests.desk.work import BESIDE, DECISIONS, DUE, PAGES, WORK, address, decider, decision, due, happen, typed
from tests.form5106 import samples as filings
from tests.harness.world import signed_in
from tests.ownership import samples as owners

pytestmark = pytest.mark.django_db
EVERY = pytest.mark.parametrize(("label", "code"), DECISIONS, ids=[f"{label}: {code}" for label, code in DECISIONS])
REJECTION = {"reason": "DOES_NOT_MATCH", "text": "The address is another one."}


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path / "private"


def everything(row: Any) -> list[Any]:
    """What a decision would change: the row itself, and how many of all that it would make there are."""
    counted = [model.objects.count() for model in (Message, Event, User, TopAccount)]
    return [type(row).objects.filter(pk=row.pk).values().get(), *counted]


def seen_on(page: Any) -> set[str]:
    """The stamps that the forms of a page carry: one and the same."""
    return set(re.findall(r'name="seen" value="(\d+)"', page.content.decode()))


def kept(page: Any) -> list[str]:
    """What stands in the text areas of a page."""
    found = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page.content.decode(), re.DOTALL)
    return [html.unescape(text).strip() for text in found]


def test_every_decision_is_known_here() -> None:
    assert set(WORK) | set(BESIDE) == set(PAGES), "a page to decide on has no row in tests/desk/work.py, or is gone"
    assert set(DUE) <= set(DECISIONS)
    assert all(page.decisions for page in PAGES.values())


@EVERY
def test_on_an_old_page_nothing_is_decided_and_nothing_is_lost(label: str, code: str) -> None:
    row, answers, client = due(label, code), typed(label, code), signed_in(decider(label))
    (seen,) = seen_on(client.get(address(row)))
    happen(row)
    before = everything(row)
    answer = client.post(address(row, code), {**answers, "seen": seen})
    assert "has changed since you opened this page: A letter came (Mail room" in words(answer)
    assert everything(row) == before
    assert [text for text in kept(answer) if text] == [text for text in answers.values() if " " in text]
    (fresh,) = seen_on(answer)
    assert fresh == str(stamp(row)) != seen, "the page that tells it is up to date"
    done = client.post(address(row, code), {**answers, "seen": fresh})
    assert (done.status_code, done["Location"]) == (302, address(row))
    assert everything(row) != before


@EVERY
def test_who_decides_the_same_after_a_colleague_is_told_and_keeps_their_words(label: str, code: str) -> None:
    row, answers = due(label, code), typed(label, code)
    faster, slower = signed_in(decider(label)), signed_in(decider(label))
    (seen,) = seen_on(slower.get(address(row)))
    theirs = {name: text.replace("Careful & long", "Quick") for name, text in answers.items()}
    assert faster.post(address(row, code), {**theirs, "seen": seen}).status_code == 302
    before = everything(row)
    answer = slower.post(address(row, code), {**answers, "seen": seen})
    assert everything(row) == before
    written = [text for text in answers.values() if " " in text]
    assert [text for text in kept(answer) if text in written] == written
    reasons = ("Somebody was faster", "has changed since you opened this page", "has claimed")
    assert any(reason in words(answer) for reason in reasons) or not written


@EVERY
def test_the_mail_is_shown_and_nothing_happens(label: str, code: str) -> None:
    row, answers, client = due(label, code), typed(label, code), signed_in(decider(label))
    before, seen = everything(row), str(stamp(row))
    answer = client.post(address(row, code), {**answers, "seen": seen, "preview": "1"})
    assert f"What “{decision(label, code).label}” would mail Nothing was decided and nothing was sent." in words(answer)
    assert everything(row) == before and seen_on(answer) == {seen}
    assert [text for text in kept(answer) if text] == [text for text in answers.values() if " " in text]
    assert getattr(row, "status_token", None) is None or row.status_token not in answer.content.decode()
    shown = sorted(one.to for one in answer.context["letters"])
    assert bool(shown) == decision(label, code).mails
    last = Message.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    assert client.post(address(row, code), {**answers, "seen": seen}).status_code == 302
    assert sorted(Message.objects.filter(pk__gt=last).values_list("to_address", flat=True)) == shown


@EVERY
def test_the_mail_is_offered_where_there_is_one(label: str, code: str) -> None:
    row = due(label, code)
    page = signed_in(decider(label)).get(address(row)).content.decode()
    form = page[page.index(f'action="{address(row, code)}"') :]
    assert ("Show the mail first" in form[: form.index("</form>")]) == decision(label, code).mails


@EVERY
def test_whoever_only_reads_is_offered_nothing_and_told_why(label: str, code: str) -> None:
    row = due(label, code)
    page = signed_in(factories.auditor()).get(address(row))
    assert "desk-decision" not in page.content.decode().replace("desk-decisions", "") and not seen_on(page)
    assert "Auditors read; officers and analysts decide." in words(page) or code == "void"


def test_the_mail_that_is_sent_is_the_one_that_was_shown(desk: Client) -> None:
    application = factories.application_submitted(email="toni@acme.example")
    shown = desk.post(button(application, "reject"), {**REJECTION, "preview": "1"}).context["letters"]
    desk.post(button(application, "reject"), REJECTION)
    sent = Message.objects.get(template="importers/rejected")
    assert [(one.to, one.subject) for one in shown] == [(sent.to_address, sent.subject)]
    assert shown[0].body.splitlines()[0] == sent.body.splitlines()[0]


def test_a_preview_of_what_would_be_refused_says_so(desk: Client) -> None:
    application = factories.application_in_review(by=factories.officer(first_name="Pat", last_name="Quimby"))
    page = words(desk.post(button(application, "reject"), {**REJECTION, "preview": "1"}))
    assert "Pat Quimby has claimed application" in page and "would mail" not in page


def test_a_preview_of_a_form_that_is_wrong_is_the_form(desk: Client) -> None:
    application = factories.application_submitted()
    page = words(desk.post(button(application, "ask"), {"question": "", "preview": "1"}))
    assert "There is a problem" in page and "would mail" not in page


def test_an_answer_that_came_meanwhile_is_read_before_the_decision(desk: Client, olive: User) -> None:
    application = factories.application_asked(by=olive)
    seen = stamp(application)
    actions.answer(application, text="The president does.")
    page = words(desk.post(button(application, "reject"), {**REJECTION, "seen": str(seen)}))
    assert f"Application {application.reference} has changed since you opened this page: The applicant answered" in page
    assert "The president does." in page
    application.refresh_from_db()
    assert application.status == "IN_REVIEW"


def test_pressed_twice_is_pressed_once(desk: Client) -> None:
    application = factories.application_submitted()
    press = {**REJECTION, "seen": str(stamp(application))}
    for _ in range(2):
        assert "was not approved" in words(desk.post(button(application, "reject"), press, follow=True))


@pytest.mark.parametrize("seen", ["", "x", "9" * 40, "-1"])
def test_a_stamp_that_is_none_is_as_good_as_no_stamp(desk: Client, seen: str) -> None:
    application = factories.application_submitted()
    desk.post(button(application, "reject"), {**REJECTION, "seen": seen})
    application.refresh_from_db()
    assert application.status == "REJECTED"


def test_a_look_at_the_mail_does_not_stop_what_fits_no_more(desk: Client) -> None:
    row = owners.prepared()
    factories.replace_owner(row.top_account)
    before = everything(row)
    page = words(desk.post(address(row, "approve"), {"text": "Fine.", "preview": "1"}))
    assert "Nothing was changed: you asked for the mail only. The decision would be refused." in page
    assert "has another owner by now" in page and everything(row) == before
    assert ownership.settle() == 1


def test_a_filing_that_goes_back_to_its_filer_leaves_the_desk_with_a_word(desk: Client) -> None:
    row = filings.at_the_desk()
    assert row.record is not None
    faster = filings.verified(row.record, [Action.NAME])
    filings.kept(faster, filings.TYPED | {"company_name": "Faster Inc."})
    form5106.submit(faster, content=filings.content(faster))
    assert "The record has changed meanwhile." in words(desk.get(address(row)))
    look = desk.post(address(row, "accept"), {"preview": "1"})
    assert "Nothing was changed: you asked for the mail only." in words(look)
    assert filings.fresh(row).status == "SUBMITTED"
    answer = desk.post(address(row, "accept"), follow=True)
    assert answer.request["PATH_INFO"] == reverse("admin:form5106_filing_changelist")
    assert f"filing {row.reference} went back to its filer" in words(answer)
    assert filings.fresh(row).status == "DRAFT"
