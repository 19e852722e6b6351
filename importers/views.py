"""The importer application in the browser: three screens, a look at the answers, the status page."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.applications import EXPECTED_WAIT, conversation
from ace_portal.core import clock
from ace_portal.core.errors import DomainError
from importers import actions, presentation
from importers.forms import CodeForm, DetailsForm, IdentifyForm
from importers.models import ImporterApplication
from importers.snags import snags
from useraccess.review.forms import AnswerForm
from useraccess.review.pages import sent_answer
from useraccess.review.presentation import attachment_of, timeline
from verification import codes
from verification.visitors import browser_of, ip_of

STEPS = ["Identify the company", "Verification code", "Details", "Check your answers"]
Status = ImporterApplication.Status


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Screen 1. A second click on Next lands on the application the first one began."""
    browser = browser_of(request)
    form = IdentifyForm(request.POST or None, browser=browser)
    context: dict[str, Any] = {"form": form, "steps": STEPS}
    if form.is_valid():
        # A copy: add_error takes a field out of cleaned_data.
        data = dict(form.cleaned_data)
        try:
            application, limit = actions.start_application(
                company_name=data["company_name"],
                importer_number=data["importer_number"],
                email=data["email"],
                browser=browser,
                ip=ip_of(request),
            )
        except actions.ChecksFailed as error:
            for failure in error.failures:
                form.add_error(failure.field, failure.message)
            context["ways_on"] = presentation.ways_on(error.failures)
            if any(failure.code == "no_contact" for failure in error.failures):
                context["broker_message"] = presentation.broker_message(data["company_name"], data["importer_number"])
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            if limit:
                messages.warning(request, limit.message)
            return redirect("importers:code", application.draft_token)
    return render(request, "importers/identify.html", context)


def _draft(token: str) -> ImporterApplication:
    return get_object_or_404(ImporterApplication.objects.select_related("record"), draft_token=token)


def _elsewhere(application: ImporterApplication, *, needs: str) -> HttpResponse | None:
    """Where the applicant belongs instead, if this page needs another state than the application has."""
    if application.status == needs:
        return None
    if application.status == Status.IDENTIFIED:
        return redirect("importers:code", application.draft_token)
    if application.status == Status.VERIFIED:
        return redirect("importers:details", application.draft_token)
    if application.status == Status.EXPIRED:
        return redirect("importers:apply")
    return redirect("importers:status", application.status_token)


@never_cache
@require_http_methods(["GET", "HEAD"])
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """The mailed link: continue wherever the application stands."""
    application = _draft(token)
    if application.status == Status.EXPIRED:
        messages.warning(request, "This application was not finished in 30 days and has been closed. Start a new one.")
    return _elsewhere(application, needs="") or redirect("importers:apply")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, token: str) -> HttpResponse:
    """Screen 2. Whatever goes wrong with the code, the application stays."""
    application = _draft(token)
    if other := _elsewhere(application, needs=Status.IDENTIFIED):
        return other
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            actions.confirm_code(application, typed=form.cleaned_data["code"], browser=browser_of(request))
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            return redirect("importers:details", token)
    context = {
        "form": form,
        "application": application,
        "address": codes.mask_address(application.record.point_of_contact_email),
        "until": codes.live_until(actions.CODE_PURPOSE, application),
        "steps": STEPS,
        "broker_message": presentation.stale_contact_message(application),
    }
    return render(request, "importers/code.html", context)


@require_POST
def new_code(request: HttpRequest, token: str) -> HttpResponse:
    """Send a new code and go back to screen 2."""
    application = _draft(token)
    try:
        actions.send_code(application, browser=browser_of(request), ip=ip_of(request))
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, "A new code is on its way. Codes sent earlier no longer work.")
    return redirect("importers:code", token)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, token: str) -> HttpResponse:
    """Screen 3. What was typed is kept on the server before it is looked at."""
    application = _draft(token)
    if other := _elsewhere(application, needs=Status.VERIFIED):
        return other
    if request.method == "POST":
        form = DetailsForm(request.POST)
        actions.keep_draft(application, form.typed())
        if "save" in request.POST:
            messages.success(request, "Saved. Continue now, or later with the link in your mail.")
            return redirect("importers:details", token)
        if form.is_valid():
            return redirect("importers:answers", token)
    else:
        form = DetailsForm(initial=presentation.initial(application))
    context = {"form": form, "application": application, "steps": STEPS, "snags": snags(application.record)}
    return render(request, "importers/details.html", context)


@require_POST
def draft(request: HttpRequest, token: str) -> HttpResponse:
    """Keep what was typed so far, without leaving the page."""
    try:
        actions.keep_draft(_draft(token), DetailsForm(request.POST).typed())
    except DomainError as error:
        return JsonResponse({"error": error.message}, status=409)
    return JsonResponse({"saved_at": f"{timezone.localtime(clock.now()):%-I:%M %p}"})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: HttpRequest, token: str) -> HttpResponse:
    """Check your answers, then Submit. A second Submit lands on the status page."""
    application = _draft(token)
    if other := _elsewhere(application, needs=Status.VERIFIED):
        return other
    form = DetailsForm(application.draft)
    if not form.is_valid():
        return redirect("importers:details", token)
    context: dict[str, Any] = {"application": application, "steps": STEPS, "problems": []}
    if request.method == "POST":
        try:
            actions.submit(application, details=form.details())
        except actions.ChecksFailed as error:
            context["problems"] = [failure.message for failure in error.failures]
        except DomainError as error:
            context["problems"] = [error.message]
        else:
            return redirect("importers:status", application.status_token)
    context |= presentation.answer_rows(application, form)
    return render(request, "importers/answers.html", context)


def _submitted(token: str) -> ImporterApplication:
    found = get_object_or_404(ImporterApplication.objects.select_related("record"), status_token=token)
    if found.is_draft or found.status == Status.EXPIRED:
        return get_object_or_404(ImporterApplication, pk=None)
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Where the application stands; the applicant can answer a question of the desk."""
    application = _submitted(token)
    form = AnswerForm(request.POST or None, request.FILES or None)
    if sent_answer(request, form, partial(actions.answer, application)):
        return redirect("importers:status", token)
    context = {
        "application": application,
        "form": form if application.status == Status.INFORMATION_REQUESTED else None,
        "timeline": timeline(application),
        "turns": conversation(application),
        "attachment_url": "importers:attachment",
        "wait": EXPECTED_WAIT,
    }
    return render(request, "importers/status.html", context)


@never_cache
@require_safe
def attachment(request: HttpRequest, token: str, message: int) -> HttpResponseBase:
    """What the applicant attached to an answer."""
    return attachment_of(_submitted(token), message)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once, then take the application back."""
    application = _submitted(token)
    if request.method == "POST":
        try:
            actions.withdraw(application)
        except DomainError as error:
            messages.warning(request, error.message)
        return redirect("importers:status", token)
    if not application.is_open:
        return redirect("importers:status", token)
    return render(request, "importers/withdraw.html", {"application": application})
