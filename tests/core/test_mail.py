"""The outbox: what is decided is mailed, once; what is undone is not; nothing secret stays behind."""

from datetime import timedelta
from smtplib import SMTPDataError
from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, transaction
from django.test import Client

from accounts.models import User
from ace_portal.core import clock, mail
from ace_portal.core.models import Message
from tests import factories
from tests.harness.moving_time import later
from tests.harness.tasks import use_broker

__all__ = ["later"]

DAY = timedelta(days=1)


def queue(to: str = "toni@trade.example", **facts: Any) -> Message:
    """A message of a real template in the outbox."""
    with transaction.atomic():
        return mail.queue("accounts/account_id", to=to, context={"user": User(account_id="Qx7"), "days": 21}, **facts)


def state(message: Message) -> str:
    message.refresh_from_db()
    return str(message.status)


# --- In the transaction of the decision -------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_message_is_a_row_first_and_a_letter_after(mailbox: Any) -> None:
    user = factories.person()
    message = queue(about=user)
    assert (state(message), message.attempts, message.about) == ("QUEUED", 0, f"accounts.user:{user.pk}")
    (letter,) = mailbox("toni@trade.example")
    assert letter.subject == "Your ACE Portal Account ID" and "Qx7" in letter.body
    assert letter.message_id == message.message_id and letter.message_id.endswith("@ace-simulator.example>")
    assert "does not come from U.S. Customs and Border Protection" in letter.body
    assert (state(message), message.attempts, message.last_error) == ("SENT", 1, "")
    assert message.sent_at is not None and message.body != "", "what is no secret can be read again"


@pytest.mark.django_db(transaction=True)
def test_a_decision_that_is_rolled_back_sends_nothing(mailbox: Any, worker: Any) -> None:
    with pytest.raises(RuntimeError, match="changed my mind"), transaction.atomic():
        mail.queue("accounts/account_id", to="toni@trade.example", context={"user": User(), "days": 1})
        raise RuntimeError("changed my mind")
    assert mailbox("toni@trade.example") == [] and worker.sweep() == 0
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_message_belongs_to_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="in the transaction of the decision"):
        mail.queue("accounts/account_id", to="toni@trade.example")


@pytest.mark.django_db(transaction=True)
def test_the_same_message_is_queued_once(mailbox: Any) -> None:
    first, second = queue(dedupe_key="a"), queue(to="other@trade.example", dedupe_key="a")
    assert first == second and queue(dedupe_key="b") != first
    assert len(mailbox("toni@trade.example")) == 2 and mailbox("other@trade.example") == []


@pytest.mark.django_db
def test_a_template_begins_with_its_subject() -> None:
    with pytest.raises(ValueError, match="must begin with a line 'Subject: …'"):
        mail.queue("footer", to="toni@trade.example")
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_a_subject_is_one_line_whatever_a_name_contains(mailbox: Any) -> None:
    record = factories.ImporterRecordFactory.create(company_name="Acme\r\nBcc: spy@evil.example")
    application = factories.application_approved(record, company_name="Acme Bcc: spy@evil.example")
    letters = mailbox(application.applicant_email)
    assert any(letter.subject.startswith("Welcome to the ACE Portal: the account of Acme") for letter in letters)
    assert mailbox("spy@evil.example") == []


# --- The broker is down -----------------------------------------------------------------------------------------
NO_BROKER: dict[str, tuple[str, dict[str, Any]]] = {
    "redis is down": ("redis://127.0.0.1:1/0", {"socket_connect_timeout": 0.5}),
    "no place for files": (
        "files://",
        dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), "/dev/null/x"),
    ),
}


@pytest.fixture
def broker_again() -> Any:
    yield
    use_broker("memory://", {})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", NO_BROKER)
def test_with_the_broker_down_a_page_answers_and_the_mail_goes_out_later(
    kind: str, worker: Any, postman: Any, broker_again: None
) -> None:
    application = factories.application_filled_in()
    worker.run()
    use_broker(*NO_BROKER[kind])
    began = clock.real_now()
    answer = Client().post(f"/apply/importer/{application.draft_token}/answers/")
    assert clock.real_now() - began < timedelta(seconds=3)
    assert (answer.status_code, answer["Location"]) == (302, f"/status/{application.status_token}/")
    message = Message.objects.get(template="importers/submitted")
    assert state(message) == "QUEUED"
    use_broker("memory://", {})
    assert worker.sweep() == 1
    assert postman.letters_to(application.applicant_email)[-1].message_id == message.message_id
    assert worker.sweep() == 0


# --- The mail server is down, or refuses ------------------------------------------------------------------------
@pytest.mark.django_db
def test_with_the_mail_server_down_a_message_is_tried_again_later_and_later(
    later: Any, worker: Any, postman: Any
) -> None:
    message = queue()
    postman.down()
    waits = [10, 30, 60, 120, 300, 900, 3600, 3600]
    worker.run()
    for number, wait in enumerate(waits, start=1):
        assert (state(message), message.attempts) == ("QUEUED", number)
        assert message.last_error.startswith("ConnectionRefusedError")
        assert (message.next_attempt_at - later()).total_seconds() == wait
        later(seconds=wait - 1)
        assert worker.sweep() == 0 and state(message) == "QUEUED" and message.attempts == number
        later(seconds=1)
        worker.sweep()
    postman.up()
    later(hours=1)
    assert worker.sweep() == 1
    assert (state(message), message.attempts, message.last_error) == ("SENT", 10, "")
    assert len(postman.letters) == 1


