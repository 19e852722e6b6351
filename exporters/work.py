"""Exporter applications that an error stopped, disputes about EINs and requests to Census as kinds of work."""

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Coalesce

from ace_portal.core.numbers import parse_ein
from desk.registry import Kind, ace_id, address, beginning, exactly, reference
from exporters.models import EinDispute, ExporterApplication
from exporters.models.authorization import ReportAuthorization, awaits_census, own_requests
from useraccess import desks


def normal_ein(typed: str) -> str:
    """The stored form of an EIN as it was typed; "" when it is none."""
    try:
        return parse_ein(typed)
    except ValidationError:
        return ""


STOPPED = Kind(
    model=ExporterApplication,
    label="exporter application",
    waiting="stopped by an error",
    waits=Q(status="FAILED"),
    # Before it was processed nothing waits, but a search finds it.
    since=Coalesce("processed_at", "submitted_at"),
    came_in="submitted_at",
    company="company_name",
    ended="processed_at",
    # Rules decide, not officers.
    decided_by="",
    decided=Q(status__in=["ACCEPTED", "REJECTED"]),
    reason="reason",
    search=(
        exactly("reference", reference),
        beginning("company_name"),
        exactly("ein", normal_ein),
        exactly("applicant_email__iexact", address),
        exactly("sub_account__top_account__ace_id", ace_id),
    ),
    not_for=lambda by: Q(applicant_email__iexact=by.email),
)

DISPUTES = Kind(
    model=EinDispute,
    label="EIN dispute",
    waits=Q(status="OPEN"),
    since="raised_at",
    company="top_account__company_name",
    ended="resolved_at",
    decided_by="resolved_by",
    decided=Q(status="RESOLVED"),
    search=(
        exactly("reference", reference),
        beginning("top_account__company_name"),
        exactly("ein", normal_ein),
        exactly("top_account__ace_id", ace_id),
        exactly("raised_by__email__iexact", address),
    ),
    not_for=lambda by: Q(raised_by=by),
)

REQUESTS = Kind(
    model=ReportAuthorization,
    desk=desks.CENSUS_ANALYSTS,
    label="report authorization request",
    waits=awaits_census(),
    since="requested_at",
    company="sub_account__name",
    ended="decided_at",
    decided_by="decided_by",
    decided=Q(decided_at__isnull=False),
    search=(
        exactly("reference", reference),
        beginning("sub_account__name"),
        beginning("sub_account__top_account__company_name"),
        exactly("ein", normal_ein),
        exactly("sub_account__top_account__ace_id", ace_id),
    ),
    not_for=own_requests,
)
