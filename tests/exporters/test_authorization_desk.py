"""Census' desk: who sits there, what they see, what the buttons do; and that the two desks keep apart."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ace_portal.core.models import Event, Message
from ace_portal.core.refs import ref
from exporters.actions import authorization as actions
from exporters.models.authorization import ReportAuthorization
from tests import factories
from tests.desk.conftest import listed, words
from tests.exporters.authorization_samples import (
    STATES,
    analyst,
    browser,
    close,
    denied,
    exporter,
    importer,
    owner_of,
    requested,
)
from tests.harness.people import sign_in
from tests.harness.queries import assert_constant_queries
from tests.harness.world import signed_in

pytestmark = pytest.mark.django_db
QUEUE = reverse("admin:exporters_reportauthorization_changelist")
INDEX = reverse("admin:index")
LOGIN = reverse("admin:login")
#: The desk's, and the portal's for the steps of a sign-in that is not finished.
SIGN_IN_PAGES = (LOGIN, reverse("accounts:sign-in"))


def review(row: ReportAuthorization) -> str:
    return reverse("admin:exporters_reportauthorization_change", args=[row.pk])


def button(row: ReportAuthorization, code: str) -> str:
    return reverse(f"admin:exporters_reportauthorization_{code}", args=[row.pk])


@pytest.fixture
def ansel() -> User:
    return analyst(first_name="Ansel", last_name="Gray")


@pytest.fixture
def census(ansel: User) -> Client:
    """An analyst's browser."""
    return sign_in(Client(), ansel)


@pytest.fixture
def cbp() -> Client:
    """An officer's browser."""
    return signed_in(factories.officer())


# --- Who sits where ---------------------------------------------------------------------------------------------


def test_an_analyst_signs_in_and_is_led_to_census_desk(census: Client) -> None:
    requested()
    page = words(census.get(INDEX))
    assert "1 report authorization request open" in page
    assert "Census desk (simulation)" in census.get(INDEX).content.decode()
    assert "mporter application" not in page
    assert "5106" not in page
    answer: Any = census.get("/")
    assert answer["Location"] == INDEX


def test_an_analyst_needs_password_and_authenticator() -> None:
    decider = analyst(device=False)
    client = Client()
    data = {"username": decider.email, "password": factories.PASSWORD, "otp_token": "123456"}
    assert client.post(LOGIN, data).status_code == 200
    client.force_login(decider, backend="accounts.backends.AccountIdOrEmailBackend")
    for address in (INDEX, QUEUE, review(requested())):
        assert client.get(address)["Location"].startswith(SIGN_IN_PAGES)


def pages(desk: str) -> list[Any]:
    """The admin pages of a desk ("" is CBP's)."""
    return [page for page in admin.site._registry.values() if page.desk == desk]


def test_every_page_belongs_to_one_desk() -> None:
    assert {page.model for page in pages("Census analysts")} == {ReportAuthorization}
    assert len(pages("")) == len(admin.site._registry) - 1


def test_analysts_see_nothing_of_cbps_desk(census: Client) -> None:
    factories.application_approved()
    for page in pages(""):
        names = page.opts.app_label, page.opts.model_name
        assert census.get(reverse("admin:{}_{}_changelist".format(*names))).status_code == 403, names
        row = page.model._default_manager.order_by("pk").first()
        for what in ("change", "history", "delete"):
            if row is not None:
                answer = census.get(reverse("admin:{}_{}_{}".format(*names, what), args=[row.pk]))
                assert answer.status_code == 403, (names, what)


def test_analysts_cannot_press_cbps_buttons(census: Client) -> None:
    application = factories.application_submitted()
    names = {"reason": "OTHER", "text": "No.", "question": "Who?"}
    for code in ("approve", "ask", "reject"):
        address = reverse(f"admin:importers_importerapplication_{code}", args=[application.pk])
        answer: Any = census.post(address, names)
        assert answer.status_code == 403, code
        assert application.applicant_email not in answer.content.decode()
    application.refresh_from_db()
    assert application.status == "SUBMITTED"


def addresses(row: ReportAuthorization) -> list[str]:
    document = row.documents.first()
    message = Message.objects.filter(about=ref(row)).first()
    assert document and message
    named = [reverse(f"admin:exporters_reportauthorization_{what}", args=[row.pk]) for what in ("change", "history")]
    return [
        QUEUE,
        *named,
        reverse("admin:exporters_reportauthorization_document", args=[row.pk, document.pk]),
        reverse("admin:exporters_reportauthorization_send_again", args=[row.pk, message.pk]),
        *(button(row, code) for code in ("approve", "deny", "revoke")),
    ]


