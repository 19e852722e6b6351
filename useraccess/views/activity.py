"""The Business Activity Log and the Action Plan of a top account."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.registry import Tab
from ace_portal.core import private_files
from ace_portal.core.errors import DomainError
from useraccess import attachments, policy
from useraccess.actions import activity as actions
from useraccess.actions.people import ChangedMeanwhile
from useraccess.activity_forms import LABELS, EntryForm, ItemForm
from useraccess.models import ActionItem, ActivityEntry, Level, Membership
from useraccess.rights import ACTION_PLAN, ACTIVITY_LOG
from useraccess.views.common import ask, frame, member_of

ENTRIES_A_PAGE = 20
ITEMS_A_PAGE = 25
#: What the plan shows unless a status is chosen, and how all of it is asked for.
OPEN, ALL = "open", "all"
STATUSES = [(OPEN, "Open"), *ActionItem.Status.choices, (ALL, "All")]


def _admitted(request: HttpRequest, pk: int, tab: Tab, *, to_write: bool = False) -> tuple[Membership, Level]:
    """The person's place in the account and what they may do with the tab. Raises Http404 or PermissionDenied."""
    member = member_of(request, pk)
    level = policy.top_level(member.user, member.top_account, tab)
    if not (level.writes if to_write else level.reads):
        verb = "write to" if to_write else "read"
        raise PermissionDenied(ask(member.top_account, f"You may not {verb} the {tab.label} of this account."))
    return member, level


def _chosen(people: list[User], pk: str) -> User | None:
    """The one of these people whom a filter names."""
    return next((one for one in people if str(one.pk) == pk), None)


@never_cache
@require_safe
@login_required
def activity_log(request: HttpRequest, pk: int) -> HttpResponse:
    """What account and CBP told each other, newest first."""
    member, level = _admitted(request, pk, ACTIVITY_LOG)
    entries = ActivityEntry.objects.filter(top_account=pk)
    authors = list(User.objects.filter(pk__in=entries.values("by")))
    query = request.GET.get("q", "").strip()[:100]
    author = _chosen(authors, request.GET.get("author", ""))
    if query:
        entries = entries.filter(Q(subject__icontains=query) | Q(text__icontains=query))
    if author:
        entries = entries.filter(by=author)
    context = {
        **frame(member, "activity-log"),
        "page": Paginator(entries.select_related("by"), ENTRIES_A_PAGE).get_page(request.GET.get("page")),
        "authors": authors,
        "author": author,
        "query": query,
        "writes": level.writes,
    }
    return render(request, "useraccess/activity_log.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add_activity(request: HttpRequest, pk: int) -> HttpResponse:
    """Write an entry for good."""
    member, _ = _admitted(request, pk, ACTIVITY_LOG, to_write=True)
    form = EntryForm(request.POST, request.FILES) if request.method == "POST" else EntryForm()
    if form.is_valid():
        try:
            actions.add_entry(member.top_account, by=member.user, **form.entry())
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, "Your entry stands in the log.")
            return redirect("useraccess:activity-log", pk)
    return render(request, "useraccess/activity_add.html", {**frame(member, "activity-log"), "form": form})


@never_cache
@require_safe
@login_required
def activity_attachment(request: HttpRequest, pk: int) -> FileResponse:
    """The file attached to an entry, for saving, to readers of the log."""
    entry = get_object_or_404(ActivityEntry.objects.exclude(attachment=""), pk=pk)
    _admitted(request, entry.top_account_id, ACTIVITY_LOG)
    return hand_out(entry)


def hand_out(entry: ActivityEntry) -> FileResponse:
    """The attachment as a download. Raises Http404 when its file is gone. Also used by CBP's desk."""
    try:
        return private_files.attachment(
            entry.attachment,
            filename=entry.attachment_name,
            content_type=attachments.content_type(entry.attachment_name),
        )
    except FileNotFoundError as error:
        raise Http404("The file of this entry is gone.") from error


@never_cache
@require_safe
@login_required
def action_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to be done, by whom and until when."""
    member, level = _admitted(request, pk, ACTION_PLAN)
    items = ActionItem.objects.filter(top_account=pk)
    owners = list(User.objects.filter(pk__in=items.values("owner")))
    owner = _chosen(owners, request.GET.get("owner", ""))
    status = request.GET.get("status", OPEN)
    status = status if status in dict(STATUSES) else OPEN
    shown = _with_owners(items.filter(owner=owner) if owner else items, status)
    page = Paginator(shown, ITEMS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **frame(member, "action-plan"),
        "page": page,
        "rows": [{"item": item, "overdue": actions.is_overdue(item)} for item in page],
        "owners": owners,
        "owner": owner,
        "status": status,
        "statuses": STATUSES,
        "writes": level.writes,
    }
    return render(request, "useraccess/action_plan.html", context)


def _with_owners(items: QuerySet[ActionItem], status: str) -> QuerySet[ActionItem, Any]:
    """The items of this status with their owners, by due date; `owner_works_here` says who has left meanwhile."""
    live = Membership.objects.live().filter(user=OuterRef("owner"), top_account=OuterRef("top_account"))
    if status != ALL:
        items = items.filter(status__in=ActionItem.OPEN if status == OPEN else [status])
    return items.select_related("owner").annotate(owner_works_here=Exists(live))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add_action_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Put something on the plan."""
    member, _ = _admitted(request, pk, ACTION_PLAN, to_write=True)
    form = ItemForm(request.POST if request.method == "POST" else None, top_account=member.top_account)
    if form.is_valid():
        try:
            item = actions.add_item(member.top_account, facts=form.facts(), by=member.user)
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, f"“{item.title}” is on the plan.")
            return redirect("useraccess:action-plan", pk)
    return render(request, "useraccess/action_item.html", _item_page(member, form, None))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change_action_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an item. Whoever was overtaken by somebody else sees what changed before saving again."""
    item = get_object_or_404(ActionItem.objects.select_related("top_account", "owner"), pk=pk)
    member, _ = _admitted(request, item.top_account_id, ACTION_PLAN, to_write=True)
    form = ItemForm(request.POST if request.method == "POST" else None, top_account=item.top_account, item=item)
    meanwhile = None
    if form.is_valid():
        try:
            found = actions.change_item(item, facts=form.facts(), version=form.version_shown(), by=member.user)
        except ChangedMeanwhile as error:
            meanwhile = error
            form = form.on_top_of(error.changes, ActionItem.objects.select_related("top_account", "owner").get(pk=pk))
        except DomainError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, f"“{item.title}” was {'changed' if found else 'left as it was'}.")
            return redirect("useraccess:action-plan", item.top_account_id)
    return render(request, "useraccess/action_item.html", _item_page(member, form, meanwhile))


def _item_page(member: Membership, form: ItemForm, meanwhile: ChangedMeanwhile | None) -> dict[str, Any]:
    return {
        **frame(member, "action-plan"),
        "form": form,
        "meanwhile": meanwhile,
        "changes": [{"label": LABELS[one.key], "change": one} for one in meanwhile.changes] if meanwhile else [],
    }
