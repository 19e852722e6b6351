"""The outbox and its workers: several at once, and workers that die at the worst moment."""

import os
import signal
import subprocess
import sys
import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections

from ace_portal.core import clock, mail
from ace_portal.core.models import Message
from tests.core.test_mail import queue, state
from tests.harness.tasks import ROOT, environment, until
from tests.harness.threads import together

pytestmark = pytest.mark.django_db(transaction=True)

AFTER_THE_LEASE = mail.LEASE + timedelta(seconds=1)


@pytest.mark.concurrency(sqlite=True)
def test_many_workers_send_one_message_once(postman: Any) -> None:
    message = queue()
    results = together(*[lambda: mail.deliver(message.pk)] * 6)
    assert sorted(results) == [False] * 5 + [True]
    assert len(postman.letters) == postman.attempts == 1
    assert (state(message), message.attempts) == ("SENT", 1)


@pytest.mark.concurrency(sqlite=True)
def test_sweeps_and_nudges_at_once_send_each_message_once(postman: Any) -> None:
    messages = [queue(to=f"person{number}@trade.example") for number in range(5)]
    together(mail.sweep, mail.sweep, *[lambda pk=message.pk: mail.deliver(pk) for message in messages])
    assert sorted(letter.to for letter in postman.letters) == [message.to_address for message in messages]


@pytest.mark.concurrency(sqlite=True)
def test_one_dedupe_key_is_one_message_however_many_ask(postman: Any) -> None:
    rows = together(*[lambda: queue(dedupe_key="the same")] * 4)
    assert len({row.pk for row in rows}) == Message.objects.count() == 1


def in_background(function: Any) -> tuple[threading.Thread, list[Any]]:
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(function())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, results


def test_a_message_in_hand_is_left_alone_until_its_lease_ends(postman: Any) -> None:
    message = queue()
    postman.hold()
    thread, results = in_background(lambda: mail.deliver(message.pk))
    postman.wait_until_holding()
    assert state(message) == "SENDING" and message.leased_until > clock.real_now()
    assert mail.sweep() == 0 and not mail.deliver(message.pk)
    postman.release()
    thread.join(60)
    assert results == [True] and len(postman.letters) == 1


def test_a_worker_that_comes_back_after_its_lease_does_not_overwrite_the_outcome(postman: Any) -> None:
    message = queue()
    postman.hold()
    thread, results = in_background(lambda: mail.deliver(message.pk))
    postman.wait_until_holding()
    other = uuid.uuid4()
    Message.objects.filter(pk=message.pk).update(lease=other)
    postman.release()
    thread.join(60)
    assert results == [False]
    assert state(message) == "SENDING" and message.lease == other


def test_a_worker_that_died_after_the_last_word_sends_the_same_letter_again(postman: Any) -> None:
    """Between the server's "250" and the row lies a moment nobody can close: the second copy has the same Message-ID."""
    message = queue()
    mail.deliver(message.pk)
    Message.objects.filter(pk=message.pk).update(
        status="SENDING", sent_at=None, lease=uuid.uuid4(), leased_until=clock.real_now() - timedelta(seconds=1)
    )
    assert mail.sweep() == 1
    first, second = postman.letters
    assert first.message_id == second.message_id == message.message_id


def test_a_worker_killed_between_commit_and_mail_server_loses_nothing(postman: Any) -> None:
    """A real process writes a message, commits, and is killed before it can tell anybody."""
    program = """
import os, signal, django
django.setup()
from django.db import transaction
from accounts.models import User
from ace_portal.core import mail
with transaction.atomic():
    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
    mail.queue("accounts/account_id", to="toni@trade.example", context={"user": User(), "days": 1})
"""
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment(), check=False)
    assert ended.returncode == -signal.SIGKILL
    assert state(Message.objects.get()) == "QUEUED" and postman.letters == []
    assert mail.sweep() == 1 and mail.sweep() == 0
    assert len(postman.letters) == 1


def test_a_worker_killed_in_the_middle_of_the_conversation_loses_nothing(workers: Any, postman: Any) -> None:
    process = workers.start()
    postman.hold()
    message = queue()
    postman.wait_until_holding(120)
    assert state(message) == "SENDING"
    workers.kill(process)
    postman.release()
    assert mail.sweep() == 0, "the lease of the dead worker still runs"
    with time_machine.travel(clock.real_now() + AFTER_THE_LEASE):
        assert mail.sweep() == 1 and mail.sweep() == 0
    assert (state(message), message.attempts) == ("SENT", 2)
    assert len(postman.letters) == 1


def test_a_new_worker_sends_what_waited_while_there_was_none(workers: Any, postman: Any) -> None:
    messages = [queue(to=f"person{number}@trade.example") for number in range(3)]
    workers.start()
    until(lambda: len(postman.letters) >= 3, "the letters arrive", timeout=120)
    until(lambda: all(state(message) == "SENT" for message in messages), "their outcome is written")
    assert sorted(letter.to for letter in postman.letters) == [message.to_address for message in messages]
    assert os.getpid() not in {process.pid for process in workers.running}
