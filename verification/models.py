"""What proves who somebody is: e-mailed codes, picture checks, authenticator devices, and the counters around them."""

from base64 import b32encode
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_otp.models import Device, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP
from django_otp.util import random_hex

from ace_portal.core import clock, vault

DEVICE_PURPOSE = "authenticator-key"
ISSUER = "ACE Portal simulator"


class VerificationCode(models.Model):
    """An e-mailed code: kept as a keyed digest, bound to a purpose, a row, an address and a browser."""

    purpose = models.CharField(max_length=40)
    bound_to = models.CharField(max_length=100)
    address = models.CharField(max_length=64, help_text="Digest of the mailbox it was sent to.")
    browser = models.CharField(max_length=64, help_text="Digest of the browser it was asked from.")
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "bound_to"],
                condition=Q(used_at__isnull=True, replaced_at__isnull=True),
                name="one_live_code",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="code_lives_a_while"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} code for {self.bound_to}"


class Throttle(models.Model):
    """When something was tried for one key (an address, an IP); the key itself is kept as a digest only."""

    key = models.CharField(max_length=64, unique=True)
    hits = models.JSONField(default=list, help_text="Simulated Unix times, oldest first.")
    last_hit_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{len(self.hits)} tries"


class PictureCheck(models.Model):
    """One picture shown once: the answer as a digest, for five minutes, for one success."""

    answer = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.CharField(max_length=64, blank=True, help_text="Digest of the browser that passed.")

    def __str__(self) -> str:
        return f"picture {self.pk}"


class AuthenticatorDevice(TimestampMixin, ThrottlingMixin, Device):
    """An authenticator app (TOTP, six digits, 30 seconds) whose key is encrypted at rest.

    `django_otp.plugins.otp_totp` keeps the key in clear; this is its model with an encrypted one.
    """

    sealed_key = models.TextField()
    drift = models.SmallIntegerField(default=0)
    last_t = models.BigIntegerField(default=-1, help_text="The time step of the last code taken: a code works once.")

    class Meta(Device.Meta):
        verbose_name = "authenticator device"

    @classmethod
    def enroll(cls, user: Any, *, confirmed: bool, name: str = "Authenticator app") -> "AuthenticatorDevice":
        """Create a device with a fresh 160-bit key for this user and return it."""
        sealed = vault.encrypt(DEVICE_PURPOSE, random_hex(20))
        device: AuthenticatorDevice = cls.objects.create(user=user, name=name, confirmed=confirmed, sealed_key=sealed)
        return device

    @property
    def key(self) -> bytes:
        return bytes.fromhex(vault.decrypt(DEVICE_PURPOSE, self.sealed_key))

    @property
    def key_text(self) -> str:
        """The key in Base32, as a person types it into an app that cannot scan."""
        return b32encode(self.key).decode()

    @property
    def config_url(self) -> str:
        """The `otpauth://` address an authenticator app reads."""
        label = quote(f"{ISSUER}:{self.user.get_username()}")
        facts = urlencode({"secret": self.key_text, "issuer": ISSUER, "digits": 6, "period": 30}, quote_via=quote)
        return f"otpauth://totp/{label}?{facts}"

    def totp(self) -> TOTP:
        """The code generator of this device at the machine's time (rehearsals do not move authenticators)."""
        generator = TOTP(self.key, step=30, t0=0, digits=6, drift=self.drift)
        generator.time = clock.real_now().timestamp()
        return generator

    def verify_token(self, token: str) -> bool:
        """Whether this is the current code (one step of 30 s either way) and was not taken before."""
        allowed, _ = self.verify_is_allowed()
        if not allowed:
            return False
        generator = self.totp()
        if token.isascii() and token.isdigit() and generator.verify(int(token), 1, self.last_t + 1):
            self.last_t = generator.t()
            self.drift = generator.drift
            self.throttle_reset(commit=False)
            self.set_last_used_timestamp(commit=False)
            self.save()
            return True
        self.throttle_increment(commit=True)
        return False

    def get_throttle_factor(self) -> int:
        return 1


class BackupCodeSet(TimestampMixin, ThrottlingMixin, Device):
    """The backup codes of a person, for when the authenticator is not at hand."""

    class Meta(Device.Meta):
        verbose_name = "set of backup codes"

    def verify_token(self, token: str) -> bool:
        """Use one of the codes up. Wrong ones slow the next try down."""
        from verification.factors import consume_backup_code

        allowed, _ = self.verify_is_allowed()
        if not allowed:
            return False
        if consume_backup_code(self, token):
            self.throttle_reset(commit=False)
            self.set_last_used_timestamp(commit=False)
            self.save()
            return True
        self.throttle_increment(commit=True)
        return False

    def get_throttle_factor(self) -> int:
        return 1


class BackupCode(models.Model):
    """One backup code, kept as a keyed digest (40 random bits), used once."""

    holder = models.ForeignKey(BackupCodeSet, models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return "used backup code" if self.used_at else "backup code"


class EmailTokenDevice(Device):
    """The choice of ACE's e-mailed security token as the second factor; the tokens are verification codes."""

    class Meta(Device.Meta):
        verbose_name = "e-mailed security token"


class ChallengeAnswer(models.Model):
    """One of a person's five challenge questions; the answer is kept like a password."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="challenge_answers")
    position = models.PositiveSmallIntegerField()
    question = models.CharField(max_length=30)
    answer = models.CharField(max_length=128)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "position"], name="one_challenge_a_position"),
            models.UniqueConstraint(fields=["user", "question"], name="challenge_questions_differ"),
            models.CheckConstraint(condition=Q(position__range=(1, 5)), name="five_challenge_questions"),
        ]

    def __str__(self) -> str:
        return f"challenge {self.position} of user {self.user_id}"


class OneTimeLink(models.Model):
    """A link mailed to one person for one purpose, kept as a digest."""

    purpose = models.CharField(max_length=40)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="one_time_links")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.purpose} link for user {self.user_id}"
