"""My profile: who I am, my login e-mail, my sign-ins, and out of everywhere."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts import actions
from accounts.models import SignIn, User
from ace_portal.core.errors import Taken, WrongState
from ace_portal.core.models import Event, Message
from tests import factories
from tests.core.sample import Page
from tests.harness.queries import assert_constant_queries
from tests.signin import steps

pytestmark = pytest.mark.django_db

EDIT, EMAIL, CONFIRM = "/profile/edit/", "/profile/e-mail/", "/profile/e-mail/confirm/"
NEW = "toni.new@trade.example"
FACTS = {
    "first_name": "Toni",
    "middle_name": "Q.",
    "last_name": "Roe",
    "country": "US",
    "street_address": "100 Main Street",
    "city": "Baltimore",
    "state": "MD",
    "postal_code": "21201",
    "phone": "410-555-0123",
}


def ask(client: Client, email: str = NEW, password: str = factories.PASSWORD) -> Any:
    return client.post(EMAIL, {"email": email, "password": password})


def test_names_address_and_number_can_be_changed() -> None:
    user = factories.person()
    client = steps.signed_in(user)
    assert client.post(EDIT, FACTS)["Location"] == "/profile/"
    shown = steps.text_of(client.get("/profile/"))
    for fact in (
        "Toni Q. Roe",
        "100 Main Street",
        "Baltimore",
        "MD 21201",
        "410-555-0123",
        user.email,
        user.account_id,
    ):
        assert fact in shown, fact
    event = Event.objects.get(kind="accounts.profile_changed")
    assert event.by == user and "Roe" not in str(event.after)
    form = Page(client.get(EDIT).content.decode())
    assert form.one("input", name="last_name").attrs["value"] == "Roe"
    assert form.one("input", name="last_name").attrs["autocomplete"] == "family-name"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"first_name": ""}, "First Name is required"),
        ({"last_name": "R4e"}, "digit"),
        ({"last_name": "R\u202eoe"}, "invisible"),
        ({"street_address": "<script>"}, "character <"),
        ({"postal_code": "99999"}, "ZIP"),
        ({"phone": "12"}, "number"),
        ({"country": "XX"}, "must be one of the options"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(changes: dict[str, str], said: str) -> None:
    user = factories.person()
    client = steps.signed_in(user)
    answer = client.post(EDIT, FACTS | changes)
    assert any(said.lower() in line.lower() for line in steps.errors(answer)), steps.errors(answer)
    assert Page(answer.content.decode()).one("input", name="city").attrs["value"] == "Baltimore"
    user.refresh_from_db()
    assert user.city == ""


def test_nothing_changed_is_no_event() -> None:
    user = factories.person()
    actions.change_profile(user, by=user, first_name=user.first_name)
    assert not Event.objects.filter(kind="accounts.profile_changed").exists()


def test_a_name_and_birthday_of_somebody_else_are_refused() -> None:
    born = date(1980, 2, 3)
    factories.person(first_name="Toni", last_name="Roe", date_of_birth=born)
    user = factories.person(date_of_birth=born)
    client = steps.signed_in(user)
    answer = client.post(EDIT, FACTS)
    assert "exists already" in steps.errors(answer)[0]


# --- The login e-mail -------------------------------------------------------------------------------------------
def test_the_login_email_changes_after_a_code_sent_to_the_new_one(mailbox: Any) -> None:
    user = factories.person(email="toni@trade.example")
    client = steps.signed_in(user)
    assert client.get(CONFIRM)["Location"] == EMAIL, "nothing waits yet"
    assert ask(client)["Location"] == CONFIRM
    user.refresh_from_db()
    assert (user.email, user.pending_email) == ("toni@trade.example", NEW)
    (letter,) = mailbox(NEW)
    assert mailbox("toni@trade.example") == []
    assert steps.errors(client.post(CONFIRM, {"code": ""}))
    assert f'value="{NEW}"' in client.get(EMAIL).content.decode(), "a new code for the same address is a click away"
    wrong = client.post(CONFIRM, {"code": f"{(int(letter.code) + 1) % 10**6:06d}"})
    assert "not right" in steps.errors(wrong)[0]
    user.refresh_from_db()
    assert user.email == "toni@trade.example", "nothing changes without the code"
    assert client.post(CONFIRM, {"code": letter.code})["Location"] == "/profile/"
    (notice,) = mailbox("toni@trade.example")
    assert "login e-mail was changed" in notice.subject
    user.refresh_from_db()
    assert (user.email, user.pending_email) == (NEW, "")
    assert steps.errors(Client().post("/sign-in/", {"username": "toni@trade.example", "password": factories.PASSWORD}))
    assert Client().post("/sign-in/", {"username": NEW.upper(), "password": factories.PASSWORD}).status_code == 302
    assert Message.objects.get(template="accounts/new_email_code").body == ""
    assert client.get("/profile/").status_code == 200


def test_an_open_session_alone_cannot_change_it() -> None:
    user = factories.person()
    client = steps.signed_in(user)
    assert "not your present password" in steps.errors(ask(client, password="Wrong-1-Password!"))[0]
    assert steps.errors(ask(client, password=""))
    assert not Message.objects.exists()


@pytest.mark.parametrize("spelled", [str, str.upper])
def test_an_address_of_somebody_else_is_refused(spelled: Any) -> None:
    other, user = factories.person(email="taken@trade.example"), factories.person()
    client = steps.signed_in(user)
    (said,) = steps.errors(ask(client, spelled(other.email)))
    assert "already belongs to a portal user" in said
    (said,) = steps.errors(ask(client, user.email.upper()))
    assert "is your login e-mail already" in said
    assert not Message.objects.exists()


def test_an_address_taken_meanwhile_is_refused_and_the_code_stays(mailbox: Any) -> None:
    user = factories.person()
    client = steps.signed_in(user)
    ask(client)
    code = mailbox(NEW)[0].code
    other = factories.person(email=NEW.upper())
    assert "already belongs" in steps.errors(client.post(CONFIRM, {"code": code}))[0]
    user.refresh_from_db()
    assert user.email != other.email
    assert not Message.objects.filter(template="accounts/email_changed").exists()


@pytest.mark.parametrize(
    "typed", ["", "toni", "a@b@c.example", "toni@trade.example,b@c.example", "t\u043eni@trade.example"]
)
def test_what_is_no_address_is_said(typed: str) -> None:
    assert steps.errors(ask(steps.signed_in(factories.person()), typed))


def test_a_code_of_another_browser_changes_nothing(mailbox: Any) -> None:
    user = factories.person()
    here, there = steps.signed_in(user), steps.signed_in(user)
    ask(here)
    code = mailbox(NEW)[0].code
    assert steps.errors(there.post(CONFIRM, {"code": code}))
    assert here.post(CONFIRM, {"code": code}).status_code == 302


def test_no_change_without_a_request() -> None:
    with pytest.raises(WrongState):
        actions.confirm_email(factories.person(), typed="123456", browser="x")
    with pytest.raises(Taken):
        user = factories.person()
        actions.request_email_change(user, email=user.email, password=factories.PASSWORD, browser="x", ip="10.0.0.1")


# --- Sign-ins and sessions --------------------------------------------------------------------------------------
def test_own_sign_ins_are_listed_with_time_address_and_browser() -> None:
    user, other = factories.person(), factories.person()
    steps.signed_in(other, Client(REMOTE_ADDR="10.5.5.9"))
    first = Client(REMOTE_ADDR="10.5.5.1", HTTP_USER_AGENT="Lynx/2.8 <script>")
    steps.signed_in(user, first)
    second = Client(REMOTE_ADDR="10.5.5.2", HTTP_USER_AGENT="Firefox/1.0")
    steps.signed_in(user, second)
    page = Page(second.get("/profile/").content.decode())
    rows = [row.text.split() for row in page.all("tr")][1:]
    assert len(rows) == 2
    assert "10.5.5.2" in rows[0] and "Firefox/1.0" in rows[0] and "(this" in rows[0]
    assert "10.5.5.1" in rows[1] and "(this" not in rows[1]
    assert "<script>" not in second.get("/profile/").content.decode().partition("<main")[2]


def test_a_password_alone_is_no_sign_in() -> None:
    user = factories.person()
    steps.password(user)
    assert not SignIn.objects.exists()
    steps.signed_in(user, Client(HTTP_USER_AGENT="x" * 5000))
    assert len(SignIn.objects.get().browser) == 200


def test_signing_out_everywhere_ends_every_session_at_its_next_request() -> None:
    user, other = factories.person(), factories.person()
    here, there, half, others = (
        steps.signed_in(user),
        steps.signed_in(user),
        steps.password(user),
        steps.signed_in(other),
    )
    assert here.get("/profile/sign-out-everywhere/").status_code == 405
    assert here.post("/profile/sign-out-everywhere/")["Location"] == "/sign-in/"
    assert "signed out everywhere" in here.get("/sign-in/").content.decode()
    for client in (here, there, half):
        assert steps.due(client).startswith("/sign-in/?next=")
    assert others.get("/profile/").status_code == 200
    assert Event.objects.get(kind="accounts.signed_out_everywhere").by == user
    assert steps.signed_in(user).get("/profile/").status_code == 200


def test_a_changed_password_ends_the_other_sessions(later: Any) -> None:
    user = factories.person()
    here, there = steps.signed_in(user), steps.signed_in(user)
    assert steps.change(here, factories.PASSWORD).status_code == 302
    assert steps.due(there).startswith("/sign-in/?next=")
    user.refresh_from_db()
    assert User.objects.get(pk=user.pk).password_changed_at is not None


def test_the_page_asks_the_same_few_questions_of_the_database() -> None:
    user = factories.person()
    client = steps.signed_in(user)

    def grow(count: int) -> None:
        rows = [SignIn(user=user, at=user.created_at, address="10.0.0.1", browser="x") for _ in range(count)]
        SignIn.objects.bulk_create(rows)

    assert_constant_queries(client, "/profile/", grow)
    assert len(Page(client.get("/profile/").content.decode()).all("tr")) == 21, "the latest 20"
