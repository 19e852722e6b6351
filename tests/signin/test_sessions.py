"""Sessions: how long they last, what ends them, what their cookies say; and the pause after too many failures."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as portal
from django.test import Client

from accounts.models import User
from ace_portal.core.models import Event, Message
from tests import factories
from tests.core.sample import Page
from tests.signin import steps
from verification.models import AuthenticatorDevice

pytestmark = pytest.mark.django_db


# --- How long ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("idle", "lives"), [({"minutes": 14, "seconds": 59}, True), ({"minutes": 15, "seconds": 1}, False)]
)
def test_a_session_ends_after_a_quarter_of_an_hour_without_a_request(later: Any, idle: Any, lives: bool) -> None:
    client = steps.signed_in(factories.person())
    later(minutes=1)
    client.get("/profile/")
    later(**idle)
    answer = client.get("/profile/?x=1")
    assert (answer.status_code == 200) is lives
    if not lives:
        assert answer["Location"] == "/sign-in/?next=%2Fprofile%2F%3Fx%3D1"
        assert "nothing happened for a while" in client.get(answer["Location"]).content.decode()


def test_half_a_sign_in_ends_as_well(later: Any) -> None:
    client = steps.password(factories.person())
    later(minutes=16)
    assert steps.due(client).startswith("/sign-in/?next=")


def test_a_busy_session_ends_after_twelve_hours(later: Any) -> None:
    client = steps.signed_in(factories.person())
    for _ in range(72):
        assert client.get("/profile/").status_code == 200
        later(minutes=10)
    later(seconds=1)
    answer = client.get("/profile/")
    assert answer["Location"].startswith("/sign-in/?next=")
    assert "12 hours" in client.get(answer["Location"]).content.decode()


def test_what_was_sent_too_late_goes_home_after_signing_in(later: Any) -> None:
    client = steps.signed_in(factories.person())
    later(minutes=16)
    assert client.post("/profile/sign-out-everywhere/")["Location"] == "/sign-in/?next=%2F"


def test_the_page_knows_when_its_session_ends(later: Any) -> None:
    client = steps.signed_in(factories.person())

    def told(page: str) -> timedelta:
        body = Page(client.get(page).content.decode()).one("body")
        ends, now = (datetime.fromisoformat(body.attrs[f"data-{name}"]) for name in ("session-expires", "server-time"))
        return ends - now

    later(minutes=1)
    assert told("/profile/") == timedelta(minutes=15)
    later(seconds=15)
    assert told("/profile/") == timedelta(minutes=14, seconds=45), "never later than it really is"
    later(minutes=14, seconds=44)
    assert client.get("/profile/").status_code == 200
    for _ in range(70):
        later(minutes=10)
        client.get("/profile/")
    assert told("/profile/") == timedelta(minutes=4, seconds=1), "the twelve hours count, too"
    assert "data-session-expires" not in Client().get("/sign-in/").content.decode()


def test_moving_the_simulation_clock_ends_no_session(rehearsal: None) -> None:
    from ace_portal.core import clock

    client = steps.signed_in(factories.person())
    clock.move(timedelta(days=2))
    assert client.get("/profile/").status_code == 200


def test_the_session_of_a_deactivated_person_ends_at_once() -> None:
    user = factories.person()
    client = steps.signed_in(user)
    User.objects.filter(pk=user.pk).update(status=User.Status.DEACTIVATED)
    assert steps.due(client).startswith("/sign-in/?next=")


# --- Cookies and headers ----------------------------------------------------------------------------------------
def test_cookies_with_https() -> None:
    """The settings as a server with https:// reads them."""
    code = (
        "from ace_portal import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.CSRF_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE,"
        " s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0)"
    )
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    environment = {**clean, "SECRET_KEY": "x" * 50, "SITE_URL": "https://portal.example"}
    said = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=portal.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["True", "True", "True", "Lax", "True", "True"]


