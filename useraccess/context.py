"""Which account the person works in: said on every page of somebody signed in."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from useraccess import policy
from useraccess.models import Membership

CHOSEN = "top_account"


def working_in(request: HttpRequest) -> dict[str, Any]:
    """`working_in` is the membership the page acts on, else the chosen one; `has_choice` whether there are more.

    Read from the database only by a page that shows them.
    """
    user = getattr(request, "user", None)
    if not (isinstance(user, User) and user.is_verified()) or user.is_staff:  # type: ignore[attr-defined]
        return {"working_in": None, "has_choice": False}
    return {
        "working_in": SimpleLazyObject(lambda: current(request, user)),
        "has_choice": SimpleLazyObject(lambda: _has_choice(user)),
    }


def current(request: HttpRequest, user: User) -> Membership | None:
    """The person's live membership this request acts on, else the chosen one, else the first."""
    if (named := getattr(request, "working_in", None)) is not None:
        return named  # type: ignore[no-any-return]
    live = Membership.objects.working().filter(user=user).select_related("top_account", "via__recipient").order_by("pk")
    chosen = request.session.get(CHOSEN)
    return (live.filter(top_account=chosen).first() if chosen else None) or live.first()


def act_in(request: HttpRequest, membership: Membership) -> None:
    """Say that this request acts on the membership's account: it is the chosen one from now on."""
    request.working_in = membership  # type: ignore[attr-defined]
    if request.session.get(CHOSEN) != membership.top_account_id:
        request.session[CHOSEN] = membership.top_account_id


def _has_choice(user: User) -> bool:
    return policy.top_accounts_visible_to(user)[:2].count() > 1
