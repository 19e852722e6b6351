"""Census' desk: the queue of requests for report authorization and the page on which an analyst decides."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django_fsm import can_proceed

from ace_portal.core import clock, mail
from ace_portal.core.errors import DomainError
from ace_portal.core.events import history_of
from ace_portal.core.forms import PortalForm
from ace_portal.core.models import Message
from ace_portal.core.read_only import ReadOnlyAdmin
from ace_portal.core.refs import ref
from exporters.actions import authorization as actions
from exporters.models.authorization import REASON_LENGTH, ReportAuthorization, status_of
from exporters.views.authorization import hand_out
from useraccess import policy

Status = ReportAuthorization.Status
IS_PENDING = Q(status=Status.PENDING)
#: How references to requests begin, see ace_portal.core.refs.
REFERENCE = f"{ReportAuthorization._meta.label_lower}:"


class ReasonForm(PortalForm):
    reason = forms.CharField(label="Reason", max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 4}))


@dataclass(frozen=True)
class Decision:
    """A button. `code` ends its address; `run(request, reason=…, by=analyst)` is the action behind it."""

    code: str
    label: str
    what_happens: str
    run: Callable[..., ReportAuthorization]
    done: str
    is_refusal: bool = False

    @property
    def url_name(self) -> str:
        return f"admin:exporters_reportauthorization_{self.code}"

    def is_offered(self, row: ReportAuthorization) -> bool:
        return bool(can_proceed(getattr(row, self.code)))


APPROVE = Decision(
    "approve",
    "Approve",
    "Data filed under the EIN appear in the account’s export reports. The reason is kept on file and not mailed.",
    actions.approve,
    "approved",
)
DENY = Decision(
    "deny",
    "Deny",
    "The company may make a new request. The reason is kept on file; the mail does not state it but names the Trade "
    "Outreach Branch to ask.",
    actions.deny,
    "denied",
    is_refusal=True,
)
REVOKE = Decision(
    "revoke",
    "Revoke",
    "The approval ends now; the company may make a new request. The reason is kept on file and mailed as you write it.",
    actions.revoke,
    "revoked",
    is_refusal=True,
)
DECISIONS = {decision.code: decision for decision in (APPROVE, DENY, REVOKE)}


class StatusFilter(admin.SimpleListFilter):
    """What waits for a decision, unless a status is chosen. A search without a choice looks everywhere."""

    title = "status"
    parameter_name = "status"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.default = "all" if request.GET.get(SEARCH_VAR, "").strip() else "waiting"
        super().__init__(request, *args)

    def value(self) -> str:
        return super().value() or self.default

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waiting for a decision"), *((one.value, one.label) for one in Status), ("all", "All")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Without Django's own first choice: "All" is one of ours."""
        return islice(super().choices(changelist), 1, None)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        if self.value() == "waiting":
            return queryset.awaiting_census()  # type: ignore[attr-defined, no-any-return]
        return queryset.filter(status=self.value())


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
class ReportAuthorizationAdmin(ReadOnlyAdmin):
    desk = policy.CENSUS_ANALYSTS
    list_display = ("reference", "company", "masked_number", "status_shown", "age")
    list_select_related = ("sub_account__top_account",)
    list_filter = (StatusFilter, MailFilter)
    search_fields = ("reference", "=ein", "sub_account__name", "sub_account__top_account__company_name")
    search_help_text = "Reference, company or complete EIN: among waiting and decided ones."
    review_template = "admin/exporters/reportauthorization/review.html"

    def shown(self) -> QuerySet[Any]:
        return ReportAuthorization.objects.with_standing()

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """What is pending by age, oldest first; then what has ended, newest first."""
        return [
            Case(When(IS_PENDING, then=Value(0)), default=Value(1), output_field=IntegerField()),
            Case(When(IS_PENDING, then="requested_at")).asc(),
            Coalesce("revoked_at", "decided_at", "ended_at", "requested_at").desc(),
            "pk",
        ]

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
        days, hours = divmod(int((clock.now() - row.requested_at).total_seconds() // 3600), 24)
        if days:
            return f"{days} {'day' if days == 1 else 'days'} {hours} h"
        return f"{hours} h" if hours else "under 1 h"

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable[..., HttpResponse], name: str, **extra: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), extra, name=f"exporters_reportauthorization_{name}")

        return [
            *(page(f"<int:pk>/{code}/", self.decide, code, code=code) for code in DECISIONS),
            page("<int:pk>/documents/<int:document>/", self.document, "document"),
            page("<int:pk>/mails/<int:message>/send-again/", self.send_again, "send_again"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The review page. It takes no form of its own, so nothing sent to it can change a row."""
        row = self.found(request, object_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return self._review(request, row)

    def decide(self, request: HttpRequest, pk: int, code: str) -> HttpResponse:
        """One of the buttons. Whatever is refused, the page is shown as it now stands, with what was typed."""
        row = self.found(request, str(pk))
        address = reverse("admin:exporters_reportauthorization_change", args=[pk])
        if request.method != "POST":
            return HttpResponseRedirect(address)
        decision = DECISIONS[code]
        form = ReasonForm(request.POST, auto_id=f"{code}_%s")
        if not form.is_valid():
            return self._review(request, row, code, form)
        try:
            decision.run(row, reason=form.cleaned_data["reason"], by=request.user)
        except DomainError as error:
            messages.error(request, error.message)
            return self._review(request, self.found(request, str(pk)), code, form)
        told = " and ".join(person.email for person in actions.people_to_tell(row)) or "Nobody"
        messages.success(request, f"Request {row.reference} was {decision.done}. {told} will be told by mail.")
        return HttpResponseRedirect(address)

    def document(self, request: HttpRequest, pk: int, document: int) -> HttpResponse:
        """A document of the request, as a download."""
        row = self.found(request, str(pk))
        answer: Any = hand_out(get_object_or_404(row.documents, pk=document))
        return answer  # type: ignore[no-any-return]

    def send_again(self, request: HttpRequest, pk: int, message: int) -> HttpResponse:
        """Put a message about the request that was given up back into the outbox."""
        row = self.found(request, str(pk))
        found = get_object_or_404(Message, pk=message, about=ref(row))
        if request.method == "POST":
            if mail.send_again(found, by=request.user):
                messages.success(request, f"The message to {found.to_address} is in the outbox again.")
            else:
                messages.error(request, "This message was not given up. Nothing was sent.")
        return HttpResponseRedirect(reverse("admin:exporters_reportauthorization_change", args=[pk]))

    def _review(
        self, request: HttpRequest, row: ReportAuthorization, code: str = "", form: ReasonForm | None = None
    ) -> HttpResponse:
        offered = {} if overtaken_by(row) else {c: d for c, d in DECISIONS.items() if d.is_offered(row)}
        typed = {code: form} if form else {}
        context = {
            **self.admin_site.each_context(request),
            **facts(row),
            "title": f"Request {row.reference}",
            "opts": self.opts,
            "media": self.media,
            "age": self.age(row),
            "decisions": [(d, typed.get(c) or ReasonForm(auto_id=f"{c}_%s")) for c, d in offered.items()],
            "refused": form if code in offered else None,
            "unsent": form if code not in offered else None,
        }
        return TemplateResponse(request, self.review_template, context)


def overtaken_by(row: Any) -> str:
    """Why a pending request needs no decision any more, in a few words; "" while it does."""
    if not row.is_pending:
        return ""
    if row.sub_account.closed_at:
        return "the EIN has left the account"
    return "the EIN is authorized automatically" if row.is_covered else ""


def facts(row: ReportAuthorization) -> dict[str, Any]:
    """All that the review page tells about a request."""
    sub_account, account = row.sub_account, row.sub_account.top_account
    return {
        "authorization": row,
        "overtaken": overtaken_by(row),
        "standing": status_of(sub_account),
        "owner": policy.owner_of(account),
        "requester_role": policy.role_in(row.requested_by, account),
        "company_rows": [
            {"label": "Exporter", "value": sub_account.name},
            {"label": "EIN", "value": row.ein},
            {"label": "Top account", "value": f"{account.company_name}, ACE ID {account.ace_id}"},
            {"label": "Exports as", "value": row.get_acts_as_display()},
            {"label": "Contact person", "value": row.contact_name},
            {"label": "Telephone number", "value": row.contact_phone_shown},
            {"label": "E-mail", "value": row.contact_email},
        ],
        "earlier": ReportAuthorization.objects.filter(ein=row.ein).exclude(pk=row.pk)[:20],
        "history": history_of(row),
        "mails": Message.objects.filter(about=ref(row)),
    }
