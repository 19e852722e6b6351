"""What the profile page shows. Nothing is decided here."""

from typing import Any

import segno
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django_countries import countries

from accounts.models import User
from accounts.person_form import FIELDS
from ace_portal.core.addresses import format_phone
from verification import factors
from verification.models import BackupCodeSet, EmailTokenDevice


def profile_rows(user: User) -> list[dict[str, Any]]:
    """Who the person is, as label and value, with links to change it."""
    edit = reverse("accounts:edit-profile")
    state = " ".join(part for part in (user.state, user.postal_code) if part)
    country = countries.name(user.country) if user.country else ""
    address = ", ".join(part for part in (user.street_address, user.city, state, country) if part)
    return [
        {"label": "User ID (Account ID)", "value": user.account_id},
        {"label": "Login e-mail", "value": user.email, "change_url": reverse("accounts:change-email")},
        {"label": "Name", "value": user.get_full_name(), "change_url": edit},
        {"label": "Address", "value": address, "change_url": edit},
        {"label": "Telephone number", "value": format_phone(user.phone) if user.phone else "", "change_url": edit},
        {"label": "Password", "value": "Not shown", "change_url": reverse("accounts:change-password")},
        {"label": "Challenge questions", "value": "Not shown", "change_url": reverse("accounts:questions")},
    ]


def factor_rows(user: User) -> list[dict[str, Any]]:
    """The second factor of the person and its stand-in, as label and value, with links to change it."""
    enroll = reverse("accounts:enroll")
    devices = [device for device in factors.usable_devices(user) if not isinstance(device, BackupCodeSet)]
    if any(isinstance(device, EmailTokenDevice) for device in devices):
        return [{"label": "E-mailed security token", "value": "Sent to your login e-mail", "change_url": enroll}]
    left = factors.backup_codes_left(user)
    return [
        *({"label": device.name, "value": "Set up", "change_url": enroll} for device in devices),
        {"label": "Backup codes", "value": f"{left} left", "change_url": reverse("accounts:backup-codes")},
    ]


def profile_initial(user: User) -> dict[str, str]:
    """The person's present facts as initial values of the form."""
    initial = {name: getattr(user, name) for name in FIELDS if name != "zip_override"}
    return {**initial, "phone": format_phone(user.phone) if user.phone else ""}


def qr_code(address: str, *, title: str) -> SafeString:
    """The QR code of an address as inline SVG without any style: drawn here, nothing leaves the portal."""
    drawn = segno.make(address, error="m").svg_inline(scale=4, title=title, svgclass=None, lineclass=None)
    return mark_safe(drawn.replace("<svg ", '<svg role="img" focusable="false" ', 1))  # noqa: S308  # nosec B308 B703
