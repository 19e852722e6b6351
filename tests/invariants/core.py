"""Rows of the ground floor (core, verification, mailroom), and every way to break what the database promises of them."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F

from accounts.models import User
from ace_portal.core import clock, mail
from ace_portal.core.models import SimulationClock
from mailroom.models import Letter
from tests import factories
from tests.invariants.rows import Changes, Row
from verification import challenges, codes, factors, links, throttles
from verification.models import BackupCode, ChallengeAnswer, OneTimeLink, Throttle, VerificationCode


def _message() -> Row:
    with transaction.atomic():
        return mail.queue(
            "accounts/account_id", to="toni@trade.example", context={"user": User(), "days": 1}, dedupe_key="one"
        )


def _code() -> Row:
    codes.issue("test", address="pat@importer.example", bound_to=factories.person(), browser="one", ip="10.0.0.1")
    return VerificationCode.objects.get()


def _throttle() -> Row:
    throttles.take("test", "key", (throttles.Rule(1, codes.HOUR),), sentence="")
    return Throttle.objects.get()


def _backup_code() -> Row:
    factors.new_backup_codes(factories.person())
    return BackupCode.objects.first()


def _challenge_answer() -> Row:
    challenges.set_answers(factories.person(), [(code, "An answer") for code in list(challenges.QUESTIONS)[:5]])
    return ChallengeAnswer.objects.first()


def _link() -> Row:
    links.issue("test", user=factories.person(), lives=codes.HOUR)
    return OneTimeLink.objects.get()


def _without_position_four(row: Row) -> Row:
    type(row).objects.filter(user=row.user, position=4).delete()
    return row


ROWS: dict[str, Callable[[], Row]] = {
    "core.SimulationClock": lambda: SimulationClock.objects.create(pk=1),
    "core.Message": _message,
    "verification.VerificationCode": _code,
    "verification.Throttle": _throttle,
    "verification.BackupCode": _backup_code,
    "verification.ChallengeAnswer": _challenge_answer,
    "verification.OneTimeLink": _link,
    "mailroom.Letter": lambda: Letter.objects.create(
        to_address="toni@trade.example", subject="S", body="B", message_id="<1@x>", sent_at=clock.now()
    ),
}
COPIES: dict[str, Callable[[Row], dict[str, Any]]] = {
    "one_live_code": lambda row: {"digest": "0" * 64},
    "one_challenge_a_position": lambda row: {"question": "winter-memory"},
    "challenge_questions_differ": lambda row: {"position": 4},
    "letter_once_per_mailbox": lambda row: {"subject": "Another"},
}
SOURCES: dict[str, Callable[[], Row]] = {
    "challenge_questions_differ": lambda: _without_position_four(ROWS["verification.ChallengeAnswer"]()),
}
BREAKS: dict[str, list[tuple[Callable[[], Row], Changes]]] = {
    "one_simulation_clock": [(ROWS["core.SimulationClock"], [{"id": 2}])],
    "message_sent_has_time": [(ROWS["core.Message"], [{"status": "SENT"}, {"sent_at": clock.now}])],
    "message_sending_has_lease": [
        (ROWS["core.Message"], [{"status": "SENDING"}, {"lease": uuid4}, {"leased_until": clock.now}])
    ],
    "message_secret_is_erased": [
        (
            ROWS["core.Message"],
            [{"secret": True, "status": "SENT", "sent_at": clock.now}, {"secret": True, "status": "EXPIRED"}],
        )
    ],
    "code_lives_a_while": [(ROWS["verification.VerificationCode"], [{"expires_at": F("created_at")}])],
    "five_challenge_questions": [(ROWS["verification.ChallengeAnswer"], [{"position": 0}, {"position": 6}])],
}
