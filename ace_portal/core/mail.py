"""The one door through which messages leave (docs/adr/0001-outbox.md).

`queue` writes a row in the caller's transaction. On commit a worker is nudged; it takes the row with a lease,
hands the message to the mail server and records the outcome. A sweep every few seconds picks up whatever no nudge
reached. A body that carries a secret is erased as soon as it is sent or has expired.
"""

import smtplib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import F
from django.template.context import Context
from django.template.loader import get_template

from ace_portal.core import clock, events
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from ace_portal.core.waking import wake

log = structlog.get_logger(__name__)

#: Longer than any conversation with a mail server can take (EMAIL_TIMEOUT for each of its steps).
LEASE = timedelta(minutes=2)
BACK_OFF = tuple(timedelta(seconds=s) for s in (10, 30, 60, 120, 300, 900, 3600))
GIVE_UP_AFTER = timedelta(days=3)


def queue(
    template: str,
    *,
    to: str,
    context: dict[str, Any] | None = None,
    about: models.Model | None = None,
    secret: bool = False,
    expires_at: datetime | None = None,
    dedupe_key: str | None = None,
) -> Message:
    """Write a message into the outbox and return its row.

    `template` names `templates/mail/<template>.txt`: a line "Subject: …", an empty line, the body. `secret` says that
    the body must not outlive the sending. `expires_at` (simulated time) is when it becomes worthless. With a
    `dedupe_key` a second call returns the first message. Raises RuntimeError outside of a transaction.
    """
    _in_transaction()
    if dedupe_key and (known := Message.objects.filter(dedupe_key=dedupe_key).first()):
        return known
    message = _written(template, to, context, about, dedupe_key)
    message.secret, message.expires_at = secret, expires_at
    if dedupe_key is None:
        message.save(force_insert=True)
    else:
        try:
            with transaction.atomic():
                message.save(force_insert=True)
        except IntegrityError:
            return Message.objects.get(dedupe_key=dedupe_key)
    pk = message.pk
    transaction.on_commit(lambda: nudge(pk))
    return message


def queue_many(template: str, messages: list[tuple[str, models.Model, str, dict[str, Any]]]) -> None:
    """Write many messages without a secret with one query; the sweep delivers them.

    `messages` are address, row it is about, dedupe key, context. One whose dedupe key is known is left out.
    """
    _in_transaction()
    Message.objects.bulk_create(
        (_written(template, to, context, about, key) for to, about, key, context in messages), ignore_conflicts=True
    )


#: Where `watching` collects what is written meanwhile, by this thread.
_watched: ContextVar[list[Message] | None] = ContextVar("watched", default=None)


@contextmanager
def watching() -> Iterator[list[Message]]:
    """The messages that are written inside of the block, in their order."""
    written: list[Message] = []
    token = _watched.set(written)
    try:
        yield written
    finally:
        _watched.reset(token)


def _in_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("a message is queued in the transaction of the decision it tells of")


def _written(
    template: str, to: str, context: dict[str, Any] | None, about: models.Model | None, dedupe_key: str | None
) -> Message:
    subject, body = _render(template, context or {})
    message = Message(
        to_address=to,
        template=template,
        subject=subject,
        body=body,
        about=ref(about) if about else "",
        dedupe_key=dedupe_key,
        message_id=f"<{uuid.uuid4().hex}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>",
        created_at=clock.now(),
        next_attempt_at=clock.real_now(),
    )
    watched = _watched.get()
    if watched is not None:
        watched.append(message)
    return message


def _render(template: str, context: dict[str, Any]) -> tuple[str, str]:
    source: Any = get_template(f"mail/{template}.txt")
    facts = {
        "SITE_URL": settings.SITE_URL,
        "SUPPORT_EMAIL": settings.SUPPORT_EMAIL,
        "SUPPORT_PHONE": settings.SUPPORT_PHONE,
        **context,
    }
    text = source.template.render(Context(facts, autoescape=False))
    first, _, body = text.lstrip().partition("\n")
    if not first.startswith("Subject: "):
        raise ValueError(f"mail/{template}.txt must begin with a line 'Subject: …'")
    return " ".join(first.removeprefix("Subject: ").split()), body.strip() + "\n"


