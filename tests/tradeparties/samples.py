"""Applications of trade parties in tests: sections as a browser sends them, applications in every state."""

import io
from typing import Any

from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests import factories
from tests.ownership.samples import letters
from tradeparties import application_actions as actions
from tradeparties.application_forms import Filled, filled, form_class
from tradeparties.descriptions import PROTEST, TRADE
from tradeparties.models import TradeApplication
from useraccess.attachments import Attachment

APPLY = "/apply/trade/"
PROTEST_FILER = "/apply/protest-filer/"

COMPANY = {
    "company_name": "Old Wharf Brokers Inc.",
    "organizational_structure": "CORPORATION",
    "fiscal_year_end_0": "9",
    "fiscal_year_end_1": "30",
    "duns": "15-048-3782",
    "website": "https://www.oldwharf.example",
}
OFFICER = {
    "officer_first_name": "Ola",
    "officer_last_name": "Officer",
    "officer_title": "President",
    "officer_date_of_birth": "03/21/1965",
}
AUTHORIZATION = {"officer_authorizes": "on", "owner_acknowledges": "on", "terms": "on"}
PICTURE = {"picture": "PASSED", "picture_token": "any"}


def filer_code() -> str:
    """A filer code nobody else of this run has."""
    number = factories.serial()
    return "".join("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[number >> shift & 31] for shift in (10, 5, 0))


def activity(row: int = 0, type_: str = "BROKER", identifier: str = "", name: str = "Old Wharf") -> dict[str, str]:
    """One row of the business activities."""
    typed = {"type": type_, "identifier": identifier or filer_code(), "name": name}
    return {f"activity-{row}-{key}": value for key, value in typed.items()}


def owner(**changed: str) -> dict[str, str]:
    """The account owner: somebody no other application of this run names."""
    known = {key: value for key, value in factories.DETAILS.items() if key.startswith("owner_")}
    number = factories.serial()
    born = {"owner_date_of_birth": "03/21/1985", "owner_last_name": f"Owner{letters(number)}"}
    return {**known, **born, **changed}


def sections(**changed: str) -> dict[str, str]:
    """A whole draft."""
    return {**COMPANY, **OFFICER, **activity(), **owner(), **AUTHORIZATION, **changed}


def email() -> str:
    return f"wharf{factories.serial()}@trade.example"


def begun(*, draft: dict[str, str] | None = None, **facts: str) -> TradeApplication:
    """A draft whose first section is filled in; `draft` is typed on top. `facts`: applicant_email, key."""
    number = factories.serial()
    typed = {**COMPANY, "applicant_email": facts.get("applicant_email", email()), **PICTURE}
    data = QueryDict(mutable=True)
    data.update(typed)
    form = form_class([TRADE.sections[0]])(data)
    assert form.is_valid(), form.errors.as_json()
    application = actions.start(
        answers=form.answers(),
        typed=form.typed(),
        key=facts.get("key", f"key {number}"),
        browser="a browser",
        ip=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
    )
    if draft:
        actions.keep_draft(application, draft)
    return application


def filled_in(*, changed: dict[str, str] | None = None, **facts: str) -> TradeApplication:
    """A draft that could be submitted."""
    return begun(draft=sections(**(changed or {})), **facts)


def whole(application: TradeApplication) -> Filled:
    """Its answers, checked."""
    found = filled(TRADE, application.draft)
    assert found.unfinished is None, [form.errors.as_json() for _, form in found.forms]
    return found


def submitted(*, changed: dict[str, str] | None = None, **facts: str) -> TradeApplication:
    """An application on the desk's queue: a broker's."""
    application = filled_in(changed=changed, **facts)
    found = whole(application)
    return actions.submit(application, answers=found.answers(), activities=found.activities())


def asked(*, by: User | None = None, **facts: Any) -> TradeApplication:
    """An application whose applicant was asked something."""
    return actions.ask_for_information(submitted(**facts), question="Which license?", by=by or factories.officer())


def answered_with_a_document() -> TradeApplication:
    """An application whose applicant answered with a document."""
    paper = Attachment(io.BytesIO(b"%PDF-"), "license.pdf")
    return actions.answer(asked(), text="This one.", attachment=paper)


def approved(**facts: Any) -> TradeApplication:
    return actions.approve(submitted(**facts), by=factories.officer())


def ein() -> str:
    return f"12-{factories.serial():07d}"


def protest(**changed: str) -> dict[str, str]:
    """The protest filer's application as it is typed."""
    typed = {**COMPANY, "company_name": "Quay & Cole LLP", "ein": ein(), "applicant_email": email(), "terms": "on"}
    return {**typed, **owner(), **PICTURE, "key": f"key {factories.serial()}", **changed}


def protest_filer(**changed: str) -> TradeApplication:
    """A protest filer's application on the desk's queue."""
    typed = protest(**changed)
    data = QueryDict(mutable=True)
    data.update(typed)
    form = form_class(PROTEST.sections)(data)
    assert form.is_valid(), form.errors.as_json()
    number = factories.serial()
    return actions.apply_as_protest_filer(
        answers=form.answers(),
        ein=form.cleaned_data["ein"],
        key=typed["key"],
        browser="a browser",
        ip=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
    )


def url(application: TradeApplication, page: str, *more: Any) -> str:
    """The address of a page of this application: a section's code, answers, status, withdraw, resume."""
    if page in ("status", "withdraw", "attachment"):
        return reverse(f"tradeparties:{page}", args=[application.status_token, *more])
    if page in ("answers", "resume"):
        return reverse(f"tradeparties:{page}", args=[application.draft_token])
    return reverse("tradeparties:step", args=[application.draft_token, page])


def begin(client: Client, *, address: str = APPLY, **changed: str) -> Any:
    """Send the first section with a browser."""
    return client.post(address, {**COMPANY, "applicant_email": email(), **PICTURE, "key": "one", **changed})


def desk_url(application: TradeApplication, page: str = "change") -> str:
    return reverse(f"admin:tradeparties_tradeapplication_{page}", args=[application.pk])
