"""Outgoing messages and events at the desk: found, read, sent again; secrets and tokens never shown."""

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.core.models import Event, Message
from ace_portal.core.refs import ref
from ace_portal.core.tokens import link_token
from tests import factories
from tests.desk.conftest import listed, words
from tests.harness.mail import Postman
from tests.harness.queries import assert_constant_queries
from tests.harness.tasks import Worker

pytestmark = pytest.mark.django_db
MESSAGES = reverse("admin:core_message_changelist")
EVENTS = reverse("admin:core_event_changelist")


def page_of(row: Message | Event) -> str:
    return reverse(f"admin:core_{row._meta.model_name}_change", args=[row.pk])


def given_up(template: str = "importers/submitted", **changes: object) -> Message:
    """A message about a submitted application that the portal gave up."""
    application = factories.application_submitted()
    message = Message.objects.get(about=ref(application), template=template)
    facts = {"status": "FAILED", "attempts": 9, "last_error": "the mail server refused the recipient (550)", **changes}
    Message.objects.filter(pk=message.pk).update(**facts)
    message.refresh_from_db()
    return message


def test_failed_messages_are_found_with_one_click(desk: Client) -> None:
    message = given_up()
    page = desk.get(MESSAGES, {"status__exact": "FAILED"})
    assert listed(page) == [message.subject]
    for shown in ("Could not be sent", "9", "the mail server refused the recipient (550)", message.to_address):
        assert shown in words(page)
    assert "?status__exact=FAILED" in desk.get(MESSAGES).content.decode()


def test_a_waiting_message_shows_its_next_try_and_an_ended_one_does_not(desk: Client) -> None:
    waiting = Message.objects.get(about=ref(factories.application_submitted()), template="importers/submitted")
    assert "Next try: –" not in words(desk.get(page_of(waiting)))
    assert "Next try: –" in words(desk.get(page_of(given_up())))


def test_search_by_address_and_subject(desk: Client) -> None:
    message = given_up()
    given_up()
    assert message.subject in listed(desk.get(MESSAGES, {"q": message.to_address}))
    assert listed(desk.get(MESSAGES, {"q": message.subject})) == [message.subject]


def test_an_ordinary_text_is_shown_without_the_tokens_of_its_links(desk: Client) -> None:
    message = given_up()
    token = link_token()
    text = f"Where it stands:\nhttp://testserver/status/{token}/\nhttp://testserver/status/{token}?page=2\nGood-bye."
    Message.objects.filter(pk=message.pk).update(secret=False, body=text)
    page = words(desk.get(page_of(message)))
    assert token not in page
    assert "Where it stands: http://testserver/status/…/ http://testserver/status/…?page=2 Good-bye." in page


def test_a_secret_text_is_never_shown(desk: Client) -> None:
    application = factories.application_started()
    message = Message.objects.get(about=ref(application), template="importers/code")
    code = factories.code_for(application)
    page = desk.get(page_of(message)).content.decode()
    assert code not in page
    assert "it carries a secret for the person it is addressed to" in page


def test_a_message_links_to_what_it_is_about(desk: Client) -> None:
    message = given_up()
    application = message.about.rpartition(":")[2]
    assert (
        f'href="/admin/importers/importerapplication/{application}/change/"'
        in desk.get(page_of(message)).content.decode()
    )


def test_a_message_about_a_draft_links_nowhere(desk: Client) -> None:
    message = Message.objects.get(about=ref(factories.application_started()), template="importers/code")
    page = desk.get(page_of(message)).content.decode()
    assert "importerapplication/" not in page.replace('href="/admin/importers/importerapplication/"', "")


def test_send_again_sends_it(desk: Client, worker: Worker, postman: Postman) -> None:
    message = given_up()
    worker.run()
    already = len(postman.letters_to(message.to_address))
    assert "Send again" in words(desk.get(page_of(message)))
    answer = desk.post(reverse("admin:core_message_send_again", args=[message.pk]), follow=True)
    assert "is in the outbox again" in words(answer)
    assert "Send again" not in words(answer)
    worker.run()
    assert len(postman.letters_to(message.to_address)) == already + 1


