"""What CBP will look at besides the four checks, said early (seed 001): to the applicant and at the desk alike."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone

from ace_portal.core import clock
from ace_portal.core.numbers import ImporterNumberKind, parse_importer_number
from importers.models import ImporterRecord

#: A record that was not filed anew for so long may have to be refreshed.
FRESH = timedelta(days=365)
#: As many other numbers of a company are looked for.
_OTHERS = 10


@dataclass(frozen=True)
class Snag:
    """Something that may delay a decision. `way_on` says what to do about it."""

    code: str
    title: str
    way_on: str
    #: Whether filing Form 5106 is the way on.
    by_filing: bool = False


def snags(record: ImporterRecord) -> list[Snag]:
    """All that may hold an application for this record up; nothing of it stops one."""
    today = timezone.localdate(clock.now())
    found = []
    if record.filed_on and record.filed_on < today - FRESH:
        found.append(
            Snag(
                "stale",
                f"The record was last filed on {record.filed_on:%B %-d, %Y}, more than 12 months ago.",
                "CBP may ask for a fresh Form 5106. File the complete form once; nothing else has to wait for it.",
                by_filing=True,
            )
        )
    if not record.has_continuous_bond(today):
        found.append(
            Snag(
                "no_continuous_bond",
                "No continuous bond is on file for this number.",
                "Bonds for single entries do not suffice for repeated imports. Ask your surety or broker for a "
                "continuous bond (CBP Form 301).",
            )
        )
    if others := other_numbers(record):
        found.append(
            Snag(
                "several_numbers",
                f"The company has {'another importer number' if others == 1 else 'other importer numbers'} on file.",
                "Consolidate before you register, or apply for the number that you will go on using. Your broker’s "
                "customs query shows what is on file.",
            )
        )
    if record.name_differs_at_irs:
        found.append(
            Snag(
                "name_at_irs",
                "The IRS has another name for this number.",
                "The number must match your IRS filings exactly. Compare the name with the letter that assigned your "
                "EIN, and file a change of name if the record is wrong.",
                by_filing=True,
            )
        )
    return found


def other_numbers(record: ImporterRecord) -> int:
    """How many other numbers, not voided, are on file with the same EIN or the same name (at most ten are counted)."""
    number = parse_importer_number(record.importer_number)
    same = Q(name_upper=record.company_name.upper())
    if number.kind == ImporterNumberKind.EIN:
        same |= Q(importer_number__startswith=number.normal[:10])
    others = ImporterRecord.objects.exclude(pk=record.pk).exclude(status=ImporterRecord.Status.VOIDED)
    return others.annotate(name_upper=Upper("company_name")).filter(same).order_by()[:_OTHERS].count()
