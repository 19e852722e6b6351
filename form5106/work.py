"""Filings of Form 5106 and requests to un-void a record as kinds of work at the desk."""

from django.db.models import Q

from desk.registry import Kind, ace_id, address, beginning, exactly, reference
from form5106.models import Filing, RestoreRequest
from importers.work import normal_number

FILINGS = Kind(
    model=Filing,
    label="Form 5106 filing",
    waits=Q(status__in=[str(status) for status in Filing.AT_THE_DESK]),
    since="submitted_at",
    company="company_name",
    ended="ended_at",
    decided_by="decided_by",
    decided=Q(status__in=[str(Filing.Status.ACCEPTED), str(Filing.Status.REJECTED)]),
    shown=~Q(status__in=[str(Filing.Status.DRAFT), str(Filing.Status.EXPIRED)]),
    reason="reject_code",
    search=(
        exactly("reference", reference),
        beginning("company_name"),
        exactly("importer_number", normal_number),
        exactly("record__sub_account__top_account__ace_id", ace_id),
        exactly("filer_email__iexact", address),
    ),
    not_for=lambda by: Q(filer_email__iexact=by.email),
)
RESTORE_REQUESTS = Kind(
    model=RestoreRequest,
    label="un-void request",
    waits=Q(status__in=[str(status) for status in RestoreRequest.AT_THE_DESK]),
    since="requested_at",
    company="record__company_name",
    ended="decided_at",
    decided_by="decided_by",
    decided=Q(decided_by__isnull=False),
    search=(
        exactly("reference", reference),
        beginning("record__company_name"),
        exactly("record__importer_number", normal_number),
        exactly("requester_email__iexact", address),
    ),
    not_for=lambda by: Q(requester_email__iexact=by.email),
)
