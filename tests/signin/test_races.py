"""The same secret used at the same moment: it counts once."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import actions
from accounts.models import EarlierPassword, User
from ace_portal.core import clock
from ace_portal.core.errors import DomainError
from ace_portal.core.models import Event, Message
from tests import factories
from tests.harness.threads import together
from tests.signin import steps
from useraccess import actions as useraccess
from verification import challenges, factors, links
from verification.models import AuthenticatorDevice, BackupCodeSet, ChallengeAnswer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]


def passed(answers: list[Any]) -> int:
    """How many browsers were let through (302); nothing may have broken."""
    assert all(not isinstance(answer, BaseException) for answer in answers), answers
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 302, 410}, statuses
    return statuses.count(302)


def test_one_account_id_opens_one_temporary_password() -> None:
    user = steps.invited()
    clients = [Client() for _ in range(4)]
    answers = together(
        *[
            lambda client=client: client.post("/sign-in/retrieve-password/", {"shared_secret": user.account_id})
            for client in clients
        ]
    )
    assert sum(b"Shown this once only" in answer.content for answer in answers) == 1
    assert Event.objects.filter(kind="accounts.temporary_password").count() == 1


def test_one_authenticator_code_lets_one_browser_in() -> None:
    user = factories.person()
    clients = [steps.password(user) for _ in range(4)]
    code = steps.totp(user)
    assert passed(together(*[lambda client=client: steps.verify(client, code) for client in clients])) == 1
    assert user.sign_ins.count() == 1


def test_one_backup_code_lets_one_browser_in() -> None:
    user = factories.person()
    code = steps.backup_codes_of(user)[0]
    clients = [steps.password(user) for _ in range(4)]
    assert passed(together(*[lambda client=client: steps.verify(client, code, backup=True) for client in clients])) == 1
    assert factors.backup_codes_left(user) == 9
    assert Message.objects.filter(template="accounts/backup_code_used").count() == 1


def test_one_reset_link_sets_one_password() -> None:
    user = factories.person()
    link = f"/sign-in/new-password/{links.issue(actions.RESET_PURPOSE, user=user, lives=timedelta(hours=1))}/"
    new = ["Seven-Kites-3-Above!", "Eight-Boats-4-Below!", "Seven-Kites-3-Above!"]
    answers = together(
        *[lambda typed=typed: Client().post(link, {"new_password": typed, "again": typed}) for typed in new]
    )
    assert passed(answers) == 1
    assert EarlierPassword.objects.count() == Message.objects.filter(template="accounts/password_changed").count() == 1


def test_one_reactivation_link_reactivates_once() -> None:
    user = factories.owner_of(factories.account())
    codes = steps.backup_codes_of(user)
    User.objects.filter(pk=user.pk).update(status=User.Status.SUSPENDED)
    token = links.issue(useraccess.REACTIVATION, user=user, lives=timedelta(hours=1))
    link = f"/sign-in/reactivate/{token}/"
    answers = together(*[lambda code=code: Client().post(link, {"code": code}) for code in codes[:4]])
    assert passed(answers) == 1
    assert Event.objects.filter(kind="accounts.reactivated").count() == 1
    assert Message.objects.filter(template="accounts/reactivated").count() == 1


def test_one_token_of_a_mail_lets_one_browser_in(settings: Any, mailbox: Any) -> None:
    settings.ACE_ALLOW_EMAIL_TOKEN = True
    user = steps.with_email_token()
    client = steps.password(user)
    client.post("/sign-in/security-token/")
    code = mailbox(user.email)[0].code

    def use() -> Any:
        return actions.verify_email_token(user, typed=code, browser=client.session["browser"])

    results = together(*[use] * 4)
    assert sum(not isinstance(result, DomainError) for result in results) == 1, results


def test_a_double_click_keeps_five_questions() -> None:
    user = factories.person()
    pairs = [(code, "x") for code in list(challenges.QUESTIONS)]
    results = together(
        *[lambda at=at: actions.answer_questions(user, answers=pairs[at : at + 5]) for at in (0, 3, 0, 3)]
    )
    assert results == [None] * 4
    assert ChallengeAnswer.objects.filter(user=user).count() == 5


def test_the_page_of_the_authenticator_in_two_tabs_shows_one_key() -> None:
    user = factories.person()
    AuthenticatorDevice.objects.all().delete()
    shown = together(*[lambda: factors.pending_device(user).pk] * 4)
    assert len(set(shown)) == 1 and AuthenticatorDevice.objects.count() == 1, shown


def test_a_double_click_on_confirm_makes_one_factor() -> None:
    user = factories.person()
    AuthenticatorDevice.objects.all().delete()
    clients = [steps.password(user) for _ in range(2)]
    code = f"{factors.pending_device(user).totp().token():06d}"
    answers = together(
        *[lambda client=client: client.post("/sign-in/authenticator/", {"code": code}) for client in clients]
    )
    assert sum(len(steps.shown_codes(answer)) == 10 for answer in answers if answer.status_code == 200) == 1
    assert AuthenticatorDevice.objects.filter(confirmed=True).count() == BackupCodeSet.objects.count() == 1
    assert factors.backup_codes_left(user) == 10


def test_backup_codes_made_twice_at_once_are_ten() -> None:
    user = factories.person()
    made = together(*[lambda: factors.new_backup_codes(user)] * 3)
    assert all(len(codes) == 10 for codes in made), made
    assert BackupCodeSet.objects.count() == 1 and factors.backup_codes_left(user) == 10


def test_one_code_changes_the_login_email_once_and_an_address_is_nobodys_twice(mailbox: Any) -> None:
    user, address = factories.person(), "one@trade.example"
    actions.request_email_change(user, email=address, password=factories.PASSWORD, browser="x", ip="10.0.0.1")
    code = mailbox(address)[0].code

    def confirm() -> Any:
        return actions.confirm_email(User.objects.get(pk=user.pk), typed=code, browser="x")

    results = together(confirm, confirm, lambda: factories.person(email=address.upper()))
    assert sum(isinstance(result, User) for result in results) == 1, results
    assert User.objects.filter(email__iexact=address).count() == 1


def test_the_pause_is_told_once_however_many_fail_at_once() -> None:
    user = factories.person()
    assert together(*[lambda: actions.tell_locked_out(user)] * 5) == [None] * 5
    assert Message.objects.count() == Event.objects.filter(kind="accounts.locked_out").count() == 1


def test_two_runs_at_once_suspend_and_warn_everybody_once() -> None:
    at = clock.now() - timedelta(days=45)
    late = clock.now() - timedelta(days=44)
    people = [factories.person() for _ in range(12)]
    User.objects.filter(pk__in=[user.pk for user in people[:6]]).update(last_seen_at=at)
    User.objects.filter(pk__in=[user.pk for user in people[6:]]).update(last_seen_at=late)
    runs = together(*[actions.suspend_inactive] * 3, *[actions.warn_inactive] * 3)
    assert sum(runs[:3]) == 6 and sum(runs[3:]) == 6, runs
    assert Event.objects.filter(kind="accounts.suspended").count() == 6
    assert Message.objects.filter(template="accounts/suspended").count() == 6
    assert Message.objects.filter(template="accounts/inactive_soon").count() == 6


def test_a_sign_in_and_the_run_at_once_leave_a_person_in_one_state() -> None:
    for _ in range(5):
        user = factories.person()
        User.objects.filter(pk=user.pk).update(last_seen_at=clock.now() - timedelta(days=45))
        results = together(
            actions.suspend_inactive, lambda user=user: actions.finish_sign_in(user, ip="10.0.0.1", browser="x")
        )
        assert not any(isinstance(result, ValidationError) for result in results)
        user.refresh_from_db()
        suspended = user.status == User.Status.SUSPENDED
        assert suspended is (results[0] == 1)
        assert Message.objects.filter(template="accounts/suspended", to_address=user.email).count() == int(suspended)
