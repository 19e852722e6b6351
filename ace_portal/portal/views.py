"""Home, Accounts, References and Tools."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts import registry
from accounts.models import SubAccount, User
from ace_portal.core.events import journal_of
from ace_portal.core.models import Event
from ace_portal.core.refs import ref
from ace_portal.portal import lists
from ace_portal.portal.choosing import ChooseForm
from ace_portal.portal.tiles import tiles_for
from useraccess import contacts, desks, policy
from useraccess.context import current
from useraccess.trade_account import asked_for, own_among
from useraccess.views.common import ask, frame, member_of

RECENT = 10


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - login_required is on every caller
    return request.user


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Home for whoever is signed in; a visitor is shown what there is to do."""
    if not request.user.is_authenticated:
        return render(request, "portal/welcome.html")
    user = _user(request)
    if desks.desks_of(user):
        return redirect("admin:index")
    asked = asked_for(user, request.GET)
    page = lists.accounts_on_home(user, request.GET, asked)
    managed = policy.top_accounts_managed_by(user)[:50]
    events = Event.objects.filter(journal__in=[ref(account) for account in managed])[:RECENT]
    context = {
        "section": "home",
        "page": page,
        "form": asked,
        "own": own_among(user, [one.pk for one in page]),
        "most": lists.SHOWN_ON_HOME,
        "events": events,
        "tiles": tiles_for(user),
    }
    return render(request, "portal/home.html", context)


@require_safe
@cache_control(max_age=86400, public=True)
def icon(request: HttpRequest) -> HttpResponse:
    """The icon for what browsers show without one of our pages around it: a PDF, a picture, plain text."""
    picture = (settings.BASE_DIR / "static/img/favicon.svg").read_bytes()
    return HttpResponse(picture, content_type="image/svg+xml")


@require_safe
def apply(request: HttpRequest) -> HttpResponse:
    """Which application is the right one."""
    form = ChooseForm(request.GET if "activity" in request.GET else None)
    return render(request, "portal/apply.html", {"form": form, "chosen": form.chosen, "section": "apply"})


@require_safe
@login_required
def accounts(request: HttpRequest) -> HttpResponse:
    """The Task Selector and the Accounts list."""
    user = _user(request)
    if url := lists.task_url(request.GET.get("task", "")):
        return redirect(url)
    asked = asked_for(user, request.GET)
    page, order, query = lists.accounts_page(user, request.GET, asked)
    top_accounts = policy.top_accounts_visible_to(user)[: lists.ON_HOME]
    chosen = request.GET.get("type", "")
    known = {kind.code: kind for kind in registry.account_types()}
    context = {
        "section": "accounts",
        "page": page,
        "order": order,
        "query": query,
        "account_types": list(known.values()),
        "chosen": known.get(chosen),
        "form": asked,
        "top_accounts": top_accounts,
        "own": own_among(user, {*(one.pk for one in top_accounts), *(one.top_account_id for one in page)}),
    }
    return render(request, "portal/accounts.html", context)


@require_safe
@login_required
def top_account(request: HttpRequest, pk: int) -> HttpResponse:
    """A top account: its facts, sub-accounts, people and journal."""
    member = member_of(request, pk)
    account = member.top_account
    if not policy.may_open_top(member.user, account):
        raise PermissionDenied(ask(account, "You have no access to the top account itself."))
    manages = policy.may_read_history(member.user, account)
    context = {
        "section": "accounts",
        "account": account,
        "rows": lists.top_account_rows(account),
        "sub_accounts": policy.sub_accounts_visible_to(member.user, [pk]),
        "owner": policy.owner_of(account),
        "events": journal_of(account)[:RECENT] if manages else None,
        "role": member.place_in_words,
        "manages": manages,
        "may_leave": policy.may_leave(member.user, member),
        "contacts_url": reverse("useraccess:contacts", args=[pk]) if manages else "",
        **contacts.shown_on(account, None, request.GET.get("page")),
    }
    return render(request, "portal/top_account.html", context)


@require_safe
@login_required
def sub_account(request: HttpRequest, pk: int) -> HttpResponse:
    """A sub-account: the tabs its account type has registered."""
    user = _user(request)
    own = SubAccount.objects.live().filter(top_account__in=policy.top_accounts_visible_to(user))
    found = get_object_or_404(own.select_related("top_account"), pk=pk)
    member_of(request, found.top_account_id)
    rights = policy.tabs_of(user, found)
    kind = found.type
    readable = [tab for tab in kind.tabs if rights[tab.code].level.reads]
    if not readable:
        raise PermissionDenied(ask(found.top_account, "You may not open this sub-account."))
    tab = next((tab for tab in kind.tabs if tab.code == request.GET.get("tab")), readable[0])
    if tab not in readable:
        raise PermissionDenied(ask(found.top_account, f"You may not open “{tab.label}” of this sub-account."))
    page = reverse("portal:sub-account", args=[pk])
    context: dict[str, Any] = {
        "section": "accounts",
        "sub_account": found,
        "kind": kind,
        "tab": tab,
        "tab_template": kind.detail_template,
        "tabs": [
            {"label": known.label, "url": f"{page}?tab={known.code}", "current": known == tab} for known in readable
        ],
        "writes": rights[tab.code].level.writes,
        "filer_codes": sorted(policy.filer_codes_at(user, found) or ()),
        "reads_history": policy.may_read_history(user, found.top_account),
        **(_contacts(request, found) if tab == registry.CONTACTS else kind.detail_context(found)),
    }
    return render(request, "portal/sub_account.html", context)


def _contacts(request: HttpRequest, found: SubAccount) -> dict[str, Any]:
    """What the tab that all account types share shows."""
    manages = policy.may_manage_people(_user(request), found.top_account)
    listed = reverse("useraccess:contacts", args=[found.top_account_id])
    return {
        "tab_template": "useraccess/contacts_shown.html",
        "contacts_url": f"{listed}?place={found.pk}" if manages else "",
        **contacts.shown_on(found.top_account, found, request.GET.get("page")),
    }


@require_safe
def references(request: HttpRequest) -> HttpResponse:
    """What the portal is, what it needs, who is who, questions and help. Open to everybody."""
    return render(request, "portal/references.html", {"section": "references"})


@require_safe
@login_required
def tools(request: HttpRequest) -> HttpResponse:
    """What there is to do in the account the person works in, and about their own access."""
    here = current(request, _user(request))
    context = {"section": "tools", "account_pages": [], "account": None, "rows": lists.own_rows(_user(request))}
    return render(request, "portal/tools.html", {**context, **(frame(here, "") if here else {})})
