"""CBP's desk: disputes about EINs that one account holds and another one claims."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html

from ace_portal.core.forms import PortalForm
from desk.review.decision import TEXT_LENGTH, Decision
from desk.review.page import ReviewAdmin, facts_of, moment
from exporters import actions
from exporters.models import EinDispute
from exporters.models.sub_account import holders_of


class ResolveForm(PortalForm):
    note = forms.CharField(
        label="Note to the company",
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What was found, and what the company can do now. It is mailed as you write it: do not name the "
        "other account.",
    )


@admin.register(EinDispute)
class EinDisputeAdmin(ReviewAdmin):
    list_display = ("reference", "top_account", "masked_number", "status", "raised_at", "resolved_by")
    list_select_related = ("top_account", "resolved_by")
    list_filter = ("status",)
    #: Open ones first (O comes before R), oldest first.
    ordering = ("status", "pk")
    decisions = (
        Decision(
            "resolve",
            "Mark as resolved and mail the note",
            "This closes the dispute. No sub-account is moved by it.",
            actions.resolve_dispute,
            "{row} is resolved. {row.raised_by} is told by mail.",
            lambda row, _: row.status == EinDispute.Status.OPEN,
            form=ResolveForm,
        ),
    )

    @admin.display(description="EIN")
    def masked_number(self, dispute: EinDispute) -> str:
        return dispute.masked_ein

    def facts(self, dispute: EinDispute) -> dict[str, Any]:
        holders = holders_of(dispute.ein).exclude(top_account=dispute.top_account).select_related("top_account")
        held: list[Any] = [format_html("{} of {}", self.link(one), one.top_account) for one in holders]
        parties = [
            ("Claimed by", self.link(dispute.top_account)),
            *(("Held by", one) for one in held or ["No other account now"]),
            ("What the company says", dispute.text),
        ]
        return {
            "where": [
                ("Status", dispute.get_status_display()),
                ("EIN", dispute.ein),
                ("Raised", moment(dispute.raised_at, dispute.raised_by)),
                ("Resolved", moment(dispute.resolved_at, dispute.resolved_by)),
            ],
            "sections": [facts_of("Who claims the EIN, and who holds it", parties)],
            "on_file": [("Note to the company", dispute.note)],
        }
