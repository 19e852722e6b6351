"""Owner lookup: the page says the same whatever was asked; the answer goes to the point of contact alone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ace_portal.core import clock
from ace_portal.core.events import journal_of
from ace_portal.core.models import Message
from ownership import actions
from ownership.models import OwnerLookup
from tests import factories
from tests.harness.mail import Letter
from tests.harness.tasks import Worker
from tests.ownership.samples import LOOKUP, company, question, record_of
from tests.useraccess.people_samples import importer

pytestmark = pytest.mark.django_db
Mailbox = Callable[[str], list[Letter]]
SENT = "/support/owner-lookup/sent/"


def ask(record: Any, client: Client | None = None, **changes: str) -> Any:
    """Ask at the page, from a network of one's own."""
    client = client or Client(REMOTE_ADDR=f"10.8.{factories.serial() % 250}.{factories.serial() % 250}")
    return client.post(LOOKUP, question(record, **changes))


def about_owners() -> list[tuple[str, str]]:
    return sorted(Message.objects.filter(template__startswith="ownership/").values_list("template", "to_address"))


def test_the_point_of_contact_reads_who_it_is_and_the_owner_that_somebody_asked(mailbox: Mailbox) -> None:
    account, record = company()
    owner = factories.owner_of(account)
    assert ask(record)["Location"] == SENT
    letter = mailbox(record.point_of_contact_email)[-1]
    assert str(owner) in letter.body and f"{owner.email[0]}•••@trade.example" in letter.body
    assert owner.email not in letter.body
    assert record.importer_number not in letter.body
    told = mailbox(owner.email)[-1]
    assert "I am the new controller." in told.body and "A visitor of the portal asked" in told.body
    event = journal_of(account).get(kind="ownership.looked_up")
    assert event.summary == "A visitor asked who owns this account; the point of contact was told"
    assert not OwnerLookup.objects.exists()


def test_whoever_is_signed_in_is_named_to_the_owner(mailbox: Mailbox) -> None:
    from tests.harness.world import signed_in

    account, record = company()
    asker = factories.member(account)
    assert ask(record, signed_in(asker)).status_code == 302
    letter = mailbox(factories.owner_of(account).email)[-1]
    assert f"{asker} ({asker.email}), signed in to the portal, asked" in letter.body
    assert journal_of(account).get(kind="ownership.looked_up").by == asker


@pytest.mark.parametrize("how", ["name", "capitals", "ein alone", "spaces"])
def test_name_and_number_are_read_as_people_write_them(how: str) -> None:
    account, record = company()
    changes = {
        "name": {},
        "capitals": {"company_name": record.company_name.upper()},
        "ein alone": {"number": record.importer_number[:10]},
        "spaces": {"number": f" {record.importer_number[:2]} {record.importer_number[3:]} "},
    }[how]
    ask(record, **changes)
    Worker().run()
    assert [to for _, to in about_owners()] == [record.point_of_contact_email, factories.owner_of(account).email]


def nothing(record: Any, how: str) -> dict[str, str]:
    """Make the question one to which there is no answer."""
    if how == "unlinked":
        type(record).objects.filter(pk=record.pk).update(sub_account=None)
    if how == "closed":
        type(record.sub_account).objects.filter(pk=record.sub_account_id).update(closed_at=clock.now())
    if how in ("no contact", "bad contact"):
        address = "" if how == "no contact" else "not an address"
        type(record).objects.filter(pk=record.pk).update(point_of_contact_email=address)
    return {
        "another name": {"company_name": "Somebody Else Inc."},
        "another number": {"number": "12-999999900"},
        "another suffix": {"number": f"{record.importer_number[:10]}01"},
    }.get(how, {})


HOPELESS = [
    *("another name", "another number", "another suffix"),
    *("unlinked", "closed", "no contact", "bad contact"),
]


