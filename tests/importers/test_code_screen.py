"""Screen 2: the code goes to the point of contact; whatever is wrong with it, the application stays."""

from typing import Any

import pytest
from django.test import Client

from ace_portal.core.models import Event, Message
from importers.models import ImporterApplication
from tests import factories
from tests.importers.screens import Applicant, errors, identify, only_application, text_of, url

pytestmark = pytest.mark.django_db


def wrong(*codes: str) -> str:
    return next(f"{n:06d}" for n in range(10) if f"{n:06d}" not in codes)


def test_the_code_goes_to_the_contact_and_a_link_to_the_applicant(mailbox: Any) -> None:
    applicant = Applicant("IDENTIFIED", email="Toni@trade.example")
    record, application = applicant.record, applicant.application
    (letter,) = mailbox(record.point_of_contact_email)
    assert len(letter.code) == 6
    for fact in ("Toni@trade.example", record.company_name, record.masked_number, "10 minutes", "until", "and once"):
        assert fact in letter.body
    assert "What the code allows" in letter.body and "If you did not expect this" in letter.body
    assert record.importer_number not in letter.body + letter.subject
    assert letter.code not in letter.subject and not any("/apply/" in link for link in letter.links)
    (link,) = mailbox("toni@trade.example")
    assert f"http://testserver/apply/importer/{application.draft_token}/" in link.links
    assert letter.code not in link.body


def test_the_page_says_where_the_code_went_and_how_long_it_works(later: Any) -> None:
    record = factories.ImporterRecordFactory.create(point_of_contact_email="jane.doe@acme.example")
    applicant = Applicant("IDENTIFIED", record)
    page = applicant.get("code")
    shown = text_of(page)
    assert "j•••@acme.example" in shown and "jane.doe" not in page.content.decode()
    assert "works until" in shown and "12:10 PM" in shown
    later(minutes=10)
    assert "No code is waiting to be typed" in text_of(applicant.get("code"))


def test_the_right_code_opens_the_details_once() -> None:
    applicant = Applicant("IDENTIFIED")
    code = factories.code_for(applicant.application)
    for _ in range(2):
        answer = applicant.post("code", code=f" {code[:3]} {code[3:]} ")
        assert (answer.status_code, answer["Location"]) == (302, url(applicant.application, "details"))
    assert applicant.status() == "VERIFIED"
    assert Event.objects.filter(kind="importers.code_accepted").count() == 1


@pytest.mark.parametrize(("minutes", "seconds", "opens"), [(9, 59, True), (10, 0, False), (10, 1, False)])
def test_a_code_works_for_ten_minutes_and_its_end_loses_nothing(
    later: Any, minutes: int, seconds: int, opens: bool
) -> None:
    """Facts §8, case 7; unlike ACE, the application survives."""
    applicant = Applicant("IDENTIFIED")
    code = factories.code_for(applicant.application)
    later(minutes=minutes, seconds=seconds)
    answer = applicant.post("code", code=code)
    if opens:
        assert answer.status_code == 302
        return
    assert "expired" in errors(answer)[0] and "Send a new code" in errors(answer)[0]
    assert applicant.post("new-code").status_code == 302
    assert applicant.post("code", code=factories.code_for(applicant.application)).status_code == 302
    assert applicant.status() == "VERIFIED"


def test_every_refusal_has_its_own_sentence_and_keeps_what_was_typed(later: Any) -> None:
    applicant = Applicant("IDENTIFIED")
    first = factories.code_for(applicant.application)
    said = [applicant.post("code", code=wrong(first))]
    later(seconds=61)
    applicant.post("new-code")
    second = factories.code_for(applicant.application)
    assert first != second
    said.append(applicant.post("code", code=first))
    said += [applicant.post("code", code=wrong(first, second)) for _ in range(4)]
    said.append(applicant.post("code", code=second))
    lines = [errors(answer)[0] for answer in said]
    for line, words in zip(
        lines,
        ["4 tries left", "earlier code", "3 tries", "2 tries", "1 try left", "last try", "five times"],
        strict=True,
    ):
        assert words in line
    assert len(set(lines)) == 7
    assert f'value="{second}"' in said[-1].content.decode()
    assert applicant.status() == "IDENTIFIED"


