"""The password policy, its memory, and changing a password."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import actions, passwords
from accounts.models import EarlierPassword, User
from ace_portal import settings as written
from ace_portal.core.errors import NotAllowed
from ace_portal.core.models import Event
from tests import factories
from tests.harness.people import sign_in
from tests.importers.screens import errors

pytestmark = pytest.mark.django_db

GOOD = "Seven-Kites-3-Above!"


def person(**facts: Any) -> User:
    return factories.person(**{"first_name": "Jo", "last_name": "Quint", **facts})


BROKEN = {
    "Kites-3-Above!": "at least 15 characters",
    "K-3-" + "ab" * 63: "at most 128 characters",
    "seven-kites-3-above!": "an upper-case letter",
    "SEVEN-KITES-3-ABOVE!": "a lower-case letter",
    "Seven-Kites-Five-Above!": "a digit",
    "SevenKites3Above4us": "a symbol",
    "Seven-Kittes-3-Above!": "no character twice in a row",
    "Seven-Kites-3-Aboove!": "no character twice in a row",
    "Seven--Kites-3-Above!": "no character twice in a row",
    "Seven-QUINT-3-Above!": "not your user ID, first name or last name",
    "Jo-has-Seven-Kites-3!": "not your user ID, first name or last name",
}


@pytest.mark.parametrize("password", BROKEN)
def test_a_password_that_breaks_a_rule_is_told_which(password: str) -> None:
    user = person()
    with pytest.raises(ValidationError) as caught:
        actions.change_password(user, old=factories.PASSWORD, new=password)
    assert len(caught.value.messages) == 1 and BROKEN[password] in caught.value.messages[0]
    user.refresh_from_db()
    assert user.check_password(factories.PASSWORD)


def test_the_user_id_is_no_part_of_a_password_in_any_case() -> None:
    user = person()
    User.objects.filter(pk=user.pk).update(account_id="Kn3vQ7wXyz")
    with pytest.raises(ValidationError, match="user ID"):
        actions.change_password(user, old=factories.PASSWORD, new="Seven-KN3VQ7WXYZ-5!")


def test_every_broken_rule_is_told_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        actions.change_password(person(), old=factories.PASSWORD, new="aa")
    assert len(caught.value.messages) == 6, "five rules, and it is a common one"


@pytest.mark.parametrize(
    "password", [GOOD, "K-3-" + "ab" * 30, "Ж-Seven-Kites-3-Ü!", "K-3-" + "ab" * 62, "Seven Kites 3 Above!"]
)
def test_long_and_unusual_passwords_are_welcome(password: str) -> None:
    user = actions.change_password(person(), old=factories.PASSWORD, new=password)
    assert user.check_password(password)
    client = Client()
    sign_in(client, user, password)


def test_a_one_letter_name_does_not_forbid_a_letter() -> None:
    actions.change_password(person(first_name="S", last_name="K"), old=factories.PASSWORD, new=GOOD)


@pytest.mark.parametrize("change", [lambda text: text, lambda text: text[::-1]], ids=["again", "backwards"])
@pytest.mark.parametrize("rounds", [0, 1, 12])
def test_no_earlier_password_comes_back_not_even_backwards(rounds: int, change: Any) -> None:
    user, present = person(), factories.PASSWORD
    for number in range(rounds):
        new = (
            f"Kites-number-{number + 10}-Above!"
            if str(number + 10)[0] != str(number + 10)[1]
            else f"Kite-{number}-x-Above!"
        )
        user = actions.change_password(user, old=present, new=new)
        present = new
    with pytest.raises(ValidationError, match="You had this password before"):
        actions.change_password(user, old=present, new=change(factories.PASSWORD))
    assert EarlierPassword.objects.filter(user=user).count() == rounds


def test_earlier_passwords_are_kept_as_hashes() -> None:
    user = actions.change_password(person(), old=factories.PASSWORD, new=GOOD)
    (kept,) = EarlierPassword.objects.all()
    assert kept.password.startswith("argon2$") and factories.PASSWORD not in kept.password
    assert factories.PASSWORD not in str(kept) and str(user.pk) in str(kept)


def test_a_temporary_password_keeps_to_the_policy() -> None:
    made = {passwords.temporary() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        passwords.PortalPasswordPolicy().validate(password)
    assert "at least 15 characters" in passwords.PortalPasswordPolicy().get_help_text()


def test_common_passwords_are_refused(settings: Any) -> None:
    names = [validator["NAME"] for validator in settings.AUTH_PASSWORD_VALIDATORS]
    assert "django.contrib.auth.password_validation.CommonPasswordValidator" in names


def test_production_hashes_with_argon2() -> None:
    assert factories.person().password.startswith("argon2$argon2id$")
    assert written.PASSWORD_HASHERS[0] in (
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "tests.harness.hashers.QuickArgon2",
    )


# --- The page ---------------------------------------------------------------------------------------------------
def change(client: Client, old: str, new: str, again: str | None = None) -> Any:
    typed = {"old_password": old, "new_password": new, "again": new if again is None else again}
    return client.post("/sign-in/change-password/", typed)


def test_the_present_password_is_asked_for() -> None:
    user = person()
    client = sign_in(Client(), user)
    answer = change(client, "Not-the-1-present!", GOOD)
    assert errors(answer) == ["This is not your present password."]
    with pytest.raises(NotAllowed):
        actions.change_password(user, old="", new=GOOD)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ((factories.PASSWORD, GOOD, GOOD + "x"), "The two new passwords differ"),
        ((factories.PASSWORD, "short", "short"), "at least 15 characters"),
        ((factories.PASSWORD, factories.PASSWORD, factories.PASSWORD), "You had this password before"),
        ((factories.PASSWORD, "", ""), "New password is required"),
        ((factories.PASSWORD, "x" * 5000, "x" * 5000), "128 characters or fewer"),
        ((factories.PASSWORD, f"{GOOD}\x00", f"{GOOD}\x00"), "NUL"),
    ],
)
def test_what_is_wrong_is_said_and_no_password_is_shown(typed: tuple[str, str, str], said: str) -> None:
    user = person()
    client = sign_in(Client(), user)
    answer = change(client, *typed)
    assert any(said in line for line in errors(answer))
    assert factories.PASSWORD not in answer.content.decode() and GOOD not in answer.content.decode()
    user.refresh_from_db()
    assert user.check_password(factories.PASSWORD)


def test_a_new_password_ends_every_session() -> None:
    """Facts §8, case 14: two tabs, two browsers."""
    user = person()
    one, two = sign_in(Client(), user), sign_in(Client(), user)
    assert change(one, factories.PASSWORD, GOOD)["Location"] == "/sign-in/"
    for client in (one, two):
        assert client.get("/accounts/").status_code == 302
    assert "Your password has been changed" in one.get("/sign-in/").content.decode()
    user.refresh_from_db()
    assert user.password_changed_at is not None
    event = Event.objects.get(kind="accounts.password_changed")
    assert event.by == user and GOOD not in f"{event.summary}{event.before}{event.after}"


def test_the_page_needs_a_sign_in_and_lists_the_policy(client: Client) -> None:
    assert client.get("/sign-in/change-password/").status_code == 302
    shown = sign_in(client, person()).get("/sign-in/change-password/").content.decode()
    for rule in ("15 characters", "upper-case", "lower-case", "digit", "symbol", "twice in a row", "user ID"):
        assert rule in shown
