"""Boxes that came later, in what was begun and filed before: readable, comparable, and no change by themselves."""

from typing import Any

import pytest
from django.urls import reverse

from form5106 import actions
from form5106.models import Action, Filing, RecordVersion
from form5106.snapshots import differences, has_moved
from tests import factories
from tests.form5106.samples import (
    at_the_desk,
    company,
    content,
    filled_in,
    fresh,
    kept,
    new_record,
    submitted,
)
from tests.harness.world import signed_in

pytestmark = pytest.mark.django_db
LATER = {"reference_number": "OHC/2026-17", "scac": "OHCT", "firms_code": "A12B"}
LABELS = {"Reference number", "SCAC", "FIRMS code"}


def without(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as they were kept before these boxes came."""
    return {name: value for name, value in facts.items() if name not in LATER}


def as_of_old(filing: Filing) -> Filing:
    """The filing as it was kept before these boxes came."""
    Filing.objects.filter(pk=filing.pk).update(
        base=without(filing.base), draft=without(filing.draft), content=without(filing.content)
    )
    return fresh(filing)


def test_they_are_put_on_file_in_their_normal_form_and_shown_everywhere() -> None:
    account, record, owner = company()
    mine = signed_in(owner)
    filing = filled_in(record, by=owner, typed={"point_of_contact_email": record.point_of_contact_email})
    answers = mine.get(reverse("form5106:answers", args=[filing.token])).content.decode()
    assert all(value in answers for value in LATER.values())
    filing = actions.submit(filing, content=content(filing))
    record = fresh(record)
    assert {name: getattr(record, name) for name in LATER} == LATER
    version = RecordVersion.objects.get(filing=filing)
    assert version.snapshot.items() >= LATER.items()
    history = mine.get(reverse("form5106:history", args=[record.pk])).content.decode()
    assert all(label in history for label in LABELS) and all(value in history for value in LATER.values())
    desk = signed_in(factories.officer())
    review = desk.get(reverse("admin:form5106_filing_change", args=[filing.pk])).content.decode()
    assert all(value in review for value in LATER.values())


def test_a_filing_begun_before_them_is_finished_as_if_they_were_left_empty() -> None:
    _, record, owner = company()
    filing = as_of_old(filled_in(record, [Action.NAME], by=owner))
    assert not has_moved(filing)
    actions.submit(filing, content=content(filing))
    assert fresh(filing).status == "ACCEPTED"
    assert fresh(record).scac == ""


def test_a_filing_that_waited_since_before_them_is_accepted() -> None:
    filing = as_of_old(at_the_desk())
    assert actions.accept(filing, by=factories.officer()).status == "ACCEPTED"


def test_a_draft_begun_before_them_opens_and_may_fill_them_in() -> None:
    filing = as_of_old(filled_in())
    assert content(filing)["scac"] == ""
    kept(filing, {"scac": "ohct"})
    assert content(filing)["scac"] == "OHCT"


def test_a_change_of_one_of_them_by_another_filing_is_noticed() -> None:
    _, record, owner = company()
    filing = as_of_old(filled_in(record, [Action.NAME], by=owner))
    type(record).objects.filter(pk=record.pk).update(scac="OHCT")
    assert has_moved(fresh(filing))


def test_an_old_version_stays_readable_and_is_kept_once() -> None:
    record = new_record(typed=dict.fromkeys(LATER, ""))
    first = RecordVersion.objects.get(record=record)
    first.snapshot = without(first.snapshot)
    first.save()
    (change,) = differences(first.snapshot, {**first.snapshot, "scac": "OHCT", "firms_code": ""})
    assert (change.label, change.before, change.after) == ("SCAC", "", "OHCT")
    verified = submitted(record, [Action.CONTACT], by=_owner_of(record))
    assert verified.status == "ACCEPTED"
    assert list(RecordVersion.objects.filter(record=record).values_list("number", flat=True)) == [2, 1]


def _owner_of(record: Any) -> Any:
    """Somebody who may file for the record without a code: the owner of the account it is linked to from now on."""
    account = factories.importer_account()
    other = account.sub_accounts.get()
    type(record).objects.filter(sub_account=other).update(sub_account=None)
    record.sub_account = other
    record.save()
    return factories.owner_of(account)
