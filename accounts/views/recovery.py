"""Getting back in: forgotten password, forgotten user ID."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import actions, backends
from accounts.forms import ChallengeForm, ForgotPasswordForm, ForgotUserIdForm, NewPasswordForm
from accounts.views.common import PASSWORD_CHANGED
from ace_portal.core.errors import DomainError, TooMany
from verification import challenges, links, throttles
from verification.visitors import ip_of

NAME = "forgot_password_name"


def _from_network(request: HttpRequest) -> None:
    throttles.take(
        "recovery-from-ip",
        ip_of(request),
        actions.RECOVERIES_FROM_IP,
        sentence="Too many tries from your network. Please try again in {wait}.",
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Step 1: whose password. The next page looks the same for every name."""
    form = ForgotPasswordForm(request.POST or None)
    if form.is_valid():
        request.session[NAME] = form.cleaned_data["username"]
        return redirect("accounts:forgot-password-questions")
    return render(request, "accounts/forgot_password.html", {"form": form})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def forgot_password_questions(request: HttpRequest) -> HttpResponse:
    """Step 2: two questions. Whatever is answered, the page says that a mail goes out if the answers were right."""
    name = request.session.get(NAME)
    if not name:
        return redirect("accounts:forgot-password")
    asked = challenges.asked_of(backends.find(name), name=backends.counted_as(name))
    form = ChallengeForm(request.POST or None, asked=asked)
    if form.is_valid():
        try:
            _from_network(request)
            actions.request_password_reset(name, given=form.given())
        except TooMany as error:
            form.add_error(None, error.message)
        else:
            del request.session[NAME]
            return render(request, "accounts/mail_on_its_way.html", {"what": "a link to choose a new password"})
    return render(request, "accounts/forgot_password_questions.html", {"form": form})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest, token: str) -> HttpResponse:
    """Step 3: the mailed link. It works once."""
    person = links.owner_of(actions.RESET_PURPOSE, token)
    if person is None:
        return render(request, "accounts/link_ended.html", status=410)
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        try:
            actions.reset_password(token, new=form.cleaned_data["new_password"])
        except DomainError:
            return render(request, "accounts/link_ended.html", status=410)
        except ValidationError as error:
            form.add_error("new_password", error)
        else:
            messages.success(request, PASSWORD_CHANGED)
            return redirect("accounts:sign-in")
    return render(request, "accounts/new_password.html", {"form": form, "person": person})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgot_user_id(request: HttpRequest) -> HttpResponse:
    """The user ID, mailed to the login e-mail. Looks the same for every address."""
    form = ForgotUserIdForm(request.POST or None)
    if form.is_valid():
        try:
            _from_network(request)
            actions.send_user_id(form.cleaned_data["email"])
        except TooMany as error:
            form.add_error(None, error.message)
        else:
            return render(request, "accounts/mail_on_its_way.html", {"what": "your user ID"})
    return render(request, "accounts/forgot_user_id.html", {"form": form})