def test_officers_see_nothing_of_census_desk(cbp: Client) -> None:
    row = requested()
    for address in addresses(row):
        for answer in (cbp.get(address), cbp.post(address, {"reason": "Mine."})):
            assert answer.status_code == 403, address
            assert row.reference not in answer.content.decode()
    row.refresh_from_db()
    assert row.status == "PENDING"
    index = cbp.get(INDEX).content.decode()
    assert "report authorization" not in index
    assert "CBP desk (simulation)" in index


def test_what_is_remembered_and_mailed_of_a_request_is_not_cbps_business(cbp: Client) -> None:
    row = denied()
    message, event = Message.objects.filter(about=ref(row))[0], Event.objects.filter(subject=ref(row))[0]
    for model, found in (("message", message), ("event", event)):
        assert cbp.get(reverse(f"admin:core_{model}_change", args=[found.pk])).status_code in (302, 404)
        shown = cbp.get(reverse(f"admin:core_{model}_changelist")).content.decode()
        assert "eport authorization" not in shown
    Message.objects.filter(about=ref(row)).update(status="FAILED", secret=False)
    assert "not sent" not in words(cbp.get(INDEX))


@pytest.mark.parametrize("who", ["visitor", "owner", "analyst without authenticator"])
def test_outsiders_are_shown_the_sign_in(who: str) -> None:
    row = requested()
    client = Client()
    if who == "owner":
        client = browser(owner_of(row.sub_account))
    elif who != "visitor":
        client.force_login(analyst(device=False), backend="accounts.backends.AccountIdOrEmailBackend")
    for address in addresses(row):
        for answer in (client.get(address), client.post(address, {"reason": "Mine."})):
            assert answer.status_code == 302
            assert answer["Location"].startswith(SIGN_IN_PAGES)
    row.refresh_from_db()
    assert row.status == "PENDING"


def test_whoever_sits_at_both_desks_sees_both() -> None:
    both = factories.officer()
    both.groups.add(*analyst().groups.all())
    client = signed_in(both)
    requested()
    factories.application_submitted()
    page = words(client.get(INDEX))
    assert "1 importer application open" in page
    assert "1 report authorization request open" in page


# --- The queue --------------------------------------------------------------------------------------------------


def test_the_queue_shows_what_waits_oldest_first(census: Client, later: Callable[..., Any]) -> None:
    rows = []
    for _ in range(3):
        rows.append(requested())
        later(hours=5)
    actions.deny(rows.pop(1), reason="No.", by=analyst())
    # The session was made before the time was stopped.
    answer: Any = signed_in(analyst()).get(QUEUE)
    assert listed(answer) == [row.reference for row in rows]
    page = words(answer)
    assert "15 h" in page and "5 h" in page
    assert rows[0].masked_ein in page
    assert rows[0].ein not in page


def test_the_queue_leaves_out_what_needs_no_decision_any_more(census: Client) -> None:
    left, covered, waiting = requested(), requested(), requested()
    close(left.sub_account)
    importer(covered.sub_account.top_account, covered.ein)
    assert listed(census.get(QUEUE)) == [waiting.reference]
    page = words(census.get(QUEUE, {"status": "PENDING"}))
    assert "Pending: the EIN has left the account" in page
    assert "Pending: the EIN is authorized automatically" in page
    assert "1 report authorization request open" in words(census.get(INDEX))


@pytest.mark.parametrize("state", STATES)
def test_every_state_can_be_listed(census: Client, state: str) -> None:
    row = STATES[state]()
    requested()
    found = listed(census.get(QUEUE, {"status": state}))
    assert row.reference in found
    assert len(found) == 1 + (state == "PENDING")
    assert len(listed(census.get(QUEUE, {"status": "all"}))) == 2


def test_a_search_looks_everywhere(census: Client) -> None:
    row = denied()
    requested()
    for typed in (row.reference, row.reference.lower(), row.ein, row.sub_account.name):
        assert listed(census.get(QUEUE, {"q": typed})) == [row.reference], typed
    assert listed(census.get(QUEUE, {"q": row.ein[:6]})) == []


def test_the_queue_does_not_get_slower(census: Client) -> None:
    account = factories.account()
    decider = analyst()
    maker = factories.owner_of(account)

    def grow(count: int) -> None:
        for _ in range(count):
            sub_account = exporter(account)
            row, _ = actions.request_authorization(
                sub_account,
                details={
                    "reason": "x",
                    "acts_as": "USPPI",
                    "contact_name": "P",
                    "contact_phone": "",
                    "contact_email": "",
                },
                affiliates=[],
                uploads=[],
                by=maker,
            )
            actions.deny(row, reason="No.", by=decider)

    assert_constant_queries(census, f"{QUEUE}?status=all", grow, few=5, many=60)
