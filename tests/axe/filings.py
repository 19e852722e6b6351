"""The pages of Form 5106, with errors and with data, and the desk's view of them."""

from datetime import timedelta
from functools import cache
from typing import Any

from django.urls import reverse
from playwright.sync_api import Page

from accounts.applications import conversation
from ace_portal.core import clock
from form5106 import actions
from form5106.models import Action, Filing, RestoreRequest
from tests import factories
from tests.axe.places import Tour, place, press, simple
from tests.form5106 import samples

simple("importer records", "visitor", "/importer-records/")
simple("file form 5106", "visitor", "/importer-records/file/")
simple("un-void a record", "visitor", "/importer-records/un-void/")
simple("customs query", "owner", "/importer-records/query/")
simple("desk: filings", "officer", "/admin/form5106/filing/")
simple("desk: un-void requests", "officer", "/admin/form5106/restorerequest/")


@cache
def _company() -> Any:
    """An importer's account with a record that a filing has changed, a draft behind it, and one overtaken by it."""
    account, record, owner = samples.company()
    slow, quick = (samples.filled_in(record, [Action.NAME], by=owner) for _ in range(2))
    samples.kept(quick, {"company_name": "Quick Harbor Inc."})
    actions.submit(quick, content=samples.content(quick))
    return account, record, owner, slow


def _page(name: str, filing: Filing, *more: str) -> str:
    return reverse(f"form5106:{name}", args=[filing.token, *more])


@place("file form 5106, everything missing")
def start_missing(tour: Tour) -> Page:
    return press(tour.go("visitor", "/importer-records/file/"), "Next")


@place("importer records, with filings")
def home(tour: Tour) -> Page:
    return tour.go_as(_company()[2], "/importer-records/")


for _slug in ("company", "addresses", "business", "certification"):
    place(f"form 5106, {_slug}, errors")(
        lambda tour, slug=_slug: press(
            tour.go("visitor", _page("step", samples.begun(number=""), slug)),
            "Next",
            **({"officer1_name": "Nobody"} if slug == "business" else {}),
        )
    )


@place("form 5106, business, filled in")
def business(tour: Tour) -> Page:
    return tour.go("visitor", _page("step", samples.filled_in(), "business"))


@place("form 5106, business, several of each, errors")
def several(tour: Tour) -> Page:
    filing = samples.begun(number="")
    page = press(tour.go("visitor", _page("step", filing, "business")), "Add another officer", officer1_name="Nobody")
    press(page, "Add another related business", officer2_title="Chair")
    return press(page, "Next", related2_name="Mill LLC")


@place("form 5106, check your answers")
def answers(tour: Tour) -> Page:
    return tour.go("visitor", _page("answers", samples.filled_in()))


@place("form 5106, answers refused")
def refused(tour: Tour) -> Page:
    number = factories.importer_number()
    late = samples.filled_in(number=number)
    samples.submitted(number=number)
    return press(tour.go("visitor", _page("answers", late)), "Submit")


@place("form 5106, answers with what changes")
def changes(tour: Tour) -> Page:
    account, record, owner, _ = _company()
    return tour.go_as(owner, _page("answers", samples.filled_in(samples.fresh(record), [Action.CONTACT], by=owner)))


@place("form 5106, overtaken")
def overtaken(tour: Tour) -> Page:
    *_, owner, slow = _company()
    return tour.go_as(owner, _page("overtaken", slow))


@place("form 5106, the code")
def code(tour: Tour) -> Page:
    return tour.go("visitor", _page("code", samples.begun(factories.ImporterRecordFactory.create(), [Action.NAME])))


@place("form 5106, a wrong code")
def wrong_code(tour: Tour) -> Page:
    return press(code(tour), "Next", code="not it")


@place("form 5106, without a code")
def no_code(tour: Tour) -> Page:
    filing = samples.begun(factories.ImporterRecordFactory.create(), [Action.NAME])
    return press(tour.go("visitor", _page("no-code", filing)), "Next")


def _unanswered(row: Any) -> Any:
    """The filing or request after a question that nobody answered in time."""
    samples.asked(row)
    conversation(row).update(sent_at=clock.now() - timedelta(days=31))
    actions.chase_answers()
    return samples.fresh(row)


