"""Asking CBP to restore a voided record, and where the request stands."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.applications import EXPECTED_WAIT, conversation
from ace_portal.core.errors import DomainError
from form5106 import actions, presentation
from form5106.forms import FILE_AGAIN, RestoreForm
from form5106.models import RestoreRequest
from form5106.views.filing import user_of
from useraccess.review.forms import AnswerForm
from useraccess.review.pages import sent_answer
from useraccess.review.presentation import attachment_of
from verification.visitors import browser_of, ip_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: HttpRequest) -> HttpResponse:
    """The request, with proof of the number."""
    user = user_of(request)
    who = {"browser": browser_of(request), "known": user is not None}
    if request.method == "POST":
        form = RestoreForm(request.POST, request.FILES, **who)  # type: ignore[arg-type]
        if form.is_valid():
            data = {name: value for name, value in form.cleaned_data.items() if name not in ("picture", "proof")}
            file = form.cleaned_data["proof"]
            proof = actions.Proof(file=file, original_name=file.name, size=file.size)
            try:
                row = actions.ask_to_restore(**data, proof=proof, by=user, ip=ip_of(request))
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
                form.add_error(None, FILE_AGAIN)
            else:
                messages.success(request, "Your request has been received. Keep the link of this page.")
                return redirect("form5106:restore-status", row.status_token)
    else:
        form = RestoreForm(**who)  # type: ignore[arg-type]
    return render(request, "form5106/restore.html", {"section": "tools", "form": form})


def _found(token: str) -> RestoreRequest:
    return get_object_or_404(RestoreRequest.objects.select_related("record"), status_token=token)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Where the request stands; whoever has the link can answer a question of the desk."""
    row = _found(token)
    form = AnswerForm(request.POST or None, request.FILES or None)
    if sent_answer(request, form, partial(actions.answer, row)):
        return redirect("form5106:restore-status", token)
    context = {
        "section": "tools",
        "row": row,
        "rows": presentation.request_rows(row),
        "form": form if row.status == RestoreRequest.Status.INFORMATION_REQUESTED else None,
        "turns": conversation(row),
        "attachment_url": "form5106:restore-attachment",
        "timeline": presentation.timeline(row),
        "wait": EXPECTED_WAIT,
    }
    return render(request, "form5106/restore_status.html", context)


@never_cache
@require_safe
def attachment(request: HttpRequest, token: str, message: int) -> HttpResponseBase:
    """What was attached to an answer."""
    return attachment_of(_found(token), message)
