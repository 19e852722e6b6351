"""What is typed into an item of the Action Plan: what is taken, what is explained, and that nothing is lost."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from accounts.models import TopAccount, User
from ace_portal.core.errors import DomainError, NotAllowed
from tests import factories
from tests.harness.moving_time import START, later
from tests.harness.world import signed_in
from tests.importers.screens import errors, text_of
from tests.useraccess.plan_samples import add, added, change, plan, shown, typed
from useraccess.models import ActionItem

__all__ = ["later"]
pytestmark = pytest.mark.django_db
TODAY = START.date()


@pytest.fixture
def account() -> TopAccount:
    return factories.account(company_name="Acme")


@pytest.fixture
def toni(account: TopAccount) -> User:
    return factories.owner_of(account)


NO_DATE = "Write the Due date as a day there is, MM/DD/YYYY, such as 12/31/2026."
BAD = {
    "nothing": (
        dict.fromkeys(("title", "owner", "due_on", "status"), ""),
        ["Title is required.", "Owner is required.", "Due date is required.", "Status is required."],
    ),
    "too long": (
        {"title": "x" * 121, "text": "y" * 4001},
        [
            "Title must be 120 characters or fewer (it has 121).",
            "What is to be done must be 4000 characters or fewer (it has 4001).",
        ],
    ),
    "NUL": ({"title": "a\x00"}, ["Title contains a NUL character. Type the text again."]),
    "direction mark": (
        {"title": "a\u202e"},
        [
            "Title contains an invisible character (right-to-left override, character 2). Delete it, or type the text "
            "again instead of pasting it."
        ],
    ),
    "no date": ({"due_on": "tomorrow\x00"}, [NO_DATE]),
    "no such day": ({"due_on": "02/30/2027"}, [NO_DATE]),
    "yesterday": ({"due_on": "03/01/2026"}, ["The Due date lies in the past. Choose today or a later day."]),
    "far ahead": ({"due_on": "03/02/2126"}, ["The Due date lies more than 10 years ahead. Check the year."]),
    "a stranger": ({"owner": "x@trade.example"}, ["Owner must be one of the options offered."]),
    "a status of its own": ({"status": "LATER"}, ["Status must be one of the options offered."]),
}


@pytest.mark.parametrize("what", BAD)
def test_what_will_not_do_is_explained_and_kept(
    account: TopAccount, toni: User, later: Callable[..., Any], what: str
) -> None:
    changes, told = BAD[what]
    sent = typed(toni, **changes)
    answer: Any = signed_in(toni).post(add(account), sent)
    assert answer.status_code == 200
    assert errors(answer) == told
    kept = shown(answer)
    assert {name: kept[name] for name in sent} == sent
    assert not ActionItem.objects.exists()


@pytest.mark.parametrize("text", ["Shipped \U0001f6a2", "שלום مرحبا", "<script>alert(1)</script>{{ 7 }}"])
def test_any_text_is_kept_and_shown_as_typed(account: TopAccount, toni: User, text: str) -> None:
    answer: Any = signed_in(toni).post(add(account), typed(toni, title=text, text=text), follow=True)
    assert "<script>alert" not in answer.content.decode()
    assert text_of(answer).count(text) == 5  # message, row, summary, text and link


def test_dates_are_compared_with_the_simulated_day(account: TopAccount, later: Callable[..., Any], toni: User) -> None:
    client = signed_in(toni)
    assert client.post(add(account), typed(toni, due_on="3/2/2026")).status_code == 302
    item = ActionItem.objects.get()
    assert item.due_on == date(2026, 3, 2)
    assert "Overdue" not in text_of(client.get(plan(account)))
    later(days=1)
    client = signed_in(toni)
    assert "Mar 2, 2026 Overdue" in text_of(client.get(plan(account)))
    # A date that has passed meanwhile does not keep anybody from changing something else.
    form = shown(client.get(change(item)))
    assert client.post(change(item), form | {"status": "IN_PROGRESS"}).status_code == 302
    form = shown(client.get(change(item)))
    assert "lies in the past" in errors(client.post(change(item), form | {"due_on": "03/01/2026"}))[0]
    assert client.post(change(item), form | {"status": "DONE"}).status_code == 302
    assert "Overdue" not in text_of(client.get(plan(account), {"status": "all"}))
    with pytest.raises(DomainError, match="lies in the past"):
        added(account, due_on=TODAY)


def test_whoever_loses_the_right_while_typing_is_told_and_keeps_the_text(
    account: TopAccount, toni: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise NotAllowed("You may not write to the Action Plan any more.")

    item = added(account)
    monkeypatch.setattr("useraccess.actions.activity._writer", refuse)
    for address in (add(account), change(item)):
        answer: Any = signed_in(toni).post(address, typed(toni, text="Long words"))
        assert answer.status_code == 200
        assert errors(answer) == ["You may not write to the Action Plan any more."]
        assert "Long words</textarea>" in answer.content.decode()
