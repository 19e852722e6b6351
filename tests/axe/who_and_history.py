"""The pages about an account's people: the list, who can do what, the history; and the history at the desk."""

from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import User
from ace_portal.core import clock
from tests import factories
from tests.axe.places import Tour, place
from useraccess import actions
from useraccess.models import Level, TradeContact
from useraccess.rights import Cell, Rights


def _page(tour: Tour, name: str, query: str = "") -> Page:
    return tour.go("owner", reverse(f"useraccess:{name}", args=[tour.cast.account.pk]) + query)


def _user_with_exceptions(tour: Tour) -> User:
    """Somebody of the account with a right of every kind, changed once, and suspended."""
    importer = tour.cast.account.sub_accounts.earliest("pk")
    grid = {Cell("IMPORTER", "details"): Level.READ, Cell("TOP", "action-plan"): Level.FULL}
    user = factories.member(
        tour.cast.account, granted=Rights(isf_portal=True, isf_roles=frozenset({"FILER"}), grid=grid)
    )
    member = factories.membership(user, tour.cast.account)
    granted = Rights(grid=grid | {Cell("IMPORTER", "details", importer.pk): Level.FULL})
    actions.change(member, role=member.role, granted=granted, version=1, by=tour.cast.owner)
    User.objects.filter(pk=user.pk).update(status=User.Status.SUSPENDED)
    return user


@place("people of an account")
def people(tour: Tour) -> Page:
    facts = {"first_name": "Ann", "last_name": "Contact", "email": "ann@trade.example"}
    TradeContact.objects.create(top_account=tour.cast.account, created_at=clock.now(), **facts)
    _user_with_exceptions(tour)
    return _page(tour, "people", "?sort=-status")


@place("people of an account, nothing found")
def people_nothing_found(tour: Tour) -> Page:
    return _page(tour, "people", "?q=no+such+name&role=USER")


@place("user access of somebody without an account")
def no_account(tour: Tour) -> Page:
    return tour.go_as(factories.person(), reverse("useraccess:start"))


@place("who can do what")
def who(tour: Tour) -> Page:
    return _page(tour, "who")


@place("who can do what, at a place")
def who_at_a_place(tour: Tour) -> Page:
    _user_with_exceptions(tour)
    importer = tour.cast.account.sub_accounts.earliest("pk")
    return _page(tour, "who", f"?place={importer.pk}")


@place("who can do what, one person")
def who_person(tour: Tour) -> Page:
    member = factories.membership(_user_with_exceptions(tour), tour.cast.account)
    return _page(tour, "who", f"?person={member.pk}")


@place("who can do what, nothing found")
def who_nothing_found(tour: Tour) -> Page:
    return _page(tour, "who", "?find=no+such+place")


@place("history of an account")
def history(tour: Tour) -> Page:
    _user_with_exceptions(tour)
    return _page(tour, "history")


@place("history of an account, wrong dates")
def history_wrong_dates(tour: Tour) -> Page:
    return _page(tour, "history", "?since=2026-11-20&until=2026-11-19")


@place("desk: top account")
def desk_top_account(tour: Tour) -> Page:
    return tour.go("officer", reverse("admin:accounts_topaccount_change", args=[tour.cast.account.pk]))


@place("desk: account history")
def desk_history(tour: Tour) -> Page:
    _user_with_exceptions(tour)
    return tour.go("officer", reverse("admin:accounts_topaccount_account_history", args=[tour.cast.account.pk]))


@place("desk: account history, wrong dates")
def desk_history_wrong_dates(tour: Tour) -> Page:
    address = reverse("admin:accounts_topaccount_account_history", args=[tour.cast.account.pk])
    return tour.go("officer", address + "?since=yesterday")
