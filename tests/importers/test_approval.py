"""Submitting and approving: what is opened, and that nothing half-made remains when it cannot be."""

from typing import Any

import pytest

from accounts import actions as accounts
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core.errors import Taken
from ace_portal.core.events import journal_of
from ace_portal.core.models import Event, Message
from ace_portal.core.numbers import is_valid_ace_id
from importers import actions
from importers.actions import ChecksFailed
from importers.models import ImporterApplication, ImporterRecord
from tests import factories
from tests.importers.screens import Applicant, text_of, url
from useraccess.models import Membership, Role

pytestmark = pytest.mark.django_db


def link(record: ImporterRecord) -> None:
    """Somebody else's account gets the record."""
    record.sub_account = accounts.open_sub_account(
        factories.account(),
        account_type="IMPORTER",
        identifier=record.importer_number,
        name=record.company_name,
        by=None,
    )
    record.save()


def counts() -> dict[str, int]:
    models = (TopAccount, SubAccount, User, Membership, Event, Message)
    return {model.__name__: model.objects.count() for model in models}


def test_an_approval_opens_the_whole_account(mailbox: Any) -> None:
    officer = factories.officer(device=False)
    application = factories.application_in_review(by=officer, details={"owner_middle_name": "Ann"})
    record = application.record
    before = counts()
    approved = actions.approve(application, by=officer)
    added = {name: number - before[name] for name, number in counts().items()}
    assert added == {"TopAccount": 1, "SubAccount": 1, "User": 1, "Membership": 1, "Message": 2, "Event": 6}

    account = factories.account_of(approved)
    assert is_valid_ace_id(account.ace_id)
    assert (account.company_name, account.organizational_structure) == (record.company_name, "CORPORATION")
    assert (account.fiscal_year_end, account.duns) == ("September 30", "15-048-3782")
    record.refresh_from_db()
    assert record.sub_account.identifier == record.importer_number and record.sub_account.account_type == "IMPORTER"

    owner = User.objects.get(email=approved.applicant_email)
    assert (owner.get_full_name(), owner.phone, owner.city) == ("Toni Ann Owner", "+14105550123", "Baltimore")
    assert owner.status == User.Status.INVITED and not owner.has_usable_password() and not owner.is_staff
    membership = Membership.objects.get(user=owner)
    assert (membership.top_account, membership.role) == (account, Role.TRADE_ACCOUNT_OWNER)
    assert (approved.decided_by, approved.decided_at is not None) == (officer, True)

    kinds = {event.kind for event in journal_of(account)}
    assert kinds == {"accounts.top_account_opened", "accounts.sub_account_opened", "useraccess.member_added"}
    letters = mailbox(approved.applicant_email)
    welcome = next(letter for letter in letters if letter.subject.startswith("Welcome"))
    invitation = next(letter for letter in letters if letter.subject == "Your ACE Portal Account ID")
    assert account.ace_id in welcome.body and "electronic refunds" in welcome.body and "Add the people" in welcome.body
    assert owner.account_id in invitation.body and "http://testserver/sign-in/retrieve-password/" in invitation.links
    assert owner.account_id not in welcome.body
    assert Message.objects.get(template="accounts/account_id").body == "", "a shared secret is erased once sent"


@pytest.mark.parametrize(
    "meanwhile", ["record linked", "e-mail taken", "e-mail taken in capitals", "record voided", "number taken"]
)
def test_an_approval_that_cannot_be_leaves_nothing_behind(meanwhile: str) -> None:
    officer = factories.officer(device=False)
    application = factories.application_in_review(by=officer)
    record, email = application.record, application.applicant_email
    if meanwhile == "record linked":
        link(record)
    elif meanwhile.startswith("e-mail"):
        factories.person(email=email.upper() if "capitals" in meanwhile else email)
    elif meanwhile == "record voided":
        ImporterRecord.objects.update(status="VOIDED")
    else:
        accounts.open_sub_account(
            factories.account(), account_type="IMPORTER", identifier=record.importer_number, name="Other", by=None
        )
    before = counts()
    with pytest.raises((ChecksFailed, Taken)) as caught:
        actions.approve(application, by=officer)
    said = {"record linked": "already belongs", "record voided": "voided", "number taken": "already belongs"}
    assert said.get(meanwhile, "already belongs to a portal") in caught.value.message
    assert counts() == before
    application.refresh_from_db()
    assert application.status == "IN_REVIEW" and application.decided_by is None


def test_an_approval_survives_what_does_not_matter_any_more() -> None:
    """The code was accepted and the name matched: a later change of contact or name is for the officer to judge."""
    officer = factories.officer(device=False)
    application = factories.application_in_review(by=officer)
    ImporterRecord.objects.update(point_of_contact_email="", company_name="Renamed Inc.")
    assert actions.approve(application, by=officer).status == "APPROVED"
    assert factories.account_of(application).company_name == "Renamed Inc."


def test_a_submission_is_checked_again() -> None:
    applicant = Applicant()
    applicant.fill_in()
    link(applicant.record)
    factories.person(email=applicant.application.applicant_email)
    shown = text_of(applicant.post("answers"))
    assert "The application was not submitted" in shown
    assert "This importer record already belongs to a portal account" in shown and "portal owner or user" in shown
    assert applicant.status() == "VERIFIED"
    assert not Message.objects.filter(template="importers/submitted").exists()


def test_the_second_to_submit_for_a_record_is_told(later: Any) -> None:
    first = Applicant()
    later(seconds=61)
    second = Applicant(record=first.record)
    first.fill_in()
    second.fill_in()
    assert first.post("answers").status_code == 302
    shown = text_of(second.post("answers"))
    assert "Another application for this importer record was submitted first" in shown
    assert "What you typed is kept" in shown
    assert second.status() == "VERIFIED"
    actions.withdraw(ImporterApplication.objects.get(pk=first.application.pk))
    assert second.post("answers").status_code == 302
    assert second.status() == "SUBMITTED"


def test_a_submission_has_a_reference_a_mail_and_a_status_page(mailbox: Any) -> None:
    applicant = Applicant()
    applicant.fill_in()
    answer = applicant.post("answers")
    application = ImporterApplication.objects.get(pk=applicant.application.pk)
    assert answer["Location"] == url(application, "status")
    assert len(application.reference) == 9 and application.reference[4] == "-"
    letter = mailbox(application.applicant_email)[-1]
    assert letter.subject == f"Application {application.reference} received"
    assert "1 to 3 business days" in letter.body and application.masked_number in letter.body
    assert application.record.importer_number not in letter.body
    assert f"http://testserver{url(application, 'status')}" in letter.links


def test_a_second_submit_lands_on_the_status_page_and_sends_nothing() -> None:
    applicant = Applicant()
    applicant.fill_in()
    first, second = applicant.post("answers"), applicant.post("answers")
    assert first["Location"] == second["Location"] == url(applicant.application, "status")
    assert Message.objects.filter(template="importers/submitted").count() == 1
    assert Event.objects.filter(kind="importers.submitted").count() == 1


def test_links_and_references_cannot_be_guessed() -> None:
    rows = [factories.application_started() for _ in range(20)]
    for field in ("reference", "draft_token", "status_token"):
        assert len({getattr(row, field) for row in rows}) == 20
    assert all(len(row.status_token) == len(row.draft_token) == 22 for row in rows)
    assert not set("".join(row.reference for row in rows)) & set("01IO")
