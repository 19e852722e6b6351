"""What the tables of the trade applications promise, and every way to break it (tests/invariants/test_constraints.py)."""

from collections.abc import Callable
from typing import Any

from accounts.applications import conversation
from ace_portal.core import clock
from tests import factories
from tests.invariants.rows import Changes, Row, someone
from tests.tradeparties import samples
from tradeparties import application_actions as actions


def activity() -> Row:
    """The one activity of an application."""
    return samples.submitted().activities.get()


def opened() -> Row:
    """An activity whose sub-account was opened."""
    return samples.approved().activities.get()


def rejected() -> Row:
    return actions.reject(samples.submitted(), reason="OTHER", text="…", by=factories.officer(device=False))


#: What every application that was handed in has said yes to.
_AGREED = dict.fromkeys(("terms", "officer_authorizes", "owner_acknowledges"), True)
ROWS: dict[str, Callable[[], Row]] = {
    "tradeparties.TradeApplication": samples.submitted,
    "tradeparties.RequestedActivity": activity,
}
LINKED: dict[str, Callable[[], Row]] = {
    "tradeparties.TradeApplication.top_account": samples.approved,
    "tradeparties.RequestedActivity.sub_account": opened,
}
APART: dict[str, Callable[[Row], dict[str, Any]]] = {
    "tradeparties.RequestedActivity": lambda row: {"identifier": "XYZ", "is_primary": False},
}
COPIES: dict[str, Callable[[Row], dict[str, Any]]] = {
    "one_primary_activity": lambda row: {"identifier": "XYZ"},
    "activity_requested_once": lambda row: {"is_primary": False, "name": "Another"},
}


BREAKS: dict[str, list[tuple[Callable[[], Row], Changes]]] = {
    "message_attachment_has_name": [
        (
            lambda: conversation(samples.asked()).get(),
            [{"attachment": "a/1"}, {"attachment_name": "license.pdf"}],
        )
    ],
    "tradeapplication_claimed_by_at": [(samples.submitted, [{"claimed_by": someone}, {"claimed_at": clock.now}])],
    "tradeapplication_decided_by_at": [(rejected, [{"decided_by": None}])],
    "tradeapplication_fiscal_year_end": [
        (samples.submitted, [{"fiscal_year_end_month": None}, {"fiscal_year_end_day": 32}])
    ],
    "tradeapplication_submitted_at": [
        (
            samples.filled_in,
            [
                {"submitted_at": clock.now, **_AGREED},
                {"status": "SUBMITTED", **_AGREED},
                {"status": "WITHDRAWN", **_AGREED},
            ],
        ),
        (samples.submitted, [{"submitted_at": None}, {"status": "DRAFT"}, {"status": "EXPIRED"}]),
    ],
    "tradeapplication_decided_at": [
        (samples.submitted, [{"decided_by": someone, "decided_at": clock.now}]),
        (rejected, [{"status": "WITHDRAWN"}, {"decided_by": None, "decided_at": None}]),
    ],
    "tradeapplication_top_account": [
        (samples.submitted, [{"top_account": factories.account}]),
        (samples.approved, [{"top_account": None}]),
    ],
    "tradeapplication_agreed": [
        (samples.submitted, [{"terms": False}, {"officer_authorizes": False}, {"owner_acknowledges": False}]),
        (samples.protest_filer, [{"terms": False}, {"kind": "OTHER"}]),
    ],
}
