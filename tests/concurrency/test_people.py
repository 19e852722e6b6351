"""People, limits and devices when several requests come at the same moment."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import actions as accounts
from accounts.models import EarlierPassword, SubAccount, TopAccount, User
from ace_portal.core import clock, vault
from ace_portal.core.errors import DomainError, Taken, TooMany
from ace_portal.core.models import Event, Message, SimulationClock
from ace_portal.desk import matching_device
from tests import factories
from tests.harness.people import totp
from tests.harness.threads import together
from useraccess import actions as useraccess
from verification import codes, pictures, throttles
from verification.models import Throttle, VerificationCode
from verification.throttles import Rule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]


def test_two_retrievals_at_once_hand_out_one_temporary_password() -> None:
    user = factories.person(active=False)
    accounts.invite(user, by=None)
    user.refresh_from_db()
    results = together(*[lambda: accounts.retrieve_temporary_password(user.account_id)] * 4)
    found = [result for result in results if result]
    assert len(found) == 1, results
    user.refresh_from_db()
    assert user.check_password(found[0][1])
    assert Event.objects.filter(kind="accounts.temporary_password").count() == 1


def test_two_clicks_on_retrieve_show_one_password() -> None:
    user = factories.person(active=False)
    accounts.invite(user, by=None)
    user.refresh_from_db()

    def click() -> bool:
        answer = Client().post("/sign-in/retrieve-password/", {"shared_secret": user.account_id})
        return b"Shown this once only" in answer.content

    assert sorted(together(click, click)) == [False, True]


def test_two_people_with_one_address_are_one() -> None:
    def make(email: str) -> Any:
        return lambda: accounts.create_person(email=email, by=None, first_name="T", last_name="O")

    results = together(make("toni@trade.example"), make("TONI@trade.example"), make("Toni@Trade.example"))
    assert sum(isinstance(result, User) for result in results) == 1
    assert sum(isinstance(result, Taken) for result in results) == 2
    assert Event.objects.filter(kind="accounts.person_created").count() == 1


def test_one_number_is_opened_once() -> None:
    holders = [factories.account() for _ in range(3)]

    def open_in(account: TopAccount) -> Any:
        return lambda: accounts.open_sub_account(
            account, account_type="IMPORTER", identifier="12-345678900", name="Acme", by=None
        )

    results = together(*[open_in(account) for account in holders])
    assert sum(isinstance(result, Taken) for result in results) == 2
    assert SubAccount.objects.count() == Event.objects.filter(kind="accounts.sub_account_opened").count() == 1


def test_two_accounts_for_one_owner_are_one() -> None:
    def open_account() -> TopAccount:
        return useraccess.open_account(
            company_name="Acme",
            company={},
            owner={"email": "toni@trade.example", "first_name": "T", "last_name": "O"},
            by=None,
        )

    results = together(open_account, open_account)
    assert sum(isinstance(result, Taken) for result in results) == 1
    assert (TopAccount.objects.count(), User.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_two_password_changes_at_once_are_one() -> None:
    user = factories.person()

    def change(new: str) -> Any:
        return lambda: accounts.change_password(user, old=factories.PASSWORD, new=new)

    results = together(change("Seven-Kites-3-Above!"), change("Eight-Boats-4-Below!"))
    assert sum(isinstance(result, DomainError | ValidationError) for result in results) == 1, results
    assert EarlierPassword.objects.count() == Event.objects.filter(kind="accounts.password_changed").count() == 1


def test_one_authenticator_code_opens_one_door() -> None:
    officer = factories.officer()
    typed = totp(officer)
    results = together(*[lambda: matching_device(User.objects.get(pk=officer.pk), typed)] * 4)
    assert sum(result is not None for result in results) == 1, results


@pytest.mark.parametrize("limit", [1, 5])
def test_a_limit_is_never_passed_however_many_come_at_once(limit: int) -> None:
    rule, key = (Rule(limit, timedelta(hours=1)),), uuid4().hex
    results = together(*[lambda: throttles.take("race", key, rule, sentence="{wait}")] * 10)
    assert results.count(None) == limit
    assert sum(isinstance(result, TooMany) for result in results) == 10 - limit
    assert len(Throttle.objects.get().hits) == limit


def test_tries_that_are_given_back_at_once_are_all_given_back() -> None:
    rule = (Rule(8, timedelta(hours=1)),)

    def take_and_give_back() -> None:
        throttles.take("race", "key", rule, sentence="")
        throttles.give_back("race", "key")

    assert together(*[take_and_give_back] * 8) == [None] * 8
    assert Throttle.objects.get().hits == []


def test_one_code_a_minute_even_at_once() -> None:
    row = factories.person()

    def issue() -> Any:
        return codes.issue("race", address="pat@importer.example", bound_to=row, browser="one", ip="10.0.0.1")

    results = together(*[issue] * 5)
    assert sum(isinstance(result, TooMany) for result in results) == 4, results
    assert VerificationCode.objects.count() == 1


def test_one_picture_lets_one_browser_pass(settings: Any) -> None:
    settings.CAPTCHA_TEST_MODE = False
    token = pictures.new()
    answer = vault.decrypt(pictures.PURPOSE, token).partition(":")[2]
    results = together(*[lambda who=who: pictures.check(token, answer, browser=who) for who in "abcd"])
    assert results.count(None) == 1
    assert sum(isinstance(result, ValidationError) for result in results) == 3


def test_a_double_click_on_a_picture_passes(settings: Any) -> None:
    settings.CAPTCHA_TEST_MODE = False
    token = pictures.new()
    answer = vault.decrypt(pictures.PURPOSE, token).partition(":")[2]
    assert together(*[lambda: pictures.check(token, answer, browser="one")] * 3) == [None] * 3


def test_steps_of_the_clock_add_up(rehearsal: None) -> None:
    together(*[lambda: clock.move(timedelta(hours=1))] * 5)
    assert SimulationClock.objects.get().offset == timedelta(hours=5)
