"""The applications of trade parties, in every state, the start of all applications, and the desk's view of them."""

from functools import cache

from playwright.sync_api import Page

from tests import factories
from tests.axe.places import Tour, place, press, simple
from tests.tradeparties import samples
from tests.tradeparties.samples import activity, desk_url, url
from tradeparties import application_actions as actions
from tradeparties.models import TradeApplication

simple("apply: an importer's way", "visitor", "/apply/?activity=IMPORTER")
simple("apply: nothing chosen", "visitor", "/apply/?activity=")
simple("trade application: begin", "visitor", samples.APPLY)
simple("protest filer", "visitor", samples.PROTEST_FILER)
simple("desk: trade applications", "officer", "/admin/tradeparties/tradeapplication/?status=all")
MISSING = {"trade application: begin": (samples.APPLY, "Next"), "protest filer": (samples.PROTEST_FILER, "Submit")}
for _name, (_path, _button) in MISSING.items():
    place(f"{_name}, everything missing")(
        lambda tour, path=_path, button=_button: press(tour.go("visitor", path), button)
    )


@cache
def _draft() -> TradeApplication:
    return samples.filled_in(changed=activity(0) | activity(1, "SURETY", "123") | {"primary": "0"})


@cache
def _application(state: str) -> TradeApplication:
    made = {
        "SUBMITTED": samples.submitted,
        "INFO_REQUESTED": samples.asked,
        "ANSWERED": samples.answered_with_a_document,
        "APPROVED": samples.approved,
        "REJECTED": lambda: actions.reject(samples.submitted(), reason="OTHER", text="No.", by=factories.officer()),
        "WITHDRAWN": lambda: actions.withdraw(samples.submitted()),
        "PROTEST_FILER": samples.protest_filer,
    }[state]()
    return made


for _section in ("company", "activities", "owner", "answers"):
    place(f"trade application: {_section}")(lambda tour, section=_section: tour.go("visitor", url(_draft(), section)))
for _section in ("activities", "authorization"):
    place(f"trade application: {_section}, everything missing")(
        lambda tour, section=_section: press(tour.go("visitor", url(samples.begun(), section)), "Next")
    )


@place("trade application: answers that are not taken")
def not_taken(tour: Tour) -> Page:
    held = _application("APPROVED").activities.get()
    late = samples.filled_in(changed=activity(identifier=held.identifier))
    return press(tour.go("visitor", url(late, "answers")), "Submit")


@place("trade application: an empty answer")
def empty_answer(tour: Tour) -> Page:
    return press(tour.go("visitor", url(_application("INFO_REQUESTED"), "status")), "Send answer")


@place("trade application: withdraw")
def withdraw(tour: Tour) -> Page:
    return tour.go("visitor", url(_application("SUBMITTED"), "withdraw"))


for _state in ("ANSWERED", "APPROVED", "REJECTED", "PROTEST_FILER"):
    place(f"trade application: {_state}")(
        lambda tour, state=_state: tour.go("visitor", url(_application(state), "status"))
    )
for _state in ("SUBMITTED", "ANSWERED", "WITHDRAWN"):
    place(f"desk: trade application {_state}")(
        lambda tour, state=_state: tour.go("officer", desk_url(_application(state)))
    )


@place("desk: trade application, rejected without a text")
def desk_refused(tour: Tour) -> Page:
    page = tour.go("officer", desk_url(_application("SUBMITTED")))
    page.locator("form[action$='/reject/'] [type=submit]").first.click()
    return page


@place("desk: trade application of one's own")
def desk_own(tour: Tour) -> Page:
    own = samples.submitted()
    TradeApplication.objects.filter(pk=own.pk).update(applicant_email=tour.cast.officer.email)
    return tour.go("officer", desk_url(own))
