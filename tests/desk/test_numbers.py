"""The numbers: what came in, what was decided, how long it took, who has how much."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ace_portal.core import clock
from desk import charts, numbers, registry
from importers.models import ImporterApplication
from tests import factories
from tests.desk.conftest import words
from tests.desk.work import WORK
from tests.exporters.authorization_samples import analyst
from tests.harness.queries import assert_constant_queries
from tests.strict.test_query_counts import more_applications, more_disputes

pytestmark = pytest.mark.django_db
NUMBERS = reverse("admin:desk_numbers")
IMPORTERS = "importers.importerapplication"


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path / "private"


def decided(hours: int, *, days_ago: int = 0, by: User | None = None) -> ImporterApplication:
    """An application that was rejected so many days ago, so many hours after it came in."""
    row = factories.application_rejected(by=by)
    at = clock.now() - timedelta(days=days_ago)
    ImporterApplication.objects.filter(pk=row.pk).update(decided_at=at, submitted_at=at - timedelta(hours=hours))
    return row


def the_numbers(days: int) -> numbers.Numbers:
    """The numbers of all kinds of work."""
    return numbers.numbers(days, registry.kinds())


def of_importers(days: int) -> numbers.OfKind:
    return next(one for one in the_numbers(days).of_kinds if one.kind.code == IMPORTERS)


def test_received_decided_open_and_late_in_a_span(olive: User) -> None:
    decided(1), decided(2, days_ago=20), decided(3, days_ago=60)
    late, mine = factories.application_submitted(), factories.application_in_review(by=olive)
    ImporterApplication.objects.filter(pk=late.pk).update(submitted_at=clock.now() - timedelta(days=10))
    assert [(of_importers(days).received, of_importers(days).decided) for days in (7, 30, 90)] == [
        (2, 1),
        (4, 2),
        (5, 3),
    ]
    found = of_importers(7)
    assert (found.open, found.late) == (2, 1)
    assert found.outcomes == [("Not approved: What was submitted does not match the 5106 record", 1)]
    load = {one.officer: one.at_hand for one in the_numbers(7).of_officers}
    assert load[mine.claimed_by] == 1


def test_half_and_nine_tenths_of_the_decisions() -> None:
    for hours in (1, 2, 3, 4, 11):
        decided(hours)
    found = of_importers(7)
    assert found.median == timedelta(hours=3)
    assert found.p90 == timedelta(hours=8.2)
    assert of_importers(7).decided == 5


def test_one_decision_is_its_own_percentile() -> None:
    decided(5)
    found = of_importers(7)
    assert found.median == found.p90 == timedelta(hours=5)


def test_officers_by_what_they_have_and_decided(olive: User) -> None:
    colleague = factories.officer()
    decided(1, by=olive), decided(1, by=olive), factories.application_in_review(by=colleague)
    found = {one.officer: (one.at_hand, one.decided) for one in the_numbers(30).of_officers}
    assert found[olive] == (0, 2) and found[colleague] == (1, 0)
    assert the_numbers(30).of_officers[0].officer == colleague


def test_the_page_draws_and_says_the_same(desk: Client) -> None:
    WORK["mergers.merger"](), WORK["exporters.eindispute"]()
    factories.application_submitted()
    decided(30)
    page = desk.get(NUMBERS, {"days": "7"})
    said, source = words(page), page.content.decode()
    assert "Importer applications 2 1 1 day 6 h 1 day 6 h 1 0" in said
    assert (
        source.count('class="desk-chart"') == 2 and "<script" not in source[source.index("<svg") :].split("</svg>")[0]
    )
    assert " style=" not in source
    only = words(desk.get(NUMBERS, {"days": "90", "kind": "mergers.merger"}))
    assert "Mergers 1 0 – – 1 0" in only and "Not approved" not in only


@pytest.mark.parametrize("asked", [{}, {"days": "x"}, {"days": "8", "kind": "no.kind"}])
def test_odd_questions_get_thirty_days_of_everything(desk: Client, asked: dict[str, str]) -> None:
    page = desk.get(NUMBERS, asked)
    assert page.status_code == 200 and page.context["days"] == 30


def test_the_numbers_cost_the_same_however_much_there_is(desk: Client) -> None:
    def grow(rows: int) -> None:
        more_applications(rows)
        more_disputes(rows)

    assert_constant_queries(desk, NUMBERS, grow, few=6, many=60)


def test_who_reads_them(officer_client: Callable[..., Client]) -> None:
    assert officer_client(factories.auditor()).get(NUMBERS).status_code == 200
    assert officer_client(analyst()).get(NUMBERS).status_code == 200


def test_long_spans_are_drawn_by_the_week() -> None:
    buckets = the_numbers(90).buckets
    assert len(buckets) == 13 and all((one.last - one.first).days <= 6 for one in buckets)
    assert len(the_numbers(30).buckets) == 30


def test_charts_without_values_are_empty() -> None:
    assert charts.columns([], ("a", "b")).bars == charts.rows([]).bars == []
