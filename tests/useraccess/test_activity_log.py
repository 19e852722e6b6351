"""The Business Activity Log: who reads and writes it, what is taken, and that an entry stays as it was written."""

import io
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import TopAccount, User
from ace_portal.core.errors import NotAllowed
from ace_portal.core.events import history_of, journal_of
from ace_portal.core.models import Event, Message
from ace_portal.core.refs import ref
from tests import factories
from tests.harness.moving_time import later
from tests.harness.queries import assert_constant_queries
from tests.harness.threads import together
from tests.harness.world import signed_in
from tests.importers.screens import errors, text_of
from tests.useraccess.activity_samples import add, download, granted, kept, log, upload, written
from useraccess import actions as useraccess
from useraccess.actions import activity as actions
from useraccess.activity_forms import FILE_AGAIN
from useraccess.attachments import Attachment
from useraccess.models import ActivityEntry, Level, Role
from useraccess.rights import Rights

__all__ = ["later"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVATE_FILES_DIR = tmp_path / "private"
    return tmp_path / "private"


@pytest.fixture
def account() -> TopAccount:
    return factories.account(company_name="Acme")


@pytest.fixture
def owner(account: TopAccount) -> Client:
    return signed_in(factories.owner_of(account))


# --- Who ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "reads", "writes"),
    [
        ("owner", True, True),
        ("proxy", True, True),
        ("user with Full", True, True),
        ("user with Read-Only", True, False),
        ("user without a grant", False, False),
    ],
)
def test_the_log_is_open_as_granted(account: TopAccount, who: str, reads: bool, writes: bool) -> None:
    person = {
        "owner": lambda: factories.owner_of(account),
        "proxy": lambda: factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER),
        "user with Full": lambda: factories.member(account, granted=granted(Level.FULL)),
        "user with Read-Only": lambda: factories.member(account, granted=granted(Level.READ)),
        "user without a grant": lambda: factories.member(account),
    }[who]()
    entry = written(account, attachment=Attachment(io.BytesIO(b"a,b\n"), "table.csv"))
    client = signed_in(person)
    page: Any = client.get(log(account))
    file: Any = client.get(download(entry))
    assert (page.status_code, file.status_code) == ((200, 200) if reads else (403, 403))
    if reads:
        assert b"".join(file.streaming_content) == b"a,b\n"
        assert ("Add entry" in text_of(page)) is writes
    else:
        assert f"Ask {factories.owner_of(account)}." in unescape(page.content.decode())
    answer: Any = client.post(add(account), {"subject": "By hand", "text": "As a form"})
    assert answer.status_code == (302 if writes else 403)
    assert ActivityEntry.objects.filter(subject="By hand").exists() is writes


def test_outsiders_and_former_members_find_nothing(account: TopAccount) -> None:
    entry = written(account, attachment=Attachment(io.BytesIO(b"a"), "a.txt"))
    former = factories.member(account, granted=granted(Level.FULL))
    useraccess.revoke(factories.membership(former, account), by=factories.owner_of(account))
    for person in (former, factories.owner_of(factories.account()), factories.officer()):
        client = signed_in(User.objects.get(pk=person.pk))
        for address in (log(account), add(account), download(entry)):
            assert client.get(address).status_code == 404, (person, address)


def test_a_grant_taken_away_works_on_the_next_request(account: TopAccount) -> None:
    kim = factories.member(account, granted=granted(Level.FULL))
    client, member = signed_in(kim), factories.membership(kim, account)
    assert client.get(log(account)).status_code == 200
    useraccess.change(
        member, role=Role.TRADE_ACCOUNT_USER, granted=Rights(), version=member.version, by=factories.owner_of(account)
    )
    assert client.get(log(account)).status_code == 403
    with pytest.raises(NotAllowed, match=f"Ask {factories.owner_of(account)}"):
        written(account, by=kim)


def test_whoever_loses_the_right_while_writing_is_told_and_keeps_the_text(
    account: TopAccount, monkeypatch: pytest.MonkeyPatch, private_files: Path
) -> None:
    kim = factories.member(account, granted=granted(Level.READ))
    # The page let them in a moment ago.
    monkeypatch.setattr("useraccess.views.activity.policy.top_level", lambda *_: Level.FULL)
    monkeypatch.setattr("useraccess.actions.activity._writer", refuse)
    answer: Any = signed_in(kim).post(add(account), {"subject": "Late", "text": "Long words", "attachment": upload()})
    assert answer.status_code == 200
    assert errors(answer) == ["Ask somebody."]
    assert "Long words" in answer.content.decode()
    assert not kept(private_files)


def refuse(*_: Any) -> Any:
    raise NotAllowed("Ask somebody.")


