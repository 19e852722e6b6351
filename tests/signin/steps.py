"""The steps of signing in, taken through the pages; each function leaves the browser (client) one step further."""

import re
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client

from accounts import actions
from accounts.models import User
from tests import factories
from tests.core.sample import Page, words
from tests.harness.people import forget_totp, totp
from tests.importers.screens import errors, text_of
from verification.challenges import COUNT, QUESTIONS
from verification.factors import new_backup_codes
from verification.models import AuthenticatorDevice, EmailTokenDevice

NEW_PASSWORD = "Seven-Kites-3-Above!"
ANSWERS = {code: f"Answer to {code}" for code in QUESTIONS}

__all__ = [
    "ANSWERS",
    "NEW_PASSWORD",
    "answered",
    "backup_codes_of",
    "change",
    "complete",
    "confirm",
    "due",
    "errors",
    "forget_totp",
    "invited",
    "password",
    "questions",
    "retrieve",
    "shown_codes",
    "signed_in",
    "text_of",
    "totp",
    "verify",
    "with_email_token",
]


def invited(**facts: Any) -> User:
    """A person who has been sent an account ID."""
    user = factories.person(active=False, **facts)
    actions.invite(user, by=None)
    user.refresh_from_db()
    return user


def retrieve(user: User, client: Client | None = None) -> str:
    """The temporary password that Retrieve Password shows."""
    answer = (client or Client()).post("/sign-in/retrieve-password/", {"shared_secret": user.account_id})
    found = re.search(r"\b(?:\w{4}-){3}\w{4}\b", answer.content.decode())
    assert found, text_of(answer)
    return found[0]


def password(user: User, typed: str = factories.PASSWORD, client: Client | None = None, **more: str) -> Client:
    """A browser in which the person has typed user ID and password."""
    client = client or Client()
    answer = client.post("/sign-in/", {"username": user.account_id, "password": typed, **more})
    assert answer.status_code == 302, errors(answer)
    return client


def due(client: Client, page: str = "/tools/") -> str:
    """Where this browser is led when it asks for a page of the portal; the page itself when it may have it."""
    answer = client.get(page)
    return str(answer["Location"]) if answer.status_code == 302 else page


def questions(**changes: str) -> dict[str, str]:
    """Five questions and answers as they are typed."""
    typed = {}
    for number, code in enumerate(list(QUESTIONS)[:COUNT], start=1):
        typed |= {
            f"question_{number}": code,
            f"answer_{number}": ANSWERS[code],
            f"again_{number}": ANSWERS[code],
        }
    return {**typed, **changes}


def answered(user: User) -> User:
    """The person with five challenge questions, answered as ANSWERS says."""
    actions.answer_questions(user, answers=[(code, ANSWERS[code]) for code in list(QUESTIONS)[:COUNT]])
    return user


def change(client: Client, old: str, new: str = NEW_PASSWORD, again: str | None = None) -> HttpResponse:
    """Change Password."""
    typed = {"old_password": old, "new_password": new, "again": new if again is None else again}
    return client.post("/sign-in/change-password/", typed)


def confirm(client: Client, user: User, **more: str) -> HttpResponse:
    """Type the first code of the authenticator that the page shows."""
    client.get("/sign-in/authenticator/")
    device = AuthenticatorDevice.objects.get(user=user, confirmed=False)
    return client.post("/sign-in/authenticator/", {"code": f"{device.totp().token():06d}", **more})


def shown_codes(answer: HttpResponse) -> list[str]:
    """The backup codes that a page shows."""
    return [words(unescape(item.text)) for item in Page(answer.content.decode()).all("li", "ace-code")]


def verify(client: Client, code: str, backup: bool = False) -> HttpResponse:
    """The second factor of a sign-in."""
    return client.post("/sign-in/verify/" + ("?with=backup-code" if backup else ""), {"code": code})


def signed_in(user: User, client: Client | None = None, typed: str = factories.PASSWORD) -> Client:
    """A browser in which the person is signed in with password and authenticator."""
    client = password(user, typed, client)
    forget_totp(user)
    answer = verify(client, totp(user))
    assert answer.status_code == 302, errors(answer)
    return client


def backup_codes_of(user: User) -> list[str]:
    """Fresh backup codes of the person."""
    return new_backup_codes(user)


def with_email_token(**facts: Any) -> User:
    """A person whose second factor is the e-mailed security token."""
    user = factories.person(**facts)
    AuthenticatorDevice.objects.filter(user=user).delete()
    EmailTokenDevice.objects.create(user=user, name="E-mailed security token", confirmed=True)
    return user


def complete(user: User) -> bool:
    """Whether the person has signed in completely, at least once."""
    return user.sign_ins.exists()
