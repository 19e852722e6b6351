"""Rows of the desk, and every way to break what the database promises about claims and about four eyes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import F

from ace_portal.core import clock
from desk import claims
from desk.models import Claim
from tests.invariants.rows import Changes, Row, someone
from tests.mergers.samples import Companies
from tests.ownership import samples as owners


def claim() -> Row:
    """A live claim on an owner change request."""
    claims.claim(owners.submitted(), by=someone())
    return Claim.objects.get()


ROWS: dict[str, Callable[[], Row]] = {"desk.Claim": claim}
COPIES: dict[str, Callable[[Row], dict[str, Any]]] = {"one_live_claim": lambda row: {"officer_id": someone().pk}}
BREAKS: dict[str, list[tuple[Callable[[], Row], Changes]]] = {
    "claim_ended_at": [(claim, [{"ended_at": F("claimed_at") - timedelta(seconds=1)}])],
    "ownerchange_prepared": [
        (owners.submitted, [{"prepared_at": clock.now}, {"prepared_by": someone}, {"prepared_text": "x"}]),
        (owners.prepared, [{"prepared_at": None}, {"prepared_by": None}, {"prepared_text": ""}]),
    ],
    "ownerchange_four_eyes": [
        (owners.waiting, [{"decided_by": F("prepared_by")}, {"prepared_by": F("decided_by")}]),
    ],
    "ownerchange_four_eyes_after_objection": [(owners.upheld, [{"settled_by": F("prepared_by")}])],
    "merger_prepared": [
        (
            lambda: Companies().consented(),
            [{"prepared_at": clock.now}, {"prepared_by": someone}, {"prepared_text": "x"}],
        ),
        (lambda: Companies().prepared(), [{"prepared_at": None}, {"prepared_by": None}, {"prepared_text": ""}]),
    ],
    "merger_four_eyes": [
        (lambda: Companies().executed(), [{"decided_by": F("prepared_by")}, {"prepared_by": F("decided_by")}]),
    ],
}
