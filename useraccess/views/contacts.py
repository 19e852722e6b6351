"""Trade contacts in the browser: the account's list, and a page for each."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.views.common import for_signed_in_posts
from ace_portal.core.errors import DomainError
from ace_portal.core.forms import PortalForm
from useraccess import actions, contacts
from useraccess.contact_forms import AddNameForm, AddPersonForm, NameForm, PlaceForm, TitleForm
from useraccess.models import Membership, Topic, TradeContact
from useraccess.views.common import frame, manager_of


def _found(
    request: HttpRequest, pk: int, among: QuerySet[TradeContact] | None = None
) -> tuple[Membership, TradeContact]:
    """The signed-in manager's membership and the contact of the page's address. Raises Http404, PermissionDenied."""
    rows = TradeContact.objects.live() if among is None else among
    contact = get_object_or_404(rows.select_related("user", "top_account"), pk=pk)
    return manager_of(request, contact.top_account_id), contact


def _refused(form: PortalForm, error: DomainError) -> None:
    """Put what an action said at the field it belongs to."""
    form.add_error(error.field if error.field in form.fields else None, error.message)


def _say(request: HttpRequest, done: str, decide: Callable[[], None]) -> None:
    """Take a decision and say on the next page that it was taken, or why not."""
    try:
        decide()
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)


@require_safe
@login_required
def listed(request: HttpRequest, pk: int) -> HttpResponse:
    """The contacts of an account, narrowed by words, topic and place."""
    member = manager_of(request, pk)
    wanted = contacts.wanted(request.GET)
    context = {
        **frame(member, "contacts"),
        "page": contacts.contacts_page(member.top_account, wanted, request.GET.get("page")),
        "wanted": wanted,
        "topics": Topic.choices,
        "places": [
            ("", "Everywhere"),
            (contacts.ON_TOP, contacts.place_name(None)),
            *((str(one.pk), contacts.place_name(one)) for one in contacts.open_sub_accounts(member.top_account)),
            (contacts.NOWHERE, "Nowhere at present"),
        ],
    }
    return render(request, "useraccess/contacts.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new name as a contact."""
    member = manager_of(request, pk)
    account = member.top_account
    form = AddNameForm(request.POST or None, account=account, initial={"place": request.GET.get("place")})
    if form.is_valid():
        try:
            contact = actions.add_contact(account, facts=form.facts(), by=member.user, **form.place())
        except DomainError as error:
            _refused(form, error)
        else:
            return _added(request, contact)
    return render(request, "useraccess/contact_add.html", {**frame(member, "contacts"), "form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add_person(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the account's people as a contact; in a big account the list is narrowed by words first."""
    member = manager_of(request, pk)
    account = member.top_account
    query = request.GET.get("q", "").strip()[:100]
    offered, total = contacts.people_to_offer(account, query)
    start = {"place": request.GET.get("place")}
    form = AddPersonForm(request.POST or None, account=account, offered=offered, initial=start)
    if form.is_valid():
        try:
            contact = actions.add_person_as_contact(account, **form.facts(), by=member.user, **form.place())
        except DomainError as error:
            _refused(form, error)
        else:
            return _added(request, contact)
    context = {"form": form, "query": query, "offered": len(offered), "total": total}
    return render(request, "useraccess/contact_add_person.html", {**frame(member, "contacts"), **context})


def _added(request: HttpRequest, contact: TradeContact) -> HttpResponse:
    messages.success(request, f"{contact} is a contact of {contact.top_account.company_name} now.")
    return redirect("useraccess:contact", contact.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of a contact, and where they are shown; places are added one by one."""
    member, found = _found(request, pk)
    form = PlaceForm(request.POST or None, account=found.top_account)
    if form.is_valid():
        try:
            place = actions.show_contact(found, by=member.user, **form.place())
        except DomainError as error:
            _refused(form, error)
        else:
            where = contacts.place_name(place.sub_account)
            messages.success(request, f"{found} is shown on {where} for “{place.get_topic_display()}” now.")
            return redirect("useraccess:contact", pk)
    return render(request, "useraccess/contact.html", _page(request, member, found, form))


def _page(request: HttpRequest, member: Membership, found: TradeContact, form: PlaceForm) -> dict[str, Any]:
    card = contacts.card(found)
    return {
        **frame(member, "contacts"),
        "contact": found,
        "form": form,
        "page": contacts.places_page(found, request.GET.get("page")),
        "rows": [
            {"label": "Sign-in", "value": card.sign_in},
            {"label": "Job Title", "value": found.job_title},
            {"label": "E-mail Address", "value": card.email},
            {"label": "Telephone Number", "value": card.phone},
        ],
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is known of a contact. Names and addresses of the account's people are theirs to change."""
    member, found = _found(request, pk)
    kind = TitleForm if found.user else NameForm
    form = kind(request.POST or None, initial=contacts.facts_of(found))
    if form.is_valid():
        try:
            actions.change_contact(found, facts=form.facts(), by=member.user)
        except DomainError as error:
            _refused(form, error)
        else:
            messages.success(request, "The contact has been changed.")
            return redirect("useraccess:contact", pk)
    return render(
        request, "useraccess/contact_edit.html", {**frame(member, "contacts"), "contact": found, "form": form}
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a contact nowhere any more, after a page that asks. A second click finds it done."""
    member, found = _found(request, pk, TradeContact.objects.all() if request.method == "POST" else None)
    if request.method == "POST":
        done = f"{found} is no longer a contact of {found.top_account.company_name}."
        _say(request, done, lambda: actions.remove_contact(found, by=member.user))
        return redirect("useraccess:contacts", found.top_account_id)
    return render(request, "useraccess/contact_remove.html", {**frame(member, "contacts"), "contact": found})


@for_signed_in_posts
def hide(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """Take a contact off one place. A second click finds it done."""
    member, found = _found(request, pk)
    done = f"{found} is not shown there any more."
    _say(request, done, lambda: actions.hide_contact(found, place=place, by=member.user))
    return redirect("useraccess:contact", pk)
