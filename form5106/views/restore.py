"""Asking CBP to restore a voided record."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.applications import EXPECTED_WAIT
from ace_portal.core.errors import DomainError
from form5106 import actions
from form5106.forms import FILE_AGAIN, RestoreForm
from form5106.views.filing import user_of
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
                actions.ask_to_restore(**data, proof=proof, by=user, ip=ip_of(request))
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
                form.add_error(None, FILE_AGAIN)
            else:
                return redirect("form5106:restore-sent")
    else:
        form = RestoreForm(**who)  # type: ignore[arg-type]
    return render(request, "form5106/restore.html", {"section": "tools", "form": form})


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The request is with the desk."""
    return render(request, "form5106/restore_sent.html", {"section": "tools", "wait": EXPECTED_WAIT})
