"""Rows of ownership, and every way to break what the database promises about them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import F

from ace_portal.core import clock
from tests import factories
from tests.invariants.rows import Changes, Row, someone
from tests.ownership import samples as owners

ROWS: dict[str, Callable[[], Row]] = {
    "ownership.OwnerProposal": owners.proposed,
    "ownership.OwnerChange": owners.submitted,
}
COPIES: dict[str, Callable[[Row], dict[str, Any]]] = {
    "one_open_owner_proposal": lambda row: {"becomes": "USER"},
    "one_open_owner_change": lambda row: {"reason": "Again."},
}
APART: dict[str, Callable[[Row], dict[str, Any]]] = {
    "ownership.OwnerChange": lambda row: {"top_account_id": factories.account().pk},
}
BREAKS: dict[str, list[tuple[Callable[[], Row], Changes]]] = {
    "ownerproposal_ended": [
        (owners.proposed, [{"ended_at": clock.now}, {"status": "ACCEPTED"}, {"status": "NEW"}]),
        (owners.accepted, [{"ended_at": None}, {"ended_at": F("proposed_at") - timedelta(seconds=1)}]),
    ],
    "ownerproposal_of_another": [(owners.proposed, [{"successor": F("proposed_by")}])],
    "ownerproposal_becomes": [(owners.proposed, [{"becomes": "TAO"}, {"becomes": ""}])],
    "ownerchange_successor": [
        (owners.submitted, [{"successor": someone}, {"new_email": ""}, {"new_date_of_birth": None}]),
        (lambda: owners.submitted(*owners.with_colleague()), [{"successor": None}, {"new_first_name": "Kim"}]),
    ],
    "ownerchange_becomes": [(owners.submitted, [{"becomes": "PTAO"}, {"becomes": ""}])],
    "ownerchange_submitted_at": [
        (owners.submitted, [{"submitted_at": None}]),
        (owners.begun, [{"submitted_at": clock.now}, {"status": "SUBMITTED"}]),
    ],
    "ownerchange_decided": [
        (owners.submitted, [{"decided_at": clock.now}, {"decided_by": someone}, {"decision_text": "x"}]),
        (owners.waiting, [{"decided_at": None}, {"decided_by": None}, {"decision_text": ""}]),
    ],
    "ownerchange_waiting_until": [
        (owners.submitted, [{"waiting_until": clock.now}]),
        (owners.waiting, [{"waiting_until": None}]),
    ],
    "ownerchange_objected": [
        (owners.waiting, [{"status": "OBJECTED"}, {"objected_by": someone}]),
        (owners.objected, [{"objected_at": None}, {"objected_by": None}]),
    ],
    "ownerchange_settled": [
        (owners.objected, [{"settled_at": clock.now}, {"settled_by": someone}, {"settled_text": "x"}]),
        (owners.upheld, [{"settled_at": None}, {"settled_by": None}, {"settled_text": ""}]),
    ],
    "ownerchange_new_owner": [
        (owners.submitted, [{"new_owner": someone}]),
        (owners.executed, [{"new_owner": None}]),
    ],
    "ownerchange_ended_at": [
        (owners.submitted, [{"ended_at": clock.now}]),
        (owners.rejected, [{"ended_at": None}]),
    ],
    "ownerchange_stop_reason": [
        (owners.submitted, [{"stop_reason": "x"}]),
        (owners.stopped, [{"stop_reason": ""}]),
    ],
}
