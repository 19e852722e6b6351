"""Lists of the desk that are longer than anybody reads: counted and paged up to a bound, found from indexes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import SubAccount, TopAccount
from exporters.models.authorization import ReportAuthorization
from form5106.models import Filing
from importers.models import ImporterRecord
from tests import factories
from tests.desk.conftest import QUEUE, listed, words
from tests.desk.work import QUEUE as THE_QUEUE
from tests.form5106 import samples as filings
from tests.strict.test_query_counts import more_applications
from tradeparties.models import RequestedActivity, TradeApplication

pytestmark = pytest.mark.django_db
RECORDS = reverse("admin:importers_importerrecord_changelist")
FILINGS = reverse("admin:form5106_filing_changelist")
MOMENT = datetime(2026, 3, 9, tzinfo=UTC)


def test_a_list_counts_no_further_than_its_bound(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ace_portal.core.read_only.MOST_LISTED", 60)
    more_applications(59)
    assert "59 importer applications" in words(desk.get(QUEUE)) and "More than" not in words(desk.get(QUEUE))
    more_applications(3)
    page = words(desk.get(QUEUE))
    assert "More than 60 importer applications: search for what is not among these" in page
    assert len(listed(desk.get(QUEUE, {"p": "2"}))) == 10
    assert desk.get(QUEUE, {"p": "3"}).status_code == 302
    assert "More than 60 results" in words(desk.get(QUEUE, {"q": "Company"}))


@pytest.mark.parametrize("address", [RECORDS, FILINGS, QUEUE, THE_QUEUE])
def test_nothing_is_counted_without_a_bound(desk: Client, address: str) -> None:
    more_applications(3)
    with CaptureQueriesContext(connection) as captured:
        assert desk.get(address).status_code == 200
    assert len(captured.captured_queries) <= 10
    for query in captured.captured_queries:
        assert "COUNT(" not in query["sql"] or "LIMIT 2001" in query["sql"], query["sql"]


def test_filings_that_wait_come_first_and_the_others_on_demand(desk: Client) -> None:
    waiting, decided = filings.at_the_desk(), filings.submitted()
    said = words(desk.get(FILINGS))
    assert waiting.reference in said and decided.reference not in said
    assert decided.reference in words(desk.get(FILINGS, {"status": "all"}))
    assert decided.reference in words(desk.get(FILINGS, {"status": decided.status}))
    assert decided.reference in words(desk.get(FILINGS, {"q": decided.reference}))


@pytest.mark.parametrize("typed", ["Imports", "345678", "acme.example"])
def test_a_part_of_a_number_or_an_address_finds_nothing(desk: Client, typed: str) -> None:
    known = {"importer_number": "12-345678900", "company_name": "Acme Imports Inc."}
    factories.ImporterRecordFactory.create(**known, point_of_contact_email="pat@acme.example")
    assert listed(desk.get(RECORDS, {"q": typed})) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
@pytest.mark.parametrize(
    ("model", "condition", "index"),
    [
        (ImporterRecord, {"company_name__istartswith": "PAPER WALRUS 7"}, "record_name_beginning"),
        (ImporterRecord, {"point_of_contact_email__iexact": "Pat@acme.example"}, "record_by_contact"),
        (TradeApplication, {"company_name__istartswith": "PAPER WALRUS 7"}, "trade_name_beginning"),
        (TradeApplication, {"applicant_email__iexact": "Pat@acme.example"}, "trade_by_email"),
        (RequestedActivity, {"name__istartswith": "PAPER WALRUS 7"}, "activity_name_beginning"),
        (RequestedActivity, {"identifier": "CDNL"}, "activity_by_identifier"),
        (Filing, {"company_name__istartswith": "PAPER WALRUS 7"}, "filing_name_beginning"),
        (Filing, {"filer_email__iexact": "Pat@acme.example"}, "filing_by_email"),
        (Filing, {"importer_number": "12-345678900"}, "filing_by_number"),
        (TopAccount, {"company_name__istartswith": "PAPER WALRUS 7"}, "account_name_beginning"),
        (SubAccount, {"name__istartswith": "PAPER WALRUS 7"}, "sub_account_name_beginning"),
        (ReportAuthorization, {"ein": "12-3456789"}, "request_by_ein"),
        (ReportAuthorization, {"status": "PENDING", "requested_at__gt": MOMENT}, "request_waiting"),
    ],
)
def test_the_database_answers_from_the_index(model: Any, condition: dict[str, Any], index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in model._default_manager.order_by().filter(**condition).explain()
