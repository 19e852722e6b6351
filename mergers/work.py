"""Mergers that both owners want as a kind of work at the desk."""

from django.db.models import Q

from desk.registry import Kind, ace_id, address, beginning, exactly, reference
from mergers.models import Merger

MERGERS = Kind(
    model=Merger,
    label="merger",
    waits=Q(status__in=[str(one) for one in Merger.AT_THE_DESK]),
    since="consented_at",
    company="acquirer__company_name",
    ended="decided_at",
    decided_by="decided_by",
    decided=Q(decided_at__isnull=False),
    shown=Q(consented_at__isnull=False),
    search=(
        exactly("reference", reference),
        beginning("acquirer__company_name"),
        beginning("acquired__company_name"),
        exactly("acquirer__ace_id", ace_id),
        exactly("acquired__ace_id", ace_id),
        exactly("proposed_by__email__iexact", address),
    ),
    not_for=lambda by: Q(prepared_by=by),
)
