"""Filer codes at the same moment: linked once, removed or used, and one sub-account a code."""

from typing import Any

import pytest

from accounts.models import SubAccount
from ace_portal.core.errors import DomainError
from ace_portal.core.events import journal_of
from ace_portal.core.models import Message
from tests import factories
from tests.harness.threads import together
from tests.useraccess.limit_samples import CODE, Limited
from tradeparties.account_types import BROKER
from tradeparties.actions import open_by_desk
from useraccess import actions
from useraccess.actions import filer_codes
from useraccess.models import FilerCodeLink, Membership, Role
from useraccess.rights import Rights

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency(sqlite=True)]
ROUNDS = 3


def faults(results: list[Any]) -> list[Any]:
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, DomainError)]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_link_one_code(round_: int) -> None:
    account = factories.account()
    people = [factories.owner_of(account), factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)]
    results = together(*(lambda by=by: filer_codes.link(account, filer_code="AB1", by=by) for by in people))
    assert not faults(results) and FilerCodeLink.objects.filter(top_account=account).count() == 1
    assert journal_of(account).filter(kind="useraccess.filer_code_linked").count() == 1


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_removing_a_code_against_limiting_somebody_to_it(round_: int) -> None:
    cast = Limited()
    member = cast.member(cast.user(Rights()))
    results = together(
        lambda: filer_codes.unlink(cast.links[0], by=cast.owner),
        lambda: actions.change(
            Membership.objects.get(pk=member.pk),
            role=Role.TRADE_ACCOUNT_USER,
            granted=cast.rights(),
            version=1,
            by=cast.owner,
        ),
    )
    assert not faults(results) and sum(isinstance(one, DomainError) for one in results) == 1
    linked = FilerCodeLink.objects.live().filter(top_account=cast.account, filer_code=CODE).exists()
    member.refresh_from_db()
    assert linked == (member.limit_filer_code == CODE), "nobody is limited to a code that is gone"


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_officers_add_one_code(round_: int) -> None:
    officers = [factories.officer(device=False) for _ in range(2)]
    accounts = [factories.account(), factories.account()] if round_ else [factories.account()] * 2
    results = together(
        *(
            lambda account=account, by=by: open_by_desk(account, kind=BROKER, code="OW1", name="Old Wharf", by=by)
            for account, by in zip(accounts, officers, strict=True)
        )
    )
    assert not faults(results)
    assert SubAccount.objects.filter(account_type="BROKER", identifier="OW1").count() == 1
    assert Message.objects.filter(template="tradeparties/sub_account_opened").count() == 1
