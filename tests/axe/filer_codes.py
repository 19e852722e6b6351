"""Filer codes, limits to one of them, sub-accounts that the desk adds, and the prompt for a Trade Account ACE ID."""

from functools import cache

from django.urls import reverse
from playwright.sync_api import Page

from tests import factories
from tests.axe.places import Tour, place, press
from tests.useraccess import access_samples
from tests.useraccess.access_samples import OFFER, at
from tests.useraccess.limit_samples import Limited
from tests.useraccess.people_samples import importer
from tradeparties.account_types import BROKER
from tradeparties.actions import open_by_desk


@cache
def _cast() -> Limited:
    """An account with filer codes, a limited user, a sub-account of a broker, and access to another account."""
    cast = Limited()
    cast.user()
    open_by_desk(cast.account, kind=BROKER, code="AB1", name="Old Wharf Brokers", by=factories.officer(device=False))
    client = factories.account(company_name="Acme Coffee")
    importer(client)
    access_samples.active(client, cast.account, OFFER)
    return cast


def _limited(tour: Tour, page: str) -> Page:
    cast = _cast()
    member = cast.account.memberships.get(limit_filer_code="AB1")
    return tour.go_as(cast.owner, at(page, member))


@place("filer codes")
def listed(tour: Tour) -> Page:
    return tour.go_as(_cast().owner, at("filer-codes", _cast().account))


place("filer codes, none")(lambda tour: tour.go("owner", at("filer-codes", tour.cast.account)))
place("filer codes, a wrong one")(lambda tour: press(listed(tour), "Link", filer_code="x"))
place("filer codes, remove")(lambda tour: tour.go_as(_cast().owner, at("remove-filer-code", _cast().links[1])))
place("filer codes, remove, somebody limited")(
    lambda tour: tour.go_as(_cast().owner, at("remove-filer-code", _cast().links[0]))
)
place("a limited person")(lambda tour: _limited(tour, "person"))
place("a limited person, change")(lambda tour: _limited(tour, "change"))


@place("a limited person, half a limit")
def half_a_limit(tour: Tour) -> Page:
    page = _limited(tour, "change")
    page.locator("#limit-filer-code").select_option("")
    return press(page, "Save")


@place("a broker sub-account")
def broker(tour: Tour) -> Page:
    made = _cast().account.sub_accounts.get(account_type="BROKER")
    return tour.go_as(_cast().owner, f"/accounts/sub/{made.pk}/")


@place("accounts of several companies, another one's ACE ID")
def foreign_ace_id(tour: Tour) -> Page:
    return tour.go_as(_cast().owner, f"/accounts/?ace_id={tour.cast.account.ace_id}")


place("accounts of several companies")(lambda tour: tour.go_as(_cast().owner, "/accounts/"))
place("home of several companies, a wrong ACE ID")(lambda tour: tour.go_as(_cast().owner, "/?ace_id=12"))


@place("desk: add a sub-account")
def add(tour: Tour) -> Page:
    return tour.go("officer", reverse("admin:accounts_topaccount_add_sub_account", args=[tour.cast.account.pk]))


place("desk: add a sub-account, everything missing")(lambda tour: press(add(tour), "Add sub-account"))
place("desk: filer codes")(lambda tour: tour.go("officer", "/admin/useraccess/filercodelink/"))
