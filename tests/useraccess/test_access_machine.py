"""Any chain of decisions about people and rights: the policy says what a model of plain dictionaries says.

The model (access_model.py) is written apart from the policy. Everybody tries everything, also who may not: what is
refused changes nothing, and nobody's rights ever grow by what they do themselves.
"""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from accounts import actions as accounts
from accounts.models import SubAccount, User
from ace_portal.core import clock
from tests import factories
from tests.useraccess.access_machine import (
    ROLES,
    SETTINGS,
    TYPE_CELLS,
    Cast,
    Grants,
    Machine,
    grants,
    numbers,
    one_of,
    roles,
)
from tests.useraccess.access_model import FULL, ISF_ROLES, ORDER, OWNER, PROXY, READ, USER, Model, Place
from tests.useraccess.people_samples import new_person
from useraccess import actions, rights
from useraccess.models import Level, Membership, Role

#: So many are enough to disagree.
PEOPLE, SUB_ACCOUNTS = 10, 5


class Access(Machine[Model]):
    """Two companies and somebody who works in both."""

    @initialize(granted=st.lists(grants, min_size=4, max_size=4))
    def open(self, granted: list[Grants]) -> None:
        first, second = self.companies
        for company, kind in ((first, "IMPORTER"), (first, "EXPORTER"), (second, "IMPORTER")):
            self._opens(company, kind)
        one, both, other, proxy = (
            who for who in self.people if who not in self.model.officers and not self.model.companies_of(who)
        )
        places = ((one, first), (both, first), (both, second), (other, second))
        for (person, company), given in zip(places, granted, strict=True):
            self._joins(person, company, self._place(company, USER, given))
        self._joins(proxy, first, Place(PROXY))
        invited = factories.person(active=False)
        actions.add_member(self.companies[first], user=invited, role=ROLES[USER], by=None)
        self.model.places[self._knows(invited, "INVITED"), first] = Place(USER)

    # --- Rules: people come and go ---
    @precondition(lambda self: len(self.people) < PEOPLE)
    @rule(at=numbers, who=numbers, role=roles, granted=grants, top=st.booleans())
    def add_new_user(self, at: int, who: int, role: str, granted: Grants, top: bool) -> None:
        company = one_of(self.companies, at)
        actor, place = self._actor(company, who), self._place(company, role, granted, top=top)
        self._tries(
            actor,
            lambda: actions.add_user(
                self.companies[company],
                facts=new_person(),
                role=ROLES[role],
                granted=self._granted(place),
                by=self.people[actor],
            ),
            lambda added: self.model.put(self._knows(added.user, "INVITED"), company, place),
            allowed=role in self.model.gives(actor, company),
        )

    @rule(at=numbers, who=numbers, whom=numbers, which=numbers, tab=numbers, level=st.sampled_from([*ORDER, None]))
    def set_one_sub_account(self, at: int, who: int, whom: int, which: int, tab: int, level: str | None) -> None:
        def edit(now: Place, company: int) -> Place:
            if (cell := self._single(company, which, tab)) is not None:
                now.own.pop(cell, None)
                now.own |= {cell: level} if level else {}
            return now

        self._changes(at, who, whom, edit)

    @rule(at=numbers, who=numbers, whom=numbers, level=st.sampled_from([READ, FULL]))
    def set_all(self, at: int, who: int, whom: int, level: str) -> None:
        company, actor, person = self._three(at, who, whom)
        row, now = self._row(person, company), self.model.places[person, company]
        granted = rights.rights_of(row).everywhere(Level(level))
        everywhere = Place(now.role, now.top, True, ISF_ROLES, dict.fromkeys(TYPE_CELLS, level))
        self._tries(
            actor,
            lambda: self._change(row, Role(row.role), granted, actor),
            lambda changes: self.model.put(person, company, everywhere),
            allowed=self.model.manages(actor, person, company),
        )

    @rule(whom=numbers)
    def come_or_stay_away(self, whom: int) -> None:
        """Whoever was invited signs in for the first time; whoever did so long ago is suspended."""
        person = one_of(self.people.keys() - self.model.officers, whom)
        if self.model.status[person] == "INVITED":
            accounts.set_first_password(self.people[person], password=factories.PASSWORD, by=None)
            self.model.status[person] = "ACTIVE"
            self.model.known.add(person)
        else:
            self._suspend(person)

    def _suspend(self, person: int) -> None:
        if self.model.status[person] == "ACTIVE" and person not in self.model.officers:
            User.objects.filter(pk=person).update(last_seen_at=clock.now() - timedelta(days=46))
            assert accounts.suspend_inactive() == 1
            self.model.status[person] = "SUSPENDED"

    @rule(at=numbers, who=numbers, whom=numbers)
    def deactivate(self, at: int, who: int, whom: int) -> None:
        company, actor, person = self._three(at, who, whom)
        self._tries(
            actor,
            lambda: actions.deactivate(self._row(person, company), by=self.people[actor]),
            lambda _: self.model.status.update({person: "DEACTIVATED"}),
            allowed=self.model.may_deactivate(actor, person, company),
        )

    @rule(who=numbers, whom=numbers)
    def reactivate(self, who: int, whom: int) -> None:
        person = one_of(self.people, whom)
        self._suspend(person)
        active = self._active()
        actor = self._mostly([one for one in active if self.model.may_reactivate(one, person)], active, who)
        self._tries(
            actor,
            lambda: actions.reactivate(User.objects.get(pk=person), by=self.people[actor]),
            lambda _: self.model.reactivate(person),
            allowed=self.model.may_reactivate(actor, person),
        )

    # --- Rules: companies change ---
    @rule(at=numbers, which=numbers, kind=st.sampled_from(["IMPORTER", "EXPORTER", None]))
    def add_or_move_a_sub_account(self, at: int, which: int, kind: str | None) -> None:
        company = one_of(self.companies, at)
        if kind and len(self.model.sub_accounts) < SUB_ACCOUNTS:
            self._opens(company, kind)
        else:
            one = one_of(self.model.sub_accounts, which)
            SubAccount.objects.filter(pk=one).update(top_account=company)
            self.model.move(one, company)

    # --- What always holds ---
    @invariant()
    def the_isf_portal_and_the_status_are_what_was_decided(self) -> None:
        for row in Membership.objects.live().exclude(role=ROLES[OWNER]):
            place = self.model.places[row.user_id, row.top_account_id]
            assert (row.isf_portal, row.isf_roles) == (place.isf, ",".join(place.isf_roles))
        for person, status in User.objects.filter(pk__in=self.people).values_list("pk", "status"):
            assert self.model.status[person] == status


@pytest.mark.django_db
def test_the_policy_keeps_its_word_after_any_chain_of_decisions() -> None:
    cast = Cast.of(companies=2, people=4)
    run_state_machine_as_test(lambda: Access(cast, Model()), settings=settings(SETTINGS, max_examples=14))
