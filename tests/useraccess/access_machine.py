"""What the state machines about access share: the cast, drawing, trying, and decisions about one company's own people.

A machine takes decisions of the portal and tells the same ones to its model (access_model.py, companies_model.py), which
is written apart from the policy. Everybody tries everything, also who may not.
"""

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from accounts import actions as accounts
from accounts.models import TopAccount, User
from ace_portal.core.errors import DomainError
from tests import factories
from tests.harness.world import rolled_back
from tests.useraccess.access_model import FULL, NONE, ORDER, OWNER, PROXY, TABS, USER, Model, Place
from tests.useraccess.people_samples import everything
from useraccess import actions, policy
from useraccess.models import Level, Membership, Role
from useraccess.rights import Cell, Rights

ROLES = {OWNER: Role.TRADE_ACCOUNT_OWNER, PROXY: Role.PROXY_TRADE_ACCOUNT_OWNER, USER: Role.TRADE_ACCOUNT_USER}
TYPE_CELLS = [(section, tab) for section, tabs in TABS.items() for tab in tabs]
SETTINGS = settings(stateful_step_count=20, deadline=None, derandomize=True, phases=(Phase.generate, Phase.shrink))

levels = st.sampled_from(ORDER)
roles = st.sampled_from([OWNER, *[PROXY] * 3, *[USER] * 4])
tabs = st.sampled_from(TYPE_CELLS)
numbers = st.integers(0, 10_000)
#: Grants: on whole types, and on sub-accounts and tabs of theirs (by number, whichever they are).
grants = st.tuples(
    st.dictionaries(tabs, levels, min_size=3, max_size=7),
    st.lists(st.tuples(numbers, numbers, levels), min_size=2, max_size=6),
)
Grants = tuple[dict[tuple[str, str], str], list[tuple[int, int, str]]]
M = TypeVar("M", bound=Model)


def one_of(known: Any, number: int) -> Any:
    """The one with this number, counted round and round."""
    return sorted(known)[number % len(known)]


@dataclass
class Cast:
    """Companies with their owners, people who can work for them, and an officer: made once for all examples."""

    companies: list[TopAccount]
    people: list[User]
    officer: User

    @classmethod
    def of(cls, *, companies: int, people: int) -> "Cast":
        """So many of them."""
        made = [factories.account() for _ in range(companies)]
        return cls(made, [factories.person() for _ in range(people)], factories.officer(device=False))


