"""Applications of other trade parties that wait at the demo's desk: a carrier with two activities, and a law firm."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from demo.steps import NETWORK
from tradeparties import application_actions as actions
from tradeparties.application_forms import filled, form_class
from tradeparties.descriptions import PROTEST, TRADE
from tradeparties.models import TradeApplication


@dataclass(frozen=True)
class Applicant:
    """Who applies: the address, and what is typed beside what all of them type."""

    email: str
    answers: dict[str, str]


ADDRESS = {
    "owner_middle_name": "",
    "owner_country": "US",
    "owner_street_address": "2100 Congress Street",
    "owner_city": "Laredo",
    "owner_state": "TX",
    "owner_postal_code": "78040",
    "owner_phone": "956-555-0155",
    "organizational_structure": "LLC",
    "terms": "on",
}
CARRIER = Applicant(
    "noor.haddad@cardinal-freight.example",
    {
        "company_name": "Cardinal Freight Lines LLC",
        "officer_first_name": "Emil",
        "officer_last_name": "Cardinal",
        "officer_title": "President",
        "officer_date_of_birth": "06/12/1961",
        "activity-0-type": "TRUCK_CARRIER",
        "activity-0-identifier": "CDNL",
        "activity-0-name": "Cardinal Freight Lines LLC",
        "activity-1-type": "FACILITY_OPERATOR",
        "activity-1-identifier": "L4R7",
        "activity-1-name": "Cardinal Bonded Warehouse",
        "primary": "0",
        "owner_first_name": "Noor",
        "owner_last_name": "Haddad",
        "owner_date_of_birth": "11/02/1983",
        "officer_authorizes": "on",
        "owner_acknowledges": "on",
    },
)
LAW_FIRM = Applicant(
    "june.okafor@quay-and-cole.example",
    {
        "company_name": "Quay & Cole LLP",
        "ein": "74-1000021",
        "owner_first_name": "June",
        "owner_last_name": "Okafor",
        "owner_date_of_birth": "04/18/1979",
    },
)


def add() -> int:
    """Hand in whichever of these applications is missing; returns how many were handed in."""
    known = set(TradeApplication.objects.values_list("applicant_email", flat=True))
    added = 0
    for applicant, hand_in in ((CARRIER, _carrier), (LAW_FIRM, _law_firm)):
        if applicant.email not in known:
            hand_in(applicant)
            added += 1
    return added


def _carrier(applicant: Applicant) -> None:
    first = _form([TRADE.sections[0]], applicant)
    application = actions.start(
        answers=first.answers(), typed=first.typed(), key=applicant.email, browser=NETWORK, ip=NETWORK
    )
    actions.keep_draft(application, ADDRESS | applicant.answers)
    whole = filled(TRADE, application.draft)
    if unfinished := whole.unfinished:
        raise ValueError(f"the demo's application of a carrier is not filled in well: {unfinished.code}")
    actions.submit(application, answers=whole.answers(), activities=whole.activities())


def _law_firm(applicant: Applicant) -> None:
    form = _form(PROTEST.sections, applicant)
    ein = form.cleaned_data["ein"]
    actions.apply_as_protest_filer(answers=form.answers(), ein=ein, key=applicant.email, browser=NETWORK, ip=NETWORK)


def _form(sections: Any, applicant: Applicant) -> Any:
    """The checked form of these sections. Nobody looks at a picture here, so it is not asked."""
    data = QueryDict(mutable=True)
    data.update({**ADDRESS, **applicant.answers, "applicant_email": applicant.email})
    form = form_class(sections, without=["picture"])(data)
    if not form.is_valid():
        raise ValueError(f"the demo's application of {applicant.email} is not filled in well: {form.errors}")
    return form
