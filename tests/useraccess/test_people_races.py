"""Owner, proxies and the people themselves at the same moment: one of two is first, nothing is lost or done twice."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from accounts.models import TopAccount, User
from ace_portal.core.errors import DomainError, NotAllowed, Taken, WrongState
from ace_portal.core.models import Event, Message
from tests import factories
from tests.harness.threads import together
from useraccess import actions, policy
from useraccess.actions import ChangedMeanwhile
from useraccess.models import Level, Membership, Role
from useraccess.rights import Rights, rights_of, type_cells

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]

USER, PROXY = Role.TRADE_ACCOUNT_USER, Role.PROXY_TRADE_ACCOUNT_OWNER
#: Whoever wins a race differs from one time to the next.
AGAIN = pytest.mark.parametrize("attempt", range(3))


@pytest.fixture
def account() -> TopAccount:
    return factories.account(company_name="Acme")


def managers(account: TopAccount, proxies: int = 1) -> list[User]:
    """The owner and so many proxies."""
    return [factories.owner_of(account), *(factories.member(account, PROXY) for _ in range(proxies))]


def copy(user: User, account: TopAccount) -> Membership:
    """The row as a request of its own has read it."""
    return factories.membership(user, account)


def kinds(results: list[Any]) -> list[type[Any]]:
    """What the attempts came to, refusals by their kind; nothing but refusals was raised."""
    assert all(isinstance(one, DomainError) or not isinstance(one, Exception) for one in results), results
    return [type(one) if isinstance(one, DomainError) else object for one in results]


def events(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def mails(template: str) -> int:
    return Message.objects.filter(template=template).count()


@AGAIN
def test_of_several_who_change_one_grid_the_first_is_kept_and_the_others_are_told(
    account: TopAccount, attempt: int
) -> None:
    people = managers(account, proxies=3)
    person = factories.member(account, granted=Rights())
    before = events("useraccess.rights_changed")
    wanted = {by: Rights(grid={at: Level.FULL}) for by, at in zip(people, type_cells(), strict=False)}
    rows = {by: copy(person, account) for by in people}
    results = together(
        *[
            lambda by=by: actions.change(rows[by], role=USER, granted=wanted[by], version=rows[by].version, by=by)
            for by in people
        ]
    )
    assert sorted(kinds(results), key=str) == sorted([object, *[ChangedMeanwhile] * 3], key=str)
    winner = next(by for by, result in zip(people, results, strict=True) if isinstance(result, list))
    assert rights_of(copy(person, account)) == wanted[winner]
    assert (copy(person, account).version, events("useraccess.rights_changed") - before) == (2, 1)
    assert mails("useraccess/owner_notice") == (winner != people[0])
    for error in results:
        if isinstance(error, ChangedMeanwhile):
            (change,) = error.changes
            assert (error.by, change.after) == ([str(winner)], "FULL")


@AGAIN
def test_whoever_is_revoked_while_their_rights_are_changed_is_out(account: TopAccount, attempt: int) -> None:
    owner, proxy = managers(account)
    person = factories.member(account, granted=Rights())
    rows = [copy(person, account) for _ in range(2)]
    everything = Rights(top_account_access=True).everywhere(Level.FULL)
    results = together(
        lambda: actions.revoke(rows[0], by=owner),
        lambda: actions.change(rows[1], role=USER, granted=everything, version=1, by=proxy),
    )
    assert kinds(results) in ([object, object], [object, WrongState])
    assert policy.role_in(person, account) is None and not policy.may_open_top(person, account)
    assert (events("useraccess.member_removed"), mails("useraccess/revoked")) == (1, 1)


@AGAIN
def test_two_who_add_the_same_person_add_them_once(account: TopAccount, attempt: int) -> None:
    person = factories.person()
    results = together(
        *[
            lambda by=by: actions.add_existing(account, person=person, role=USER, granted=Rights(), by=by)
            for by in managers(account, proxies=2)
        ]
    )
    assert sorted(kinds(results), key=str) == sorted([object, Taken, Taken], key=str)
    assert Membership.objects.filter(user=person).count() == 1
    assert mails("useraccess/added") == 1
    assert all(error.message == f"{person} works in Acme already." for error in results if isinstance(error, Taken))


SAME: dict[str, Callable[[int], dict[str, Any]]] = {
    "e-mail": lambda number: {"email": ["kim@trade.example", "KIM@trade.example"][number], "last_name": f"Q{number}"},
    "name and date of birth": lambda number: {
        "email": f"kim{number}@trade.example",
        "last_name": ["Ray", "RAY"][number],
    },
    "everything": lambda number: {"email": "kim@trade.example", "last_name": "Ray"},
}


@pytest.mark.parametrize("same", SAME)
def test_two_who_create_the_same_person_create_one(account: TopAccount, same: str) -> None:
    people = managers(account)
    before = mails("accounts/account_id")

    def create(number: int) -> Membership:
        facts = {"first_name": "Kim", "date_of_birth": date(1990, 5, 17), **SAME[same](number)}
        return actions.add_user(account, facts=facts, role=USER, granted=Rights(), by=people[number])

    results = together(lambda: create(0), lambda: create(1))
    assert sorted(kinds(results), key=str) == sorted([object, Taken], key=str)
    assert User.objects.filter(first_name="Kim").count() == 1
    assert mails("accounts/account_id") - before == 1
    assert Membership.objects.filter(top_account=account, role=USER).count() == 1


@AGAIN
@pytest.mark.parametrize("other", ["leave", "revoke"])
def test_a_place_ends_once_whoever_ends_it(account: TopAccount, other: str, attempt: int) -> None:
    owner, proxy = managers(account)
    person = factories.member(account)
    rows = [copy(person, account) for _ in range(2)]
    second: dict[str, Callable[[], None]] = {
        "leave": lambda: actions.leave(rows[1], by=person),
        "revoke": lambda: actions.revoke(rows[1], by=proxy),
    }
    results = together(lambda: actions.revoke(rows[0], by=owner), second[other])
    assert sorted(kinds(results), key=str) == sorted([object, WrongState], key=str)
    assert events("useraccess.member_removed") == 1
    assert mails("useraccess/revoked") + mails("useraccess/owner_notice") <= 2


@AGAIN
def test_nobody_is_deactivated_who_is_just_added_elsewhere(account: TopAccount, attempt: int) -> None:
    owner, other = factories.owner_of(account), factories.account()
    stranger = factories.owner_of(other)
    person = factories.member(account)
    row = copy(person, account)
    results = together(
        lambda: actions.deactivate(row, by=owner),
        lambda: actions.add_existing(other, person=person, role=USER, granted=Rights(), by=stranger),
    )
    assert sorted(kinds(results), key=str) == sorted([object, NotAllowed], key=str)
    person.refresh_from_db()
    works_there = policy.role_in(person, other) is not None
    assert works_there is (person.status == User.Status.ACTIVE)


# --- The owner's seat --------------------------------------------------------------------------------------------
def one_owner(account: TopAccount) -> User:
    """The account's owner, who has one place in it, as everybody has."""
    live = list(Membership.objects.live().filter(top_account=account))
    assert [row.role for row in live].count(Role.TRADE_ACCOUNT_OWNER) == 1
    assert len({row.user_id for row in live}) == len(live)
    return policy.owner_of(account)


