"""Census' desk: the list of requests for report authorization and the page on which an analyst decides."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern
from django.utils.html import format_html
from django_fsm import can_proceed

from ace_portal.core import clock, mail
from ace_portal.core.forms import PortalForm
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from desk.review.decision import Decision
from desk.review.filters import StatusFilter
from desk.review.page import ReviewAdmin, facts_of, moment
from desk.targets import in_words
from exporters.actions import authorization as actions
from exporters.models.authorization import REASON_LENGTH, AuthorizationDocument, ReportAuthorization, status_of
from exporters.views.authorization import hand_out
from useraccess import desks, policy

Status = ReportAuthorization.Status
#: How references to requests begin, see ace_portal.core.refs.
REFERENCE = f"{ReportAuthorization._meta.label_lower}:"


class ReasonForm(PortalForm):
    reason = forms.CharField(label="Reason", max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 4}))


class MailFilter(admin.SimpleListFilter):
    title = "mail"
    parameter_name = "mail"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("failed", "Could not be sent")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "failed":
            return queryset
        failed = Message.objects.filter(status=Message.Status.FAILED, about__startswith=REFERENCE)
        about = failed.values_list("about", flat=True)
        return queryset.filter(pk__in=[int(reference.removeprefix(REFERENCE)) for reference in about])


@admin.register(ReportAuthorization)
class ReportAuthorizationAdmin(ReviewAdmin):
    desk = desks.CENSUS_ANALYSTS
    list_display = ("reference", "company", "masked_number", "status_shown", "age")
    list_select_related = ("sub_account__top_account",)
    list_filter = (StatusFilter, MailFilter)
    listed_statuses = tuple(Status)
    search_help_text = (
        "Reference, beginning of the company’s name, complete EIN or ACE ID: among waiting and decided ones."
    )
    review_template = "admin/exporters/reportauthorization/review.html"
    decisions = (
        Decision(
            "approve",
            "Approve the request",
            "Data filed under the EIN appear in the account’s export reports. The reason is kept on file and not "
            "mailed.",
            actions.approve,
            "{row} was approved.",
            lambda row, by: needs_decision_of(row, by) and can_proceed(row.approve),
            form=ReasonForm,
        ),
        Decision(
            "deny",
            "Deny the request",
            "The company may make a new request. The reason is kept on file; the mail does not state it but names the "
            "Trade Outreach Branch to ask.",
            actions.deny,
            "{row} was denied.",
            lambda row, by: needs_decision_of(row, by) and can_proceed(row.deny),
            form=ReasonForm,
            is_refusal=True,
        ),
        Decision(
            "revoke",
            "Revoke the authorization",
            "The approval ends now; the company may make a new request. The reason is kept on file and mailed as you "
            "write it.",
            actions.revoke,
            "{row} was revoked.",
            lambda row, _: can_proceed(row.revoke),
            form=ReasonForm,
            is_refusal=True,
        ),
    )

    def shown(self) -> QuerySet[Any]:
        return ReportAuthorization.objects.with_standing()

    @admin.display(description="Company")
    def company(self, row: ReportAuthorization) -> str:
        return row.sub_account.name

    @admin.display(description="EIN")
    def masked_number(self, row: ReportAuthorization) -> str:
        return row.masked_ein

    @admin.display(description="Status")
    def status_shown(self, row: Any) -> str:
        """The status, with what has overtaken a pending request that the next sweep will end."""
        return ": ".join(filter(None, (row.get_status_display(), overtaken_by(row))))

    @admin.display(description="Age")
    def age(self, row: Any) -> str | None:
        """For how long it has been waiting (simulated time); nothing once no decision is needed any more."""
        if not row.is_pending or overtaken_by(row):
            return None
        return in_words(clock.now() - row.requested_at)

    def get_urls(self) -> list[URLPattern]:
        return [
            self.page("documents/<int:document>", self.document, "document"),
            self.page("mails/<int:message>/send-again", self.send_again, "send_again"),
            *super().get_urls(),
        ]

    def told(self, row: ReportAuthorization, decision: Decision) -> str:
        people = " and ".join(person.email for person in actions.people_to_tell(row)) or "Nobody"
        return f"{super().told(row, decision)} {people} will be told by mail."

    def nothing_to_decide(self, row: ReportAuthorization, person: Any) -> str:
        if overtaken := overtaken_by(row):
            return (
                f"No decision is needed: {overtaken}. The request ends by itself within a few minutes, and the "
                "account’s people are told by mail."
            )
        if row.is_pending:
            return "This request is your own. Another analyst has to decide on it."
        return super().nothing_to_decide(row, person)

    def document(self, request: HttpRequest, pk: int, document: int) -> HttpResponseBase:
        """A document of the request, as a download."""
        return hand_out(get_object_or_404(self.found(request, str(pk)).documents, pk=document))

    def send_again(self, request: HttpRequest, pk: int, message: int) -> HttpResponse:
        """Put a message about the request that was given up back into the outbox."""
        row = self.found(request, str(pk))
        found = get_object_or_404(Message, pk=message, about=ref(row))
        if request.method == "POST":
            if mail.send_again(found, by=request.user):
                messages.success(request, f"The message to {found.to_address} is in the outbox again.")
            else:
                messages.error(request, "This message was not given up. Nothing was sent.")
        return HttpResponseRedirect(self.address("change", pk))

    def facts(self, row: ReportAuthorization) -> dict[str, Any]:
        sub_account, account = row.sub_account, row.sub_account.top_account
        standing, owner, age = status_of(sub_account), policy.owner_of(account), self.age(row)
        role = policy.role_in(row.requested_by, account)
        asked_as = f", {role.label}" if role else ", who has no access to the account any more"
        affiliates = [f"{one.ein} {one.name}" for one in row.affiliates.all()]
        asked = [
            ("Exporter", sub_account.name),
            ("EIN", row.ein),
            ("Top account", f"{account.company_name}, ACE ID {account.ace_id}"),
            ("Exports as", row.get_acts_as_display()),
            ("Contact person", row.contact_name),
            ("Telephone number", row.contact_phone_shown),
            ("E-mail", row.contact_email),
            ("Reason for the request", row.reason),
            ("Affiliates", "\n".join(affiliates) or "None named"),
        ]
        papers = [(one.get_kind_display(), self._paper(row, one)) for one in row.documents.all()]
        others = ReportAuthorization.objects.filter(ein=row.ein).exclude(pk=row.pk)[:20]
        earlier = [(one.get_status_display(), self._request(one)) for one in others]
        return {
            "where": [
                ("Request", row.get_status_display()),
                ("Authorization for Reports", f"{standing.label}{' (automatic)' if standing.automatic else ''}"),
                ("Requested", f"{moment(row.requested_at, row.requested_by)}{asked_as}"),
                ("Waiting for", age),
                ("Account owner", f"{owner}, {owner.email}"),
                ("Decided", moment(row.decided_at, row.decided_by)),
                ("Revoked", moment(row.revoked_at, row.revoked_by)),
                ("Ended without a decision", moment(row.ended_at)),
            ],
            "sections": [
                facts_of("What is asked", asked),
                facts_of("Documents", papers),
                *([facts_of("Other requests for this EIN", earlier)] if earlier else []),
            ],
            "on_file": [
                (f"Reason on file: {row.decided_by}, {moment(row.decided_at)}", row.decision_reason),
                (f"Reason of the revocation: {row.revoked_by}, {moment(row.revoked_at)}", row.revocation_reason),
            ],
        }

    def _paper(self, row: ReportAuthorization, document: AuthorizationDocument) -> str:
        address, size = self.address("document", row.pk, document.pk), filesizeformat(document.size)
        return format_html('<a href="{}">{}</a> (PDF, {})', address, document.original_name, size)

    def _request(self, row: ReportAuthorization) -> str:
        address = self.address("change", row.pk)
        return format_html('<a href="{}">{}</a>, {}', address, row.reference, moment(row.requested_at))


def needs_decision_of(row: Any, person: Any) -> bool:
    """Whether a request has not been overtaken, and is not the person's own."""
    return not overtaken_by(row) and not row.is_own(person)


def overtaken_by(row: Any) -> str:
    """Why a pending request needs no decision any more, in a few words; "" while it does."""
    if not row.is_pending:
        return ""
    if row.sub_account.closed_at:
        return "the EIN has left the account"
    return "the EIN is authorized automatically" if row.is_covered else ""
