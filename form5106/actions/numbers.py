"""Numbers that CBP gives: YYDDPP-NNNNN, year, district and port, serial number (facts-applications §3.4)."""

from typing import Any

from django.utils import timezone

from ace_portal.core import clock
from ace_portal.core.names import comparison_form
from form5106.models import AssignedNumbers
from form5106.rejects import Rejected
from importers.models import ImporterRecord

#: District and port of the fictitious office that gives numbers.
OFFICE = "9901"
LARGEST = 99999


def assign(content: dict[str, Any]) -> str:
    """The next number, in the caller's transaction. Whoever asks at the same moment waits, and gets the one after.

    Raises Rejected when a record with a CBP-assigned number has the same name and address already.
    """
    prefix = f"{timezone.localdate(clock.now()):%y}{OFFICE}"
    AssignedNumbers.objects.get_or_create(prefix=prefix)
    row = AssignedNumbers.objects.select_for_update().get(prefix=prefix)
    # Behind the lock: of two requests for the same company, the second sees the first.
    refuse_second(content)
    serial = row.last + 1
    while ImporterRecord.objects.filter(importer_number=f"{prefix}-{serial:05d}").exists():
        serial += 1  # one that was loaded from elsewhere
    if serial > LARGEST:
        raise Rejected("R03", "This year’s CBP-assigned numbers are used up. Please ask the service desk.")
    row.last = serial
    row.save(update_fields=["last"])
    return f"{prefix}-{serial:05d}"


def refuse_second(content: dict[str, Any]) -> None:
    """A company has one CBP-assigned number: refused for a name and address that have one (facts-applications §3.4)."""
    same_name = ImporterRecord.objects.filter(
        company_name__iexact=content["company_name"],
        importer_number__regex=r"^[0-9]{6}-[0-9]{5}$",
        country=content["country"],
        status=ImporterRecord.Status.ACTIVE,
    )
    wanted = _address(content)
    if any(_address(vars(record)) == wanted for record in same_name[:50]):
        raise Rejected(
            "R03",
            "An active record with this name and address has a CBP-assigned number already. Ask inside your company "
            "for it, or ask your broker for a customs query.",
        )


def _address(facts: dict[str, Any]) -> tuple[str, ...]:
    """An address in the form in which two spellings of it are equal."""
    places = (f"{facts['street_address']} {facts['street_address_2']}", facts["city"], facts["state"])
    return (*(comparison_form(str(place)) for place in places), str(facts["postal_code"]).replace(" ", "").upper())
