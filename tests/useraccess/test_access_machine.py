"""Any chain of decisions about people and rights: the policy says what a model of plain dictionaries says.

The model (access_model.py) is written apart from the policy. Everybody tries everything, also who may not: what is
refused changes nothing, and nobody's rights ever grow by what they do themselves.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import actions as accounts
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from ace_portal.core.errors import DomainError
from tests import factories
from tests.harness.world import rolled_back
from tests.useraccess.access_model import FULL, ISF_ROLES, NONE, ORDER, OWNER, PROXY, READ, TABS, USER, Model, Place
from tests.useraccess.people_samples import everything, new_person
from useraccess import actions, policy, rights
from useraccess.models import Level, Membership, Role
from useraccess.rights import Cell, Rights

ROLES = {OWNER: Role.TRADE_ACCOUNT_OWNER, PROXY: Role.PROXY_TRADE_ACCOUNT_OWNER, USER: Role.TRADE_ACCOUNT_USER}
TYPE_CELLS = [(section, tab) for section, tabs in TABS.items() for tab in tabs]
#: So many are enough to disagree.
PEOPLE, SUB_ACCOUNTS = 10, 5
#: Everybody is asked about every cell after so many decisions (what they see, twice as many): wrong stays wrong.
EVERY = 5

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


def one_of(known: Any, number: int) -> Any:
    """The one with this number, counted round and round."""
    return sorted(known)[number % len(known)]


class Access(RuleBasedStateMachine):
    """Two companies and somebody who works in both."""

    def __init__(self) -> None:
        super().__init__()
        self.world = rolled_back()
        self.world.__enter__()
        self.model = Model()
        self.people: dict[int, User] = {}
        self.companies: dict[int, TopAccount] = {}
        self.steps = 0
        #: Whoever works or worked where: others cannot have any right there.
        self.ever: set[tuple[int, int]] = set()

    def teardown(self) -> None:
        self.world.__exit__(None, None, None)

    @initialize(granted=st.lists(grants, min_size=4, max_size=4))
    def open(self, granted: list[Grants]) -> None:
        for _ in range(2):
            company = factories.account()
            self.companies[company.pk] = company
            owner = self._knows(factories.owner_of(company))
            self.model.places[owner, company.pk] = Place(OWNER)
        first, second = self.companies
        for company, kind in ((first, "IMPORTER"), (first, "EXPORTER"), (second, "IMPORTER")):
            self._opens(company, kind)
        one, both, other, proxy = (self._knows(factories.person()) for _ in range(4))
        places = ((one, first), (both, first), (both, second), (other, second))
        for (person, company), given in zip(places, granted, strict=True):
            self._joins(person, company, self._place(company, USER, given))
        self._joins(proxy, first, Place(PROXY))
        invited = factories.person(active=False)
        actions.add_member(self.companies[first], user=invited, role=ROLES[USER], by=None)
        self.model.places[self._knows(invited, "INVITED"), first] = Place(USER)
        self.model.officers.add(self._knows(factories.officer(device=False)))

    def _knows(self, user: User, status: str = "ACTIVE") -> int:
        self.people[user.pk], self.model.status[user.pk] = user, status
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

    def _in_company(self, company: int, number: int, actor: int) -> int:
        """Somebody who works there, mostly one whom the actor manages."""
        anybody = [who for who, at in self.model.places if at == company]
        return self._mostly([who for who in anybody if self.model.manages(actor, who, company)], anybody, number)

    def _three(self, at: int, who: int, whom: int) -> tuple[int, int, int]:
        """A company, somebody who decides, and about whom."""
        company = one_of(self.companies, at)
        actor = self._actor(company, who)
        return company, actor, self._in_company(company, whom, actor)

    def _row(self, person: int, company: int) -> Membership:
        return Membership.objects.live().get(user=person, top_account=company)

    # --- Trying ---
    def _tries(self, actor: int, decide: Callable[[], Any], effect: Callable[[Any], Any], *, allowed: bool) -> None:
        """Take the decision: it is refused, and changes nothing, if and only if the model says so.

        `effect` tells the model what came of it.
        """
        if not allowed:
            state = everything()
            with pytest.raises(DomainError):
                decide()
            assert everything() == state
            return
        before = {company: self.model.everything(actor, company) for company in self.companies}
        effect(decide())
        for company, were in before.items():
            now = self.model.everything(actor, company)
            assert all(ORDER.index(now[cell]) <= ORDER.index(level) for cell, level in were.items()), "own rights grew"

    def _levels(self, person: int, company: int) -> dict[Any, str]:
        """What the policy says of every cell of a company's grid, and of the top account itself."""
        cells = [Cell(*cell) for cell in self.model.everything(person, company)]
        user, account = self.people[person], self.companies[company]
        found = {at: right.level.value for at, right in policy.rights_at(user, account, cells).items()}
        return {**found, "top": FULL if policy.may_open_top(user, account) else NONE}

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

    # --- Rules: people come ---
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

    # --- Rules: rights change ---
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

    # --- Rules: people go and come back ---
    @rule(at=numbers, who=numbers, whom=numbers)
    def revoke(self, at: int, who: int, whom: int) -> None:
        company, actor, person = self._three(at, who, whom)
        self._tries(
            actor,
            lambda: actions.revoke(self._row(person, company), by=self.people[actor]),
            lambda _: self.model.places.pop((person, company)),
            allowed=self.model.manages(actor, person, company),
        )

    @rule(at=numbers, who=numbers, whom=numbers, own=st.booleans())
    def leave(self, at: int, who: int, whom: int, own: bool) -> None:
        company, actor, person = self._three(at, who, whom)
        person = actor if own and (actor, company) in self.model.places else person
        self._tries(
            actor,
            lambda: actions.leave(self._row(person, company), by=self.people[actor]),
            lambda _: self.model.places.pop((person, company)),
            allowed=actor == person and self.model.role(person, company) != OWNER,
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
    @rule(at=numbers, whom=numbers, becomes=st.sampled_from([None, PROXY, USER]))
    def replace_the_owner(self, at: int, whom: int, becomes: str | None) -> None:
        company = one_of(self.companies, at)
        successor = one_of(self.people.keys() - self.model.officers, whom)
        role = ROLES[becomes] if becomes else None
        actions.replace_owner(self.companies[company], successor=self.people[successor], becomes=role, by=None)
        self.model.replace_owner(company, successor, becomes)

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
    def the_policy_says_what_the_model_says(self) -> None:
        self.ever |= set(self.model.places)
        self.steps += 1
        if self.steps % EVERY:
            return
        for person, user in self.people.items():
            for company in (its for who, its in self.ever if who == person):
                expected = {Cell(*cell): level for cell, level in self.model.everything(person, company).items()}
                top = FULL if self.model.opens_top(person, company) else NONE
                assert self._levels(person, company) == {**expected, "top": top}, (user, company)
            if self.steps % (2 * EVERY) == 0:
                assert set(policy.sub_accounts_visible_to(user).values_list("pk", flat=True)) == self.model.sees(person)

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

    @invariant()
    def the_isf_portal_and_the_status_are_what_was_decided(self) -> None:
        for row in Membership.objects.live().exclude(role=ROLES[OWNER]):
            place = self.model.places[row.user_id, row.top_account_id]
            assert (row.isf_portal, row.isf_roles) == (place.isf, ",".join(place.isf_roles))
        for person, status in User.objects.filter(pk__in=self.people).values_list("pk", "status"):
            assert self.model.status[person] == status


SETTINGS = settings(
    max_examples=20, stateful_step_count=20, deadline=None, derandomize=True, phases=(Phase.generate, Phase.shrink)
)


@pytest.mark.django_db
def test_the_policy_keeps_its_word_after_any_chain_of_decisions() -> None:
    run_state_machine_as_test(Access, settings=SETTINGS)
