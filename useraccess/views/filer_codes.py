"""Tools → Filer Codes: the brokers' and filers' codes of an account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ace_portal.core.errors import DomainError
from useraccess.actions import filer_codes as actions
from useraccess.forms import FilerCodeForm
from useraccess.models import FilerCodeLink
from useraccess.views.common import frame, manager_of

PAGE_SIZE = 25
PAGE = "filer-codes"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest, pk: int) -> HttpResponse:
    """The account's filer codes, and the form that links one more."""
    member = manager_of(request, pk)
    form = FilerCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        code = form.cleaned_data["filer_code"]
        try:
            actions.link(member.top_account, filer_code=code, by=member.user)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"Filer code {code} is linked to the account.")
            return redirect("useraccess:filer-codes", pk)
    query = request.GET.get("q", "").strip()[:100]
    found = FilerCodeLink.objects.live().filter(top_account=member.top_account).select_related("linked_by")
    if query:
        found = found.filter(filer_code__icontains=query)
    page = Paginator(found.order_by("filer_code"), PAGE_SIZE).get_page(request.GET.get("page"))
    names = actions.names_of([one.filer_code for one in page])
    rows = [{"link": one, "name": names.get(one.filer_code, "")} for one in page]
    context = {**frame(member, PAGE), "form": form, "page": page, "rows": rows, "query": query}
    return render(request, "useraccess/filer_codes.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a filer code: the page that asks once more, and the decision."""
    linked = FilerCodeLink.objects.select_related("top_account").filter(pk=pk).first()
    if linked is None:
        raise Http404
    member = manager_of(request, linked.top_account_id)
    if request.method == "POST" or linked.ended_at is not None:
        try:
            actions.unlink(linked, by=member.user)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, f"Filer code {linked.filer_code} is not linked to the account any more.")
        return redirect("useraccess:filer-codes", linked.top_account_id)
    context = {
        **frame(member, PAGE),
        "link": linked,
        "name": actions.names_of([linked.filer_code]).get(linked.filer_code, ""),
        "limited": actions.limited_to(linked).select_related("user")[:PAGE_SIZE],
    }
    return render(request, "useraccess/filer_code_remove.html", context)
