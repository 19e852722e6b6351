"""People: create, invite, keep their profile."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from accounts.actions.credentials import RESET_PURPOSE, RETRIEVAL_LIVES, confirm_password
from accounts.models import User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import Taken, WrongState
from verification import codes, links

EMAIL_PURPOSE = "login-email"


def create_person(*, email: str, by: User | None, by_label: str = "", **facts: Any) -> User:
    """Create a person without a password and return them. `facts` are fields of User (names, address, phone).

    Raises Taken when the e-mail address, or the name with the date of birth, belongs to somebody already.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                user = User.objects.create_user(email=email, **facts)
        except IntegrityError as error:
            raise (_taken(email) if User.objects.by_email(email) else _namesake()) from error
        events.record("accounts.person_created", user, summary=f"{user} was added", by=by, by_label=by_label)
    return user


def require_newcomer(*, email: str, first_name: str, last_name: str, date_of_birth: date) -> None:
    """Raise Taken when the e-mail address, or the name with the date of birth, belongs to a portal user already.

    To say so early: what counts is that create_person refuses it.
    """
    if User.objects.by_email(email):
        raise _taken(email)
    if User.objects.filter(
        first_name__iexact=first_name, last_name__iexact=last_name, date_of_birth=date_of_birth
    ).exists():
        raise _namesake()


def invite(user: User, *, by: User | None) -> None:
    """Mail the account ID and the way to a temporary password; the retrieval stays open for 21 days.

    Raises WrongState for a person who has signed in already.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.status not in (User.Status.INVITED, User.Status.FIRST_SIGN_IN):
            raise WrongState(f"{user} has signed in already and does not need an invitation.")
        user.status = User.Status.INVITED
        user.retrieval_expires_at = clock.now() + RETRIEVAL_LIVES
        user.retrieved_at = None
        user.temporary_password_expires_at = None
        user.set_unusable_password()
        user.save()
        mail.queue(
            "accounts/account_id",
            to=user.email,
            about=user,
            secret=True,
            expires_at=user.retrieval_expires_at,
            context={"user": user, "days": RETRIEVAL_LIVES.days},
        )
        events.record("accounts.invited", user, summary=f"{user} was sent an account ID", by=by)


def change_profile(user: User, *, by: User, **facts: str) -> User:
    """Change a person's names, address or telephone number (fields of User) and return them.

    Raises Taken when somebody with the same date of birth has the new name.
    """
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        changed = sorted(field for field, value in facts.items() if getattr(row, field) != value)
        if changed:
            for field in changed:
                setattr(row, field, facts[field])
            try:
                with transaction.atomic():
                    row.save(update_fields=changed)
            except IntegrityError as error:
                raise _namesake() from error
            events.record(
                "accounts.profile_changed", row, summary=f"{row} changed the profile", by=by, after={"fields": changed}
            )
    return row


def request_email_change(user: User, *, email: str, password: str, browser: str, ip: str) -> None:
    """Send a code to the new login e-mail; nothing changes before it is typed. `password` is the present one.

    Raises NotAllowed for a wrong password, Taken when somebody (or the person) has the address, TooMany when too many
    codes were asked for.
    """
    confirm_password(user, password, field="password")
    holder = User.objects.by_email(email)
    if holder == user:
        raise Taken(f"{user.email} is your login e-mail already.", field="email")
    if holder is not None:
        raise _taken(email)
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        code, expires_at = codes.issue(EMAIL_PURPOSE, address=email, bound_to=row, browser=browser, ip=ip)
        row.pending_email = email
        row.save(update_fields=["pending_email"])
        mail.queue(
            "accounts/new_email_code",
            to=email,
            about=row,
            secret=True,
            expires_at=expires_at,
            context={"user": row, "code": code, "expires_at": expires_at},
        )


def confirm_email(user: User, *, typed: str, browser: str) -> User:
    """Make the pending address the login e-mail once its code is right; the old address is told. Returns the person.

    Raises codes.CodeRefused or TooMany, WrongState when no change is pending, Taken when somebody was faster.
    """
    pending = user.pending_email
    if not pending:
        raise WrongState("There is no new address waiting to be confirmed.")
    right = codes.compare(EMAIL_PURPOSE, address=pending, bound_to=user, browser=browser, typed=typed)
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        codes.consume(right)
        old, row.email, row.pending_email = row.email, pending, ""
        try:
            with transaction.atomic():
                row.save(update_fields=["email", "pending_email"])
        except IntegrityError as error:
            raise _taken(pending) from error
        links.void(RESET_PURPOSE, user=row)
        mail.queue("accounts/email_changed", to=old, about=row, context={"user": row})
        events.record("accounts.email_changed", row, summary=f"{row} changed the login e-mail", by=row)
    return row


def _taken(email: str) -> Taken:
    return Taken(
        f"{email} already belongs to a portal user. Each person signs in with an address of their own.", field="email"
    )


def _namesake() -> Taken:
    # Name and date of birth are unique among portal users (facts-applications §1.3).
    return Taken(
        "A portal user with this name and date of birth exists already. If it is the same person, add an existing user."
    )
