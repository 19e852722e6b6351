"""CBP's desk for exporter applications: read, find, and process again what an error stopped."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from exporters.models import ExporterApplication
from tests import factories
from tests.exporters import makers
from tests.exporters.makers import text_of
from tests.harness.queries import assert_constant_queries
from tests.harness.tasks import Worker
from tests.harness.world import signed_in

pytestmark = pytest.mark.django_db
QUEUE = reverse("admin:exporters_exporterapplication_changelist")


def change(row: ExporterApplication) -> str:
    return reverse("admin:exporters_exporterapplication_change", args=[row.pk])


def again(row: ExporterApplication) -> str:
    return reverse("admin:exporters_exporterapplication_process-again", args=[row.pk])


@pytest.fixture
def desk(officer_client: Callable[..., Client]) -> Client:
    return officer_client()


def test_the_list_says_where_each_one_stands(desk: Client) -> None:
    makers.submitted(ein="98-7654321")
    makers.processed()
    makers.rejected()
    makers.failed()
    listed = desk.get(QUEUE).content.decode()
    for said in ("Received", "Accepted", "Rejected", "Could not be completed", "Breakdown", "The EIN is already used"):
        assert said in listed, said
    assert "**-****321" in listed and "98-7654321" not in listed
    stopped = desk.get(QUEUE, {"status__exact": "FAILED"}).content.decode()
    assert "Breakdown" in stopped and "**-****321" not in stopped


@pytest.mark.parametrize("by", ["reference", "company_name", "applicant_email", "ein", "ein as digits"])
def test_an_application_is_found(desk: Client, by: str) -> None:
    row, other = makers.submitted(), makers.submitted()
    word = row.ein.replace("-", "") if by == "ein as digits" else getattr(row, by)
    found = desk.get(QUEUE, {"q": word}).content.decode()
    assert row.reference in found and other.reference not in found


def test_the_page_tells_everything_and_offers_the_button_where_it_helps(desk: Client, worker: Worker) -> None:
    row = makers.failed()
    shown = text_of(desk.get(change(row)))
    for said in (
        "Breakdown",
        row.company_name,
        "03/21/1985",
        "Stopped by an error",
        "could not be completed",
        "Process again",
    ):
        assert said in shown, said
    assert desk.post(again(row)).status_code == 302
    worker.run()
    row.refresh_from_db()
    assert row.status == "ACCEPTED" and row.sub_account
    shown = text_of(desk.get(change(row)))
    assert "Process again" not in shown and row.sub_account.top_account.ace_id in shown
    assert "Your ACE Portal Account ID" in shown, "the account ID belongs to the mails about it"
    for other in (makers.submitted(), makers.rejected()):
        assert "Process again" not in text_of(desk.get(change(other)))


def test_a_button_that_is_pressed_too_late_says_so(desk: Client) -> None:
    row = makers.processed()
    answer = desk.post(again(row), follow=True)
    assert "needs no other processing" in answer.content.decode()
    assert desk.get(again(row))["Location"] == change(row)
    row.refresh_from_db()
    assert row.status == "ACCEPTED"


def test_nothing_is_changed_by_hand(desk: Client) -> None:
    row = makers.failed()
    assert desk.post(change(row), {"status": "ACCEPTED"}).status_code == 405
    for name, status in (("add", 403), ("delete", 403)):
        arguments = [row.pk] if name == "delete" else []
        address = reverse(f"admin:exporters_exporterapplication_{name}", args=arguments)
        assert desk.post(address, {"post": "yes"}).status_code == status
    assert desk.get(reverse("admin:exporters_exporterapplication_history", args=[row.pk])).status_code == 200
    row.refresh_from_db()
    assert row.status == "FAILED"


def test_outsiders_are_sent_to_the_desks_door() -> None:
    row = makers.failed()
    for client in (Client(), signed_in(factories.owner_of(factories.account()))):
        for address in (QUEUE, change(row), again(row)):
            assert "/admin/login/" in client.post(address)["Location"]
    row.refresh_from_db()
    assert row.status == "FAILED"


def test_the_message_about_it_is_linked_and_its_text_is_not_shown(desk: Client) -> None:
    row = makers.rejected()
    mail = Message.objects.get(about=ref(row))
    shown = desk.get(reverse("admin:core_message_change", args=[mail.pk])).content.decode()
    assert row.status_token not in shown
    assert f'href="{change(row)}"' in shown


def test_the_list_gets_no_slower_with_its_length(desk: Client) -> None:
    def grow(count: int) -> None:
        pattern = makers.submitted()
        rows = []
        for _ in range(count):
            number = factories.serial()
            values = {
                field.attname: getattr(pattern, field.attname)
                for field in ExporterApplication._meta.concrete_fields
                if field.name != "id"
            }
            values |= {name: f"{number:09d}" for name in ("reference", "draft_token", "status_token", "form_key")}
            rows.append(ExporterApplication(**values))
        ExporterApplication.objects.bulk_create(rows)

    assert_constant_queries(desk, QUEUE, grow, many=200)
