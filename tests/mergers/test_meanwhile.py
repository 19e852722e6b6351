"""A sub-account moves while somebody looks at a page that shows it: a sentence, and nothing that was chosen is lost."""

import re
from typing import Any

import pytest
from django.urls import reverse

from tests import factories
from tests.desk.conftest import words
from tests.harness.world import signed_in
from tests.mergers.samples import Companies, fresh, own
from tests.useraccess import access_samples
from tests.useraccess.access_samples import at, cells, looked_at
from useraccess import policy
from useraccess.actions import cross_account
from useraccess.actions.granting import SubAccountGone
from useraccess.models import Grant, Level
from useraccess.rights import Cell, Rights, rights_of

pytestmark = pytest.mark.django_db
DETAILS = Cell("IMPORTER", "details")


@pytest.fixture
def two() -> Companies:
    return Companies()


def chosen(two: Companies) -> dict[str, str]:
    """What the grid sends: Full on what will move and on what stays."""
    grid = {DETAILS._replace(sub_account=one.pk): "FULL" for one in (two.other, two.importer)}
    return {"role": "USER", "top_account": "Yes", "version": "1", **cells(grid)}


def test_the_summary_of_changes_shows_the_grid_once_more(two: Companies) -> None:
    place = factories.membership(factories.member(two.acquired), two.acquired)
    address, client = reverse("useraccess:change", args=[place.pk]), signed_in(two.theirs)
    page = client.post(address, chosen(two))
    two.executed(two.other)
    answer = client.post(address, looked_at(page))
    assert answer.status_code == 200 and "left the account while you were looking at it" in words(answer)
    html = answer.content.decode()
    assert f"IMPORTER:details:{two.other.pk}" not in html
    kept = re.search(rf'<select[^>]*"cell-IMPORTER:details:{two.importer.pk}".*?</select>', html)
    assert kept and '"FULL" selected' in kept[0] and not Grant.objects.filter(membership=place).exists()
    again = client.post(address, chosen(two))
    assert "not one of those offered" in words(again)
    sent = {name: value for name, value in chosen(two).items() if not name.endswith(f":{two.other.pk}")}
    saved = client.post(address, looked_at(client.post(address, sent)), follow=True)
    assert "have been changed" in words(saved)
    assert rights_of(place).grid == {DETAILS._replace(sub_account=two.importer.pk): Level.FULL}


def test_somebody_whose_right_ended_with_the_move_was_changed_meanwhile(two: Companies) -> None:
    place = factories.membership(factories.member(two.acquired, granted=own(two.other)), two.acquired)
    address, client = reverse("useraccess:change", args=[place.pk]), signed_in(two.theirs)
    page = client.post(address, {"role": "USER", "top_account": "Yes", "version": "1"})
    two.executed(two.other)
    answer = client.post(address, looked_at(page))
    assert answer.status_code == 200 and "changed this while you were looking at it" in words(answer)


def test_whoever_is_added_meanwhile_is_not_added_with_a_right_that_is_gone(two: Companies) -> None:
    two.executed(two.other)
    with pytest.raises(SubAccountGone, match="A sub-account of this grid left the account"):
        factories.member(two.acquired, granted=own(two.other))


@pytest.mark.parametrize("decide", ["offer", "change"])
def test_the_terms_of_another_company_are_not_lost_either(two: Companies, decide: str) -> None:
    broker = factories.account()
    client = signed_in(two.theirs)
    typed: dict[str, Any] = {"top_account": "Yes", "ends_on": "", "version": "1"}
    if decide == "offer":
        address = at("access-offer", two.acquired)
        typed |= {"user_id": factories.owner_of(broker).account_id, "ace_id": broker.ace_id}
    else:
        access = access_samples.active(two.acquired, broker, Rights(top_account_access=False))
        address = at("access-change", access)
    page = client.post(address, typed | cells({DETAILS._replace(sub_account=two.other.pk): "FULL"}))
    two.executed(two.other)
    answer = client.post(address, looked_at(page))
    assert answer.status_code == 200 and "left the account while you were looking at it" in words(answer)


def test_what_is_passed_on_cannot_name_what_has_gone(two: Companies) -> None:
    broker = factories.account()
    access = access_samples.active(two.acquired, broker, own(two.other))
    clerk = factories.member(broker)
    two.executed(two.other)
    with pytest.raises(SubAccountGone):
        cross_account.pass_on(access, user=clerk, granted=own(two.other), by=factories.owner_of(broker))
    assert not policy.may_open(clerk, fresh(two.other))
