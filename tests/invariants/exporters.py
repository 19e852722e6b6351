"""Rows of exporters, and every way to break what the database promises about them."""

from collections.abc import Callable
from typing import Any

from ace_portal.core import clock
from exporters import actions
from tests import factories
from tests.exporters import authorization_samples, makers
from tests.invariants.rows import HALF_A_DATE, NO_DATE, Changes, Row, someone


def _dispute() -> Row:
    holder, account = makers.exporter(), factories.account()
    return actions.dispute_ein(holder.identifier, account, text="Ours.", by=factories.owner_of(account))


def _draft() -> Row:
    account = factories.account()
    return makers.draft(account, factories.owner_of(account))


def _bare_request() -> Row:
    request = authorization_samples.requested()
    request.documents.all().delete()
    return request


def _finished_draft() -> Row:
    draft = _draft()
    type(draft).objects.filter(pk=draft.pk).update(sub_account=makers.exporter())
    draft.refresh_from_db()
    return draft


ROWS: dict[str, Callable[[], Row]] = {
    "exporters.ExporterApplication": makers.submitted,
    "exporters.ExporterSubAccount": lambda: makers.exporter().exporter,
    "exporters.ExporterDraft": _draft,
    "exporters.EinDispute": _dispute,
    "exporters.ReportAuthorization": authorization_samples.requested,
    "exporters.AuthorizationAffiliate": lambda: authorization_samples.requested().affiliates.get(),
    "exporters.AuthorizationDocument": lambda: authorization_samples.requested().documents.first(),
}
COPIES: dict[str, Callable[[Row], dict[str, Any]]] = {
    "one_open_exporter_draft": lambda row: {},
    "one_open_dispute_per_ein": lambda row: {"text": "Again."},
    "one_pending_request_per_ein": lambda row: {"sub_account_id": authorization_samples.exporter().pk},
    "one_live_report_authorization": lambda row: {"ein": "52-1111111"},
    "one_affiliate_per_ein": lambda row: {"name": "Another name"},
    "one_document_of_a_kind": lambda row: {"original_name": "another.pdf"},
}
LINKED: dict[str, Callable[[], Row]] = {
    "exporters.ExporterApplication.sub_account": makers.processed,
    "exporters.ExporterDraft.sub_account": _finished_draft,
}
APART: dict[str, Callable[[Row], dict[str, Any]]] = {
    "exporters.ExporterDraft": lambda row: {"started_by_id": factories.person().pk},
    "exporters.EinDispute": lambda row: {"ein": "52-1111111"},
    "exporters.ReportAuthorization": lambda row: {
        "ein": "52-1111111",
        "sub_account_id": authorization_samples.exporter().pk,
    },
    "exporters.AuthorizationDocument": lambda row: {"authorization_id": _bare_request().pk},
}
BREAKS: dict[str, list[tuple[Callable[[], Row], Changes]]] = {
    "exporterapplication_claimed_by_at": [(makers.submitted, [{"claimed_by": someone}, {"claimed_at": clock.now}])],
    "exporterapplication_decided_by_at": [(makers.submitted, [{"decided_by": someone}, {"decided_at": clock.now}])],
    "exporterapplication_fiscal_year_end": [(makers.submitted, [*HALF_A_DATE, *NO_DATE])],
    "exporterapplication_submitted_at": [(makers.submitted, [{"submitted_at": None}])],
    "exporterapplication_processed_at": [
        (makers.submitted, [{"processed_at": clock.now}]),
        (makers.rejected, [{"processed_at": None}]),
    ],
    "exporterapplication_reason": [
        (makers.rejected, [{"reason": ""}]),
        (makers.submitted, [{"reason": "EIN_USED"}]),
    ],
    "exporterapplication_error": [(makers.failed, [{"error": ""}]), (makers.submitted, [{"error": "OSError"}])],
    "exporterapplication_sub_account": [
        (makers.processed, [{"sub_account": None}]),
        (makers.submitted, [{"sub_account": makers.exporter}]),
    ],
    "exporter_draft_step": [(ROWS["exporters.ExporterDraft"], [{"step": 0}, {"step": 5}])],
    "ein_dispute_resolved": [
        (
            ROWS["exporters.EinDispute"],
            [{"status": "RESOLVED"}, {"note": "x"}, {"resolved_at": clock.now}, {"resolved_by": someone}],
        )
    ],
    "reportauthorization_decided": [
        (authorization_samples.requested, [{"decision_reason": "x"}, {"decided_at": clock.now}, {"status": "DENIED"}]),
        (authorization_samples.approved, [{"decision_reason": ""}, {"decided_by": None}, {"status": "PENDING"}]),
    ],
    "reportauthorization_revoked": [
        (
            authorization_samples.approved,
            [{"status": "REVOKED"}, {"revoked_at": clock.now}, {"revocation_reason": "x"}],
        ),
        (authorization_samples.revoked, [{"revocation_reason": ""}, {"status": "AUTHORIZED"}]),
    ],
    "reportauthorization_ended": [
        (authorization_samples.requested, [{"ended_at": clock.now}, {"status": "WITHDRAWN"}]),
        (authorization_samples.not_needed, [{"ended_at": None}]),
    ],
}
