"""Rows of the filings on importer numbers, and every way to break what the database promises about them."""

from collections.abc import Callable
from typing import Any

from ace_portal.core import clock
from form5106.models import AssignedNumbers
from tests import factories
from tests.form5106 import samples as filings
from tests.invariants.rows import Changes, Row, someone


def _asked(make: Callable[[], Row]) -> Callable[[], Row]:
    """A row about which the desk has asked something."""
    return lambda: filings.asked(make())


ROWS: dict[str, Callable[[], Row]] = {
    "form5106.Filing": filings.at_the_desk,
    "form5106.RecordVersion": lambda: filings.submitted().made,
    "form5106.AssignedNumbers": lambda: AssignedNumbers.objects.create(prefix="269901"),
    "form5106.RestoreRequest": filings.restore_requested,
}
COPIES: dict[str, Callable[[Row], dict[str, Any]]] = {
    "one_version_of_a_number": lambda row: {"snapshot": {"city": "Another"}},
    "one_open_restore_request": lambda row: {"reason": "Again."},
}
APART: dict[str, Callable[[Row], dict[str, Any]]] = {
    "form5106.RestoreRequest": lambda row: {"record_id": factories.ImporterRecordFactory.create().pk},
    "form5106.RecordVersion": lambda row: {"number": row.number + 1},
}
BREAKS: dict[str, list[tuple[Callable[[], Row], Changes]]] = {
    "filing_of_a_record": [
        (filings.at_the_desk, [{"base_version": None}, {"record": None}, {"actions": "NEW"}]),
        (filings.begun, [{"actions": "NAME"}, {"base_version": 1}]),
    ],
    "filing_submitted_at": [
        (filings.at_the_desk, [{"submitted_at": None}, {"status": "DRAFT"}]),
        (_asked(filings.at_the_desk), [{"submitted_at": None}]),
        (filings.begun, [{"submitted_at": clock.now}, {"status": "SUBMITTED"}]),
    ],
    "filing_ended_at": [
        (filings.at_the_desk, [{"ended_at": clock.now}, {"status": "WITHDRAWN"}]),
        (_asked(filings.at_the_desk), [{"ended_at": clock.now}]),
        (filings.submitted, [{"ended_at": None}]),
    ],
    "filing_applied_version": [
        (filings.submitted, [{"applied_version": None}, {"record": None}]),
        (filings.at_the_desk, [{"applied_version": 2}]),
    ],
    "filing_reject_code": [
        (filings.at_the_desk, [{"reject_code": "MVM"}, {"status": "REJECTED", "ended_at": clock.now}]),
    ],
    "filing_reason": [
        (filings.at_the_desk, [{"reason": "NO_ANSWER"}]),
        (filings.submitted, [{"reason": "NO_ANSWER"}]),
    ],
    "recordversion_number": [(ROWS["form5106.RecordVersion"], [{"number": 0}])],
    "assignednumbers_last": [(ROWS["form5106.AssignedNumbers"], [{"last": 100000}])],
    "restorerequest_decided": [
        (filings.restore_requested, [{"decided_at": clock.now}, {"decision_text": "No."}, {"status": "GRANTED"}]),
        (filings.restore_requested, [{"status": "CLOSED"}]),
        (
            _asked(filings.restore_requested),
            [
                {"decided_at": clock.now},
                {"decision_text": "No."},
                {"status": "CLOSED", "decided_at": clock.now, "decided_by": someone},
                {"status": "CLOSED", "decided_at": clock.now, "decision_text": "No."},
            ],
        ),
    ],
}
