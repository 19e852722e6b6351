"""The second factor: asked at every sign-in, replaced with proof, stood in for by backup codes or a mailed token."""

from typing import Any

import pytest
from django.test import Client

from accounts import actions
from accounts.models import User
from ace_portal.core.errors import NotAllowed
from ace_portal.core.models import Event, Message
from tests import factories
from tests.core.sample import Page
from tests.signin import steps
from verification.factors import backup_codes_left
from verification.models import AuthenticatorDevice, BackupCodeSet, EmailTokenDevice

pytestmark = pytest.mark.django_db

VERIFY, ENROLL, CODES = "/sign-in/verify/", "/sign-in/authenticator/", "/profile/backup-codes/"


@pytest.fixture
def by_mail(settings: Any) -> None:
    settings.ACE_ALLOW_EMAIL_TOKEN = True


# --- At every sign-in -------------------------------------------------------------------------------------------
def test_every_sign_in_asks_for_it() -> None:
    user = factories.person()
    for number in range(1, 4):
        client = steps.password(user)
        assert steps.due(client, "/accounts/") == VERIFY
        assert user.sign_ins.count() == number - 1, "half a sign-in is none"
        steps.forget_totp(user)
        assert steps.verify(client, steps.totp(user))["Location"] == "/"
        assert client.get("/accounts/").status_code == 200
        assert user.sign_ins.count() == number


@pytest.mark.parametrize(
    "path", ["/accounts/?q=1", "/profile/", "//evil.example/", "https://evil.example/", "/sign-in/"]
)
def test_where_the_person_wanted_to_go_outlives_the_second_factor(path: str) -> None:
    user = factories.person()
    client = steps.password(user, next=path)
    steps.verify(client, "000000")
    steps.forget_totp(user)
    AuthenticatorDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    answer = steps.verify(client, steps.totp(user))
    own = path.startswith("/") and not path.startswith("//")
    assert answer["Location"] == (path if own else "/")
    assert client.get(answer["Location"], follow=True).status_code == 200


def test_a_page_that_was_asked_for_comes_back_after_both_steps() -> None:
    user = factories.person()
    client = Client()
    sign_in = client.get("/profile/edit/")["Location"]
    wanted = Page(client.get(sign_in).content.decode()).one("input", name="next").attrs["value"]
    steps.password(user, client=client, next=wanted)
    assert steps.verify(client, steps.totp(user))["Location"] == "/profile/edit/"


@pytest.mark.parametrize("typed", ["", "000000", "abc", "1" * 21, "12 34", "٣٣٣٣٣٣", "\u202e123456", "a\x00b"])
def test_a_wrong_code_is_refused(typed: str) -> None:
    user = factories.person()
    client = steps.password(user)
    answer = steps.verify(client, typed)
    assert answer.status_code == 200 and steps.errors(answer)
    assert steps.due(client) == VERIFY and not user.sign_ins.exists()


def test_a_code_works_once() -> None:
    user = factories.person()
    code = steps.totp(user)
    assert steps.verify(steps.password(user), code).status_code == 302
    assert "was used before" in steps.errors(steps.verify(steps.password(user), code))[0]


def test_guessing_gets_slower_and_slower(later: Any) -> None:
    user = factories.person()
    client = steps.password(user)
    for _ in range(8):
        assert steps.verify(client, "000000").status_code == 200
        later(seconds=1)
    steps.forget_totp(user)
    assert steps.errors(steps.verify(client, steps.totp(user))), "the right one comes too soon after a wrong one"
    assert AuthenticatorDevice.objects.get().throttling_failure_count >= 4
    later(minutes=5)
    steps.password(user, client=client)
    steps.forget_totp(user)
    assert steps.verify(client, steps.totp(user)).status_code == 302


def test_the_pages_help_password_managers_and_phones() -> None:
    client = steps.password(factories.person())
    field = Page(client.get(VERIFY).content.decode()).one("input", name="code")
    assert field.attrs["autocomplete"] == "one-time-code" and field.attrs["inputmode"] == "numeric"


