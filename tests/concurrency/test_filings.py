"""Filers and officers at the same moment: one version each, no number twice, nothing overwritten."""

from typing import Any

import pytest

from ace_portal.core.errors import DomainError
from form5106 import actions
from form5106.models import Action, AssignedNumbers, RecordVersion
from importers.models import ImporterRecord
from tests import factories
from tests.exporters.conftest import private_files
from tests.form5106.samples import at_the_desk, company, content, filled_in, fresh, happened, kept, restore_requested
from tests.harness.threads import together

__all__ = ["private_files"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]


def outcomes(results: list[Any]) -> tuple[int, int]:
    """How many went through, and how many were refused with a sentence; anything else is a fault."""
    refused = [one for one in results if isinstance(one, DomainError)]
    faults = [one for one in results if isinstance(one, Exception) and not isinstance(one, DomainError)]
    assert not faults, faults
    return len(results) - len(refused), len(refused)


def handing_in(filing: Any) -> Any:
    said = content(filing)
    return lambda: actions.submit(fresh(filing), content=said)


def test_no_cbp_assigned_number_is_given_twice() -> None:
    filings = [filled_in(number="", typed={"street_address": f"{n} Quay Street"}) for n in range(1, 5)]
    results = together(*[handing_in(filing) for filing in filings])
    assert outcomes(results) == (4, 0)
    numbers = sorted(ImporterRecord.objects.values_list("importer_number", flat=True))
    assert [int(number[-5:]) for number in numbers] == [1, 2, 3, 4]
    assert AssignedNumbers.objects.get().last == 4


def test_one_company_that_asks_twice_gets_one_number() -> None:
    filings = [filled_in(number="") for _ in range(3)]
    assert outcomes(together(*[handing_in(filing) for filing in filings])) == (1, 2)
    assert ImporterRecord.objects.count() == 1 and AssignedNumbers.objects.get().last == 1


def test_two_first_filings_of_one_number_make_one_record() -> None:
    number = factories.importer_number()
    filings = [filled_in(number=number) for _ in range(3)]
    assert outcomes(together(*[handing_in(filing) for filing in filings])) == (1, 2)
    assert RecordVersion.objects.get().record == ImporterRecord.objects.get()


def test_of_two_changes_one_is_applied_and_the_other_told() -> None:
    _, record, owner = company()
    filings = [filled_in(record, [Action.NAME], by=owner) for _ in range(2)]
    for place, filing in enumerate(filings):
        kept(filing, {"company_name": f"Harbor Number {place} Inc."})
    results = together(*[handing_in(filing) for filing in filings])
    assert outcomes(results) == (1, 1)
    assert [type(one) for one in results if isinstance(one, DomainError)] == [actions.Overtaken]
    assert (fresh(record).version, RecordVersion.objects.filter(record=record).count()) == (2, 2)


def test_submitting_in_two_browsers_is_submitting_once() -> None:
    filing = filled_in()
    assert outcomes(together(*[handing_in(filing)] * 3)) == (3, 0)
    assert happened(filing)["accepted"] == 1 and ImporterRecord.objects.count() == 1


def test_an_officer_accepts_another_rejects() -> None:
    filing, one, other = at_the_desk(), factories.officer(), factories.officer()
    results = together(
        lambda: actions.accept(fresh(filing), by=one),
        lambda: actions.reject(fresh(filing), reject_code="MVM", text="No.", by=other),
    )
    assert outcomes(results) == (1, 1)
    assert happened(filing)["accepted"] + happened(filing)["rejected"] == 1


def test_restoring_is_decided_once() -> None:
    row, officer = restore_requested(), factories.officer()
    results = together(
        lambda: actions.grant(fresh(row), text="Seen.", by=officer),
        lambda: actions.refuse(fresh(row), text="Not seen.", by=officer),
    )
    assert outcomes(results) == (1, 1)
    assert (fresh(row.record).status == "ACTIVE") == (fresh(row).status == "GRANTED")
