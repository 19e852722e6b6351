"""Tools → User Access: who is on an account, as a page and as a file."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.views.common import person_of
from ace_portal.core import clock
from useraccess import people
from useraccess.context import current
from useraccess.views.common import frame, manager_of


@require_safe
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """User Access of the account the person works in."""
    working_in = current(request, person_of(request))
    if working_in is None:
        return render(request, "useraccess/people_no_account.html", {"section": "tools"})
    return redirect("useraccess:people", manager_of(request, working_in.top_account_id).top_account_id)


@require_safe
@login_required
def listed(request: HttpRequest, pk: int) -> HttpResponse:
    """The people and trade contacts of an account: filtered, sorted, page by page."""
    member = manager_of(request, pk)
    choice = people.Choice.read(request.GET)
    page, rows = people.page_of(member.top_account, choice, request.GET.get("page"))
    context = {
        **frame(member, "people"),
        "choice": choice,
        "page": page,
        "rows": rows,
        "filters": _filters(choice),
        "columns": _columns(choice),
    }
    return render(request, "useraccess/people.html", context)


@require_safe
@login_required
def as_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Every line of the list as chosen, as a file for a spreadsheet."""
    account = manager_of(request, pk).top_account
    name = f"people-{account.ace_id}-{clock.now():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        people.csv_lines(account, people.Choice.read(request.GET)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _filters(choice: people.Choice) -> list[dict[str, Any]]:
    """The selects of the filter, each with its options and the chosen one."""
    orders = [
        pair for code, label in people.SORTS.items() for pair in ((code, label), (f"-{code}", f"{label}, reversed"))
    ]
    known = (
        ("role", "Role", {"": "All roles", **people.ROLES}, choice.role),
        ("status", "Status", {"": "All statuses", **people.STATUSES}, choice.status),
        ("type", "Type", {"": "People and contacts", **people.TYPES}, choice.type),
        ("sort", "Sort by", dict(orders), choice.sort),
    )
    return [
        {"name": name, "label": label, "options": options.items(), "chosen": chosen}
        for name, label, options, chosen in known
    ]


def _columns(choice: people.Choice) -> list[dict[str, str]]:
    """The columns that sort: a click on the one that sorts already turns the direction."""
    return [
        {
            "label": label,
            "sort": f"-{code}" if choice.sort == code else code,
            "sorted": ("descending" if choice.descending else "ascending") if choice.column == code else "",
        }
        for code, label in people.SORTS.items()
    ]
