"""The one place that answers: may this person do this to this object? It reads, it never writes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import SubAccount, TopAccount, User
from accounts.registry import Tab
from useraccess.desks import is_officer
from useraccess.models import AccessGrant, CrossAccountAccess, Grant, Level, Membership, Role
from useraccess.models.membership import READING, MembershipQuerySet
from useraccess.rights import (
    ACTION_PLAN,
    ACTIVITY_LOG,
    BY_ROLE,
    IMPORTER,
    TOP,
    Cell,
    Rights,
    cells_of,
    limit_of,
    rights_of,
)

#: The cells of the top account's own tabs, by the tab's code.
TOP_CELLS = {tab.code: Cell(TOP, tab.code) for tab in (ACTIVITY_LOG, ACTION_PLAN)}
OWNERS = (Role.TRADE_ACCOUNT_OWNER, Role.PROXY_TRADE_ACCOUNT_OWNER)


def top_accounts_visible_to(user: User) -> QuerySet[TopAccount]:
    """The top accounts the person works in: of the own company, and of others by cross account access."""
    return TopAccount.objects.filter(pk__in=Membership.objects.working().filter(user=user).values("top_account"))


def top_accounts_managed_by(user: User) -> QuerySet[TopAccount]:
    """The top accounts whose people, contacts and structure the person manages: as owner or proxy."""
    return TopAccount.objects.filter(pk__in=_managing(user).values("top_account"))


def _managing(user: User) -> MembershipQuerySet:
    return _deciding().filter(user=user, role__in=OWNERS)


def _deciding() -> MembershipQuerySet:
    """Places in accounts where something can be decided: one that was merged into another can only be read.

    Whatever lets write asks here, or `rights_at`, which gives at most Read-Only there; `refusal` has the sentence.
    """
    return Membership.objects.live().filter(top_account__merged_into=None)


def refusal(top_account: TopAccount, what: str) -> str:
    """What somebody reads who may not do something: that the account was merged, else `what` with whom to ask."""
    row = TopAccount.objects.select_related("merged_into").get(pk=top_account.pk)
    return row.merged_in_words or f"{what} Ask {owner_of(top_account)}."


def sub_accounts_visible_to(user: User, top_accounts: Iterable[int] | None = None) -> QuerySet[SubAccount]:
    """The live sub-accounts of which the person reads at least one tab, in all accounts or in these (primary keys).

    In another company's account that is a tab which the person was passed on and their company may read.
    """
    here = Q() if top_accounts is None else Q(top_account__in=list(top_accounts))
    users = Membership.objects.live().filter(here, user=user, role=Role.TRADE_ACCOUNT_USER)
    visits = Membership.objects.visiting().filter(here, user=user)
    managed = SubAccount.objects.order_by().filter(here, top_account__in=_managing(user).values("top_account"))
    granted = _readable(Grant.objects.filter(membership__in=users.values("pk")), "membership")
    whole = visits.filter(everything_received=True).values("via")
    all_of_it = _readable(AccessGrant.objects.filter(access__in=whole), "access")
    passed_on = _readable(Grant.objects.filter(membership__in=visits.values("pk")), "membership")
    part_of_it = passed_on.filter(_company_reads_it())
    # From the person's places on: alternatives ("OR") would be tried on every sub-account there is.
    seen = [way.values("at") for way in (granted, all_of_it, part_of_it)]
    return SubAccount.objects.live().filter(pk__in=managed.values("pk").union(*seen, all=True))


def _readable(grants: Any, holder: str) -> Any:
    """What these grants let read, the most specific counting: pairs of a grant and, as `at`, a sub-account.

    Only sub-accounts of the holder's own account: one that a grant names may have come to another of the person's.
    """
    sub_accounts = (
        "membership__top_account__sub_accounts" if holder == "membership" else "access__grantor__sub_accounts"
    )
    exceptions = grants.model.objects.own().filter(
        **{holder: OuterRef(holder)}, sub_account=OuterRef("at"), tab=OuterRef("tab")
    )
    by_type = Q(sub_account=None, account_type=F("kind")) & ~Exists(exceptions)
    pairs = grants.readable().annotate(at=F(sub_accounts), kind=F(f"{sub_accounts}__account_type"))
    found = pairs.filter(Q(sub_account=F("at")) | by_type)
    if holder == "access":
        return found
    return found.filter(~Q(account_type=IMPORTER) | _within_limit(F("at"), "membership__"))


def _within_limit(importer: Any, prefix: str = "") -> Q:
    """That a member is limited to no importer sub-account, or to this one."""
    return Q(**{f"{prefix}limit_sub_account": None}) | Q(**{f"{prefix}limit_sub_account": importer})


def _company_reads_it() -> Exists:
    """That the company of the visitor, whose grant the outer query pairs with a sub-account, reads the same tab."""
    same_tab = AccessGrant.objects.filter(access=OuterRef("membership__via"), tab=OuterRef("tab"))
    exceptions = AccessGrant.objects.own().filter(
        access=OuterRef("access"), sub_account=OuterRef(OuterRef("at")), tab=OuterRef("tab")
    )
    own = Q(sub_account=OuterRef("at"))
    by_type = Q(sub_account=None, account_type=OuterRef("kind")) & ~Exists(exceptions)
    return Exists(same_tab.readable().filter(own | by_type))


@dataclass(frozen=True)
class Right:
    """What somebody may do with one tab, and why."""

    level: Level
    reason: str


BY_OWNER, BY_PROXY = "role: Trade Account Owner", "role: Proxy Trade Account Owner"
#: A link of a chain: role, rights, and the words before its reason.
Link = tuple[Role, Rights, str]
CROSS_ACCOUNT = "cross-account"
BY_OWN_GRANT, BY_TYPE_GRANT, BY_NOTHING = "own grant", "type-level grant", "no grant"
BY_LIMIT = "limited to one importer number"
_BY_ROLE = {Role.TRADE_ACCOUNT_OWNER: BY_OWNER, Role.PROXY_TRADE_ACCOUNT_OWNER: BY_PROXY}


def right(role: Role | None, rights: Rights, at: Cell) -> Right:
    """What a member with this role and these rights may do at a cell of the grid; the most specific grant counts."""
    if role is None:
        return Right(Level.NONE, BY_NOTHING)
    if role in _BY_ROLE:
        return Right(Level.FULL, _BY_ROLE[role])
    if rights.limit and at.section == IMPORTER:
        if at.sub_account != rights.limit.sub_account:
            return Right(Level.NONE, BY_LIMIT)
        within = right(role, replace(rights, limit=None), at)
        only = f"{within.reason}, filer code {rights.limit.filer_code} only"
        return Right(within.level, only if within.level.reads else within.reason)
    if at.sub_account and at in rights.grid:
        return Right(rights.grid[at], BY_OWN_GRANT)
    by_type = rights.grid.get(at._replace(sub_account=None))
    return Right(by_type, BY_TYPE_GRANT) if by_type else Right(Level.NONE, BY_NOTHING)


def rights_at(user: User, top_account: TopAccount, cells: Iterable[Cell]) -> dict[Cell, Right]:
    """What the person may do at these cells of a top account's grid, now: the most that any of their ways in allows.

    Costs the same few queries, however many cells: two for the own people of an account.
    """
    ways_in = ways_into(top_account, user)
    ways = [_by_way_of(member, member.via) if member.via else _as_own(member) for member in ways_in]
    found = {at: _the_most(ways, at) for at in cells}
    if ways_in and ways_in[0].top_account.is_shell:
        return {at: _at_most_read(given) for at, given in found.items()}
    return found


def _at_most_read(given: Right) -> Right:
    return Right(Level.READ, f"{given.reason}; the account was merged") if given.level.writes else given


def filer_codes_at(user: User, sub_account: SubAccount) -> frozenset[str] | None:
    """The filer codes whose data the person reads at a sub-account; None for all of them, whoever filed.

    The most that the person's ways in allow. Empty for whoever reads no tab. For all that shows what was filed.
    """
    codes = set()
    for member in ways_into(sub_account.top_account, user) if sub_account.closed_at is None else []:
        way = _by_way_of(member, member.via) if member.via else _as_own(member)
        if not any(_the_most([way], at).level.reads for at in cells_of(sub_account)):
            continue
        limit = limit_of(member)
        if limit is None or sub_account.account_type != IMPORTER:
            return None
        codes.add(limit.filer_code)
    return frozenset(codes)


def _the_most(ways: list[list[Link]], at: Cell) -> Right:
    """What the best way in allows; a way allows what the least of its links does."""
    nothing = right(None, Rights(), at)
    return max((min((_told(*link, at) for link in way), key=_weight) for way in ways), key=_weight, default=nothing)


def signature(user: User, top_account: TopAccount) -> str:
    """How the account's history names somebody: by name, and with the company if it is another one."""
    place = next(iter(sorted(ways_into(top_account, user), key=lambda one: one.via_id is not None)), None)
    return f"{user}, {place.via.recipient.company_name}" if place and place.via else str(user)


