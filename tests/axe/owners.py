"""The pages of owner lookup and change of owner, in every state, and the desk's view of them."""

from functools import cache

from django.urls import reverse
from playwright.sync_api import Page

from tests import factories
from tests.axe.places import Tour, place, press, simple
from tests.ownership import samples

simple("support", "visitor", "/support/")
simple("support, signed in", "owner", "/support/")
simple("owner lookup", "visitor", "/support/owner-lookup/")
simple("owner lookup, sent", "visitor", "/support/owner-lookup/sent/")
simple("change of owner", "visitor", "/support/owner-change/")
simple("desk: owner change requests", "officer", "/admin/ownership/ownerchange/")
simple("desk: proposals of new owners", "officer", "/admin/ownership/ownerproposal/")


@place("owner lookup, everything missing")
def lookup_missing(tour: Tour) -> Page:
    return press(tour.go("visitor", "/support/owner-lookup/"), "Ask")


@place("change of owner, everything missing")
def change_missing(tour: Tour) -> Page:
    return press(tour.go("visitor", "/support/owner-change/"), "Next")


@cache
def _request(state: str) -> object:
    return samples.STATES[state]()


@place("change of owner, the code")
def code(tour: Tour) -> Page:
    return tour.go("visitor", reverse("ownership:code", args=[samples.begun().status_token]))


@place("change of owner, a wrong code")
def wrong_code(tour: Tour) -> Page:
    return press(code(tour), "Hand the request in", code="not it")


for _state in ("SUBMITTED", "PREPARED", "WAITING", "OBJECTED", "EXECUTED", "REJECTED", "STOPPED", "EXPIRED"):
    place(f"change of owner: {_state}")(
        lambda tour, state=_state: tour.go("visitor", reverse("ownership:status", args=[_request(state).status_token]))
    )
    if _state not in ("EXPIRED",):
        place(f"desk: owner change {_state}")(
            lambda tour, state=_state: tour.go(
                "officer", reverse("admin:ownership_ownerchange_change", args=[_request(state).pk])
            )
        )


@place("desk: owner change, rejected without a text")
def desk_refused(tour: Tour) -> Page:
    page = tour.go("officer", reverse("admin:ownership_ownerchange_change", args=[_request("SUBMITTED").pk]))
    page.locator("form[action$='/reject/'] [type=submit]").first.click()
    return page


@place("the owner may object")
def objection(tour: Tour) -> Page:
    row = _request("WAITING")
    return tour.go_as(row.former_owner, reverse("ownership:objection", args=[row.pk]))


@place("the owner has objected")
def objected(tour: Tour) -> Page:
    row = _request("OBJECTED")
    return tour.go_as(row.former_owner, reverse("ownership:objection", args=[row.pk]))


@place("account owner")
def owner(tour: Tour) -> Page:
    return tour.go("owner", reverse("ownership:owner", args=[tour.cast.account.pk]))


@place("account owner, nobody chosen")
def owner_missing(tour: Tour) -> Page:
    return press(owner(tour), "Ask the successor")


@place("account owner, without people")
def owner_alone(tour: Tour) -> Page:
    account = factories.account()
    return tour.go_as(factories.owner_of(account), reverse("ownership:owner", args=[account.pk]))


@place("account owner, waiting, with an earlier proposal")
def owner_waiting(tour: Tour) -> Page:
    row = samples.proposed()
    samples.actions.decline(row, by=row.successor)
    samples.proposed(row.top_account, row.successor)
    return tour.go_as(row.proposed_by, reverse("ownership:owner", args=[row.top_account_id]))


@place("a successor is asked")
def asked(tour: Tour) -> Page:
    row = samples.proposed()
    return tour.go_as(row.successor, reverse("ownership:proposal", args=[row.pk]))


@place("a successor has accepted")
def accepted(tour: Tour) -> Page:
    row = samples.accepted()
    return tour.go_as(row.successor, reverse("ownership:proposal", args=[row.pk]))


@place("desk: a proposal of a new owner")
def desk_proposal(tour: Tour) -> Page:
    return tour.go("officer", reverse("admin:ownership_ownerproposal_change", args=[samples.proposed().pk]))
