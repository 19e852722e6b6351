"""People, top accounts and sub-accounts: what makes them, and what cannot be."""

import pytest
from django.db import IntegrityError

from accounts import actions, registry
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core.errors import Taken
from ace_portal.core.models import Event
from ace_portal.core.numbers import is_valid_ace_id
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_ace_id_has_ten_digits_and_the_last_one_checks() -> None:
    made = [actions.create_top_account(company_name=f"Company {n}", by=None).ace_id for n in range(20)]
    assert len(set(made)) == 20
    for ace_id in made:
        assert is_valid_ace_id(ace_id) and len(ace_id) == 10
        wrong = {ace_id[:at] + digit + ace_id[at + 1 :] for at in range(10) for digit in "0123456789"} - {ace_id}
        assert not any(is_valid_ace_id(typed) for typed in wrong), "every slip of one digit is noticed"


def test_an_ace_id_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter([5, 5, 5, 6])
    monkeypatch.setattr("secrets.randbelow", lambda limit: next(numbers))
    first = actions.create_top_account(company_name="First", by=None)
    second = actions.create_top_account(company_name="Second", by=None)
    assert first.ace_id[:9] == "100000005" and second.ace_id[:9] == "100000006"


def test_an_account_id_is_long_clear_and_random() -> None:
    made = [factories.person(active=False).account_id for _ in range(40)]
    assert len(set(made)) == 40 and all(len(account_id) == 10 for account_id in made)
    assert not set("".join(made)) & set("0O1Il")


@pytest.mark.parametrize("again", ["toni@trade.example", "TONI@trade.example", "Toni@Trade.Example"])
def test_an_address_belongs_to_one_person(again: str) -> None:
    factories.person(email="Toni@trade.example")
    with pytest.raises(Taken) as caught:
        factories.person(email=again)
    assert caught.value.field == "email" and again in caught.value.message
    assert User.objects.count() == 1 and Event.objects.filter(kind="accounts.person_created").count() == 1


def test_people_are_found_by_their_natural_names() -> None:
    user = factories.person(first_name="Ann", middle_name="B.", last_name="Cole")
    assert User.objects.by_email(f" {user.email.upper()} ") == user
    assert User.objects.by_email("nobody@trade.example") is None
    assert User.objects.get_by_natural_key(user.account_id) == user
    assert (str(user), user.get_short_name()) == ("Ann B. Cole", "Ann")
    assert str(User(email="x@trade.example")) == "x@trade.example"


def test_a_number_lives_in_one_account_only() -> None:
    first, second = factories.account(), factories.account()
    facts = {"account_type": "IMPORTER", "identifier": "12-345678900", "name": "Acme", "by": None}
    opened = actions.open_sub_account(first, **facts)
    assert str(opened) == "Importer **-****789 00"
    for account in (first, second):
        with pytest.raises(Taken) as caught:
            actions.open_sub_account(account, **facts)
        assert "**-****789 00 already belongs" in caught.value.message and "12-345678900" not in caught.value.message
    assert SubAccount.objects.count() == 1
    SubAccount.objects.update(closed_at=opened.created_at)
    assert actions.open_sub_account(second, **facts).top_account == second
    assert list(SubAccount.objects.live().values_list("top_account", flat=True)) == [second.pk]


def test_a_failed_opening_leaves_no_event() -> None:
    account = factories.account()
    before = Event.objects.count()
    with pytest.raises(KeyError):
        actions.open_sub_account(account, account_type="NO SUCH", identifier="x", name="x", by=None)
    assert (Event.objects.count(), SubAccount.objects.count()) == (before, 0)


def test_account_types_are_registered_once() -> None:
    importer = registry.account_type("IMPORTER")
    registry.register(importer)
    assert importer in registry.account_types()
    assert importer.normalize(" 123456789 ") == "12-345678900"
    assert importer.mask("12-345678900") == "**-****789 00"
    labels = [kind.label for kind in registry.account_types()]
    assert labels == sorted(labels)
    other = registry.AccountType(
        **{**vars(importer), "label": "Somebody else's", "normalize": str},
    )
    with pytest.raises(ValueError, match="IMPORTER is registered twice"):
        registry.register(other)


def test_what_rows_are_called() -> None:
    account = TopAccount(company_name="Acme", ace_id="1234567890", fiscal_year_end_month=2, fiscal_year_end_day=29)
    assert str(account) == "Acme (ACE ID 1234567890)"
    assert account.fiscal_year_end == "February 29"
    assert TopAccount().fiscal_year_end == ""


def test_a_race_for_an_address_is_settled_by_the_database() -> None:
    factories.person(email="toni@trade.example")
    with pytest.raises(IntegrityError):
        User.objects.create_user(email="TONI@trade.example", first_name="T", last_name="O")
