"""The memory of decisions: written with the decision, never changed, free of secrets."""

import ast
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from ace_portal.core import events
from ace_portal.core.models import Event
from ace_portal.core.refs import ref
from tests import factories
from tests.harness.tasks import ROOT

ROOMS = (
    "ace_portal",
    "accounts",
    "demo",
    "exporters",
    "importers",
    "mailroom",
    "mergers",
    "ownership",
    "tradeparties",
    "useraccess",
    "verification",
)


@pytest.mark.django_db(transaction=True)
def test_an_event_belongs_to_the_transaction_of_its_decision() -> None:
    user = factories.person()
    before = Event.objects.count()
    with pytest.raises(RuntimeError, match="in the transaction of the decision"):
        events.record("test.done", user, summary="Done")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        events.record("test.done", user, summary="Done")
        _ = 1 / 0
    assert Event.objects.count() == before


@pytest.mark.django_db
def test_an_event_says_who_when_what_and_on_what(officer_client: Any) -> None:
    officer, user, account = factories.officer(device=False), factories.person(), factories.account()
    event = events.record(
        "test.done", user, summary="Done", by=officer, journal=account, before={"a": 1}, after={"a": 2}
    )
    event.refresh_from_db()
    assert (event.kind, event.by, event.by_label, event.subject) == ("test.done", officer, str(officer), ref(user))
    assert (event.before, event.after, event.journal) == ({"a": 1}, {"a": 2}, ref(account))
    assert events.history_of(user)[0] == event and events.journal_of(account)[0] == event
    assert str(event) == f"test.done on {ref(user)}"
    assert events.record("test.done", user, summary="Done").by_label == "Portal"
    assert events.record("test.done", user, summary="Done", by_label="Applicant").by_label == "Applicant"


@pytest.mark.django_db
def test_a_summary_of_long_names_is_cut_to_what_a_row_holds() -> None:
    event = events.record("test.done", factories.person(), summary="N" * 400)
    event.refresh_from_db()
    assert len(event.summary) == 250 and event.summary.endswith("…")


@pytest.mark.django_db
def test_a_long_name_with_a_long_company_is_cut_to_what_a_row_holds() -> None:
    event = events.record("test.done", factories.person(), summary="Done", by_label="N" * 180 + ", " + "C" * 100)
    event.refresh_from_db()
    assert len(event.by_label) == 200 and event.by_label.endswith("…")


def test_only_saved_rows_can_be_referred_to() -> None:
    with pytest.raises(ValueError, match="without a primary key"):
        ref(User())


def test_no_code_changes_or_deletes_an_event() -> None:
    """Every use of `Event.objects` in the product reads or creates; `.save()` and `.delete()` of an event occur nowhere."""
    allowed = {"create", "bulk_create", "filter", "none", "all", "get", "order_by", "values_list", "as_manager"}
    found = []
    for file in (path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Attribute):
                continue
            manager = node.value
            if manager.attr == "objects" and isinstance(manager.value, ast.Name) and manager.value.id == "Event":
                found.append((file.name, node.attr))
        for text in (".save()", ".delete()", ".update("):
            assert f"event{text}" not in file.read_text() and f"history_of(row){text}" not in file.read_text(), file
    assert found and {attr for _, attr in found} <= allowed, found


@pytest.mark.django_db
def test_the_desk_cannot_change_an_event(officer_client: Any) -> None:
    client: Client = officer_client()
    factories.person()
    event = Event.objects.first()
    assert event is not None
    for path in (f"{event.pk}/delete/", "add/"):
        assert client.post(f"/admin/core/event/{path}", {"post": "yes"}).status_code in (403, 404)
    client.post(f"/admin/core/event/{event.pk}/change/", {"summary": "Forged"})
    event.refresh_from_db()
    assert event.summary != "Forged"


@pytest.mark.django_db
def test_no_event_of_a_whole_journey_carries_a_secret_or_a_whole_number() -> None:
    account = factories.importer_account()
    owner = factories.owner_of(account)
    record = account.sub_accounts.get().importer_record
    written = " ".join(f"{e.summary} {e.before} {e.after} {e.by_label}" for e in Event.objects.all())
    for secret in (record.importer_number, owner.account_id, factories.PASSWORD, record.importer_number[3:10]):
        assert secret not in written
    assert record.masked_number in written
