"""Nobody comes to a desk with a password alone: whoever has no authenticator there needs a mailed link to get one."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import actions
from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed
from ace_portal.core.models import Event, Message
from tests import factories
from tests.exporters.authorization_samples import analyst
from tests.harness.people import forget_totp, totp
from useraccess import actions as useraccess
from verification import factors
from verification.models import AuthenticatorDevice, OneTimeLink

pytestmark = pytest.mark.django_db
ENROLL = "/sign-in/authenticator/"


def with_password(client: Client, user: User) -> Client:
    answer = client.post("/sign-in/", {"username": user.account_id, "password": factories.PASSWORD})
    assert answer.status_code == 302, "the password was right"
    return client


def link_for(user: User) -> str:
    body = Message.objects.get(to_address=user.email, template="accounts/enrollment_link").body
    return next(line.removeprefix("http://testserver") for line in body.splitlines() if ENROLL in line)


def code_of(user: User) -> dict[str, str]:
    return {"code": f"{AuthenticatorDevice.objects.get(user=user).totp().token():06d}"}


@pytest.mark.parametrize("make", [factories.officer, analyst], ids=["officer", "analyst"])
def test_the_password_alone_sets_up_nothing(make: type, client: Client) -> None:
    user = make(device=False)
    with_password(client, user)
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    page = client.get(ENROLL)
    assert page.status_code == 403 and "takes a link" in page.content.decode()
    factors.pending_device(user)
    assert client.post(ENROLL, code_of(user)).status_code == 403
    assert not factors.has_factor(user)
    with pytest.raises(NotAllowed):
        actions.confirm_device(user, code=code_of(user)["code"], proof=None)  # type: ignore[arg-type]


def test_after_a_reset_the_mailed_link_and_the_password_set_up_a_new_one_once(client: Client) -> None:
    lost, helper = factories.officer(), factories.officer()
    useraccess.reset_factor(lost, reason="The phone fell into the harbor.", by=helper)
    assert not Message.objects.filter(template="accounts/factor_reset").exists()
    path = link_for(lost)
    token = path.rstrip("/").rsplit("/", 1)[1]
    assert not OneTimeLink.objects.filter(digest=token).exists() and token not in str(list(Event.objects.values()))

    assert client.get(path)["Location"] == ENROLL
    with_password(client, lost)
    assert client.get(ENROLL).status_code == 200
    answer = client.post(ENROLL, code_of(lost))
    assert "backup codes" in answer.content.decode().lower()
    assert factors.has_factor(lost) and not OneTimeLink.objects.filter(used_at=None).exists()
    assert Client().get(path).status_code == 410, "once"
    forget_totp(lost)
    answer = client.post(
        "/admin/login/",
        {"username": lost.account_id, "password": factories.PASSWORD, "otp_token": totp(lost)},
    )
    assert client.get("/admin/").status_code == 200


def test_the_link_is_no_use_to_others_after_a_day_or_once_a_newer_one_was_sent(client: Client) -> None:
    first, second = factories.officer(device=False), factories.officer(device=False)
    actions.send_enrollment_link(first, reason="New at the desk.")
    path = link_for(first)
    client.get(path)
    assert with_password(client, second).get(ENROLL).status_code == 403
    OneTimeLink.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert Client().get(path).status_code == 410
    actions.send_enrollment_link(second, reason="New at the desk.")
    old = link_for(second)
    Message.objects.filter(to_address=second.email).delete()
    actions.send_enrollment_link(second, reason="Once more.")
    assert Client().get(old).status_code == 410 and Client().get(link_for(second)).status_code == 302


def test_no_desk_is_opened_by_tokens_sent_by_mail(settings: object, client: Client) -> None:
    settings.ACE_ALLOW_EMAIL_TOKEN = True  # type: ignore[attr-defined]
    user = factories.officer(device=False)
    with_password(client, user).post("/sign-in/e-mail-token/")
    assert not factors.has_factor(user)


def test_people_of_the_trade_enroll_as_before() -> None:
    user = factories.person(active=False)
    actions.set_first_password(user, password=factories.PASSWORD, by=None)
    assert with_password(Client(), user).get(ENROLL).status_code == 200


def test_the_operator_sends_the_link_where_nobody_else_is_at_the_desk() -> None:
    user = factories.officer(device=False)
    call_command("send_enrollment_link", user.email.upper())
    assert link_for(user)
    for email in ("nobody@cbp.example", factories.person().email):
        with pytest.raises(CommandError, match="nobody at a desk"):
            call_command("send_enrollment_link", email)
