"""What the stories of the demo have in common: codes, checked forms, the first sign-in, stories that still fit."""

import re
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.db.models import Model
from django.forms import Form

from accounts import actions as accounts
from accounts.models import TopAccount, User
from ace_portal.core.errors import DomainError
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from demo import cast
from useraccess import policy
from verification import challenges
from verification.models import AuthenticatorDevice

#: Whose share of tries the stories of the demo world use up: no visitor's.
NETWORK = "demo world"

AForm = TypeVar("AForm", bound=Form)


def checked(form: AForm) -> AForm:
    """The form, checked. Nobody looks at a picture here, so it is not asked. Raises ValueError with what is wrong."""
    form.fields.pop("picture", None)
    if not form.is_valid():
        raise ValueError(f"the demo's {type(form).__name__} is not filled in well: {form.errors}")
    return form


def code_in(template: str, about: Model) -> str:
    """The code in a mail about a row, read before the transaction lets the mail go."""
    mail = Message.objects.get(template=template, about=ref(about))
    found = re.search(r"^\s*(\d{6})\s*$", mail.body, re.MULTILINE)
    if found is None:
        raise ValueError(f"the mail {template} carries no code")
    return found[1]


def user(person: cast.Person) -> User:
    """Somebody of the cast who is a user of the portal by now."""
    return User.objects.get(email=person.email)


def account_of(person: cast.Person) -> TopAccount | None:
    """The account that somebody of the cast looks after; None if there is none (any more)."""
    known = User.objects.by_email(person.email)
    return policy.top_accounts_managed_by(known).first() if known else None


def sign_in_for_the_first_time(person: cast.Person) -> None:
    """From the account ID in the mail to a password of one's own and an authenticator."""
    owner = user(person)
    retrieved = accounts.retrieve_temporary_password(owner.account_id)
    if retrieved is None:
        raise ValueError(f"no temporary password could be fetched for {person.email}")
    owner, temporary = retrieved
    asked = list(challenges.QUESTIONS)[: challenges.COUNT]
    accounts.answer_questions(owner, answers=[(code, cast.ANSWER) for code in asked])
    owner = accounts.change_password(owner, old=temporary, new=cast.PASSWORD)
    AuthenticatorDevice.enroll(owner, confirmed=True)
    accounts.finish_sign_in(owner, ip="192.0.2.1", browser="Demo")


def play(story: Callable[[], bool]) -> int:
    """How many stories were added: 1, or 0 for one that is there already or that nothing is left for.

    In a demo that people have played in, the record of a story may have been restored, its account merged: what the
    portal then refuses leaves the story out, and the others come all the same.
    """
    try:
        with transaction.atomic():
            return int(story())
    except DomainError:
        return 0