def test_signing_in_again_in_a_signed_in_browser_goes_round_in_no_circle() -> None:
    client = steps.signed_in(factories.person())
    assert client.get("/sign-in/?next=/sign-in/")["Location"] == "/"
    assert client.get("/sign-in/?next=/profile/")["Location"] == "/profile/"
    assert client.get(VERIFY)["Location"] == "/"


# --- Backup codes -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("spelled", [str, str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_a_backup_code_works_once_and_the_person_is_mailed(mailbox: Any, spelled: Any) -> None:
    user = factories.person()
    code, *others = steps.backup_codes_of(user)
    assert "Use one of your backup codes" in steps.text_of(steps.password(user).get(VERIFY))
    client = steps.password(user)
    assert steps.verify(client, spelled(code), backup=True)["Location"] == "/"
    assert client.get("/profile/").status_code == 200 and "9 left" in steps.text_of(client.get("/profile/"))
    (letter,) = mailbox(user.email)
    assert "backup code" in letter.subject and "9 unused codes left" in letter.body
    assert code not in letter.body and code.replace("-", "") not in letter.body
    assert steps.errors(steps.verify(steps.password(user), code, backup=True))
    assert len(mailbox(user.email)) == 1
    assert Event.objects.filter(kind="accounts.backup_code_used").count() == 1
    assert others


def test_a_backup_code_of_somebody_else_opens_nothing() -> None:
    one, other = factories.person(), factories.person()
    steps.backup_codes_of(one)
    code = steps.backup_codes_of(other)[0]
    assert steps.errors(steps.verify(steps.password(one), code, backup=True))
    assert backup_codes_left(other) == 10


def test_a_wrong_backup_code_is_counted() -> None:
    user = factories.person()
    steps.backup_codes_of(user)
    client = steps.password(user)
    for typed in ("AAAA-AAAA", "BBBB-BBBB"):
        steps.verify(client, typed, backup=True)
    assert BackupCodeSet.objects.get().throttling_failure_count == 1, "the second came too soon to be looked at"
    assert AuthenticatorDevice.objects.get().throttling_failure_count == 0, "the app is not punished for it"


def test_new_backup_codes_need_password_and_current_code() -> None:
    user = factories.person()
    old = steps.backup_codes_of(user)
    client = steps.signed_in(user)
    assert "10 unused backup codes" in steps.text_of(client.get(CODES))
    steps.forget_totp(user)
    wrong = client.post(CODES, {"password": "Wrong-1-Password!", "present_code": steps.totp(user)})
    assert "not your present password" in steps.errors(wrong)[0]
    wrong = client.post(CODES, {"password": factories.PASSWORD, "present_code": "AAAA-AAAA"})
    assert Page(wrong.content.decode()).one("input", id="id_present_code").attrs.get("aria-invalid") == "true"
    assert len(steps.errors(client.post(CODES, {"x": ""}))) == 2
    answer = client.post(CODES, {"password": factories.PASSWORD, "present_code": steps.totp(user)})
    new = steps.shown_codes(answer)
    assert len(set(new)) == 10 and not set(new) & set(old)
    assert client.get("/profile/").status_code == 200, "the own session goes on"
    assert steps.errors(steps.verify(steps.password(user), old[0], backup=True))
    BackupCodeSet.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert steps.verify(steps.password(user), new[0], backup=True).status_code == 302


def test_who_came_in_with_a_backup_code_stays_in_when_making_new_ones() -> None:
    user = factories.person()
    codes = steps.backup_codes_of(user)
    client = steps.password(user)
    steps.verify(client, codes[0], backup=True)
    answer = client.post(CODES, {"password": factories.PASSWORD, "present_code": codes[1]})
    assert len(steps.shown_codes(answer)) == 10
    assert client.get("/profile/").status_code == 200
    assert Message.objects.filter(template="accounts/backup_code_used").count() == 2, "proof by a backup code, too"


def test_somebody_without_backup_codes_is_offered_some() -> None:
    client = steps.signed_in(factories.person())
    shown = client.get("/profile/").content.decode()
    assert "0 left" in shown and f'href="{CODES}"' in shown


