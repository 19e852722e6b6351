"""/support/ for everybody: who owns an account, and the request for another owner with its code and status page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.applications import EXPECTED_WAIT
from accounts.models import User
from ace_portal.core import tokens
from ace_portal.core.errors import DomainError
from importers.forms import CodeForm
from ownership import actions, presentation
from ownership.forms import FILE_AGAIN, LookupForm, OwnerChangeForm
from ownership.models import OwnerChange
from verification import codes
from verification.visitors import browser_of, ip_of

STEPS = ["The company and the new owner", "Verification code", "Decision"]
Status = OwnerChange.Status


@require_safe
def support(request: HttpRequest) -> HttpResponse:
    """What there is help with."""
    return render(request, "ownership/support.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """Owner lookup. Whatever was asked, the same page answers."""
    form = LookupForm(request.POST or None, browser=browser_of(request))
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("company_name", "number", "reason")}
        by = request.user if isinstance(request.user, User) else None
        try:
            actions.ask(**facts, by=by, ip=ip_of(request))
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return redirect("ownership:lookup-sent")
    return render(request, "ownership/lookup.html", {"form": form})


@require_safe
def lookup_sent(request: HttpRequest) -> HttpResponse:
    """The answer to every question."""
    return render(request, "ownership/lookup_sent.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """The request for another owner. A second click on Next lands on the request the first one began."""
    browser = browser_of(request)
    if request.method == "POST":
        form = OwnerChangeForm(request.POST, request.FILES, browser=browser)
        if form.is_valid() and (answer := _start(request, form, browser)):
            return answer
    else:
        form = OwnerChangeForm(browser=browser, initial={"key": tokens.link_token()})
    return render(request, "ownership/change.html", {"form": form, "steps": STEPS})


def _start(request: HttpRequest, form: OwnerChangeForm, browser: str) -> HttpResponse | None:
    """Begin the request; None when it was refused and the form says why."""
    try:
        row, limit = actions.start(**form.request(), browser=browser, ip=ip_of(request))
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        form.add_error(None, FILE_AGAIN)
        return None
    if limit:
        messages.warning(request, limit.message)
    return redirect("ownership:status", row.status_token)


def _found(token: str) -> OwnerChange:
    known = OwnerChange.objects.select_related("record", "top_account", "former_owner", "successor", "new_owner")
    return get_object_or_404(known, status_token=token)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, token: str) -> HttpResponse:
    """The code from the point of contact's mailbox. Whatever goes wrong with it, the request stays."""
    row = _found(token)
    if row.status != Status.IDENTIFIED:
        return redirect("ownership:status", token)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            actions.confirm_code(row, typed=form.cleaned_data["code"], browser=browser_of(request))
        except DomainError as error:
            if row.status != Status.IDENTIFIED:
                messages.error(request, error.message)
                return redirect("ownership:status", token)
            form.add_error("code", error.message)
        else:
            return redirect("ownership:status", token)
    context = {
        "form": form,
        "row": row,
        "address": codes.mask_address(row.record.point_of_contact_email),
        "until": codes.live_until(actions.CODE_PURPOSE, row),
        "steps": STEPS,
    }
    return render(request, "ownership/code.html", context)


@require_POST
def new_code(request: HttpRequest, token: str) -> HttpResponse:
    """Send a new code and go back to its page."""
    try:
        actions.send_code(_found(token), browser=browser_of(request), ip=ip_of(request))
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, "A new code is on its way. Codes sent earlier no longer work.")
    return redirect("ownership:code", token)


@never_cache
@require_safe
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Where the request stands; the page of the code while it waits for one."""
    row = _found(token)
    if row.status == Status.IDENTIFIED:
        return redirect("ownership:code", token)
    context: dict[str, Any] = {
        "row": row,
        "rows": presentation.rows(row),
        "timeline": presentation.timeline(row),
        "wait": EXPECTED_WAIT,
    }
    return render(request, "ownership/status.html", context)
