"""The exporter application in the browser: the form, the terms, the success page, the status page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ace_portal.core import tokens
from ace_portal.core.errors import DomainError
from exporters import actions, presentation
from exporters.forms import ApplicationForm
from exporters.models import ExporterApplication
from verification.visitors import browser_of, ip_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """The form. A second click on Submit lands on the success page of the first."""
    browser = browser_of(request)
    sent = request.POST if request.method == "POST" else None
    form = ApplicationForm(sent, browser=browser, initial={"key": tokens.link_token()})
    if form.is_valid():
        try:
            application = actions.submit(
                answers=form.answers(), key=form.cleaned_data["key"], browser=browser, ip=ip_of(request)
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return redirect("exporters:submitted", application.status_token)
    return render(request, "exporters/apply.html", {"form": form, "section": "apply"})


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The Terms and Conditions an applicant agrees to."""
    return render(request, "exporters/terms.html", {"section": "apply"})


@never_cache
@require_safe
def submitted(request: HttpRequest, token: str) -> HttpResponse:
    """The success page: the reference number, and where to look from now on."""
    application = get_object_or_404(ExporterApplication, status_token=token)
    return render(request, "exporters/submitted.html", {"application": application, "section": "apply"})


@never_cache
@require_safe
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Where the application stands."""
    application = get_object_or_404(ExporterApplication, status_token=token)
    context = {
        "application": application,
        "rows": application.rows(),
        "timeline": presentation.timeline(application),
        "section": "apply",
    }
    return render(request, "exporters/status.html", context)
