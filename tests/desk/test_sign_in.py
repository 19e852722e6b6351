"""The desk's door: user ID or e-mail, password and authenticator code, and one sentence for every refusal."""

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.actions import FAILED_SIGN_INS_FROM_IP
from accounts.models import User
from ace_portal.core import clock
from ace_portal.desk import REFUSED
from tests import factories
from tests.desk.conftest import QUEUE, words
from tests.harness.people import forget_totp, sign_in, totp
from verification import throttles
from verification.factors import new_backup_codes
from verification.models import AuthenticatorDevice, EmailTokenDevice

pytestmark = pytest.mark.django_db
LOGIN = reverse("admin:login")


def typed(user: User, **changes: str) -> dict[str, str]:
    """What the officer types when everything is right, with changes."""
    right = {"username": user.email, "password": factories.PASSWORD}
    if "otp_token" not in changes and AuthenticatorDevice.objects.filter(user=user, confirmed=True).exists():
        right["otp_token"] = totp(user)
    return {"otp_token": "123456", **right, **changes}


def test_the_page_asks_for_all_three_at_once(client: Client) -> None:
    page = client.get(LOGIN)
    assert [name for name in ("username", "password", "otp_token") if f'name="{name}"' in page.content.decode()] == [
        "username",
        "password",
        "otp_token",
    ]
    assert "otp_device" not in page.content.decode()


@pytest.mark.parametrize("name", ["email", "account_id"])
def test_an_officer_gets_in_with_either_name_and_lands_where_they_were_going(client: Client, name: str) -> None:
    officer = factories.officer()
    asked = client.get(QUEUE)
    assert asked.status_code == 302
    answer = client.post(LOGIN, typed(officer, username=getattr(officer, name)) | {"next": QUEUE})
    assert (answer.status_code, answer["Location"]) == (302, QUEUE)
    assert client.get(QUEUE).status_code == 200


def test_a_code_may_be_typed_with_a_space(client: Client) -> None:
    officer = factories.officer()
    code = totp(officer)
    assert client.post(LOGIN, typed(officer, otp_token=f" {code[:3]} {code[3:]} ")).status_code == 302


def test_any_confirmed_device_opens_the_desk_and_the_others_are_not_slowed_down(client: Client) -> None:
    officer = factories.officer()
    first = AuthenticatorDevice.objects.get(user=officer)
    second = AuthenticatorDevice.enroll(officer, confirmed=True)
    assert client.post(LOGIN, typed(officer, otp_token=f"{second.totp().token():06d}")).status_code == 302
    first.refresh_from_db()
    assert first.throttling_failure_count == 0


def test_a_backup_code_opens_the_desk_once(client: Client) -> None:
    officer = factories.officer()
    code = new_backup_codes(officer)[0]
    assert client.post(LOGIN, typed(officer, otp_token=code)).status_code == 302
    assert AuthenticatorDevice.objects.get(user=officer).throttling_failure_count == 0
    assert client.get(QUEUE).status_code == 200
    assert REFUSED in words(Client().post(LOGIN, typed(officer, otp_token=code)))


def test_a_token_sent_by_mail_is_no_factor_at_the_desk(client: Client) -> None:
    officer = factories.officer()
    device = EmailTokenDevice.objects.create(user=officer, name="Mail", confirmed=True)
    client.force_login(officer, backend="accounts.backends.AccountIdOrEmailBackend")
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    assert client.get(QUEUE)["Location"].startswith(LOGIN)


def test_a_device_that_was_never_confirmed_opens_nothing(client: Client) -> None:
    officer = factories.officer(device=False)
    device = AuthenticatorDevice.enroll(officer, confirmed=False)
    answer = client.post(LOGIN, typed(officer, otp_token=f"{device.totp().token():06d}"))
    assert REFUSED in words(answer)


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"},
        {"otp_token": "000000"},
        {"otp_token": "not a code"},
        {"otp_token": "٣٣٣٣٣٣"},
        {"username": "nobody@cbp.example"},
    ],
)
def test_every_refusal_says_the_same(client: Client, changes: dict[str, str]) -> None:
    answer = client.post(LOGIN, typed(factories.officer(), **changes))
    assert answer.status_code == 200
    assert REFUSED in words(answer)
    assert not client.session.get("_auth_user_id")


def test_a_code_works_once(client: Client) -> None:
    officer = factories.officer()
    data = typed(officer)
    assert client.post(LOGIN, data).status_code == 302
    assert REFUSED in words(Client().post(LOGIN, data))