def test_cookies_on_the_wire(settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()
    answer = client.get("/sign-in/", secure=True)
    csrf = answer.cookies["csrftoken"]
    assert csrf["secure"] and csrf["httponly"] and csrf["samesite"] == "Lax"
    user = factories.person()
    answer = client.post("/sign-in/", {"username": user.account_id, "password": factories.PASSWORD}, secure=True)
    session = answer.cookies["ace_session"]
    assert (
        session["secure"] and session["httponly"] and session["samesite"] == "Lax" and session["max-age"] == 12 * 3600
    )


PAGES = [
    "/sign-in/",
    "/sign-in/retrieve-password/",
    "/sign-in/forgot-password/",
    "/sign-in/forgot-user-id/",
    "/sign-in/reactivate/",
]
OWN_PAGES = [
    "/",
    "/profile/",
    "/profile/edit/",
    "/profile/e-mail/",
    "/profile/backup-codes/",
    "/sign-in/authenticator/",
    "/sign-in/change-password/",
    "/sign-in/questions/",
]


@pytest.mark.parametrize("page", PAGES + OWN_PAGES)
def test_no_page_has_script_or_style_in_its_text(page: str) -> None:
    client = steps.signed_in(factories.person()) if page in OWN_PAGES else Client()
    answer = client.get(page)
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "script-src 'self'" in policy and "style-src 'self'" in policy
    for element in Page(answer.content.decode()).elements:
        assert element.tag != "style" and "style" not in element.attrs
        assert element.tag != "script" or "src" in element.attrs
        assert not any(name.startswith("on") for name in element.attrs), element.attrs
    if page in OWN_PAGES and page != "/":
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("page", "field", "filled"),
    [
        ("/sign-in/", "username", "username"),
        ("/sign-in/", "password", "current-password"),
        ("/sign-in/forgot-password/", "username", "username"),
        ("/sign-in/forgot-user-id/", "email", "email"),
        ("/sign-in/reactivate/", "username", "username"),
    ],
)
def test_password_managers_know_the_fields(page: str, field: str, filled: str) -> None:
    control = Page(Client().get(page).content.decode()).one("input", name=field)
    assert control.attrs["autocomplete"] == filled


def test_password_managers_know_the_fields_of_a_change() -> None:
    page = Page(steps.signed_in(factories.person()).get("/sign-in/change-password/").content.decode())
    filled = {
        name: page.one("input", name=name).attrs["autocomplete"]
        for name in ("username", "old_password", "new_password", "again")
    }
    assert filled == {
        "username": "username",
        "old_password": "current-password",
        "new_password": "new-password",
        "again": "new-password",
    }


def test_the_door_says_that_it_is_a_simulation_and_watched(client: Client) -> None:
    page = Page(client.get("/sign-in/").content.decode())
    notice = next(one for one in page.all("p") if "Every sign-in is recorded" in one.text)
    assert "This is a simulation" in notice.text
    assert page.elements.index(notice) < page.elements.index(page.one("input", name="username"))


# --- Too many failures ------------------------------------------------------------------------------------------
def fail(name: str, times: int = 1, client: Client | None = None) -> Any:
    for _ in range(times):
        answer = (client or Client()).post("/sign-in/", {"username": name, "password": "Wrong-1-Password!"})
    return answer


def test_the_person_is_mailed_once_for_each_pause(later: Any, mailbox: Any) -> None:
    user = factories.person()
    later(minutes=14, seconds=55)
    assert fail(user.account_id, 9).status_code == 200
    assert mailbox(user.email) == []
    assert fail(user.account_id).status_code == 429
    for _ in range(20):
        later(seconds=5)
        assert fail(user.email).status_code == 429
    (letter,) = mailbox(user.email)
    assert letter.subject == "Sign-in to the ACE Portal pauses" and "15 minutes" in letter.body
    assert Event.objects.filter(kind="accounts.locked_out").count() == 1
    later(minutes=16)
    assert fail(user.account_id, 10).status_code == 429
    assert len(mailbox(user.email)) == 2


@pytest.mark.parametrize("kind", ["unknown", "suspended", "invited"])
def test_the_pause_tells_nothing(kind: str) -> None:
    user = factories.person(email="known@trade.example")
    fail(user.email, 10)
    known = fail(user.email)
    if kind == "unknown":
        name = "nobody@trade.example"
    elif kind == "invited":
        name = steps.invited().email
    else:
        name = factories.person().email
        User.objects.filter(email=name).update(status=User.Status.SUSPENDED)
    before = Message.objects.count()
    assert [fail(name).status_code for _ in range(11)] == [200] * 9 + [429] * 2
    assert steps.text_of(fail(name)) == steps.text_of(known)
    assert Message.objects.count() == before, "only who could sign in is mailed"


def test_a_right_password_during_the_pause_is_answered_like_a_wrong_one() -> None:
    user = factories.person()
    fail(user.account_id, 10)
    right = Client().post("/sign-in/", {"username": user.account_id, "password": factories.PASSWORD})
    wrong = fail(user.account_id)
    assert (
        (right.status_code, steps.text_of(right))
        == (wrong.status_code, steps.text_of(wrong))
        == (429, steps.text_of(wrong))
    )
    assert AuthenticatorDevice.objects.get().throttling_failure_count == 0
