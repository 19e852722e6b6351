"""Requests to change an owner as a kind of work at the desk."""

from django.db.models import Q
from django.db.models.functions import Coalesce

from desk.registry import Kind, ace_id, address, beginning, exactly, reference
from importers.work import normal_number
from ownership.models import OwnerChange

REQUESTS = Kind(
    model=OwnerChange,
    label="owner change request",
    waits=Q(status__in=[str(one) for one in OwnerChange.AT_THE_DESK]),
    shown=~Q(status__in=[str(one) for one in OwnerChange.UNCONFIRMED]),
    since=Coalesce("objected_at", "submitted_at"),
    came_in="submitted_at",
    company="top_account__company_name",
    ended="decided_at",
    decided_by="decided_by",
    decided=Q(decided_at__isnull=False),
    search=(
        exactly("reference", reference),
        beginning("top_account__company_name"),
        exactly("record__importer_number", normal_number),
        exactly("top_account__ace_id", ace_id),
        exactly("requester_email__iexact", address),
        exactly("new_email__iexact", address),
    ),
    not_for=lambda by: (
        Q(prepared_by=by) | Q(successor=by) | Q(requester_email__iexact=by.email) | Q(new_email__iexact=by.email)
    ),
)