# --- Replacing the authenticator --------------------------------------------------------------------------------
def test_replacing_needs_password_and_current_code_and_ends_the_other_sessions() -> None:
    user = factories.person()
    old = AuthenticatorDevice.objects.get()
    here, there = steps.signed_in(user), steps.signed_in(user)
    half = steps.password(user)
    before = here.session.session_key
    steps.forget_totp(user)
    proof = {"password": factories.PASSWORD, "present_code": steps.totp(user)}
    assert "Replace your authenticator" in here.get(ENROLL).content.decode()
    assert len(steps.errors(steps.confirm(here, user))) == 2, "proof is asked for"
    refused = steps.confirm(here, user, **{**proof, "password": "Wrong-1-Password!"})
    assert "not your present password" in steps.errors(refused)[0]
    refused = steps.confirm(here, user, **{**proof, "present_code": "123"})
    assert Page(refused.content.decode()).one("input", id="id_present_code").attrs.get("aria-invalid") == "true"
    assert Page(refused.content.decode()).one("input", id="id_code").attrs.get("aria-invalid") != "true"
    AuthenticatorDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert AuthenticatorDevice.objects.filter(pk=old.pk, confirmed=True).exists(), "nothing has changed"

    answer = steps.confirm(here, user, **proof)
    assert len(steps.shown_codes(answer)) == 10
    assert here.get("/profile/").status_code == 200, "the own session goes on"
    assert here.session.session_key != before
    assert steps.due(there).startswith("/sign-in/?next="), "another session ends at its next request"
    assert steps.due(half).startswith("/sign-in/?next=")
    device = AuthenticatorDevice.objects.get()
    assert device.pk != old.pk and device.confirmed
    old.last_t = -1
    assert steps.errors(steps.verify(steps.password(user), f"{old.totp().token():06d}")), "the old one opens nothing"
    assert user.sign_ins.count() == 2, "replacing is no sign-in"


def test_an_open_session_alone_cannot_replace_the_factor() -> None:
    user = factories.person()
    device = AuthenticatorDevice.objects.get()
    client = steps.signed_in(user)
    client.get(ENROLL)
    new = AuthenticatorDevice.objects.get(confirmed=False)
    client.post(ENROLL, {"code": f"{new.totp().token():06d}"})
    assert AuthenticatorDevice.objects.get(confirmed=True) == device


# --- ACE's e-mailed security token ------------------------------------------------------------------------------
def test_without_the_switch_it_is_neither_offered_nor_counted() -> None:
    user = factories.person()
    AuthenticatorDevice.objects.all().delete()
    client = steps.password(user)
    assert "e-mailed security token" not in client.get(ENROLL).content.decode()
    client.post("/sign-in/e-mail-token/")
    assert not EmailTokenDevice.objects.exists()
    EmailTokenDevice.objects.create(user=user, name="old", confirmed=True)
    assert steps.due(client) == ENROLL
    client.post("/sign-in/security-token/")
    assert not Message.objects.filter(template="accounts/security_token").exists()
    with pytest.raises(NotAllowed):
        actions.verify_email_token(user, typed="123456", browser="x")
    with pytest.raises(NotAllowed):
        actions.send_email_token(user, browser="x", ip="10.0.0.1")


def test_switched_off_it_no_longer_carries_a_session(settings: Any, by_mail: None, mailbox: Any) -> None:
    user = steps.with_email_token()
    client = steps.password(user)
    client.post("/sign-in/security-token/")
    steps.verify(client, mailbox(user.email)[0].code)
    assert client.get("/profile/").status_code == 200
    settings.ACE_ALLOW_EMAIL_TOKEN = False
    assert steps.due(client) == ENROLL


