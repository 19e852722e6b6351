"""The buttons of the review page: what each is called, asks, does and says afterwards."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django_fsm import can_proceed

from accounts.models import User
from ace_portal.core.forms import PortalForm
from importers import actions
from importers.models import ImporterApplication

#: As much as a message of the conversation holds.
TEXT_LENGTH = 2000


class RejectForm(PortalForm):
    reason = forms.ChoiceField(
        label="Reason", choices=[("", "- Select a reason -"), *ImporterApplication.Reason.choices]
    )
    text = forms.CharField(
        label="Message to the applicant",
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Say what did not fit and what the applicant can do next. It is mailed as you write it.",
    )


class QuestionForm(PortalForm):
    question = forms.CharField(
        label="Question to the applicant",
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="It is mailed as you write it. The application waits until the applicant answers.",
    )


@dataclass(frozen=True)
class Decision:
    """A button. `code` ends its address; `run(application, by=officer, **answers)` is the action behind it."""

    code: str
    label: str
    run: Callable[..., ImporterApplication]
    done: Callable[[ImporterApplication], str]
    form: type[PortalForm] | None = None


def _opened(application: ImporterApplication) -> str:
    sub_account = application.record.sub_account
    ace_id = sub_account.top_account.ace_id if sub_account else ""
    return (
        f"Account opened: ACE ID {ace_id}. Two mails are on their way to {application.applicant_email}: the account ID "
        "with the way to a temporary password, and the welcome."
    )


CLAIM = Decision("claim", "Claim", actions.claim, lambda row: f"You have claimed application {row.reference}.")
RELEASE = Decision(
    "release", "Release", actions.release, lambda row: f"Application {row.reference} is back on the queue."
)
APPROVE = Decision("approve", "Approve and open the account", actions.approve, _opened)
ASK = Decision(
    "ask",
    "Ask for information",
    actions.ask_for_information,
    lambda row: f"Your question is on its way to {row.applicant_email}.",
    QuestionForm,
)
REJECT = Decision(
    "reject",
    "Reject the application",
    actions.reject,
    lambda row: f"Application {row.reference} was not approved. {row.applicant_email} is told by mail.",
    RejectForm,
)
DECISIONS = {decision.code: decision for decision in (CLAIM, RELEASE, APPROVE, ASK, REJECT)}


def offered(application: ImporterApplication, officer: User) -> set[str]:
    """The codes of the buttons that make sense now. The actions decide again, on the locked row."""
    free = application.claimed_by_id in (None, officer.pk)
    # A question claims the application by the way, so an unclaimed one may be asked about, too.
    may_ask = application.status in (ImporterApplication.Status.SUBMITTED, ImporterApplication.Status.IN_REVIEW)
    makes_sense = {
        CLAIM.code: can_proceed(application.claim),
        RELEASE.code: can_proceed(application.release),
        APPROVE.code: free and can_proceed(application.approve),
        ASK.code: free and may_ask,
        REJECT.code: free and can_proceed(application.reject),
    }
    return {code for code, now in makes_sense.items() if now}
