"""Before an officer decides on an application: the mails can be read, and what changed meanwhile is told."""

import pytest
from django.test import Client

from accounts.models import TopAccount, User
from ace_portal.core.events import stamp
from ace_portal.core.models import Event, Message
from importers import actions
from tests import factories
from tests.desk.conftest import button, review_page, words

pytestmark = pytest.mark.django_db
TYPED = {
    "approve": {},
    "ask": {"question": "Who signs for the company?"},
    "reject": {"reason": "DOES_NOT_MATCH", "text": "The address is another one."},
}
SAID = {"approve": "The account of", "ask": "Who signs for the company?", "reject": "The address is another one."}


def counts() -> tuple[int, int, int, int]:
    return Message.objects.count(), Event.objects.count(), User.objects.count(), TopAccount.objects.count()


@pytest.mark.parametrize("code", TYPED)
def test_the_mail_is_shown_and_nothing_happens(desk: Client, code: str) -> None:
    application = factories.application_submitted(email="toni@acme.example")
    before = counts()
    answer = desk.post(button(application, code), {**TYPED[code], "seen": str(stamp(application)), "preview": "1"})
    page = words(answer)
    assert "Nothing was decided and nothing was sent." in page and "To: toni@acme.example" in page
    letter = page[page.index("would mail") : page.index("Status")]
    assert application.reference in letter or code == "approve"
    assert (SAID[code] in letter) or code == "approve"
    assert application.status_token not in answer.content.decode()
    assert counts() == before
    application.refresh_from_db()
    assert (application.status, application.claimed_by) == ("SUBMITTED", None)
    for typed in TYPED[code].values():
        assert typed in answer.content.decode()


def test_the_mail_that_is_sent_is_the_one_that_was_shown(desk: Client) -> None:
    application = factories.application_submitted(email="toni@acme.example")
    shown = desk.post(button(application, "reject"), {**TYPED["reject"], "preview": "1"}).context["letters"]
    desk.post(button(application, "reject"), TYPED["reject"])
    sent = Message.objects.get(template="importers/rejected")
    assert [(one.to, one.subject) for one in shown] == [(sent.to_address, sent.subject)]
    assert shown[0].body.splitlines()[0] == sent.body.splitlines()[0]


def test_a_preview_of_what_would_be_refused_says_so(desk: Client) -> None:
    application = factories.application_in_review(by=factories.officer(first_name="Pat", last_name="Quimby"))
    page = words(desk.post(button(application, "reject"), {**TYPED["reject"], "preview": "1"}))
    assert "Pat Quimby has claimed application" in page and "would mail" not in page


def test_a_preview_of_a_form_that_is_wrong_is_the_form(desk: Client) -> None:
    application = factories.application_submitted()
    page = words(desk.post(button(application, "ask"), {"question": "", "preview": "1"}))
    assert "There is a problem" in page and "would mail" not in page


@pytest.mark.parametrize("code", TYPED)
def test_what_changed_meanwhile_is_not_decided_and_what_was_typed_stays(desk: Client, olive: User, code: str) -> None:
    application = factories.application_asked(by=olive)
    seen = stamp(application)
    actions.answer(application, text="The president does.")
    answer = desk.post(button(application, code), {**TYPED[code], "seen": str(seen)}, follow=True)
    page = words(answer)
    assert f"Application {application.reference} has changed since you opened this page: The applicant answered" in page
    for typed in TYPED[code].values():
        assert typed in answer.content.decode()
    application.refresh_from_db()
    assert application.status == "IN_REVIEW"
    fresh = str(stamp(application))
    assert f'name="seen" value="{fresh}"' in answer.content.decode(), "the page that tells it is up to date"
    desk.post(button(application, code), {**TYPED[code], "seen": fresh})
    application.refresh_from_db()
    assert application.status == {"approve": "APPROVED", "ask": "INFO_REQUESTED", "reject": "REJECTED"}[code]


def test_pressed_twice_is_pressed_once(desk: Client) -> None:
    application = factories.application_submitted()
    press = {**TYPED["reject"], "seen": str(stamp(application))}
    for _ in range(2):
        assert "was not approved" in words(desk.post(button(application, "reject"), press, follow=True))


@pytest.mark.parametrize("seen", ["", "x", "9" * 40, "-1"])
def test_a_stamp_that_is_none_is_as_good_as_no_stamp(desk: Client, seen: str) -> None:
    application = factories.application_submitted()
    desk.post(button(application, "reject"), {**TYPED["reject"], "seen": seen})
    application.refresh_from_db()
    assert application.status == "REJECTED"


def test_the_page_offers_the_mail_of_each_decision(desk: Client) -> None:
    page = desk.get(review_page(factories.application_submitted())).content.decode()
    assert page.count("Show the mail first") == 3