def test_it_can_be_chosen_sent_and_verified(by_mail: None, mailbox: Any) -> None:
    user = factories.person()
    AuthenticatorDevice.objects.all().delete()
    client = steps.password(user)
    assert "Use e-mailed security tokens" in client.get(ENROLL).content.decode()
    assert client.post("/sign-in/e-mail-token/")["Location"] == VERIFY
    assert steps.due(client) == VERIFY, "the choice alone opens nothing"
    assert "Send a new code" in client.get(VERIFY).content.decode()
    assert client.post("/sign-in/security-token/")["Location"] == VERIFY
    (letter,) = mailbox(user.email)
    assert letter.subject == "Security Token for the ACE Portal"
    assert steps.errors(steps.verify(client, f"{(int(letter.code) + 1) % 10**6:06d}"))
    assert steps.verify(client, letter.code)["Location"] == "/"
    assert client.get("/profile/").status_code == 200
    assert Message.objects.get(template="accounts/security_token").body == ""
    again = steps.password(user)
    assert steps.due(again) == VERIFY
    assert steps.errors(steps.verify(again, letter.code)), "a token works once, in the browser that asked for it"


def test_its_limits_are_those_of_every_code(by_mail: None, mailbox: Any, later: Any) -> None:
    user = steps.with_email_token()
    client = steps.password(user)
    client.post("/sign-in/security-token/")
    answer = client.post("/sign-in/security-token/", follow=True)
    assert "You can ask for another one in 1 minute" in answer.content.decode()
    code = mailbox(user.email)[0].code
    for number in range(5):
        steps.verify(client, f"{(int(code) + 1 + number) % 10**6:06d}")
    assert "no longer works" in steps.errors(steps.verify(client, code))[0]
    later(minutes=1)
    client.post("/sign-in/security-token/")
    late = mailbox(user.email)[1].code
    later(minutes=10)
    assert "expired" in steps.errors(steps.verify(client, late))[0]


def test_whoever_has_an_app_gets_no_token(by_mail: None) -> None:
    user = factories.person()
    client = steps.password(user)
    shown = client.post("/sign-in/security-token/", follow=True).content.decode()
    assert "not your second factor" in shown
    assert not Message.objects.filter(template="accounts/security_token").exists()
    steps.signed_in(user, client).post("/sign-in/e-mail-token/")
    assert not EmailTokenDevice.objects.exists(), "an app is not given up for a mailbox"


def test_a_token_is_replaced_by_an_app_with_password_and_token(by_mail: None, mailbox: Any, later: Any) -> None:
    user = steps.with_email_token()
    client = steps.password(user)
    client.post("/sign-in/security-token/")
    steps.verify(client, mailbox(user.email)[0].code)
    later(minutes=2)
    assert "Send a new code" in client.get(ENROLL).content.decode()
    assert client.post("/sign-in/security-token/")["Location"] == ENROLL
    code = mailbox(user.email)[1].code
    refused = steps.confirm(client, user, password=factories.PASSWORD, present_code="000000")
    assert Page(refused.content.decode()).one("input", id="id_present_code").attrs.get("aria-invalid") == "true"
    answer = steps.confirm(client, user, password=factories.PASSWORD, present_code=code)
    assert len(steps.shown_codes(answer)) == 10
    assert not EmailTokenDevice.objects.exists()
    assert client.get("/profile/").status_code == 200


def test_who_has_no_app_has_no_backup_codes(by_mail: None, mailbox: Any) -> None:
    user = steps.with_email_token()
    client = steps.password(user)
    client.post("/sign-in/security-token/")
    steps.verify(client, mailbox(user.email)[0].code)
    assert client.get(CODES)["Location"] == "/profile/"
    shown = client.get("/profile/").content.decode()
    assert "Sent to your login e-mail" in shown and "Backup codes" not in shown
    with pytest.raises(NotAllowed):
        actions.renew_backup_codes(user, proof=None)
    assert "backup code" not in steps.text_of(steps.password(user).get(VERIFY))


# --- Buttons of somebody who is gone ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "page", ["/sign-in/security-token/", "/sign-in/e-mail-token/", "/profile/sign-out-everywhere/"]
)
def test_a_button_pressed_too_late_leads_to_the_sign_in(client: Client, page: str) -> None:
    assert client.post(page)["Location"] == "/sign-in/"
    assert client.get(page).status_code == 405


def test_a_factor_says_nothing_about_other_people() -> None:
    assert str(BackupCodeSet(user=User(), name="x"))
    user = factories.person()
    steps.backup_codes_of(user)
    codes = BackupCodeSet.objects.get().codes
    first = codes.first()
    assert str(first) == "backup code"