@cache
def _request(state: str) -> RestoreRequest:
    row, officer = samples.restore_requested(), factories.officer()
    if state == "CLOSED":
        return _unanswered(row)
    if state in ("GRANTED", "REFUSED"):
        decide = actions.grant if state == "GRANTED" else actions.refuse
        return decide(row, text="The letter says so.", by=officer)
    return (
        row
        if state == "OPEN"
        else {"INFO_REQUESTED": samples.asked, "ANSWERED": samples.answered_with_a_document}[state](row)
    )


@cache
def _filing(state: str) -> Filing:
    if state == "ACCEPTED":
        return samples.submitted()
    filing = samples.at_the_desk()
    if state == "INFO_REQUESTED":
        return samples.asked(filing)
    if state == "ANSWERED":
        return samples.answered_with_a_document(filing)
    if state == "CLOSED":
        return _unanswered(filing)
    if state == "REJECTED":
        return actions.reject(filing, reject_code="R35", text="No box, please.", by=factories.officer())
    return filing


for _state in ("ACCEPTED", "SUBMITTED", "INFO_REQUESTED", "ANSWERED", "REJECTED", "CLOSED"):
    place(f"filing: {_state}")(lambda tour, state=_state: tour.go("visitor", _page("status", _filing(state))))
    place(f"desk: filing {_state}")(
        lambda tour, state=_state: tour.go("officer", reverse("admin:form5106_filing_change", args=[_filing(state).pk]))
    )


for _state in ("OPEN", "INFO_REQUESTED", "ANSWERED", "GRANTED", "REFUSED", "CLOSED"):
    place(f"un-void request: {_state}")(
        lambda tour, state=_state: tour.go(
            "visitor", reverse("form5106:restore-status", args=[_request(state).status_token])
        )
    )
    place(f"desk: un-void request {_state}")(
        lambda tour, state=_state: tour.go(
            "officer", reverse("admin:form5106_restorerequest_change", args=[_request(state).pk])
        )
    )


@place("filing: empty answer")
def filing_empty_answer(tour: Tour) -> Page:
    return press(tour.go("visitor", _page("status", _filing("INFO_REQUESTED"))), "Send answer")


@place("un-void request: empty answer")
def request_empty_answer(tour: Tour) -> Page:
    address = reverse("form5106:restore-status", args=[_request("INFO_REQUESTED").status_token])
    return press(tour.go("visitor", address), "Send answer")


@place("desk: filing, asked without a question")
def desk_no_question(tour: Tour) -> Page:
    page = tour.go("officer", reverse("admin:form5106_filing_change", args=[_filing("SUBMITTED").pk]))
    page.locator("form[action$='/ask/'] [type=submit]:not([name])").click()
    return page


@place("desk: filing, rejected without a code")
def desk_refused(tour: Tour) -> Page:
    page = tour.go("officer", reverse("admin:form5106_filing_change", args=[_filing("SUBMITTED").pk]))
    page.locator("form[action$='/reject/'] [type=submit]").first.click()
    return page


@place("filing: withdraw")
def withdraw(tour: Tour) -> Page:
    return tour.go("visitor", _page("withdraw", _filing("SUBMITTED")))


@place("form 5106, throw away")
def discard(tour: Tour) -> Page:
    return tour.go("visitor", _page("discard", samples.begun()))


@place("versions of a record")
def history(tour: Tour) -> Page:
    account, record, owner, _ = _company()
    return tour.go_as(owner, reverse("form5106:history", args=[record.pk]))


@place("customs query, answered")
def answered(tour: Tour) -> Page:
    account, record, owner, _ = _company()
    page = tour.go_as(owner, "/importer-records/query/")
    return press(page, "Send query", numbers=f"{record.importer_number}\n12-900000100")


@place("customs query, unreadable")
def unreadable(tour: Tour) -> Page:
    return press(tour.go("owner", "/importer-records/query/"), "Send query", numbers="x\ny")


@place("un-void a record, everything missing")
def restore_missing(tour: Tour) -> Page:
    return press(tour.go("visitor", "/importer-records/un-void/"), "Send the request")


@place("desk: a record that a filing changed")
def desk_record(tour: Tour) -> Page:
    return tour.go("officer", reverse("admin:importers_importerrecord_change", args=[_company()[1].pk]))


@place("screen 1, voided, inactive or unknown: the ways on")
def ways_on(tour: Tour) -> Page:
    record = samples.voided()
    page = tour.go("visitor", "/apply/importer/")
    page.locator("main [name=picture]").fill("PASSED")
    facts = {"company_name": record.company_name, "importer_number": record.importer_number}
    return press(page, "Next", **facts, email=f"new{record.pk}@trade.example")