def ways_into(top_account: TopAccount, user: User) -> list[Membership]:
    """The person's places in an account: as one of its own people, or of another company that was let in."""
    working = Membership.objects.working().filter(user=user, top_account=top_account)
    return list(working.select_related("via__recipient", "top_account", "user").order_by("pk"))


_WEIGHTS = {Level.NONE: 0, Level.READ: 1, Level.FULL: 2}


def _weight(given: Right) -> int:
    return _WEIGHTS[given.level]


def _as_own(member: Membership) -> list[Link]:
    by_grid = member.role == Role.TRADE_ACCOUNT_USER
    return [(Role(member.role), rights_of(member) if by_grid else BY_ROLE, "")]


def _by_way_of(member: Membership, access: CrossAccountAccess) -> list[Link]:
    """What bounds a visitor: what their company received, and what they were passed on of it."""
    told = f"{CROSS_ACCOUNT}: {access.recipient.company_name}"
    received: Link = (Role.TRADE_ACCOUNT_USER, rights_of(access), told)
    if member.everything_received:
        return [received]
    return [(Role.TRADE_ACCOUNT_USER, rights_of(member), f"{told}, passed on"), received]


def _told(role: Role, granted: Rights, by_way_of: str, at: Cell) -> Right:
    given = right(role, granted, at)
    return Right(given.level, f"{by_way_of}: {given.reason}") if by_way_of else given


