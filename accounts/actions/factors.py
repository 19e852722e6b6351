"""The second factor of a person: enroll, use, replace, reset."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django_otp.models import Device

from accounts.actions.credentials import confirm_password
from accounts.models import User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import DomainError, NotAllowed
from verification import codes, factors, links
from verification.models import EmailTokenDevice

TOKEN_PURPOSE = "security-token"  # noqa: S105 - the name of a purpose
#: The link that lets somebody of a desk set up an authenticator when they have none.
ENROLLMENT = "enrollment"
ENROLLMENT_LIVES = timedelta(hours=24)
NOT_BY_MAIL = "E-mailed security tokens are not your second factor."


@dataclass(frozen=True)
class Proof:
    """What a person shows before changing a factor: the password, and a code of the present factor.

    `browser` is the key of the session, which e-mailed tokens are bound to.
    """

    password: str
    code: str
    browser: str


def _require(user: User, proof: Proof) -> None:
    """Raises NotAllowed, TooMany or FactorRefused, with the field of the proof that is not right."""
    confirm_password(user, proof.password, field="password")
    try:
        if by_mail(user):
            verify_email_token(user, typed=proof.code, browser=proof.browser)
        else:
            verify_code(user, code=proof.code)
    except DomainError as error:
        raise factors.FactorRefused(error.message, field="present_code") from error


def by_mail(user: User) -> bool:
    """Whether e-mailed security tokens are the person's second factor."""
    return any(isinstance(device, EmailTokenDevice) for device in factors.usable_devices(user))


def may_enroll(user: User, *, link: str) -> bool:
    """Whether the person may set up an authenticator now.

    The password alone opens no desk: whoever sits at one and has no factor needs the one-time `link` as well.
    """
    return not user.is_staff or factors.has_factor(user) or links.owner_of(ENROLLMENT, link) == user


def confirm_device(user: User, *, code: str, proof: Proof, link: str = "") -> tuple[Device, list[str]]:
    """Make the pending authenticator the person's second factor. Returns it with ten backup codes in clear.

    Somebody who has a factor already gives `proof` of it (see `Proof`); somebody of a desk who has none, the `link`.
    All other sessions end. Raises factors.FactorRefused for a wrong code, NotAllowed without proof or link.
    """
    if not may_enroll(user, link=link):
        raise NotAllowed("This takes the link that was mailed to you. It works once, for a day.")
    replaces = factors.has_factor(user)
    if replaces:
        _require(user, proof)
    device, backup_codes = factors.confirm_device(user, code)
    with transaction.atomic():
        links.void(ENROLLMENT, user=user)
        _remember(user, "accounts.factor_changed", f"{user} set up an authenticator app")
    return device, backup_codes


def choose_email_token(user: User) -> Device:
    """Take e-mailed security tokens as the second factor of a person who has none yet. Raises NotAllowed otherwise."""
    if factors.has_factor(user):
        raise NotAllowed("You have a second factor already. Replace it in My profile.")
    if user.is_staff:
        raise NotAllowed("The desks take an authenticator app, no e-mailed tokens.")
    with transaction.atomic():
        device = factors.choose_email_token(user)
        _remember(user, "accounts.factor_changed", f"{user} chose e-mailed security tokens")
    return device


def renew_backup_codes(user: User, *, proof: Proof) -> list[str]:
    """Ten fresh backup codes in clear; the earlier ones stop working.

    Raises NotAllowed for somebody without an app, and what is wrong with the proof.
    """
    if by_mail(user):
        raise NotAllowed("Backup codes stand in for an authenticator app, and you have none.")
    _require(user, proof)
    with transaction.atomic():
        backup_codes = factors.new_backup_codes(user)
        events.record("accounts.backup_codes", user, summary=f"{user} made new backup codes", by=user)
    return backup_codes


def verify_app(user: User, *, code: str) -> Device:
    """Check a code of the authenticator app; each works once. Raises factors.FactorRefused."""
    return factors.verify_app(user, code)


def verify_code(user: User, *, code: str) -> Device:
    """Check a code of the app or, as its form says, a backup code. Raises factors.FactorRefused."""
    return verify_app(user, code=code) if factors.is_app_code(code) else verify_backup_code(user, code=code)


def verify_backup_code(user: User, *, code: str) -> Device:
    """Use up a backup code; the person is mailed. Raises factors.FactorRefused."""
    with transaction.atomic():
        try:
            device = factors.verify_backup_code(user, code)
        except factors.FactorRefused as error:
            # Raised outside of the transaction, or the wrong try would not be counted.
            refused = error
        else:
            left = factors.backup_codes_left(user)
            mail.queue("accounts/backup_code_used", to=user.email, about=user, context={"user": user, "left": left})
            events.record("accounts.backup_code_used", user, summary=f"{user} used a backup code, {left} left", by=user)
            return device
    raise refused


def send_email_token(user: User, *, browser: str, ip: str) -> None:
    """Mail a security token.

    Raises NotAllowed for somebody with another factor, TooMany when too many were asked for.
    """
    if not by_mail(user):
        raise NotAllowed(NOT_BY_MAIL)
    with transaction.atomic():
        code, expires_at = codes.issue(TOKEN_PURPOSE, address=user.email, bound_to=user, browser=browser, ip=ip)
        mail.queue(
            "accounts/security_token",
            to=user.email,
            about=user,
            secret=True,
            expires_at=expires_at,
            context={"user": user, "code": code, "expires_at": expires_at},
        )


def verify_email_token(user: User, *, typed: str, browser: str) -> Device:
    """Check an e-mailed security token; each works once. Raises codes.CodeRefused, TooMany or NotAllowed."""
    device = next((one for one in factors.usable_devices(user) if isinstance(one, EmailTokenDevice)), None)
    if device is None:
        raise NotAllowed(NOT_BY_MAIL)
    right = codes.compare(TOKEN_PURPOSE, address=user.email, bound_to=user, browser=browser, typed=typed)
    with transaction.atomic():
        codes.consume(right)
    return device


def reset_factor(user: User, *, reason: str, by: User) -> None:
    """Take a lost second factor away; the person enrolls a new one at the next sign-in and is mailed. Sessions end.

    Somebody of a desk is mailed the link that this takes. Who may do so is the caller's question (useraccess.policy).
    """
    with transaction.atomic():
        factors.forget_factors(user)
        _remember(user, "accounts.factor_reset", f"The second factor of {user} was reset", by=by, reason=reason)
        if user.is_staff:
            send_enrollment_link(user, reason=reason)
        else:
            mail.queue("accounts/factor_reset", to=user.email, about=user, context={"user": user, "reason": reason})


def send_enrollment_link(user: User, *, reason: str) -> None:
    """Mail somebody of a desk the one-time link with which they set up an authenticator; earlier ones end."""
    with transaction.atomic():
        token = links.issue(ENROLLMENT, user=user, lives=ENROLLMENT_LIVES)
        mail.queue(
            "accounts/enrollment_link",
            to=user.email,
            about=user,
            secret=True,
            expires_at=clock.now() + ENROLLMENT_LIVES,
            context={
                "user": user,
                "reason": reason,
                "token": token,
                "hours": int(ENROLLMENT_LIVES.total_seconds() // 3600),
            },
        )
        events.record("accounts.enrollment_link", user, summary=f"{user} was sent a link to set up an authenticator")


def _remember(user: User, kind: str, summary: str, by: User | None = None, **facts: str) -> None:
    """End every session of the person and write the event."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    events.record(kind, user, summary=summary, by=by or user, after=facts)
