"""Who is a trade contact, where they are shown, and what is known of them. Questions only; they change nothing."""

import re
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core.addresses import format_phone
from useraccess.models import ContactPlace, Membership, Role, Topic, TradeContact

PAGE_SIZE = 25
#: How many places of a contact its row in the list names.
PLACES_NAMED = 3
#: How many people the select "one of the account's people" offers; more are found by name.
PEOPLE_OFFERED = 100
#: What stands for a sub-account in the list's filter by place.
ON_TOP, NOWHERE = "top", "none"
#: A place on a closed sub-account is kept, but nobody can look at it.
OPEN = Q(sub_account=None) | Q(sub_account__closed_at=None)


@dataclass(frozen=True)
class Card:
    """What is known of a contact: from the portal user where it is one, else what was typed."""

    contact: TradeContact
    role: str | None
    #: The topic of the place it is read at, and the names of the first places it is shown on, where a page asks.
    topic: str = ""
    places: tuple[str, ...] = ()
    more_places: int = 0

    @property
    def name(self) -> str:
        return str(self.contact)

    @property
    def email(self) -> str:
        return self.contact.user.email if self.contact.user else self.contact.email

    @property
    def phone(self) -> str:
        phone = self.contact.user.phone if self.contact.user else self.contact.phone
        return format_phone(phone) if phone else ""

    @property
    def sign_in(self) -> str:
        """Whether the contact is also somebody who signs in, in words."""
        if not self.role or self.contact.user is None:
            return "Does not sign in"
        if self.contact.user.status in (User.Status.SUSPENDED, User.Status.DEACTIVATED):
            return f"{Role(self.role).label}, does not sign in at present"
        return f"Also signs in as {Role(self.role).label}"


def card(contact: TradeContact) -> Card:
    """The card of a contact. Costs a query for one of the account's people."""
    live = Membership.objects.live().filter(user=contact.user_id, top_account=contact.top_account_id)
    return Card(contact, live.values_list("role", flat=True).first() if contact.user_id else None)


def facts_of(contact: TradeContact) -> dict[str, str]:
    """What was typed about a contact, as it is typed again to change it."""
    facts = {name: getattr(contact, name) for name in ("first_name", "last_name", "job_title", "email")}
    return {**facts, "phone": format_phone(contact.phone) if contact.phone else ""}


def place_name(sub_account: SubAccount | None) -> str:
    """A part of an account as people read it."""
    if sub_account is None:
        return "Top account"
    return f"{sub_account.type.label}: {sub_account.name}, {sub_account.masked_identifier}"


def open_sub_accounts(top_account: TopAccount) -> QuerySet[SubAccount]:
    """The sub-accounts a contact can be shown on."""
    return SubAccount.objects.live().filter(top_account=top_account).order_by("account_type", "name", "identifier")


# The list of the account ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; "" is everything. `place` is the key of a sub-account, ON_TOP or NOWHERE."""

    text: str = ""
    topic: str = ""
    place: str = ""


def wanted(chosen: QueryDict) -> Wanted:
    """What a query string asks for: `q`, `topic` and `place`. What nobody offered is left out."""
    topic, place = chosen.get("topic", ""), chosen.get("place", "")
    known = place in (ON_TOP, NOWHERE) or re.fullmatch("[0-9]{1,18}", place)
    return Wanted(
        text=chosen.get("q", "").strip()[:100],
        topic=topic if topic in Topic.values else "",
        place=place if known else "",
    )


def contacts_page(top_account: TopAccount, which: Wanted, number: str | None) -> Page[Any]:
    """A page of the account's contacts by name, as cards with their first places."""
    first = ContactPlace.objects.filter(OPEN).select_related("sub_account").order_by("pk")[:PLACES_NAMED]
    found = (
        _narrowed(TradeContact.objects.live().filter(top_account=top_account), which)
        .select_related("user")
        .annotate(
            role=_role("user", "top_account"),
            shown=Count("places", filter=Q(places__sub_account=None) | Q(places__sub_account__closed_at=None)),
        )
        .prefetch_related(Prefetch("places", first, to_attr="first_places"))
        .order_by(*_by_name(), "pk")
    )
    page: Page[Any] = Paginator(found, PAGE_SIZE).get_page(number)
    page.object_list = [_listed(contact) for contact in page]
    return page


def _listed(contact: Any) -> Card:
    named = tuple(f"{place_name(one.sub_account)} ({one.get_topic_display()})" for one in contact.first_places)
    return Card(contact, contact.role, places=named, more_places=contact.shown - len(named))


