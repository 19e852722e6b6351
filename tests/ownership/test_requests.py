"""The request for another owner, from the form to the decision and what it carries out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.events import journal_of
from ownership import actions
from ownership.models import OwnerChange
from tests import factories
from tests.harness.mail import Letter
from tests.ownership.samples import (
    CHANGE,
    PROXY,
    begun,
    code_of,
    colleague,
    company,
    due,
    executed,
    expired,
    fresh,
    given_up,
    happened,
    objected,
    proposed,
    rejected,
    role_of,
    stopped,
    submitted,
    told,
    typed,
    upheld,
    waiting,
)
from tests.useraccess.samples import draft
from useraccess.models import Role, UserDraft

pytestmark = pytest.mark.django_db
Mailbox = Callable[[str], list[Letter]]
Status = OwnerChange.Status


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def code_page(row: OwnerChange) -> str:
    return reverse("ownership:code", args=[row.status_token])


# The form and the code -----------------------------------------------------------------------------------------------
def test_the_code_goes_to_the_point_of_contact_with_everything_that_is_asked(mailbox: Mailbox) -> None:
    row = begun()
    letter = mailbox(row.record.point_of_contact_email)[-1]
    for shown in (row.requester_name, row.requester_email, row.successor_name, row.reason, "Trade Account User"):
        assert shown in letter.body
    assert row.record.importer_number not in letter.body
    assert row.status == Status.IDENTIFIED
    assert not journal_of(row.top_account).filter(kind__startswith="ownership.").exists()
    assert not any("Verification code" in one.subject for one in mailbox(row.requester_email))
    assert reverse("ownership:status", args=[row.status_token]) in mailbox(row.requester_email)[-1].body


def test_the_right_code_hands_the_request_in() -> None:
    row = submitted()
    assert row.status == Status.SUBMITTED
    assert told(row)[("change_submitted", row.requester_email)] == 1
    assert journal_of(row.top_account).filter(kind="ownership.change_submitted").count() == 1
    # The owner hears of it when CBP has approved it.
    assert not [to for _, to in told(row) if to == row.former_owner.email]


@pytest.mark.parametrize("wrong", ["", "12345", "abcdef", "123456", "１２３４５６"])
def test_a_wrong_code_is_refused_at_the_field_and_the_request_stays(wrong: str) -> None:
    row = begun()
    if wrong == code_of(row):
        wrong = "654321"
    page = row.typed_in.post(code_page(row), {"code": wrong})
    assert page.status_code == 200 and "id_code_error" in page.content.decode()
    assert fresh(row).status == Status.IDENTIFIED


def test_a_code_of_another_browser_is_refused() -> None:
    row = begun()
    page = Client().post(code_page(row), {"code": code_of(row)})
    assert "asked for from another browser" in page.content.decode()


def test_a_new_code_takes_the_place_of_the_old_one(later: Any) -> None:
    row = begun()
    old = code_of(row)
    again = reverse("ownership:new-code", args=[row.status_token])
    assert "short while ago" in row.typed_in.post(again, follow=True).content.decode()
    later(minutes=11)
    assert "has expired" in row.typed_in.post(code_page(row), {"code": old}).content.decode()
    assert "A new code is on its way" in row.typed_in.post(again, follow=True).content.decode()
    row.typed_in.post(code_page(row), {"code": code_of(row)})
    assert fresh(row).status == Status.SUBMITTED
    assert "No code is needed" in row.typed_in.post(again, follow=True).content.decode()


def test_the_same_form_sent_twice_is_one_request(private_files: Path) -> None:
    account, record = company()
    factories._forget_codes_sent_to(record.point_of_contact_email)
    client = Client()
    sent = [client.post(CHANGE, typed(record, key="same")) for _ in range(2)]
    assert sent[0]["Location"] == sent[1]["Location"]
    row = OwnerChange.objects.get()
    assert told(row)[("code", record.point_of_contact_email)] == 1
    assert len(files(private_files)) == 1
    assert row.top_account == account


def test_other_content_is_another_request_with_a_code_of_its_own() -> None:
    account = factories.importer_account()
    first, second = begun(account), begun(account)
    page = second.typed_in.post(code_page(second), {"code": code_of(first)})
    assert fresh(second).status == Status.IDENTIFIED and page.status_code == 200


def test_while_one_request_is_open_another_one_waits_outside() -> None:
    row = submitted()
    other = begun(row.top_account)
    page = other.typed_in.post(code_page(other), {"code": code_of(other)})
    assert "Another request to change the owner of this account is being decided" in page.content.decode()
    assert fresh(other).status == Status.IDENTIFIED
    actions.reject(row, text="No.", by=factories.officer())
    other.typed_in.post(code_page(other), {"code": code_of(other)})
    assert fresh(other).status == Status.SUBMITTED


@pytest.mark.parametrize("how", ["name", "number", "unlinked", "no contact"])
def test_what_leads_to_no_account_is_refused_in_one_sentence(how: str, private_files: Path) -> None:
    _, record = company()
    changes: dict[str, Any] = {}
    if how == "name":
        changes = {"company_name": "Another Company"}
    elif how == "number":
        changes = {"importer_number": "12-999999900"}
    elif how == "unlinked":
        type(record).objects.filter(pk=record.pk).update(sub_account=None)
    else:
        type(record).objects.filter(pk=record.pk).update(point_of_contact_email="")
    page = Client().post(CHANGE, typed(record, **changes)).content.decode()
    assert "No portal account with a point of contact goes with this company name and this number" in page
    assert "Choose the PDF file again" in page and "Rita Requester" in page
    assert not OwnerChange.objects.exists() and not files(private_files)


@pytest.mark.parametrize("change", [{"user_id": "x"}, {"first_name": "Other"}, {"last_name": "Other"}])
def test_a_user_of_the_account_is_named_exactly(change: dict[str, str]) -> None:
    account, record = company()
    user = colleague(account)
    page = Client().post(CHANGE, typed(record, user, **change)).content.decode()
    assert "No user of this account who can sign in has exactly these names and this user ID" in page
    factories.replace_owner(account, owner := colleague())
    for wrong in (colleague(), owner):
        assert "has exactly these names" in Client().post(CHANGE, typed(record, wrong)).content.decode()
    shouted = Client().post(CHANGE, typed(record, user, user_id=user.account_id.swapcase())).content.decode()
    assert "has exactly these names" in shouted
    assert not OwnerChange.objects.exists()


def test_a_new_person_must_be_new() -> None:
    account, record = company()
    page = Client().post(CHANGE, typed(record, email=factories.owner_of(account).email)).content.decode()
    assert "already belongs to a portal user" in page
    assert not OwnerChange.objects.exists()


def test_one_network_tries_twenty_times_an_hour() -> None:
    _, record = company()
    client = Client(REMOTE_ADDR="10.9.9.9")
    for _ in range(20):
        client.post(CHANGE, typed(record, company_name="No such name"))
    page = client.post(CHANGE, typed(record)).content.decode()
    assert "Too many requests were tried from your network" in page


def test_a_mailbox_that_was_sent_many_links_is_spared_and_the_request_goes_on() -> None:
    mailbox = "requester@trade.example"
    rows = [begun(requester_email=mailbox) for _ in range(6)]
    assert [told(row)[("change_begun", mailbox)] for row in rows] == [1] * 5 + [0]
    rows[-1].typed_in.post(code_page(rows[-1]), {"code": code_of(rows[-1])})
    assert fresh(rows[-1]).status == Status.SUBMITTED


def test_once_confirmed_no_code_is_sent_and_none_is_asked_for() -> None:
    row = submitted()
    with pytest.raises(WrongState, match="No code is needed"):
        actions.send_code(row, browser="any", ip="10.0.0.1")
    before = told(row)
    actions.confirm_code(row, typed="not it", browser="any")
    assert (fresh(row).status, told(row)) == (Status.SUBMITTED, before)


def test_where_the_record_names_no_contact_nobody_is_mailed_in_their_place() -> None:
    row = due(waiting())
    type(row.record).objects.filter(pk=row.record_id).update(point_of_contact_email="")
    assert actions.execute(row)
    assert fresh(row).status == Status.EXECUTED
    assert "change_executed_contact" not in {what for what, _ in told(row)}


def test_unconfirmed_for_thirty_days_it_is_closed_and_its_document_is_gone(private_files: Path) -> None:
    from tests.harness.tasks import Worker

    row = expired()
    Worker().run()
    assert row.status == Status.EXPIRED
    assert not files(private_files)
    page = Client().get(reverse("ownership:status", args=[row.status_token])).content.decode()
    assert "closed before it was confirmed" in page
    assert actions.expire_unconfirmed() == 0


def test_a_request_that_is_stale_when_the_code_comes_is_closed() -> None:
    row = begun()
    factories.replace_owner(row.top_account)
    page = row.typed_in.post(code_page(row), {"code": code_of(row)}, follow=True).content.decode()
    assert "has another owner by now" in page
    assert fresh(row).status == Status.EXPIRED


# The decision, the waiting period, the objection ---------------------------------------------------------------------
def test_an_approval_tells_requester_and_owner_and_starts_the_waiting_period(later: Any, mailbox: Mailbox) -> None:
    row = waiting()
    assert row.status == Status.WAITING
    assert (row.waiting_until - clock.now()).days == 3
    owner = mailbox(row.former_owner.email)[-1]
    assert reverse("ownership:objection", args=[row.pk]) in owner.body
    assert row.successor_name in owner.body and "May" not in owner.subject
    approved = mailbox(row.requester_email)[-1]
    assert f"names {row.successor_name} as its point of contact" in approved.body
    assert "Letter compared." not in approved.body + owner.body


def test_the_waiting_period_is_a_switch(settings: Any, later: Any) -> None:
    settings.OWNER_CHANGE_WAITING_DAYS = 10
    assert (waiting().waiting_until - clock.now()).days == 10


def test_nothing_happens_before_the_period_is_over_and_all_of_it_afterwards(later: Any) -> None:
    row = waiting()
    later(days=2, hours=23)
    assert actions.settle() == 0
    assert factories.owner_of(row.top_account) == row.former_owner
    later(hours=1)
    assert actions.settle() == 1
    assert actions.settle() == 0
    assert fresh(row).status == Status.EXECUTED


def test_a_new_person_is_created_invited_and_seated(mailbox: Mailbox) -> None:
    row = executed()
    new = factories.owner_of(row.top_account)
    assert (new, new.email, new.status) == (row.new_owner, row.new_email, User.Status.INVITED)
    assert (str(new), new.date_of_birth, new.phone) == (row.successor_name, row.new_date_of_birth, row.new_phone)
    assert role_of(row.former_owner, row.top_account) == Role.TRADE_ACCOUNT_USER
    subjects = [letter.subject for letter in mailbox(new.email)]
    assert "Your ACE Portal Account ID" in subjects
    for template, to in {
        "change_executed": row.requester_email,
        "change_executed_former": row.former_owner.email,
        "change_executed_new": new.email,
        "change_executed_contact": row.record.point_of_contact_email,
    }.items():
        assert told(row)[(template, to)] == 1
    assert happened(row)["change_executed"] == 1


def test_a_user_of_the_account_is_seated_and_the_owner_leaves() -> None:
    account = factories.importer_account()
    user = colleague(account, PROXY)
    former = factories.owner_of(account)
    epoch = former.session_epoch
    row = executed(account, user, becomes="NONE")
    assert factories.owner_of(account) == user == row.new_owner
    assert role_of(former, account) is None
    assert fresh(former).session_epoch > epoch


def test_proposals_and_drafts_of_the_former_owner_end() -> None:
    account = factories.importer_account()
    draft(account, factories.owner_of(account))
    proposal = proposed(account)
    executed(account)
    assert fresh(proposal).status == "STOPPED"
    assert not UserDraft.objects.exists()


def test_an_objection_puts_it_back_to_the_desk_and_the_time_does_not_matter_any_more(later: Any) -> None:
    row = objected()
    assert row.status == Status.OBJECTED
    assert told(row)[("change_objected", row.requester_email)] == 1
    assert told(row)[("objection_received", row.former_owner.email)] == 1
    actions.object_to(row, by=row.former_owner)
    assert happened(row)["change_objected"] == 1
    later(days=30)
    assert actions.settle() == 0
    assert factories.owner_of(row.top_account) == row.former_owner


def test_an_objection_counts_until_the_change_is_carried_out() -> None:
    row = due(waiting())
    actions.object_to(row, by=row.former_owner)
    assert not actions.execute(row)
    assert fresh(row).status == Status.OBJECTED


@pytest.mark.parametrize("who", ["proxy", "successor", "officer", "outsider"])
def test_nobody_but_the_owner_objects(who: str) -> None:
    account = factories.importer_account()
    successor = colleague(account)
    row = waiting(account, successor)
    by = {
        "proxy": factories.member(account, PROXY),
        "successor": successor,
        "officer": factories.officer(device=False),
        "outsider": factories.person(),
    }[who]
    with pytest.raises(NotAllowed):
        actions.object_to(row, by=by)


def test_upheld_it_is_carried_out_at_once() -> None:
    row = upheld()
    assert row.status == Status.EXECUTED
    assert factories.owner_of(row.top_account) == row.new_owner == fresh(row).new_owner
    assert told(row)[("change_executed_former", row.former_owner.email)] == 1


def test_given_up_after_the_objection_the_owner_stays_and_is_told() -> None:
    row = given_up()
    assert row.status == Status.REJECTED
    assert factories.owner_of(row.top_account) == row.former_owner
    assert told(row)[("change_rejected", row.requester_email)] == 1
    assert told(row)[("change_rejected_owner", row.former_owner.email)] == 1


def test_rejected_at_first_the_requester_reads_why_and_the_owner_nothing(mailbox: Mailbox) -> None:
    row = rejected()
    assert "The letter is not signed." in mailbox(row.requester_email)[-1].body
    assert not [to for _, to in told(row) if to == row.former_owner.email]


@pytest.mark.parametrize("who", ["owner", "outsider", "analyst"])
def test_nobody_but_an_officer_decides(who: str) -> None:
    from tests.exporters.authorization_samples import analyst

    row = submitted()
    by = {"owner": lambda: row.former_owner, "outsider": factories.person, "analyst": analyst}[who]()
    for decide in (actions.approve, actions.reject, actions.uphold):
        with pytest.raises(NotAllowed, match="Only a CBP officer"):
            decide(row, text="x", by=by)


def test_no_step_is_taken_out_of_turn() -> None:
    officer = factories.officer()
    for make, decisions in (
        (submitted, (actions.uphold,)),
        (waiting, (actions.approve, actions.reject, actions.uphold)),
        (objected, (actions.approve,)),
        (executed, (actions.approve, actions.reject, actions.uphold)),
        (rejected, (actions.approve, actions.reject, actions.uphold)),
        (stopped, (actions.approve, actions.reject, actions.uphold)),
    ):
        row = make()
        before = row.status
        for decide in decisions:
            with pytest.raises(WrongState, match=f"request {row.reference} is now"):
                decide(row, text="x", by=officer)
        if make is not waiting:
            with pytest.raises(WrongState) if make is not objected else pytest.raises(NotAllowed):
                actions.object_to(row, by=row.former_owner if make is not objected else officer)
        assert fresh(row).status == before


@pytest.mark.parametrize("who", ["requester_email", "new_email"])
def test_nobody_decides_on_a_request_of_their_own_address(who: str) -> None:
    change = submitted()
    officer = factories.officer(device=False, email=getattr(change, who).upper())
    for decide in (actions.approve, actions.reject, actions.uphold):
        with pytest.raises(NotAllowed, match="of your own e-mail address"):
            decide(change, text="…", by=officer)
    assert fresh(change).status == "SUBMITTED"
