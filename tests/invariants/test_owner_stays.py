"""A top account keeps exactly one owner, whatever is tried behind the back of the actions."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import TopAccount
from tests import factories
from useraccess.models import Membership, Role

pytestmark = pytest.mark.django_db

TABLE = "useraccess_membership"
ANOTHER = "(SELECT MAX(id) FROM accounts_topaccount)"


@pytest.fixture
def account() -> TopAccount:
    account = factories.account()
    factories.account()
    return account


def seat(account: TopAccount) -> Membership:
    return Membership.objects.live().get(top_account=account, role=Role.TRADE_ACCOUNT_OWNER)


def tried(statement: str, *values: Any) -> str:
    """What the database says to a statement it refuses."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        "ended_at = began_at",
        "role = 'USER'",
        "role = 'PTAO'",
        "role = 'NONE'",
        f"top_account_id = {ANOTHER}",
        "role = 'USER', ended_at = began_at",
        "user_id = user_id, ended_at = began_at",
    ],
)
def test_the_seat_is_never_given_up(account: TopAccount, change: str) -> None:
    row = seat(account)
    said = tried(f"UPDATE {TABLE} SET {change} WHERE id = %s", row.pk)  # noqa: S608 - the words above
    assert "a top account keeps its Trade Account Owner" in said
    row.refresh_from_db()
    assert (row.role, row.ended_at, row.top_account) == (Role.TRADE_ACCOUNT_OWNER, None, account)


def test_all_seats_at_once_are_kept_too(account: TopAccount) -> None:
    tried(f"UPDATE {TABLE} SET ended_at = began_at")  # noqa: S608 - a constant
    assert Membership.objects.live().filter(role=Role.TRADE_ACCOUNT_OWNER).count() == TopAccount.objects.count()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite empties a test database by deleting its rows")
def test_the_seat_is_not_deleted(account: TopAccount) -> None:
    said = tried(f"DELETE FROM {TABLE} WHERE id = %s", seat(account).pk)  # noqa: S608 - a constant
    assert "a top account keeps its Trade Account Owner" in said


def test_a_second_owner_is_refused(account: TopAccount) -> None:
    other = factories.membership(factories.member(account), account)
    said = tried(f"UPDATE {TABLE} SET role = 'TAO' WHERE id = %s", other.pk)  # noqa: S608 - a constant
    assert "one_trade_account_owner" in said or f"{TABLE}.top_account_id" in said


def test_another_person_takes_the_seat_and_the_former_owners_time_is_kept(account: TopAccount) -> None:
    former, before = factories.owner_of(account), seat(account)
    successor = factories.replace_owner(account)
    assert factories.owner_of(account) == successor != former
    assert seat(account).pk == before.pk
    past = Membership.objects.exclude(ended_at=None).get(top_account=account)
    assert (past.user, past.role, past.began_at) == (former, Role.TRADE_ACCOUNT_OWNER, before.began_at)
    assert past.ended_at == seat(account).began_at


def test_everybody_elses_place_ends_and_changes_as_before(account: TopAccount) -> None:
    row = factories.membership(factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER), account)
    factories.replace_owner(account)
    Membership.objects.filter(pk=row.pk).update(role=Role.TRADE_ACCOUNT_USER)
    Membership.objects.filter(pk=row.pk).update(ended_at=row.began_at)
    former = Membership.objects.exclude(ended_at=None).get(role=Role.TRADE_ACCOUNT_OWNER)
    Membership.objects.filter(pk=former.pk).update(ended_at=None, role=Role.TRADE_ACCOUNT_USER)
    assert Membership.objects.live().filter(top_account=account).count() == 2
