"""The pages of Cross Account Access."""

from datetime import timedelta

from playwright.sync_api import Page

from accounts.models import TopAccount, User
from tests import factories
from tests.axe.places import Tour, place, press, simple
from tests.useraccess import access_samples
from tests.useraccess.access_samples import DETAILS, OFFER, at, attorney, in_days, typed_day
from useraccess.actions import cross_account as actions
from useraccess.models import CrossAccountAccess, Level, Role
from useraccess.rights import Rights
from verification.models import Throttle

LONG = "Donaudampfschifffahrtsgesellschaftskapitän Brokers and Sons of the Old Wharf"


def _own(tour: Tour) -> TopAccount:
    return tour.cast.account


def _broker() -> TopAccount:
    # The owner of the tour looks up more accounts than anybody may in an hour.
    Throttle.objects.all().delete()
    return factories.account(company_name=LONG)


def _given(tour: Tour) -> CrossAccountAccess:
    """An access of a broker to the owner's account, which was changed once."""
    access = access_samples.active(_own(tour), _broker(), OFFER, ends_on=in_days(90))
    own = DETAILS._replace(sub_account=_own(tour).sub_accounts.earliest("pk").pk)
    less = Rights(isf_portal=True, isf_roles=frozenset({"FILER"}), grid={DETAILS: Level.FULL, own: Level.READ})
    actions.update(access, granted=less, ends_on=in_days(60), version=1, by=tour.cast.owner)
    return access


def _requested(tour: Tour) -> CrossAccountAccess:
    poa = attorney("LIMITED", ends_on=in_days(60))
    return access_samples.requested(_own(tour), _broker(), poa=poa)


def _page(tour: Tour, name: str, access: CrossAccountAccess) -> Page:
    return tour.go("owner", at(name, access))


@place("cross account access")
def listed(tour: Tour) -> Page:
    _given(tour)
    _requested(tour)
    access_samples.offered(factories.account(), _own(tour))
    return tour.go("owner", at("cross-account", _own(tour)))


@place("cross account access, nothing found")
def nothing_found(tour: Tour) -> Page:
    return tour.go("owner", at("cross-account", _own(tour)) + "?q=no+such+company")


@place("cross account access, offer")
def offer(tour: Tour) -> Page:
    return press(tour.go("owner", at("access-offer", _own(tour))), "Full Access for All")


@place("cross account access, offer, everything missing")
def offer_missing(tour: Tour) -> Page:
    page = tour.go("owner", at("access-offer", _own(tour)))
    return press(page, "Continue", ends_on=typed_day(in_days(-1)))


def _looked_at(tour: Tour, broker: TopAccount, user_id: str) -> Page:
    page = tour.go("owner", at("access-offer", _own(tour)))
    page.get_by_role("main").get_by_text("Yes", exact=True).first.click()
    page.locator(f"[name='cell-{DETAILS.key}'][value=READ]").dispatch_event("click")
    return press(page, "Continue", user_id=user_id, ace_id=broker.ace_id)


@place("cross account access, offer, look once more")
def offer_summary(tour: Tour) -> Page:
    broker = _broker()
    return _looked_at(tour, broker, factories.owner_of(broker).account_id)


@place("cross account access, offer, nobody found")
def offer_to_nobody(tour: Tour) -> Page:
    return press(_looked_at(tour, _broker(), "nobody"), "Send offer")


@place("cross account access, ask")
def ask(tour: Tour) -> Page:
    return tour.go("owner", at("access-ask", _own(tour)))


@place("cross account access, ask, everything missing")
def ask_missing(tour: Tour) -> Page:
    return press(tour.go("owner", at("access-ask", _own(tour))), "Send request", filer_code="x", client="12")


place("an access")(lambda tour: _page(tour, "access", _given(tour)))
place("an access, asked for")(lambda tour: _page(tour, "access", _requested(tour)))
place("an access, approve")(lambda tour: _page(tour, "access-approve", _requested(tour)))
place("an access, revoke")(lambda tour: _page(tour, "access-revoke", _given(tour)))


@place("an access, approve, too late an end date")
def approve_too_late(tour: Tour) -> Page:
    return press(approve_page(tour), "Continue", ends_on=typed_day(in_days(61)))


def approve_page(tour: Tour) -> Page:
    """The page on which the owner grants what a broker asked for."""
    return _page(tour, "access-approve", _requested(tour))


@place("an access, approve, look once more")
def approve_summary(tour: Tour) -> Page:
    return press(approve_page(tour), "Continue", ends_on=typed_day(in_days(60) - timedelta(days=1)))


@place("an access, what changes")
def what_changes(tour: Tour) -> Page:
    return press(_page(tour, "access-change", _given(tour)), "Continue", ends_on="")


@place("an access, changed meanwhile")
def changed_meanwhile(tour: Tour) -> Page:
    access = _given(tour)
    page = _page(tour, "access-change", access)
    actions.update(access, granted=OFFER, ends_on=None, version=access.version, by=tour.cast.owner)
    return press(page, "Continue", ends_on=typed_day(in_days(9)))


def _received(tour: Tour) -> tuple[CrossAccountAccess, User]:
    """An access of the owner's company to an importer's account, and somebody it was passed on to."""
    client = factories.importer_account()
    own = DETAILS._replace(sub_account=client.sub_accounts.earliest("pk").pk)
    granted = Rights(True, True, frozenset({"FILER", "VIEWER"}), {**OFFER.grid, own: Level.READ})
    access = access_samples.active(client, _own(tour), granted)
    clerk = factories.member(_own(tour))
    actions.pass_on(access, user=clerk, granted=Rights(grid={own: Level.READ}), by=tour.cast.owner)
    return access, clerk


place("an access, people")(lambda tour: _page(tour, "access-people", _received(tour)[0]))


@place("an access, a person")
def person(tour: Tour) -> Page:
    access, clerk = _received(tour)
    return tour.go("owner", at("access-person", access, factories.membership(clerk, _own(tour))))


@place("an access, a person, nothing chosen")
def nothing_chosen(tour: Tour) -> Page:
    access, _ = _received(tour)
    member = factories.membership(factories.member(_own(tour)), _own(tour))
    return press(tour.go("owner", at("access-person", access, member)), "Save")


@place("an access, take back")
def take_back(tour: Tour) -> Page:
    access, clerk = _received(tour)
    return tour.go("owner", at("access-take-back", access, factories.membership(clerk, _own(tour))))


@place("access to other accounts")
def passing_on(tour: Tour) -> Page:
    _received(tour)
    proxy = factories.member(_own(tour), Role.PROXY_TRADE_ACCOUNT_OWNER)
    return tour.go_as(proxy, at("access-received", _own(tour)))


@place("working in another company's account")
def working_there(tour: Tour) -> Page:
    access, _ = _received(tour)
    return tour.go("owner", f"/accounts/{access.grantor_id}/")


simple("desk: accesses", "officer", "/admin/useraccess/crossaccountaccess/")


@place("desk: an access")
def at_the_desk(tour: Tour) -> Page:
    return tour.go("officer", f"/admin/useraccess/crossaccountaccess/{_given(tour).pk}/change/")
