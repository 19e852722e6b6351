"""The pages of trade contacts, the tab of sub-accounts, and the desk's view of them."""

from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import SubAccount
from tests import factories
from tests.axe.places import Tour, place, press, simple
from tests.useraccess.contact_samples import at, contact, more_sub_accounts, person_contact
from useraccess import actions
from useraccess.models import Topic, TradeContact

simple("desk: trade contacts", "officer", "/admin/useraccess/tradecontact/")


def _known(tour: Tour) -> TradeContact:
    """A contact with long facts, on many places; the owner is another one."""
    account = tour.cast.account
    known = TradeContact.objects.live().filter(top_account=account, user=None).first()
    if known is None:
        person_contact(account, tour.cast.owner)
        known = contact(
            account,
            first_name="Maximiliane",
            last_name="Donaudampfschifffahrtsgesellschaftskapitän",
            email=f"{'first.middle.last.' * 3}name@{'a-rather-long-name-' * 3}company.example",
        )
        for part in (_part(tour), *more_sub_accounts(account, 4)):
            actions.show_contact(known, sub_account=part, topic=Topic.COMPLIANCE, by=tour.cast.owner)
    return known


def _part(tour: Tour) -> SubAccount:
    return tour.cast.account.sub_accounts.order_by("pk")[0]


@place("contacts")
def contacts(tour: Tour) -> Page:
    return tour.go("owner", at("contacts", _known(tour).top_account))


@place("contacts, nothing found")
def contacts_nothing_found(tour: Tour) -> Page:
    return tour.go("owner", at("contacts", tour.cast.account) + "?q=no+such+name")


@place("contacts, none yet")
def contacts_none(tour: Tour) -> Page:
    account = factories.account()
    return tour.go_as(factories.owner_of(account), at("contacts", account))


@place("add a contact")
def add_contact(tour: Tour) -> Page:
    return tour.go("owner", at("add-contact", tour.cast.account))


@place("add a contact, everything missing")
def add_contact_missing(tour: Tour) -> Page:
    return press(add_contact(tour), "Save contact", email="nobody", phone="call me")


@place("add one of the people as a contact")
def add_person(tour: Tour) -> Page:
    return tour.go("owner", at("add-contact-person", tour.cast.account))


@place("add one of the people as a contact, nobody chosen")
def add_person_missing(tour: Tour) -> Page:
    return press(add_person(tour), "Save contact")


@place("add one of the people as a contact, looking for a name")
def add_person_query(tour: Tour) -> Page:
    return tour.go("owner", at("add-contact-person", tour.cast.account) + "?q=robin")


@place("a contact")
def one(tour: Tour) -> Page:
    return tour.go("owner", at("contact", _known(tour)))


@place("a contact, shown there already")
def shown_already(tour: Tour) -> Page:
    return press(one(tour), "Add", topic="GENERAL")


@place("edit a contact")
def edit(tour: Tour) -> Page:
    return tour.go("owner", at("edit-contact", _known(tour)))


@place("edit a contact, refused")
def edit_refused(tour: Tour) -> Page:
    return press(edit(tour), "Save", first_name="R2D2")


@place("remove a contact")
def remove(tour: Tour) -> Page:
    return tour.go("owner", at("remove-contact", _known(tour)))


@place("sub-account: contacts")
def tab(tour: Tour) -> Page:
    _known(tour)
    return tour.go("owner", reverse("portal:sub-account", args=[_part(tour).pk]) + "?tab=contacts")


@place("top account with contacts")
def top_account(tour: Tour) -> Page:
    return tour.go("owner", reverse("portal:top-account", args=[_known(tour).top_account_id]))


@place("desk: a trade contact")
def at_the_desk(tour: Tour) -> Page:
    return tour.go("officer", reverse("admin:useraccess_tradecontact_change", args=[_known(tour).pk]))
