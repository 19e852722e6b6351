"""What the pages of reviewed applications have in common: their decisions, their order, the mails about them."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django_fsm import can_proceed

from accounts.applications import Reviewed
from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from desk.review.decision import Decision
from desk.review.filters import OPEN, chosen
from desk.review.page import ReviewAdmin, moment
from desk.targets import in_words
from useraccess.review import decisions
from useraccess.review.forms import QuestionForm, RejectForm


def decisions_on(
    *, approve: Callable[..., Any], effects: Callable[[Any], list[str]], account: str, reasons: Any
) -> tuple[Decision, ...]:
    """The decisions of a room: `approve` is its action, `effects` what that would open, `account` the path from an
    application to its top account, `reasons` the choices of a rejection."""
    return (
        Decision(
            "approve",
            "Approve and open the account",
            "This opens the account at once and in one step:",
            approve,
            f"Account opened: ACE ID {{row.{account}.ace_id}}. Two mails are on their way to {{row.applicant_email}}: "
            "the account ID with the way to a temporary password, and the welcome.",
            lambda row, by: can_proceed(row.approve) and not decisions.is_own(row, by),
            form=None,
            effects=effects,
        ),
        Decision(
            "ask",
            "Ask for information",
            "The application is yours from then on, and waits until the applicant answers.",
            decisions.ask_for_information,
            "Your question is on its way to {row.applicant_email}.",
            lambda row, by: _may_ask(row) and not decisions.is_own(row, by),
            form=QuestionForm,
        ),
        Decision(
            "reject",
            "Reject the application",
            "Nothing is opened. The applicant is told by mail and may apply anew.",
            decisions.reject,
            "{row} was not approved. {row.applicant_email} is told by mail.",
            lambda row, by: can_proceed(row.reject) and not decisions.is_own(row, by),
            form=type("ReasonsForm", (RejectForm,), {"reasons": reasons}),
            is_refusal=True,
        ),
    )


def _may_ask(row: Any) -> bool:
    # A question claims the application by the way, so an unclaimed one may be asked about, too.
    return row.status in (Reviewed.SUBMITTED, Reviewed.IN_REVIEW)


class ApplicationAdmin(ReviewAdmin):
    """The queue of a model derived from accounts.applications.ReviewedApplication, and its review page."""

    talks_to = "applicant"

    @property
    def listed_statuses(self) -> tuple[str, ...]:
        return (*self.model.OPEN, Reviewed.APPROVED, Reviewed.REJECTED, Reviewed.WITHDRAWN)

    def shown(self) -> QuerySet[Any]:
        """Everything that was handed in. Drafts are the applicant's own business."""
        return super().shown().filter(submitted_at__isnull=False)

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Open work by age, oldest first; what is decided by when it came in, newest first. All by an index.

        What a search finds is little: open work comes first, then what is decided, newest first.
        """
        model: Any = self.model
        if not request.GET.get(SEARCH_VAR, "").strip():
            return ["submitted_at", "pk"] if chosen(request) in (OPEN, *model.OPEN) else ["-submitted_at", "-pk"]
        is_open = Q(status__in=model.OPEN)
        return [
            Case(When(is_open, then=Value(0)), default=Value(1), output_field=IntegerField()),
            Case(When(is_open, then="submitted_at")).asc(),
            Coalesce("decided_at", "submitted_at").desc(),
            "pk",
        ]

    @admin.display(description="Status")
    def status_shown(self, application: Any) -> str:
        return str(application.get_status_display())

    @admin.display(description="Age")
    def age(self, application: Any) -> str | None:
        """How long the applicant has been waiting (simulated time); nothing once the waiting is over."""
        if not (application.is_open and application.submitted_at):
            return None
        return in_words(clock.now() - application.submitted_at)

    def facts(self, application: Any) -> dict[str, Any]:
        age = self.age(application)
        return {
            "where": [
                ("Status", application.get_status_display()),
                ("Company", application.company_name),
                ("Submitted", moment(application.submitted_at) + (f" ({age} ago)" if age else "")),
                ("Claimed", moment(application.claimed_at, application.claimed_by) if age else ""),
                ("Decided", moment(application.decided_at, application.decided_by)),
                ("Reason", application.get_reason_display() if application.decided_at else ""),
            ]
        }

    def nothing_to_decide(self, application: Any, person: User) -> str:
        if application.is_open:
            return "This application is for your own e-mail address. Another officer has to decide on it."
        ended = "The applicant withdrew the application."
        if application.decided_by:
            when = moment(application.decided_at)
            ended = f"{application.get_status_display()} by {application.decided_by}, {when}."
        elif application.reason:
            ended = f"Closed: {application.get_reason_display()}."
        return f"{ended} There is nothing left to decide."

    def mails(self, application: Any) -> QuerySet[Message]:
        return mails_about(application, opened=application.status == Reviewed.APPROVED)


def mails_about(application: Any, *, opened: bool) -> QuerySet[Message]:
    """The messages sent about an application, newest first; if it `opened` an account, with its owner's account ID."""
    about = Q(about=ref(application))
    if opened and (owner := User.objects.by_email(application.applicant_email)):
        about |= Q(about=ref(owner), template="accounts/account_id")
    return Message.objects.filter(about)
