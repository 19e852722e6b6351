"""The Accounts list: what is shown, in which order, page by page."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.http import QueryDict

from accounts import registry
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core.addresses import format_phone
from useraccess import policy
from useraccess.trade_account import TradeAccountForm

PAGE_SIZE = 25
#: Accounts on a page of Home, and how many sub-accounts of each it names.
ON_HOME, SHOWN_ON_HOME = 25, 10
ORDERS = {"name": ("name", "identifier", "pk"), "number": ("identifier", "name", "pk")}


def accounts_page(user: User, chosen: QueryDict, asked: TradeAccountForm) -> tuple[Page[SubAccount], str, str]:
    """One page of the sub-accounts the person may open, with the order ("name" or "number") and the words searched.

    `chosen` is the query string: `order`, `q` (part of a name or number), `type` and `page`; `asked` its account.
    """
    order = chosen.get("order", "name")
    order = order if order in ORDERS else "name"
    query = chosen.get("q", "").strip()[:100]
    here = [asked.account.pk] if asked.account else None
    found = policy.sub_accounts_visible_to(user, here).select_related("top_account")
    if asked.refused:
        found = found.none()
    if kind := chosen.get("type", ""):
        found = found.filter(account_type=kind[:20])
    if query:
        found = found.filter(Q(name__icontains=query) | Q(identifier__icontains=query))
    paginator = Paginator(found.order_by(*ORDERS[order]), PAGE_SIZE)
    return paginator.get_page(chosen.get("page")), order, query


def accounts_on_home(user: User, chosen: QueryDict, asked: TradeAccountForm) -> Page[TopAccount]:
    """One page of the accounts the person works in, each with its first sub-accounts as `shown` (two queries)."""
    found = policy.top_accounts_visible_to(user)
    if asked.refused:
        found = found.none()
    if asked.account:
        found = found.filter(pk=asked.account.pk)
    page = Paginator(found, ON_HOME).get_page(chosen.get("page"))
    visible = policy.sub_accounts_visible_to(user, [one.pk for one in page]).order_by(*ORDERS["name"])
    prefetch_related_objects(
        list(page.object_list), Prefetch("sub_accounts", visible[: SHOWN_ON_HOME + 1], to_attr="shown")
    )
    return page


def task_url(chosen: str) -> str | None:
    """The address of a task of the Task Selector, given its URL name; None for anything no account type offers."""
    offered = {task.url_name for kind in registry.account_types() for task in kind.tasks}
    return chosen if chosen in offered else None


def top_account_rows(account: TopAccount) -> list[dict[str, Any]]:
    """The facts of a top account as label and value."""
    return [
        {"label": "Company Name", "value": account.company_name},
        {"label": "ACE ID", "value": account.ace_id},
        {"label": "Company Organizational Structure", "value": account.get_organizational_structure_display()},
        {"label": "Account's Fiscal Year End Date", "value": account.fiscal_year_end},
        {"label": "DUNS", "value": account.duns},
        {"label": "Company Website", "value": account.website},
    ]


def own_rows(user: User) -> list[dict[str, Any]]:
    """What a person reads about themselves, as label and value."""
    return [
        {"label": "Name", "value": user.get_full_name()},
        {"label": "User ID (Account ID)", "value": user.account_id},
        {"label": "Login e-mail", "value": user.email},
        {"label": "Telephone number", "value": format_phone(user.phone) if user.phone else ""},
    ]
