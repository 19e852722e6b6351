"""Being here: full sign-ins, the end of sessions, 45 days away, and coming back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts.models import SignIn, User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import TooMany, WrongState
from verification import throttles
from verification.throttles import Rule

#: Without a sign-in for so long a person is suspended (facts-applications §5.4); each has their own clock.
INACTIVE_AFTER = timedelta(days=45)
#: Days before the suspension on which a mail warns.
WARNINGS = (15, 5, 1)
BATCH = 500
#: A pause after too many failed sign-ins lasts a quarter of an hour.
TOLD_LOCKED_OUT = (Rule(1, timedelta(minutes=15)),)


def finish_sign_in(user: User, *, ip: str, browser: str) -> SignIn:
    """Remember a full sign-in (password and second factor): the 45 days start anew.

    `ip` and `browser` are what the person sees in the list of own sign-ins.
    """
    at = clock.now()
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(last_seen_at=at, warned_days=None)
        return SignIn.objects.create(user=user, at=at, address=ip[:45], browser=browser[:200])


def sign_out_everywhere(user: User) -> None:
    """End every session of the person at its next request."""
    with transaction.atomic():
        end_sessions(user)
        events.record("accounts.signed_out_everywhere", user, summary=f"{user} signed out everywhere", by=user)


def tell_locked_out(user: User) -> None:
    """Mail a person that sign-in pauses after too many failures; once for each pause."""
    with transaction.atomic():
        try:
            throttles.take("told-locked-out", str(user.pk), TOLD_LOCKED_OUT, sentence="")
        except TooMany:
            return
        mail.queue("accounts/locked_out", to=user.email, about=user, context={"user": user})
        events.record("accounts.locked_out", user, summary=f"Sign-in of {user} pauses after failed tries")


def warn_inactive() -> int:
    """Mail everybody whose suspension is 15, 5 or 1 days away, once for each; returns how many mails.

    Whoever comes into two warnings at once gets the more pressing one, whoever is due already none.
    """
    warned, earliest = 0, clock.now() - INACTIVE_AFTER
    for days in sorted(WARNINGS):
        due = _active().filter(last_seen_at__gt=earliest, last_seen_at__lte=earliest + timedelta(days=days))
        warned += _in_batches(
            due.filter(Q(warned_days__isnull=True) | Q(warned_days__gt=days)), partial(_warn, days=days)
        )
    return warned


def _warn(people: list[User], *, days: int) -> None:
    User.objects.filter(pk__in=[person.pk for person in people]).update(warned_days=days)
    mail.queue_many(
        "accounts/inactive_soon",
        [
            (
                person.email,
                person,
                f"inactive:{person.pk}:{person.last_seen_at:%Y%m%d%H%M%S}:{days}",
                {"user": person, "until": suspended_at(person)},
            )
            for person in people
        ],
    )


def suspend_inactive() -> int:
    """Suspend everybody who has not signed in for 45 days; their sessions end. Returns how many.

    Nothing is deleted. Each batch of people costs the same few queries, however many there are.
    """
    return _in_batches(_active().filter(last_seen_at__lte=clock.now() - INACTIVE_AFTER), _suspend)


def _suspend(people: list[User]) -> None:
    User.objects.filter(pk__in=[person.pk for person in people]).update(
        status=User.Status.SUSPENDED, session_epoch=F("session_epoch") + 1
    )
    events.record_many(
        "accounts.suspended",
        [(person, f"{person} was suspended after 45 days without a sign-in") for person in people],
    )
    mail.queue_many(
        "accounts/suspended",
        [
            (person.email, person, f"suspended:{person.pk}:{person.last_seen_at:%Y%m%d%H%M%S}", {"user": person})
            for person in people
        ],
    )


def end_sessions(user: User) -> None:
    """End every session of the person at its next request, without a word: part of another decision."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)


def deactivate(user: User, *, by: User) -> User:
    """Close the portal to a person and return them; their sessions end, nothing is deleted.

    Who may do so is the caller's question (useraccess.policy). Raises WrongState for somebody deactivated already.
    """
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        if row.status == User.Status.DEACTIVATED:
            raise WrongState(f"{row} is deactivated already.")
        row.status = User.Status.DEACTIVATED
        row.session_epoch += 1
        row.save(update_fields=["status", "session_epoch"])
        events.record("accounts.deactivated", row, summary=f"{row} was deactivated", by=by)
        mail.queue("accounts/deactivated", to=row.email, about=row, context={"user": row})
    return row


def reactivate(user: User, *, by: User) -> User:
    """Let a suspended or deactivated person in again and return them; the 45 days start anew.

    Somebody who never signed in waits for the account ID again. Who may do so is the caller's question
    (useraccess.policy). Raises WrongState for anybody who is neither suspended nor deactivated.
    """
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        if row.status not in (User.Status.SUSPENDED, User.Status.DEACTIVATED):
            raise WrongState(f"{row} is not suspended.")
        row.status = User.Status.FIRST_SIGN_IN if row.must_change_password else User.Status.ACTIVE
        if not row.has_usable_password():
            row.status = User.Status.INVITED
        row.last_seen_at = clock.now()
        row.warned_days = None
        row.save(update_fields=["status", "last_seen_at", "warned_days"])
        events.record("accounts.reactivated", row, summary=f"{row} was reactivated", by=by)
        mail.queue("accounts/reactivated", to=row.email, about=row, context={"user": row})
    return row


def _active() -> QuerySet[User]:
    return User.objects.filter(status=User.Status.ACTIVE, is_staff=False)


def _in_batches(people: QuerySet[User], decide: Callable[[list[User]], None]) -> int:
    """Decide on all of the people, each batch in a transaction of its own with its rows locked; returns how many.

    Somebody whose row is locked by another run, or by a decision of this moment, is left to the next run.
    """
    count, last = 0, 0
    while True:
        with transaction.atomic():
            batch = list(people.filter(pk__gt=last).order_by("pk").select_for_update(skip_locked=True)[:BATCH])
            if not batch:
                return count
            decide(batch)
        count, last = count + len(batch), batch[-1].pk


def suspended_at(person: User) -> datetime:
    """When the person is suspended unless they sign in before (simulated time)."""
    return (person.last_seen_at or person.created_at) + INACTIVE_AFTER