# --- What an entry is --------------------------------------------------------------------------------------------
def test_an_entry_is_dated_signed_and_told_to_the_owner(account: TopAccount, later: Callable[..., Any]) -> None:
    kim = factories.person(first_name="Kim", last_name="Lee")
    factories.member(account, user=kim, granted=granted(Level.FULL))
    client = signed_in(kim)
    Message.objects.all().delete()
    typed = {"subject": "Port audit", "text": "First line\r\nsecond line", "attachment": upload()}
    answer: Any = client.post(add(account), typed, follow=True)
    shown = text_of(answer)
    assert "Your entry stands in the log." in answer.content.decode()
    assert "Port audit March 2, 2026, 12:00 PM EST, Kim Lee, Trade Account User of Acme First line" in shown
    assert "Attachment: table.csv" in shown
    entry = ActivityEntry.objects.get()
    assert entry.text == "First line\nsecond line"
    told = Message.objects.get()
    assert told.to_address == factories.owner_of(account).email
    assert "Kim Lee, Trade Account User of Acme wrote" in told.body and log(account) in told.body
    event = history_of(entry).get()
    assert event in journal_of(account)
    assert (event.summary, event.by) == ("Kim Lee wrote in the Business Activity Log: Port audit", kim)
    assert event.after["attachment"] == "table.csv" and len(event.after["sha256"]) == 64


def test_the_owner_is_not_mailed_what_they_wrote(account: TopAccount) -> None:
    Message.objects.all().delete()
    written(account)
    assert not Message.objects.exists()


def test_a_signature_stays_when_the_person_gets_another_role(account: TopAccount, owner: Client) -> None:
    kim = factories.person(first_name="Kim", last_name="Lee")
    factories.member(account, user=kim, granted=granted(Level.FULL))
    written(account, by=kim)
    member = factories.membership(kim, account)
    proxy = Role.PROXY_TRADE_ACCOUNT_OWNER
    useraccess.change(member, role=proxy, granted=Rights(), version=member.version, by=factories.owner_of(account))
    written(account, by=kim)
    shown = text_of(owner.get(log(account)))
    assert "Kim Lee, Trade Account User of Acme" in shown
    assert "Kim Lee, Proxy Trade Account Owner of Acme" in shown


def test_the_longest_names_fit(account: TopAccount) -> None:
    TopAccount.objects.filter(pk=account.pk).update(company_name="C" * 100)
    account.refresh_from_db()
    longest = factories.person(first_name="F" * 60, middle_name="M" * 60, last_name="L" * 60)
    factories.member(account, user=longest, granted=granted(Level.FULL))
    entry = written(account, by=longest, subject="S" * 120)
    assert entry.signature.endswith("…") and len(entry.signature) == 200
    assert Message.objects.filter(about=ref(entry)).exists()


def test_a_second_click_writes_nothing_and_leaves_no_file(
    account: TopAccount, owner: Client, private_files: Path, later: Callable[..., Any]
) -> None:
    def send(content: bytes = b"a,b\n") -> int:
        sent = owner.post(add(account), {"subject": "Once", "text": "Twice", "attachment": upload(content)})
        assert sent.status_code == 302
        assert (
            ActivityEntry.objects.count()
            == len(kept(private_files))
            == Event.objects.filter(kind="useraccess.activity_entry_added").count()
        )
        return ActivityEntry.objects.count()

    assert [send(), send(), send(b"another file\n")] == [1, 1, 2]
    later(minutes=11)
    assert send(b"another file\n") == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.concurrency(sqlite=True)
def test_two_clicks_at_once_write_one_entry(account: TopAccount) -> None:
    by = factories.owner_of(account)
    results = together(*[lambda: actions.add_entry(account, subject="Once", text="Twice", by=by)] * 3)
    assert len(set(results)) == 1, results
    assert ActivityEntry.objects.count() == 1


# --- What is taken -----------------------------------------------------------------------------------------------
GOOD_TEXTS = {
    "emoji": "Shipped \U0001f6a2",
    "right to left": "שלום مرحبا",
    "script": "<script>alert(1)</script>{{ 7 }}' OR 1=1 --",
    "as long as it may be, with line breaks": "\r\n".join(["x" * 49] * 80),
}


@pytest.mark.parametrize("what", GOOD_TEXTS)
def test_any_text_is_kept_and_shown_as_typed(account: TopAccount, owner: Client, what: str) -> None:
    text = GOOD_TEXTS[what]
    answer: Any = owner.post(add(account), {"subject": text[:40], "text": text}, follow=True)
    entry = ActivityEntry.objects.get()
    assert entry.text == text.replace("\r\n", "\n")
    assert "<script>alert" not in answer.content.decode()
    assert " ".join(entry.subject.split()) in text_of(answer)


