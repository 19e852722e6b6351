"""The mailroom's mail server keeps what is sent, once, readable, and only what a real one would take."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage, get_connection
from django.core.mail.message import BadHeaderError
from django.db import DatabaseError, IntegrityError, connection, transaction

from ace_portal.core import clock, mail
from ace_portal.core.models import Message
from mailroom.models import Letter
from tests import factories
from tests.harness.tasks import Worker

pytestmark = pytest.mark.django_db

BACKEND = "mailroom.backend.EmailBackend"


def message(to: tuple[str, ...] = ("ada@trade.example",), **facts: str) -> EmailMessage:
    known = {"subject": "Hello", "body": "First line\n\n    123456\n", "message_id": "<1@portal.example>", **facts}
    return EmailMessage(known["subject"], known["body"], to=list(to), headers={"Message-ID": known["message_id"]})


def test_a_message_becomes_a_letter_with_its_text() -> None:
    assert get_connection(BACKEND).send_messages([message()]) == 1
    letter = Letter.objects.get()
    assert (letter.to_address, letter.subject) == ("ada@trade.example", "Hello")
    assert letter.body == "First line\n\n    123456\n"
    assert letter.message_id == "<1@portal.example>"
    assert abs(letter.sent_at - clock.now()) < timedelta(minutes=1)


def test_each_recipient_gets_a_letter() -> None:
    sent = message(("ada@trade.example", "bob@trade.example"))
    sent.bcc = ["ada@trade.example"]
    assert get_connection(BACKEND).send_messages([sent]) == 1
    assert sorted(Letter.objects.values_list("to_address", flat=True)) == ["ada@trade.example", "bob@trade.example"]


def test_a_delivery_that_is_repeated_leaves_one_letter() -> None:
    server = get_connection(BACKEND)
    assert server.send_messages([message()]) == 1
    assert server.send_messages([message(body="the same message once more")]) == 1
    assert Letter.objects.get().body.startswith("First line")


def test_one_letter_per_message_and_mailbox_holds_in_the_database() -> None:
    get_connection(BACKEND).send_messages([message()])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO mailroom_letter (to_address, subject, body, message_id, sent_at) "
            "SELECT to_address, subject, body, message_id, sent_at FROM mailroom_letter"
        )


def test_a_header_that_no_server_takes_is_refused() -> None:
    with pytest.raises(BadHeaderError):
        get_connection(BACKEND).send_messages([message(subject="Hello\nBcc: everybody@trade.example")])
    assert not Letter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_broken_table_is_reported_so_that_the_outbox_tries_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE mailroom_letter RENAME TO mailroom_letter_gone")
    try:
        with pytest.raises(DatabaseError):
            get_connection(BACKEND).send_messages([message()])
        assert get_connection(BACKEND, fail_silently=True).send_messages([message()]) == 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE mailroom_letter_gone RENAME TO mailroom_letter")


def test_the_outbox_delivers_into_the_mailroom_and_forgets_the_secret(rehearsal: None, worker: Worker) -> None:
    application = factories.application_started()
    code = factories.code_for(application)
    worker.run()
    contact = application.record.point_of_contact_email
    assert code in Letter.objects.get(to_address=contact).body
    queued = Message.objects.get(to_address=contact)
    assert (queued.status, queued.body) == (Message.Status.SENT, "")


def test_a_worker_that_vanished_after_handing_over_leaves_one_letter(rehearsal: None, worker: Worker) -> None:
    application = factories.application_started()
    worker.run()
    to = application.applicant_email
    letter = Letter.objects.get(to_address=to)
    late = clock.real_now() - timedelta(seconds=1)
    Message.objects.filter(to_address=to).update(
        status=Message.Status.SENDING, sent_at=None, lease="0" * 32, leased_until=late
    )
    assert mail.sweep() == 1
    assert Letter.objects.get(to_address=to) == letter
