"""Any chain of decisions between three companies and inside of them: nobody has more than an unbroken chain allows.

The model (companies_model.py) is written apart from the policy. Time passes, and the policy is right also before the
sweeps have written down that something ended; and companies merge.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from accounts.models import SubAccount
from mergers import actions as mergers
from mergers import policy as mergers_policy
from tests import factories
from tests.useraccess.access_machine import (
    SETTINGS,
    TYPE_CELLS,
    Cast,
    numbers,
    one_of,
)
from tests.useraccess.access_model import NONE
from tests.useraccess.companies_machine import Between
from tests.useraccess.companies_model import ENDED, EXPIRED
from useraccess import actions as people
from useraccess import policy
from useraccess.actions import cross_account as actions
from useraccess.models import CrossAccountAccess, Membership
from useraccess.rights import Cell

SUB_ACCOUNTS = 7


class Merging(Between):
    """The three companies while time passes and one acquires another, or parts of it."""

    # --- Rules: time and companies ---
    @rule(hours=st.sampled_from([1, 11, 12, 24, 72]))
    def time_passes(self, hours: int) -> None:
        self._moves_to(self.model.now + timedelta(hours=hours))

    @precondition(lambda self: self.model.deadlines())
    @rule(just=st.booleans())
    def a_deadline_passes(self, just: bool) -> None:
        """The next one is over by this moment, or is about to be."""
        self._moves_to(min(self.model.deadlines()) - timedelta(seconds=0 if just else 1))

    def _moves_to(self, moment: datetime) -> None:
        self.model.now = max(moment, self.model.now)
        self.clock.move_to(self.model.now, tick=False)

    @precondition(lambda self: self.model.unanswered() or self.model.run_out())
    @rule()
    def sweep(self) -> None:
        """What has ended already is written down."""
        unanswered, run_out = self.model.unanswered(), self.model.run_out()
        assert (actions.end_unanswered(), actions.end_run_out()) == (len(unanswered), len(run_out))
        for ended, status in ((unanswered, EXPIRED), (run_out, ENDED)):
            for access in ended:
                self.model.end(access, status)

    @precondition(lambda self: len(self.model.sub_accounts) < SUB_ACCOUNTS)
    @rule(at=numbers, kind=st.sampled_from(["IMPORTER", "EXPORTER"]))
    def open_a_sub_account(self, at: int, kind: str) -> None:
        self._opens(one_of(self.companies.keys() - self.model.shells, at), kind)

    @rule(
        pair=numbers,
        which=st.lists(numbers, min_size=1, max_size=3),
        whole=st.sampled_from([False, False, True]),
        wrong=st.sampled_from([None, None, None, "proposes", "consents", "approves", "parts"]),
        who=numbers,
    )
    def merge(self, pair: int, which: list[int], whole: bool, wrong: str | None, who: int) -> None:
        """One proposes, one consents, one approves; two of the three companies at most become one."""
        acquirer, acquired = self._pair(pair)
        side = {"proposes": self.model.owner(acquirer), "consents": self.model.owner(acquired)}
        side["approves"] = min(self.model.officers)
        if wrong in side:
            side[wrong] = one_of(self._active(), who)
        there = self.model.sub_accounts if wrong == "parts" else self.model.of(acquired) or self.model.sub_accounts
        moving = None if whole and not self.model.shells else {one_of(there, one) for one in which}

        def effect(_: Any) -> None:
            self.model.merge(acquirer, acquired, moving)
            self.companies[acquired].refresh_from_db()

        self._tries(
            side["proposes"],
            lambda: self._merges(acquirer, acquired, moving, **side),
            effect,
            allowed=self.model.may_merge(*side.values(), acquirer, acquired, moving),
        )

    def _merges(
        self, acquirer: int, acquired: int, moving: set[int] | None, *, proposes: int, consents: int, approves: int
    ) -> None:
        parts = None if moving is None else list(SubAccount.objects.filter(pk__in=moving))
        one, other = self.companies[acquirer], self.companies[acquired]
        with transaction.atomic():
            row = mergers.propose(one, acquired=other, parts=parts, by=self._user(proposes))
            seen = list(mergers_policy.moving(row).values_list("pk", flat=True))
            row = mergers.consent(row, seen=seen, by=self._user(consents))
            row = mergers.prepare(row, text="Deed of merger seen.", by=factories.officer(device=False))
            mergers.approve(row, text="Deed of merger seen.", by=self._user(approves))

    def _replaces(self, company: int, successor: int, becomes: str | None) -> None:
        """Nobody follows as the owner of a company that went as a whole."""
        if company not in self.model.shells:
            super()._replaces(company, successor, becomes)
            return
        account, heir = self.companies[company], self._user(successor)
        self._tries(
            successor,
            lambda: people.replace_owner(account, successor=heir, becomes=None, by=None),
            lambda _: None,
            allowed=False,
        )

    # --- What always holds ---
    def _asked(self) -> Iterable[tuple[int, int]]:
        """Whoever ever had a place there, and each time one of the others."""
        strangers = sorted({(who, at) for who in self.people for at in self.companies} - self.ever)
        return sorted(self.ever) + strangers[self.steps % 7 :: 7]

    def _is_right(self, person: int, company: int, found: dict[Any, str]) -> None:
        for cell, level in found.items():
            if cell != "top" and level != NONE:
                assert self.model.unbroken(person, company, level, tuple(cell)), (person, company, cell)

    @invariant()
    def lists_of_accounts_and_people_agree(self) -> None:
        if self.steps % self.every:
            return
        for person, user in self.people.items():
            found = set(policy.top_accounts_visible_to(user).values_list("pk", flat=True))
            assert found == self.model.works_in(person)
        for company, account in self.companies.items():
            single = [(kind, tab, one) for one in self.model.of(company) for kind, tab in TYPE_CELLS]
            single = [cell for cell in single if cell[0] == self.model.sub_accounts[cell[2]][1]]
            for cell in [(*cell, None) for cell in TYPE_CELLS] + single:
                found = set(policy.people_at(account, Cell(*cell)).values_list("user", flat=True))
                assert found == self.model.readers(company, cell), cell

    @invariant()
    def what_is_written_down_is_what_was_decided(self) -> None:
        rows = {row.pk: row for row in CrossAccountAccess.objects.all()}
        assert rows.keys() == self.model.accesses.keys()
        for number, access in self.model.accesses.items():
            row = rows[number]
            assert (row.status, row.ends_on) == (access.status, access.ends_on)
            assert row.is_in_force == self.model.in_force(access)
        live = [(row.grantor_id, row.recipient_id) for row in CrossAccountAccess.objects.live()]
        assert len(live) == len(set(live)), "two between the same accounts"

    @invariant()
    def visitors_are_who_was_sent_and_nobody_else(self) -> None:
        visiting = set(Membership.objects.visiting().values_list("user", "top_account", "via"))
        assert visiting == {
            (person, access.grantor, number)
            for number, access in self.model.accesses.items()
            for person in access.passed_on
            if access in list(self.model.visits(person, access.grantor))
        }


@pytest.mark.django_db
def test_between_companies_nobody_has_more_than_an_unbroken_chain_allows() -> None:
    cast = Cast.of(companies=3, people=4)
    run_state_machine_as_test(lambda: Merging(cast), settings=settings(SETTINGS, max_examples=12))