def tabs_of(user: User, sub_account: SubAccount) -> dict[str, Right]:
    """What the person may do with each tab of a sub-account, by the tab's code."""
    if sub_account.closed_at is not None:
        return {tab.code: Right(Level.NONE, BY_NOTHING) for tab in sub_account.type.tabs}
    found = rights_at(user, sub_account.top_account, cells_of(sub_account))
    return {at.tab: given for at, given in found.items()}


def may_read(user: User, sub_account: SubAccount, tab: str) -> bool:
    """Whether the person may look at this tab of a sub-account."""
    return tabs_of(user, sub_account)[tab].level.reads


def may_write(user: User, sub_account: SubAccount, tab: str) -> bool:
    """Whether the person may add and change what this tab of a sub-account holds."""
    return tabs_of(user, sub_account)[tab].level.writes


def top_level(user: User, top_account: TopAccount, tab: Tab) -> Level:
    """What the person may do with a tab of the top account itself: the Business Activity Log, the Action Plan."""
    at = TOP_CELLS[tab.code]
    return rights_at(user, top_account, [at])[at].level


def may_open_top(user: User, top_account: TopAccount) -> bool:
    """Whether the person has Access to Top Account: owner and proxies by role, users as granted."""
    return any(_has_top(member) for member in ways_into(top_account, user))


def _has_top(member: Membership) -> bool:
    if member.via is not None:
        return member.via.top_account_access and (member.everything_received or member.top_account_access)
    return member.role in OWNERS or member.top_account_access


