"""What the pages of an account's people, contacts and journals share."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest
from django.urls import reverse

from accounts.models import TopAccount
from accounts.views.common import person_of
from useraccess import policy
from useraccess.context import act_in
from useraccess.models import Membership, Role

#: The pages of an account beside its sub-accounts: URL name, label, whether only owner and proxies open it.
PAGES: tuple[tuple[str, str, bool], ...] = (
    ("people", "User Access", True),
    ("contacts", "Contacts", True),
    ("who", "Who can do what", True),
    ("activity-log", "Business Activity Log", False),
    ("action-plan", "Action Plan", False),
    ("history", "History", True),
)
#: Pages for the owner alone, to which the rooms above add theirs: URL name with its namespace, and label.
OWNERS_PAGES: dict[str, str] = {"useraccess:cross-account": "Cross Account Access"}
#: Pages for proxies alone: what an owner finds on another page.
PROXIES_PAGES = {"useraccess:access-received": "Access to Other Accounts"}


def add_owners_page(url_name: str, label: str) -> None:
    """Show one more page to an account's owner, behind PAGES. Called once, when the applications are ready."""
    OWNERS_PAGES[url_name] = label


def member_of(request: HttpRequest, pk: int, *, even_merged: bool = False) -> Membership:
    """The signed-in person's place in the top account of a page's address. Raises Http404 for outsiders.

    Whoever works there for the account's own company and for another one has the place in the own one here. Raises
    PermissionDenied for what is sent to an account that was merged, unless the page takes it `even_merged`.
    """
    working = Membership.objects.working().filter(user=person_of(request), top_account=pk)
    member = working.select_related("top_account", "via__recipient").order_by(F("via").asc(nulls_first=True)).first()
    if member is None:
        raise Http404
    if member.top_account.is_shell and request.method not in ("GET", "HEAD") and not even_merged:
        raise PermissionDenied(member.top_account.merged_in_words)
    act_in(request, member)
    return member


def manager_of(request: HttpRequest, pk: int, *, even_merged: bool = False) -> Membership:
    """The same for a page of owner and proxies. Raises PermissionDenied, naming whom to ask, for users."""
    member = member_of(request, pk, even_merged=even_merged)
    if member.role not in policy.OWNERS:
        raise PermissionDenied(ask(member.top_account, "Only the account owner and proxies open this page."))
    return member


def ask(account: TopAccount, refusal: str) -> str:
    """The refusal with whom to ask, or the sentence of an account that was merged."""
    return policy.refusal(account, refusal)


def frame(member: Membership, page: str) -> dict[str, Any]:
    """What templates/useraccess/account.html needs: the account, and the tabs of its pages with this one marked."""
    levels = policy.rights_at(member.user, member.top_account, policy.TOP_CELLS.values())
    readable = {code for code, at in policy.TOP_CELLS.items() if levels[at].level.reads}
    manages = member.role in policy.OWNERS
    is_owner = member.role == Role.TRADE_ACCOUNT_OWNER
    shown = [
        (f"useraccess:{name}", label)
        for name, label, managers_only in PAGES
        if (manages if managers_only else name in readable)
    ]
    if member.top_account.is_shell:
        pass  # What the other pages decide cannot be decided here any more.
    elif is_owner:
        shown += OWNERS_PAGES.items()
    elif manages:
        shown += PROXIES_PAGES.items()
    return {
        "section": "tools",
        "account": member.top_account,
        "manages": manages,
        "is_owner": is_owner,
        "account_pages": [
            {
                "label": label,
                "url": reverse(name, args=[member.top_account_id]),
                "current": name.partition(":")[2] == page,
            }
            for name, label in shown
        ],
    }