def test_send_again_is_for_messages_that_were_given_up(desk: Client) -> None:
    message = Message.objects.get(about=ref(factories.application_submitted()), template="importers/submitted")
    assert "Send again" not in words(desk.get(page_of(message)))
    answer = desk.post(reverse("admin:core_message_send_again", args=[message.pk]), follow=True)
    assert "was not given up" in words(answer)
    assert Message.objects.get(pk=message.pk).attempts == 0


def test_a_secret_that_was_given_up_says_how_to_go_on(desk: Client) -> None:
    message = given_up("importers/code", body="")
    page = words(desk.get(page_of(message)))
    assert "it cannot be sent again" in page
    answer = desk.post(reverse("admin:core_message_send_again", args=[message.pk]), follow=True)
    assert "Nothing was sent." in words(answer)


def test_opening_the_buttons_address_sends_nothing(desk: Client) -> None:
    message = given_up()
    desk.get(reverse("admin:core_message_send_again", args=[message.pk]))
    message.refresh_from_db()
    assert message.status == "FAILED"


def test_events_are_found_by_reference_and_kind(desk: Client) -> None:
    application, other = factories.application_submitted(), factories.application_rejected()
    found = listed(desk.get(EVENTS, {"q": application.reference.lower()}))
    assert found == ["Application submitted", "Verification code accepted", *found[2:]]
    assert len(found) == Event.objects.filter(subject=ref(application)).count() == 4
    assert len(listed(desk.get(EVENTS, {"q": ref(other)}))) == Event.objects.filter(subject=ref(other)).count()
    assert len(listed(desk.get(EVENTS, {"kind": "importers.submitted"}))) == 2


@pytest.mark.parametrize(("when", "found"), [("day", 1), ("week", 2), ("month", 3), ("nonsense", 4)])
def test_events_by_recency_follow_the_simulated_clock(desk: Client, rehearsal: None, when: str, found: int) -> None:
    from datetime import timedelta

    from ace_portal.core import clock

    clock.move(timedelta(days=400))
    Event.objects.all().delete()
    for days in (0, 3, 20, 100):
        Event.objects.create(at=clock.now() - timedelta(days=days), kind="test.event", summary=f"{days} days ago")
    assert len(listed(desk.get(EVENTS, {"when": when}))) == found


def test_an_event_says_who_decided_what_on_which_row(desk: Client) -> None:
    application = factories.application_rejected()
    event = Event.objects.get(kind="importers.rejected")
    answer = desk.get(page_of(event))
    assert "Not approved: What was submitted does not match the 5106 record" in words(answer)
    assert f"/admin/importers/importerapplication/{application.pk}/change/" in answer.content.decode()


def test_an_event_about_something_without_a_page_shows_its_name(desk: Client) -> None:
    event = Event.objects.create(at=Event.objects.earliest("at").at, kind="x.y", summary="Odd", subject="gone.model:7")
    assert "gone.model:7" in words(desk.get(page_of(event)))


@pytest.mark.parametrize("address", [MESSAGES, EVENTS])
def test_the_lists_take_the_same_queries_for_ten_and_for_a_thousand(desk: Client, address: str) -> None:
    application = factories.application_submitted()
    message = Message.objects.get(about=ref(application), template="importers/submitted")
    event = Event.objects.filter(subject=ref(application)).first()
    assert event is not None

    def grow(count: int) -> None:
        at = Message.objects.count()
        for copy in (message, event):
            copy.pk = None
        Message.objects.bulk_create(
            Message(
                to_address="a@b.example",
                subject="Many",
                body="x",
                message_id=f"<{at + number}>",
                created_at=event.at,
                next_attempt_at=event.at,
            )
            for number in range(count)
        )
        Event.objects.bulk_create(
            Event(at=event.at, kind="many.events", summary="Many", by=event.by) for _ in range(count)
        )

    assert assert_constant_queries(desk, address, grow) < 15
