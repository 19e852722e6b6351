"""The desk of the trade applications: queue, review page, buttons, and what an approval opens."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import actions as accounts
from accounts.applications import conversation
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core.errors import DomainError, NotAllowed, Taken, WrongState
from ace_portal.core.events import history_of, journal_of
from ace_portal.core.models import Event, Message
from ace_portal.core.refs import ref
from tests import factories
from tests.desk.conftest import field_history, listed, words
from tests.exporters.authorization_samples import analyst
from tests.harness.world import signed_in
from tests.tradeparties import samples
from tests.tradeparties.samples import activity, desk_url
from tradeparties import application_actions as actions
from tradeparties.models import TradeApplication
from useraccess.models import Membership, Role
from useraccess.review.steps import ChecksFailed

__all__ = ["field_history"]
pytestmark = pytest.mark.django_db
QUEUE = "/admin/tradeparties/tradeapplication/"


def press(client: Client, application: TradeApplication, code: str, **answers: str) -> Any:
    answer = client.post(desk_url(application, code), answers, follow=True)
    application.refresh_from_db()
    return answer


def buttons(page: Any, application: TradeApplication) -> set[str]:
    addresses = rf'action="/admin/(?:tradeparties|queue)/(?:tradeparties\.)?tradeapplication/{application.pk}/(\w+)/"'
    return set(re.findall(addresses, page.content.decode()))


def counts() -> dict[str, int]:
    models = (TopAccount, SubAccount, User, Membership, Event, Message)
    return {model.__name__: model.objects.count() for model in models}


def test_the_queue_shows_open_work_and_finds_everything(desk: Client) -> None:
    samples.filled_in()
    first, second = samples.submitted(), samples.submitted()
    gone = actions.withdraw(samples.submitted())
    assert listed(desk.get(QUEUE)) == [first.reference, second.reference]
    shown = words(desk.get(QUEUE))
    assert str(first.activities.get()) in shown and "Received" in shown
    assert listed(desk.get(QUEUE, {"status": "WITHDRAWN"})) == [gone.reference]
    assert listed(desk.get(QUEUE, {"q": second.activities.get().identifier})) == [second.reference]
    assert listed(desk.get(QUEUE, {"q": gone.reference})) == [gone.reference]
    assert "3 trade applications" not in words(desk.get("/admin/")) and "2 trade applications" in words(
        desk.get("/admin/")
    )


def test_the_queue_takes_the_same_queries_for_many(desk: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(4):
        samples.submitted()
    with django_assert_max_num_queries(10):
        desk.get(QUEUE)


def test_the_review_page_tells_all_that_was_submitted(desk: Client) -> None:
    record = factories.ImporterRecordFactory.create()
    rows = activity(0) | activity(1, "IMPORTER", record.importer_number, record.company_name) | {"primary": "0"}
    application = samples.submitted(changed=rows)
    page = words(desk.get(desk_url(application)))
    for fact in (
        *("Old Wharf Brokers Inc.", "Corporation", "15-048-3782", "President", "03/21/1965", "03/21/1985"),
        *(application.applicant_email, application.owner_name, "primary account type (P)", "Baltimore"),
        *(record.importer_number, record.point_of_contact_email, "All checks pass", "No messages between"),
        "a top account for Old Wharf Brokers Inc. with a new ACE ID",
    ):
        assert fact in page, fact
    assert buttons(desk.get(desk_url(application)), application) == {"claim", "approve", "ask", "reject"}
    assert desk.post(desk_url(application)).status_code == 405
    rival = samples.submitted(changed={"activity-0-identifier": application.activities.all()[0].identifier})
    assert f"Application {rival.reference}" in words(desk.get(desk_url(application)))


def test_an_approval_opens_the_account_with_every_sub_account(desk: Client, olive: User) -> None:
    record = factories.ImporterRecordFactory.create()
    rows = activity(0, "BROKER", "O1W") | activity(1, "TRUCK_CARRIER", "OLDW", "Old Trucks")
    rows |= activity(2, "IMPORTER", record.importer_number, record.company_name) | {"primary": "0"}
    application = samples.submitted(changed=rows)
    page = words(press(desk, application, "approve"))
    account = application.top_account
    assert account is not None and f"Account opened: ACE ID {account.ace_id}" in page
    assert (application.status, application.decided_by) == ("APPROVED", olive)
    assert {(one.account_type, one.identifier, one.name) for one in account.sub_accounts.all()} == {
        ("BROKER", "O1W", "Old Wharf"),
        ("TRUCK_CARRIER", "OLDW", "Old Trucks"),
        ("IMPORTER", record.importer_number, record.company_name),
    }
    assert all(one.sub_account is not None for one in application.activities.all())
    record.refresh_from_db()
    assert record.sub_account is not None and record.sub_account.top_account == account
    owner = Membership.objects.get(top_account=account, role=Role.TRADE_ACCOUNT_OWNER).user
    assert (owner.email, str(owner.date_of_birth)) == (application.applicant_email, "1985-03-21")
    assert (account.company_name, account.duns, account.fiscal_year_end) == (
        *("Old Wharf Brokers Inc.", "15-048-3782"),
        "September 30",
    )
    sent = set(Message.objects.filter(to_address=owner.email).values_list("template", flat=True))
    assert {"accounts/account_id", "tradeparties/approved"} <= sent
    assert journal_of(account).filter(kind="accounts.sub_account_opened").count() == 3
    again = actions.approve(application, by=olive)
    assert (
        again.top_account_id == account.pk and TopAccount.objects.filter(company_name=account.company_name).count() == 1
    )


@pytest.mark.parametrize("what", ["email", "person", "code", "record"])
def test_what_was_taken_meanwhile_stops_the_approval_and_leaves_nothing(desk: Client, what: str) -> None:
    record = factories.ImporterRecordFactory.create()
    rows = activity(0) | activity(1, "IMPORTER", record.importer_number, record.company_name) | {"primary": "0"}
    application = samples.submitted(changed=rows)
    broker = application.activities.all()[0]
    born = {"first_name": application.owner_first_name, "last_name": application.owner_last_name}
    {
        "email": lambda: factories.person(email=application.applicant_email),
        "person": lambda: factories.person(**born, date_of_birth=application.owner_date_of_birth),
        "code": lambda: _open("BROKER", broker.identifier),
        "record": lambda: type(record).objects.filter(pk=record.pk).update(sub_account=_open("EXPORTER", "52-1234567")),
    }[what]()
    before = counts()
    page = words(press(desk, application, "approve"))
    assert "already" in page and "One check fails." in page
    assert application.status == "SUBMITTED" and counts() == before


def _open(kind: str, identifier: str) -> SubAccount:
    return accounts.open_sub_account(
        factories.account(), account_type=kind, identifier=identifier, name="Somebody", by=None
    )


def test_a_code_that_slips_past_the_check_meets_the_constraint(monkeypatch: pytest.MonkeyPatch) -> None:
    application, officer = samples.submitted(), factories.officer()
    _open("BROKER", application.activities.get().identifier)
    monkeypatch.setattr("tradeparties.checks.failures_now", lambda row: [])
    before = counts()
    with pytest.raises(Taken, match="already belongs to a portal account"):
        actions.approve(application, by=officer)
    assert counts() == before


def test_question_answer_rejection(desk: Client, olive: User) -> None:
    application = samples.submitted()
    assert "Question to the applicant is required" in words(press(desk, application, "ask"))
    assert "on its way" in words(press(desk, application, "ask", question="Which license?"))
    assert (application.status, application.claimed_by) == ("INFO_REQUESTED", olive)
    actions.answer(application, text="Number 12345.")
    assert "Number 12345." in words(desk.get(desk_url(application)))
    press(desk, application, "reject", reason="NOT_CONFIRMED", text="It is another company’s.")
    assert (application.status, application.reason) == ("REJECTED", "NOT_CONFIRMED")
    mail = Message.objects.get(about=ref(application), template="tradeparties/rejected")
    assert "It is another company’s." in mail.body and "could not be confirmed" in mail.body
    assert [turn.from_desk for turn in conversation(application)] == [True, False, True]
    with pytest.raises(WrongState, match="Nothing was changed"):
        actions.approve(application, by=factories.officer())


def test_a_claimed_application_is_left_to_its_officer(desk: Client) -> None:
    holder = factories.officer()
    application = actions.claim(samples.submitted(), by=holder)
    page = desk.get(desk_url(application))
    assert buttons(page, application) == set()
    answer = press(desk, application, "reject", reason="OTHER", text="My words are kept.")
    assert "My words are kept." in answer.content.decode() and application.status == "IN_REVIEW"
    for decide in (actions.approve, lambda row, by: actions.ask_for_information(row, question="?", by=by)):
        with pytest.raises(WrongState, match="has claimed"):
            decide(application, by=factories.officer())


def test_nobody_decides_on_an_application_of_their_own_address() -> None:
    """An application may be begun before its owner becomes an officer; importers' applications are no exception."""
    for application, address in (
        (samples.submitted(), "/admin/tradeparties/tradeapplication/{}/"),
        (factories.application_submitted(), "/admin/importers/importerapplication/{}/"),
    ):
        officer = factories.officer(email=application.applicant_email.upper())
        client = signed_in(officer)
        page = client.get(address.format(application.pk) + "change/")
        assert "Another officer has to decide on it." in words(page)
        assert "approve/" not in page.content.decode()
        claim = reverse("admin:desk_claim", args=[application._meta.label_lower, application.pk])
        for button in (claim, address.format(application.pk) + "approve/"):
            assert "is for your own e-mail address" in words(client.post(button, follow=True))
        with pytest.raises(NotAllowed, match="your own e-mail address"):
            actions.reject(application, reason="OTHER", text="…", by=officer)
        application.refresh_from_db()
        assert application.status == "SUBMITTED"


def test_only_officers_decide() -> None:
    application = samples.submitted()
    for by in (analyst(), factories.person()):
        for decide in (actions.claim, actions.release, actions.approve):
            with pytest.raises(NotAllowed, match="Only a CBP officer"):
                decide(application, by=by)
    assert history_of(application).count() == 2


def test_the_history_masks_an_ein_and_keeps_no_birth_dates(desk: Client, field_history: None) -> None:
    application = samples.submitted(changed=activity(0, "SERVICE_PROVIDER", "12-3456789"))
    page = words(desk.get(desk_url(application, "history")))
    assert "Being filled in" not in page and "03/21" not in page and "1985" not in page
    assert "12-3456789" not in page and "12-3456789" not in words(desk.get(QUEUE))
    assert "Service Provider **-****789" in words(desk.get(QUEUE))


def test_checks_failed_lists_every_sentence() -> None:
    application = samples.submitted()
    _open("BROKER", application.activities.get().identifier)
    factories.person(email=application.applicant_email)
    with pytest.raises(ChecksFailed) as caught:
        actions.approve(application, by=factories.officer())
    assert [failure.code for failure in caught.value.failures] == ["email_taken", "identifier_taken"]
    assert isinstance(caught.value, DomainError)
