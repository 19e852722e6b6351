"""My profile: who I am, how I sign in, and where I am signed in."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts import actions, presentation
from accounts.forms import EmailChangeForm, EmailCodeForm, ProfileForm, ProofForm
from accounts.views.common import SIGN_IN, for_signed_in_posts, person_of
from ace_portal.core.errors import DomainError
from verification import factors
from verification.visitors import browser_of, ip_of


@never_cache
@require_safe
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Everything about the person on one page, each part with its link."""
    person = person_of(request)
    context = {
        "section": "tools",
        "rows": presentation.profile_rows(person),
        "sign_ins": person.sign_ins.all()[:20],
        "this_sign_in": request.session.get(SIGN_IN),
        "factor_rows": presentation.factor_rows(person),
    }
    return render(request, "accounts/profile.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Names, address, telephone number."""
    person = person_of(request)
    form = ProfileForm(request.POST or None, initial=presentation.profile_initial(person))
    if form.is_valid():
        try:
            actions.change_profile(person, by=person, **form.person_facts())
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "Your profile has been changed.")
            return redirect("accounts:profile")
    return render(request, "accounts/edit_profile.html", {"section": "tools", "form": form})


@never_cache
@sensitive_post_parameters("password")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_email(request: HttpRequest) -> HttpResponse:
    """A new login e-mail: first its address, then the code that was sent there."""
    person = person_of(request)
    form = EmailChangeForm(request.POST or None, initial={"email": person.pending_email})
    if form.is_valid():
        try:
            actions.request_email_change(
                person,
                email=form.cleaned_data["email"],
                password=form.cleaned_data["password"],
                browser=browser_of(request),
                ip=ip_of(request),
            )
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            return redirect("accounts:confirm-email")
    return render(request, "accounts/change_email.html", {"section": "tools", "form": form, "person": person})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: HttpRequest) -> HttpResponse:
    """The code from the new mailbox."""
    person = person_of(request)
    if not person.pending_email:
        return redirect("accounts:change-email")
    form = EmailCodeForm(request.POST or None)
    if form.is_valid():
        try:
            actions.confirm_email(person, typed=form.cleaned_data["code"], browser=browser_of(request))
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            messages.success(request, "Your login e-mail has been changed. The old address was told.")
            return redirect("accounts:profile")
    return render(request, "accounts/confirm_email.html", {"section": "tools", "form": form, "person": person})


@never_cache
@sensitive_post_parameters()
@sensitive_variables("codes")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def backup_codes(request: HttpRequest) -> HttpResponse:
    """Ten fresh backup codes, after the password and a current code. They stand in for an app: no app, no codes."""
    person = person_of(request)
    if actions.by_mail(person):
        return redirect("accounts:profile")
    form = ProofForm(request.POST or None)
    if form.is_valid():
        try:
            codes = actions.renew_backup_codes(person, proof=form.proof(request))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            context = {"section": "tools", "codes": codes, "go_on": reverse("accounts:profile")}
            return render(request, "accounts/backup_codes.html", context)
    left = factors.backup_codes_left(person)
    return render(request, "accounts/renew_backup_codes.html", {"section": "tools", "form": form, "left": left})


@for_signed_in_posts
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session of the person, this one too."""
    actions.sign_out_everywhere(person_of(request))
    logout(request)
    messages.success(request, "You have been signed out everywhere.")
    return redirect("accounts:sign-in")
