"""The account somebody works in: the pick list, and what there is to do there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.views.common import person_of
from ace_portal.core.refs import key_in
from useraccess import actions, policy
from useraccess.models import Membership
from useraccess.views.common import ask, member_of

PAGE_SIZE = 25


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """The account pick list: every account the person works in, with the role there."""
    if request.method == "POST" and (chosen := key_in(request.POST.get("account", ""))) is not None:
        member = member_of(request, chosen, even_merged=True)
        messages.success(request, f"You now work in {member.top_account.company_name}.")
        if policy.may_open_top(member.user, member.top_account):
            return redirect("portal:top-account", member.top_account_id)
        return redirect("portal:accounts")
    query = request.GET.get("q", "").strip()[:100]
    own = Membership.objects.working().filter(user=person_of(request)).select_related("top_account", "via__recipient")
    if query:
        own = own.filter(Q(top_account__company_name__icontains=query) | Q(top_account__ace_id=query))
    page = Paginator(own.order_by("top_account__company_name", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "useraccess/choose.html", {"section": "accounts", "page": page, "query": query})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave an account of one's own free will: everybody but its owner."""
    member = member_of(request, pk, even_merged=True)
    if not policy.may_leave(member.user, member):
        if member.via:
            raise PermissionDenied(ask(member.via.recipient, "Your own company decides who works in this account."))
        raise PermissionDenied("The owner cannot leave the account.")
    if request.method == "POST":
        actions.leave(member, by=member.user)
        messages.success(request, f"You have left {member.top_account.company_name}.")
        return redirect("portal:home")
    return render(request, "useraccess/leave.html", {"section": "accounts", "account": member.top_account})
