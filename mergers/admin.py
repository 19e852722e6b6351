"""CBP's desk: mergers that both owners want, and what became of the others."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import HttpRequest

from accounts.models import User
from ace_portal.core.events import history_of
from ace_portal.core.refs import ref
from desk import four_eyes
from desk.review import Decision, DecisionAdmin
from mergers import actions, policy, presentation
from mergers.models import Merger

Status = Merger.Status


def _to_approve(row: Merger, officer: User) -> bool:
    released = row.status == Status.PREPARED and row.prepared_by_id != officer.pk
    return released or (row.status == Status.CONSENTED and not four_eyes.needed())


DECISIONS = {
    one.code: one
    for one in (
        Decision(
            "prepare",
            "Prepare the approval",
            "Nothing moves yet: another officer looks at the merger and releases it. The text tells them why you find "
            "for it; it is kept on file and not mailed.",
            actions.prepare,
            "is prepared. Another officer releases it.",
            lambda row, officer: row.status == Status.CONSENTED and four_eyes.needed(),
            mails=False,
        ),
        Decision(
            "approve",
            "Approve",
            "Everything listed above moves at once, and everybody concerned is told. The text is kept on file and not "
            "mailed.",
            actions.approve,
            "was carried out. Everybody is told by mail.",
            _to_approve,
        ),
        Decision(
            "send_back",
            "Send back",
            "The merger goes back in line and is prepared anew. The text, kept on file and not mailed, says what is "
            "missing.",
            actions.send_back,
            "is back in line.",
            lambda row, officer: row.status == Status.PREPARED,
            mails=False,
        ),
        Decision(
            "reject",
            "Reject",
            "Nothing moves. The text is mailed to both owners as you write it.",
            actions.reject,
            "was rejected. Both owners are told by mail.",
            lambda row, officer: row.is_at_the_desk,
            is_refusal=True,
        ),
    )
}


@admin.register(Merger)
class MergerAdmin(DecisionAdmin):
    decisions = DECISIONS
    list_display = ("reference", "acquirer", "acquired", "whole", "status", "consented_at")
    list_select_related = ("acquirer", "acquired")
    list_filter = ("status",)
    search_fields = (
        *("reference", "acquirer__company_name", "acquired__company_name"),
        *("=acquirer__ace_id", "=acquired__ace_id"),
    )
    search_help_text = "Reference, company or ACE ID."
    review_template = "admin/mergers/merger/review.html"

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What waits for the desk first, oldest first; then the others, newest first."""
        waits = Q(status__in=Merger.AT_THE_DESK)
        return [
            Case(When(waits, then=Value(0)), default=Value(1), output_field=IntegerField()),
            Case(When(waits, then="consented_at")).asc(),
            "-pk",
        ]

    def facts(self, row: Merger) -> dict[str, Any]:
        # Both journals tell each step; one of them is enough here. What officers prepare, neither tells.
        inside = Q(journal="") | Q(journal=ref(row.acquirer))
        return {
            **presentation.what_moves(row),
            "stale": policy.stale_because(row) if row.is_open else "",
            "history": history_of(row).filter(inside),
        }
