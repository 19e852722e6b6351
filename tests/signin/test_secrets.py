"""No secret of signing in is left in logs, events, sent messages, the database in clear, or the desk's pages."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from ace_portal.core.models import Message
from tests import factories
from tests.signin import steps
from tests.strict.secrets import Secrets, logs_in_every_form, pages_of_the_desk
from verification.models import AuthenticatorDevice

pytestmark = pytest.mark.django_db

NEWEST = "Nine-Larks-5-Inland!"


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


def first_time(user: User, secrets: Secrets) -> Client:
    """The whole first sign-in, with a slip at each step."""
    temporary = steps.retrieve(user)
    secrets.add(temporary=temporary, own=steps.NEW_PASSWORD, slip="Nearly-Right-5-Words?", answer="A childhood answer")
    browser = steps.password(user, temporary)
    answers = {f"{name}_{number}": "A childhood answer" for name in ("answer", "again") for number in range(1, 6)}
    browser.post("/sign-in/questions/", steps.questions(**answers | {"again_2": "Nearly-Right-5-Words?"}))
    browser.post("/sign-in/questions/", steps.questions(**answers))
    steps.change(browser, temporary, steps.NEW_PASSWORD, "Nearly-Right-5-Words?")
    steps.change(browser, temporary)
    browser = steps.password(user, steps.NEW_PASSWORD)
    browser.get("/sign-in/authenticator/")
    device = AuthenticatorDevice.objects.get(user=user)
    secrets.add(key=device.key.hex(), key_text=device.key_text, app_code=f"{device.totp().token():06d}")
    codes = steps.shown_codes(steps.confirm(browser, user))
    secrets.add(**{f"backup_{number}": code for number, code in enumerate(codes)})
    secrets.add(**{f"plain_backup_{number}": code.replace("-", "") for number, code in enumerate(codes)})
    return browser


def later_on(user: User, browser: Client, secrets: Secrets, mailbox: Any) -> None:
    """A backup code, new codes, another address, a forgotten password, a reactivation."""
    backup = secrets.known["backup_0"]
    steps.verify(steps.password(user, steps.NEW_PASSWORD), backup, backup=True)
    proof = {"password": steps.NEW_PASSWORD, "present_code": secrets.known["backup_1"]}
    codes = steps.shown_codes(browser.post("/profile/backup-codes/", proof))
    secrets.add(**{f"new_backup_{number}": code for number, code in enumerate(codes)})
    browser.post("/profile/e-mail/", {"email": "new@trade.example", "password": steps.NEW_PASSWORD})
    secrets.add(email_code=mailbox("new@trade.example")[0].code)
    browser.post("/profile/e-mail/confirm/", {"code": secrets.known["email_code"]})
    visitor = Client()
    visitor.post("/sign-in/forgot-password/", {"username": user.account_id})
    page = visitor.get("/sign-in/forgot-password/questions/").content.decode()
    asked = re.findall(r'name="([a-z-]+)"[^>]*type="password"|type="password" name="([a-z-]+)"', page)
    visitor.post("/sign-in/forgot-password/questions/", {a or b: "A childhood answer" for a, b in asked})
    link = mailbox("new@trade.example")[-1].links[0].removeprefix("http://testserver")
    secrets.add(reset_token=link.split("/")[-2], newest=NEWEST)
    assert visitor.post(link, {"new_password": NEWEST, "again": NEWEST}).status_code == 302
    User.objects.filter(pk=user.pk).update(status=User.Status.SUSPENDED)
    visitor.post("/sign-in/reactivate/", {"username": user.account_id})
    link = mailbox("new@trade.example")[-1].links[0].removeprefix("http://testserver")
    secrets.add(reactivation_token=link.split("/")[-2])
    assert visitor.post(link, {"code": codes[0]}).status_code == 302


def test_nothing_of_it_is_left_anywhere(mailbox: Any, secrets: Secrets, officer_client: Callable[..., Client]) -> None:
    desk = officer_client()
    user = factories.owner_of(factories.account(owner_active=False))
    with logs_in_every_form() as logs:
        browser = first_time(user, secrets)
        later_on(user, browser, secrets, mailbox)
        for address, page in pages_of_the_desk(desk):
            assert secrets.in_text(page) == set(), address
    assert len(secrets.known) > 35
    assert secrets.in_lines(logs.getvalue()) == set()
    assert secrets.in_database(set()) == set()
    kept = {message.template for message in Message.objects.exclude(body="") if message.secret}
    assert kept == set(), "a message with a secret is emptied when it is sent"


def test_a_security_token_leaves_no_trace(mailbox: Any, secrets: Secrets, settings: Any) -> None:
    settings.ACE_ALLOW_EMAIL_TOKEN = True
    user = steps.with_email_token()
    with logs_in_every_form() as logs:
        client = steps.password(user)
        client.post("/sign-in/security-token/")
        secrets.add(token=mailbox(user.email)[0].code)
        steps.verify(client, secrets.known["token"])
    assert client.get("/profile/").status_code == 200
    assert secrets.in_lines(logs.getvalue()) == set()
    assert secrets.in_database(set()) == set()


BREAKS: dict[str, tuple[str, str, dict[str, str]]] = {
    "questions": ("accounts.actions.credentials.challenges.set_answers", "/sign-in/questions/", {}),
    "second factor": ("accounts.views.sign_in.complete", "/sign-in/verify/", {"code": ""}),
    "backup codes": (
        "accounts.actions.factors.events.record",
        "/profile/backup-codes/",
        {"password": factories.PASSWORD, "present_code": ""},
    ),
}


@pytest.mark.parametrize("kind", BREAKS)
def test_an_error_page_and_its_log_say_no_secret(kind: str, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    def boom(*_: object, **__: object) -> None:
        raise ZeroDivisionError("broken on purpose")

    where, page, typed = BREAKS[kind]
    user = factories.person()
    device = AuthenticatorDevice.objects.get(user=user)
    secrets.add(password=factories.PASSWORD, key=device.key.hex(), key_text=device.key_text)
    client = steps.password(user) if kind == "second factor" else steps.signed_in(user)
    if kind == "questions":
        typed = steps.questions(password=factories.PASSWORD)
        secrets.add(**{name: value for name, value in typed.items() if name.startswith("answer")})
    else:
        steps.forget_totp(user)
        code = steps.totp(user)
        typed = {name: value or code for name, value in typed.items()}
        secrets.add(code=code)
    client.raise_request_exception = False
    monkeypatch.setattr(where, boom)
    with logs_in_every_form() as logs:
        answer = client.post(page, typed)
    assert answer.status_code == 500 and "broken on purpose" in logs.getvalue()
    assert secrets.in_text(answer.content.decode()) == set()
    assert secrets.in_lines(logs.getvalue()) == set()