@pytest.mark.parametrize("how", HOPELESS)
def test_without_a_match_nothing_is_sent_and_the_page_says_the_same(how: str) -> None:
    account, record = company()
    right = ask(record)
    said = Client().get(right["Location"]).content
    Worker().run()
    before = about_owners()
    wrong = ask(record, **nothing(record, how))
    assert (wrong.status_code, wrong["Location"]) == (right.status_code, right["Location"])
    assert Client().get(wrong["Location"]).content == said
    Worker().run()
    assert about_owners() == before
    assert journal_of(account).filter(kind="ownership.looked_up").count() == 1
    assert not OwnerLookup.objects.exists()


@pytest.mark.parametrize("how", ["another name", "another number", "unlinked"])
def test_the_page_does_the_same_work_whatever_is_asked(how: str) -> None:
    def queries(record: Any, **changes: str) -> list[str]:
        client = Client(REMOTE_ADDR=f"10.7.{factories.serial() % 250}.{factories.serial() % 250}")
        client.get(LOOKUP)
        with CaptureQueriesContext(connection) as captured:
            assert client.post(LOOKUP, question(record, **changes)).status_code == 302
        return [one["sql"].split()[0] for one in captured.captured_queries]

    _, known = company()
    _, other = company()
    assert queries(known) == queries(other, **nothing(other, how))
    assert all("importers" not in one for one in queries(known))


def test_a_company_with_several_accounts_hears_of_each_once() -> None:
    account, record = company()
    again = importer(account)
    second = factories.importer_account()
    for sub, suffix in ((again, "01"), (second.sub_accounts.get(), "02")):
        number = record.importer_number[:10] + suffix
        rows = type(record).objects.filter(sub_account=sub)
        if rows.exists():
            rows.update(importer_number=number, company_name=record.company_name)
        else:
            factories.ImporterRecordFactory.create(
                importer_number=number,
                company_name=record.company_name,
                sub_account=sub,
                point_of_contact_email=record.point_of_contact_email.upper(),
            )
    ask(record, number=record.importer_number[:10])
    Worker().run()
    contacts = [to.lower() for template, to in about_owners() if template == "ownership/lookup_contact"]
    assert sorted(contacts) == sorted(
        [record.point_of_contact_email.lower(), record_of(second).point_of_contact_email.lower()]
    )
    owners = [to for template, to in about_owners() if template == "ownership/lookup_owner"]
    assert sorted(owners) == sorted([factories.owner_of(account).email, factories.owner_of(second).email])


def test_the_fourth_question_about_a_number_in_a_day_is_not_answered_and_nobody_sees_it(later: Any) -> None:
    account, record = company()
    for _ in range(4):
        assert ask(record)["Location"] == SENT
    Worker().run()
    assert journal_of(account).filter(kind="ownership.looked_up").count() == 3
    ask(record, number=record.importer_number[:10])
    Worker().run()
    assert journal_of(account).filter(kind="ownership.looked_up").count() == 3
    later(days=1, seconds=1)
    ask(record)
    Worker().run()
    assert journal_of(account).filter(kind="ownership.looked_up").count() == 4


def test_one_network_asks_ten_times_an_hour() -> None:
    client = Client(REMOTE_ADDR="10.8.8.8")
    _, record = company()
    for number in range(10):
        assert client.post(LOOKUP, question(record, number=f"12-34567{number:02d}00")).status_code == 302
    page = client.post(LOOKUP, question(record))
    assert page.status_code == 200
    assert "Too many questions were asked from your network" in page.content.decode()
    assert question(record)["reason"] in page.content.decode()


def test_two_workers_answer_once_and_the_sweep_finds_what_no_nudge_reached() -> None:
    account, record = company()
    ask(record)
    pk = OwnerLookup.objects.get().pk
    assert actions.answer_waiting() == 1
    assert not actions.answer(pk)
    Worker().run()
    assert journal_of(account).filter(kind="ownership.looked_up").count() == 1


def test_the_picture_has_to_be_answered() -> None:
    _, record = company()
    page = ask(record, picture="")
    assert page.status_code == 200 and "Type the digits shown in the picture" in page.content.decode()
    assert not OwnerLookup.objects.exists()