def may_manage_people(user: User, top_account: TopAccount) -> bool:
    """Whether the person adds users and contacts: owner and proxies."""
    return _role_to_decide(user, top_account) in OWNERS


def may_read_history(user: User, top_account: TopAccount) -> bool:
    """Whether the person reads the account's people and history: owner and proxies."""
    return role_in(user, top_account) in OWNERS


def roles_to_give(user: User, top_account: TopAccount) -> list[Role]:
    """The roles this person may give in the account. A proxy is not offered Proxy (seed 002, Topic 5)."""
    return _below(_role_to_decide(user, top_account))


def _below(role: Role | None) -> list[Role]:
    given = {
        Role.TRADE_ACCOUNT_OWNER: [Role.PROXY_TRADE_ACCOUNT_OWNER, Role.TRADE_ACCOUNT_USER],
        Role.PROXY_TRADE_ACCOUNT_OWNER: [Role.TRADE_ACCOUNT_USER],
    }
    return given.get(role, [])  # type: ignore[arg-type]


def may_manage(by: User, member: Membership) -> bool:
    """Whether `by` may change this membership: the owner's for all but the own, a proxy's for users only.

    Nobody changes their own: so nobody raises their own rights, and the last owner cannot vanish.
    """
    return _stands_over(by, member) and Role(member.role) in roles_to_give(by, member.top_account)


def may_revoke(by: User, member: Membership) -> bool:
    """Whether `by` may end this membership: as may_manage; also in a merged account, lest leavers go on reading."""
    return _stands_over(by, member) and Role(member.role) in _below(role_in(by, member.top_account))


def _stands_over(by: User, member: Membership) -> bool:
    return member.ended_at is None and member.user_id != by.pk


def may_share(user: User, top_account: TopAccount) -> bool:
    """Whether the person decides on Cross Account Access and mergers: the owner alone (facts-access §1.1)."""
    return _role_to_decide(user, top_account) == Role.TRADE_ACCOUNT_OWNER


def may_deactivate(by: User, member: Membership) -> bool:
    """Whether `by` may close the portal to this person: only where nobody else's account is concerned."""
    elsewhere = Membership.objects.live().filter(user=member.user_id).exclude(pk=member.pk)
    return may_manage(by, member) and not member.user.is_staff and not elsewhere.exists()


def may_leave(user: User, member: Membership) -> bool:
    """Whether the person may give this membership up by themselves: everybody but the owner.

    What somebody was passed on in another company's account, their own company takes back.
    """
    own = member.ended_at is None and member.user_id == user.pk and member.via_id is None
    return own and member.role != Role.TRADE_ACCOUNT_OWNER


def role_in(user: User, top_account: TopAccount) -> Role | None:
    """The person's role in this top account; None for outsiders and former members."""
    return _role(Membership.objects.live(), user, top_account)


def _role_to_decide(user: User, top_account: TopAccount) -> Role | None:
    """The same where something can be decided: None in an account that was merged."""
    return _role(_deciding(), user, top_account)


def _role(places: MembershipQuerySet, user: User, top_account: TopAccount) -> Role | None:
    role = places.filter(user=user, top_account=top_account).values_list("role", flat=True).first()
    return Role(role) if role else None


def owner_of(top_account: TopAccount) -> User:
    """The trade account owner: whom to ask for a right. Every account has exactly one (the database says so)."""
    live = Membership.objects.live().select_related("user")
    return live.get(top_account=top_account, role=Role.TRADE_ACCOUNT_OWNER).user


def may_open(user: User, sub_account: SubAccount) -> bool:
    """Whether the person may open this sub-account's page."""
    return sub_accounts_visible_to(user, [sub_account.top_account_id]).filter(pk=sub_account.pk).exists()


def may_change_structure(user: User, top_account: TopAccount) -> bool:
    """Whether the person may add or change sub-accounts: owner and proxies (facts-applications §2.4, §2.7)."""
    return _role_to_decide(user, top_account) in OWNERS


