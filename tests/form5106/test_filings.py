"""Filings of Form 5106: who may file what, the code, accepted or to the desk, versions, two at once."""

from typing import Any

import pytest

from ace_portal.core.errors import DomainError, NotAllowed, WrongState
from ace_portal.core.events import journal_of
from ace_portal.core.models import Event, Message
from ace_portal.core.numbers import parse_importer_number
from form5106 import actions, policy, sealed
from form5106.models import Action, FiledAs, Filing, RecordVersion
from form5106.rejects import Rejected
from form5106.snapshots import differences, snapshot
from importers.models import ImporterRecord
from tests import factories
from tests.form5106.samples import (
    BROKER,
    COMPANY,
    CONTACT,
    at_the_desk,
    begun,
    company,
    content,
    filled_in,
    fresh,
    happened,
    kept,
    new_record,
    sent_code,
    submitted,
    told,
    verified,
    voided,
)
from tests.useraccess import access_samples
from useraccess.models import Level, Role
from useraccess.rights import Rights

pytestmark = pytest.mark.django_db


def test_a_stranger_puts_a_first_record_on_file() -> None:
    filing = submitted()
    record = fresh(filing).record
    assert filing.status == "ACCEPTED" and filing.applied_version == 1
    assert (record.company_name, record.second_name, record.uses) == (
        COMPANY["company_name"],
        "Harbor Beans",
        "IOR,CONSIGNEE",
    )
    assert (record.status, record.version, record.phone) == ("ACTIVE", 1, "+14105550123")
    assert record.active_since and record.filed_on and record.last_activity_on and record.certified_on
    assert RecordVersion.objects.get(record=record).filing == filing
    assert told(filing) == {("begun", filing.filer_email): 1, ("accepted", filing.filer_email): 1}
    assert happened(filing) == {"begun": 1, "submitted": 1, "accepted": 1}
    assert record.broker_name == ""


def test_secret_numbers_are_kept_encrypted_everywhere() -> None:
    filing = filled_in()
    assert "900-12-3456" not in str(filing.draft) and "X1234567" not in str(filing.draft)
    actions.submit(filing, content=content(filing))
    record = ImporterRecord.objects.get(pk=filing.record_id)
    (officer,) = record.officers
    assert sealed.opened(officer["ssn"]) == "900-12-3456"
    assert sealed.mask(officer["ssn"]).endswith("3456") and "900" not in sealed.mask(officer["ssn"])
    assert sealed.opened(record.bank_routing) == "052000113"
    kept_somewhere = [
        *Event.objects.values_list("before", "after", "summary"),
        *Message.objects.values_list("body", "subject"),
        *RecordVersion.objects.values_list("snapshot"),
        *Filing.objects.values_list("draft", "content", "base"),
    ]
    for number in ("900-12-3456", "900123456", "X1234567", "052000113"):
        assert number not in str(kept_somewhere)


def test_a_masked_number_sent_back_means_the_one_that_was_there() -> None:
    filing = filled_in()
    again = kept(filing, {"officer1_ssn": sealed.mask(filing.draft["officer1_ssn"])})
    assert sealed.opened(again.draft["officer1_ssn"]) == "900-12-3456"
    other = kept(filing, {"officer1_ssn": "•••••••9999"})
    assert other.draft["officer1_ssn"] == ""


def test_submitting_twice_is_submitting_once() -> None:
    filing = filled_in()
    said = content(filing)
    actions.submit(filing, content=said)
    assert actions.submit(fresh(filing), content=said).status == "ACCEPTED"
    assert happened(filing)["accepted"] == 1 and ImporterRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "what", "number", "name", "code", "field"),
    [
        ({}, [Action.NEW], "own", "own", "R06", "actions"),
        ({"status": "VOIDED"}, [Action.NEW], "own", "own", "R03", "importer_number"),
        ({"status": "VOIDED"}, [Action.REFRESH], "own", "own", "R03", "importer_number"),
        ({}, [Action.NAME], "12-900000100", "own", "R03", "importer_number"),
        ({}, [Action.NAME], "own", "Quite Another Firm", "R02", "company_name"),
    ],
)
def test_what_does_not_fit_the_file_is_refused_at_the_start(
    facts: dict[str, str], what: list[Action], number: str, name: str, code: str, field: str
) -> None:
    record = factories.ImporterRecordFactory.create(**facts)
    with pytest.raises(Rejected) as caught:
        actions.start(
            actions=what,
            importer_number=parse_importer_number(record.importer_number if number == "own" else number),
            company_name=record.company_name if name == "own" else name,
            files_as=FiledAs.COMPANY,
            email="a@trade.example",
            by=None,
            ip="10.0.0.1",
        )
    assert caught.value.message.startswith(f"{code}: ") and caught.value.field == field
    assert not Filing.objects.exists()


