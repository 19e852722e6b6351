"""The pages of mergers, for both sides and the desk, and those of a shell."""

from functools import cache

from django.urls import reverse
from playwright.sync_api import Page

from mergers.models import Merger
from tests import factories
from tests.axe.places import Tour, place, press, simple
from tests.exporters import authorization_samples
from tests.mergers.samples import Companies, by_type, own
from tests.useraccess import access_samples
from tests.useraccess.contact_samples import contact

simple("desk: mergers", "officer", "/admin/mergers/merger/")


@cache
def _two(state: str) -> tuple[Companies, Merger]:
    """Two companies with people, contacts and a broker, and their merger in this state."""
    two = Companies(factories.account(), factories.account())
    factories.member(two.acquired, granted=own(two.other))
    factories.member(two.acquirer, granted=by_type())
    access_samples.active(two.acquired, factories.account(), own(two.importer))
    contact(two.acquired, two.importer)
    authorization_samples.denied(authorization_samples.exporter(two.acquired))
    return two, getattr(two, state)()


def _at(name: str, row: object) -> str:
    return reverse(f"mergers:{name}", args=[row.pk])  # type: ignore[attr-defined]


@place("mergers, the list")
def listed(tour: Tour) -> Page:
    two, _ = _two("proposed")
    return tour.go_as(two.ours, _at("mergers", two.acquirer))


@place("mergers, propose: everything missing")
def propose_missing(tour: Tour) -> Page:
    two, _ = _two("proposed")
    return press(tour.go_as(two.ours, _at("propose", two.acquirer)), "Continue")


@place("mergers, propose: look once more")
def look_again(tour: Tour) -> Page:
    two, _ = _two("declined")
    page = tour.go_as(two.ours, _at("propose", two.acquirer))
    page.get_by_text("Some of its sub-accounts").click()
    return press(
        page,
        "Continue",
        user_id=two.theirs.account_id,
        ace_id=two.acquired.ace_id,
        numbers_importer=two.other.identifier,
    )


@place("a merger, for the owner who answers")
def answer(tour: Tour) -> Page:
    two, row = _two("proposed")
    return tour.go_as(two.theirs, _at("merger", row))


@place("a merger, for the acquirer")
def acquirer(tour: Tour) -> Page:
    two, row = _two("proposed")
    return tour.go_as(two.ours, _at("merger", row))


@place("a merger that was carried out")
def executed(tour: Tour) -> Page:
    two, row = _two("executed")
    return tour.go_as(two.ours, _at("merger", row))


@place("a shell")
def shell(tour: Tour) -> Page:
    two, _ = _two("executed")
    return tour.go_as(two.theirs, reverse("useraccess:history", args=[two.acquired.pk]))


@place("history of a sub-account that moved")
def history(tour: Tour) -> Page:
    two, _ = _two("executed")
    return tour.go_as(two.ours, reverse("useraccess:sub-account-history", args=[two.exporter.pk]))


@place("desk: history of a sub-account")
def desk_history(tour: Tour) -> Page:
    two, _ = _two("executed")
    return tour.go("officer", reverse("admin:accounts_subaccount_sub_account_history", args=[two.exporter.pk]))


@place("desk: a merger, rejected without a text")
def review(tour: Tour) -> Page:
    _, row = _two("consented")
    return press(tour.go("officer", reverse("admin:mergers_merger_change", args=[row.pk])), "Reject")
