"""The pages of owners, successors and requesters: what they say in each state, and who reads them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ownership import actions
from ownership.models import OwnerProposal
from tests import factories
from tests.desk.conftest import words
from tests.harness.queries import assert_constant_queries
from tests.ownership.samples import (
    PROXY,
    STATES,
    accepted,
    begun,
    browser,
    due,
    executed,
    fresh,
    objected,
    prepared,
    proposed,
    submitted,
    waiting,
)
from tests.strict.test_query_counts import more_people

pytestmark = pytest.mark.django_db


def owner_page(row: Any) -> str:
    return reverse("ownership:owner", args=[row.top_account_id if isinstance(row, OwnerProposal) else row.pk])


def answer_page(row: OwnerProposal) -> str:
    return reverse("ownership:proposal", args=[row.pk])


def objection_page(row: Any) -> str:
    return reverse("ownership:objection", args=[row.pk])


def status_page(row: Any) -> str:
    return reverse("ownership:status", args=[row.status_token])


# The owner and the successor -----------------------------------------------------------------------------------------
def test_the_owner_finds_the_page_under_tools_and_nobody_else_does() -> None:
    account = factories.account()
    page = browser(factories.owner_of(account)).get("/tools/").content.decode()
    assert f'href="{owner_page(account)}"' in page
    for other in (factories.member(account, PROXY), factories.member(account)):
        assert owner_page(account) not in browser(other).get("/tools/").content.decode()


def test_the_owner_names_a_successor_who_accepts() -> None:
    account = factories.account()
    owner, successor = factories.owner_of(account), factories.member(account, PROXY)
    place = factories.membership(successor, account)
    page = browser(owner).post(owner_page(account), {"successor": place.pk, "becomes": "USER"}, follow=True)
    assert f"{successor} has been mailed and decides" in words(page)
    assert "Withdraw the proposal" in words(page)
    row = OwnerProposal.objects.get()
    client = browser(successor)
    assert f"Become the owner of {account.company_name}?" in words(client.get(answer_page(row)))
    done = words(client.post(answer_page(row), {"answer": "accept"}, follow=True))
    assert f"You are the owner of {account.company_name} now" in done and "Form 5106" in done
    assert factories.owner_of(account) == successor
    assert browser(owner).get(owner_page(account)).status_code == 403


def test_the_successor_declines() -> None:
    row = proposed()
    page = words(browser(row.successor).post(answer_page(row), {"answer": "decline"}, follow=True))
    assert "You declined" in page and "nothing left to answer" in page
    assert "Declined" in words(browser(row.proposed_by).get(owner_page(row)))


def test_the_owner_withdraws() -> None:
    row = proposed()
    client = browser(row.proposed_by)
    address = reverse("ownership:withdraw", args=[row.top_account_id])
    assert "was withdrawn" in words(client.post(address, follow=True))
    assert fresh(row).status == "WITHDRAWN"
    client.post(address)
    assert "Withdrawn" in words(browser(row.successor).get(answer_page(row)))
    answer = words(browser(row.successor).post(answer_page(row), {"answer": "accept"}, follow=True))
    assert "Somebody was faster: this proposal is now “Withdrawn”" in answer


def test_withdrawing_without_a_proposal_changes_nothing() -> None:
    account = factories.account()
    client = browser(factories.owner_of(account))
    assert client.post(reverse("ownership:withdraw", args=[account.pk])).status_code == 302


def test_after_the_answer_it_cannot_be_withdrawn() -> None:
    row = proposed()
    actions.decline(row, by=row.successor)
    client = browser(row.proposed_by)
    page = words(client.post(reverse("ownership:withdraw", args=[row.top_account_id]), follow=True))
    assert "this proposal is now “Declined”" in page


@pytest.mark.parametrize("answer", ["", "maybe"])
def test_no_answer_is_no_answer(answer: str) -> None:
    row = proposed()
    assert browser(row.successor).post(answer_page(row), {"answer": answer}).status_code == 200
    assert fresh(row).status == "PROPOSED"


def test_a_late_proposal_says_so(later: Any) -> None:
    row = proposed()
    later(days=15)
    page = words(browser(row.successor).get(answer_page(row)))
    assert "Not answered in time" in page and "Accept" not in page


@pytest.mark.parametrize("successor", ["", "0", "x", "99999999999999999999", "of another account"])
@pytest.mark.parametrize("becomes", ["USER", "TAO", ""])
def test_whoever_is_not_offered_is_refused_at_the_field(successor: str, becomes: str) -> None:
    account = factories.account()
    factories.member(account)
    if successor == "of another account":
        other = factories.account()
        successor = str(factories.membership(factories.member(other), other).pk)
    page = browser(factories.owner_of(account)).post(owner_page(account), {"successor": successor, "becomes": becomes})
    assert page.status_code == 200 and "id_successor_error" in page.content.decode()
    assert not OwnerProposal.objects.exists()


def test_a_second_tab_is_told_that_somebody_was_asked_already() -> None:
    row = proposed()
    place = factories.membership(factories.member(row.top_account), row.top_account)
    page = browser(row.proposed_by).post(owner_page(row), {"successor": place.pk, "becomes": "USER"})
    assert page.status_code == 200
    assert OwnerProposal.objects.count() == 1


def test_an_owner_without_people_is_sent_to_add_some() -> None:
    account = factories.account()
    assert "Add a user first" in words(browser(factories.owner_of(account)).get(owner_page(account)))


def test_the_owners_page_asks_as_often_with_many_people() -> None:
    account = factories.account()
    grow = more_people(account)

    def more(rows: int) -> None:
        grow(rows)
        User.objects.filter(memberships__top_account=account, status="INVITED").update(status="ACTIVE")

    assert_constant_queries(browser(factories.owner_of(account)), owner_page(account), more, many=200)


# The objection -------------------------------------------------------------------------------------------------------
def test_the_owner_objects_with_one_press() -> None:
    row = waiting()
    client = browser(row.former_owner)
    page = client.get(objection_page(row))
    assert row.successor_name in words(page) and "I object" in words(page)
    assert "with the CBP desk" in words(client.post(objection_page(row), follow=True))
    assert fresh(row).status == "OBJECTED"
    assert "I object" not in words(client.get(objection_page(row)))


def test_after_the_change_there_is_nothing_to_object_to() -> None:
    row = executed()
    client = browser(row.former_owner)
    assert "nothing left to object to" in words(client.get(objection_page(row)))
    assert "Somebody was faster" in words(client.post(objection_page(row), follow=True))


@pytest.mark.parametrize("make", [begun, submitted])
def test_before_the_approval_the_owner_knows_nothing(make: Any) -> None:
    row = make()
    assert browser(row.former_owner).get(objection_page(row)).status_code == 404


# The status page -----------------------------------------------------------------------------------------------------
SAYS = {
    "SUBMITTED": "A CBP officer decides on it",
    "WAITING": "may object until",
    "OBJECTED": "decides for good",
    "EXECUTED": "owns the account now",
    "UPHELD": "owns the account now",
    "REJECTED": "says why. The owner stays",
    "GIVEN_UP": "says why. The owner stays",
    "STOPPED": "has another owner by now",
    "EXPIRED": "closed before it was confirmed",
}


@pytest.mark.parametrize("state", SAYS)
def test_the_status_page_says_where_it_stands(state: str) -> None:
    row = STATES[state]()
    page = Client().get(status_page(row))
    assert SAYS[state] in words(page)
    assert row.record.importer_number not in page.content.decode()
    assert row.former_owner.email not in page.content.decode()


@pytest.mark.parametrize("state", ["WAITING", "EXECUTED", "UPHELD"])
def test_what_has_to_be_filed_is_said_with_the_approval_and_at_the_end(state: str) -> None:
    row = STATES[state]()
    shown = words(Client().get(status_page(row)))
    assert f"names {row.successor_name} as its point of contact" in shown


def test_a_request_without_its_code_leads_to_the_code() -> None:
    row = begun()
    assert Client().get(status_page(row))["Location"] == reverse("ownership:code", args=[row.status_token])
    done = submitted()
    code = reverse("ownership:code", args=[done.status_token])
    assert Client().get(code)["Location"] == status_page(done)


def test_an_unknown_link_is_not_found() -> None:
    assert Client().get("/support/owner-change/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404


def test_support_is_found_from_where_people_look() -> None:
    for page in ("/references/", "/apply/", "/support/owner-lookup/sent/"):
        assert "/support/" in Client().get(page).content.decode()
    for page in ("/support/", "/support/owner-lookup/", "/support/owner-change/"):
        assert Client().get(page).status_code == 200
        assert browser(factories.person()).get(page).status_code == 200


# The desk ------------------------------------------------------------------------------------------------------------
QUEUE = reverse("admin:ownership_ownerchange_changelist")


def review(row: Any) -> str:
    return reverse("admin:ownership_ownerchange_change", args=[row.pk])


def button(row: Any, code: str) -> str:
    return reverse(f"admin:ownership_ownerchange_{code}", args=[row.pk])


@pytest.fixture
def desk(officer_client: Any) -> Client:
    return officer_client()


def test_the_desk_is_told_what_waits_and_finds_it(desk: Client) -> None:
    row, other = submitted(), objected()
    begun()
    assert "2 owner change requests open" in words(desk.get(reverse("admin:index")))
    listed = words(desk.get(QUEUE))
    assert row.reference in listed and other.reference in listed
    assert desk.get(QUEUE, {"q": row.reference}).status_code == 200


@pytest.mark.parametrize("state", [state for state in STATES if state not in ("IDENTIFIED", "EXPIRED")])
def test_the_review_page_shows_everything_and_the_buttons_that_are_due(desk: Client, state: str) -> None:
    row = STATES[state]()
    page = desk.get(review(row))
    shown = words(page)
    for fact in (row.successor_name, row.requester_email, row.reason, row.proof_name, row.record.importer_number):
        assert fact in shown
    codes = ("prepare", "approve", "send_back", "reject", "uphold")
    buttons = {code for code in codes if f'"{button(row, code)}"' in page.content.decode()}
    due_now = {
        "SUBMITTED": {"prepare", "reject"},
        "PREPARED": {"approve", "send_back", "reject"},
        "OBJECTED": {"uphold", "reject"},
    }
    assert buttons == due_now.get(state, set())
    assert row.status_token not in page.content.decode()


@pytest.mark.parametrize("state", ["IDENTIFIED", "EXPIRED"])
def test_what_nobody_confirmed_is_not_at_the_desk(desk: Client, state: str) -> None:
    row = STATES[state]()
    assert desk.get(review(row), follow=True).status_code == 404 or row.reference not in words(desk.get(QUEUE))
    assert desk.post(button(row, "approve"), {"text": "x"}).status_code == 404
    assert desk.get(reverse("admin:ownership_ownerchange_proof", args=[row.pk])).status_code == 404


def test_an_officer_approves_and_after_the_objection_changes_the_owner(desk: Client) -> None:
    row = prepared()
    assert "was approved" in words(desk.post(button(row, "approve"), {"text": "Letter read."}, follow=True))
    actions.object_to(fresh(row), by=row.former_owner)
    assert "was carried out" in words(desk.post(button(row, "uphold"), {"text": "He left."}, follow=True))
    assert factories.owner_of(row.top_account) == fresh(row).new_owner
    shown = words(desk.get(review(row)))
    assert "Letter read." in shown and "He left." in shown


def test_an_officer_rejects(desk: Client) -> None:
    row = submitted()
    assert "was rejected" in words(desk.post(button(row, "reject"), {"text": "Not signed."}, follow=True))
    assert fresh(row).status == "REJECTED"


@pytest.mark.parametrize("code", ["approve", "reject"])
def test_without_a_text_nothing_is_decided(desk: Client, code: str) -> None:
    row = submitted()
    for text in ("", "   ", "x" * 2001, "a\x00b", "a\u202eb"):
        page = desk.post(button(row, code), {"text": text})
        assert page.status_code in (200, 400)
    assert fresh(row).status == "SUBMITTED"


def test_a_colleague_was_faster_and_what_was_written_is_kept(desk: Client) -> None:
    row = prepared()
    actions.reject(row, text="No.", by=factories.officer())
    page = words(desk.post(button(row, "approve"), {"text": "My long reasons."}))
    assert "Somebody was faster" in page and "My long reasons." in page


def test_a_stale_request_says_why_and_stops_at_the_press(desk: Client) -> None:
    row = prepared()
    factories.replace_owner(row.top_account)
    assert "does not fit the account any more" in words(desk.get(review(row)))
    page = words(desk.post(button(row, "approve"), {"text": "Fine."}))
    assert "has another owner by now" in page and "nothing was decided" in page
    assert fresh(row).status == "STOPPED"


def test_the_proof_is_handed_out_to_officers_as_a_download(desk: Client, private_files: Any) -> None:
    row = submitted()
    address = reverse("admin:ownership_ownerchange_proof", args=[row.pk])
    answer = desk.get(address)
    assert b"".join(answer).startswith(b"%PDF-")
    assert "attachment" in answer["Content-Disposition"] and "letter.pdf" in answer["Content-Disposition"]
    (private_files / row.proof).unlink()
    assert desk.get(address).status_code == 404


def test_a_press_without_a_form_and_a_form_without_a_press_change_nothing(desk: Client) -> None:
    row = submitted()
    assert desk.get(button(row, "approve"))["Location"] == review(row)
    assert desk.post(review(row)).status_code == 405
    assert fresh(row).status == "SUBMITTED"


def test_the_desks_lists_ask_as_often_with_many_rows(desk: Client) -> None:
    def more(rows: int) -> None:
        for number in range(rows):
            row = prepared() if number % 2 else submitted()
            if number % 2:
                due(actions.approve(row, text="Fine.", by=desk.officer))  # type: ignore[attr-defined]

    assert_constant_queries(desk, QUEUE, more, few=2, many=6)


def test_the_list_of_proposals_asks_as_often_with_many_rows(desk: Client) -> None:
    def more(rows: int) -> None:
        for _ in range(rows):
            accepted()

    assert_constant_queries(desk, reverse("admin:ownership_ownerproposal_changelist"), more, few=2, many=8)
