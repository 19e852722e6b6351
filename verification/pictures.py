"""The picture check: type the digits shown in a picture or spoken aloud. It keeps robots from the public forms.

The answer is kept as a digest; the picture's address carries it encrypted, so that any web process can draw it.
"""

import io
import secrets
from datetime import timedelta
from functools import lru_cache

from captcha.audio import AudioCaptcha
from captcha.image import ImageCaptcha
from django.conf import settings
from django.core.exceptions import ValidationError

from ace_portal.core import clock, vault
from verification.models import PictureCheck

LIFETIME = timedelta(minutes=5)
PURPOSE = "picture"
LENGTH = 6
STALE = "The picture had run out. Please type the digits of the new one."


def new() -> str:
    """Make a picture and return its token: what the form carries and the picture's address contains."""
    answer = "".join(secrets.choice("23456789") for _ in range(LENGTH))
    check = PictureCheck.objects.create(answer=_digest(answer), expires_at=clock.now() + LIFETIME)
    return vault.encrypt(PURPOSE, f"{check.pk}:{answer}")


def image(token: str) -> bytes:
    """The picture as PNG. Raises vault.Unreadable for a token that is not ours or more than five minutes old."""
    picture = ImageCaptcha(width=220, height=80).generate_image(_opened(token)[1])
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()


def sound(token: str) -> bytes:
    """The same digits spoken, as WAV. Raises vault.Unreadable like `image`."""
    return bytes(_speaker().generate(_opened(token)[1]))


def check(token: str, typed: str, *, browser: str) -> None:
    """Pass, once, or raise ValidationError with the sentence for the field.

    The same browser sending the same right answer again (a double click) passes again.
    """
    if settings.CAPTCHA_TEST_MODE and typed.strip() == "PASSED":
        return
    try:
        pk, _ = _opened(token)
    except vault.Unreadable as error:
        raise ValidationError(STALE, code="stale") from error
    who = vault.digest("browser", browser)
    row = PictureCheck.objects.filter(pk=pk, expires_at__gt=clock.now()).first()
    if row is None or (row.used_at and row.used_by != who):
        raise ValidationError(STALE, code="stale")
    right = vault.same(row.answer, _digest("".join(typed.split())))
    if row.used_at and right:
        return
    # Whatever was typed, this picture has been answered: guessing on is not possible.
    used = PictureCheck.objects.filter(pk=pk, used_at=None).update(used_at=clock.now(), used_by=who if right else "-")
    if not right:
        raise ValidationError(
            "These are not the digits in the picture. Please type the digits of the new one.", code="wrong"
        )
    if not used and not PictureCheck.objects.filter(pk=pk, used_by=who).exists():
        raise ValidationError(STALE, code="stale")


def clear_out() -> int:
    """Delete pictures that have run out; returns how many."""
    return PictureCheck.objects.filter(expires_at__lt=clock.now()).delete()[0]


def _digest(answer: str) -> str:
    return vault.digest(PURPOSE, answer)


def _opened(token: str) -> tuple[int, str]:
    pk, _, answer = vault.decrypt(PURPOSE, token, max_age=int(LIFETIME.total_seconds())).partition(":")
    return int(pk), answer


@lru_cache(maxsize=1)
def _speaker() -> AudioCaptcha:
    return AudioCaptcha()
