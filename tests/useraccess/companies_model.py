"""What companies let each other do, told once more in plain dictionaries.

Written from docs/cross-account-access.md and facts-access §2 and §3, without a look at the policy. People, companies,
sub-accounts and accesses are numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.useraccess.access_model import FULL, NONE, ORDER, OWNER, PROXY, READ, TABS, USER, Model, Place

#: An offer, a request, an access in force; and how they end.
PENDING, REQUESTED, ACTIVE = "PENDING", "REQUESTED", "ACTIVE"
REJECTED, WITHDRAWN, EXPIRED = "REJECTED", "WITHDRAWN", "EXPIRED"
REVOKED, RELEASED, ENDED = "REVOKED", "RELEASED", "ENDED"
#: A Monday at noon where end dates are counted, far from any change of daylight saving time.
NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2026, 4, 6, 12, tzinfo=NEW_YORK)
Cell = tuple[str, str, int | None]


def least(*of: str) -> str:
    return min(of, key=ORDER.index)


def carries(level: str, wanted: str) -> bool:
    """Whether a link that allows `level` lets `wanted` through."""
    return ORDER.index(level) >= ORDER.index(wanted)


@dataclass
class Access:
    """What one company lets another one do in its account, and whom that one sends."""

    grantor: int
    recipient: int
    #: The company that offered it, or asked for it.
    made_by: int
    status: str
    answer_until: datetime
    granted: Place
    ends_on: date | None = None
    #: The last day of a limited power of attorney.
    attorney_until: date | None = None
    #: By person: a grid of their own, or (None) everything that was received.
    passed_on: dict[int, Place | None] = field(default_factory=dict)

    @property
    def waits(self) -> bool:
        return self.status in (PENDING, REQUESTED)

    @property
    def lives(self) -> bool:
        """Until it is written down that it ended, no other one begins between the two."""
        return self.waits or self.status == ACTIVE

    @property
    def answered_by(self) -> int:
        return self.grantor if self.made_by == self.recipient else self.recipient


@dataclass
class Companies(Model):
    """Companies, their people, their sub-accounts, and what they let each other do."""

    now: datetime = START
    accesses: dict[int, Access] = field(default_factory=dict)
    #: Companies that were acquired as a whole: read only, with their history.
    shells: set[int] = field(default_factory=set)

    # --- Who may do what ---
    @property
    def today(self) -> date:
        return self.now.astimezone(NEW_YORK).date()

    def in_force(self, access: Access) -> bool:
        """Accepted, not ended, and the last day, which counts in full, has not passed."""
        return access.status == ACTIVE and (access.ends_on is None or self.today <= access.ends_on)

    def visits(self, person: int, company: int) -> Iterator[Access]:
        """The accesses on the strength of which somebody works in another company's account now."""
        for access in self.accesses.values():
            employed = (person, access.recipient) in self.places
            if access.grantor == company and self.in_force(access) and employed and person in access.passed_on:
                yield access

    def own_level(self, person: int, company: int, *cell: str | int | None) -> str:
        """What somebody may do as one of the company's own people. A shell is read, and nothing else."""
        level = super().level(person, company, *cell)  # type: ignore[arg-type]
        return least(level, READ) if company in self.shells else level

    def level(self, person: int, company: int, section: str, tab: str, sub_account: int | None = None) -> str:
        """The better of what somebody may do as one of the own people, and on the strength of each access.

        By an access it is the least of what their company received and what they were passed on.
        """
        cell = section, tab, sub_account
        found = [self.own_level(person, company, *cell)]
        for access in self.visits(person, company):
            part = access.passed_on[person]
            found.append(least(access.granted.grants(*cell), part.grants(*cell) if part else FULL))
        return max(found, key=ORDER.index)

    def opens_top(self, person: int, company: int) -> bool:
        by_access = (
            access.granted.top and (part is None or part.top)
            for access in self.visits(person, company)
            for part in (access.passed_on[person],)
        )
        return super().opens_top(person, company) or any(by_access)

    def unbroken(self, person: int, company: int, wanted: str, cell: Cell) -> bool:
        """Whether some chain, walked link by link from the account to the person, carries this level."""
        if (place := self.places.get((person, company))) is not None:
            bound = READ if company in self.shells else FULL
            granted = FULL if place.role in (OWNER, PROXY) else place.grants(*cell)
            if carries(bound, wanted) and carries(granted, wanted):
                return True
        return any(self._chain_carries(access, person, company, wanted, cell) for access in self.accesses.values())

    def _chain_carries(self, access: Access, person: int, company: int, wanted: str, cell: Cell) -> bool:
        if access.grantor != company or access.status != ACTIVE:
            return False
        if access.ends_on is not None and self.today > access.ends_on:
            return False
        if access.attorney_until is not None and self.today > access.attorney_until:
            return False
        if not carries(access.granted.grants(*cell), wanted):
            return False
        if self.role(person, access.recipient) is None or person not in access.passed_on:
            return False
        part = access.passed_on[person]
        return part is None or carries(part.grants(*cell), wanted)

    def works_in(self, person: int) -> set[int]:
        """The accounts somebody works in: of their own companies, and of others."""
        own = {company for who, company in self.places if who == person}
        return own | {access.grantor for access in self.accesses.values() if any(self.visits(person, access.grantor))}

    def everywhere(self) -> set[tuple[int, int]]:
        visits = {(person, access.grantor) for access in self.accesses.values() for person in access.passed_on}
        return super().everywhere() | visits

    def readers(self, company: int, cell: Cell) -> set[int]:
        """Those of the company's own people who read a tab: never anybody of another company."""
        return {who for who, at in self.places if at == company and self.own_level(who, company, *cell) != NONE}

    def owner(self, company: int) -> int:
        return next(who for (who, at), place in self.places.items() if at == company and place.role == OWNER)

    # --- Who decides ---
    def gives(self, actor: int, company: int) -> set[str]:
        return set() if company in self.shells else super().gives(actor, company)

    def may_take_out(self, actor: int, person: int, company: int) -> bool:
        """Also out of a shell: whoever left must not go on reading."""
        return actor != person and self.role(person, company) in super().gives(actor, company)

    def may_merge(
        self, proposer: int, consenter: int, desk: int, acquirer: int, acquired: int, parts: set[int] | None
    ) -> bool:
        """Both owners and CBP, for sub-accounts that are there; the whole account has none left behind."""
        agreed = self.decides(proposer, acquirer) and self.decides(consenter, acquired) and desk in self.officers
        there = parts is None or (parts and parts <= set(self.of(acquired)))
        return agreed and acquirer != acquired and bool(there)

    def decides(self, actor: int, company: int) -> bool:
        """Only owners decide about other companies, and nobody about those of a shell."""
        return self.role(actor, company) == OWNER and company not in self.shells

    def may_begin(self, actor: int, maker: int, grantor: int, recipient: int) -> bool:
        """Offer (the maker is the grantor) or ask (it is the recipient)."""
        between = [one for one in self.accesses.values() if (one.grantor, one.recipient) == (grantor, recipient)]
        alive = not {grantor, recipient} & self.shells
        return alive and self.decides(actor, maker) and grantor != recipient and not any(one.lives for one in between)

    def is_to_come(self, day: date | None) -> bool:
        return day is None or day >= self.today

    def may_answer(self, actor: int, access: Access) -> bool:
        """Accept or approve: the other side, in time."""
        in_time = self.now < access.answer_until and self.is_to_come(access.ends_on)
        return access.waits and in_time and self.decides(actor, access.answered_by)

    def may_accept(self, actor: int, access: Access) -> bool:
        return access.status == PENDING and self.may_answer(actor, access)

    def may_approve(self, actor: int, access: Access, ends_on: date | None) -> bool:
        return access.status == REQUESTED and self.may_answer(actor, access) and self._is_within(access, ends_on)

    def may_reject(self, actor: int, access: Access) -> bool:
        return access.waits and self.decides(actor, access.answered_by)

    def may_withdraw(self, actor: int, access: Access) -> bool:
        return access.waits and self.decides(actor, access.made_by)

    def may_update(self, actor: int, access: Access, ends_on: date | None) -> bool:
        return access.status == ACTIVE and self.decides(actor, access.grantor) and self._is_within(access, ends_on)

    def _is_within(self, access: Access, ends_on: date | None) -> bool:
        bound = access.attorney_until
        return self.is_to_come(ends_on) and (ends_on is None or bound is None or ends_on <= bound)

    def may_revoke(self, actor: int, access: Access) -> bool:
        return access.status == ACTIVE and self.decides(actor, access.grantor)

    def may_release(self, actor: int, access: Access) -> bool:
        return access.status == ACTIVE and self.decides(actor, access.recipient)

    def may_pass_on(self, actor: int, access: Access, person: int) -> bool:
        return self.in_force(access) and self.manages(actor, person, access.recipient)

    def may_take_back(self, actor: int, access: Access, person: int) -> bool:
        return person in access.passed_on and self.manages(actor, person, access.recipient)

    # --- What decisions do ---
    def begin(self, number: int, access: Access) -> None:
        self.accesses[number] = access
        self._tidy(access.granted)

    def _tidy(self, granted: Place) -> None:
        """ "None" on a type says nothing."""
        granted.by_type = {at: level for at, level in granted.by_type.items() if level != NONE}

    def take(self, access: Access) -> None:
        """It is accepted or approved: the recipient's owner has everything, whoever that is by and by."""
        access.status = ACTIVE
        access.passed_on = {self.owner(access.recipient): None}

    def set_terms(self, access: Access, granted: Place, ends_on: date | None) -> None:
        """What is granted, and until when: a limited power of attorney bounds it."""
        access.granted, access.ends_on = granted, ends_on or access.attorney_until
        self._tidy(granted)

    def end(self, access: Access, status: str) -> None:
        access.status = status
        access.passed_on.clear()

    def pass_on(self, access: Access, person: int, wanted: Place | None) -> None:
        """Everything, or a grid that is cut, cell by cell, to what the company has of it at that time."""
        if wanted is None:
            access.passed_on[person] = None
            return
        received = access.granted
        part = Place(USER, top=wanted.top and received.top)
        part.by_type = {at: least(level, received.grants(*at)) for at, level in wanted.by_type.items()}
        for one, tab in {**wanted.own, **received.own}:
            cell = self.sub_accounts[one][1], tab, one
            part.own[one, tab] = least(wanted.grants(*cell), received.grants(*cell))
        self._tidy(part)
        access.passed_on[person] = part

    def take_back(self, access: Access, person: int) -> None:
        del access.passed_on[person]

    def leave(self, person: int, company: int) -> None:
        """Whoever leaves takes nothing along, also not when they come back."""
        super().leave(person, company)
        for access in self.accesses.values():
            if access.recipient == company:
                access.passed_on.pop(person, None)

    def replace_owner(self, company: int, successor: int, becomes: str | None) -> None:
        """The owner's place in other accounts moves along; what the former owner offered or asked for ends."""
        former = self.owner(company)
        super().replace_owner(company, successor, becomes)
        if former == successor:
            return
        for access in self.accesses.values():
            if access.recipient == company and access.status == ACTIVE:
                access.passed_on.pop(former, None)
                access.passed_on[successor] = None
            if access.waits and access.made_by == company:
                self.end(access, WITHDRAWN)

    def unanswered(self) -> list[Access]:
        return [one for one in self.accesses.values() if one.waits and one.answer_until <= self.now]

    def run_out(self) -> list[Access]:
        return [one for one in self.accesses.values() if one.status == ACTIVE and not self.in_force(one)]

    def deadlines(self) -> list[datetime]:
        """The moments to come at which something ends by itself."""
        days = [one.ends_on for one in self.accesses.values() if one.status == ACTIVE and one.ends_on]
        ends = [datetime.combine(day + timedelta(days=1), time(), NEW_YORK) for day in days]
        ends += [one.answer_until for one in self.accesses.values() if one.waits]
        return [end for end in ends if end > self.now]

    def in_days(self, days: int | None) -> date | None:
        return None if days is None else self.today + timedelta(days=days)

    def merge(self, acquirer: int, acquired: int, parts: set[int] | None) -> None:
        """The parts, or everything (None), go to the acquirer. What was granted on them by name ends for good.

        A company that goes as a whole stays as a shell, and lets nobody in and works nowhere else any more.
        """
        for one in set(self.of(acquired)) if parts is None else parts:
            self.move(one, acquirer)
            self._forget(one, acquired)
        if parts is None:
            self.shells.add(acquired)
            for access in self.accesses.values():
                if access.lives and acquired in (access.grantor, access.recipient):
                    given = REVOKED if access.grantor == acquired else RELEASED
                    self.end(access, WITHDRAWN if access.waits else given)

    def _forget(self, sub_account: int, company: int) -> None:
        """Nothing that was granted on one sub-account there can come to life again."""
        granted = [place for (_, at), place in self.places.items() if at == company]
        for access in self.accesses.values():
            if access.grantor == company:
                granted += [access.granted, *(part for part in access.passed_on.values() if part)]
        for place in granted:
            for tab in TABS[self.sub_accounts[sub_account][1]]:
                place.own.pop((sub_account, tab), None)
