"""The history of an account, in the browser."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import SubAccount
from useraccess.history import page_of, page_of_sub_account
from useraccess.views.common import frame, manager_of


@require_safe
@login_required
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every decision on the account, its people and their rights, newest first."""
    member = manager_of(request, pk)
    context = {**frame(member, "history"), **page_of(member.top_account, request.GET)}
    return render(request, "useraccess/history.html", context)


@require_safe
@login_required
def sub_account_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every decision on a sub-account, for owner and proxies of the account it is in now, from before it came too."""
    found = get_object_or_404(SubAccount.objects.live().select_related("top_account"), pk=pk)
    member = manager_of(request, found.top_account_id)
    context = {**frame(member, "history"), **page_of_sub_account(found, request.GET)}
    return render(request, "useraccess/sub_account_history.html", context)
