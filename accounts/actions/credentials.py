"""Passwords and challenge questions: hand out, change, recover."""

from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from accounts import backends, passwords
from accounts.models import EarlierPassword, User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.text import mailbox_key
from verification import challenges, links, throttles
from verification.throttles import Rule

#: The retrieval link expires after 21 days (facts-applications §5.1).
RETRIEVAL_LIVES = timedelta(days=21)
#: A temporary password has to be used within a day (facts-applications §5.4, 2018).
TEMPORARY_PASSWORD_LIVES = timedelta(hours=24)
RESET_LIVES = timedelta(hours=1)
HOUR = timedelta(hours=1)
FAILED_SIGN_INS_FROM_IP = (Rule(50, timedelta(minutes=15), pause=timedelta(minutes=15)),)
RETRIEVALS_FROM_IP = (Rule(20, HOUR),)
RECOVERIES_FROM_IP = (Rule(20, HOUR),)
RESETS = (Rule(5, HOUR, pause=HOUR),)
#: Typing the present password again, in a session that somebody may have left open.
PRESENT_PASSWORDS = (Rule(10, timedelta(minutes=15), pause=timedelta(minutes=15)),)
RESET_PURPOSE = "password-reset"
LINK_ENDED = "This link has run out or was used already. Ask for a new one."


def retrieve_temporary_password(shared_secret: str) -> tuple[User, str] | None:
    """Hand out the temporary password for a shared secret (= account ID), once.

    Returns the person and the password in clear, or None: unknown, expired and second retrievals look and cost the
    same; somebody who is active already is mailed how to reset instead. Two retrievals at the same moment get one
    password.
    """
    password = passwords.temporary()
    hashed = make_password(password)
    at = clock.now()
    with transaction.atomic():
        taken = User.objects.filter(
            account_id=shared_secret, status=User.Status.INVITED, retrieved_at=None, retrieval_expires_at__gt=at
        ).update(
            status=User.Status.FIRST_SIGN_IN,
            retrieved_at=at,
            password=hashed,
            temporary_password_expires_at=at + TEMPORARY_PASSWORD_LIVES,
        )
        user = User.objects.filter(account_id=shared_secret).first()
        if not taken or user is None:
            if user is not None and user.status == User.Status.ACTIVE:
                mail.queue(
                    "accounts/already_active",
                    to=user.email,
                    about=user,
                    dedupe_key=f"already-active:{user.pk}:{at:%Y-%m-%d}",
                    context={"user": user},
                )
            return None
        events.record("accounts.temporary_password", user, summary=f"{user} fetched a temporary password", by=user)
    return user, password


def confirm_password(user: User, typed: str, *, field: str) -> None:
    """Check that `typed` is the person's present password. `field` is where the form asks for it.

    Raises NotAllowed when it is not, TooMany after too many wrong ones.
    """
    throttles.take(
        "present-password",
        str(user.pk),
        PRESENT_PASSWORDS,
        sentence="Too many wrong passwords. Please try again in {wait}.",
    )
    if not check_password(typed, user.password):
        raise NotAllowed("This is not your present password.", field=field)
    throttles.give_back("present-password", str(user.pk))