# --- Who may ----------------------------------------------------------------------------------------------------
def test_a_linked_record_is_filed_for_by_its_own_people_alone() -> None:
    account, record, owner = company()
    proxy = factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    writer = factories.member(account, granted=Rights().everywhere(Level.FULL))
    reader = factories.member(account, granted=Rights().everywhere(Level.READ))
    for person in (owner, proxy, writer):
        assert begun(record, [Action.NAME], by=person).draft["company_name"] == record.company_name
    for stranger in (reader, factories.owner_of(factories.account()), None):
        with pytest.raises(NotAllowed) as caught:
            begun(record, [Action.NAME], by=stranger)
        assert caught.value.code == "linked"


def test_a_broker_files_for_a_client_it_was_let_in_by() -> None:
    account, record, _ = company()
    brokers = factories.account()
    clerk = factories.owner_of(brokers)
    with pytest.raises(NotAllowed):
        begun(record, [Action.ADDRESS], by=clerk, files_as=FiledAs.BROKER)
    access_samples.active(account, brokers, Rights().everywhere(Level.FULL))
    assert policy.is_broker(clerk)
    filing = submitted_change(record, [Action.ADDRESS], by=clerk, files_as=FiledAs.BROKER, street_address="9 Pier Rd")
    record = fresh(record)
    assert filing.status == "ACCEPTED"
    assert (record.street_address, record.broker_name) == ("9 Pier Rd", BROKER["broker_name"])
    assert journal_of(account).filter(kind="form5106.record_changed", by=clerk).count() == 1


def test_only_brokers_file_as_brokers_and_never_with_their_own_address() -> None:
    with pytest.raises(NotAllowed):
        begun(by=factories.person(), files_as=FiledAs.BROKER)
    broker = factories.account()
    access_samples.active(factories.account(), broker)
    clerk = factories.owner_of(broker)
    filing = filled_in(by=clerk, files_as=FiledAs.BROKER, typed={"point_of_contact_email": clerk.email.upper()})
    with pytest.raises(AssertionError, match="your own address"):
        content(filing)


def test_whoever_lost_the_right_cannot_submit() -> None:
    account, record, _ = company()
    writer = factories.member(account, granted=Rights().everywhere(Level.FULL))
    filing = filled_in(record, [Action.NAME], by=writer)
    said = content(filing)
    writer.memberships.update(ended_at="2026-01-01T00:00Z", began_at="2025-01-01T00:00Z")
    with pytest.raises(NotAllowed):
        actions.submit(filing, content=said)


def submitted_change(record: ImporterRecord, what: list[Action], *, by: Any, **typed: Any) -> Filing:
    """A change of these boxes alone, handed in."""
    files_as = typed.pop("files_as", FiledAs.COMPANY)
    filing = begun(record, what, by=by, files_as=files_as)
    missing = {"address_type": "2", "phone": "410-555-0123", "certified": "on"}
    kept(filing, missing | {"certifier_name": "Toni Owner", "certifier_title": "Owner"} | BROKER | typed)
    return actions.submit(filing, content=content(filing))


# --- The point of contact ---------------------------------------------------------------------------------------
def test_the_owner_changes_everything_but_the_contact_without_a_code() -> None:
    account, record, owner = company()
    filing = submitted_change(record, [Action.NAME], by=owner, company_name="New Harbor Coffee Inc.")
    assert (filing.status, fresh(record).company_name) == ("ACCEPTED", "New Harbor Coffee Inc.")
    assert fresh(record).sub_account.name == "New Harbor Coffee Inc."
    assert told(filing)[("changed", record.point_of_contact_email)] == 1