def test_a_code_of_an_earlier_attempt_does_not_open_the_next_one(later: Any) -> None:
    """Facts §8, case 8."""
    record = factories.ImporterRecordFactory.create()
    first = Applicant("IDENTIFIED", record)
    code = factories.code_for(first.application)
    later(seconds=61)
    second = Applicant("IDENTIFIED", record)
    if code != factories.code_for(second.application):
        assert "not right" in errors(second.post("code", code=code))[0]
    assert second.status() == "IDENTIFIED"


def test_another_browser_needs_a_code_of_its_own(later: Any) -> None:
    applicant = Applicant("IDENTIFIED")
    code = factories.code_for(applicant.application)
    other = Client(REMOTE_ADDR="10.4.4.4")
    assert other.get(f"/apply/importer/{applicant.application.draft_token}/", follow=True).status_code == 200
    answer = other.post(url(applicant.application, "code"), {"code": code})
    assert "another browser" in errors(answer)[0]
    later(seconds=61)
    other.post(url(applicant.application, "new-code"))
    answer = other.post(url(applicant.application, "code"), {"code": factories.code_for(applicant.application)})
    assert answer.status_code == 302


def test_a_new_code_can_be_asked_for_once_a_minute(later: Any) -> None:
    applicant = Applicant("IDENTIFIED")
    answer = applicant.client.post(url(applicant.application, "new-code"), follow=True)
    assert "You can ask for another one in 1 minute" in answer.content.decode()
    later(seconds=60)
    answer = applicant.client.post(url(applicant.application, "new-code"), follow=True)
    assert "A new code is on its way" in answer.content.decode()
    assert Message.objects.filter(template="importers/code").count() == 2
    assert Event.objects.filter(kind="importers.code_sent").count() == 2


def test_no_new_code_is_sent_once_one_was_accepted(later: Any) -> None:
    applicant = Applicant()
    later(minutes=2)
    answer = applicant.client.post(url(applicant.application, "new-code"), follow=True)
    assert "accepted already" in answer.content.decode()
    assert answer.redirect_chain[-1][0] == url(applicant.application, "details")
    assert Message.objects.filter(template="importers/code").count() == 1


def test_ten_wrong_codes_pause_the_address_with_neutral_words(later: Any) -> None:
    applicant = Applicant("IDENTIFIED")
    for _ in range(2):
        code = factories.code_for(applicant.application)
        for _ in range(5):
            applicant.post("code", code=wrong(code))
        later(seconds=61)
        applicant.post("new-code")
    answer = applicant.post("code", code=factories.code_for(applicant.application))
    assert "Too many codes were tried" in errors(answer)[0] and "nothing you typed is lost" in errors(answer)[0]
    later(hours=1)
    applicant.post("new-code")
    assert applicant.post("code", code=factories.code_for(applicant.application)).status_code == 302


def test_a_contact_whose_limit_is_reached_still_lets_an_application_begin(later: Any, client: Client) -> None:
    record = factories.ImporterRecordFactory.create()
    Applicant("IDENTIFIED", record)
    answer = identify(client, record)
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert "A code was sent to this address a short while ago" in page.content.decode()
    assert "No code is waiting to be typed" in text_of(page)
    later(seconds=61)
    application = ImporterApplication.objects.get(applicant_email="toni@trade.example")
    client.post(url(application, "new-code"))
    assert client.post(url(application, "code"), {"code": factories.code_for(application)}).status_code == 302


def test_the_applicants_mailbox_is_not_flooded_with_links(later: Any) -> None:
    """Five an hour to one mailbox, however it is spelled; the pages work without."""
    spellings = ["jo@trade.example", "Jo@trade.example", "jo+1@trade.example", "JO+x@TRADE.example"]
    for number in range(8):
        Applicant("IDENTIFIED", email=spellings[number % 4])
    assert Message.objects.filter(template="importers/continue").count() == 5


