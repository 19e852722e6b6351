"""CBP reads the Business Activity Log of every account and writes to it; it reads the Action Plans."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import TopAccount, User
from ace_portal.core.events import journal_of
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from tests import factories
from tests.desk.conftest import listed, words
from tests.exporters.authorization_samples import analyst
from tests.harness.queries import assert_constant_queries
from tests.harness.world import signed_in
from tests.importers.screens import text_of
from useraccess.actions import activity as actions
from useraccess.attachments import Attachment
from useraccess.models import ActionItem, ActivityEntry

pytestmark = pytest.mark.django_db
LOG = reverse("admin:useraccess_activityentry_changelist")
PLAN = reverse("admin:useraccess_actionitem_changelist")


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path / "private"


@pytest.fixture
def account() -> TopAccount:
    return factories.account(company_name="Acme")


def write(account: TopAccount) -> str:
    return reverse("admin:useraccess_activityentry_write", args=[account.pk])


def page(row: ActivityEntry | ActionItem) -> str:
    return reverse(f"admin:useraccess_{row._meta.model_name}_change", args=[row.pk])


def entry_of(account: TopAccount, **facts: Any) -> ActivityEntry:
    facts = {"subject": "Bond", "text": "It was raised.", **facts}
    return actions.add_entry(account, by=factories.owner_of(account), **facts)


def test_an_officer_writes_to_the_log_signed_for_cbp(
    desk: Client, olive: User, account: TopAccount, officer_client: Callable[..., Client]
) -> None:
    home = reverse("admin:accounts_topaccount_change", args=[account.pk])
    assert write(account) in desk.get(home).content.decode()
    assert "Add an entry to the log of Acme" in words(desk.get(write(account)))
    file = SimpleUploadedFile("notice.txt", b"Notice\n")
    answer: Any = desk.post(write(account), {"subject": "Notice", "text": "Attached.", "attachment": file}, follow=True)
    assert "Your entry stands in the log of Acme." in answer.content.decode()
    assert f"{olive}, CBP" in words(answer)
    entry = ActivityEntry.objects.get()
    assert (entry.by, entry.signature) == (olive, f"{olive}, CBP")
    owner = factories.owner_of(account)
    told = Message.objects.get(about=ref(entry))
    assert told.to_address == owner.email and f"{olive}, CBP wrote" in told.body
    assert journal_of(account)[0].by_label == f"{olive}, CBP"
    shown = text_of(signed_in(owner).get(reverse("useraccess:activity-log", args=[account.pk])))
    assert f"{olive}, CBP Attached. Attachment: notice.txt" in shown


def test_what_an_officer_types_is_kept_when_it_will_not_do(desk: Client, account: TopAccount) -> None:
    file = SimpleUploadedFile("notice.pdf", b"MZ\x00")
    answer = desk.post(write(account), {"subject": "Notice", "text": "", "attachment": file})
    assert answer.status_code == 200
    said = words(answer)
    assert "There are 2 problems" in said and "Text is required." in said and "The file is no PDF" in said
    assert 'value="Notice"' in answer.content.decode()
    assert desk.get(reverse("admin:useraccess_activityentry_write", args=[0])).status_code == 404
    assert not ActivityEntry.objects.exists()


def test_an_officer_reads_an_entry_and_its_file(desk: Client, account: TopAccount) -> None:
    entry = entry_of(account, attachment=Attachment(io.BytesIO(b"a,b\n"), "table.csv"))
    plain = entry_of(account, subject="Without")
    shown = desk.get(page(entry)).content.decode()
    address = reverse("admin:useraccess_activityentry_attachment", args=[entry.pk])
    assert address in shown and "It was raised." in shown and write(account) in shown
    answer: Any = desk.get(address)
    assert b"".join(answer.streaming_content) == b"a,b\n"
    assert answer["Content-Disposition"] == 'attachment; filename="table.csv"'
    assert desk.get(page(plain)).status_code == 200
    assert desk.get(reverse("admin:useraccess_activityentry_attachment", args=[plain.pk])).status_code == 404


def test_the_log_of_one_account_by_itself(desk: Client, account: TopAccount) -> None:
    entry_of(account)
    entry_of(factories.account(), subject="Of another company")
    assert listed(desk.get(LOG)) == ["Of another company", "Bond"]
    only = desk.get(LOG, {"top_account__id__exact": account.pk})
    assert listed(only) == ["Bond"]
    assert write(account) in only.content.decode() and str(account) in words(only)
    for typed in ("acme", account.ace_id, "raised", str(factories.owner_of(account))):
        assert "Bond" in listed(desk.get(LOG, {"q": typed})), typed
    for nobody in ("0", "x", "9" * 30, "²"):
        assert desk.get(LOG, {"top_account__id__exact": nobody}).status_code in (200, 302), nobody


def test_an_officer_reads_the_plan_and_writes_nothing(desk: Client, account: TopAccount) -> None:
    owner = factories.owner_of(account)
    facts = actions.ItemFacts(title="Renew the bond", owner=owner, due_on=actions.today(), text="Ask the surety.")
    item = actions.add_item(account, facts=facts, by=owner)
    ActionItem.objects.filter(pk=item.pk).update(due_on=actions.today() - timedelta(days=1))
    assert listed(desk.get(PLAN, {"top_account__id__exact": account.pk, "status__exact": "PLANNED"})) == [item.title]
    shown = words(desk.get(page(item)))
    assert "Ask the surety." in shown and "Overdue" in shown and str(owner) in shown
    assert desk.post(page(item), {"title": "Another"}).status_code == 403
    item.refresh_from_db()
    assert item.title == "Renew the bond"


def test_the_other_desk_reads_neither(officer_client: Callable[..., Client], account: TopAccount) -> None:
    entry = entry_of(account, attachment=Attachment(io.BytesIO(b"a"), "a.txt"))
    census = officer_client(analyst())
    file = reverse("admin:useraccess_activityentry_attachment", args=[entry.pk])
    for address in (LOG, PLAN, page(entry), file, write(account)):
        assert census.get(address).status_code == 403, address
    assert census.post(write(account), {"subject": "S", "text": "T"}).status_code == 403
    assert ActivityEntry.objects.count() == 1


@pytest.mark.parametrize("address", [LOG, PLAN])
def test_the_lists_cost_the_same_however_long_they_are(desk: Client, account: TopAccount, address: str) -> None:
    owner = factories.owner_of(account)

    def grow(rows: int) -> None:
        at = account.created_at
        ActivityEntry.objects.bulk_create(
            ActivityEntry(top_account=account, at=at, by=owner, signature="S", subject="S", text="T")
            for _ in range(rows)
        )
        ActionItem.objects.bulk_create(
            ActionItem(
                top_account=account, title="T", owner=owner, due_on=actions.today(), created_at=at, created_by=owner
            )
            for _ in range(rows)
        )

    assert_constant_queries(desk, address, grow, few=3, many=30)
