"""Rows of importers, and every way to break what the database promises about them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import F

from ace_portal.core import clock
from importers.models import RecordLoad
from tests import factories
from tests.invariants.rows import HALF_A_DATE, NO_DATE, Changes, Row, someone


def _linked_record() -> Row:
    record = factories.application_approved().record
    record.refresh_from_db()
    return record


def another_browser(row: Row) -> dict[str, Any]:
    return {"browser": "x" * 64}


RECORD = factories.ImporterRecordFactory.create
ROWS: dict[str, Callable[[], Row]] = {
    "importers.ImporterRecord": _linked_record,
    "importers.RecordLoad": lambda: RecordLoad.objects.create(
        fingerprint="a" * 64, file_name="records.csv", next_line=2, started_at=clock.now()
    ),
    "importers.ImporterApplication": factories.application_submitted,
}
COPIES: dict[str, Callable[[Row], dict[str, Any]]] = {
    "one_open_application_per_record": another_browser,
    "one_draft_per_browser": lambda row: {},
    "one_unfinished_load_of_a_file": lambda row: {"next_line": 9},
}
SOURCES: dict[str, Callable[[], Row]] = {
    "one_draft_per_browser": factories.application_started,
}
APART: dict[str, Callable[[Row], dict[str, Any]]] = {
    "importers.ImporterApplication": lambda row: {"record_id": factories.ImporterRecordFactory.create().pk},
}
BREAKS: dict[str, list[tuple[Callable[[], Row], Changes]]] = {
    "load_finished_later": [(ROWS["importers.RecordLoad"], [{"finished_at": F("started_at") - timedelta(seconds=1)}])],
    "importerapplication_claimed_by_at": [
        (factories.application_submitted, [{"claimed_by": someone}, {"claimed_at": clock.now}])
    ],
    "importerapplication_decided_by_at": [(factories.application_rejected, [{"decided_by": None}])],
    "importerapplication_fiscal_year_end": [(factories.application_submitted, [*HALF_A_DATE, *NO_DATE])],
    "importerapplication_submitted_at": [
        (
            factories.application_started,
            [{"status": "SUBMITTED"}, {"submitted_at": clock.now}, {"status": "WITHDRAWN"}],
        ),
        (factories.application_submitted, [{"submitted_at": None}, {"status": "VERIFIED"}, {"status": "EXPIRED"}]),
    ],
    "importerapplication_decided_at": [
        (factories.application_submitted, [{"status": "APPROVED"}, {"decided_by": someone, "decided_at": clock.now}]),
        (factories.application_rejected, [{"status": "WITHDRAWN"}, {"decided_by": None, "decided_at": None}]),
    ],
    "importerrecord_second_name": [(RECORD, [{"second_name": "Old Harbor"}, {"name_qualifier": "DBA"}])],
    "importerrecord_is_somewhere": [(RECORD, [{"address_type": "6"}, {"address_type": "7"}, {"address_type": "8"}])],
    "importerrecord_is_in_no_box": [(RECORD, [{"physical_address_type": "6"}, {"physical_address_type": "7"}])],
    "importerrecord_bond_number": [(RECORD, [{"bond_is_continuous": True}])],
    "importerrecord_version": [(RECORD, [{"version": 0}])],
}
