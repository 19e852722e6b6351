"""A request that does not fit the account any more stops with a sentence, wherever it stands."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.errors import Taken, WrongState
from ownership import actions
from ownership.models import OwnerChange
from tests import factories
from tests.ownership.samples import (
    colleague,
    due,
    executed,
    fresh,
    objected,
    prepared,
    record_of,
    submitted,
    told,
    waiting,
)
from useraccess import actions as useraccess

pytestmark = pytest.mark.django_db
Status = OwnerChange.Status


def unlink(row: OwnerChange) -> None:
    type(row.record).objects.filter(pk=row.record_id).update(sub_account=None)


def close(row: OwnerChange) -> None:
    row.top_account.sub_accounts.update(closed_at=clock.now())


def another_owner(row: OwnerChange) -> None:
    factories.replace_owner(row.top_account)


def moved(row: OwnerChange) -> None:
    row.top_account.sub_accounts.update(top_account=factories.account())


STALE: dict[str, tuple[Callable[[OwnerChange], None], str]] = {
    "unlinked": (unlink, "no longer linked"),
    "closed": (close, "no longer linked"),
    "in another account": (moved, "no longer linked"),
    "another owner": (another_owner, "has another owner by now"),
}


@pytest.mark.parametrize("when", ["prepare", "approve", "execute", "uphold", "sweep"])
@pytest.mark.parametrize("how", STALE)
def test_what_does_not_fit_the_account_any_more_stops_with_a_sentence(how: str, when: str) -> None:
    make = {"prepare": submitted, "approve": prepared, "execute": waiting, "uphold": objected, "sweep": submitted}[when]
    row = make()
    change, sentence = STALE[how]
    change(row)
    owner = factories.owner_of(row.top_account)
    if when in ("prepare", "approve", "uphold"):
        with pytest.raises(WrongState, match=sentence):
            getattr(actions, when)(row, text="x", by=factories.officer())
    else:
        row = due(row) if when == "execute" else row
        assert actions.settle() == 1
    row = fresh(row)
    assert row.status == Status.STOPPED and sentence in row.stop_reason
    assert factories.owner_of(row.top_account) == owner
    assert told(row)[("change_stopped", row.requester_email)] == 1
    assert told(row)[("change_stopped_owner", row.former_owner.email)] == (when in ("execute", "uphold"))


def test_a_successor_who_left_meanwhile_stops_it() -> None:
    account = factories.importer_account()
    user = colleague(account)
    row = due(waiting(account, user))
    useraccess.leave(factories.membership(user, account), by=user)
    assert actions.execute(row)
    assert fresh(row).status == Status.STOPPED
    assert "does not work in the account any more" in fresh(row).stop_reason
    assert factories.owner_of(account) == row.former_owner


def test_a_new_person_the_portal_got_to_know_meanwhile_stops_it() -> None:
    row = due(waiting())
    factories.person(email=row.new_email.upper())
    assert actions.execute(row)
    assert "already belongs to a portal user" in fresh(row).stop_reason


def test_a_namesake_with_the_same_day_of_birth_stops_it() -> None:
    row = due(waiting())
    factories.person(first_name=row.new_first_name, last_name=row.new_last_name, date_of_birth=row.new_date_of_birth)
    assert actions.execute(row)
    assert "name and date of birth" in fresh(row).stop_reason


def test_a_new_person_whom_somebody_adds_at_this_very_moment_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    row = due(waiting())

    def too_late(**facts: Any) -> None:
        raise Taken("This e-mail address already belongs to a portal user.")

    monkeypatch.setattr("accounts.actions.create_person", too_late)
    assert actions.execute(row)
    assert fresh(row).status == Status.STOPPED
    assert "already belongs to a portal user" in fresh(row).stop_reason
    assert factories.owner_of(row.top_account) == row.former_owner


def test_one_request_that_breaks_does_not_keep_the_others_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, fine = due(waiting()), due(waiting())
    real = actions.change.hand_over

    def fail(top_account: Any, **facts: Any) -> None:
        if top_account == broken.top_account:
            raise ZeroDivisionError
        real(top_account, **facts)

    monkeypatch.setattr("ownership.actions.change.hand_over", fail)
    assert actions.settle() == 1
    assert (fresh(broken).status, fresh(fine).status) == (Status.WAITING, Status.EXECUTED)
    assert not User.objects.filter(email=broken.new_email).exists()
    monkeypatch.undo()
    assert actions.settle() == 1
    assert fresh(broken).status == Status.EXECUTED


def test_another_request_can_follow_one_that_has_ended() -> None:
    row = executed()
    again = submitted(row.top_account)
    assert again.former_owner == row.new_owner
    assert record_of(row.top_account).owner_changes.count() == 2
