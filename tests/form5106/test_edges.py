"""Filings at their limits: too many mails, numbers used up, decisions that come second, keys that were changed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.core.errors import NotAllowed, WrongState
from form5106 import actions, policy, sealed, tasks
from form5106.models import Action, AssignedNumbers, Filing, RecordVersion
from form5106.rejects import Rejected
from form5106.snapshots import differences, snapshot
from tests import factories
from tests.form5106.samples import (
    BROWSER,
    at_the_desk,
    begun,
    company,
    content,
    filled_in,
    fresh,
    kept,
    new_record,
    restore_requested,
    sent_code,
    told,
    verified,
    voided,
)
from verification import codes

pytestmark = pytest.mark.django_db


def test_a_mailbox_is_not_flooded_with_links() -> None:
    filings = [begun(email="one@trade.example") for _ in range(7)]
    assert sum(told(filing)[("begun", "one@trade.example")] for filing in filings) == 5


def test_no_code_is_sent_where_none_can_be_or_none_is_needed() -> None:
    silent = begun(factories.ImporterRecordFactory.create(point_of_contact_email="none"), [Action.NAME])
    proved = verified(factories.ImporterRecordFactory.create(), [Action.NAME])
    for filing, words in ((silent, "no valid e-mail"), (proved, "accepted already"), (begun(), "no valid e-mail")):
        with pytest.raises(WrongState, match=words):
            actions.send_code(filing, browser=BROWSER, ip="10.0.0.1")


def test_the_right_code_in_two_windows_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    filing = begun(factories.ImporterRecordFactory.create(), [Action.NAME])
    code, stale = sent_code(filing), fresh(filing)
    compare = codes.compare
    actions.confirm_code(filing, typed=code, browser=BROWSER)
    # The other window compared before this one used the code up …
    actions.confirm_code(stale, typed=code, browser=BROWSER)
    assert policy.is_verified(stale)
    # … or at the very same moment.
    other = begun(factories.ImporterRecordFactory.create(), [Action.NAME])
    code, late = sent_code(other), fresh(other)

    def slow(*args: Any, **facts: Any) -> codes.RightCode:
        right = compare(*args, **facts)
        monkeypatch.setattr(codes, "compare", compare)
        actions.confirm_code(other, typed=code, browser=BROWSER)
        return right

    monkeypatch.setattr(codes, "compare", slow)
    actions.confirm_code(late, typed=code, browser=BROWSER)
    assert policy.is_verified(fresh(late))


def test_when_a_years_numbers_are_used_up_the_filing_stays_a_draft(later: Any) -> None:
    AssignedNumbers.objects.create(prefix="269901", last=99999)
    filing = filled_in(number="")
    with pytest.raises(Rejected, match="used up"):
        actions.submit(filing, content=content(filing))
    assert fresh(filing).status == "DRAFT"
    assert str(AssignedNumbers.objects.get()) == "269901-99999"


def test_a_social_security_number_may_be_an_importer_number() -> None:
    assert new_record(number="900-12-3457").importer_number == "900-12-3457"


def test_a_query_is_refused_to_who_may_not_send_one() -> None:
    with pytest.raises(NotAllowed):
        actions.ask([], by=factories.person())


def test_what_is_restored_is_decided_once_by_an_officer() -> None:
    row, officer = restore_requested(), factories.officer()
    with pytest.raises(NotAllowed):
        actions.grant(row, text="Seen.", by=factories.person())
    actions.refuse(row, text="Not enough.", by=officer)
    actions.refuse(fresh(row), text="Not enough.", by=officer)
    with pytest.raises(WrongState, match="Somebody was faster"):
        actions.grant(fresh(row), text="Seen.", by=officer)
    granted = actions.grant(restore_requested(), text="Seen.", by=officer)
    assert actions.grant(fresh(granted), text="Seen.", by=officer).status == "GRANTED"
    assert told(row)[("restore_refused", "robin@trade.example")] == 1
    assert str(row).startswith("Request ")


def test_nothing_of_a_refused_request_stays_on_disk(monkeypatch: pytest.MonkeyPatch, private_files: Any) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    record = voided()
    monkeypatch.setattr("form5106.actions.restoring.events.record", full)
    with pytest.raises(OSError, match="disk full"):
        restore_requested(record)
    assert not list((private_files / "restore-record").iterdir())


def test_officers_are_compared_as_people_read_them() -> None:
    record = new_record()
    before = snapshot(record)
    changed = {**before, "officers": [{**before["officers"][0], "title": "Chair", "ssn": sealed.seal("900-12-3456")}]}
    (one,) = differences(before, changed)
    assert one.label == "Officer 1" and "Title: President" in one.before and "Title: Chair" in one.after
    assert "•••••••3456" in one.after and "900-12" not in one.after
    assert (
        differences(before, {**before, "officers": [dict(before["officers"][0], ssn=sealed.seal("900-12-3456"))]}) == []
    )
    (gone,) = differences(before, {**before, "related_businesses": []})
    assert (gone.label, gone.after) == ("Related business 1", "")


def test_after_a_change_of_the_key_numbers_are_missing_not_a_fault(settings: Any) -> None:
    token = sealed.seal("900-12-3456")
    settings.VAULT_KEY = "another key, long enough to be one"
    assert sealed.opened(token) == sealed.mask(token) == ""


def test_a_page_of_a_form_that_was_submitted_meanwhile(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    filing = filled_in()
    address = reverse("form5106:step", args=[filing.token, "company"])
    real = actions.keep

    def late(row: Filing, typed: Any, *, page: str = "") -> None:
        actions.submit(fresh(row), content=content(row))
        real(row, typed, page=page)

    monkeypatch.setattr(actions, "keep", late)
    answer = client.post(address, {"company_name": "X"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("form5106:status", args=[filing.token])
    assert b"can no longer be changed here" in answer.content


def test_a_refused_submission_says_why_and_keeps_the_draft(client: Client) -> None:
    number = factories.importer_number()
    late, first = (filled_in(number=number) for _ in range(2))
    actions.submit(first, content=content(first))
    answer = client.post(reverse("form5106:answers", args=[late.token]))
    assert b"R06: This number is on file already" in answer.content
    assert fresh(late).status == "DRAFT"


def test_withdrawing_what_was_decided_says_so(client: Client) -> None:
    filing = at_the_desk()
    actions.reject(filing, reject_code="MVM", text="No.", by=factories.officer())
    answer = client.post(reverse("form5106:withdraw", args=[filing.token]), follow=True)
    assert b"Somebody was faster" in answer.content
    assert client.post(reverse("form5106:new-code", args=[begun().token]), follow=True).status_code == 200


def test_the_sweep_closes_forgotten_drafts_only(later: Any) -> None:
    filing = begun()
    later(days=31)
    kept(filing, {"city": "Baltimore"})
    assert tasks.expire_drafts() == 0
    later(days=31)
    assert tasks.expire_drafts() == 1


def test_rows_say_what_they_are() -> None:
    _, record, owner = company()
    filing = filled_in(record, [Action.NAME], by=owner)
    actions.submit(filing, content=content(filing))
    assert str(filing) == f"Filing {filing.reference}"
    assert str(RecordVersion.objects.first()).startswith("Version 2 of ")
