"""The queue: open work first, oldest first; found by reference, company, number and e-mail."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from ace_portal.core import clock
from desk.targets import in_words
from importers import actions
from importers.models import ImporterApplication
from tests import factories
from tests.desk.conftest import QUEUE, button, listed, words
from tests.harness.queries import assert_constant_queries

pytestmark = pytest.mark.django_db


def test_open_work_comes_first_by_age_then_decisions_newest_first(desk: Client) -> None:
    made = {
        name: factories.STATES[name]() for name in ("APPROVED", "SUBMITTED", "REJECTED", "IN_REVIEW", "INFO_REQUESTED")
    }
    now = clock.now()
    waiting = {"IN_REVIEW": 30, "SUBMITTED": 20, "INFO_REQUESTED": 10, "APPROVED": 90, "REJECTED": 80}
    for name, hours in waiting.items():
        ImporterApplication.objects.filter(pk=made[name].pk).update(submitted_at=now - timedelta(hours=hours))
    for name, hours in {"APPROVED": 5, "REJECTED": 1}.items():
        ImporterApplication.objects.filter(pk=made[name].pk).update(decided_at=now - timedelta(hours=hours))
    in_order = ["IN_REVIEW", "SUBMITTED", "INFO_REQUESTED", "REJECTED", "APPROVED"]
    assert listed(desk.get(QUEUE, {"q": "Company"})) == [made[name].reference for name in in_order]
    assert listed(desk.get(QUEUE)) == [made[name].reference for name in in_order[:3]]
    by_coming_in = ["INFO_REQUESTED", "SUBMITTED", "IN_REVIEW", "REJECTED", "APPROVED"]
    assert listed(desk.get(QUEUE, {"status": "all"})) == [made[name].reference for name in by_coming_in]


def test_the_first_view_is_the_open_work_and_every_status_has_a_link(desk: Client) -> None:
    made = {name: make() for name, make in factories.STATES.items()}
    page = desk.get(QUEUE)
    assert set(listed(page)) == {made[name].reference for name in ("SUBMITTED", "IN_REVIEW", "INFO_REQUESTED")}
    for name in ("SUBMITTED", "IN_REVIEW", "INFO_REQUESTED", "APPROVED", "REJECTED", "WITHDRAWN"):
        assert f"?status={name}" in page.content.decode()
        assert listed(desk.get(QUEUE, {"status": name})) == [made[name].reference]


@pytest.mark.parametrize(
    "query", [{}, {"status": "all"}, {"status": "VERIFIED"}, {"status": "EXPIRED"}, {"q": "Company"}]
)
def test_drafts_are_nobodys_business(desk: Client, query: dict[str, str]) -> None:
    started, filled_in, expired = (
        make() for make in [factories.application_started, *[factories.application_filled_in] * 2]
    )
    ImporterApplication.objects.filter(pk=expired.pk).update(created_at=clock.now() - actions.DRAFT_LIVES * 2)
    assert actions.expire_drafts() == 1
    assert listed(desk.get(QUEUE, query)) == []
    for draft in (started, filled_in, expired):
        assert desk.get(f"{QUEUE}{draft.pk}/change/").status_code == 404
        assert desk.post(button(draft, "claim")).status_code == 404


def test_a_row_tells_what_an_officer_needs_to_choose(desk: Client, olive: User) -> None:
    record = factories.ImporterRecordFactory.create(importer_number="12-345678900", company_name="Acme Imports Inc.")
    application = factories.application_in_review(record, by=olive)
    ImporterApplication.objects.update(submitted_at=clock.now() - timedelta(days=2, hours=3, minutes=4))
    page = words(desk.get(QUEUE))
    for shown in (application.reference, "Acme Imports Inc.", "**-****789 00", "In review", "2 days 3 h", str(olive)):
        assert shown in page
    assert "12-345678900" not in desk.get(QUEUE).content.decode()


def test_the_age_follows_the_simulated_clock(rehearsal: None, desk: Client) -> None:
    factories.application_submitted()
    clock.move(timedelta(minutes=65))
    assert "1 h 5 min" in words(desk.get(QUEUE))
    clock.move(timedelta(days=2))
    assert "2 days 1 h" in words(desk.get(QUEUE))


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=3, minutes=20), "3 h 20 min"),
        (timedelta(hours=24), "1 day 0 h"),
        (timedelta(days=2, hours=3, minutes=59), "2 days 3 h"),
    ],
)
def test_spans_in_words(span: timedelta, said: str) -> None:
    assert in_words(span) == said


@pytest.mark.parametrize(
    "typed",
    [
        *("12-345678900", "12345678900", "12-3456789 00"),
        *("acme", "ACME IMPORTS INC.", "toni@acme.example", "TONI@acme.example"),
    ],
)
def test_search_finds_by_company_number_and_email(desk: Client, typed: str) -> None:
    record = factories.ImporterRecordFactory.create(importer_number="12-345678900", company_name="Acme Imports Inc.")
    application = factories.application_submitted(record, email="toni@acme.example")
    factories.application_submitted()
    assert listed(desk.get(QUEUE, {"q": typed})) == [application.reference]


def test_search_by_reference_finds_decided_ones_too(desk: Client) -> None:
    application = factories.application_rejected()
    factories.application_submitted()
    assert listed(desk.get(QUEUE, {"q": application.reference.lower()})) == [application.reference]
    assert listed(desk.get(QUEUE, {"q": application.reference, "status": "open"})) == []


@pytest.mark.parametrize("typed", ["'; DROP TABLE accounts_user; --", "<script>", "%", "٣", "x" * 500, "😀"])
def test_odd_searches_find_nothing_and_break_nothing(desk: Client, typed: str) -> None:
    factories.application_submitted()
    answer = desk.get(QUEUE, {"q": typed})
    assert answer.status_code == 200
    assert listed(answer) == []
    assert "<script>" not in answer.content.decode().replace("<script src", "")


def test_the_claim_filter_shows_my_own_and_nobodys(desk: Client, olive: User) -> None:
    mine, theirs, free = (
        factories.application_in_review(by=olive),
        factories.application_in_review(),
        factories.application_submitted(),
    )
    assert listed(desk.get(QUEUE, {"claim": "mine"})) == [mine.reference]
    assert listed(desk.get(QUEUE, {"claim": "none"})) == [free.reference]
    assert set(listed(desk.get(QUEUE))) == {mine.reference, theirs.reference, free.reference}


def test_there_are_no_bulk_actions(desk: Client) -> None:
    factories.application_submitted()
    assert b"action-select" not in desk.get(QUEUE).content


def test_the_queue_takes_the_same_queries_for_ten_and_for_a_thousand(desk: Client, olive: User) -> None:
    model = factories.application_in_review(by=olive)

    def grow(count: int) -> None:
        number = ImporterApplication.objects.count()
        records = type(model.record).objects.bulk_create(
            factories.ImporterRecordFactory.build_batch(count, sub_account=None)
        )
        ImporterApplication.objects.bulk_create(
            ImporterApplication(
                record=record,
                company_name=record.company_name,
                applicant_email=f"many{number + place}@trade.example",
                status="IN_REVIEW",
                created_at=model.created_at,
                submitted_at=model.submitted_at,
                claimed_by=olive,
                claimed_at=model.claimed_at,
            )
            for place, record in enumerate(records)
        )

    assert assert_constant_queries(desk, QUEUE, grow) < 15
