"""Moving sub-accounts and closing an account, as the rooms above call them: what they refuse, and twice is once."""

import pytest
from django.db import transaction

from accounts import actions as accounts
from accounts import registry
from ace_portal.core.errors import WrongState
from ace_portal.core.events import journal_of
from tests import factories
from tests.exporters import authorization_samples
from tests.mergers.samples import Companies, fresh
from tests.useraccess import access_samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> Companies:
    return Companies()


def test_moving_twice_is_moving_once(two: Companies) -> None:
    moved = [accounts.move_sub_accounts([two.other], to=two.acquirer, by=None) for _ in range(2)]
    assert moved == [[two.other], []]
    assert journal_of(two.acquirer).filter(kind="accounts.sub_account_arrived").count() == 1


def test_what_was_closed_does_not_move_and_nothing_else_with_it(two: Companies) -> None:
    authorization_samples.close(two.other)
    with pytest.raises(WrongState, match="was closed"):
        accounts.move_sub_accounts([two.importer, two.other], to=two.acquirer, by=None)
    assert fresh(two.importer).top_account == two.acquired


def test_sub_accounts_move_out_of_one_account_at_a_time(two: Companies) -> None:
    with pytest.raises(ValueError, match="one top account at a time"):
        accounts.move_sub_accounts([two.other, access_samples.importer(factories.account())], to=two.acquirer, by=None)


def test_every_account_type_hears_of_what_moved(two: Companies, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[object] = []
    kind = registry.account_type("IMPORTER")
    monkeypatch.setitem(vars(kind), "moved", lambda moved, *, former, by: heard.append((moved, former, by)))
    accounts.move_sub_accounts([two.exporter, two.other], to=two.acquirer, by=two.ours)
    assert heard == [([two.other, two.exporter], two.acquired, two.ours)]


def test_an_account_is_closed_into_one_other_and_only_when_it_is_empty(two: Companies) -> None:
    with pytest.raises(WrongState, match="still has sub-accounts"):
        accounts.close_into(two.acquired, into=two.acquirer, by=None)
    accounts.move_sub_accounts(two.all, to=two.acquirer, by=None)
    for _ in range(2):
        assert accounts.close_into(two.acquired, into=two.acquirer, by=None).merged_into == two.acquirer
    assert journal_of(two.acquirer).filter(kind="accounts.top_account_merged").count() == 1
    with pytest.raises(WrongState, match="was merged into Acme"):
        accounts.close_into(two.acquired, into=factories.account(), by=None)
    with pytest.raises(WrongState, match="was merged into Acme"), transaction.atomic():
        accounts.hold(two.acquirer.pk, two.acquired.pk)


def test_types_that_say_nothing_have_nothing_hanging_on_them_and_hear_of_nothing() -> None:
    facts = {"code": "QUIET", "label": "Quiet", "identifier_label": "Number", "normalize": str, "mask": str}
    quiet = registry.AccountType(**facts, tabs=(), detail_template="", detail_context=dict)
    assert quiet.belongings([]) == [] and quiet.moved([], former=None, by=None) is None
