"""The page on which an analyst decides: what it tells, what its buttons do, what the slower analyst reads."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from exporters.actions import authorization as actions
from exporters.models.authorization import ReportAuthorization
from tests import factories
from tests.desk.conftest import listed, words
from tests.exporters.authorization_samples import (
    STATES,
    analyst,
    approved,
    close,
    denied,
    importer,
    owner_of,
    pdf,
    requested,
    revoked,
)
from tests.harness.people import sign_in

pytestmark = pytest.mark.django_db
QUEUE = reverse("admin:exporters_reportauthorization_changelist")
INDEX = reverse("admin:index")


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


def press(client: Client, row: ReportAuthorization, code: str, reason: str = "All papers are in order.") -> str:
    """Press a button and follow to the page it leads to; the request knows its new state."""
    answer: Any = client.post(button(row, code), {"reason": reason}, follow=True)
    assert answer.status_code == 200
    row.refresh_from_db()
    return words(answer)


def offered(client: Client, row: ReportAuthorization) -> set[str]:
    page = client.get(review(row)).content.decode()
    return set(re.findall(rf'action="{QUEUE}{row.pk}/(approve|deny|revoke)/"', page))


def test_the_review_page_tells_all_that_was_said(census: Client) -> None:
    row = requested(reason="We <really> need it.")
    page = words(census.get(review(row)))
    owner = owner_of(row.sub_account)
    for fact in (
        row.ein,
        row.sub_account.name,
        row.sub_account.top_account.ace_id,
        "We <really> need it.",
        "52-7654321 Acme Parts Inc.",
        "U.S. Principal Party in Interest (USPPI)",
        "Pat Contact",
        "+1 410-555-0123",
        "pat@exporter.example",
        f"{owner}, {owner.email}",
        "letter.pdf",
        "certification.pdf",
        "Report authorization requested for EIN",
    ):
        assert fact in page, fact


def test_documents_are_handed_out_for_saving(census: Client) -> None:
    row = requested()
    for document in row.documents.all():
        address = reverse("admin:exporters_reportauthorization_document", args=[row.pk, document.pk])
        assert address in census.get(review(row)).content.decode()
        answer: Any = census.get(address)
        assert b"".join(answer.streaming_content) == pdf()
        assert answer["Content-Disposition"] == f'attachment; filename="{document.kind}.pdf"'
        assert answer["X-Content-Type-Options"] == "nosniff"
    other = requested().documents.first()
    assert other
    address = reverse("admin:exporters_reportauthorization_document", args=[row.pk, other.pk])
    assert census.get(address).status_code == 404


@pytest.mark.parametrize(
    ("state", "codes"),
    [
        ("PENDING", {"approve", "deny"}),
        ("AUTHORIZED", {"revoke"}),
        *((state, set()) for state in ("DENIED", "REVOKED", "WITHDRAWN", "NOT_NEEDED")),
    ],
)
def test_only_the_buttons_that_make_sense_are_offered(census: Client, state: str, codes: set[str]) -> None:
    assert offered(census, STATES[state]()) == codes


@pytest.mark.parametrize(
    ("make", "code", "status", "said"),
    [
        (requested, "approve", "AUTHORIZED", "was approved."),
        (requested, "deny", "DENIED", "was denied."),
        (approved, "revoke", "REVOKED", "was revoked."),
    ],
)
def test_each_button(census: Client, ansel: User, make: Any, code: str, status: str, said: str) -> None:
    row = make()
    page = press(census, row, code, reason="Seen & checked.")
    assert f"Request {row.reference} {said} {owner_of(row.sub_account).email} will be told by mail." in page
    assert row.status == status
    assert "Seen & checked." in page
    assert "Ansel Gray" in page
    assert ansel in (row.decided_by, row.revoked_by)


def test_the_button_says_who_is_told(census: Client) -> None:
    row = requested()
    User.objects.filter(pk=row.requested_by_id).update(status=User.Status.DEACTIVATED)
    assert "was denied. Nobody will be told by mail." in press(census, row, "deny")


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("", "Reason is required."),
        ("  \n", "Reason is required."),
        ("x" * 2001, "must be 2000 characters or fewer (it has 2001)"),
        ("a\x00b", "NUL"),
        ("a\u202eb", "invisible character"),
    ],
)
@pytest.mark.parametrize(("make", "code"), [(requested, "approve"), (requested, "deny"), (approved, "revoke")])
def test_without_a_proper_reason_nothing_is_decided(
    census: Client, make: Any, code: str, reason: str, problem: str
) -> None:
    row = make()
    before = row.status
    page = press(census, row, code, reason=reason)
    assert page.count(problem) == 2
    assert row.status == before


def test_what_was_typed_into_a_refused_form_is_kept_in_its_own_field(census: Client) -> None:
    row = requested()
    answer: Any = census.post(button(row, "deny"), {"reason": "x" * 2001})
    page = answer.content.decode()
    assert "x" * 2001 + "</textarea>" in page
    assert page.count("x" * 2001) == 1
    assert 'id="approve_reason"' in page and 'id="deny_reason"' in page


def test_the_slower_analyst_is_told_and_nothing_happens_twice(census: Client) -> None:
    row = requested()
    actions.approve(row, reason="Fine.", by=analyst(first_name="Pat", last_name="Quimby"))
    page = press(census, row, "deny", reason="My careful words.")
    assert f"Somebody was faster: request {row.reference} is now “Authorized” by Pat Quimby." in page
    assert "Nothing was decided" in page
    assert "My careful words." in page
    assert (row.status, row.decision_reason) == ("AUTHORIZED", "Fine.")
    assert Message.objects.filter(about=ref(row)).count() == 2


def test_a_second_revocation_names_the_first(census: Client) -> None:
    row = revoked(by=analyst(first_name="Pat", last_name="Quimby"))
    assert "is now “Revoked” by Pat Quimby" in press(census, row, "revoke")


@pytest.mark.parametrize("code", ["approve", "deny", "revoke"])
def test_a_link_to_a_button_only_opens_the_page(census: Client, code: str) -> None:
    row = requested()
    answer: Any = census.get(button(row, code))
    assert (answer.status_code, answer["Location"]) == (302, review(row))
    row.refresh_from_db()
    assert row.status == "PENDING"


@pytest.mark.parametrize(
    ("happens", "says", "status"),
    [
        (lambda row: close(row.sub_account), "the EIN has left the account", "WITHDRAWN"),
        (
            lambda row: importer(row.sub_account.top_account, row.ein),
            "the EIN is authorized automatically",
            "NOT_NEEDED",
        ),
    ],
)
def test_an_overtaken_request_offers_nothing_and_says_why(census: Client, happens: Any, says: str, status: str) -> None:
    row = requested()
    happens(row)
    assert offered(census, row) == set()
    assert f"No decision is needed: {says}" in words(census.get(review(row)))
    page = press(census, row, "approve", reason="My careful words.")
    assert "Nothing was decided; the account’s people are told by mail." in page
    assert "My careful words." in page
    assert row.status == status


def test_who_lost_access_is_marked(census: Client) -> None:
    row = requested()
    present = factories.replace_owner(row.sub_account.top_account)
    page = words(census.get(review(row)))
    assert f"by {row.requested_by}, who has no access to the account any more" in page
    assert f"Account owner {present}, {present.email}" in page


def test_earlier_requests_for_the_ein_are_linked(census: Client) -> None:
    before = denied()
    again = requested(before.sub_account)
    page = census.get(review(again)).content.decode()
    assert review(before) in page and before.reference in page


def test_nothing_is_changed_by_hand(census: Client) -> None:
    row = requested()
    assert census.post(review(row), {"status": "AUTHORIZED", "_save": "Save"}).status_code == 405
    assert census.get(reverse("admin:exporters_reportauthorization_add")).status_code == 403
    assert (
        census.post(reverse("admin:exporters_reportauthorization_delete", args=[row.pk]), {"post": "yes"}).status_code
        == 403
    )
    assert census.get(reverse("admin:exporters_reportauthorization_history", args=[row.pk])).status_code == 200
    row.refresh_from_db()
    assert row.status == "PENDING"


def test_a_button_needs_the_forms_token(census: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = census.cookies
    row = requested()
    assert strict.post(button(row, "approve"), {"reason": "x"}).status_code == 403
    row.refresh_from_db()
    assert row.status == "PENDING"


# --- Mail that did not leave ------------------------------------------------------------------------------------


def test_a_mail_that_was_given_up_is_sent_again_from_the_review_page(census: Client) -> None:
    row = denied()
    other = denied()
    message = Message.objects.get(about=ref(row), template="exporters/report_authorization_denied")
    Message.objects.filter(pk=message.pk).update(status="FAILED", last_error="the mail server answered 550")
    assert "1 request message not sent" in words(census.get(INDEX))
    assert listed(census.get(QUEUE, {"status": "all", "mail": "failed"})) == [row.reference]
    address = reverse("admin:exporters_reportauthorization_send_again", args=[row.pk, message.pk])
    assert address in census.get(review(row)).content.decode()
    stranger = reverse("admin:exporters_reportauthorization_send_again", args=[other.pk, message.pk])
    assert census.post(stranger).status_code == 404
    assert census.get(address)["Location"] == review(row)
    message.refresh_from_db()
    assert message.status == "FAILED"
    assert "is in the outbox again" in words(census.post(address, follow=True))
    message.refresh_from_db()
    assert message.status == "QUEUED"
    assert "This message was not given up. Nothing was sent." in words(census.post(address, follow=True))