def test_a_new_contact_needs_a_code_sent_to_the_old_address() -> None:
    account, record, owner = company()
    old = record.point_of_contact_email
    filing = filled_in(record, [Action.CONTACT], by=owner)
    said = content(filing)
    with pytest.raises(actions.CodeNeeded):
        actions.submit(filing, content=said)
    assert fresh(record).point_of_contact_email == old
    code = sent_code(filing)
    actions.confirm_code(filing, typed=code, browser="a browser")
    actions.confirm_code(filing, typed=code, browser="a browser")
    assert actions.submit(filing, content=said).status == "ACCEPTED"
    assert fresh(record).point_of_contact_email == CONTACT["point_of_contact_email"]
    assert told(filing)[("changed", old)] == told(filing)[("changed", CONTACT["point_of_contact_email"])] == 1
    assert happened(filing)["code_accepted"] == 1


def test_without_a_code_a_new_contact_goes_to_the_desk_with_the_reason() -> None:
    account, record, owner = company()
    filing = filled_in(record, [Action.CONTACT], by=owner)
    actions.go_on_without_code(filing, reason="Pat left in March.")
    actions.submit(filing, content=content(filing))
    assert filing.status == "SUBMITTED" and "without a code" in filing.held_because
    assert told(filing)[("submitted", owner.email)] == 1
    officer = factories.officer()
    assert actions.accept(filing, by=officer).status == actions.accept(fresh(filing), by=officer).status == "ACCEPTED"
    assert fresh(record).point_of_contact_email == CONTACT["point_of_contact_email"]


def test_no_address_on_file_needs_no_code_of_the_accounts_own_people() -> None:
    account, record, owner = company()
    ImporterRecord.objects.filter(pk=record.pk).update(point_of_contact_email="")
    assert submitted_change(fresh(record), [Action.CONTACT], by=owner, **CONTACT).status == "ACCEPTED"


def test_a_stranger_sees_nothing_before_the_code_and_what_is_on_file_after_it() -> None:
    record = factories.ImporterRecordFactory.create()
    filing = begun(record, [Action.ADDRESS])
    assert policy.needs_code(filing) and filing.draft == {}
    with pytest.raises(DomainError):
        actions.confirm_code(filing, typed="000000", browser="a browser")
    actions.confirm_code(filing, typed=sent_code(filing), browser="a browser")
    assert filing.draft["street_address"] == record.street_address
    kept(filing, {"street_address": "9 Pier Road", "address_type": "2", "certifier_name": "A B"})
    kept(filing, {"certifier_title": "President", "certified": "on"})
    assert actions.submit(filing, content=content(filing)).status == "ACCEPTED"


def test_a_stranger_without_a_code_never_gets_past_the_desk() -> None:
    filing = at_the_desk()
    assert filing.status == "SUBMITTED" and "could not confirm" in filing.held_because
    assert fresh(filing.record).point_of_contact_email != CONTACT["point_of_contact_email"]
    with pytest.raises(NotAllowed):
        actions.accept(filing, by=factories.person())
    officer = factories.officer()
    actions.reject(filing, reject_code="MVM", text="Send a letter.", by=officer)
    actions.reject(fresh(filing), reject_code="MVM", text="Send a letter.", by=officer)
    assert happened(filing)["rejected"] == told(filing)[("rejected", filing.filer_email)] == 1
    with pytest.raises(WrongState):
        actions.accept(fresh(filing), by=officer)
    with pytest.raises(WrongState):
        actions.withdraw(fresh(filing))


def test_an_officer_decides_on_no_filing_of_their_own() -> None:
    officer = factories.officer()
    filing = at_the_desk()
    Filing.objects.filter(pk=filing.pk).update(filer_email=officer.email.upper())
    with pytest.raises(NotAllowed):
        actions.accept(fresh(filing), by=officer)


def test_a_filing_can_be_withdrawn_and_thrown_away() -> None:
    filing = at_the_desk()
    assert actions.withdraw(actions.withdraw(filing)).status == "WITHDRAWN"
    draft = begun()
    actions.discard(draft)
    actions.discard(draft)
    assert (draft.status, draft.draft) == ("EXPIRED", {})
    for late in (lambda: actions.keep(draft, {"city": "X"}), lambda: actions.discard(filing)):
        with pytest.raises(WrongState):
            late()