@pytest.mark.django_db
def test_a_server_that_answers_later_gets_the_message_again(later: Any, worker: Any, postman: Any) -> None:
    message = queue()
    postman.refuse("toni@trade.example", "450 greylisted, your code was 123456")
    worker.run()
    assert (state(message), message.last_error) == ("QUEUED", "the mail server refused the recipient (450)")
    postman.refuse("toni@trade.example", "")
    later(seconds=10)
    assert worker.sweep() == 1 and state(message) == "SENT"


@pytest.mark.django_db
@pytest.mark.parametrize("worthless_soon", [True, False])
def test_a_refused_recipient_ends_the_message_without_the_servers_words(
    later: Any, worker: Any, postman: Any, worthless_soon: bool
) -> None:
    """The desk can send it again, unless it carries a secret that runs out."""
    expires_at = clock.now() + timedelta(minutes=10) if worthless_soon else None
    message = queue(secret=True, expires_at=expires_at)
    postman.refuse("toni@trade.example", "550 no mailbox for secret Qx7")
    worker.run()
    assert (state(message), message.last_error) == ("FAILED", "the mail server refused the recipient (550)")
    assert (message.body == "") is worthless_soon
    assert mail.send_again(message, by=None) is not worthless_soon
    postman.refuse("toni@trade.example", "")
    worker.run()
    assert state(message) == ("FAILED" if worthless_soon else "SENT")
    assert message.body == "" and len(postman.letters) == (0 if worthless_soon else 1)


class FullDisk(BaseEmailBackend):
    """A mail room whose database is out of order."""

    def send_messages(self, email_messages: Any) -> int:
        raise OperationalError("disk full while writing: secret Qx7")


class Moody(BaseEmailBackend):
    """A mail server that refuses the text of a letter, quoting it."""

    def send_messages(self, email_messages: Any) -> int:
        raise SMTPDataError(554, b"spam: your code 123456")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("backend", "said"), [("FullDisk", "OperationalError: no connection"), ("Moody", "the mail server answered 554")]
)
def test_whatever_fails_is_told_without_quoting(worker: Any, settings: Any, backend: str, said: str) -> None:
    settings.EMAIL_BACKEND = f"tests.core.test_mail.{backend}"
    message = queue()
    worker.run()
    assert (state(message), message.last_error) == ("QUEUED", said)


@pytest.mark.django_db
def test_an_address_that_no_mail_can_carry_ends_the_message(worker: Any, postman: Any) -> None:
    message = queue(to="toni@trade.example\nBcc: spy@evil.example")
    worker.run()
    assert state(message) == "FAILED" and postman.letters == []


@pytest.mark.django_db
def test_after_three_days_a_message_is_given_up_and_can_be_sent_again(later: Any, worker: Any, postman: Any) -> None:
    message = queue()
    postman.down()
    worker.run()
    later(days=3, seconds=-1)
    worker.sweep()
    assert state(message) == "QUEUED"
    later(hours=2)
    worker.sweep()
    assert state(message) == "FAILED" and message.body
    postman.up()
    later(days=1)
    assert worker.sweep() == 0
    assert mail.send_again(message, by=None) and not mail.send_again(message, by=None)
    worker.run()
    assert state(message) == "SENT" and len(postman.letters) == 1
    assert not mail.send_again(message, by=None), "what was sent is not sent again"


# --- Secrets and expiry -----------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_secret_is_erased_as_soon_as_it_is_sent(mailbox: Any) -> None:
    message = queue(secret=True)
    assert "Qx7" in Message.objects.get().body
    (letter,) = mailbox("toni@trade.example")
    assert "Qx7" in letter.body
    assert (state(message), message.body) == ("SENT", "")


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["nudge", "sweep", "retry"])
def test_what_has_expired_is_not_sent_and_its_secret_is_erased(later: Any, worker: Any, postman: Any, way: str) -> None:
    message = queue(secret=True, expires_at=clock.now() + timedelta(minutes=10))
    if way == "retry":
        postman.down()
        worker.run()
        assert (state(message), bool(message.body)) == ("QUEUED", True)
        postman.up()
    later(minutes=10)
    worker.run() if way == "nudge" else worker.sweep()
    assert (state(message), message.body) == ("EXPIRED", "")
    assert postman.letters == [] and worker.sweep() == 0


@pytest.mark.django_db
def test_a_second_before_it_expires_it_is_sent(later: Any, mailbox: Any) -> None:
    queue(expires_at=clock.now() + timedelta(minutes=10))
    later(minutes=9, seconds=59)
    assert len(mailbox("toni@trade.example")) == 1


@pytest.mark.django_db
def test_the_oldest_waiting_message_is_known(later: Any, worker: Any, postman: Any) -> None:
    assert mail.waiting_since() is None
    first = queue()
    later(minutes=5)
    queue()
    assert mail.waiting_since() == first.next_attempt_at
    worker.sweep()
    assert mail.waiting_since() is None


@pytest.mark.django_db
def test_a_sweep_takes_the_oldest_first_and_not_more_than_asked(later: Any, postman: Any) -> None:
    messages = []
    for number in range(4):
        messages.append(queue(to=f"person{number}@trade.example"))
        later(seconds=1)
    assert mail.sweep(limit=3) == 3
    assert [letter.to for letter in postman.letters] == [message.to_address for message in messages[:3]]


@pytest.mark.django_db
def test_nobody_sends_what_is_not_there_or_not_due(postman: Any) -> None:
    assert not mail.deliver(4711)
    message = queue()
    assert mail.deliver(message.pk) and not mail.deliver(message.pk)
    assert str(message) == "Your ACE Portal Account ID to toni@trade.example"
