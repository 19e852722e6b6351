"""Exporters at the same moment: one effect, one event, one mail, whoever was faster."""

import json
import subprocess
import sys
from datetime import date

import pytest
from django.db import connection, transaction

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core.models import Event, Message
from exporters import actions
from exporters.actions import application as processing
from exporters.forms import AddressesForm, CompanyForm, ContactsForm
from exporters.models import EinDispute, ExporterApplication, ExporterDraft
from exporters.tasks import process_waiting
from exporters.views.sub_account import facts
from tests import factories
from tests.exporters import makers
from tests.harness.tasks import ROOT, Workers, environment, until
from tests.harness.threads import together
from useraccess.models import Membership, Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]


def outcomes() -> list[tuple[str, str]]:
    return sorted((row.status, row.reason) for row in ExporterApplication.objects.all())


def mails() -> list[str]:
    return sorted(Message.objects.values_list("template", flat=True))


def nothing_was_opened() -> bool:
    return not (TopAccount.objects.exists() or SubAccount.objects.exists() or User.objects.exists())


def one_account_was_opened() -> bool:
    """One account with all that belongs to it, and nothing left over from a second one."""
    counts = (TopAccount, SubAccount, User, Membership)
    return [kind.objects.count() for kind in counts] == [1, 1, 1, 1]


def test_two_workers_one_account() -> None:
    row = makers.submitted()
    done = together(*[lambda: actions.process(row.pk)] * 4)
    assert sorted(done) == [False, False, False, True], done
    assert outcomes() == [("ACCEPTED", "")]
    assert one_account_was_opened()
    assert mails() == ["accounts/account_id"]
    assert Event.objects.filter(kind="exporters.accepted").count() == 1


def test_two_sweeps_one_account_each() -> None:
    for _ in range(4):
        makers.submitted()
    assert sum(together(actions.process_waiting, actions.process_waiting)) == 4
    assert outcomes() == [("ACCEPTED", "")] * 4
    assert TopAccount.objects.count() == 4 and mails() == ["accounts/account_id"] * 4


@pytest.mark.parametrize(
    ("same", "reason"),
    [
        ({"ein": "98-7654321"}, "EIN_USED"),
        ({"owner_last_name": "Kettle", "owner_date_of_birth": date(1985, 3, 21)}, "PERSON_KNOWN"),
        ({"applicant_email": "toni@kettle.example"}, "EMAIL_USED"),
    ],
    ids=["EIN", "name and date of birth", "e-mail"],
)
def test_two_applications_with_the_same_thing(same: dict[str, object], reason: str) -> None:
    rows = [makers.submitted(**same) for _ in range(2)]
    assert together(*[lambda pk=row.pk: actions.process(pk) for row in rows]) == [True, True]  # type: ignore[misc]
    assert outcomes() == [("ACCEPTED", ""), ("REJECTED", reason)]
    assert one_account_was_opened()
    assert mails() == ["accounts/account_id", f"exporters/rejected_{reason.lower()}"]


def test_an_application_and_an_owner_who_adds_the_ein() -> None:
    account = factories.account()
    row = makers.submitted(ein="98-7654321")
    results = together(lambda: actions.process(row.pk), lambda: makers.exporter(account, "98-7654321"))
    assert SubAccount.objects.filter(identifier="98-7654321").count() == 1
    row.refresh_from_db()
    assert row.status == ("REJECTED" if isinstance(results[1], SubAccount) else "ACCEPTED")


def test_a_double_click_on_submit() -> None:
    def click() -> int:
        answers = {**START, "applicant_email": "toni@kettle.example"}
        return actions.submit(answers=answers, key="a key", browser="a browser", ip="10.0.0.1").pk

    first, second, third = together(click, click, click)
    assert first == second == third
    assert ExporterApplication.objects.count() == 1
    assert Event.objects.filter(kind="exporters.submitted").count() == 1


START = {
    "ein": "98-7654321",
    "company_name": "Copper Kettle Exports LLC",
    "country": "US",
    "street_address": "100 Main Street",
    "city": "Baltimore",
    "state": "MD",
    "postal_code": "21201",
    "fiscal_year_end_month": 9,
    "fiscal_year_end_day": 30,
    "duns": "",
    "owner_first_name": "Toni",
    "owner_last_name": "Kettle",
    "owner_date_of_birth": date(1985, 3, 21),
    "owner_phone": "+14105550123",
}


def test_process_again_pressed_twice() -> None:
    row, officers = makers.failed(), [factories.officer(), factories.officer()]
    results = together(*[lambda by=by: actions.process_again(row, by=by) for by in officers])  # type: ignore[misc]
    assert sum(isinstance(result, Exception) for result in results) == 1
    assert Event.objects.filter(kind="exporters.queued_again").count() == 1


