"""Records age: warned twice, inactive after a year without activity, active again by a filing."""

from datetime import date, timedelta
from typing import Any

import pytest

from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.models import Event
from importers import actions
from importers.models import ImporterRecord
from importers.snags import snags
from importers.tasks import age_records
from tests import factories
from tests.form5106.samples import company, fresh, told
from tests.harness.world import signed_in

pytestmark = pytest.mark.django_db
#: The day at which tests/harness/moving_time.py stops the clock.
TODAY = date(2026, 3, 2)


def idle(days: int, **facts: Any) -> ImporterRecord:
    """A record whose last activity was so many days ago."""
    return factories.ImporterRecordFactory.create(last_activity_on=TODAY - timedelta(days=days), **facts)


def test_warned_thirty_and_seven_days_before_once_each_then_inactive(later: Any) -> None:
    record = idle(334)
    mails = []
    for _ in range(33):
        age_records()
        age_records()
        mails.append(sum(told(record).values()))
        later(days=1)
    assert (mails[0], mails[1], mails[23], mails[24], mails[30], mails[31]) == (0, 1, 1, 2, 2, 3)
    to = record.point_of_contact_email
    assert told(record) == {("record_idle", to): 2, ("record_inactive", to): 1}
    assert fresh(record).status == "INACTIVE"
    assert Event.objects.filter(kind="importers.record_inactive").count() == 1


def test_whoever_is_late_is_warned_once_for_what_is_left(later: Any) -> None:
    record = idle(361)
    assert age_records() == (1, 0)
    assert age_records() == (0, 0)
    assert fresh(record).warned_days == 7


def test_what_does_not_age(later: Any) -> None:
    factories.ImporterRecordFactory.create(last_activity_on=None)
    idle(400, status="VOIDED")
    idle(400, status="INACTIVE")
    silent = idle(400, point_of_contact_email="")
    assert age_records() == (0, 1)
    assert told(silent) == {} and fresh(silent).status == "INACTIVE"


def test_an_account_reads_in_its_journal_that_its_record_is_inactive(later: Any) -> None:
    account, record, _ = company()
    ImporterRecord.objects.filter(pk=record.pk).update(last_activity_on=TODAY - timedelta(days=365))
    age_records()
    assert Event.objects.filter(journal=f"accounts.topaccount:{account.pk}", kind="importers.record_inactive").exists()


def test_void_and_restore_are_the_desks_and_happen_once() -> None:
    record, officer = factories.ImporterRecordFactory.create(), factories.officer()
    supervisor = factories.supervisor()
    for nobody in (factories.person(), officer):
        with pytest.raises(NotAllowed):
            actions.void_record(record, reason="…", by=nobody)
    actions.void_record(record, reason="Not theirs.", by=supervisor)
    actions.void_record(fresh(record), reason="Again.", by=supervisor)
    assert fresh(record).void_reason == "Not theirs."
    actions.restore_record(record, text="Seen.", by=officer)
    actions.restore_record(fresh(record), text="Seen.", by=officer)
    assert Event.objects.filter(kind__startswith="importers.record_").count() == 2
    ImporterRecord.objects.filter(pk=record.pk).update(status="INACTIVE")
    with pytest.raises(WrongState, match="inactive, not voided"):
        actions.restore_record(record, text="Seen.", by=officer)


# --- Known snags ---------------------------------------------------------------------------------------------------
BONDED = {"bond_number": "SB-1", "bond_is_continuous": True}


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({**BONDED}, []),
        ({**BONDED, "filed_on": TODAY - timedelta(days=365)}, []),
        ({**BONDED, "filed_on": TODAY - timedelta(days=366)}, ["stale"]),
        ({}, ["no_continuous_bond"]),
        ({**BONDED, "bond_terminates_on": TODAY}, ["no_continuous_bond"]),
        ({**BONDED, "bond_effective_on": TODAY + timedelta(days=1)}, ["no_continuous_bond"]),
        ({**BONDED, "bond_is_continuous": False}, ["no_continuous_bond"]),
        ({**BONDED, "name_differs_at_irs": True}, ["name_at_irs"]),
    ],
)
def test_snags(facts: dict[str, Any], codes: list[str], later: Any) -> None:
    found = snags(factories.ImporterRecordFactory.create(**facts))
    assert [one.code for one in found] == codes
    assert all(one.title and one.way_on for one in found)


def test_several_numbers_of_a_company_are_a_snag() -> None:
    make = factories.ImporterRecordFactory.create
    record = make(**BONDED)
    same_ein = make(importer_number=f"{record.importer_number[:-2]}01")
    assert [one.code for one in snags(record)] == ["several_numbers"]
    ImporterRecord.objects.filter(pk=same_ein.pk).update(status="VOIDED")
    assert snags(record) == []
    make(company_name=record.company_name.upper())
    assert [one.code for one in snags(record)] == ["several_numbers"]


def test_the_applicant_reads_the_snags_once_the_code_proved_the_contact(client: Any) -> None:
    started = factories.application_started()
    assert b"What CBP will look at" not in client.get(f"/apply/importer/{started.draft_token}/code/").content
    proved = factories.application_verified()
    assert b"No continuous bond" in client.get(f"/apply/importer/{proved.draft_token}/details/").content


def test_the_desk_reads_the_same_list() -> None:
    waiting = factories.application_submitted()
    desk = signed_in(factories.officer())
    shown = desk.get(f"/admin/importers/importerapplication/{waiting.pk}/change/").content
    assert snags(waiting.record)[0].title.encode() in shown
