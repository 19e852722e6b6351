"""What is begun on the pages of Add User: each step refuses what its page does not offer, and keeps the draft."""

from typing import Any

import pytest

from ace_portal.core.errors import NotAllowed, Taken, WrongState
from tests import factories
from tests.useraccess.people_samples import READS, Cast, everything
from tests.useraccess.samples import KIM, draft
from useraccess import actions
from useraccess.models import Membership, Role, UserDraft

pytestmark = pytest.mark.django_db
USER = Role.TRADE_ACCOUNT_USER


@pytest.fixture
def cast() -> Cast:
    return Cast()


def refused(error: type[Exception], words: str, attempt: Any) -> None:
    """The attempt is refused in these words and changes nothing."""
    before = (everything(), list(UserDraft.objects.order_by("pk").values()))
    with pytest.raises(error, match=words):
        attempt()
    assert (everything(), list(UserDraft.objects.order_by("pk").values())) == before


def test_a_draft_of_somebody_known_is_not_made_one_of_somebody_new(cast: Cast) -> None:
    row = actions.keep_existing_user(cast["nobody"], by=cast["owner"])
    refused(WrongState, "knows already", lambda: actions.keep_new_user(row, facts=KIM, by=cast["owner"]))


@pytest.mark.parametrize("who", ["user", "nobody"])
def test_who_does_not_manage_an_account_does_not_choose_it(cast: Cast, who: str) -> None:
    row = actions.keep_new_user(None, facts=KIM, by=cast[who])
    refused(NotAllowed, "Ask|You do not", lambda: actions.choose_account(row, top_account=cast.account, by=cast[who]))


def test_who_works_in_an_account_is_not_added_to_it_again(cast: Cast) -> None:
    row = actions.keep_existing_user(cast["user"], by=cast["owner"])
    refused(Taken, "already", lambda: actions.choose_account(row, top_account=cast.account, by=cast["owner"]))


def test_the_same_account_chosen_again_keeps_the_role_and_another_one_asks_anew(cast: Cast) -> None:
    by = cast["owner"]
    row = draft(cast.account, by)
    actions.choose_role(row, role=USER, access=True, by=by)
    actions.choose_account(row, top_account=cast.account, by=by)
    assert (row.role, row.top_account_access) == (USER, True)
    second = factories.account()
    factories.member(second, Role.PROXY_TRADE_ACCOUNT_OWNER, by)
    actions.choose_account(row, top_account=second, by=by)
    assert (row.role, row.top_account_access) == ("", None)


def test_a_role_is_chosen_in_an_account_and_by_who_may_give_it(cast: Cast) -> None:
    bare = actions.keep_new_user(None, facts=KIM, by=cast["proxy"])
    refused(NotAllowed, "You may not make", lambda: actions.choose_role(bare, role=USER, access=True, by=cast["proxy"]))
    row = draft(cast.account, cast["proxy"])
    proxy = Role.PROXY_TRADE_ACCOUNT_OWNER
    refused(NotAllowed, "You may not make", lambda: actions.choose_role(row, role=proxy, access=True, by=cast["proxy"]))


def test_what_names_no_account_or_was_saved_before_is_not_saved(cast: Cast) -> None:
    by = cast["owner"]
    bare = actions.keep_new_user(None, facts=KIM, by=by)
    refused(WrongState, "added already", lambda: actions.finish_adding(bare, granted=READS, by=by))
    row = draft(cast.account, by)
    actions.choose_role(row, role=USER, access=False, by=by)
    added = actions.finish_adding(row, granted=READS, by=by)
    assert Membership.objects.live().get(user__email=KIM["email"]) == added
    refused(WrongState, "added already", lambda: actions.finish_adding(row, granted=READS, by=by))


def test_nobody_throws_away_what_somebody_else_began(cast: Cast) -> None:
    row = draft(cast.account, cast["owner"])
    refused(NotAllowed, "somebody else", lambda: actions.discard_draft(row, by=cast["proxy"]))
    actions.discard_draft(row, by=cast["owner"])
    assert not UserDraft.objects.exists()
