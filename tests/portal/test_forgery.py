"""A form sent from somebody else's page is refused: every address that changes something asks for its own token."""

from collections.abc import Callable

import pytest
from django.test import Client

from ace_portal.core.models import Event, Message
from tests import factories
from tests.harness.people import sign_in
from tests.importers.screens import url

pytestmark = pytest.mark.django_db


def code_page() -> tuple[str, dict[str, str]]:
    waiting = factories.application_started()
    return url(waiting, "code"), {"code": factories.code_for(waiting)}


#: Each address with what a forged form would send there.
FORMS: dict[str, Callable[[], tuple[str, dict[str, str]]]] = {
    "apply": lambda: ("/apply/importer/", {"company_name": "x"}),
    "code": code_page,
    "new code": lambda: (url(factories.application_started(), "new-code"), {}),
    "details": lambda: (url(factories.application_verified(), "details"), factories.DETAILS),
    "draft": lambda: (url(factories.application_verified(), "draft"), {"owner_city": "x"}),
    "submit": lambda: (url(factories.application_filled_in(), "answers"), {}),
    "answer": lambda: (url(factories.application_asked(), "status"), {"text": "x"}),
    "withdraw": lambda: (url(factories.application_submitted(), "withdraw"), {}),
    "retrieve password": lambda: ("/sign-in/retrieve-password/", {"shared_secret": "x"}),
    "sign in": lambda: ("/sign-in/", {"username": "x", "password": "x"}),
    "change password": lambda: ("/sign-in/change-password/", {"old_password": "x"}),
    "sign out": lambda: ("/sign-out/", {}),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_forged_form_changes_nothing(name: str) -> None:
    address, typed = FORMS[name]()
    client = sign_in(Client(), factories.person())
    client.handler.enforce_csrf_checks = True
    before = Event.objects.count(), Message.objects.count()
    for headers in ({}, {"HTTP_ORIGIN": "https://evil.example"}):
        answer = client.post(address, typed, **headers)
        assert answer.status_code == 403
        assert "ACE Portal" in answer.content.decode()
    assert (Event.objects.count(), Message.objects.count()) == before
    assert client.get("/accounts/").status_code == 200, "still signed in"
