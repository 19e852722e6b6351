"""5106 records age and are restored: by whom, and not when something happened meanwhile."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed
from ace_portal.core.models import Message
from importers import actions
from importers.actions import records
from importers.models import ImporterRecord
from tests import factories

pytestmark = pytest.mark.django_db


def test_nobody_but_an_officer_restores_a_record() -> None:
    record = factories.ImporterRecordFactory.create(status="VOIDED")
    for by in (factories.person(), factories.owner_of(factories.account())):
        with pytest.raises(NotAllowed, match="Only a CBP officer"):
            actions.restore_record(record, text="Seen.", by=by)
    record.refresh_from_db()
    assert record.status == "VOIDED"


def today() -> date:
    return timezone.localdate(clock.now())


@pytest.mark.parametrize("by_now", [today, lambda: None], ids=["active today", "activity unknown"])
@pytest.mark.parametrize("idle", [365, 360], ids=["to become inactive", "to be warned"])
def test_a_record_that_changed_since_the_sweep_saw_it_is_left_alone(
    idle: int, by_now: Callable[[], date | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = factories.ImporterRecordFactory.create(last_activity_on=today() - timedelta(days=idle))
    real = records._some

    def meanwhile(rows: Any) -> list[int]:
        """What the sweep finds; somebody files before it comes to decide."""
        found = real(rows)
        if found:
            ImporterRecord.objects.filter(pk=record.pk).update(last_activity_on=by_now())
        return found

    monkeypatch.setattr(records, "_some", meanwhile)
    assert actions.age_records() == (0, 0)
    record.refresh_from_db()
    assert (record.status, record.warned_days) == ("ACTIVE", None)
    assert not Message.objects.exists()
