"""The second factor: an authenticator app with backup codes, or, where the operator allows it, an e-mailed token."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django_otp import devices_for_user
from django_otp.models import Device

from ace_portal.core import clock, tokens, vault
from ace_portal.core.errors import DomainError
from verification.models import AuthenticatorDevice, BackupCode, BackupCodeSet, EmailTokenDevice

BACKUP_CODES = 10


class FactorRefused(DomainError):
    """The code is not right, was used before, or comes too soon after a wrong one."""

    code = "factor"


REFUSED = "This code is not right, or was used before. Wait for the next one in your app and type it without haste."


def has_factor(user: Any) -> bool:
    """Whether the person has a confirmed second factor that counts on this installation."""
    return any(not isinstance(device, BackupCodeSet) for device in usable_devices(user))


def counts(device: Device) -> bool:
    """Whether a device may complete a sign-in on this installation: e-mailed tokens only where they are allowed."""
    return settings.ACE_ALLOW_EMAIL_TOKEN or not isinstance(device, EmailTokenDevice)


def usable_devices(user: Any) -> list[Device]:
    """The confirmed devices of a person that count on this installation."""
    return [device for device in devices_for_user(user, confirmed=True) if counts(device)]


def pending_device(user: Any) -> AuthenticatorDevice:
    """The authenticator device the person is about to confirm; made at the first look, the same at the next."""
    with transaction.atomic():
        _lock(user)
        known = AuthenticatorDevice.objects.filter(user=user, confirmed=False).first()
        return known or AuthenticatorDevice.enroll(user, confirmed=False)


def confirm_device(user: Any, code: str) -> tuple[Device, list[str]]:
    """Confirm the pending device with a first code; it replaces every other factor.

    Returns the device and ten fresh backup codes in clear. Raises FactorRefused when the code is not right.
    """
    with transaction.atomic():
        device = AuthenticatorDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
        if device is not None and device.verify_token(_digits(code)):
            forget_factors(user, but=device)
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            return device, new_backup_codes(user)
    raise FactorRefused(
        "This code does not belong to the key above. Check that the clock of your phone is right and type the code "
        "your app shows now.",
        field="code",
    )


def choose_email_token(user: Any) -> Device:
    """Make the e-mailed security token the person's second factor and return it. It replaces every other factor."""
    with transaction.atomic():
        _lock(user)
        forget_factors(user)
        device: Device = EmailTokenDevice.objects.create(user=user, name="E-mailed security token", confirmed=True)
    return device


def forget_factors(user: Any, *, but: Device | None = None) -> None:
    """Delete every device and backup code of a person, in the caller's transaction."""
    for model in (AuthenticatorDevice, EmailTokenDevice, BackupCodeSet):
        gone = model.objects.filter(user=user)
        if isinstance(but, model):
            gone = gone.exclude(pk=but.pk)
        gone.delete()


def new_backup_codes(user: Any) -> list[str]:
    """Ten fresh backup codes in clear, such as `K7M2-9QXP`; the earlier ones stop working.

    Their holder stays the same, and so does a session that began with one of the earlier codes.
    """
    codes = [f"{tokens.pick(tokens.CLEAR_UPPER, 4)}-{tokens.pick(tokens.CLEAR_UPPER, 4)}" for _ in range(BACKUP_CODES)]
    with transaction.atomic():
        _lock(user)
        holder, _ = BackupCodeSet.objects.get_or_create(user=user, defaults={"name": "Backup codes", "confirmed": True})
        holder.codes.all().delete()
        BackupCode.objects.bulk_create(
            [
                BackupCode(holder=holder, digest=vault.digest("backup-code", str(user.pk), _plain(code)))
                for code in codes
            ]
        )
    return codes


def backup_codes_left(user: Any) -> int:
    """How many backup codes the person has not used yet."""
    return BackupCode.objects.filter(holder__user=user, used_at=None).count()


def is_app_code(code: str) -> bool:
    """Whether this has the form of an authenticator's code; backup codes are longer."""
    digits = _digits(code)
    return len(digits) == 6 and digits.isdecimal()


def verify_app(user: Any, code: str) -> Device:
    """Check a code of the authenticator app; each counts once. Raises FactorRefused."""
    with transaction.atomic():
        for device in AuthenticatorDevice.objects.select_for_update().filter(user=user, confirmed=True):
            if device.verify_token(_digits(code)):
                return device
    raise FactorRefused(REFUSED, field="code")


def verify_backup_code(user: Any, code: str) -> Device:
    """Use a backup code up and return its holder. Raises FactorRefused: wrong, used, or too soon after a wrong one."""
    with transaction.atomic():
        holder = BackupCodeSet.objects.select_for_update().filter(user=user, confirmed=True).first()
        if holder is not None and holder.verify_token(code):
            return holder
    raise FactorRefused("This backup code is not right, or was used before.", field="code")


def _lock(user: Any) -> None:
    """Let nobody else change the factors of this person until the caller's transaction ends."""
    get_user_model().objects.select_for_update().get(pk=user.pk)


def _digits(code: str) -> str:
    return "".join(code.split()).replace("-", "")


def _plain(code: str) -> str:
    return _digits(code).upper()


def consume_backup_code(holder: BackupCodeSet, code: str) -> bool:
    """Use one code of the set up; False when there is no such unused code."""
    digest = vault.digest("backup-code", str(holder.user_id), _plain(code))
    return bool(BackupCode.objects.filter(holder=holder, digest=digest, used_at=None).update(used_at=clock.now()))
