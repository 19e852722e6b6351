"""A filing that was handed in: where it stands, the conversation with the desk, the printed copy, taking it back."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.applications import EXPECTED_WAIT, conversation
from ace_portal.core.errors import DomainError
from form5106 import actions, policy, presentation, printing
from form5106.models import Filing
from form5106.views.filing import found
from useraccess.review.forms import AnswerForm
from useraccess.review.pages import sent_answer
from useraccess.review.presentation import attachment_of

Status = Filing.Status


def _handed_in(request: HttpRequest, token: str) -> Filing:
    filing = found(request, token)
    if filing.is_draft or filing.status == Status.EXPIRED:
        raise Http404
    return filing


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Where the filing stands, and what was filed; the filer can answer a question of the desk."""
    filing = _handed_in(request, token)
    form = AnswerForm(request.POST or None, request.FILES or None)
    if sent_answer(request, form, partial(actions.answer, filing)):
        return redirect("form5106:status", token)
    given = filing.record.importer_number if filing.record and filing.status == Status.ACCEPTED else ""
    context = {
        "section": "tools",
        "filing": filing,
        "number": given,
        "head_rows": presentation.head_rows(filing, number=given),
        "parts": presentation.parts(filing, filing.content),
        "form": form if filing.status == Status.INFORMATION_REQUESTED else None,
        "turns": conversation(filing),
        "attachment_url": "form5106:attachment",
        "timeline": presentation.timeline(filing),
        "wait": EXPECTED_WAIT,
        "may_read": bool(filing.record and filing.filed_by and policy.may_read(filing.filed_by, filing.record)),
    }
    return render(request, "form5106/status.html", context)


@never_cache
@require_safe
def attachment(request: HttpRequest, token: str, message: int) -> HttpResponseBase:
    """What the filer attached to an answer."""
    return attachment_of(_handed_in(request, token), message)


@never_cache
@require_safe
def printed(request: HttpRequest, token: str) -> HttpResponse:
    """What was filed, as PDF."""
    filing = _handed_in(request, token)
    given = filing.record.importer_number if filing.record and filing.status == Status.ACCEPTED else ""
    head = {
        "title": f"Filing {filing.reference}: {filing.get_status_display()}",
        "rows": presentation.head_rows(filing, number=given),
    }
    pdf = printing.document(
        "CBP Form 5106, Create/Update Importer Identity", [head, *presentation.parts(filing, filing.content)]
    )
    return pdf_answer(pdf, f"form-5106-{filing.reference}.pdf")


def pdf_answer(pdf: bytes, filename: str) -> HttpResponse:
    """A PDF to be saved, kept by no cache."""
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once, then take the filing back."""
    filing = _handed_in(request, token)
    if request.method == "POST":
        try:
            actions.withdraw(filing)
        except DomainError as error:
            messages.warning(request, error.message)
        return redirect("form5106:status", token)
    if not filing.is_at_the_desk:
        return redirect("form5106:status", token)
    return render(request, "form5106/withdraw.html", {"section": "tools", "filing": filing})
