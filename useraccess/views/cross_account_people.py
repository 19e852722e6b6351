"""What a company received in another one's account, passed on to its own people (facts-access §2.1)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.views.common import person_of
from ace_portal.core.errors import DomainError
from useraccess import policy, received
from useraccess.actions import cross_account as actions
from useraccess.cross_account_forms import PassOnForm
from useraccess.models import CrossAccountAccess, Membership
from useraccess.rights import Rights, rights_of
from useraccess.views.common import ask, frame, manager_of
from useraccess.views.cross_account import access_of

PAGE_SIZE = 25


def _receiving(request: HttpRequest, pk: int) -> tuple[Membership, CrossAccountAccess]:
    """The place of an owner or proxy of the company that received an access in force, and the access.

    Raises Http404 for everybody outside of it and when the access is not in force, PermissionDenied for its users.
    """
    access = access_of(pk)
    own = Membership.objects.live().filter(user=person_of(request), top_account=access.recipient_id)
    if not own.exists() or not access.is_in_force:
        raise Http404
    return manager_of(request, access.recipient_id), access


def _page_of(own: Membership) -> str:
    """The tab to mark: an owner comes from Cross Account Access, a proxy from a page of their own."""
    return "cross-account" if policy.may_share(own.user, own.top_account) else "access-received"


@never_cache
@require_safe
@login_required
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """The company's own people with what they have in the other account."""
    own, access = _receiving(request, pk)
    query = request.GET.get("q", "").strip()[:100]
    found = Membership.objects.live().filter(top_account=own.top_account).select_related("user", "top_account")
    if query:
        words = ("user__first_name__icontains", "user__last_name__icontains", "user__email__icontains")
        found = found.filter(Q(*((field, query) for field in words), _connector=Q.OR))
    page = Paginator(found.order_by("user__last_name", "user__first_name", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    places, roles = received.places(access, page), policy.roles_to_give(own.user, own.top_account)
    rows = [
        {
            "member": one,
            "has": received.has(places.get(one.user_id)),
            "may": one.role in roles and one.user_id != own.user_id,
        }
        for one in page
    ]
    context = {
        **frame(own, _page_of(own)),
        "access": access,
        "page": page,
        "rows": rows,
        "query": query,
        "received": received.in_words(access, to_recipient=True),
    }
    return render(request, "useraccess/access_people.html", context)


def _to_pass_on(request: HttpRequest, pk: int, member: int) -> tuple[Membership, CrossAccountAccess, Membership]:
    """The reader's place, the access, and the own person it is about. Raises Http404 or PermissionDenied."""
    own, access = _receiving(request, pk)
    person = Membership.objects.live().filter(pk=member, top_account=own.top_account)
    found = person.select_related("user", "top_account").first()
    if found is None:
        raise Http404
    if not policy.may_manage(own.user, found):
        refusal = f"You may not decide what {found.user} does in {access.grantor.company_name}."
        raise PermissionDenied(ask(own.top_account, refusal))
    return own, access, found


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """What one of the own people may do in the other account: everything that was received, or parts of it."""
    own, access, found = _to_pass_on(request, pk, member)
    place = received.places(access, [found]).get(found.user_id)
    so_far = rights_of(place) if place else Rights()
    sent = request.POST if request.method == "POST" else None
    grid = received.PassOnGrid(access, so_far, sent)
    form = PassOnForm(sent, top_account=access.top_account_access, initial=_first(place))
    if form.is_valid() and grid.rights.limit and form.cleaned_data["how_much"] == PassOnForm.EVERYTHING:
        form.add_error("how_much", "A limit goes with parts only. Choose the parts, or “No limit”.")
    if form.is_valid() and not grid.error:
        granted = None if form.cleaned_data["how_much"] == PassOnForm.EVERYTHING else form.parts(grid.rights)
        try:
            actions.pass_on(access, user=found.user, granted=granted, by=own.user)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("useraccess:access-received", own.top_account_id)
        messages.success(request, f"{found.user} may work in {access.grantor.company_name} from their next click on.")
        return redirect("useraccess:access-people", pk)
    page = grid.page(request.GET)
    context = {
        **frame(own, _page_of(own)),
        "access": access,
        "member": found,
        "place": place,
        "form": form,
        "grid": grid,
        "page": page,
        "query": request.GET.get("q", ""),
        "sections": grid.parts(page),
        "limit": grid.limit(page),
        "has": received.has_in_words(place, access),
    }
    return render(request, "useraccess/access_person.html", context)


def _first(place: Membership | None) -> dict[str, Any]:
    if place is None:
        return {}
    return {
        "how_much": PassOnForm.EVERYTHING if place.everything_received else PassOnForm.PARTS,
        "top_account": "Yes" if place.top_account_access else "No",
    }


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """Let one of the own people work in the other account no longer: the page that asks once more, and the decision."""
    own, access, found = _to_pass_on(request, pk, member)
    place = received.places(access, [found]).get(found.user_id)
    if place is None:
        messages.info(request, f"{found.user} does not work there.")
        return redirect("useraccess:access-people", pk)
    if request.method == "POST":
        try:
            actions.take_back(place, by=own.user)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, f"{found.user} works in {access.grantor.company_name} no longer.")
        return redirect("useraccess:access-people", pk)
    context = {**frame(own, _page_of(own)), "access": access, "member": found}
    return render(request, "useraccess/access_take_back.html", context)
