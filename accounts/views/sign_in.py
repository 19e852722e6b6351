"""The door: password, then the second factor."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import actions
from accounts.forms import FactorForm, SignInForm
from accounts.views.common import NEXT, complete, for_signed_in_posts, person_of, safe_next
from ace_portal.core.errors import DomainError, TooMany
from verification import throttles
from verification.visitors import browser_of, ip_of


class SignInView(LoginView):
    """User ID or e-mail, and password. The session gets a new key; the second factor is asked next.

    Failures are counted per person (axes) and, here, per network: the try is counted first and given back when right.
    """

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_redirect_url(self, *args: Any) -> str:
        """Where to go next: never to this very page, which would send people in a circle."""
        wanted: str = super().get_redirect_url(*args)
        return "" if wanted == self.request.path else wanted

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            throttles.take("sign-in-from-ip", ip_of(request), actions.FAILED_SIGN_INS_FROM_IP, sentence="")
        except TooMany:
            return locked_out(request)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        throttles.give_back("sign-in-from-ip", ip_of(self.request))
        wanted = safe_next(self.request, self.request.POST.get("next", ""))
        super().form_valid(form)
        if wanted:
            self.request.session[NEXT] = wanted
        return redirect("accounts:verify")


class SignOutView(LogoutView):
    """Sign out (POST only)."""


def locked_out(request: HttpRequest, credentials: dict[str, str] | None = None) -> HttpResponse:
    """What too many failed sign-ins are answered with; it says nothing about who exists."""
    return render(request, "accounts/locked_out.html", status=429)


@never_cache
@sensitive_post_parameters("code")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The second factor of this sign-in: a code of the app, a backup code, or the e-mailed security token."""
    user = person_of(request)
    if request.user.is_verified():  # type: ignore[union-attr]
        return redirect("portal:home")
    by_mail = actions.by_mail(user)
    backup = request.GET.get("with") == "backup-code" and not by_mail
    form = FactorForm(request.POST or None, kind="backup" if backup else "token" if by_mail else "app")
    if form.is_valid():
        typed = form.cleaned_data["code"]
        try:
            if by_mail:
                device = actions.verify_email_token(user, typed=typed, browser=browser_of(request))
            elif backup:
                device = actions.verify_backup_code(user, code=typed)
            else:
                device = actions.verify_app(user, code=typed)
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            return redirect(complete(request, device))
    return render(request, "accounts/verify.html", {"form": form, "by_mail": by_mail, "backup": backup})


@for_signed_in_posts
def send_token(request: HttpRequest) -> HttpResponse:
    """Mail a security token: for the second step of a sign-in, or to prove the factor before it is replaced."""
    try:
        actions.send_email_token(person_of(request), browser=browser_of(request), ip=ip_of(request))
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, "A security token is on its way to your login e-mail. It works for 10 minutes.")
    return redirect("accounts:enroll" if request.user.is_verified() else "accounts:verify")  # type: ignore[union-attr]
