"""The owner's page of an account, the successor's answer, and the owner's objection."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.views.common import for_signed_in_posts, person_of
from ace_portal.core.errors import DomainError
from ownership import actions, presentation
from ownership.forms import ProposeForm
from ownership.models import OwnerChange, OwnerProposal
from ownership.models.proposal import OwnerProposalQuerySet
from useraccess.models import Membership, Role
from useraccess.views.common import ask, frame, member_of


def _owner(request: HttpRequest, pk: int) -> Membership:
    """The owner's own place in the account of the address. Raises Http404 and PermissionDenied for all others."""
    member = member_of(request, pk)
    if member.role != Role.TRADE_ACCOUNT_OWNER:
        raise PermissionDenied(ask(member.top_account, "Only the account owner hands the account over."))
    return member


def _proposals() -> OwnerProposalQuerySet:
    return OwnerProposal.objects.select_related("top_account", "proposed_by", "successor")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def owner(request: HttpRequest, pk: int) -> HttpResponse:
    """Name a successor, or see the one who was asked."""
    member = _owner(request, pk)
    account = member.top_account
    waiting = _proposals().open().filter(top_account=account).first()
    form = ProposeForm(request.POST or None, top_account=account)
    if form.is_valid():
        successor = form.chosen().user
        try:
            actions.propose(account, successor=successor, becomes=form.outcome(), by=member.user)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"{successor} has been mailed and decides. You stay the owner until then.")
            return redirect("ownership:owner", pk)
    context = {
        **frame(member, "owner"),
        "form": form,
        "waiting": waiting,
        "earlier": _proposals().exclude(ended_at=None).filter(top_account=account)[:10],
    }
    return render(request, "ownership/owner.html", context)


@for_signed_in_posts
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the open proposal back."""
    member = _owner(request, pk)
    waiting = OwnerProposal.objects.filter(top_account=member.top_account).first()
    if waiting is not None:
        try:
            actions.withdraw(waiting, by=member.user)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, f"The proposal was withdrawn. {waiting.successor} is told.")
    return redirect("ownership:owner", pk)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """The successor reads what they are asked, and accepts or declines."""
    row = get_object_or_404(_proposals(), pk=pk, successor=person_of(request))
    if request.method == "POST" and request.POST.get("answer") in ("accept", "decline"):
        accepts = request.POST["answer"] == "accept"
        try:
            (actions.accept if accepts else actions.decline)(row, by=person_of(request))
        except DomainError as error:
            messages.error(request, error.message)
        else:
            done = f"You are the owner of {row.top_account.company_name} now." if accepts else "You declined."
            messages.success(request, f"{done} {row.proposed_by} is told by mail.")
        return redirect("ownership:proposal", pk)
    context = {"section": "tools", "row": row, "may_answer": row.is_open and not row.is_late}
    return render(request, "ownership/proposal.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner whom a request concerns reads what is coming, and objects with one press."""
    announced = OwnerChange.objects.exclude(waiting_until=None).select_related("record", "top_account", "successor")
    row = get_object_or_404(announced, pk=pk, former_owner=person_of(request))
    if request.method == "POST":
        try:
            actions.object_to(row, by=person_of(request))
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, "Your objection is with the CBP desk. Nothing changes before it has decided.")
        return redirect("ownership:objection", pk)
    context = {
        "section": "tools",
        "row": row,
        "rows": presentation.rows(row),
        "may_object": row.status == OwnerChange.Status.WAITING,
    }
    return render(request, "ownership/objection.html", context)
