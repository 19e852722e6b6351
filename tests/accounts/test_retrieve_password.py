"""Retrieve Password: the shared secret opens it once, for 21 days; anything else gets one answer at one price."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import actions
from accounts.models import User
from ace_portal.core.errors import WrongState
from ace_portal.core.models import Event, Message
from tests import factories
from tests.accounts.counting import CountingArgon2
from tests.core.sample import Page, words
from tests.importers.screens import errors
from verification.challenges import COUNT, QUESTIONS

pytestmark = pytest.mark.django_db

URL = "/sign-in/retrieve-password/"


def invited(**facts: Any) -> User:
    user = factories.person(active=False, **facts)
    actions.invite(user, by=None)
    user.refresh_from_db()
    return user


def retrieve(client: Client, secret: str) -> Any:
    return client.post(URL, {"shared_secret": secret})


def shown_password(answer: Any) -> str:
    facts = [words(fact.text) for fact in Page(answer.content.decode()).all("dd")]
    return facts[1]


def test_the_mail_brings_the_account_id_and_the_way(mailbox: Any) -> None:
    user = invited()
    (letter,) = mailbox(user.email)
    assert letter.subject == "Your ACE Portal Account ID"
    assert user.account_id in letter.body and "21 days" in letter.body and "24 hours" in letter.body
    assert letter.links[0] == f"http://testserver{URL}"
    assert Message.objects.get().body == ""


def test_the_secret_shows_user_id_and_temporary_password_once(client: Client) -> None:
    user = invited()
    answer = retrieve(client, f" {user.account_id} ")
    assert "Shown this once only" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    password = shown_password(answer)
    assert user.account_id in answer.content.decode() and re.fullmatch(r"(\w{4}-){3}\w{4}", password)
    user.refresh_from_db()
    assert user.check_password(password) and user.status == User.Status.FIRST_SIGN_IN
    assert "No temporary password can be given" in errors(retrieve(client, user.account_id))[0]
    user.refresh_from_db()
    assert user.check_password(password), "the second retrieval changes nothing"
    assert Event.objects.filter(kind="accounts.temporary_password").count() == 1
    assert not any(password in f"{event.summary}{event.after}" for event in Event.objects.all())
    assert not Message.objects.filter(body__contains=password).exists(), "a temporary password is never mailed"


@pytest.mark.parametrize(("days", "seconds", "works"), [(20, 86399, True), (21, 0, False), (21, 1, False)])
def test_the_way_is_open_for_21_days(client: Client, later: Any, days: int, seconds: int, works: bool) -> None:
    user = invited()
    later(days=days, seconds=seconds)
    answer = retrieve(client, user.account_id)
    assert ("Shown this once only" in answer.content.decode()) is works


NOBODYS: dict[str, Callable[[Any], str]] = {
    "unknown": lambda later: "Nobody2345",
    "wrong case": lambda later: invited().account_id.swapcase(),
    "expired": lambda later: (invited().account_id, later(days=22))[0],
    "used": lambda later: _used(),
    "active": lambda later: factories.person().account_id,
    "never invited": lambda later: factories.person(active=False).account_id,
    "an e-mail address": lambda later: "x@trade.example",
}


def _used() -> str:
    user = invited()
    actions.retrieve_temporary_password(user.account_id)
    return user.account_id


@pytest.mark.parametrize("kind", NOBODYS)
def test_whatever_is_wrong_the_answer_and_its_price_are_the_same(
    client: Client, later: Any, settings: Any, kind: str
) -> None:
    def answer_to(secret: str) -> tuple[str, int]:
        CountingArgon2.work = 0
        answer = retrieve(client, secret)
        shown = Page(answer.content.decode()).one("main").text.replace(secret, "")
        return words(shown), CountingArgon2.work

    secret = NOBODYS[kind](later)
    settings.PASSWORD_HASHERS = ["tests.accounts.counting.CountingArgon2"]
    said, work = answer_to(secret)
    assert (said, work) == answer_to("Unknown234")
    assert "letter by letter" in said
    known = invited().account_id
    CountingArgon2.work = 0
    assert "Shown this once" in retrieve(client, known).content.decode()
    assert CountingArgon2.work == work == 1


@pytest.mark.parametrize(
    "secret", ["", "   ", "x" * 21, "x" * 10_000, "a\x00b", "ab\u202ecd", "<script>", "'; --", "😀", "é"]
)
def test_bad_input_is_refused(client: Client, secret: str) -> None:
    answer = retrieve(client, secret)
    assert answer.status_code == 200
    assert errors(answer)
    assert "<script>" not in Page(answer.content.decode()).one("main").text or secret == "<script>"


def test_a_network_tries_twenty_times_an_hour(client: Client, later: Any) -> None:
    user = invited()
    for number in range(20):
        retrieve(client, f"Guess{number}")
    assert "Too many tries from your network" in errors(retrieve(client, user.account_id))[0]
    assert "Shown this once" in retrieve(Client(REMOTE_ADDR="10.2.2.2"), user.account_id).content.decode()
    later(hours=1)
    assert "letter by letter" in errors(retrieve(client, user.account_id))[0]


# --- The temporary password -------------------------------------------------------------------------------------
def first_sign_in(user: User) -> tuple[Client, str]:
    client = Client()
    password = shown_password(retrieve(client, user.account_id))
    return client, password


@pytest.mark.parametrize(("hours", "seconds", "works"), [(23, 3599, True), (24, 0, False), (24, 1, False)])
def test_a_temporary_password_works_for_a_day(later: Any, hours: int, seconds: int, works: bool) -> None:
    """Facts §8, case 12: the day after it is gone."""
    user = invited()
    client, password = first_sign_in(user)
    later(hours=hours, seconds=seconds)
    answer = client.post("/sign-in/", {"username": user.account_id, "password": password})
    assert (answer.status_code == 302) is works


INSIDE = ["/", "/accounts/", "/tools/", "/profile/", "/admin/", "/sign-in/verify/", "/sign-in/authenticator/"]


@pytest.mark.parametrize("path", INSIDE)
def test_a_temporary_password_opens_nothing_but_the_next_step(path: str) -> None:
    user = invited()
    client, password = first_sign_in(user)
    client.post("/sign-in/", {"username": user.account_id, "password": password})
    for method in (client.get, client.post):
        answer = method(path)
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in/questions/")
    assert client.get("/healthz").status_code == client.get("/apply/importer/").status_code == 200
    assert client.post("/sign-out/").status_code == 302


def test_the_change_makes_the_person_active_and_asks_to_sign_in_anew() -> None:
    user = invited()
    client, temporary = first_sign_in(user)
    client.post("/sign-in/", {"username": user.account_id, "password": temporary})
    actions.answer_questions(user, answers=[(code, "An answer") for code in list(QUESTIONS)[:COUNT]])
    page = client.get("/sign-in/change-password/")
    assert "You signed in with a temporary password" in page.content.decode()
    typed = {"old_password": temporary, "new_password": factories.PASSWORD, "again": factories.PASSWORD}
    answer = client.post("/sign-in/change-password/", typed)
    assert answer["Location"] == "/sign-in/"
    assert client.get("/accounts/")["Location"].startswith("/sign-in/")
    user.refresh_from_db()
    assert user.status == User.Status.ACTIVE and user.temporary_password_expires_at is None
    answer = client.post("/sign-in/", {"username": user.email.upper(), "password": factories.PASSWORD}, follow=True)
    assert answer.redirect_chain[-1] == ("/sign-in/authenticator/", 302), "a second factor comes next"
    again = Client().post("/sign-in/", {"username": user.account_id, "password": temporary})
    assert again.status_code == 200, "the temporary password is history"


def test_an_invitation_can_be_sent_again_until_the_first_sign_in() -> None:
    user = invited()
    actions.retrieve_temporary_password(user.account_id)
    actions.invite(user, by=None)
    found = actions.retrieve_temporary_password(user.account_id)
    assert found is not None
    actions.change_password(user, old=found[1], new=factories.PASSWORD)
    with pytest.raises(WrongState) as caught:
        actions.invite(user, by=None)
    assert "has signed in already" in caught.value.message
    assert Message.objects.filter(template="accounts/account_id").count() == 2
