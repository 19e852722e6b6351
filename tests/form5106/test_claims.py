"""Filings and un-void requests are work of the queue: one officer at a time, and nobody on their own."""

from typing import Any

import pytest

from ace_portal.core.errors import NotAllowed, WrongState
from desk import claims
from desk.models import Claim
from form5106 import actions
from form5106.models import Filing, RestoreRequest
from tests import factories
from tests.form5106 import samples
from tests.harness.world import signed_in

pytestmark = pytest.mark.django_db

ROWS = (samples.at_the_desk, samples.restore_requested)
DECIDE = {
    Filing: lambda row, by: actions.reject(row, reject_code="R03", text="Not yours.", by=by),
    RestoreRequest: lambda row, by: actions.refuse(row, text="Not yours.", by=by),
}


@pytest.mark.parametrize("make", ROWS)
def test_what_an_officer_has_claimed_no_other_officer_decides_on(make: Any) -> None:
    row, first, second = make(), factories.officer(), factories.officer()
    assert claims.take_next(by=first) == (claims.registry.kind_of(row), row)
    assert claims.take_next(by=second) is None
    with pytest.raises(WrongState, match=f"{first} has claimed"):
        DECIDE[type(row)](row, second)
    DECIDE[type(row)](row, first)
    assert not Claim.objects.live().exists()


def test_a_filing_that_is_withdrawn_is_nobodys_work_any_more() -> None:
    row = samples.at_the_desk()
    claims.claim(row, by=factories.officer())
    actions.withdraw(row)
    assert not Claim.objects.live().exists()


def test_nobody_restores_a_record_at_their_own_request() -> None:
    row, officer = samples.restore_requested(), factories.officer()
    RestoreRequest.objects.filter(pk=row.pk).update(requester_email=officer.email.upper())
    row.refresh_from_db()
    with pytest.raises(NotAllowed, match="of their own"):
        actions.grant(row, text="Seen.", by=officer)
    assert claims.take_next(by=officer) is None


@pytest.mark.parametrize("make", ROWS)
def test_their_pages_offer_the_claim_and_auditors_no_button(make: Any) -> None:
    row, officer = make(), factories.officer()
    address = f"/admin/form5106/{row._meta.model_name}/{row.pk}/change/"
    page = signed_in(officer).get(address).content.decode()
    assert "Nobody has claimed it." in page and page.count('class="desk-decision"') == 3
    claims.claim(row, by=officer)
    assert "You have claimed it." in signed_in(officer).get(address).content.decode()
    for other in (factories.officer(), factories.auditor()):
        page = signed_in(other).get(address).content.decode()
        assert f"{officer} has claimed it" in page and 'class="desk-decision"' not in page


def test_a_supervisor_alone_is_offered_to_void_a_record() -> None:
    record = factories.ImporterRecordFactory.create()
    address = f"/admin/importers/importerrecord/{record.pk}/change/"
    assert "Void the record" in signed_in(factories.supervisor()).get(address).content.decode()
    assert "Void the record" not in signed_in(factories.officer()).get(address).content.decode()
