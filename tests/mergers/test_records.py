"""What an owner downloads before a merger, and the history that goes along with a sub-account."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from mergers.models import Merger
from tests import factories
from tests.desk.conftest import words
from tests.exporters import authorization_samples
from tests.harness.queries import assert_constant_queries
from tests.harness.world import signed_in
from tests.mergers.samples import PROXY, Companies, own, owner
from tests.useraccess.contact_samples import contact
from useraccess.actions import activity
from useraccess.attachments import Attachment
from useraccess.models import Level
from useraccess.rights import Rights

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> Companies:
    return Companies()


def download(row: Merger, user: Any) -> zipfile.ZipFile:
    answer = signed_in(user).get(reverse("mergers:records", args=[row.pk]))
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    assert "attachment" in answer["Content-Disposition"] and "no-store" in answer["Cache-Control"]
    return zipfile.ZipFile(io.BytesIO(b"".join(answer)))


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode("utf-8-sig"))))


def filled(two: Companies) -> Any:
    """A user with rights, contacts, an entry with a file, an item on the plan."""
    user = factories.member(two.acquired, granted=own(two.other, Level.READ))
    contact(two.acquired, two.other, last_name="Harbor")
    contact(two.acquired, two.importer, last_name="Inland")
    file = Attachment(io.BytesIO(b"a,b\n"), "table.csv")
    activity.add_entry(two.acquired, subject="=1+1", text="Bond renewed.", attachment=file, by=two.theirs)
    bond = activity.ItemFacts(title="Renew the bond", owner=user, due_on=activity.today())
    activity.add_item(two.acquired, facts=bond, by=two.theirs)
    return user


def test_the_records_of_a_whole_account(two: Companies) -> None:
    user = filled(two)
    archive = download(two.proposed(), two.theirs)
    assert archive.testzip() is None
    assert {one["Number"] for one in table(archive, "sub-accounts")} == {one.masked_identifier for one in two.all}
    assert {one["Name"] for one in table(archive, "people")} == {str(two.theirs), str(user)}
    levels = {(one["Name"], one["Tab"], one["Level"]) for one in table(archive, "rights")}
    assert (str(user), "Contacts", "Read-Only") in levels and (str(two.theirs), "", "Full") in levels
    assert {one["Name"] for one in table(archive, "contacts")} == {"Pat Harbor", "Pat Inland"}
    entry = table(archive, "business-activity-log")[0]
    assert entry["Subject"] == "'=1+1" and archive.read(entry["File"]) == b"a,b\n"
    assert table(archive, "action-plan")[0]["Title"] == "Renew the bond"
    assert any("proposed to take over" in one["What"] for one in table(archive, "history"))
    assert two.other.identifier not in "".join(
        archive.read(name).decode("utf-8-sig", "ignore") for name in archive.namelist()
    )


def test_the_records_of_a_part_leave_other_sub_accounts_out(two: Companies) -> None:
    filled(two)
    factories.member(two.acquired, granted=Rights().everywhere(Level.FULL))
    archive = download(two.consented(two.importer), two.theirs)
    assert [one["Number"] for one in table(archive, "sub-accounts")] == [two.importer.masked_identifier]
    assert [one["Name"] for one in table(archive, "contacts")] == ["Pat Inland"]
    assert not any("Coffee" in one["Where"] or "Exporter" in one["Where"] for one in table(archive, "rights"))
    assert table(archive, "business-activity-log")


def test_a_file_that_is_gone_leaves_a_note(two: Companies, private_files: Path) -> None:
    filled(two)
    row = two.proposed()
    for file in private_files.rglob("*"):
        if file.is_file():
            file.unlink()
    assert any(name.endswith("missing.txt") for name in download(row, two.theirs).namelist())


def test_only_the_owner_who_gives_away_downloads_and_only_before(two: Companies) -> None:
    row = two.proposed()
    page = reverse("mergers:records", args=[row.pk])
    assert signed_in(two.ours).get(page).status_code == 404
    assert signed_in(factories.member(two.acquired, PROXY)).get(page).status_code == 403
    assert signed_in(owner(factories.account())).get(page).status_code == 404
    from mergers import actions

    actions.decline(row, by=two.theirs)
    assert signed_in(two.theirs).get(page).status_code == 404


# The history of a sub-account ----------------------------------------------------------------------------------------
def history_of(sub_account: Any) -> str:
    return reverse("useraccess:sub-account-history", args=[sub_account.pk])


def test_the_history_goes_along_and_names_the_account_of_each_time(two: Companies, officer_client: Any) -> None:
    row = authorization_samples.denied(authorization_samples.exporter(two.acquired))
    two.executed(row.sub_account)
    authorization_samples.requested(row.sub_account.__class__.objects.get(pk=row.sub_account_id), by=two.ours)
    pages = [
        signed_in(user).get(history_of(row.sub_account)) for user in (two.ours, factories.member(two.acquirer, PROXY))
    ]
    desk = reverse("admin:accounts_subaccount_sub_account_history", args=[row.sub_account_id])
    for page in (*pages, officer_client().get(desk)):
        text = words(page)
        assert "Census denied report authorization" in text and "came from the account of Birch" in text
        assert f"Census {two.acquired}" in text and str(two.acquirer) in text
    assert "Report authorization requested" in words(pages[0])


def test_people_of_the_former_account_read_it_no_longer(two: Companies) -> None:
    assert signed_in(two.theirs).get(history_of(two.other)).status_code == 200
    user = factories.member(two.acquired, granted=own(two.other))
    assert signed_in(user).get(history_of(two.other)).status_code == 403
    two.executed(two.other)
    assert signed_in(two.theirs).get(history_of(two.other)).status_code == 404
    assert "History of this sub-account" in words(signed_in(two.ours).get(f"/accounts/sub/{two.other.pk}/"))
    reader = factories.member(two.acquirer, granted=Rights().everywhere(Level.READ))
    assert "History of this sub-account" not in words(signed_in(reader).get(f"/accounts/sub/{two.other.pk}/"))


def test_a_long_history_asks_as_often(two: Companies) -> None:
    from django.db import transaction

    from ace_portal.core import events

    def more(count: int) -> None:
        with transaction.atomic():
            for _ in range(count):
                events.record("exporters.tested", two.other, summary="Once more", journal=two.acquired)

    assert_constant_queries(signed_in(two.theirs), history_of(two.other), more, many=60)
