"""E-mailed verification codes (design numbers: six digits, ten minutes, five tries, once only).

A code proves that somebody reads a mailbox. It is never a factor of a sign-in.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F

from ace_portal.core import clock, vault
from ace_portal.core.errors import DomainError
from ace_portal.core.refs import ref
from ace_portal.core.text import mailbox_key
from verification import throttles
from verification.models import VerificationCode
from verification.throttles import Rule

LIFETIME = timedelta(minutes=10)
TRIES = 5
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SENDING_TO_ADDRESS = (Rule(1, timedelta(seconds=60)), Rule(5, HOUR), Rule(10, DAY))
SENDING_FROM_IP = (Rule(20, HOUR),)
WRONG_FOR_ADDRESS = (Rule(10, HOUR, pause=HOUR),)


class CodeRefused(DomainError):
    """The code did not open the door. `code` says why: wrong, earlier, expired, used_up, other_browser, none."""


@dataclass(frozen=True)
class RightCode:
    """A code that was right when it was compared; `consume` makes it count, once."""

    pk: int


def issue(purpose: str, *, address: str, bound_to: models.Model, browser: str, ip: str) -> tuple[str, datetime]:
    """Make a code in the caller's transaction and return it in clear (six digits) with the time it ends.

    `address` is the mailbox it will be sent to, `browser` the key of the session that asked. The new code replaces
    the live one of the same row. Raises TooMany when the address or the IP has had its share.
    """
    mailbox = mailbox_key(address)
    with transaction.atomic():
        throttles.take(
            "code-to-address",
            mailbox,
            SENDING_TO_ADDRESS,
            sentence="A code was sent to this address a short while ago. You can ask for another one in {wait}.",
        )
        throttles.take(
            "code-from-ip",
            ip,
            SENDING_FROM_IP,
            sentence="Too many codes were asked for from your network. Please try again in {wait}.",
        )
        at = clock.now()
        _of(purpose, bound_to).filter(used_at=None, replaced_at=None).update(replaced_at=at)
        code = f"{secrets.randbelow(10**6):06d}"
        VerificationCode.objects.create(
            purpose=purpose,
            bound_to=ref(bound_to),
            address=vault.digest("mailbox", mailbox),
            browser=vault.digest("browser", browser),
            digest=_digest(purpose, bound_to, code),
            created_at=at,
            expires_at=at + LIFETIME,
        )
    return code, at + LIFETIME


def compare(purpose: str, *, address: str, bound_to: models.Model, browser: str, typed: str) -> RightCode:
    """Count a try, then compare. Returns a right code for `consume`; raises CodeRefused or TooMany.

    Call it outside of a transaction: the try stays counted whatever happens afterwards. Spaces and hyphens between
    the digits do not matter.
    """
    mailbox = mailbox_key(address)
    throttles.take(
        "code-wrong",
        mailbox,
        WRONG_FOR_ADDRESS,
        sentence="Too many codes were tried. Please try again in {wait}; nothing you typed is lost.",
    )
    digits = typed.translate({ord(c): None for c in " -\u00a0\u2009"})
    live = _of(purpose, bound_to).filter(used_at=None, replaced_at=None).first()
    counted = live and VerificationCode.objects.filter(
        pk=live.pk, used_at=None, replaced_at=None, tries__lt=TRIES, expires_at__gt=clock.now()
    ).update(tries=F("tries") + 1)
    if live is None or not counted:
        throttles.give_back("code-wrong", mailbox)
        raise _refusal(live)
    if not vault.same(live.address, vault.digest("mailbox", mailbox)):
        # The mailbox to be proven has changed since: a code from the former one proves nothing.
        raise _refusal(None)
    if not vault.same(live.browser, vault.digest("browser", browser)):
        raise CodeRefused(
            "This code was asked for from another browser. Choose “Send a new code” to get one for this browser.",
            code="other_browser",
        )
    if vault.same(live.digest, _digest(purpose, bound_to, digits)):
        throttles.give_back("code-wrong", mailbox)
        return RightCode(pk=live.pk)
    raise _wrong(purpose, bound_to, digits, left=TRIES - live.tries - 1)


def clean(typed: str) -> str:
    """The six digits of what was typed, without the spaces and hyphens that mail programs and people put between.

    Raises ValidationError for anything that cannot be a code.
    """
    digits = typed.translate({ord(c): None for c in " -\u00a0\u2009"})
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise ValidationError("The verification code has six digits, 0 to 9. Copy it from the mail.", code="no_code")
    return digits


def consume(right: RightCode) -> None:
    """Use the code up, in the caller's transaction. Raises CodeRefused if somebody else did so first."""
    at = clock.now()
    live = VerificationCode.objects.filter(pk=right.pk, used_at=None, replaced_at=None)
    if not live.update(used_at=at):
        raise CodeRefused("This code has already been used.", code="used_up")


def live_until(purpose: str, bound_to: models.Model) -> datetime | None:
    """When the live code of this row ends (simulated time); None if there is none that could still be typed."""
    live = _of(purpose, bound_to).filter(used_at=None, replaced_at=None, tries__lt=TRIES, expires_at__gt=clock.now())
    return live.values_list("expires_at", flat=True).first()


def mask_address(address: str) -> str:
    """How an address is shown to somebody who need not know it: `j•••@acme.example`."""
    mailbox, _, domain = address.partition("@")
    return f"{mailbox[:1]}•••@{domain}"


def clear_out() -> int:
    """Delete codes that ended more than a day ago; returns how many."""
    return VerificationCode.objects.filter(expires_at__lt=clock.now() - DAY).delete()[0]


def _of(purpose: str, bound_to: models.Model) -> models.QuerySet[VerificationCode]:
    return VerificationCode.objects.filter(purpose=purpose, bound_to=ref(bound_to)).order_by("-pk")


def _digest(purpose: str, bound_to: models.Model, code: str) -> str:
    return vault.digest("code", purpose, ref(bound_to), code)


def _refusal(live: VerificationCode | None) -> CodeRefused:
    if live is None:
        return CodeRefused(
            "There is no code to compare with. Choose “Send a new code”; what you typed so far is kept.", code="none"
        )
    if live.tries >= TRIES:
        return CodeRefused(
            "This code was tried five times and no longer works. Choose “Send a new code”.", code="used_up"
        )
    return CodeRefused(
        "This code has expired: it was good for ten minutes. Choose “Send a new code”; what you typed so far is kept.",
        code="expired",
    )


def _wrong(purpose: str, bound_to: models.Model, digits: str, *, left: int) -> CodeRefused:
    earlier = _of(purpose, bound_to).exclude(replaced_at=None).values_list("digest", flat=True)
    if any(vault.same(digest, _digest(purpose, bound_to, digits)) for digest in earlier[:10]):
        return CodeRefused(
            "This is an earlier code. Only the code in the newest mail works; look for one that arrived later.",
            code="earlier",
        )
    if left == 0:
        return CodeRefused(
            "This code is not right, and it was the last try. Choose “Send a new code” and type that one.",
            code="used_up",
        )
    tries = "1 try" if left == 1 else f"{left} tries"
    return CodeRefused(
        f"This code is not right. Compare it with the six digits in the mail; {tries} left.", code="wrong"
    )
