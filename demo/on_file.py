"""What is on file about the companies of the cast beside names and addresses: bonds, last filings, a voiding."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from ace_portal.core import clock

#: Companies without a continuous bond, with the day of their last filing, so many days ago.
UNBONDED = {"22-100000500": 2200, "82-100000700": 900, "59-100000800": 1500}
#: Companies with one whose last filing is older than a year, or about to become inactive.
OLD = {"58-100000200": 500, "41-100000600": 400}
IDLE = {"36-1000004B2": 340}
#: Companies whose record has been voided, with the reason.
VOIDED = {"59-100000800": "According to the IRS this number was given to somebody else."}


def facts(importer_number: str) -> dict[str, Any]:
    """Columns of the 5106 record: a continuous bond of $50,000 and a recent filing, unless the number stands above."""
    today = timezone.localdate(clock.now())
    filed = UNBONDED.get(importer_number) or OLD.get(importer_number) or IDLE.get(importer_number) or 90
    quiet = IDLE.get(importer_number) or min(filed, 30)
    found: dict[str, Any] = {
        "filed_on": today - timedelta(days=filed),
        "last_activity_on": today - timedelta(days=quiet),
        "active_since": clock.now() - timedelta(days=filed),
        "void_reason": VOIDED.get(importer_number, ""),
    }
    if importer_number in UNBONDED:
        return found
    digits = "".join(char for char in importer_number if char.isdecimal())
    return found | {
        "bond_number": f"26C{digits[-6:]}",
        "surety_code": "054",
        "bond_activity": "A",
        "bond_amount": 50_000,
        "bond_effective_on": today - timedelta(days=filed),
        "bond_is_continuous": True,
    }
