"""The pages of the desks that go over all kinds of work: queue, hand over, numbers, and a decision's mails."""

from collections.abc import Callable
from functools import cache
from typing import Any

from playwright.sync_api import Page

from accounts.models import User
from desk import claims
from exporters import actions as exporters
from tests import factories
from tests.axe.places import Tour, place, press, simple
from tests.desk.work import (
    NEXT,
    PAGES,
    QUEUE,
    REQUEST,
    WORK,
    address,
    button,
    decider,
    dispute,
    due,
    happen,
    page_of,
    worker,
)
from tests.mergers.samples import Companies

simple("desk: the queue", "officer", QUEUE)
simple("desk: the queue, nothing found", "officer", f"{QUEUE}?q=nothing-of-this-name")
simple("desk: numbers", "officer", "/admin/numbers/?days=90")
simple("census: the queue, nothing found", "analyst", f"{QUEUE}?q=nothing-of-this-name")
assert NEXT.startswith(QUEUE)


@cache
def _auditor() -> User:
    return factories.auditor()


@cache
def _dispute() -> Any:
    return dispute()


@place("desk: the queue, to an auditor")
def queue_to_read(tour: Tour) -> Page:
    return tour.go_as(_auditor(), QUEUE)


@place("desk: a dispute, to an auditor")
def dispute_to_read(tour: Tour) -> Page:
    return tour.go_as(_auditor(), page_of(_dispute()))


@place("desk: hand over")
def hand_over(tour: Tour) -> Page:
    claims.claim(_dispute(), by=tour.cast.officer)
    return tour.go("officer", button(_dispute(), "hand_over"))


@place("desk: hand over, to nobody")
def hand_over_missing(tour: Tour) -> Page:
    return press(hand_over(tour), "Hand over")


@cache
def _request() -> Any:
    return WORK[REQUEST]()


@place("census: the queue")
def census_queue(tour: Tour) -> Page:
    claims.claim(_request(), by=tour.cast.analyst)
    WORK[REQUEST]()
    return tour.go("analyst", QUEUE)


@place("census: numbers")
def census_numbers(tour: Tour) -> Page:
    claims.claim(_request(), by=tour.cast.analyst)
    return tour.go("analyst", "/admin/numbers/?days=7")


@place("census: a request that was claimed")
def census_claimed(tour: Tour) -> Page:
    claims.claim(_request(), by=tour.cast.analyst)
    return tour.go("analyst", page_of(_request()))


@place("census: a request that a colleague has")
def census_of_a_colleague(tour: Tour) -> Page:
    row = WORK[REQUEST]()
    claims.claim(row, by=worker(REQUEST))
    return tour.go("analyst", page_of(row))


@place("census: hand over")
def census_hand_over(tour: Tour) -> Page:
    claims.claim(_request(), by=tour.cast.analyst)
    return tour.go("analyst", button(_request(), "hand_over"))


@place("census: hand over, to nobody")
def census_hand_over_missing(tour: Tour) -> Page:
    return press(census_hand_over(tour), "Hand over")


@place("census: a note, empty")
def census_note_missing(tour: Tour) -> Page:
    return press(tour.go("analyst", button(_request(), "note")), "Keep the note")


@place("desk: the mails of a decision")
def preview(tour: Tour) -> Page:
    page = tour.go("officer", page_of(Companies().prepared()))
    form = page.locator("form[action$='/reject/']")
    form.locator("textarea").fill("The deed is not signed.")
    form.get_by_role("button", name="Show the mail first").click()
    return page


def _pressed(tour: Tour, label: str, meanwhile: Callable[[Any], Any]) -> Page:
    """The page of a row after its last decision was filled in and pressed, when something has happened meanwhile."""
    code = PAGES[label].decisions[-1].code
    row = due(label, code)
    page = tour.go_as(decider(label), address(row))
    meanwhile(row)
    form = page.locator(f"form[action$='/{code}/']")
    for area in form.locator("textarea").all():
        area.fill("Careful words.")
    for choice in form.locator("select").all():
        choice.select_option(index=1)
    form.locator("[type=submit]").first.click()
    return page


for _label in PAGES:
    place(f"desk: {_label}, from an old page")(lambda tour, label=_label: _pressed(tour, label, happen))


@place("desk: words that came too late")
def too_late(tour: Tour) -> Page:
    return _pressed(
        tour,
        "exporters.eindispute",
        lambda row: exporters.resolve_dispute(row, note="It is free.", by=factories.officer()),
    )


@place("desk: a merger to be released by somebody else")
def prepared(tour: Tour) -> Page:
    row = Companies().consented()
    from mergers import actions

    actions.prepare(row, text="The deed fits.", by=tour.cast.officer)
    return tour.go("officer", page_of(row))
