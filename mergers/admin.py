"""CBP's desk: mergers that both owners want, and what became of the others."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet

from accounts.models import User
from ace_portal.core.models import Event
from ace_portal.core.refs import ref
from desk import four_eyes
from desk.review.decision import Decision
from desk.review.page import ReviewAdmin, moment
from mergers import actions, policy, presentation
from mergers.models import Merger

Status = Merger.Status


def _to_approve(row: Merger, officer: User) -> bool:
    released = row.status == Status.PREPARED and row.prepared_by_id != officer.pk
    return released or (row.status == Status.CONSENTED and not four_eyes.needed())


DECISIONS = (
    Decision(
        "prepare",
        "Prepare the approval",
        "Nothing moves yet: another officer looks at the merger and releases it. The text tells them why you find "
        "for it; it is kept on file and not mailed.",
        actions.prepare,
        "{row} is prepared. Another officer releases it.",
        lambda row, officer: row.status == Status.CONSENTED and four_eyes.needed(),
        mails=False,
    ),
    Decision(
        "approve",
        "Approve",
        "Everything listed above moves at once, and everybody concerned is told. The text is kept on file and not "
        "mailed.",
        actions.approve,
        "{row} was carried out. Everybody is told by mail.",
        _to_approve,
    ),
    Decision(
        "send_back",
        "Send back",
        "The merger goes back in line and is prepared anew. The text, kept on file and not mailed, says what is "
        "missing.",
        actions.send_back,
        "{row} is back in line.",
        lambda row, officer: row.status == Status.PREPARED,
        mails=False,
    ),
    Decision(
        "reject",
        "Reject",
        "Nothing moves. The text is mailed to both owners as you write it.",
        actions.reject,
        "{row} was rejected. Both owners are told by mail.",
        lambda row, officer: row.is_at_the_desk,
        is_refusal=True,
    ),
)


@admin.register(Merger)
class MergerAdmin(ReviewAdmin):
    decisions = DECISIONS
    list_display = ("reference", "acquirer", "acquired", "whole", "status", "consented_at")
    list_select_related = ("acquirer", "acquired")
    list_filter = ("status",)
    review_template = "admin/mergers/merger/review.html"

    def facts(self, row: Merger) -> dict[str, Any]:
        return {
            **presentation.what_moves(row),
            "where": [
                ("Status", row.get_status_display()),
                ("Acquirer", self.link(row.acquirer)),
                ("Acquired", self.link(row.acquired)),
                ("What moves", "The whole account" if row.whole else "Named sub-accounts"),
                ("Proposed", moment(row.proposed_at, row.proposed_by)),
                ("Consented", moment(row.consented_at, row.consented_by)),
                ("Decided", moment(row.decided_at, row.decided_by)),
                ("Ended", moment(row.ended_at, row.ended_by)),
                ("Why it stopped", row.stop_reason),
            ],
            "on_file": [
                (f"Prepared by {row.prepared_by}, {moment(row.prepared_at)}", row.prepared_text),
                (f"Decided by {row.decided_by}, {moment(row.decided_at)}", row.decision_text),
            ],
        }

    def notices(self, row: Merger, person: Any) -> list[str]:
        stale = policy.stale_because(row) if row.is_open else ""
        does_not_fit = f"It does not fit the accounts any more. {stale} It stops by itself within a few minutes."
        return [*four_eyes.notices(row, person), *([does_not_fit] if stale else [])]

    def nothing_to_decide(self, row: Merger, person: Any) -> str:
        if row.is_open:
            return "The other owner has not consented yet. There is nothing to decide before."
        return super().nothing_to_decide(row, person)

    def history(self, row: Merger) -> QuerySet[Event]:
        # Both journals tell each step; one of them is enough here. What officers prepare, neither tells.
        return super().history(row).filter(Q(journal="") | Q(journal=ref(row.acquirer)))
