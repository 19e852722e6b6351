"""The one place that answers: may this person do this to this object? It reads, it never writes."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import SubAccount, TopAccount, User
from useraccess.models import Membership, Role

CBP_OFFICERS = "CBP officers"
CENSUS_ANALYSTS = "Census analysts"
DESKS = (CBP_OFFICERS, CENSUS_ANALYSTS)
OWNERS = (Role.TRADE_ACCOUNT_OWNER, Role.PROXY_TRADE_ACCOUNT_OWNER)


def is_officer(user: Any) -> bool:
    """Whether the person sits at CBP's desk: signed in, staff, and in the group of CBP officers."""
    return CBP_OFFICERS in desks_of(user)


def is_analyst(user: Any) -> bool:
    """Whether the person sits at Census' desk: signed in, staff, and in the group of Census analysts."""
    return CENSUS_ANALYSTS in desks_of(user)


def desks_of(user: Any) -> frozenset[str]:
    """The desks the person sits at; read once for each request's user."""
    if not (user.is_authenticated and user.is_active and user.is_staff):
        return frozenset()
    known: frozenset[str] | None = getattr(user, "_desks", None)
    if known is None:
        known = user._desks = frozenset(user.groups.filter(name__in=DESKS).values_list("name", flat=True))
    return known


def top_accounts_visible_to(user: User) -> QuerySet[TopAccount]:
    """The top accounts the person works in."""
    live = Membership.objects.live().filter(user=user)
    return TopAccount.objects.filter(pk__in=live.values("top_account"))


def sub_accounts_visible_to(user: User) -> QuerySet[SubAccount]:
    """The live sub-accounts the person may open. Owners and proxies see all of their top account's."""
    live = Membership.objects.live().filter(user=user, role__in=OWNERS)
    return SubAccount.objects.live().filter(top_account__in=live.values("top_account"))


def role_in(user: User, top_account: TopAccount) -> Role | None:
    """The person's role in this top account; None for outsiders and former members."""
    live = Membership.objects.live().filter(user=user, top_account=top_account)
    role = live.values_list("role", flat=True).first()
    return Role(role) if role else None


def owner_of(top_account: TopAccount) -> User | None:
    """The trade account owner: whom to ask for a right. None while the account has no owner."""
    live = Membership.objects.live().filter(top_account=top_account, role=Role.TRADE_ACCOUNT_OWNER)
    membership = live.select_related("user").first()
    return membership.user if membership else None


def may_open(user: User, sub_account: SubAccount) -> bool:
    """Whether the person may open this sub-account's page."""
    return sub_accounts_visible_to(user).filter(pk=sub_account.pk).exists()


def may_change_structure(user: User, top_account: TopAccount) -> bool:
    """Whether the person may add or change sub-accounts: owner and proxies (facts-applications §2.4, §2.7)."""
    return role_in(user, top_account) in OWNERS


def owns_account_of(owner: User, user: User) -> bool:
    """Whether `owner` is the trade account owner of a top account in which `user` works, and not the same person."""
    own = Membership.objects.live().filter(user=owner, role=Role.TRADE_ACCOUNT_OWNER)
    theirs = Membership.objects.live().filter(user=user, top_account__in=own.values("top_account"))
    return owner != user and theirs.exists()


def may_reset_factor(by: User, user: User) -> bool:
    """The desk for everybody, owners for the people of their account (never for another owner's own account)."""
    return by != user and (is_officer(by) or (owns_account_of(by, user) and not owns_any_account(user)))


def may_reactivate(by: User, user: User) -> bool:
    """Owners themselves (by mailed link) and the people of their account; the desk for everybody."""
    if by == user:
        return user.status == User.Status.SUSPENDED and owns_any_account(user)
    return is_officer(by) or owns_account_of(by, user)


def owns_any_account(user: User) -> bool:
    """Whether the person is the trade account owner of some top account."""
    return Membership.objects.live().filter(user=user, role=Role.TRADE_ACCOUNT_OWNER).exists()