class Machine(RuleBasedStateMachine, Generic[M]):
    """Companies and their people, in the portal and in the model."""

    #: Everybody is asked about every cell after so many decisions: wrong stays wrong.
    every = 10

    def __init__(self, cast: Cast, model: M) -> None:
        super().__init__()
        self.world = rolled_back()
        self.world.__enter__()
        self.model = model
        self.people: dict[int, User] = {}
        self.companies = {company.pk: copy.copy(company) for company in cast.companies}
        self.steps = 0
        #: Whoever works or worked where: others cannot have any right there.
        self.ever: set[tuple[int, int]] = set()
        for company in cast.companies:
            owner = self._knows(factories.owner_of(company))
            self.model.places[owner, company.pk] = Place(OWNER)
        for user in cast.people:
            self._knows(user)
        self.model.officers.add(self._knows(cast.officer))

    def teardown(self) -> None:
        self.world.__exit__(None, None, None)

    def _knows(self, user: User, status: str = "ACTIVE") -> int:
        self.people[user.pk], self.model.status[user.pk] = copy.copy(user), status
        if status == "ACTIVE":
            self.model.known.add(user.pk)
        return user.pk

    def _joins(self, person: int, company: int, place: Place) -> None:
        factories.member(self.companies[company], ROLES[place.role], self.people[person], self._granted(place))
        self.model.put(person, company, place)

    def _opens(self, company: int, kind: str) -> None:
        number, account = factories.importer_number(), self.companies[company]
        opened = accounts.open_sub_account(account, account_type=kind, identifier=number, name="Branch", by=None)
        self.model.sub_accounts[opened.pk] = company, kind

    # --- Drawing ---
    def _mostly(self, those: Any, anybody: Any, number: int) -> int:
        """One of those with whom something comes of it; one time of five or so anybody."""
        found = [*sorted(those) * 4, *sorted(anybody)]
        return int(found[number % len(found)])

    def _active(self) -> list[int]:
        return [who for who in self.people if self.model.status[who] == "ACTIVE"]

    def _actor(self, company: int, number: int) -> int:
        """Somebody who can sign in, mostly one who manages the company."""
        anybody = self._active()
        return self._mostly([who for who in anybody if self.model.gives(who, company)], anybody, number)

    def _company(self, number: int) -> int:
        """The company whose people are decided about."""
        return int(one_of(self.companies, number))

    def _in_company(self, company: int, number: int, actor: int) -> int:
        """Somebody who works there, mostly one whom the actor manages."""
        anybody = [who for who, at in self.model.places if at == company]
        return self._mostly([who for who in anybody if self.model.manages(actor, who, company)], anybody, number)

    def _three(self, at: int, who: int, whom: int) -> tuple[int, int, int]:
        """A company, somebody who decides, and about whom."""
        company = self._company(at)
        actor = self._actor(company, who)
        return company, actor, self._in_company(company, whom, actor)

    def _row(self, person: int, company: int) -> Membership:
        return Membership.objects.live().get(user=person, top_account=company)

    def _place(self, company: int, role: str, granted: Grants, *, top: bool = False) -> Place:
        """A place with the grants drawn, those on sub-accounts on some of the company's."""
        by_type, singles = granted
        place = Place(role, top=top, by_type=dict(by_type))
        for which, tab, level in singles:
            if (at := self._single(company, which, tab)) is not None:
                place.own[at] = level
        return place

    def _single(self, company: int, which: int, tab: int) -> tuple[int, str] | None:
        if not self.model.of(company):
            return None
        one = one_of(self.model.of(company), which)
        return one, one_of(TABS[self.model.sub_accounts[one][1]], tab)

    def _granted(self, place: Place) -> Rights:
        kinds = {one: kind for one, (_, kind) in self.model.sub_accounts.items()}
        grid = {Cell(*cell): Level(level) for cell, level in place.by_type.items()}
        grid |= {Cell(kinds[one], tab, one): Level(level) for (one, tab), level in place.own.items()}
        return Rights(
            top_account_access=place.top, isf_portal=place.isf, isf_roles=frozenset(place.isf_roles), grid=grid
        )

    # --- Trying ---
    def _tries(
        self,
        actor: int,
        decide: Callable[[], Any],
        effect: Callable[[Any], Any],
        *,
        allowed: bool,
        grows_in: Iterable[int] = (),
    ) -> None:
        """Take the decision: it is refused, and changes nothing, if and only if the model says so.

        `effect` tells the model what came of it. Nobody's rights ever grow by what they do themselves, except in the
        companies `grows_in`, which offered it.
        """
        if not allowed:
            state = everything()
            with pytest.raises(DomainError):
                decide()
            assert everything() == state
            return
        before = {
            company: self.model.everything(actor, company) for company in self.companies if company not in grows_in
        }
        effect(decide())
        for company, were in before.items():
            now = self.model.everything(actor, company)
            grown = [cell for cell, level in were.items() if ORDER.index(now.get(cell, NONE)) > ORDER.index(level)]
            assert not grown, "own rights grew"

    # --- Rules: a company's own people ---
    @rule(at=numbers, who=numbers, whom=numbers, role=roles, granted=grants)
    def add_existing_user(self, at: int, who: int, whom: int, role: str, granted: Grants) -> None:
        company = one_of(self.companies, at)
        actor = self._actor(company, who)
        new = [one for one in self.people if (one, company) not in self.model.places]
        hidden = [one for one in new if not self.model.can_be_found(one)]
        person = self._mostly([*new, *hidden * 5], self.people, whom)
        place = replace(self._place(company, role, granted), isf=True, isf_roles=("FILER",))
        self._tries(
            actor,
            lambda: actions.add_existing(
                self.companies[company],
                person=self.people[person],
                role=ROLES[role],
                granted=self._granted(place),
                by=self.people[actor],
            ),
            lambda added: self.model.put(person, company, place),
            allowed=self.model.may_add(actor, person, company, role),
        )

    def _change(self, row: Membership, role: Role, granted: Rights, actor: int) -> None:
        actions.change(row, role=role, granted=granted, version=row.version, by=self.people[actor])

    def _changes(self, at: int, who: int, whom: int, edit: Callable[[Place, int], Place]) -> None:
        """Somebody replaces role and rights of somebody else, having read what they are now."""
        company, actor, person = self._three(at, who, whom)
        row, now = self._row(person, company), self.model.places[person, company]
        # A grid names the sub-accounts of its own company.
        own = {at: level for at, level in now.own.items() if at[0] in self.model.of(company)}
        wanted = edit(replace(now, by_type=dict(now.by_type), own=own), company)
        self._tries(
            actor,
            lambda: self._change(row, ROLES[wanted.role], self._granted(wanted), actor),
            lambda changes: self.model.put(person, company, wanted),
            allowed=self.model.manages(actor, person, company) and wanted.role in self.model.gives(actor, company),
        )

    @rule(at=numbers, who=numbers, whom=numbers, role=roles, granted=grants, top=st.booleans())
    def change_role(self, at: int, who: int, whom: int, role: str, granted: Grants, top: bool) -> None:
        self._changes(at, who, whom, lambda now, company: self._place(company, role, granted, top=top))

    @rule(at=numbers, who=numbers, whom=numbers, cell=tabs, level=levels)
    def set_a_type(self, at: int, who: int, whom: int, cell: tuple[str, str], level: str) -> None:
        self._changes(at, who, whom, lambda now, company: replace(now, by_type=now.by_type | {cell: level}))

    @rule(at=numbers, who=numbers, whom=numbers)
    def revoke(self, at: int, who: int, whom: int) -> None:
        company, actor, person = self._three(at, who, whom)
        self._tries(
            actor,
            lambda: actions.revoke(self._row(person, company), by=self.people[actor]),
            lambda _: self.model.leave(person, company),
            allowed=self.model.may_take_out(actor, person, company),
        )

    @rule(at=numbers, who=numbers, whom=numbers, own=st.booleans())
    def leave(self, at: int, who: int, whom: int, own: bool) -> None:
        company, actor, person = self._three(at, who, whom)
        person = actor if own and (actor, company) in self.model.places else person
        self._tries(
            actor,
            lambda: actions.leave(self._row(person, company), by=self.people[actor]),
            lambda _: self.model.leave(person, company),
            allowed=actor == person and self.model.role(person, company) != OWNER,
        )

    @rule(at=numbers, whom=numbers, becomes=st.sampled_from([None, PROXY, USER]))
    def replace_the_owner(self, at: int, whom: int, becomes: str | None) -> None:
        company = self._company(at)
        self._replaces(company, self._successor(company, whom), becomes)

    def _replaces(self, company: int, successor: int, becomes: str | None) -> None:
        role = ROLES[becomes] if becomes else None
        actions.replace_owner(self.companies[company], successor=self.people[successor], becomes=role, by=None)
        self.model.replace_owner(company, successor, becomes)

    def _successor(self, company: int, number: int) -> int:
        return int(one_of(self.people.keys() - self.model.officers, number))

    # --- What always holds ---
    def _levels(self, person: int, company: int) -> dict[Any, str]:
        """What the policy says of every cell of a company's grid, and of the top account itself."""
        cells = [Cell(*cell) for cell in self.model.everything(person, company)]
        user, account = self.people[person], self.companies[company]
        found = {at: right.level.value for at, right in policy.rights_at(user, account, cells).items()}
        return {**found, "top": FULL if policy.may_open_top(user, account) else NONE}

    def _asked(self) -> Iterable[tuple[int, int]]:
        """Whom the policy is asked about, and in which company: everybody who ever had a place there."""
        return sorted(self.ever)

    @invariant()
    def the_policy_says_what_the_model_says(self) -> None:
        self.ever |= self.model.everywhere()
        self.steps += 1
        if self.steps % self.every == 0:
            for person, company in self._asked():
                expected = {Cell(*cell): level for cell, level in self.model.everything(person, company).items()}
                top = FULL if self.model.opens_top(person, company) else NONE
                found = self._levels(person, company)
                assert found == {**expected, "top": top}, (self.people[person], self.companies[company])
                self._is_right(person, company, found)
            for person, user in self.people.items():
                assert set(policy.sub_accounts_visible_to(user).values_list("pk", flat=True)) == self.model.sees(person)

    def _is_right(self, person: int, company: int, found: dict[Any, str]) -> None:
        """What else has to hold of what the policy says of one person in one company."""

    @invariant()
    def everybody_has_their_place_and_each_company_one_owner(self) -> None:
        live = list(Membership.objects.live())
        names = {role: name for name, role in ROLES.items()}
        assert {(row.user_id, row.top_account_id): names[Role(row.role)] for row in live} == {
            key: place.role for key, place in self.model.places.items()
        }
        assert len(live) == len(self.model.places)
        for company in self.companies:
            assert [row.top_account_id for row in live if row.role == ROLES[OWNER]].count(company) == 1