# --- Automatic checks --------------------------------------------------------------------------------------------
def test_with_the_setting_off_every_filing_waits(settings: Any) -> None:
    settings.FORM_5106_AUTO_ACCEPT = False
    filing = submitted()
    assert filing.status == "SUBMITTED" and filing.record is None
    assert actions.accept(filing, by=factories.officer()).record.company_name == COMPANY["company_name"]


def test_an_ein_that_is_on_file_is_looked_at_unless_its_own_account_files() -> None:
    _, record, owner = company()
    another = f"{record.importer_number[:-2]}01"
    assert "another suffix" in submitted(number=another).held_because
    assert "another suffix" in submitted(number=another, by=factories.owner_of(factories.account())).held_because
    assert submitted(number=another, by=owner).status == "ACCEPTED"


def test_a_number_that_came_on_file_meanwhile_is_not_overwritten() -> None:
    number = factories.importer_number()
    first, second = filled_in(number=number), filled_in(number=number, typed={"city": "Towson"})
    actions.submit(first, content=content(first))
    with pytest.raises(Rejected, match="R06"):
        actions.submit(second, content=content(second))
    assert ImporterRecord.objects.get().city == "Baltimore"


# --- CBP-assigned numbers ------------------------------------------------------------------------------------------
def test_numbers_are_given_one_after_the_other_and_never_one_that_is_on_file(later: Any) -> None:
    factories.ImporterRecordFactory.create(importer_number="269901-00002")
    given = [new_record(number="", typed={"city": "Towson", "postal_code": f"2120{n}"}) for n in (1, 2, 3)]
    assert [one.importer_number for one in given] == ["269901-00001", "269901-00003", "269901-00004"]
    later(days=365)
    assert new_record(number="").importer_number == "279901-00001"


def test_the_same_name_and_address_gets_no_second_number() -> None:
    first = new_record(number="")
    with pytest.raises(Rejected, match="R03"):
        submitted(
            number="", typed={"street_address": "7  QUAY street", "company_name": COMPANY["company_name"].upper()}
        )
    ImporterRecord.objects.filter(pk=first.pk).update(status="VOIDED")
    assert submitted(number="").status == "ACCEPTED"


def test_whoever_has_an_ssn_and_wants_a_number_gives_the_first() -> None:
    filing = filled_in(number="", typed={"number_reasons": ["HAS_SSN"], "officer1_ssn": ""})
    with pytest.raises(AssertionError, match="Social Security number"):
        content(filing)


# --- Versions ----------------------------------------------------------------------------------------------------
def test_each_filing_is_a_version_with_a_readable_difference() -> None:
    account, record, owner = company()
    before = snapshot(record)
    submitted_change(record, [Action.NAME], by=owner, company_name="New Harbor Coffee Inc.")
    submitted_change(fresh(record), [Action.ADDRESS], by=owner, street_address="9 Pier Road")
    third, second, first = RecordVersion.objects.filter(record=record)
    assert [third.number, second.number, first.number] == [3, 2, 1] and first.snapshot == before
    changes = {one.label: (one.before, one.after) for one in differences(second.snapshot, third.snapshot)}
    assert changes["Mailing address: Address line 1"] == ("100 Main Street", "9 Pier Road")
    (event,) = journal_of(account).filter(
        kind="form5106.record_changed", after__has_key="Mailing address: Address line 1"
    )
    assert event.before["Mailing address: Address line 1"] == "100 Main Street"


def test_of_two_filings_on_one_version_the_second_is_shown_the_first() -> None:
    account, record, owner = company()
    slow = filled_in(record, [Action.ADDRESS], by=owner)
    kept(slow, {"city": "Towson", "phone": "410-555-0111"})
    submitted_change(record, [Action.ADDRESS], by=owner, street_address="9 Pier Road", postal_code="21202")
    kept(slow, {"street_address": record.street_address, "postal_code": "21201"})
    with pytest.raises(actions.Overtaken):
        actions.submit(slow, content=content(slow))
    assert (fresh(record).street_address, fresh(record).city) == ("9 Pier Road", "Baltimore")
    actions.rebase(slow)
    actions.rebase(slow)
    assert slow.base_version == 2
    actions.submit(slow, content=content(slow))
    after = fresh(record)
    assert (after.street_address, after.postal_code, after.city, after.version) == ("9 Pier Road", "21202", "Towson", 3)


