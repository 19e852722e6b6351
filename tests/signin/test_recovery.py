"""Forgotten password, forgotten user ID: the same pages, words and work for everybody."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import actions
from accounts.models import EarlierPassword, User
from ace_portal.core.errors import WrongState
from ace_portal.core.models import Event, Message
from tests import factories
from tests.accounts.counting import CountingArgon2
from tests.core.sample import Page
from tests.signin import steps
from verification import links
from verification.challenges import QUESTIONS
from verification.models import OneTimeLink

pytestmark = pytest.mark.django_db

FORGOT, TWO, FORGOT_ID = "/sign-in/forgot-password/", "/sign-in/forgot-password/questions/", "/sign-in/forgot-user-id/"


def asked(name: str, client: Client | None = None) -> list[str]:
    """The codes of the questions that are asked of a name."""
    client = client or Client()
    assert client.post(FORGOT, {"username": name})["Location"] == TWO
    page = Page(client.get(TWO).content.decode())
    return [one.attrs["name"] for one in page.all("input", type="password")]


def forget(name: str, client: Client | None = None, **given: str) -> Any:
    """Say who one is and answer the two questions (rightly, if nothing is `given`)."""
    client = client or Client()
    return client.post(TWO, {code: given.get(code, steps.ANSWERS[code]) for code in asked(name, client)})


def link_of(user: User, mailbox: Any) -> str:
    return str(mailbox(user.email)[-1].links[0].removeprefix("http://testserver"))


def with_questions(**facts: Any) -> User:
    return steps.answered(factories.person(**facts))


def test_a_forgotten_password_is_replaced(mailbox: Any) -> None:
    user = with_questions()
    elsewhere = steps.signed_in(user)
    answer = forget(user.account_id)
    assert "Look into your mailbox" in answer.content.decode()
    (letter,) = mailbox(user.email)
    assert letter.subject == "Choose a new ACE Portal password" and "60 minutes" in letter.body
    link = link_of(user, mailbox)
    client = Client()
    page = Page(client.get(link).content.decode())
    assert page.one("input", name="username").attrs["value"] == user.account_id, "for the password manager"
    assert {one.attrs["autocomplete"] for one in page.all("input", type="password")} == {"new-password"}
    typed = {"new_password": steps.NEW_PASSWORD, "again": steps.NEW_PASSWORD}
    assert client.post(link, typed)["Location"] == "/sign-in/"
    assert steps.due(elsewhere).startswith("/sign-in/?next="), "all sessions end"
    assert client.get(link).status_code == client.post(link, typed).status_code == 410, "the link works once"
    assert "This link has ended" in client.get(link).content.decode()
    assert steps.errors(Client().post("/sign-in/", {"username": user.email, "password": factories.PASSWORD}))
    assert steps.due(steps.password(user, steps.NEW_PASSWORD)) == "/sign-in/verify/", "the second factor is still asked"
    assert [letter.subject for letter in mailbox(user.email)][1] == "Your ACE Portal password was changed"
    assert Message.objects.get(template="accounts/password_reset").body == ""
    assert Event.objects.filter(kind="accounts.password_reset", by=user).count() == 1


def test_the_new_password_keeps_to_policy_and_history(mailbox: Any) -> None:
    user = with_questions()
    forget(user.email)
    link = link_of(user, mailbox)
    for new, said in (
        ("short", "at least 15 characters"),
        (factories.PASSWORD, "You had this password before"),
        (factories.PASSWORD[::-1], "You had this password before"),
    ):
        answer = Client().post(link, {"new_password": new, "again": new})
        assert any(said in line for line in steps.errors(answer)), new
        assert new not in Page(answer.content.decode()).one("main").text
    differ = Client().post(link, {"new_password": steps.NEW_PASSWORD, "again": "x"})
    assert "The two new passwords differ" in steps.errors(differ)[0]
    assert not EarlierPassword.objects.exists()
    assert Client().post(link, {"new_password": steps.NEW_PASSWORD, "again": steps.NEW_PASSWORD}).status_code == 302
    assert EarlierPassword.objects.count() == 1


@pytest.mark.parametrize(("minutes", "seconds", "works"), [(59, 59, True), (60, 0, False), (60, 1, False)])
def test_the_link_lives_an_hour(mailbox: Any, later: Any, minutes: int, seconds: int, works: bool) -> None:
    user = with_questions()
    forget(user.account_id)
    link = link_of(user, mailbox)
    later(minutes=minutes, seconds=seconds)
    assert (Client().get(link).status_code == 200) is works


def test_only_the_newest_link_works_and_a_change_of_password_or_address_ends_it(mailbox: Any) -> None:
    user = with_questions()
    forget(user.account_id)
    first = link_of(user, mailbox)
    forget(user.account_id)
    second = link_of(user, mailbox)
    assert (Client().get(first).status_code, Client().get(second).status_code) == (410, 200)
    actions.change_password(user, old=factories.PASSWORD, new=steps.NEW_PASSWORD)
    assert Client().get(second).status_code == 410
    forget(user.account_id)
    third = link_of(user, mailbox)
    User.objects.filter(pk=user.pk).update(status="SUSPENDED")
    answer = Client().post(third, {"new_password": "Eight-Boats-4-Below!", "again": "Eight-Boats-4-Below!"})
    assert answer.status_code == 410, "a suspended person does not come back this way"


def test_a_link_nobody_made_opens_nothing() -> None:
    for token in ("x" * 22, "0" * 22):
        assert Client().get(f"/sign-in/new-password/{token}/").status_code == 410
    with pytest.raises(WrongState):
        actions.reset_password("x" * 22, new=steps.NEW_PASSWORD)


def test_the_link_is_kept_as_a_digest(mailbox: Any) -> None:
    user = with_questions()
    forget(user.account_id)
    token = link_of(user, mailbox).split("/")[-2]
    kept = OneTimeLink.objects.get()
    assert token not in kept.digest and token not in str(kept)


# --- The same for everybody -------------------------------------------------------------------------------------
def test_a_name_is_always_asked_the_same_two_questions() -> None:
    user = with_questions(email="toni@trade.example")
    names = [user.account_id, f" {user.account_id} ", "toni@trade.example", "TONI@Trade.Example"]
    seen = {tuple(asked(name)) for name in names for _ in range(2)}
    assert len(seen) == 1 and len(set(seen.pop())) == 2


def test_a_name_of_nobody_is_always_asked_two_of_the_list() -> None:
    seen = set()
    for number in range(30):
        name = f"nobody{number}@trade.example"
        first = asked(name)
        assert first == asked(name) == asked(name.upper()) and len(set(first)) == 2
        seen |= set(first)
    assert len(seen) > 8 and seen <= set(QUESTIONS)


def test_capitals_of_a_user_id_matter_for_nobodys_as_for_somebodys() -> None:
    different = [asked(f"Nobody{number}xy") != asked(f"nOBODY{number}XY") for number in range(10)]
    assert any(different), "else two equal answers would tell that a user ID is nobody's"


NAMES: dict[str, Callable[[], tuple[str, dict[str, str]]]] = {
    "unknown ID": lambda: ("Nobody2345", {}),
    "unknown address": lambda: ("nobody@trade.example", {}),
    "both wrong": lambda: (with_questions().account_id, dict.fromkeys(QUESTIONS, "no")),
    "one wrong": lambda: _one_wrong(),
    "another case": lambda: (with_questions().account_id, {code: text.upper() for code, text in steps.ANSWERS.items()}),
    "suspended": lambda: _with_status("SUSPENDED"),
    "deactivated": lambda: _with_status("DEACTIVATED"),
    "no questions yet": lambda: (factories.person().account_id, {}),
    "never signed in": lambda: (steps.invited().account_id, {}),
}


def _one_wrong() -> tuple[str, dict[str, str]]:
    user = with_questions()
    return user.account_id, {asked(user.account_id)[0]: "no"}


def _with_status(status: str) -> tuple[str, dict[str, str]]:
    user = with_questions()
    User.objects.filter(pk=user.pk).update(status=status)
    return user.account_id, {}


@pytest.mark.parametrize("kind", NAMES)
def test_no_answer_tells_anything(kind: str, settings: Any) -> None:
    name, given = NAMES[kind]()
    right = with_questions()
    settings.PASSWORD_HASHERS = ["tests.accounts.counting.CountingArgon2"]

    def answer_to(name: str, given: dict[str, str]) -> tuple[int, str, int]:
        CountingArgon2.work = 0
        answer = forget(name, **given)
        return answer.status_code, steps.text_of(answer), CountingArgon2.work

    before = Message.objects.count()
    seen = answer_to(name, given)
    assert Message.objects.count() == before, "no mail"
    assert seen == answer_to(right.account_id, {}), "the page and the work of a right answer"
    assert Message.objects.count() == before + 1
    assert seen[2] == 2


@pytest.mark.parametrize("who", ["known", "unknown"])
def test_five_tries_an_hour(who: str, later: Any) -> None:
    name = with_questions().account_id if who == "known" else "nobody@trade.example"
    wrong = dict.fromkeys(QUESTIONS, "no")
    for _ in range(5):
        assert "Look into your mailbox" in forget(name, **wrong).content.decode()
    (said,) = steps.errors(forget(name))
    assert "Too many tries for this user ID" in said
    assert not Message.objects.filter(template="accounts/password_reset").exists()
    later(hours=1, seconds=1)
    assert "Look into your mailbox" in forget(name).content.decode()
    assert Message.objects.filter(template="accounts/password_reset").exists() is (who == "known")


def test_right_answers_do_not_use_tries_up() -> None:
    user = with_questions()
    for _ in range(7):
        assert "Look into your mailbox" in forget(user.account_id).content.decode()


def test_a_network_tries_twenty_times_an_hour() -> None:
    for number in range(20):
        forget(f"nobody{number}@trade.example", Client(REMOTE_ADDR="10.3.3.3"))
    (said,) = steps.errors(forget(with_questions().account_id, Client(REMOTE_ADDR="10.3.3.3")))
    assert "Too many tries from your network" in said


def test_the_second_page_without_the_first_leads_back(client: Client) -> None:
    assert client.get(TWO)["Location"] == FORGOT


@pytest.mark.parametrize("name", ["", " ", "x" * 255, "a\x00b", "<script>", "'; --", "😀", "\u202eabc"])
def test_bad_input_is_survived(client: Client, name: str) -> None:
    answer = client.post(FORGOT, {"username": name}, follow=True)
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().partition("<main")[2]


def test_answers_are_required_and_never_shown(client: Client) -> None:
    codes = asked(with_questions().account_id, client)
    assert len(steps.errors(client.post(TWO, {"x": ""}))) == 2
    answer = client.post(TWO, {codes[0]: "Secret answer", codes[1]: ""})
    assert "Secret answer" not in answer.content.decode()


# --- The user ID ------------------------------------------------------------------------------------------------
def test_a_forgotten_user_id_is_mailed(client: Client, mailbox: Any) -> None:
    user = factories.person(email="toni@trade.example")
    answer = client.post(FORGOT_ID, {"email": "TONI@trade.example"})
    (letter,) = mailbox(user.email)
    assert user.account_id in letter.body
    assert user.account_id not in answer.content.decode()
    assert Message.objects.get(template="accounts/user_id").body == ""


@pytest.mark.parametrize("status", ["nobody", "INVITED", "DEACTIVATED"])
def test_an_address_of_nobody_gets_the_same_page(client: Client, status: str, mailbox: Any) -> None:
    user = factories.person(email="toni@trade.example")
    right = steps.text_of(client.post(FORGOT_ID, {"email": "toni@trade.example"}))
    if status == "nobody":
        other = "nobody@trade.example"
    else:
        other = factories.person(email="other@trade.example").email
        User.objects.filter(email=other).update(status=status)
    assert steps.text_of(client.post(FORGOT_ID, {"email": other})) == right
    assert len(mailbox(user.email)) == 1 and mailbox(other) == []


def test_a_mailbox_gets_five_an_hour(client: Client, mailbox: Any) -> None:
    user = factories.person(email="toni@trade.example")
    for _ in range(5):
        client.post(FORGOT_ID, {"email": user.email})
    assert "Too many tries for this address" in steps.errors(client.post(FORGOT_ID, {"email": user.email}))[0]
    assert len(mailbox(user.email)) == 5


@pytest.mark.parametrize("typed", ["", "toni", "a@b@c", "x" * 300, "toni@trade.example\x00"])
def test_what_is_no_address_is_said(client: Client, typed: str) -> None:
    assert steps.errors(client.post(FORGOT_ID, {"email": typed}))


# --- Retrieve Password, once more -------------------------------------------------------------------------------
def test_who_is_active_is_mailed_how_to_reset(client: Client, mailbox: Any) -> None:
    user = factories.person()
    unknown = client.post("/sign-in/retrieve-password/", {"shared_secret": "Unknown234"})
    answer = client.post("/sign-in/retrieve-password/", {"shared_secret": user.account_id})
    assert steps.text_of(answer).replace(user.account_id, "") == steps.text_of(unknown).replace("Unknown234", "")
    (letter,) = mailbox(user.email)
    assert letter.links[0] == "http://testserver/sign-in/forgot-password/"
    assert user.account_id not in letter.body
    client.post("/sign-in/retrieve-password/", {"shared_secret": user.account_id})
    assert len(mailbox(user.email)) == 1, "once a day is enough"


def test_policy_at_the_action_without_any_page(mailbox: Any) -> None:
    user = with_questions()
    forget(user.account_id)
    token = link_of(user, mailbox).split("/")[-2]
    with pytest.raises(ValidationError):
        actions.reset_password(token, new="short")
    assert actions.reset_password(token, new=steps.NEW_PASSWORD).check_password(steps.NEW_PASSWORD)


def test_links_that_ended_long_ago_are_forgotten(mailbox: Any, later: Any) -> None:
    user = with_questions()
    forget(user.account_id)
    later(hours=24)
    assert links.clear_out() == 0
    later(hours=2)
    assert links.clear_out() == 1 and not OneTimeLink.objects.exists()
