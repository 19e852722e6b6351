"""Request EIN Reports Authorization: the instructions, the form, the documents that were handed in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import SubAccount, User
from ace_portal.core import private_files
from ace_portal.core.addresses import format_phone
from ace_portal.core.errors import DomainError
from exporters.actions import authorization as actions
from exporters.forms.authorization import FILES_AGAIN, AuthorizationForm
from exporters.models.authorization import (
    AuthorizationDocument,
    Standing,
    may_request,
    status_of,
)
from exporters.models.sub_account import EXPORTER_TYPE
from useraccess import policy

STEPS = ["Instructions", "Request and documents"]


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - login_required is on every caller
    return request.user


def _own(request: HttpRequest, pk: int) -> SubAccount:
    """The exporter sub-account of the address, for people with the right to ask Census about it."""
    user = _user(request)
    own = SubAccount.objects.live().filter(
        account_type=EXPORTER_TYPE, top_account__in=policy.top_accounts_visible_to(user)
    )
    found = get_object_or_404(own.select_related("top_account"), pk=pk)
    if not may_request(user, found):
        raise PermissionDenied(actions.refusal(found))
    return found


def _tab(sub_account: SubAccount) -> HttpResponse:
    """The finished page: the sub-account's tab Authorization for Reports."""
    return redirect(f"{reverse('portal:sub-account', args=[sub_account.pk])}?tab=authorization")


def _context(sub_account: SubAccount, standing: Standing) -> dict[str, Any]:
    return {"section": "accounts", "sub_account": sub_account, "authorization": standing, "steps": STEPS}


@never_cache
@require_safe
@login_required
def instructions(request: HttpRequest, pk: int) -> HttpResponse:
    """What Census wants to see, before anything is typed."""
    sub_account = _own(request, pk)
    standing = status_of(sub_account)
    if not standing.may_be_requested:
        return _tab(sub_account)
    return render(request, "exporters/authorization_instructions.html", _context(sub_account, standing))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """The form. A second click, and a second person, land on the tab that shows the one request."""
    sub_account = _own(request, pk)
    standing = status_of(sub_account)
    if not standing.may_be_requested:
        _say_where_it_stands(request, standing)
        return _tab(sub_account)
    if request.method == "POST":
        form = AuthorizationForm(request.POST, request.FILES, ein=sub_account.identifier)
        if form.is_valid() and (answer := _send(request, sub_account, form)):
            return answer
    else:
        form = AuthorizationForm(ein=sub_account.identifier, initial=_contact(_user(request)))
    return render(request, "exporters/authorization_form.html", _context(sub_account, standing) | {"form": form})


def _send(request: HttpRequest, sub_account: SubAccount, form: AuthorizationForm) -> HttpResponse | None:
    """Hand the request in; None when it was refused and the form says why."""
    try:
        row, fresh = actions.request_authorization(
            sub_account,
            details=form.details(),
            affiliates=form.cleaned_data["affiliates"],
            uploads=form.uploads(),
            by=_user(request),
        )
    except DomainError as error:
        standing = status_of(sub_account)
        if not standing.may_be_requested:
            _say_where_it_stands(request, standing)
            return _tab(sub_account)
        form.add_error(None, f"{error.message} {FILES_AGAIN}")
        return None
    if fresh:
        messages.success(request, f"Request {row.reference} is with Census. You are told by mail what they decide.")
    else:
        _say_where_it_stands(request, status_of(sub_account))
    return _tab(sub_account)


def _say_where_it_stands(request: HttpRequest, standing: Standing) -> None:
    """To somebody who asks once more: nothing was done twice, and who asked first."""
    row = standing.request
    if row and row.is_pending and not standing.automatic:
        who = "you" if row.requested_by == request.user else str(row.requested_by)
        messages.info(request, f"Request {row.reference} for this EIN is with Census already, sent by {who}.")
    else:
        messages.info(request, "This EIN is authorized for reports already. No request is needed.")


def _contact(user: User) -> dict[str, str]:
    """Whoever asks is the contact unless they say otherwise."""
    return {
        "contact_name": user.get_full_name(),
        "contact_phone": format_phone(user.phone),
        "contact_email": user.email,
    }


@never_cache
@require_safe
@login_required
def document(request: HttpRequest, pk: int, document: int) -> FileResponse:
    """A document that was handed in with a request of this sub-account."""
    sub_account = _own(request, pk)
    found = get_object_or_404(
        AuthorizationDocument, pk=document, authorization__sub_account=sub_account, authorization__moved_at=None
    )
    return hand_out(found)


def hand_out(document: AuthorizationDocument) -> FileResponse:
    """The document as a download. Raises Http404 when its file is gone. Also used by the Census desk."""
    try:
        return private_files.attachment(
            document.stored_name, filename=document.original_name, content_type="application/pdf"
        )
    except FileNotFoundError as error:
        raise Http404("The file of this document is gone.") from error
