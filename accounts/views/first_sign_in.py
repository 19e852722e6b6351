"""The first sign-in, step by step: temporary password, questions, password, second factor."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods
from django_otp import login as otp_login

from accounts import actions
from accounts.forms import ChangePasswordForm, EnrollForm, QuestionsForm, RetrievePasswordForm
from accounts.presentation import qr_code
from accounts.views.common import PASSWORD_CHANGED, complete, for_signed_in_posts, frame, person_of
from ace_portal.core.errors import DomainError, TooMany
from verification import factors, links, throttles
from verification.visitors import ip_of

#: Where the session keeps the link that was opened.
ENROLLMENT_LINK = "enrollment_link"
NOTHING_TO_RETRIEVE = (
    "No temporary password can be given for this entry. Compare it with the mail, letter by letter. A temporary "
    "password is shown once only, within 21 days of the mail; if yours is gone, ask the owner of your account or the "
    "service desk for a new mail."
)


@never_cache
@sensitive_post_parameters("shared_secret")
@sensitive_variables("password", "found")
@require_http_methods(["GET", "HEAD", "POST"])
def retrieve_password(request: HttpRequest) -> HttpResponse:
    """Type the shared secret, get user ID and temporary password, once. Any other secret gets one neutral answer."""
    form = RetrievePasswordForm(request.POST or None)
    if form.is_valid():
        try:
            throttles.take(
                "retrieve-from-ip",
                ip_of(request),
                actions.RETRIEVALS_FROM_IP,
                sentence="Too many tries from your network. Please try again in {wait}.",
            )
        except TooMany as error:
            form.add_error(None, error.message)
            return render(request, "accounts/retrieve_password.html", {"form": form})
        found = actions.retrieve_temporary_password(form.cleaned_data["shared_secret"])
        if found:
            user, password = found
            return render(request, "accounts/temporary_password.html", {"person": user, "password": password})
        form.add_error(None, NOTHING_TO_RETRIEVE)
    return render(request, "accounts/retrieve_password.html", {"form": form})


@never_cache
@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest) -> HttpResponse:
    """Five challenge questions, each answer typed twice. Who changes them later gives the password, too."""
    person = person_of(request)
    form = QuestionsForm(request.POST or None, changes=not person.must_change_password)
    if form.is_valid():
        try:
            if "password" in form.fields:
                actions.confirm_password(person, form.cleaned_data["password"], field="password")
            actions.answer_questions(person, answers=form.answers())
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, "Your questions are kept.")
            return redirect("accounts:change-password" if person.must_change_password else "accounts:profile")
    return render(request, "accounts/questions.html", {**frame(request), "form": form})


@never_cache
@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Change the password; every session ends and the person signs in with the new one."""
    person = person_of(request)
    form = ChangePasswordForm(request.POST or None, temporary=person.must_change_password)
    if form.is_valid():
        data = form.cleaned_data
        try:
            actions.change_password(person, old=data["old_password"], new=data["new_password"])
        except DomainError as error:
            form.add_error(error.field, error.message)
        except ValidationError as error:
            form.add_error("new_password", error)
        else:
            logout(request)
            messages.success(request, PASSWORD_CHANGED)
            return redirect("accounts:sign-in")
    return render(request, "accounts/change_password.html", {**frame(request), "form": form, "person": person})


@never_cache
@require_http_methods(["GET", "HEAD"])
def enroll_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link mailed to somebody of a desk: this session may set up their authenticator, once they have signed in."""
    if links.owner_of(actions.ENROLLMENT, token) is None:
        return render(request, "accounts/link_ended.html", status=410)
    request.session[ENROLLMENT_LINK] = token
    return redirect("accounts:enroll")


@never_cache
@sensitive_post_parameters()
@sensitive_variables("codes", "device", "link")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enroll(request: HttpRequest) -> HttpResponse:
    """Set up the authenticator app. Who has a factor proves it in the form; the others have just given the password."""
    person = person_of(request)
    link = request.session.get(ENROLLMENT_LINK, "")
    if not actions.may_enroll(person, link=link):
        return render(request, "accounts/enroll_takes_link.html", frame(request), status=403)
    replaces = factors.has_factor(person)
    form = EnrollForm(request.POST or None, replaces=replaces)
    if form.is_valid():
        try:
            device, codes = actions.confirm_device(
                person, code=form.cleaned_data["code"], proof=form.proof(request), link=link
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            update_session_auth_hash(request, person)
            go_on = reverse("accounts:profile") if replaces else complete(request, device)
            if replaces:
                otp_login(request, device)
            context = {"codes": codes, "new_factor": True, "go_on": go_on}
            return render(request, "accounts/backup_codes.html", context)
    device = factors.pending_device(person)
    context = {
        **frame(request),
        "form": form,
        "replaces": replaces,
        "key": " ".join(device.key_text[i : i + 4] for i in range(0, len(device.key_text), 4)),
        "qr": qr_code(device.config_url, title="QR code with the key below"),
        "email_token_allowed": settings.ACE_ALLOW_EMAIL_TOKEN and not replaces,
        "by_mail": actions.by_mail(person),
    }
    return render(request, "accounts/enroll.html", context)


@for_signed_in_posts
def choose_email_token(request: HttpRequest) -> HttpResponse:
    """Take ACE's e-mailed security token instead of an app, where the operator allows it."""
    person = person_of(request)
    if settings.ACE_ALLOW_EMAIL_TOKEN:
        try:
            actions.choose_email_token(person)
        except DomainError as error:
            messages.warning(request, error.message)
        else:
            update_session_auth_hash(request, person)
    return redirect("accounts:verify")