def _role(user: str, top_account: str) -> Subquery:
    live = Membership.objects.live().filter(user=OuterRef(user), top_account=OuterRef(top_account))
    return Subquery(live.values("role")[:1])


def _by_name(contact: str = "") -> list[Any]:
    return [Coalesce(f"{contact}user__{part}", f"{contact}{part}") for part in ("last_name", "first_name")]


def _narrowed(contacts: QuerySet[TradeContact], which: Wanted) -> QuerySet[TradeContact]:
    places = ContactPlace.objects.filter(OPEN, contact=OuterRef("pk"))
    if which.topic:
        places = places.filter(topic=which.topic)
    if which.place == ON_TOP:
        places = places.filter(sub_account=None)
    elif which.place not in ("", NOWHERE):
        places = places.filter(sub_account=int(which.place))
    if which.place == NOWHERE:
        contacts = contacts.filter(~Exists(ContactPlace.objects.filter(OPEN, contact=OuterRef("pk"))))
    elif which.topic or which.place:
        contacts = contacts.filter(Exists(places))
    return contacts.filter(_says(which.text)) if which.text else contacts


def _says(text: str) -> Q:
    """Every word in names, job title or e-mail address; or the digits in the telephone number."""
    fields = ["first_name", "last_name", "job_title", "email"]
    fields += [f"user__{field}" for field in ("first_name", "middle_name", "last_name", "email")]
    words = Q()
    for word in text.split()[:10]:
        words &= Q(*((f"{field}__icontains", word) for field in fields), _connector=Q.OR)
    digits = re.sub("[^0-9]", "", text)
    if len(digits) < 3:
        return words
    return words | Q(phone__contains=digits) | Q(user__phone__contains=digits)


# What readers are shown -------------------------------------------------------------------------------------------


def shown_on(top_account: TopAccount, sub_account: SubAccount | None, number: str | None) -> dict[str, Any]:
    """What templates/useraccess/contacts_shown.html draws: a `page` of cards in `groups`.

    The contacts of the sub-account, if one is given, and then those of the top account, by name and topic. A group
    with nobody in it is said once, where it would stand.
    """
    here = Q(sub_account=None) if sub_account is None else Q(sub_account=None) | Q(sub_account=sub_account)
    found = (
        ContactPlace.objects.filter(here, contact__top_account=top_account, contact__removed_at=None)
        .select_related("contact__user")
        .annotate(role=_role("contact__user", "contact__top_account"))
        .order_by(F("sub_account").asc(nulls_last=True), *_by_name("contact__"), "contact", "topic")
    )
    page = Paginator(found, PAGE_SIZE).get_page(number)
    here_too, on_top = _cards(page, of_top=False), _cards(page, of_top=True)
    groups = []
    if sub_account is not None and (here_too or page.number == 1):
        groups.append({"title": "Contacts of this sub-account", "cards": here_too})
    if on_top or not page.has_next():
        groups.append({"title": "Contacts of the top account", "cards": on_top})
    return {"page": page, "groups": groups}


def _cards(places: Page[Any], *, of_top: bool) -> list[Card]:
    return [
        Card(place.contact, place.role, topic=place.get_topic_display())
        for place in places
        if (place.sub_account_id is None) is of_top
    ]


def places_page(contact: TradeContact, number: str | None) -> Page[Any]:
    """A page of the places a contact is shown on, the top account first: `pk`, `name` and `topic` of each."""
    found = contact.places.filter(OPEN).select_related("sub_account")
    order = (F("sub_account__account_type").asc(nulls_first=True), "sub_account__name", "sub_account", "topic")
    page: Page[Any] = Paginator(found.order_by(*order), PAGE_SIZE).get_page(number)
    page.object_list = [
        {"pk": place.pk, "name": place_name(place.sub_account), "topic": place.get_topic_display()} for place in page
    ]
    return page


# Who can be made a contact ----------------------------------------------------------------------------------------


def people(top_account: TopAccount) -> QuerySet[User]:
    """The account's people."""
    live = Membership.objects.live().filter(top_account=top_account)
    return User.objects.filter(pk__in=live.values("user")).order_by("last_name", "first_name", "pk")


def people_to_offer(top_account: TopAccount, text: str) -> tuple[list[User], int]:
    """The account's people who are no contacts yet and match the text: the first of them, and how many there are."""
    contacts = TradeContact.objects.live().filter(top_account=top_account, user__isnull=False)
    found = people(top_account).exclude(pk__in=contacts.values("user"))
    for word in text.split()[:10]:
        found = found.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(email__icontains=word))
    return list(found[:PEOPLE_OFFERED]), found.count()