def test_a_worker_that_fails_while_another_gets_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that failed has undone its work, another one decides, then the first wants to remember its failure."""
    row = makers.submitted()
    give_up = processing._give_up

    def late(pk: int, error: Exception) -> bool:
        monkeypatch.undo()
        assert actions.process(pk)
        return give_up(pk, error)

    makers.break_processing(monkeypatch)
    monkeypatch.setattr(processing, "_give_up", late)
    assert actions.process(row.pk) is False
    assert outcomes() == [("ACCEPTED", "")]
    assert mails() == ["accounts/account_id"]


def finished(draft: ExporterDraft) -> actions.ExporterFacts:
    forms = (
        CompanyForm(draft.typed("company")),
        AddressesForm(draft.typed("addresses")),
        ContactsForm(draft.typed("contacts")),
    )
    assert all(form.is_valid() for form in forms)
    return facts(*forms)


def test_a_double_click_on_create_exporter() -> None:
    account = factories.account()
    owner = factories.owner_of(account)
    draft = makers.draft(account, owner)
    answers = finished(draft)
    results = together(*[lambda: actions.create_exporter(draft, answers, by=owner).pk] * 3)
    assert len(set(results)) == 1, results
    assert Event.objects.filter(kind="accounts.sub_account_opened").count() == 1


def test_owner_and_proxy_add_the_same_ein() -> None:
    account = factories.account()
    owner, proxy = factories.owner_of(account), factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    drafts = [makers.draft(account, by, ein="98-7654321") for by in (owner, proxy)]
    answers = finished(drafts[0])
    results = together(
        lambda: actions.create_exporter(drafts[0], answers, by=owner),
        lambda: actions.create_exporter(drafts[1], answers, by=proxy),
    )
    assert sorted(type(result).__name__ for result in results) == ["EinIsHere", "SubAccount"], results


def test_two_accounts_add_the_same_ein() -> None:
    accounts = [factories.account(), factories.account()]
    owners = [factories.owner_of(account) for account in accounts]
    drafts = [makers.draft(account, by, ein="98-7654321") for account, by in zip(accounts, owners, strict=True)]
    answers = finished(drafts[0])
    results = together(
        lambda: actions.create_exporter(drafts[0], answers, by=owners[0]),
        lambda: actions.create_exporter(drafts[1], answers, by=owners[1]),
    )
    assert sorted(type(result).__name__ for result in results) == ["EinIsElsewhere", "SubAccount"], results


def test_continue_pressed_twice_begins_one_draft() -> None:
    account = factories.account()
    owner = factories.owner_of(account)
    results = together(*[lambda: actions.start_draft(account, by=owner).pk] * 3)
    assert len(set(results)) == 1, results


def test_two_people_dispute_the_same_ein() -> None:
    taken = makers.exporter().identifier
    account = factories.account()
    people = [factories.owner_of(account), factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)]
    results = together(*[lambda by=by: actions.dispute_ein(taken, account, text="Ours.", by=by).pk for by in people])  # type: ignore[misc]
    assert results[0] == results[1]
    assert EinDispute.objects.count() == 1 and mails().count("exporters/dispute_received") == 1


def test_two_officers_resolve_a_dispute() -> None:
    account = factories.account()
    dispute = actions.dispute_ein(makers.exporter().identifier, account, text="Ours.", by=factories.owner_of(account))
    officers = [factories.officer(), factories.officer()]
    results = together(*[lambda by=by: actions.resolve_dispute(dispute, note="Free now.", by=by) for by in officers])  # type: ignore[misc]
    assert sum(isinstance(result, Exception) for result in results) == 1
    assert mails().count("exporters/dispute_resolved") == 1


@pytest.mark.concurrency
def test_a_worker_killed_while_it_works_leaves_nothing_and_another_finishes(workers: Workers) -> None:
    """The worker is held up inside its transaction by somebody who has not committed yet, and killed there."""
    with transaction.atomic():
        # The same e-mail address, not committed: the worker has to wait at its INSERT.
        factories.person(active=False, email="toni@kettle.example")
        first = workers.start()
        log = workers.folder / "worker0.log"
        pk = submit_elsewhere("toni@kettle.example")
        until(lambda: b"exporters.process_application" in log.read_bytes() and is_held_up(), "the worker is held up")
        workers.kill(first)
        transaction.set_rollback(True)
    assert outcomes() == [("SUBMITTED", "")]
    assert nothing_was_opened()
    workers.start()
    process_waiting.delay()
    until(lambda: outcomes() == [("ACCEPTED", "")], "the application is finished")
    assert ExporterApplication.objects.get().pk == pk
    assert one_account_was_opened()
    assert mails() == ["accounts/account_id"]


def submit_elsewhere(email: str) -> int:
    """Hand in an application on another connection, which wakes the worker."""
    (row,) = together(lambda: makers.submitted(applicant_email=email))
    assert isinstance(row, ExporterApplication), row
    return row.pk


def is_held_up() -> bool:
    """Whether some connection of this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def test_a_worker_killed_at_any_statement_leaves_all_or_nothing() -> None:
    """A process of its own dies before its first statement, its second, … and before its commit."""
    row = makers.submitted()
    connection.close()
    answer = subprocess.run(
        [sys.executable, "-m", "tests.exporters.dying", str(row.pk)],
        cwd=ROOT,
        env=environment(CELERY_BROKER_URL="memory://"),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    deaths = [json.loads(line) for line in answer.stdout.splitlines()]
    assert len(deaths) > 15, "an acceptance takes more statements than that"
    for number, death in enumerate(deaths[:-1], start=1):
        assert death == {"killed": True, "status": "SUBMITTED", "rows": [0, 0, 0, 0, 0]}, (number, death)
    assert deaths[-1] == {"killed": False, "status": "ACCEPTED", "rows": [1, 1, 1, 1, 1]}
    assert one_account_was_opened()
    assert mails() == ["accounts/account_id"]
