"""Signing in: by user ID or e-mail address, with the same words for everybody who cannot."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import actions
from accounts.backends import AccountIdOrEmailBackend
from accounts.models import User
from tests import factories
from tests.accounts.counting import CountingArgon2
from tests.core.sample import Page, words
from tests.harness import people
from tests.harness.people import totp
from tests.importers.screens import errors

pytestmark = pytest.mark.django_db

WRONG = "Wrong-1-Password!"


def sign_in(client: Client, name: str, password: str = factories.PASSWORD, **more: str) -> Any:
    return client.post("/sign-in/", {"username": name, "password": password, **more})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("name", "works"),
    [
        ("{id}", True),
        (" {id} ", True),
        ("{swapped}", False),
        ("toni@trade.example", True),
        ("TONI@Trade.Example", True),
        (" toni@trade.example ", True),
        ("toni", False),
        ("", False),
        ("toni@trade.example\x00", False),
    ],
)
def test_user_ids_are_case_sensitive_and_addresses_are_not(client: Client, name: str, works: bool) -> None:
    user = factories.person(email="toni@trade.example")
    sign_in(client, name.format(id=user.account_id, swapped=user.account_id.swapcase()))
    assert signed_in(client) is works


@pytest.mark.parametrize(
    "change", [str.upper, str.lower, lambda text: f" {text}", lambda text: f"{text} ", lambda t: ""]
)
def test_passwords_are_taken_as_they_are(client: Client, change: Callable[[str], str]) -> None:
    sign_in(client, factories.person().account_id, change(factories.PASSWORD))
    assert not signed_in(client)


def _with_status(status: str) -> User:
    user = factories.person()
    User.objects.filter(pk=user.pk).update(status=status)
    return user


def _temporary_expired(later: Any) -> User:
    user = factories.person(active=False)
    actions.invite(user, by=None)
    found = actions.retrieve_temporary_password(user.account_id)
    assert found is not None
    user.set_password(factories.PASSWORD)
    User.objects.filter(pk=user.pk).update(password=user.password)
    later(hours=25)
    return user


CANNOT: dict[str, tuple[Callable[[Any], str], str]] = {
    "unknown ID": (lambda later: "Nobody2345", factories.PASSWORD),
    "unknown address": (lambda later: "nobody@trade.example", factories.PASSWORD),
    "wrong password": (lambda later: factories.person().account_id, WRONG),
    "suspended": (lambda later: _with_status("SUSPENDED").account_id, factories.PASSWORD),
    "deactivated": (lambda later: _with_status("DEACTIVATED").email, factories.PASSWORD),
    "invited": (lambda later: factories.person(active=False).account_id, factories.PASSWORD),
    "temporary password expired": (lambda later: _temporary_expired(later).account_id, factories.PASSWORD),
}


@pytest.mark.parametrize("kind", CANNOT)
def test_whoever_cannot_sign_in_gets_the_same_words_at_the_same_price(
    client: Client, later: Any, settings: Any, kind: str
) -> None:
    def answer_to(name: str, password: str) -> tuple[int, str, int]:
        CountingArgon2.work = 0
        answer = sign_in(client, name, password)
        assert f'value="{name}"' in answer.content.decode(), "the name typed stays"
        assert password not in answer.content.decode(), "the password does not"
        shown = words(Page(answer.content.decode()).one("main").text)
        return answer.status_code, shown, CountingArgon2.work

    make, password = CANNOT[kind]
    settings.PASSWORD_HASHERS = ["tests.accounts.counting.CountingArgon2"]
    name = make(later)
    seen = answer_to(name, password)
    assert seen == answer_to("Unknown234", WRONG)
    assert seen[2] == 1 and "do not belong together" in seen[1]
    assert not signed_in(client)


@pytest.mark.parametrize(("name", "password"), [("", "x"), (None, "x"), ("somebody", None)])
def test_half_a_sign_in_is_none(name: str | None, password: str | None) -> None:
    assert AccountIdOrEmailBackend().authenticate(None, username=name, password=password) is None


def test_a_right_password_costs_no_more_work_than_a_wrong_one(client: Client, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["tests.accounts.counting.CountingArgon2"]
    user = factories.person()
    CountingArgon2.work = 0
    sign_in(client, user.account_id)
    assert signed_in(client) and CountingArgon2.work == 1


# --- Limits -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["known", "unknown"])
def test_ten_failures_pause_a_person_for_a_quarter_of_an_hour(client: Client, later: Any, who: str) -> None:
    user = factories.person(email="toni@trade.example")
    spellings = [user.account_id, user.email, "TONI@trade.example", f" {user.account_id} "]
    if who == "unknown":
        spellings = ["nobody@trade.example", "NOBODY@trade.example"]
    for number in range(9):
        answer = sign_in(client, spellings[number % len(spellings)], WRONG)
        assert answer.status_code == 200
        later(seconds=10)
    assert sign_in(client, spellings[0], WRONG).status_code == 429, "the tenth"
    answer = sign_in(client, spellings[0])
    assert answer.status_code == 429
    shown = words(Page(answer.content.decode()).one("main").text)
    assert "Wait 15 minutes" in shown and "toni" not in shown and "password" not in shown
    assert not signed_in(client)
    assert sign_in(Client(), factories.person().account_id).status_code == 302, "others are not paused"
    later(minutes=15, seconds=1)
    if who == "known":
        sign_in(client, spellings[0])
        assert signed_in(client)
    else:
        assert sign_in(client, spellings[0]).status_code == 200


def test_nine_failures_and_a_success_begin_anew(client: Client, later: Any) -> None:
    user = factories.person()
    for _ in range(3):
        for _ in range(9):
            assert sign_in(client, user.account_id, WRONG).status_code == 200
        assert sign_in(client, user.account_id).status_code == 302
        client.post("/sign-out/")
        later(minutes=16)


def test_fifty_failures_pause_a_network_for_a_quarter_of_an_hour(later: Any) -> None:
    user, network = factories.person(), {"REMOTE_ADDR": "10.7.7.7"}
    assert sign_in(Client(**network), user.account_id).status_code == 302
    for number in range(50):
        assert sign_in(Client(**network), f"nobody{number}@trade.example", WRONG).status_code == 200
    blocked = Client(**network)
    assert sign_in(blocked, user.account_id).status_code == 429 and not signed_in(blocked)
    assert sign_in(Client(REMOTE_ADDR="10.7.7.8"), user.account_id).status_code == 302
    later(minutes=15)
    assert sign_in(Client(**network), user.account_id).status_code == 302


# --- The session ------------------------------------------------------------------------------------------------
OWN = ["/accounts/", "/tools/?x=1", "/sign-in/change-password/"]
FOREIGN = [
    *("https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "///evil.example"),
    *(
        "javascript:alert(1)",
        "http:evil.example",
        "https:///evil.example",
        "\thttps://evil.example",
        "ftp://x",
        "/\x0a/x.example",
    ),
]


@pytest.mark.parametrize("path", OWN + FOREIGN)
def test_after_signing_in_only_own_pages_are_next(client: Client, path: str) -> None:
    user = factories.person()
    assert client.get("/sign-in/", {"next": path}).status_code == 200
    assert sign_in(client, user.account_id, next=path)["Location"] == "/sign-in/verify/"
    answer = client.post("/sign-in/verify/", {"code": totp(user)})
    assert answer["Location"] == (path if path in OWN else "/")
    assert client.get("/sign-in/", {"next": path})["Location"] == (path if path in OWN else "/")


def test_a_page_that_needs_a_sign_in_comes_back_to_itself(client: Client) -> None:
    answer = client.get("/accounts/?q=1")
    assert answer["Location"] == "/sign-in/?next=/accounts/%3Fq%3D1"


def test_every_session_starts_with_a_new_key(client: Client) -> None:
    client.get("/apply/importer/")
    before = client.session.session_key
    sign_in(client, factories.person().account_id)
    assert before and client.session.session_key != before
    assert client.cookies["ace_session"]["httponly"] and client.cookies["ace_session"]["samesite"] == "Lax"
    assert not Client().session.exists(before)


def test_signing_out_ends_the_session_and_needs_a_button(client: Client) -> None:
    sign_in(client, factories.person().account_id)
    key = client.session.session_key
    assert client.get("/sign-out/").status_code == 405
    assert signed_in(client)
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert not signed_in(client) and not client.session.exists(key)


def test_a_session_ends_when_the_person_is_suspended(client: Client) -> None:
    user = factories.person()
    people.sign_in(client, user)
    assert client.get("/accounts/").status_code == 200
    User.objects.filter(pk=user.pk).update(status="SUSPENDED")
    assert client.get("/accounts/").status_code == 302


def test_only_a_complete_sign_in_starts_the_45_days_anew(client: Client, later: Any) -> None:
    user = factories.person()
    before = user.last_seen_at
    at = later(days=3)
    sign_in(client, user.account_id, WRONG)
    sign_in(client, user.account_id)
    user.refresh_from_db()
    assert user.last_seen_at == before
    client.post("/sign-in/verify/", {"code": totp(user)})
    user.refresh_from_db()
    assert user.last_seen_at == at


@pytest.mark.parametrize(
    "value", ["x" * 5000, "ab\u202e", "<script>alert(1)</script>", "'; DROP TABLE x; --", "a\x00b", "😀"]
)
@pytest.mark.parametrize("field", ["username", "password"])
def test_bad_input_is_refused_without_harm(client: Client, field: str, value: str) -> None:
    typed = {"username": "somebody", "password": "something"} | {field: value}
    answer = client.post("/sign-in/", typed)
    assert answer.status_code == 200 and errors(answer)
    assert "<script>alert" not in answer.content.decode()
