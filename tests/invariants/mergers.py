"""Rows of mergers, and every way to break what the database promises about them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import F

from ace_portal.core import clock
from tests import factories
from tests.exporters import authorization_samples
from tests.invariants.rows import Changes, Row, someone
from tests.mergers.samples import Companies, fresh


def moved() -> Row:
    """A request for report authorization that Census granted, of an EIN that has moved to another account."""
    two = Companies()
    request = authorization_samples.approved(authorization_samples.exporter(two.acquired))
    two.executed(request.sub_account)
    return fresh(request)


def shell() -> Row:
    two = Companies()
    two.executed()
    return fresh(two.acquired)


ROWS: dict[str, Callable[[], Row]] = {
    "mergers.Merger": lambda: Companies().proposed(),
    "mergers.MergerPart": lambda: Companies().consented().parts.first(),
}
COPIES: dict[str, Callable[[Row], dict[str, Any]]] = {
    "one_open_merger": lambda row: {"whole": not row.whole},
    "one_consented_merger_of_an_account": lambda row: {"acquirer_id": factories.account().pk},
    "one_part_of_a_merger": lambda row: {},
}
SOURCES: dict[str, Callable[[], Row]] = {"one_consented_merger_of_an_account": lambda: Companies().consented()}
APART: dict[str, Callable[[Row], dict[str, Any]]] = {
    "mergers.Merger": lambda row: {"acquired_id": factories.account().pk}
}
BREAKS: dict[str, list[tuple[Callable[[], Row], Changes]]] = {
    "top_account_merged_into_at": [
        (factories.account, [{"merged_at": clock.now}, {"merged_into": factories.account}]),
        (shell, [{"merged_at": None}]),
    ],
    "top_account_merged_into_another": [(shell, [{"merged_into": F("id")}])],
    "reportauthorization_moved": [
        (authorization_samples.approved, [{"moved_at": clock.now}]),
        (authorization_samples.requested, [{"moved_at": clock.now}]),
        (moved, [{"moved_at": None}]),
    ],
    "merger_of_two_accounts": [(ROWS["mergers.Merger"], [{"acquirer": F("acquired")}])],
    "merger_consented": [
        (
            ROWS["mergers.Merger"],
            [{"consented_at": clock.now}, {"consented_by": someone}, {"status": "CONSENTED"}],
        ),
        (lambda: Companies().consented(), [{"consented_at": None}, {"consented_by": None}]),
    ],
    "merger_decided": [
        (
            ROWS["mergers.Merger"],
            [{"decided_at": clock.now}, {"decided_by": someone}, {"decision_text": "x"}],
        ),
        (lambda: Companies().executed(), [{"decided_at": None}, {"decided_by": None}, {"decision_text": ""}]),
    ],
    "merger_ended_at": [
        (ROWS["mergers.Merger"], [{"ended_at": clock.now}]),
        (
            lambda: Companies().rejected(),
            [{"ended_at": None}, {"ended_at": F("proposed_at") - timedelta(seconds=1)}],
        ),
    ],
    "merger_ended_by": [
        (ROWS["mergers.Merger"], [{"ended_by": someone}]),
        (lambda: Companies().declined(), [{"ended_by": None}]),
    ],
    "merger_stop_reason": [
        (ROWS["mergers.Merger"], [{"stop_reason": "x"}]),
        (lambda: Companies().stopped(), [{"stop_reason": ""}]),
    ],
}