def manages_somewhere(by: User, user: User) -> bool:
    """Whether there is a top account in which `by` may manage this person."""
    theirs = Membership.objects.live().filter(user=user).select_related("top_account")
    return any(may_manage(by, member) for member in theirs.filter(top_account__in=top_accounts_managed_by(by)))


def owns_account_of(owner: User, user: User) -> bool:
    """Whether `owner` is the trade account owner of a top account in which `user` works, and not the same person."""
    own = _deciding().filter(user=owner, role=Role.TRADE_ACCOUNT_OWNER)
    theirs = Membership.objects.live().filter(user=user, top_account__in=own.values("top_account"))
    return owner != user and theirs.exists()


def may_reset_factor(by: User, user: User) -> bool:
    """The desk for everybody, owners for the people of their account (never for another owner's own account)."""
    return by != user and (is_officer(by) or (owns_account_of(by, user) and not owns_any_account(user)))


def may_reactivate(by: User, user: User) -> bool:
    """Owners themselves (by mailed link) and whomever they manage; proxies users; the desk everybody.

    facts-access §1.8: the safe reading of two sources that disagree.
    """
    if by == user:
        return user.status == User.Status.SUSPENDED and owns_any_account(user)
    return is_officer(by) or manages_somewhere(by, user)


def owns_any_account(user: User) -> bool:
    """Whether the person is the trade account owner of some top account."""
    return Membership.objects.live().filter(user=user, role=Role.TRADE_ACCOUNT_OWNER).exists()


def people_at(top_account: TopAccount, at: Cell) -> MembershipQuerySet:
    """The live members who read or change this cell of the account's grid; `right` says the same of each of them."""
    grants = Grant.objects.filter(membership=OuterRef("pk"), account_type=at.section, tab=at.tab)
    entitled = Q(Exists(grants.by_type().filter(level__in=READING)))
    if at.sub_account:
        own = grants.own().filter(sub_account=at.sub_account)
        entitled = Q(Exists(own.filter(level__in=READING))) | (entitled & ~Q(Exists(own)))
    if at.section == IMPORTER:
        entitled &= _within_limit(at.sub_account)
    return Membership.objects.live().filter(Q(role__in=OWNERS) | entitled, top_account=top_account)


def rights_of_people(members: Iterable[Membership], at: Cell) -> dict[int, Right]:
    """What each of these members may do at a cell, by the membership's primary key. Costs one query."""
    members = list(members)
    grants = Grant.objects.filter(membership__in=members, account_type=at.section, tab=at.tab)
    grids: dict[int, dict[Cell, Level]] = {member.pk: {} for member in members}
    for pk, sub_account, level in grants.filter(Q(sub_account=None) | Q(sub_account=at.sub_account)).values_list(
        "membership", "sub_account", "level"
    ):
        grids[pk][at._replace(sub_account=sub_account)] = Level(level)
    given = {
        member.pk: right(Role(member.role), Rights(grid=grids[member.pk], limit=limit_of(member)), at)
        for member in members
    }
    merged = TopAccount.objects.exclude(merged_into=None).filter(memberships__in=members).exists()
    return {pk: _at_most_read(one) for pk, one in given.items()} if merged else given


def people_let_into(top_account: TopAccount, door: str) -> MembershipQuerySet:
    """The live members whom `door`, a yes/no field of their membership, is open to: owner and proxies by role."""
    return Membership.objects.live().filter(Q(role__in=OWNERS) | Q(**{door: True}), top_account=top_account)


def door_open_to(member: Membership, door: str) -> Right:
    """Whether Access to Top Account, or the ISF Portal, is open to a member: Full or none, and why."""
    if (by_role := _BY_ROLE.get(Role(member.role))) is not None:
        return Right(Level.FULL, by_role)
    return Right(Level.FULL, BY_OWN_GRANT) if getattr(member, door) else Right(Level.NONE, BY_NOTHING)