@AGAIN
@pytest.mark.parametrize("role", [USER, PROXY])
def test_a_successor_who_is_just_revoked_is_the_owner_or_out_and_never_both(
    account: TopAccount, role: Role, attempt: int
) -> None:
    former, successor = factories.owner_of(account), factories.member(account, role)
    row = copy(successor, account)
    results = together(
        lambda: actions.replace_owner(account, successor=successor, becomes=PROXY, by=None),
        lambda: actions.revoke(row, by=former),
    )
    assert kinds(results)[0] is object
    assert kinds(results)[1] in (object, WrongState, NotAllowed)
    assert one_owner(account) == successor
    assert policy.role_in(former, account) is PROXY
    assert Membership.objects.get(pk=row.pk).ended_at is not None


@AGAIN
def test_a_successor_who_is_just_added_has_one_place(account: TopAccount, attempt: int) -> None:
    successor, (_, proxy) = factories.person(), managers(account)
    results = together(
        lambda: actions.replace_owner(account, successor=successor, becomes=USER, by=None),
        lambda: actions.add_existing(account, person=successor, role=USER, granted=Rights(), by=proxy),
    )
    assert kinds(results) in ([object, object], [object, Taken])
    assert one_owner(account) == successor


@AGAIN
def test_two_successors_at_once_follow_one_another(account: TopAccount, attempt: int) -> None:
    former, people = factories.owner_of(account), [factories.person() for _ in range(2)]
    results = together(
        *[lambda one=one: actions.replace_owner(account, successor=one, becomes=None, by=None) for one in people]
    )
    assert kinds(results) == [object, object]
    last = one_owner(account)
    assert last in people
    past = Membership.objects.exclude(ended_at=None).filter(top_account=account)
    assert {row.user for row in past} == {former, *people} - {last}
    assert events("useraccess.owner_replaced") == 2


def test_the_same_successor_twice_is_once(account: TopAccount) -> None:
    former, successor = factories.owner_of(account), factories.person()
    results = together(*[lambda: actions.replace_owner(account, successor=successor, becomes=USER, by=None)] * 2)
    assert kinds(results) == [object, object]
    assert one_owner(account) == successor and policy.role_in(former, account) is USER
    assert events("useraccess.owner_replaced") == 1
