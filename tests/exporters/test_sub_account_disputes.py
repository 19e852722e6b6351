"""An EIN that another account holds: the request to ACE Support, what the desk sees and answers, and the mails."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.events import journal_of
from exporters import actions
from exporters.models import EinDispute
from tests import factories
from tests.exporters import makers
from tests.exporters.makers import errors, page, text_of
from tests.harness.mail import Letter
from tests.harness.world import signed_in

pytestmark = pytest.mark.django_db
QUEUE = reverse("admin:exporters_eindispute_changelist")
Mailbox = Callable[[str], list[Letter]]


def raised(number: str = "98-7654321") -> EinDispute:
    makers.exporter(number=number)
    account = factories.account()
    return actions.dispute_ein(number, account, text="A forwarder filed for us.", by=factories.owner_of(account))


def test_an_owner_asks_and_is_answered(mailbox: Mailbox, officer_client: Callable[..., Client]) -> None:
    holder = makers.exporter(number="98-7654321", name="Fast Forwarders Inc")
    account = factories.account()
    owner = factories.owner_of(account)
    client, draft = signed_in(owner), makers.draft(account, owner, ein="98-7654321")
    form = client.get(page(draft, "dispute"))
    assert holder.name not in text_of(form) and holder.top_account.company_name not in text_of(form)
    assert len(errors(client.post(page(draft, "dispute"), {"text": " "}))) == 1
    answer = client.post(page(draft, "dispute"), {"text": "A forwarder filed for us."})
    dispute = EinDispute.objects.get()
    assert answer["Location"] == reverse("exporters:top-account", args=[account.pk])
    assert dispute.reference in text_of(client.get(page(draft, "dispute")))
    assert "Send to ACE Support" not in text_of(client.get(page(draft, "dispute")))

    desk = officer_client()
    assert dispute.reference in desk.get(QUEUE).content.decode()
    shown = text_of(desk.get(reverse("admin:exporters_eindispute_change", args=[dispute.pk])))
    for fact in (str(account), str(holder.top_account), "A forwarder filed for us.", "98-7654321"):
        assert fact in shown
    resolve = reverse("admin:exporters_eindispute_resolve", args=[dispute.pk])
    assert "Note to the company is required" in text_of(desk.post(resolve, {"note": ""}))
    assert desk.post(resolve, {"note": "The EIN is free now."}).status_code == 302
    dispute.refresh_from_db()
    assert (dispute.status, dispute.note, dispute.resolved_by) == ("RESOLVED", "The EIN is free now.", desk.officer)  # type: ignore[attr-defined]
    first, second = mailbox(owner.email)[-2:]
    assert dispute.reference in first.subject and dispute.reference in second.subject
    assert "The EIN is free now." in second.body
    for letter in (first, second):
        assert "98-7654321" not in letter.subject + letter.body
        assert holder.name not in letter.body
    assert [event.kind for event in journal_of(account)[:2]] == [
        "exporters.ein_dispute_resolved",
        "exporters.ein_disputed",
    ]
    again = desk.post(resolve, {"note": "Once more."})
    assert "Somebody was faster" in again.content.decode() and "The EIN is free now." in again.content.decode()


def test_asking_twice_is_asking_once() -> None:
    dispute = raised()
    again = actions.dispute_ein(
        dispute.ein, dispute.top_account, text="Still ours.", by=factories.owner_of(dispute.top_account)
    )
    assert again == dispute and EinDispute.objects.count() == 1


def test_an_ein_that_nobody_else_holds_is_not_disputed() -> None:
    account = factories.account()
    owner = factories.owner_of(account)
    draft = makers.draft(account, owner)
    shown = signed_in(owner).post(page(draft, "dispute"), {"text": "Ours."})
    assert "No other portal account holds this EIN now" in errors(shown)[0]
    with pytest.raises(WrongState):
        actions.dispute_ein(makers.ein(), account, text="Ours.", by=owner)


def test_without_an_ein_there_is_nothing_to_ask_about() -> None:
    account = factories.account()
    owner = factories.owner_of(account)
    draft = actions.start_draft(account, by=owner)
    assert signed_in(owner).get(page(draft, "dispute"))["Location"] == page(draft, "company")


def test_only_owners_ask_and_only_officers_answer() -> None:
    dispute = raised()
    with pytest.raises(NotAllowed, match="Ask Toni"):
        actions.dispute_ein(dispute.ein, dispute.top_account, text="x", by=factories.member(dispute.top_account))
    with pytest.raises(NotAllowed):
        actions.resolve_dispute(dispute, note="x", by=factories.owner_of(dispute.top_account))
    with pytest.raises(WrongState, match="Somebody was faster"):
        actions.resolve_dispute(
            actions.resolve_dispute(dispute, note="x", by=factories.officer()), note="y", by=factories.officer()
        )


def test_the_desk_lists_open_ones_first_with_masked_numbers(officer_client: Callable[..., Client]) -> None:
    closed = actions.resolve_dispute(raised("98-0000001"), note="x", by=factories.officer())
    waiting = raised("98-0000002")
    desk = officer_client()
    listed = desk.get(QUEUE).content.decode()
    assert listed.index(waiting.reference) < listed.index(closed.reference)
    assert "**-****002" in listed and "98-0000002" not in listed
    found = desk.get(QUEUE, {"q": "980000002"}).content.decode()
    assert waiting.reference in found and closed.reference not in found


def test_the_page_at_the_desk_changes_nothing_by_itself(officer_client: Callable[..., Client]) -> None:
    dispute = raised()
    desk = officer_client()
    change = reverse("admin:exporters_eindispute_change", args=[dispute.pk])
    assert desk.post(change, {"status": "RESOLVED", "note": "x"}).status_code == 405
    assert desk.get(reverse("admin:exporters_eindispute_resolve", args=[dispute.pk]))["Location"] == change
    assert desk.get(reverse("admin:exporters_eindispute_resolve", args=[10**9])).status_code == 404
    owner = signed_in(factories.owner_of(dispute.top_account))
    for address in (QUEUE, change, reverse("admin:exporters_eindispute_resolve", args=[dispute.pk])):
        assert "/admin/login/" in owner.post(address, {"note": "x"})["Location"]
    dispute.refresh_from_db()
    assert dispute.status == "OPEN"


@pytest.mark.parametrize("fields", ["status = 'RESOLVED'", "note = 'x'", "resolved_at = raised_at"])
def test_the_database_refuses_half_an_answer(fields: str) -> None:
    dispute = raised()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE exporters_eindispute SET {fields} WHERE id = {dispute.pk}")  # noqa: S608