def test_a_missing_code_does_not_tell_whether_the_password_was_right(client: Client) -> None:
    officer = factories.officer()
    right = words(client.post(LOGIN, typed(officer, otp_token="")))
    wrong = words(client.post(LOGIN, typed(officer, otp_token="", password="wrong")))
    assert right == wrong
    assert "Authenticator code is required." in right


def test_staff_without_a_device_never_get_in(client: Client) -> None:
    officer = factories.officer(device=False)
    assert REFUSED in words(client.post(LOGIN, typed(officer)))
    client.force_login(officer, backend="accounts.backends.AccountIdOrEmailBackend")
    assert client.get(QUEUE)["Location"].startswith(LOGIN)


def test_the_portals_door_does_not_open_the_desk(client: Client) -> None:
    officer = factories.officer()
    client.post(reverse("accounts:sign-in"), {"username": officer.email, "password": factories.PASSWORD})
    assert client.get(QUEUE)["Location"].startswith(LOGIN)


def test_an_officer_who_lost_the_desk_is_out_at_the_next_click(desk: Client, olive: User) -> None:
    assert desk.get(QUEUE).status_code == 200
    olive.groups.clear()
    assert desk.get(QUEUE).status_code == 302


def test_a_trade_user_is_refused_in_the_same_words_even_with_a_device(client: Client) -> None:
    owner = factories.owner_of(factories.account())
    answer = client.post(LOGIN, typed(owner))
    assert REFUSED in words(answer)
    assert not client.session.get("_auth_user_id")


def test_a_trade_user_signed_in_to_the_portal_sees_the_desks_own_sign_in(client: Client) -> None:
    sign_in(client, factories.owner_of(factories.account()))
    answer = client.get(QUEUE, follow=True)
    assert answer.status_code == 200
    assert "The desk asks for its own sign-in" in words(answer)


def test_an_officer_may_take_over_the_browser_of_a_trade_user(client: Client) -> None:
    sign_in(client, factories.owner_of(factories.account()))
    assert client.post(LOGIN, typed(factories.officer())).status_code == 302
    assert client.get(QUEUE).status_code == 200


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"otp_token": "000000"}])
def test_ten_failures_lock_the_person_out_whatever_was_wrong(client: Client, wrong: dict[str, str]) -> None:
    officer = factories.officer()
    answers = [client.post(LOGIN, typed(officer, **wrong)).status_code for _ in range(10)]
    assert answers == [200] * 9 + [429]
    forget_totp(officer)
    AuthenticatorDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert client.post(LOGIN, typed(officer)).status_code == 429


def test_what_is_kept_about_a_failure_holds_no_password_and_no_code(client: Client) -> None:
    officer = factories.officer()
    client.post(LOGIN, typed(officer, password="a-Secret-1-password", otp_token="987654"))
    kept = str(AccessAttempt.objects.values().get())
    assert "a-Secret-1-password" not in kept
    assert "987654" not in kept


def test_a_network_with_too_many_failures_waits_even_with_the_right_password(client: Client) -> None:
    for _ in range(FAILED_SIGN_INS_FROM_IP[0].limit):
        throttles.take("sign-in-from-ip", "127.0.0.1", FAILED_SIGN_INS_FROM_IP, sentence="")
    assert client.post(LOGIN, typed(factories.officer())).status_code == 429


def test_successes_do_not_count_for_the_network(client: Client) -> None:
    officer = factories.officer()
    assert client.post(LOGIN, typed(officer)).status_code == 302
    assert throttles.Throttle.objects.get().hits == []


def test_signing_in_counts_as_activity(client: Client) -> None:
    officer = factories.officer()
    client.post(LOGIN, typed(officer))
    officer.refresh_from_db()
    assert officer.last_seen_at is not None
    assert (clock.now() - officer.last_seen_at).total_seconds() < 60


def test_changing_the_password_is_the_portals_business(desk: Client) -> None:
    assert desk.get(reverse("admin:password_change"))["Location"] == reverse("accounts:change-password")


def test_the_user_named_in_the_form_is_shown_again_and_the_password_is_not(client: Client) -> None:
    page = client.post(
        LOGIN, typed(factories.officer(), username="olive@cbp.example", password="wrong-Password-1")
    ).content
    assert b"olive@cbp.example" in page
    assert b"wrong-Password-1" not in page