BAD_TEXTS = {
    "nothing": ({"subject": "", "text": ""}, ["Subject is required.", "Text is required."]),
    "white space": ({"subject": " \t ", "text": "\r\n "}, ["Subject is required.", "Text is required."]),
    "too long": (
        {"subject": "x" * 121, "text": "y" * 4001},
        [
            "Subject must be 120 characters or fewer (it has 121).",
            "Text must be 4000 characters or fewer (it has 4001).",
        ],
    ),
    "NUL": ({"subject": "a\x00b"}, ["Subject contains a NUL character. Type the text again."]),
    "direction mark": (
        {"text": "a\u202eb"},
        [
            "Text contains an invisible character (right-to-left override, character 2). Delete it, or type the text "
            "again instead of pasting it."
        ],
    ),
}


@pytest.mark.parametrize("what", BAD_TEXTS)
def test_a_text_that_will_not_do_is_explained_and_kept(
    account: TopAccount, owner: Client, private_files: Path, what: str
) -> None:
    changes, told = BAD_TEXTS[what]
    typed = {"subject": "A subject", "text": "A text", **changes}
    answer: Any = owner.post(add(account), {**typed, "attachment": upload()})
    assert answer.status_code == 200
    assert errors(answer) == [*told, f"Attachment: {FILE_AGAIN}"]
    again = answer.context["form"]
    assert {name: again[name].value() for name in typed} == typed
    assert not ActivityEntry.objects.exists() and not kept(private_files)


# --- The list ----------------------------------------------------------------------------------------------------
def subjects(answer: Any) -> list[str]:
    return [entry.subject for entry in answer.context["page"]]


def test_entries_are_newest_first_and_found_by_text_and_author(account: TopAccount, owner: Client) -> None:
    kim = factories.member(account, granted=granted(Level.FULL))
    written(account, subject="Bond", text="raised")
    written(account, by=kim, subject="Audit", text="of the BOND")
    written(account, by=kim, subject="Other", text="matter")
    written(factories.account(), subject="Bond of somebody else")

    def found(**chosen: str) -> list[str]:
        return subjects(owner.get(log(account), chosen))

    assert found() == ["Other", "Audit", "Bond"]
    assert found(q="bond") == ["Audit", "Bond"]
    assert found(author=str(kim.pk)) == ["Other", "Audit"]
    assert found(q="bond", author=str(kim.pk)) == ["Audit"]
    assert found(q="%") == []
    for nobody in ("0", "9" * 30, "kim", "²"):
        assert found(author=nobody, page=nobody) == ["Other", "Audit", "Bond"], nobody
    assert "No entry matches" in text_of(owner.get(log(account), {"q": "nothing like it"}))
    assert owner.get(log(account), {"q": "a\x00"}).status_code == 400


def test_the_log_is_paged_and_costs_the_same_however_long_it_is(account: TopAccount, owner: Client) -> None:
    def grow(rows: int) -> None:
        people = [factories.owner_of(account), factories.officer(device=False)]
        ActivityEntry.objects.bulk_create(
            ActivityEntry(
                top_account=account,
                at=account.created_at,
                by=people[number % 2],
                signature="Somebody",
                subject=f"Entry {number}",
                text="Text",
            )
            for number in range(rows)
        )

    assert_constant_queries(owner, log(account), grow, few=5, many=50)
    assert len(subjects(owner.get(log(account)))) == 20
    assert len(subjects(owner.get(log(account), {"page": "3"}))) == 10


# --- For good ----------------------------------------------------------------------------------------------------
@pytest.fixture
def entry(account: TopAccount) -> Iterator[ActivityEntry]:
    entry = written(account, subject="For good")
    yield entry
    assert ActivityEntry.objects.get().subject == "For good"


def test_the_database_refuses_to_change_an_entry(entry: ActivityEntry) -> None:
    entry.text = "Never said"
    attempts: list[Callable[[], Any]] = [entry.save, lambda: ActivityEntry.objects.update(subject="Never said")]
    if connection.vendor == "postgresql":
        # SQLite cannot, see the migration.
        attempts += [entry.delete, ActivityEntry.objects.all().delete]
    for attempt in attempts:
        with pytest.raises(IntegrityError, match="stays as it was written"), transaction.atomic():
            attempt()


def test_no_page_and_no_admin_form_changes_an_entry(
    entry: ActivityEntry, officer_client: Callable[..., Client]
) -> None:
    desk = officer_client()
    for what in ("change", "delete"):
        address = reverse(f"admin:useraccess_activityentry_{what}", args=[entry.pk])
        assert desk.post(address, {"subject": "Never said", "post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": entry.pk, "post": "yes"}
    assert desk.post(reverse("admin:useraccess_activityentry_changelist"), chosen).status_code == 200
    for person in (factories.owner_of(entry.top_account), desk.officer):  # type: ignore[attr-defined]
        for address in (log(entry.top_account), download(entry)):
            assert signed_in(person).post(address).status_code == 405
