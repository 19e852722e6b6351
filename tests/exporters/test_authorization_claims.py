"""Who has claimed a request decides on it, and no claim outlives the waiting."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from ace_portal.core.errors import WrongState
from ace_portal.core.models import Message
from ace_portal.core.preview import letters
from desk import claims
from desk.models import Claim
from exporters.actions import authorization as actions
from exporters.models.authorization import ReportAuthorization
from tests.exporters.authorization_samples import analyst, approved, close, exporter, importer, requested

pytestmark = pytest.mark.django_db
DECISIONS = pytest.mark.parametrize("decide", [actions.approve, actions.deny])


@pytest.fixture
def ansel() -> User:
    return analyst(device=False, first_name="Ansel", last_name="Gray")


@pytest.fixture
def claimed(ansel: User) -> ReportAuthorization:
    row: ReportAuthorization = claims.claim(requested(), by=ansel)
    return row


@DECISIONS
def test_whoever_claimed_it_decides_and_the_claim_ends(claimed: ReportAuthorization, ansel: User, decide: Any) -> None:
    row = decide(claimed, reason="Seen.", by=ansel)
    assert row.decided_by == ansel
    assert not Claim.objects.live().exists()


@DECISIONS
def test_nobody_else_decides_and_nobody_is_mailed(claimed: ReportAuthorization, decide: Any) -> None:
    before = Message.objects.count()
    with pytest.raises(WrongState, match="Ansel Gray has claimed Request"):
        decide(claimed, reason="Mine.", by=analyst(device=False))
    claimed.refresh_from_db()
    assert (claimed.status, Claim.objects.live().count(), Message.objects.count()) == ("PENDING", 1, before)


@DECISIONS
def test_what_nobody_claimed_anybody_decides(decide: Any) -> None:
    assert decide(requested(), reason="Seen.", by=analyst(device=False)).decided_at


def test_a_preview_leaves_the_claim(claimed: ReportAuthorization, ansel: User) -> None:
    assert letters(lambda: actions.approve(claimed, reason="Seen.", by=ansel))
    assert claims.officer_of(ReportAuthorization.objects.get(pk=claimed.pk)) == ansel


def test_a_revocation_asks_for_no_claim_and_none_can_be_made() -> None:
    row, by = approved(), analyst(device=False)
    with pytest.raises(WrongState, match="does not wait"):
        claims.claim(row, by=by)
    assert actions.revoke(row, reason="Sold.", by=by).status == "REVOKED"


def overtake(row: ReportAuthorization) -> None:
    """A decision that comes too late ends the request, whoever has claimed it."""
    close(row.sub_account)
    with pytest.raises(WrongState, match="has left the account"):
        actions.approve(row, reason="Fine.", by=analyst(device=False))


def leave_and_be_settled(row: ReportAuthorization) -> None:
    close(row.sub_account)
    actions.settle()


def be_covered_and_settled(row: ReportAuthorization) -> None:
    importer(row.sub_account.top_account, row.ein)
    actions.settle()


def be_asked_by_the_next_account(row: ReportAuthorization) -> None:
    close(row.sub_account)
    requested(exporter(number=row.ein))


def move(row: ReportAuthorization) -> None:
    actions.follow([row.sub_account], former=row.sub_account.top_account, by=None)


@pytest.mark.parametrize(
    ("happens", "status"),
    [
        (overtake, "WITHDRAWN"),
        (leave_and_be_settled, "WITHDRAWN"),
        (be_covered_and_settled, "NOT_NEEDED"),
        (be_asked_by_the_next_account, "WITHDRAWN"),
        (move, "WITHDRAWN"),
    ],
)
def test_the_claim_ends_when_the_request_does(
    claimed: ReportAuthorization, happens: Callable[[ReportAuthorization], None], status: str
) -> None:
    happens(claimed)
    claimed.refresh_from_db()
    assert claimed.status == status
    assert not Claim.objects.live().exists()
