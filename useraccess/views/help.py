"""Access in the browser: suspended owners come back, owners help their people."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.views.common import person_of
from ace_portal.core.errors import DomainError, WrongState
from useraccess import actions, policy
from useraccess.forms import ReactivateForm, ReactivationCodeForm, ReasonForm
from useraccess.models import Membership
from verification import links


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reactivate(request: HttpRequest) -> HttpResponse:
    """A suspended owner asks for the link. The answer is the same for every name."""
    form = ReactivateForm(request.POST or None)
    if form.is_valid():
        try:
            actions.request_reactivation(form.cleaned_data["username"])
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return render(request, "accounts/mail_on_its_way.html", {"what": "a link to open your access again"})
    return render(request, "useraccess/reactivate.html", {"form": form})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def reactivate_link(request: HttpRequest, token: str) -> HttpResponse:
    """The mailed link: with the second factor it opens the access again."""
    if links.owner_of(actions.REACTIVATION, token) is None:
        return render(request, "accounts/link_ended.html", status=410)
    form = ReactivationCodeForm(request.POST or None)
    if form.is_valid():
        try:
            actions.reactivate_by_link(token, code=form.cleaned_data["code"])
        except WrongState:
            return render(request, "accounts/link_ended.html", status=410)
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            messages.success(request, "Your access is open again. Sign in.")
            return redirect("accounts:sign-in")
    return render(request, "useraccess/reactivate_link.html", {"form": form})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reset_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """The owner takes a lost second factor of one of the account's people away, with a reason."""
    by = person_of(request)
    own = Membership.objects.live().filter(top_account__in=policy.top_accounts_visible_to(by))
    membership = get_object_or_404(own.select_related("user", "top_account"), pk=pk)
    if not policy.may_reset_factor(by, membership.user):
        raise PermissionDenied(f"You may not reset this second step. Ask {policy.owner_of(membership.top_account)}.")
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            actions.reset_factor(membership.user, reason=form.cleaned_data["reason"], by=by)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"The second step of {membership.user} was reset. They have been mailed.")
            return redirect("portal:top-account", membership.top_account_id)
    return render(request, "useraccess/reset_factor.html", {"section": "accounts", "form": form, "member": membership})
