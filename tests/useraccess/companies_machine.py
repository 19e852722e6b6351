"""What companies decide about each other's access, in the portal and in the model of test_companies_machine.py."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from accounts.models import User
from tests.useraccess.access_machine import (
    Cast,
    Grants,
    Machine,
    grants,
    levels,
    numbers,
    one_of,
    tabs,
)
from tests.useraccess.access_model import PROXY, USER, Place
from tests.useraccess.access_samples import attorney
from tests.useraccess.companies_model import ACTIVE, PENDING, REQUESTED, START, Access, Companies
from useraccess.actions import cross_account as actions
from useraccess.models import CrossAccountAccess, Membership
from verification.models import Throttle

ANSWERED_WITHIN = timedelta(days=14)
#: Last days, counted from today; some have passed.
coming = st.sampled_from([None, 0, 1, 3, 20])
days = st.one_of(coming, st.just(-1))
parts = st.one_of(st.none(), grants)


class Between(Machine[Companies]):
    """An importer, its broker, and a second importer."""

    def __init__(self, cast: Cast) -> None:
        super().__init__(cast, Companies())
        self.travel = time_machine.travel(START, tick=False)
        self.clock = self.travel.start()

    def teardown(self) -> None:
        self.travel.stop()
        super().teardown()

    @initialize(granted=st.lists(grants, min_size=5, max_size=5), owns_two=st.booleans(), until=coming)
    def open(self, granted: list[Grants], owns_two: bool, until: int | None) -> None:
        importer, broker, second = self.companies
        for company, kinds in ((importer, ["IMPORTER", "EXPORTER"]), (broker, ["IMPORTER"]), (second, ["EXPORTER"])):
            for kind in kinds:
                self._opens(company, kind)
        clerk, both, proxy, other = (
            who for who in self.people if who not in self.model.officers and not self.model.companies_of(who)
        )
        for person, company, given in (
            (clerk, broker, granted[0]),
            (both, broker, granted[1]),
            (both, importer, granted[2]),
            (other, second, granted[2]),
        ):
            self._joins(person, company, self._place(company, USER, given))
        self._joins(proxy, broker, Place(PROXY))
        if owns_two:
            self._replaces(second, self.model.owner(importer), None)
        self._lets_in((importer, broker), clerk, both, granted, self.model.in_days(until))
        given = self._place(second, USER, granted[2])
        self._offers(self.model.owner(second), second, importer, self.model.owner(importer), given)

    def _lets_in(
        self, pair: tuple[int, int], clerk: int, both: int, granted: list[Grants], ends_on: date | None
    ) -> None:
        """An access in force, of which one has a part and somebody who works for both has everything."""
        owner, (importer, broker) = self.model.owner, pair
        given = self._place(importer, USER, granted[3], top=True)
        self._offers(owner(importer), importer, broker, owner(broker), given, ends_on)
        [number] = self.model.accesses
        self._decides(number, owner(broker), "accept")
        self._passes_on(number, owner(broker), clerk, self._place(importer, USER, granted[4]))
        self._passes_on(number, owner(broker), both, None)

    # --- Drawing and trying ---
    def _pair(self, which: int) -> tuple[int, int]:
        """Two companies, in this order; one time of seven the same."""
        pairs = [(one, other) for one in self.companies for other in self.companies]
        pairs = [pair for pair in pairs if pair[0] != pair[1]] * 3 + [pair for pair in pairs if pair[0] == pair[1]]
        return pairs[which % len(pairs)]

    def _company(self, number: int) -> int:
        """Mostly one whose people work in another company's account."""
        sending = {one.recipient for one in self.model.accesses.values() if one.passed_on}
        return self._mostly(sending, self.companies, number)

    def _in_company(self, company: int, number: int, actor: int) -> int:
        """Half of the time one of those who work in another company's account, whoever that may be."""
        sent = {who for one in self.model.accesses.values() if one.recipient == company for who in one.passed_on}
        managed = sorted(who for who in sent if self.model.manages(actor, who, company))
        return (
            int(one_of(managed, number // 2)) if managed and number % 2 else super()._in_company(company, number, actor)
        )

    def _decider(self, company: int, number: int) -> int:
        """Mostly the company's owner."""
        return self._mostly([self.model.owner(company)] * 3, self._active(), number)

    def _access(self, which: int, *statuses: str) -> int:
        """Mostly one of these statuses."""
        fitting = [one for one, access in self.model.accesses.items() if access.status in statuses]
        return self._mostly(fitting, self.model.accesses, which)

    def _successor(self, company: int, number: int) -> int:
        """Half of the time somebody who owns another company as well."""
        owners = {self.model.owner(other) for other in self.companies if other != company}
        return self._mostly(owners, self.people.keys() - self.model.officers, number)

    def _found(self, number: int) -> CrossAccountAccess:
        return CrossAccountAccess.objects.get(pk=number)

    def _user(self, person: int) -> User:
        return self.people[person]

    def _writes_down(self, found: CrossAccountAccess, **facts: Any) -> None:
        made = Access(found.grantor_id, found.recipient_id, answer_until=self.model.now + ANSWERED_WITHIN, **facts)
        self.model.begin(found.pk, made)

    # --- Rules: an access begins ---
    @rule(pair=numbers, who=numbers, whom=numbers, granted=grants, top=st.booleans(), until=days)
    def offer(self, pair: int, who: int, whom: int, granted: Grants, top: bool, until: int | None) -> None:
        grantor, recipient = self._pair(pair)
        named = self._decider(recipient, whom)
        given = self._place(grantor, USER, granted, top=top)
        self._offers(self._decider(grantor, who), grantor, recipient, named, given, self.model.in_days(until))

    def _offers(
        self, actor: int, grantor: int, recipient: int, named: int, given: Place, ends_on: date | None = None
    ) -> None:
        Throttle.objects.all().delete()
        fits = self.model.may_begin(actor, grantor, grantor, recipient) and named == self.model.owner(recipient)
        self._tries(
            actor,
            lambda: actions.invite(
                self.companies[grantor],
                user_id=self._user(named).account_id,
                ace_id=self.companies[recipient].ace_id,
                granted=self._granted(given),
                ends_on=ends_on,
                by=self._user(actor),
            ),
            lambda found: self._writes_down(found, made_by=grantor, status=PENDING, granted=given, ends_on=ends_on),
            allowed=fits and self.model.is_to_come(ends_on),
        )

    @rule(pair=numbers, who=numbers, granted=grants, until=coming, ace=st.booleans())
    def ask(self, pair: int, who: int, granted: Grants, until: int | None, ace: bool) -> None:
        """On a power of attorney, limited or not; by ACE ID or by an importer number."""
        grantor, recipient = self._pair(pair)
        actor, ends_on = self._decider(recipient, who), self.model.in_days(until)
        importers = self.companies[grantor].sub_accounts.filter(account_type="IMPORTER").order_by("pk")
        number = importers.values_list("identifier", flat=True).first()
        proposed = Place(USER, top=True, by_type=dict(granted[0]))
        Throttle.objects.all().delete()
        self._tries(
            actor,
            lambda: actions.request(
                self.companies[recipient],
                client=self.companies[grantor].ace_id if ace or not number else number,
                filer_code="OW1",
                attorney=attorney("LIMITED" if ends_on else "GENERAL", ends_on=ends_on),
                proposed=self._granted(proposed),
                by=self._user(actor),
            ),
            lambda found: self._writes_down(
                found, made_by=recipient, status=REQUESTED, granted=proposed, ends_on=ends_on, attorney_until=ends_on
            ),
            allowed=self.model.may_begin(actor, recipient, grantor, recipient),
        )

    @precondition(lambda self: any(access.waits for access in self.model.accesses.values()))
    @rule(which=numbers, who=numbers, granted=parts, top=st.booleans(), until=days)
    def answer(self, which: int, who: int, granted: Grants | None, top: bool, until: int | None) -> None:
        """An offer is accepted; a request is approved as it is, or with what the client trims it to."""
        number = self._access(which, PENDING, REQUESTED)
        access = self.model.accesses[number]
        actor = self._decider(access.answered_by, who)
        if access.status != REQUESTED:
            self._decides(number, actor, "accept")
            return
        given = replace(access.granted) if granted is None else self._place(access.grantor, USER, granted, top=top)
        ends_on = self.model.in_days(until)
        row = self._found(number)

        def effect(_: Any) -> None:
            self.model.take(access)
            self.model.set_terms(access, given, ends_on)

        self._tries(
            actor,
            lambda: actions.approve(row, granted=self._granted(given), ends_on=ends_on, by=self._user(actor)),
            effect,
            allowed=self.model.may_approve(actor, access, ends_on),
        )

    # --- Rules: an access ends, or does not begin ---
    @rule(which=numbers, who=numbers, first=st.booleans(), fits=st.sampled_from([True] * 5 + [False]))
    def end(self, which: int, who: int, first: bool, fits: bool) -> None:
        number = self._access(which, PENDING, REQUESTED, ACTIVE)
        access = self.model.accesses[number]
        sides = {"reject": access.answered_by, "withdraw": access.made_by}
        if (access.status == ACTIVE) is fits:
            sides = {"revoke": access.grantor, "release": access.recipient}
        what = list(sides)[first]
        self._decides(number, self._decider(sides[what], who), what)

    def _decides(self, number: int, actor: int, what: str) -> None:
        """A decision that needs nothing but somebody who takes it."""
        access, row = self.model.accesses[number], self._found(number)
        may: Callable[[int, Access], bool] = getattr(self.model, f"may_{what}")
        ends = {"reject": "REJECTED", "withdraw": "WITHDRAWN", "revoke": "REVOKED", "release": "RELEASED"}
        self._tries(
            actor,
            lambda: getattr(actions, what)(row, by=self._user(actor)),
            lambda _: self.model.end(access, ends[what]) if what in ends else self.model.take(access),
            allowed=may(actor, access),
            grows_in=[access.grantor] if what == "accept" else [],
        )

    # --- Rules: what was granted changes ---
    def _updates(self, number: int, actor: int, given: Place, ends_on: date | None) -> None:
        access, row = self.model.accesses[number], self._found(number)
        self._tries(
            actor,
            lambda: actions.update(
                row, granted=self._granted(given), ends_on=ends_on, version=row.version, by=self._user(actor)
            ),
            lambda _: self.model.set_terms(access, given, ends_on),
            allowed=self.model.may_update(actor, access, ends_on),
        )

    def _edited(self, which: int, who: int) -> tuple[int, int, Place, date | None]:
        """An access, who changes it, and what it grants now, to be edited."""
        number = self._access(which, ACTIVE)
        access = self.model.accesses[number]
        now = access.granted
        own = {at: level for at, level in now.own.items() if at[0] in self.model.of(access.grantor)}
        given = replace(now, by_type=dict(now.by_type), own=own)
        return number, self._decider(access.grantor, who), given, access.ends_on

    @rule(which=numbers, who=numbers, cell=tabs, level=levels, top=st.booleans())
    def set_a_type_granted(self, which: int, who: int, cell: tuple[str, str], level: str, top: bool) -> None:
        number, actor, given, ends_on = self._edited(which, who)
        given.by_type[cell], given.top = level, top
        self._updates(number, actor, given, ends_on)

    @rule(which=numbers, who=numbers, one=numbers, tab=numbers, level=st.one_of(st.none(), levels))
    def set_one_sub_account_granted(self, which: int, who: int, one: int, tab: int, level: str | None) -> None:
        number, actor, given, ends_on = self._edited(which, who)
        if (cell := self._single(self.model.accesses[number].grantor, one, tab)) is not None:
            given.own.pop(cell, None)
            given.own |= {cell: level} if level else {}
        self._updates(number, actor, given, ends_on)

    @rule(which=numbers, who=numbers, until=days)
    def set_the_end_date(self, which: int, who: int, until: int | None) -> None:
        number, actor, given, _ = self._edited(which, who)
        self._updates(number, actor, given, self.model.in_days(until))

    # --- Rules: passing on ---
    @rule(which=numbers, who=numbers, whom=numbers, granted=parts, top=st.booleans())
    def pass_on(self, which: int, who: int, whom: int, granted: Grants | None, top: bool) -> None:
        number = self._access(which, ACTIVE)
        access = self.model.accesses[number]
        actor = self._actor(access.recipient, who)
        person = self._mostly([self._in_company(access.recipient, whom, actor)] * 5, self.people, whom)
        part = None if granted is None else self._place(access.grantor, USER, granted, top=top)
        self._passes_on(number, actor, person, part)

    def _passes_on(self, number: int, actor: int, person: int, part: Place | None) -> None:
        access, row = self.model.accesses[number], self._found(number)
        given = None if part is None else self._granted(part)
        self._tries(
            actor,
            lambda: actions.pass_on(row, user=self._user(person), granted=given, by=self._user(actor)),
            lambda _: self.model.pass_on(access, person, part),
            allowed=self.model.may_pass_on(actor, access, person),
        )

    @precondition(lambda self: any(access.passed_on for access in self.model.accesses.values()))
    @rule(which=numbers, who=numbers, whom=numbers)
    def take_back(self, which: int, who: int, whom: int) -> None:
        number = one_of([one for one, access in self.model.accesses.items() if access.passed_on], which)
        access = self.model.accesses[number]
        actor = self._actor(access.recipient, who)
        managed = [one for one in access.passed_on if self.model.manages(actor, one, access.recipient)]
        person = self._mostly(managed, access.passed_on, whom)
        place = Membership.objects.get(user=person, via=number, ended_at=None)
        self._tries(
            actor,
            lambda: actions.take_back(place, by=self._user(actor)),
            lambda _: self.model.take_back(access, person),
            allowed=self.model.may_take_back(actor, access, person),
        )