def test_what_a_file_loaded_meanwhile_is_not_overwritten_either_and_is_a_version() -> None:
    _, record, owner = company()
    submitted_change(record, [Action.NAME], by=owner, company_name="New Harbor Coffee Inc.")
    slow = filled_in(fresh(record), [Action.NAME], by=owner, typed={"company_name": "Slow Harbor Inc."})
    ImporterRecord.objects.filter(pk=record.pk).update(city="Towson", company_name="Loaded Harbor Inc.")
    with pytest.raises(actions.Overtaken):
        actions.submit(slow, content=content(slow))
    actions.rebase(slow)
    actions.submit(slow, content=content(slow))
    latest, loaded, *_ = RecordVersion.objects.filter(record=record)
    assert (latest.number, loaded.number, loaded.filing) == (4, 3, None)
    assert (loaded.snapshot["city"], loaded.snapshot["company_name"]) == ("Towson", "Loaded Harbor Inc.")
    assert (fresh(record).version, fresh(record).city) == (4, "Towson")


def test_a_telephone_number_nobody_touched_follows_the_record() -> None:
    account, record, owner = company()
    ImporterRecord.objects.filter(pk=record.pk).update(phone="+14105550100")
    slow = begun(fresh(record), [Action.CONTACT], by=owner)
    kept(slow, {"point_of_contact_name": "Lee Newname"})
    submitted_change(fresh(record), [Action.CONTACT], by=owner, phone="410-555-0177")
    actions.rebase(slow)
    assert slow.draft["phone"] == "+14105550177" and slow.draft["point_of_contact_name"] == "Lee Newname"


def test_at_the_desk_an_overtaken_filing_goes_back_to_its_filer() -> None:
    account, record, owner = company()
    waiting = filled_in(record, [Action.CONTACT], by=owner)
    actions.go_on_without_code(waiting, reason="Pat left.")
    actions.submit(waiting, content=content(waiting))
    submitted_change(record, [Action.NAME], by=owner, company_name="New Harbor Coffee Inc.")
    officer = factories.officer()
    with pytest.raises(WrongState, match="went back"):
        actions.accept(waiting, by=officer)
    row = fresh(waiting)
    assert (row.status, row.submitted_at) == ("DRAFT", None)
    assert told(row)[("sent_back", owner.email)] == 1
    actions.rebase(row)
    kept(row, {"certified": "on"})
    assert actions.submit(row, content=content(row)).status == "SUBMITTED"
    assert actions.accept(row, by=officer).status == "ACCEPTED"
    assert fresh(record).company_name == "New Harbor Coffee Inc."


def test_a_code_counts_no_longer_once_the_contact_is_another_one() -> None:
    record = factories.ImporterRecordFactory.create()
    first, second = verified(record, [Action.CONTACT]), verified(record, [Action.CONTACT])
    kept(first, {**CONTACT, "certifier_name": "A B", "certifier_title": "C", "certified": "on"})
    actions.submit(first, content=content(first))
    actions.rebase(second)
    assert second.verified_at is None and policy.needs_code(second)


def test_an_accepted_filing_reactivates_an_inactive_record() -> None:
    record = factories.ImporterRecordFactory.create(status="INACTIVE", warned_days=7)
    filing = verified(record, [Action.REFRESH])
    kept(filing, {k: v for k, v in COMPANY.items() if k != "company_name"} | CONTACT | {"address_type": "2"})
    kept(filing, {"certifier_name": "A B", "certifier_title": "C", "certified": "on"})
    actions.submit(filing, content=content(filing))
    record = fresh(record)
    assert (record.status, record.warned_days, record.version) == ("ACTIVE", None, 2) and record.active_since


def test_drafts_are_closed_after_thirty_days(later: Any) -> None:
    old = begun()
    later(days=29)
    young = begun()
    later(days=1, seconds=1)
    assert actions.expire_drafts() == 1
    assert (fresh(old).status, fresh(young).status) == ("EXPIRED", "DRAFT")


def test_a_voided_record_takes_no_filing() -> None:
    account, record, owner = company()
    filing = filled_in(record, [Action.NAME], by=owner)
    ImporterRecord.objects.filter(pk=record.pk).update(status="VOIDED")
    with pytest.raises(Rejected, match="voided"):
        actions.submit(filing, content=content(filing))
    assert voided().status == "VOIDED"
