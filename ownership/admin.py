"""CBP's desk: requests for another owner, and what owners proposed themselves."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from accounts.models import User
from ace_portal.core.read_only import ReadOnlyAdmin
from desk import four_eyes
from desk.review.decision import Decision
from desk.review.page import ReviewAdmin, moment
from ownership import actions, policy, presentation
from ownership.models import OwnerChange, OwnerProposal

Status = OwnerChange.Status


def _to_prepare(row: OwnerChange, officer: User) -> bool:
    return row.status == Status.SUBMITTED and four_eyes.needed()


def _to_release(row: OwnerChange, officer: User) -> bool:
    return row.status == Status.PREPARED and row.prepared_by_id != officer.pk


def _to_approve(row: OwnerChange, officer: User) -> bool:
    return _to_release(row, officer) or (row.status == Status.SUBMITTED and not four_eyes.needed())


DECISIONS = (
    Decision(
        "prepare",
        "Prepare the approval",
        "Nothing happens yet: another officer looks at the request and releases it. The text tells them why you "
        "find for it; it is kept on file and not mailed.",
        actions.prepare,
        "{row} is prepared. Another officer releases it.",
        _to_prepare,
        mails=False,
    ),
    Decision(
        "approve",
        "Approve",
        "The present owner is mailed and may object until the waiting period is over; then the owner changes. The "
        "text is kept on file and not mailed.",
        actions.approve,
        "{row} was approved. Requester and owner are told by mail.",
        _to_approve,
    ),
    Decision(
        "uphold",
        "Change the owner",
        "In spite of the objection, at once and for good. Everybody is told; the text is kept on file, not mailed.",
        actions.uphold,
        "{row} was carried out. Everybody is told by mail.",
        lambda row, officer: row.status == Status.OBJECTED and row.prepared_by_id != officer.pk,
    ),
    Decision(
        "send_back",
        "Send back",
        "The request goes back in line and is prepared anew. The text, kept on file and not mailed, says what is "
        "missing.",
        actions.send_back,
        "{row} is back in line.",
        lambda row, officer: row.status == Status.PREPARED,
        mails=False,
    ),
    Decision(
        "reject",
        "Reject",
        "The owner stays. The text is mailed to the requester as you write it.",
        actions.reject,
        "{row} was rejected. The requester is told by mail.",
        lambda row, officer: row.is_at_the_desk,
        is_refusal=True,
    ),
)


@admin.register(OwnerChange)
class OwnerChangeAdmin(ReviewAdmin):
    decisions = DECISIONS
    list_display = ("reference", "company", "masked_number", "status", "submitted_at")
    list_select_related = ("top_account", "record")
    list_filter = ("status",)
    has_proof = True

    def shown(self) -> QuerySet[Any]:
        return OwnerChange.objects.confirmed()

    @admin.display(description="Company")
    def company(self, row: OwnerChange) -> str:
        return row.top_account.company_name

    @admin.display(description="Importer number")
    def masked_number(self, row: OwnerChange) -> str:
        return row.record.masked_number

    def facts(self, row: OwnerChange) -> dict[str, Any]:
        return {
            "where": [
                ("Status", row.get_status_display()),
                ("Account", self.link(row.top_account)),
                ("Confirmed by the point of contact", moment(row.submitted_at)),
                ("Decided", moment(row.decided_at, row.decided_by)),
                ("The owner may object until", moment(row.waiting_until)),
                ("Objection", moment(row.objected_at, row.objected_by)),
                ("Final decision", moment(row.settled_at, row.settled_by)),
                ("Ended", moment(row.ended_at)),
                ("Why it stopped", row.stop_reason),
            ],
            "sections": [{"title": "What is asked", "rows": presentation.desk_rows(row)}],
            "on_file": [
                (f"Prepared by {row.prepared_by}, {moment(row.prepared_at)}", row.prepared_text),
                (f"Decided by {row.decided_by}, {moment(row.decided_at)}", row.decision_text),
                (f"After the objection: {row.settled_by}, {moment(row.settled_at)}", row.settled_text),
            ],
        }

    def notices(self, row: OwnerChange, person: Any) -> list[str]:
        stale = policy.stale_because(row) if row.is_open else ""
        does_not_fit = f"It does not fit the account any more. {stale} It stops by itself within a few minutes."
        return [
            *four_eyes.notices(row, person),
            *([does_not_fit] if stale else []),
            f"What has to be filed beside: a CBP Form 5106, if {row.successor_name} becomes the point of contact on "
            "the importer record as well.",
        ]

    def nothing_to_decide(self, row: OwnerChange, person: Any) -> str:
        if row.is_open:
            return "The owner may object. If nobody does, the owner changes by itself when the waiting period is over."
        return super().nothing_to_decide(row, person)


@admin.register(OwnerProposal)
class OwnerProposalAdmin(ReadOnlyAdmin):
    list_display = ("top_account", "proposed_by", "successor", "status", "proposed_at")
    list_select_related = ("top_account", "proposed_by", "successor")
    list_filter = ("status",)
    search_fields = ("top_account__company_name", "=top_account__ace_id")
    search_help_text = "Company or ACE ID."
    ordering = ("-pk",)
    fields = ("top_account", "proposed_by", "successor", "becomes", "status", "proposed_at", "ended_at")
