"""What becomes of an exporter application: each outcome, its mail, its status page, and the memory of it."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed, Taken, TooMany, WrongState
from ace_portal.core.events import history_of, journal_of
from ace_portal.core.models import Event, Message
from ace_portal.core.refs import ref
from exporters import actions
from exporters.actions import application as processing
from exporters.models import ExporterApplication, ExporterSubAccount
from exporters.tasks import process_application, process_waiting
from tests import factories
from tests.exporters import makers
from tests.exporters.makers import text_of
from tests.harness.mail import Letter
from tests.harness.tasks import Worker
from useraccess import policy
from useraccess.models import Role

pytestmark = pytest.mark.django_db
Mailbox = Callable[[str], list[Letter]]
REJECTED = "ACE Exporter Account application rejected (EIN: **-****{})"


def status_page(row: ExporterApplication) -> str:
    answer = Client().get(f"/status/exporter/{row.status_token}/")
    assert answer.status_code == 200
    return text_of(answer)


def accounts_opened() -> tuple[int, int, int]:
    return TopAccount.objects.count(), SubAccount.objects.count(), User.objects.count()


def test_a_good_application_opens_the_whole_account(mailbox: Mailbox) -> None:
    row = makers.submitted(owner_fax="+14105550124", owner_middle_name="Jo")
    assert "waits to be processed" in status_page(row)
    letters = mailbox(row.applicant_email)
    row.refresh_from_db()
    assert row.status == "ACCEPTED" and row.sub_account
    account, owner = row.sub_account.top_account, factories.owner_of(row.sub_account.top_account)
    assert (account.company_name, account.fiscal_year_end, account.duns) == (row.company_name, "September 30", row.duns)
    assert (row.sub_account.account_type, row.sub_account.identifier) == ("EXPORTER", row.ein)
    assert (owner.email, owner.status) == (row.applicant_email, User.Status.INVITED)
    assert (owner.first_name, owner.middle_name, owner.date_of_birth) == ("Toni", "Jo", date(1985, 3, 21))
    assert (owner.phone, owner.city, owner.state) == ("+14105550123", "Baltimore", "MD")
    assert policy.role_in(owner, account) == Role.TRADE_ACCOUNT_OWNER
    exporter = ExporterSubAccount.objects.get(sub_account=row.sub_account)
    assert (
        exporter.mailing_address
        == exporter.physical_address
        == "100 Main Street\nBaltimore, MD 21201\nUnited States of America"
    )
    assert [(contact.email, contact.fax) for contact in exporter.contacts.all()] == [
        (row.applicant_email, "+14105550124")
    ]
    assert len(letters) == 1, "the confirmation with the account ID is the only mail"
    assert owner.account_id in letters[0].body
    assert any(link.endswith("/sign-in/retrieve-password/") for link in letters[0].links)
    shown = status_page(row)
    assert "The account is open" in shown and "Retrieve Password" in shown
    assert owner.account_id not in shown


@pytest.mark.parametrize("kind", ["exporter", "importer"])
def test_an_ein_that_is_used_is_rejected(mailbox: Mailbox, kind: str) -> None:
    holder = makers.exporter() if kind == "exporter" else makers.importer()
    number = holder.identifier[:10]
    before = accounts_opened()
    row = makers.submitted(ein=number)
    (letter,) = mailbox(row.applicant_email)
    assert letter.subject == REJECTED.format(number[-3:])
    assert "Account Owner" in letter.body and "service desk" in letter.body
    assert number not in letter.body, "the number is masked"
    assert str(holder.top_account) not in letter.body and holder.name not in letter.body
    assert letter.links[0].endswith(f"/status/exporter/{row.status_token}/")
    row.refresh_from_db()
    assert (row.status, row.reason) == ("REJECTED", "EIN_USED")
    assert accounts_opened() == before
    assert "account owner is" in status_page(row)


@pytest.mark.parametrize(
    "number", ["12-3456780", "98-7654321"], ids=["begins otherwise", "ends like an importer number's middle"]
)
def test_other_numbers_do_not_stand_in_the_way(number: str) -> None:
    makers.importer(number="12-345678900")
    makers.exporter(number="12-3456788")
    assert makers.processed(ein=number).status == "ACCEPTED"


def test_a_closed_sub_account_frees_its_ein() -> None:
    holder = makers.exporter()
    SubAccount.objects.filter(pk=holder.pk).update(closed_at=clock.now())
    assert makers.processed(ein=holder.identifier).status == "ACCEPTED"


@pytest.mark.parametrize(
    ("first", "last"), [("Toni", "Kettle"), ("TONI", "kettle")], ids=["same letters", "other capitals"]
)
def test_a_name_and_date_of_birth_that_are_known_are_rejected(mailbox: Mailbox, first: str, last: str) -> None:
    factories.person(first_name="Toni", last_name="Kettle", date_of_birth=date(1985, 3, 21))
    before = accounts_opened()
    row = makers.submitted(owner_first_name=first, owner_last_name=last)
    (letter,) = mailbox(row.applicant_email)
    assert letter.subject == REJECTED.format(row.ein[-3:])
    assert "must be unique" in letter.body and "service desk" in letter.body
    row.refresh_from_db()
    assert (row.status, row.reason) == ("REJECTED", "PERSON_KNOWN")
    assert accounts_opened() == before
    assert "name and date of birth" in status_page(row)


def test_a_namesake_born_on_another_day_is_welcome() -> None:
    factories.person(first_name="Toni", last_name="Kettle", date_of_birth=date(1985, 3, 22))
    factories.person(first_name="Toni", last_name="Kettle")
    assert makers.processed(owner_last_name="Kettle").status == "ACCEPTED"


def test_an_address_that_is_a_login_is_rejected(mailbox: Mailbox) -> None:
    known = factories.person(email="toni@kettle.example")
    row = makers.submitted(applicant_email="Toni@Kettle.example")
    (letter,) = mailbox(known.email)
    assert letter.subject == REJECTED.format(row.ein[-3:])
    assert "login of a portal user" in letter.body
    row.refresh_from_db()
    assert (row.status, row.reason) == ("REJECTED", "EMAIL_USED")
    assert "login of a portal user" in status_page(row)


def test_the_rules_are_asked_in_the_order_of_the_list() -> None:
    holder = makers.processed()
    same = {
        "owner_first_name": holder.owner_first_name,
        "owner_last_name": holder.owner_last_name,
        "applicant_email": holder.applicant_email,
    }
    assert makers.processed(ein=holder.ein, **same).reason == "EIN_USED"
    assert makers.processed(**same).reason == "PERSON_KNOWN"
    assert makers.processed(applicant_email=holder.applicant_email).reason == "EMAIL_USED"


def test_an_error_nobody_thought_of_undoes_everything_and_is_told(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = accounts_opened()
    row = makers.submitted(ein="98-7654321")
    makers.break_processing(monkeypatch)
    (letter,) = mailbox(row.applicant_email)
    assert letter.subject == "ACE Exporter Account application could not be completed"
    for part in ("Account ID", "send the application again", "service desk"):
        assert part in letter.body
    row.refresh_from_db()
    assert (row.status, row.error) == ("FAILED", "Breakdown")
    assert accounts_opened() == before
    assert Message.objects.count() == 1, "the account ID of the undone account was not mailed"
    assert "problem is on our side" in status_page(row)
    noted = str([event.after for event in Event.objects.all()]) + caplog.text
    assert "Breakdown" in noted and "98-7654321" not in noted, "an error's words may quote what was typed"


def test_an_application_that_stopped_can_be_processed_again(mailbox: Mailbox) -> None:
    row = makers.failed()
    officer = factories.officer()
    actions.process_again(row, by=officer)
    row.refresh_from_db()
    assert (row.status, row.error, row.processed_at) == ("SUBMITTED", "", None)
    subjects = [letter.subject for letter in mailbox(row.applicant_email)]
    assert len(subjects) == 2 and "could not be completed" in subjects[0] and "Account ID" in subjects[1]
    row.refresh_from_db()
    assert row.status == "ACCEPTED"
    kinds = [event.kind for event in reversed(history_of(row))]
    assert kinds == [f"exporters.{kind}" for kind in ("submitted", "failed", "queued_again", "accepted")]
    shown = status_page(row)
    assert "Being processed once more" in shown


def test_a_second_stop_is_mailed_no_second_time(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    row = makers.failed()
    makers.break_processing(monkeypatch)
    actions.process_again(row, by=factories.officer())
    assert len(mailbox(row.applicant_email)) == 1
    row.refresh_from_db()
    assert row.status == "FAILED"
    assert history_of(row).filter(kind="exporters.failed").count() == 2


def test_only_an_officer_has_it_processed_again_and_only_what_stopped() -> None:
    row, officer = makers.failed(), factories.officer()
    for nobody in (factories.person(), factories.owner_of(factories.account())):
        with pytest.raises(NotAllowed):
            actions.process_again(row, by=nobody)
    actions.process_again(row, by=officer)
    for done in (row, makers.processed(), makers.rejected()):
        with pytest.raises(WrongState, match="needs no other processing"):
            actions.process_again(done, by=officer)


@pytest.mark.parametrize("reason", ["EIN_USED", "PERSON_KNOWN", "EMAIL_USED"])
def test_somebody_was_faster_after_the_rules_were_asked(monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    """What two workers on PostgreSQL do to each other, one step after the other."""
    row = makers.submitted()
    ask = processing._objection

    def ask_then_be_overtaken(asked: ExporterApplication) -> Any:
        answer = ask(asked)
        monkeypatch.undo()
        if reason == "EIN_USED":
            makers.exporter(number=row.ein)
        elif reason == "PERSON_KNOWN":
            factories.person(last_name=row.owner_last_name, first_name="Toni", date_of_birth=row.owner_date_of_birth)
        else:
            factories.person(email=row.applicant_email)
        return answer

    monkeypatch.setattr(processing, "_objection", ask_then_be_overtaken)
    assert actions.process(row.pk)
    row.refresh_from_db()
    assert (row.status, row.reason) == ("REJECTED", reason)
    assert not TopAccount.objects.filter(company_name=row.company_name).exists()


def test_a_refusal_that_no_rule_explains_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    row = makers.submitted()
    makers.break_processing(monkeypatch, Taken("taken by nobody"))
    assert actions.process(row.pk)
    row.refresh_from_db()
    assert (row.status, row.error) == ("FAILED", "Taken")


def test_a_database_that_is_away_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    row = makers.submitted()
    with pytest.MonkeyPatch.context() as patch:
        makers.break_processing(patch, OperationalError("gone"))
        assert actions.process(row.pk) is False
    row.refresh_from_db()
    assert row.status == "SUBMITTED"
    assert actions.process_waiting() == 1


def test_doing_it_twice_is_doing_it_once(worker: Worker) -> None:
    for row in (makers.processed(), makers.rejected(), makers.failed()):
        before = accounts_opened(), Message.objects.count(), Event.objects.count()
        assert actions.process(row.pk) is False
        assert process_application(row.pk) is False
        assert (accounts_opened(), Message.objects.count(), Event.objects.count()) == before
    assert actions.process(0) is False


def test_the_sweep_finishes_what_no_nudge_reached(worker: Worker) -> None:
    rows = [makers.submitted() for _ in range(3)]
    worker.purge()
    assert process_waiting() == 3
    assert process_waiting() == 0
    assert {row.status for row in ExporterApplication.objects.all()} == {"ACCEPTED"}
    assert len(rows) == 3


def test_one_that_always_stops_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = makers.submitted(), makers.submitted()
    real = processing.open_exporter

    def sometimes(account: TopAccount, facts: Any, *, by: User | None) -> SubAccount:
        if facts.ein == bad.ein:
            raise makers.Breakdown
        return real(account, facts, by=by)

    monkeypatch.setattr(processing, "open_exporter", sometimes)
    assert actions.process_waiting() == 2
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.status, good.status) == ("FAILED", "ACCEPTED")


def test_a_broker_that_is_down_costs_the_applicant_nothing(monkeypatch: pytest.MonkeyPatch, worker: Worker) -> None:
    def refuse(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("exporters.tasks.process_application.delay", refuse)
    row = makers.submitted()
    worker.run()
    row.refresh_from_db()
    assert row.status == "SUBMITTED"
    assert process_waiting() == 1


def test_the_memory_of_it_carries_no_number_and_shows_in_the_accounts_journal() -> None:
    row = makers.processed()
    assert row.sub_account
    kinds = {event.kind for event in journal_of(row.sub_account.top_account)}
    assert "exporters.accepted" in kinds
    for event in Event.objects.all():
        assert row.ein not in f"{event.summary} {event.before} {event.after}"


def test_mails_with_the_status_link_are_erased_once_sent(mailbox: Mailbox) -> None:
    for row in (makers.rejected(), makers.failed()):
        mailbox(row.applicant_email)
        assert [(mail.status, mail.body) for mail in Message.objects.filter(about=ref(row))] == [("SENT", "")]


def test_the_status_page_hides_what_the_link_does_not_entitle_to() -> None:
    shown = status_page(makers.submitted(ein="98-7654321"))
    assert "**-****321" in shown and "98-7654321" not in shown
    assert "1985" not in shown


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "ACCEPTED"},
        {"status": "REJECTED", "processed_at": "now"},
        {"status": "FAILED", "processed_at": "now"},
        {"processed_at": "now"},
        {"reason": "EIN_USED"},
        {"error": "Breakdown"},
        {"submitted_at": None},
    ],
)
def test_the_database_refuses_what_cannot_be(fields: dict[str, Any]) -> None:
    row = makers.submitted()
    values = [clock.now() if value == "now" else value for value in fields.values()]
    names = ", ".join(f"{name} = %s" for name in fields)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE exporters_exporterapplication SET {names} WHERE id = {row.pk}", values)  # noqa: S608


def test_an_application_cannot_be_stored_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    row = makers.submitted()
    other = makers.submitted()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE exporters_exporterapplication SET form_key = '{row.form_key}' WHERE id = {other.pk}")  # noqa: S608


def test_a_limit_is_told_with_the_time_to_wait() -> None:
    for _ in range(5):
        makers.submitted(applicant_email="toni@kettle.example")
    with pytest.raises(TooMany, match=re.compile("try again in 60 minutes")):
        makers.submitted(applicant_email="Toni+more@kettle.example")