def nudge(pk: int) -> None:
    """Tell a worker that a message waits. Never raises: the sweep finds what no nudge reached."""
    from ace_portal.core.tasks import deliver_message

    wake(deliver_message, pk)


def deliver(pk: int) -> bool:
    """Take a due message, hand it to the mail server, record the outcome. Returns whether it was sent here and now.

    Safe to call at any time from any number of workers: one conditional UPDATE decides who sends.
    """
    at, lease = clock.real_now(), uuid.uuid4()
    taken = (
        Message.objects.due(at)
        .filter(pk=pk)
        .update(status=Message.Status.SENDING, lease=lease, leased_until=at + LEASE, attempts=F("attempts") + 1)
    )
    if not taken:
        return False
    message = Message.objects.get(pk=pk)
    if message.expires_at and message.expires_at <= clock.now():
        _finish(message, status=Message.Status.EXPIRED)
        return False
    try:
        _send(message)
    except (ValueError, smtplib.SMTPRecipientsRefused) as error:
        # The address or a header can never be sent, or the server refused the recipient for good.
        if isinstance(error, smtplib.SMTPRecipientsRefused) and not _is_final(error):
            _fail(message, error)
        else:
            _finish(message, status=Message.Status.FAILED, last_error=_describe(error))
        return False
    except (OSError, DatabaseError) as error:
        _fail(message, error)
        return False
    return _finish(message, status=Message.Status.SENT, sent_at=clock.now(), last_error="")


def sweep(limit: int = 500) -> int:
    """Deliver every message that is due, oldest first, and return how many were sent."""
    due = Message.objects.due(clock.real_now()).order_by("next_attempt_at", "pk")
    return sum(deliver(pk) for pk in list(due.values_list("pk", flat=True)[:limit]))


def send_again(message: Message, *, by: Any) -> bool:
    """Put a message that was given up back into the queue. Returns False when there is nothing left to send."""
    with transaction.atomic():
        changed = (
            Message.objects.filter(pk=message.pk, status=Message.Status.FAILED)
            .exclude(body="")
            .update(status=Message.Status.QUEUED, next_attempt_at=clock.real_now(), created_at=clock.now())
        )
        if changed:
            events.record("core.message_sent_again", message, summary=f"“{message.subject}” is sent again"[:250], by=by)
            transaction.on_commit(lambda: nudge(message.pk))
    return bool(changed)


def waiting_since() -> datetime | None:
    """When (real time) the oldest message that should have left by now became due; None if none waits."""
    due = Message.objects.due(clock.real_now()).order_by("next_attempt_at")
    return due.values_list("next_attempt_at", flat=True).first()


def _send(message: Message) -> None:
    EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.to_address],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
    ).send()


def _finish(message: Message, **fields: Any) -> bool:
    # A message that failed for good may be sent again from the desk, unless it would have become worthless anyway.
    if message.secret and (fields["status"] != Message.Status.FAILED or message.expires_at):
        fields["body"] = ""
    ended = Message.objects.filter(pk=message.pk, lease=message.lease)
    return bool(ended.update(lease=None, leased_until=None, **fields))


def _fail(message: Message, error: Exception) -> None:
    at = clock.real_now()
    if clock.now() - message.created_at > GIVE_UP_AFTER:
        _finish(message, status=Message.Status.FAILED, last_error=_describe(error))
        return
    delay = BACK_OFF[min(message.attempts, len(BACK_OFF)) - 1]
    Message.objects.filter(pk=message.pk, lease=message.lease).update(
        status=Message.Status.QUEUED,
        lease=None,
        leased_until=None,
        next_attempt_at=at + delay,
        last_error=_describe(error),
    )
    log.warning("mail_not_sent", message=message.pk, attempts=message.attempts, error=_describe(error))


def _is_final(error: smtplib.SMTPRecipientsRefused) -> bool:
    return all(code >= 500 for code, _ in error.recipients.values())


def _describe(error: Exception) -> str:
    """The kind of failure without the server's words: those may quote the message."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({str(code) for code, _ in error.recipients.values()})
        return f"the mail server refused the recipient ({', '.join(codes)})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server answered {error.smtp_code}"
    return f"{type(error).__name__}: {getattr(error, 'strerror', None) or 'no connection'}"
