"""Officers at the same moment: nobody gets what another one has, nothing is done twice."""

from collections.abc import Callable
from typing import Any

import pytest

from ace_portal.core.events import history_of
from desk import claims
from desk.models import Claim
from tests import factories
from tests.concurrency.test_owners import outcomes
from tests.desk.work import REQUEST, WORK, worker
from tests.exporters.authorization_samples import importer
from tests.exporters.conftest import private_files
from tests.harness.threads import together
from tests.mergers import samples as mergers
from tests.mergers.samples import fresh

__all__ = ["private_files"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]


def officers(count: int) -> list[Any]:
    return [factories.officer(device=False) for _ in range(count)]


def workers(code: str, count: int) -> list[Any]:
    return [worker(code, device=False) for _ in range(count)]


def take(by: Any) -> Callable[[], Any]:
    return lambda: claims.take_next(by=by)


@pytest.mark.parametrize("round_", range(3))
def test_officers_who_take_next_at_once_get_a_piece_each(round_: int) -> None:
    rows = [*(factories.application_submitted() for _ in range(2)), *(WORK["exporters.eindispute"]() for _ in range(2))]
    desk = officers(5)
    results = together(*[take(by) for by in desk])
    assert not [one for one in results if isinstance(one, Exception)], results
    taken = [one[1] for one in results if one]
    assert sorted(map(str, taken)) == sorted(map(str, rows)), "each of the four rows once, and one officer without"
    for by, result in zip(desk, results, strict=True):
        if result:
            assert claims.officer_of(fresh(result[1])) == by
    assert Claim.objects.live().count() == 2


@pytest.mark.parametrize("round_", range(3))
def test_analysts_who_take_next_at_once_get_a_request_each(round_: int) -> None:
    rows = [WORK[REQUEST]() for _ in range(2)]
    WORK["exporters.eindispute"]()
    desk = workers(REQUEST, 3)
    results = together(*[take(by) for by in desk])
    assert not [one for one in results if isinstance(one, Exception)], results
    assert sorted(str(one[1]) for one in results if one) == sorted(map(str, rows)), "and one analyst without"
    for by, result in zip(desk, results, strict=True):
        if result:
            assert claims.officer_of(fresh(result[1])) == by
    assert Claim.objects.live().count() == 2


@pytest.mark.parametrize("decide", ["approve", "deny"])
def test_an_analysts_claim_against_a_decision(decide: str) -> None:
    from exporters.actions import authorization

    row = WORK[REQUEST]()
    first, second = workers(REQUEST, 2)
    results = together(
        lambda: claims.claim(fresh(row), by=first),
        lambda: getattr(authorization, decide)(fresh(row), reason="Fine.", by=second),
    )
    assert outcomes(results) == (1, 1)
    assert Claim.objects.live().exists() == (fresh(row).status == "PENDING")


def test_an_analysts_claim_against_the_sweep() -> None:
    from exporters.actions import authorization

    row = WORK[REQUEST]()
    by = workers(REQUEST, 1)[0]
    together(
        lambda: claims.claim(fresh(row), by=by),
        lambda: importer(row.sub_account.top_account, row.ein),
        authorization.settle,
    )
    authorization.settle()
    assert fresh(row).status == "NOT_NEEDED"
    assert not Claim.objects.live().exists()


@pytest.mark.parametrize("code", ["exporters.eindispute", "mergers.merger", REQUEST])
def test_two_claims_on_one_row_are_one(code: str) -> None:
    row = WORK[code]()
    results = together(*[lambda by=by: claims.claim(fresh(row), by=by) for by in workers(code, 3)])
    assert outcomes(results) == (1, 2)
    assert Claim.objects.live().count() == history_of(row).filter(kind="desk.claimed").count() == 1


def test_a_claim_against_a_decision() -> None:
    from mergers import actions

    row = mergers.Companies().prepared()
    first, second = officers(2)
    results = together(
        lambda: claims.claim(fresh(row), by=first), lambda: actions.approve(fresh(row), text="Fine.", by=second)
    )
    assert outcomes(results) == (1, 1)
    assert Claim.objects.live().exists() == (fresh(row).status == "PREPARED")


def test_two_who_hand_the_same_work_over() -> None:
    row = factories.application_submitted()
    holder, first, second = officers(3)
    claims.claim(row, by=holder)
    results = together(*[lambda to=to: claims.hand_over(fresh(row), to=to, by=holder) for to in (first, second)])
    assert outcomes(results) == (1, 1)
    assert fresh(row).claimed_by in (first, second)
    assert history_of(row).filter(kind="importers.handed_over").count() == 1


def test_two_who_prepare_and_release_at_once() -> None:
    from mergers import actions

    row = mergers.Companies().consented()
    first, second = officers(2)
    results = together(
        lambda: actions.prepare(fresh(row), text="Fine.", by=first),
        lambda: actions.approve(fresh(row), text="Fine.", by=second),
    )
    assert not isinstance(results[0], Exception), results
    assert fresh(row).status == ("EXECUTED" if not isinstance(results[1], Exception) else "PREPARED")
