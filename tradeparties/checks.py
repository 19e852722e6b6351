"""What speaks against an application of a trade party, in words that say what to do next. Nothing is written here.

The applicant is told early; what counts is what holds when an officer approves. No sentence names another account.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from accounts import registry
from accounts.models import SubAccount, User
from ace_portal.core.numbers import parse_importer_number
from importers import checks as importers
from importers.account_type import IMPORTER
from tradeparties.models import RequestedActivity, TradeApplication
from useraccess.review.steps import Failure

#: Checks that no officer can decide away. The others (a name that was changed, say) are for the officer to weigh.
STOPS_APPROVAL = (
    *("email_taken", "person_known", "identifier_taken"),
    *("number_not_on_file", "record_linked", "record_voided"),
)


def email_failures(email: str) -> list[Failure]:
    """Whether the owner's e-mail address belongs to a portal user already."""
    if User.objects.by_email(email) is None:
        return []
    return [
        Failure(
            "email_taken",
            "applicant_email",
            f"{email} already belongs to a portal owner or user. Use another business address for the new account "
            "owner, or sign in with this one.",
        )
    ]


def person_failures(first_name: str, last_name: str, date_of_birth: date | None) -> list[Failure]:
    """Whether a portal user has the owner's name and date of birth (facts-applications §1.3)."""
    known = User.objects.filter(first_name__iexact=first_name, last_name__iexact=last_name, date_of_birth=date_of_birth)
    if date_of_birth is None or not known.exists():
        return []
    return [
        Failure(
            "person_known",
            "owner_date_of_birth",
            "A portal user has this name and date of birth already, and these two together must be different for every "
            "user. If it is you, sign in with the login you have. Otherwise name another account owner.",
        )
    ]


def activity_failures(activities: Iterable[dict[str, Any]]) -> list[list[Failure]]:
    """What speaks against each of these activities (fields of RequestedActivity)."""
    return [_activity_failures(**activity) for activity in activities]


def _activity_failures(account_type: str, identifier: str, name: str, **_: Any) -> list[Failure]:
    if account_type == IMPORTER.code:
        found = importers.record_failures(company_name=name, importer_number=parse_importer_number(identifier))[1]
        # Nobody is sent a code here, so a contact that is out of date stops nothing.
        return [failure for failure in found if failure.code != "no_contact"]
    kind = registry.account_type(account_type)
    holders = SubAccount.objects.live().filter(account_type=account_type, identifier=identifier)
    if not holders.exists():
        return []
    return [
        Failure(
            "identifier_taken",
            "identifier",
            f"{kind.identifier_label} {identifier} already belongs to a portal account, and can live in one only. "
            "Ask inside your company who the account owner is: they can add you as a user. If nobody knows, use the "
            "owner lookup.",
        )
    ]


def failures_now(application: TradeApplication) -> list[Failure]:
    """All checks as they stand now, for an application that waits for a decision."""
    asked = [as_facts(activity) for activity in application.activities.all()]
    return [
        *email_failures(application.applicant_email),
        *person_failures(application.owner_first_name, application.owner_last_name, application.owner_date_of_birth),
        *(failure for found in activity_failures(asked) for failure in found),
    ]


def as_facts(activity: RequestedActivity) -> dict[str, Any]:
    """An activity as `activity_failures` takes it."""
    return {"account_type": activity.account_type, "identifier": activity.identifier, "name": activity.name}


def rivals(application: TradeApplication) -> list[RequestedActivity]:
    """Activities with the same code or number in other open applications: a note for the officer, no obstacle."""
    found: list[RequestedActivity] = []
    for activity in application.activities.all():
        same = RequestedActivity.objects.filter(
            account_type=activity.account_type,
            identifier=activity.identifier,
            application__status__in=TradeApplication.OPEN,
        )
        found += same.exclude(application=application).select_related("application")
    return found