def test_the_same_browser_gets_its_draft_back(client: Client, later: Any) -> None:
    record = factories.ImporterRecordFactory.create()
    first = identify(client, record)
    later(minutes=20)
    assert identify(client, record)["Location"] == first["Location"]
    assert only_application().status == "IDENTIFIED"
    assert Message.objects.count() == 2


def test_the_code_leaves_no_trace_once_it_was_sent(mailbox: Any) -> None:
    applicant = Applicant("IDENTIFIED")
    (letter,) = mailbox(applicant.record.point_of_contact_email)
    kept = Message.objects.get(template="importers/code")
    assert (kept.status, kept.body) == ("SENT", "")
    for event in Event.objects.all():
        assert letter.code not in f"{event.summary}{event.before}{event.after}"


def test_an_expired_code_is_not_sent(mailbox: Any, later: Any) -> None:
    applicant = Applicant("IDENTIFIED")
    later(minutes=10)
    assert mailbox(applicant.record.point_of_contact_email) == []
    kept = Message.objects.get(template="importers/code")
    assert (kept.status, kept.body) == ("EXPIRED", "")


@pytest.mark.parametrize("screen", ["resume", "code", "details", "answers"])
def test_each_page_leads_to_where_the_application_stands(screen: str) -> None:
    waiting, verified = Applicant("IDENTIFIED"), Applicant()
    if screen != "code":
        assert waiting.get(screen)["Location"] == url(waiting.application, "code")
    if screen != "details":
        assert verified.get(screen)["Location"] == url(verified.application, "details")
    submitted = factories.application_submitted()
    assert Client().get(url(submitted, screen))["Location"] == url(submitted, "status")


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
@pytest.mark.parametrize("screen", ["resume", "code", "new-code", "details", "draft", "answers", "status", "withdraw"])
def test_other_methods_are_refused(method: str, screen: str) -> None:
    assert getattr(Client(), method)(url(factories.application_submitted(), screen)).status_code == 405


@pytest.mark.parametrize("screen", ["new-code", "draft"])
def test_what_only_a_button_may_do_is_not_done_by_a_link(screen: str) -> None:
    applicant = Applicant("IDENTIFIED")
    assert applicant.get(screen).status_code == 405
    assert Message.objects.filter(template="importers/code").count() == 1


def test_reading_the_first_screen_sends_nothing(client: Client) -> None:
    assert client.get("/apply/importer/").status_code == 200
    assert client.get("/apply/importer/?company_name=x").status_code == 200
    assert Message.objects.count() == 0


TOKENS = ["A" * 22, "A" * 21, "A" * 23, "%00" * 22, "..%2f..%2fetc%2fpasswd", "😀" * 22, "A" * 21 + "'"]
PAGES = [
    "apply/importer/{}/",
    "apply/importer/{}/code/",
    "apply/importer/{}/code/new/",
    "apply/importer/{}/details/",
    "apply/importer/{}/draft/",
    "apply/importer/{}/answers/",
    "status/{}/",
    "status/{}/withdraw/",
]


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("screen", PAGES)
def test_a_wrong_link_is_not_found(client: Client, screen: str, token: str) -> None:
    address = "/" + screen.format(token)
    expected = (404, 400) if "%00" in token else (404,)
    posted = client.post(address).status_code
    assert posted in expected or (posted == 405 and screen == PAGES[0])
    if "new" not in screen and "draft" not in screen:
        assert client.get(address).status_code in expected


def test_the_status_link_does_not_open_the_form_nor_the_other_way_round(client: Client) -> None:
    draft, submitted = factories.application_verified(), factories.application_submitted()
    assert client.get(f"/status/{draft.status_token}/").status_code == 404, "a draft has no status page"
    assert client.get(f"/status/{submitted.draft_token}/").status_code == 404
    assert client.get(f"/apply/importer/{submitted.status_token}/details/").status_code == 404
