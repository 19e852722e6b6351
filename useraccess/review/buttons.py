"""The buttons of a review page: what each is called, asks, does and says afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django_fsm import can_proceed

from accounts.applications import Reviewed
from accounts.models import User
from ace_portal.core.forms import PortalForm
from useraccess.policy import is_officer, is_supervisor
from useraccess.review import decisions
from useraccess.review.forms import QuestionForm, RejectForm


@dataclass(frozen=True)
class Decision:
    """A button. `code` ends its address; `run(application, by=officer, **answers)` is the action behind it."""

    code: str
    label: str
    run: Callable[..., Any]
    done: Callable[[Any], str]
    form: type[PortalForm] | None = None


CLAIM = Decision("claim", "Claim", decisions.claim, lambda row: f"You have claimed application {row.reference}.")
RELEASE = Decision(
    "release", "Release", decisions.release, lambda row: f"Application {row.reference} is back on the queue."
)
ASK = Decision(
    "ask",
    "Ask for information",
    decisions.ask_for_information,
    lambda row: f"Your question is on its way to {row.applicant_email}.",
    QuestionForm,
)


def buttons(*, approve: Callable[..., Any], opened: Callable[[Any], str], reasons: Any) -> dict[str, Decision]:
    """The buttons of a room, by code: `approve` is its action, `opened` what the officer reads afterwards."""
    form = type("ReasonsForm", (RejectForm,), {"reasons": reasons})
    reject = Decision(
        "reject",
        "Reject the application",
        decisions.reject,
        lambda row: f"Application {row.reference} was not approved. {row.applicant_email} is told by mail.",
        form,
    )
    approval = Decision("approve", "Approve and open the account", approve, opened)
    return {one.code: one for one in (CLAIM, RELEASE, approval, ASK, reject)}


def offered(application: Any, officer: User) -> set[str]:
    """The codes of the buttons that make sense now. The actions decide again, on the locked row."""
    if not is_officer(officer) or decisions.is_own(application, officer):
        return set()
    free = application.claimed_by_id in (None, officer.pk)
    # Who may take it out of somebody's hands.
    holds = free or is_supervisor(officer)
    # A question claims the application by the way, so an unclaimed one may be asked about, too.
    may_ask = application.status in (Reviewed.SUBMITTED, Reviewed.IN_REVIEW)
    makes_sense = {
        "claim": can_proceed(application.claim),
        "release": holds and can_proceed(application.release),
        "approve": free and can_proceed(application.approve),
        "ask": free and may_ask,
        "reject": free and can_proceed(application.reject),
    }
    return {code for code, now in makes_sense.items() if now}
