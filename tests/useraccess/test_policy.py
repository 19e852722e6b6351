"""Who sees what: members see their own accounts, owners and proxies all of them, nobody anything else."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import ValidationError

from accounts.models import TopAccount, User
from ace_portal.core import clock
from ace_portal.core.errors import Taken
from ace_portal.core.models import Event, Message
from tests import factories
from useraccess import actions, desks, policy
from useraccess.models import Membership, Role

pytestmark = pytest.mark.django_db

#: What each person sees of the account: the top account, its sub-accounts; whether they may change its structure.
SEES = {
    "owner": (True, True, True),
    "proxy": (True, True, True),
    "user": (True, False, False),
    "former proxy": (False, False, False),
    "former proxy who is a user now": (True, False, False),
    "owner of another company": (False, False, False),
    "officer": (False, False, False),
    "nobody": (False, False, False),
}


def person_in(account: TopAccount, kind: str) -> User:
    def end(user: User) -> User:
        Membership.objects.filter(user=user).update(ended_at=clock.now())
        return user

    if kind == "owner":
        return factories.owner_of(account)
    if kind == "former proxy who is a user now":
        former = end(factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER))
        return factories.member(account, Role.TRADE_ACCOUNT_USER, user=former)
    makers: dict[str, Any] = {
        "proxy": lambda: factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER),
        "user": lambda: factories.member(account, Role.TRADE_ACCOUNT_USER),
        "former proxy": lambda: end(factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)),
        "owner of another company": lambda: factories.owner_of(factories.importer_account()),
        "officer": lambda: factories.officer(device=False),
        "nobody": factories.person,
    }
    return makers[kind]()


@pytest.mark.parametrize("kind", SEES)
def test_each_person_sees_what_is_theirs(kind: str) -> None:
    account = factories.importer_account()
    sub_account = account.sub_accounts.get()
    person = person_in(account, kind)
    seen = (
        account in policy.top_accounts_visible_to(person),
        sub_account in policy.sub_accounts_visible_to(person),
        policy.may_change_structure(person, account),
    )
    assert seen == SEES[kind]


@pytest.mark.parametrize(
    ("kind", "role"),
    [("owner", Role.TRADE_ACCOUNT_OWNER), ("proxy", Role.PROXY_TRADE_ACCOUNT_OWNER), ("user", Role.TRADE_ACCOUNT_USER)],
)
def test_a_member_has_a_role(kind: str, role: Role) -> None:
    account = factories.account()
    assert policy.role_in(person_in(account, kind), account) is role


@pytest.mark.parametrize("kind", ["former proxy", "owner of another company", "nobody"])
def test_others_have_none(kind: str) -> None:
    account = factories.account()
    assert policy.role_in(person_in(account, kind), account) is None


def test_a_closed_sub_account_is_not_shown() -> None:
    account = factories.importer_account()
    account.sub_accounts.update(closed_at=clock.now())
    assert not policy.sub_accounts_visible_to(factories.owner_of(account)).exists()


def test_a_person_may_work_in_several_accounts() -> None:
    first, second, other = factories.account(), factories.account(), factories.account()
    person = factories.owner_of(first)
    factories.member(second, Role.TRADE_ACCOUNT_USER, user=person)
    assert set(policy.top_accounts_visible_to(person)) == {first, second}
    assert other not in policy.top_accounts_visible_to(person)


@pytest.mark.parametrize("change", ["none", "no staff", "no group", "suspended", "deactivated"])
def test_an_officer_is_staff_active_and_in_the_group(change: str) -> None:
    officer = factories.officer(device=False)
    if change == "no staff":
        officer.is_staff = False
    if change == "no group":
        officer.groups.clear()
    if change in ("suspended", "deactivated"):
        officer.status = change.upper()
    assert desks.is_officer(officer) is (change == "none")
    assert desks.is_officer(officer) is (change == "none"), "the second look is remembered"


def test_a_visitor_is_no_officer() -> None:
    assert not desks.is_officer(AnonymousUser())
    assert not desks.is_officer(factories.person())


def test_the_desks_groups_exist_from_the_start() -> None:
    assert Group.objects.filter(name=desks.CBP_OFFICERS).count() == 1


# --- Making officers and accounts -------------------------------------------------------------------------------
def test_an_officer_can_sign_in_at_once_and_is_no_member() -> None:
    officer = actions.make_officer(
        email="o@cbp.example", first_name="Olive", last_name="Ortega", password=factories.PASSWORD
    )
    assert officer.status == User.Status.ACTIVE and officer.check_password(factories.PASSWORD)
    assert desks.is_officer(officer) and not officer.is_superuser
    assert Event.objects.get(kind="accounts.person_created").by_label == "Command line"
    assert not Message.objects.exists() and not Membership.objects.exists()


@pytest.mark.parametrize(
    ("facts", "error"),
    [({"password": "short"}, ValidationError), ({"email": "TAKEN@cbp.example"}, Taken)],
)
def test_an_officer_that_cannot_be_made_leaves_nothing(facts: dict[str, str], error: type[Exception]) -> None:
    factories.person(email="taken@cbp.example")
    before = User.objects.count(), Event.objects.count()
    known = {"email": "o@cbp.example", "first_name": "O", "last_name": "X", "password": factories.PASSWORD}
    with pytest.raises(error):
        actions.make_officer(**{**known, **facts})
    assert (User.objects.count(), Event.objects.count()) == before


def test_an_account_that_cannot_be_opened_leaves_nothing() -> None:
    factories.person(email="taken@trade.example")
    before = User.objects.count(), Event.objects.count(), TopAccount.objects.count(), Message.objects.count()
    with pytest.raises(Taken):
        actions.open_account(
            company_name="Acme",
            company={},
            owner={"email": "Taken@trade.example", "first_name": "T", "last_name": "O"},
            by=None,
        )
    assert (User.objects.count(), Event.objects.count(), TopAccount.objects.count(), Message.objects.count()) == before


def test_what_a_membership_is_called() -> None:
    account = factories.account(company_name="Acme")
    membership = Membership.objects.get()
    assert str(membership) == f"{membership.user}: Trade Account Owner of {account}"


# --- Who decides about whom --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        ("owner", [Role.PROXY_TRADE_ACCOUNT_OWNER, Role.TRADE_ACCOUNT_USER]),
        ("proxy", [Role.TRADE_ACCOUNT_USER]),
        *((kind, []) for kind in SEES if kind not in ("owner", "proxy")),
    ],
)
def test_which_roles_somebody_gives(kind: str, roles: list[Role]) -> None:
    account = factories.importer_account()
    person = person_in(account, kind)
    assert policy.roles_to_give(person, account) == roles
    assert policy.may_manage_people(person, account) is bool(roles)


def test_owner_and_proxies_are_those_who_manage() -> None:
    account, other = factories.account(), factories.account()
    proxy = factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    factories.member(other, user=proxy)
    assert list(policy.top_accounts_managed_by(proxy)) == [account]
    assert list(policy.top_accounts_managed_by(factories.owner_of(other))) == [other]
    assert not policy.top_accounts_managed_by(factories.member(account)).exists()
