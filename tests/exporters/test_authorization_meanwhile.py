"""What becomes of a request when people and EINs come and go, and what the database itself refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from ace_portal.core.errors import WrongState
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from exporters.actions import authorization as actions
from exporters.models.authorization import ReportAuthorization, status_of
from exporters.work import REQUESTS
from tests import factories
from tests.exporters.authorization_samples import (
    STATES,
    analyst,
    approved,
    close,
    denied,
    exporter,
    importer,
    leave,
    letters,
    owner_of,
    requested,
)
from useraccess.models import Role

pytestmark = pytest.mark.django_db
DECISIONS: dict[str, Callable[..., ReportAuthorization]] = {
    "approve": actions.approve,
    "deny": actions.deny,
    "revoke": actions.revoke,
}


def test_an_importer_added_later_ends_the_request_and_the_people_are_told() -> None:
    row = requested()
    importer(row.sub_account.top_account, row.ein)
    standing = status_of(row.sub_account)
    assert (standing.label, standing.automatic, standing.may_be_requested) == ("Authorized", True, False)
    assert not REQUESTS.open().exists()
    assert actions.settle() == 1
    row.refresh_from_db()
    assert row.status == "NOT_NEEDED"
    assert letters(row, "not_needed") == {owner_of(row.sub_account).email}
    assert actions.settle() == 0
    assert status_of(row.sub_account).label == "Authorized"


@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_a_decision_on_an_overtaken_request_is_refused_and_ends_it(decision: str) -> None:
    row = requested()
    importer(row.sub_account.top_account, row.ein)
    with pytest.raises(WrongState, match="is authorized automatically by now"):
        DECISIONS[decision](row, reason="Because.", by=analyst())
    row.refresh_from_db()
    assert (row.status, row.decided_by, row.decision_reason) == ("NOT_NEEDED", None, "")
    assert letters(row, "not_needed") == {owner_of(row.sub_account).email}


@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_an_ein_that_left_the_account_ends_the_request(decision: str) -> None:
    row = requested()
    close(row.sub_account)
    assert not REQUESTS.open().exists()
    with pytest.raises(WrongState, match="has left the account, so request .* was withdrawn. Nothing was decided"):
        DECISIONS[decision](row, reason="Because.", by=analyst())
    row.refresh_from_db()
    assert row.status == "WITHDRAWN"
    assert letters(row, "withdrawn") == {owner_of(row.sub_account).email}


def test_an_ein_that_left_cannot_be_requested_there() -> None:
    sub_account = exporter()
    close(sub_account)
    with pytest.raises(WrongState, match="has left this account"):
        requested(sub_account)


def test_the_new_holder_of_an_ein_does_not_wait_for_the_old_holders_request() -> None:
    old = requested()
    close(old.sub_account)
    new = requested(exporter(factories.account(), old.ein))
    old.refresh_from_db()
    assert (old.status, new.status) == ("WITHDRAWN", "PENDING")
    assert letters(old, "withdrawn") == {owner_of(old.sub_account).email}
    assert letters(new, "requested") == {owner_of(new.sub_account).email}


def test_the_present_owner_is_told_not_the_one_who_left() -> None:
    row = requested()
    present = factories.replace_owner(row.sub_account.top_account)
    assert present != row.requested_by
    actions.approve(row, reason="Fine.", by=analyst())
    assert letters(row, "approved") == {present.email}


def test_an_owner_who_stays_as_a_user_is_still_the_requester() -> None:
    row = requested()
    present = factories.replace_owner(row.sub_account.top_account, becomes=Role.TRADE_ACCOUNT_USER)
    actions.deny(row, reason="No.", by=analyst())
    assert letters(row, "denied") == {present.email, row.requested_by.email}


def test_a_requester_without_access_is_not_told() -> None:
    sub_account = exporter()
    proxy = factories.member(sub_account.top_account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    row = requested(sub_account, by=proxy)
    assert letters(row, "requested") == {owner_of(sub_account).email, proxy.email}
    leave(proxy, sub_account.top_account)
    actions.approve(row, reason="Fine.", by=analyst())
    assert row.status == "AUTHORIZED"
    assert letters(row, "approved") == {owner_of(sub_account).email}


def test_deactivated_people_are_not_told() -> None:
    row = requested()
    User.objects.filter(pk=row.requested_by_id).update(status=User.Status.DEACTIVATED)
    actions.approve(row, reason="Fine.", by=analyst())
    assert row.status == "AUTHORIZED"
    assert letters(row, "approved") == set()


def test_an_ein_taken_over_by_another_account_keeps_its_request() -> None:
    """As a merger of accounts does it: the sub-account moves, whoever owns it now is told."""
    row = requested()
    acquirer = factories.account()
    row.sub_account.top_account = acquirer
    row.sub_account.save()
    actions.approve(row, reason="Fine.", by=analyst())
    assert letters(row, "approved") == {factories.owner_of(acquirer).email}


def test_revoked_while_covered_it_stays_authorized_and_the_mail_says_so() -> None:
    row = approved()
    importer(row.sub_account.top_account, row.ein)
    actions.revoke(row, reason="A mistake.", by=analyst())
    assert row.status == "REVOKED"
    assert status_of(row.sub_account).label == "Authorized"
    mail = Message.objects.get(about=ref(row), template="exporters/report_authorization_revoked")
    assert "stays Authorized" in mail.body
    assert "A mistake." in mail.body


# --- What the database itself refuses ---------------------------------------------------------------------------


def refused(row: ReportAuthorization, **fields: Any) -> bool:
    """Whether the database refuses to set these fields behind the back of the actions."""
    try:
        with transaction.atomic():
            ReportAuthorization.objects.filter(pk=row.pk).update(**fields)
    except IntegrityError:
        return True
    return False


def test_one_pending_request_for_an_ein() -> None:
    first, other = requested(), denied()
    facts = {"decided_by": None, "decided_at": None, "decision_reason": ""}
    assert refused(other, status="PENDING", ein=first.ein, **facts)
    assert not refused(other, status="PENDING", **facts)


def test_one_live_request_for_a_sub_account() -> None:
    before = denied()
    requested(before.sub_account)
    assert refused(before, status="AUTHORIZED")


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        ("PENDING", {"status": "AUTHORIZED"}),
        ("PENDING", {"decision_reason": "Because."}),
        ("AUTHORIZED", {"decided_by": None}),
        ("AUTHORIZED", {"decision_reason": ""}),
        ("AUTHORIZED", {"status": "REVOKED"}),
        ("DENIED", {"decided_at": None}),
        ("DENIED", {"revocation_reason": "Because."}),
        ("REVOKED", {"revoked_by": None}),
        ("REVOKED", {"revocation_reason": ""}),
        ("REVOKED", {"status": "AUTHORIZED"}),
        ("WITHDRAWN", {"ended_at": None}),
        ("NOT_NEEDED", {"status": "PENDING"}),
    ],
)
def test_half_a_decision_cannot_be_stored(state: str, fields: dict[str, Any]) -> None:
    assert refused(STATES[state](), **fields)
