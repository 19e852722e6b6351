"""The history of an account, in the browser."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from useraccess.history import page_of
from useraccess.views.common import frame, manager_of


@require_safe
@login_required
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every decision on the account, its people and their rights, newest first."""
    member = manager_of(request, pk)
    context = {**frame(member, "history"), **page_of(member.top_account, request.GET)}
    return render(request, "useraccess/history.html", context)