def answer_questions(user: User, *, answers: list[tuple[str, str]]) -> None:
    """Keep the five challenge questions and answers of a person. Raises challenges.AnswersRefused."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        challenges.set_answers(user, answers)
        events.record("accounts.questions_answered", user, summary=f"{user} set the challenge questions", by=user)


def change_password(user: User, *, old: str, new: str) -> User:
    """Replace a person's password by one that keeps to the policy, and return them with it. All sessions end.

    A temporary password becomes history and the person active. Raises NotAllowed when `old` is not the present
    password or a temporary one that has run out, TooMany after too many wrong ones, ValidationError (field messages)
    when `new` breaks the policy.
    """
    known = User.objects.get(pk=user.pk)
    confirm_password(known, old, field="old_password")
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.password != known.password:
            raise NotAllowed("This is not your present password.", field="old_password")
        if user.must_change_password and backends.has_run_out(user):
            raise NotAllowed(
                "Your temporary password has run out. Ask whoever invited you, or the service desk, for a new mail.",
                field="old_password",
            )
        _set_password(user, new)
        user.save()
        events.record("accounts.password_changed", user, summary=f"{user} changed the password", by=user)
        mail.queue("accounts/password_changed", to=user.email, about=user, context={"user": user})
    return user


def set_first_password(user: User, *, password: str, by: User | None) -> User:
    """Give a person who has none a lasting password (officers made at the command line, the demo's cast).

    Raises ValidationError when it breaks the policy.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        _set_password(user, password)
        user.save()
        events.record("accounts.password_set", user, summary=f"{user} was given a password", by=by)
    return user


def request_password_reset(name: str, *, given: dict[str, str]) -> None:
    """Mail a one-time link if both challenge answers are right. Looks and costs the same whoever asks.

    `name` is what was typed as the user ID; `given` maps question codes to answers. Raises TooMany for a name that was
    tried too often.
    """
    throttles.take(
        "password-reset",
        backends.counted_as(name),
        RESETS,
        sentence="Too many tries for this user ID. Please try again in {wait}.",
    )
    user = backends.find(name)
    right = challenges.right(user, name=backends.counted_as(name), given=given)
    if not right or user is None or user.status != User.Status.ACTIVE:
        return
    throttles.give_back("password-reset", backends.counted_as(name))
    with transaction.atomic():
        token = links.issue(RESET_PURPOSE, user=user, lives=RESET_LIVES)
        mail.queue(
            "accounts/password_reset",
            to=user.email,
            about=user,
            secret=True,
            expires_at=clock.now() + RESET_LIVES,
            context={"user": user, "token": token, "minutes": int(RESET_LIVES.total_seconds() // 60)},
        )
        events.record("accounts.reset_requested", user, summary=f"{user} asked for a new password", by=user)


def reset_password(token: str, *, new: str) -> User:
    """Set a new password through a mailed link, once; all sessions end. Returns the person.

    Raises WrongState when the link is not live (any more), ValidationError when `new` breaks the policy.
    """
    with transaction.atomic():
        owner = links.owner_of(RESET_PURPOSE, token)
        if owner is None:
            raise WrongState(LINK_ENDED)
        user = User.objects.select_for_update().get(pk=owner.pk)
        if user.status != User.Status.ACTIVE or not links.consume(RESET_PURPOSE, token):
            raise WrongState(LINK_ENDED)
        _set_password(user, new)
        user.save()
        events.record("accounts.password_reset", user, summary=f"{user} reset the password", by=user)
        mail.queue("accounts/password_changed", to=user.email, about=user, context={"user": user})
    return user


def send_user_id(email: str) -> None:
    """Mail the user ID to this login e-mail, if it is one. Looks the same whoever asks."""
    throttles.take(
        "user-id", mailbox_key(email), RESETS, sentence="Too many tries for this address. Try again in {wait}."
    )
    user = User.objects.by_email(email)
    if user is None or user.status not in (User.Status.ACTIVE, User.Status.SUSPENDED):
        return
    with transaction.atomic():
        mail.queue("accounts/user_id", to=user.email, about=user, secret=True, context={"user": user})


def _set_password(user: User, password: str) -> None:
    """The one place that sets a lasting password: policy, history, and the end of every session and mailed link."""
    validate_password(password, user)
    links.void(RESET_PURPOSE, user=user)
    if user.has_usable_password():
        EarlierPassword.objects.create(user=user, password=user.password, replaced_at=clock.now())
    user.set_password(password)
    user.password_changed_at = clock.now()
    user.temporary_password_expires_at = None
    user.session_epoch += 1
    if user.status in (User.Status.INVITED, User.Status.FIRST_SIGN_IN):
        user.status = User.Status.ACTIVE
        user.last_seen_at = clock.now()
