"""Who may do what, told once more in plain dictionaries: what the policy has to say after any chain of decisions.

Written from the words of the trade, without a look at the policy. People, companies and sub-accounts are numbers.
"""

from dataclasses import dataclass, field

NONE, READ, FULL = "NONE", "READ", "FULL"
ORDER = [NONE, READ, FULL]
OWNER, PROXY, USER = "owner", "proxy", "user"
#: The tabs of each section of the grid.
TABS = {
    "TOP": ("activity-log", "action-plan"),
    "IMPORTER": ("details", "contacts"),
    "EXPORTER": ("details", "authorization", "contacts"),
}
ISF_ROLES = ("FILER", "REPORTS", "VIEWER")


@dataclass
class Place:
    """What somebody is in one company, and what was granted to them there."""

    role: str
    top: bool = False
    isf: bool = False
    isf_roles: tuple[str, ...] = ()
    #: By section and tab.
    by_type: dict[tuple[str, str], str] = field(default_factory=dict)
    #: By sub-account and tab.
    own: dict[tuple[int, str], str] = field(default_factory=dict)

    def grants(self, section: str, tab: str, sub_account: int | None = None) -> str:
        """The sub-account's own grant, else the one on its type, else none."""
        if sub_account is not None and (sub_account, tab) in self.own:
            return self.own[sub_account, tab]
        return self.by_type.get((section, tab), NONE)


@dataclass
class Model:
    """Two companies, their people and their sub-accounts."""

    places: dict[tuple[int, int], Place] = field(default_factory=dict)
    status: dict[int, str] = field(default_factory=dict)
    #: Whoever signed in at least once, and so is let in again right away.
    known: set[int] = field(default_factory=set)
    officers: set[int] = field(default_factory=set)
    #: Sub-account: its company and its type.
    sub_accounts: dict[int, tuple[int, str]] = field(default_factory=dict)

    # --- Who may do what ---
    def role(self, person: int, company: int) -> str | None:
        place = self.places.get((person, company))
        return place.role if place else None

    def level(self, person: int, company: int, section: str, tab: str, sub_account: int | None = None) -> str:
        """What was granted; owner and proxies do everything."""
        place = self.places.get((person, company))
        if place is None:
            return NONE
        return FULL if place.role in (OWNER, PROXY) else place.grants(section, tab, sub_account)

    def sees(self, person: int) -> set[int]:
        """The sub-accounts of which somebody reads a tab at least."""
        return {
            one
            for one, (company, kind) in self.sub_accounts.items()
            if any(self.level(person, company, kind, tab, one) != NONE for tab in TABS[kind])
        }

    def opens_top(self, person: int, company: int) -> bool:
        place = self.places.get((person, company))
        return place is not None and (place.role in (OWNER, PROXY) or place.top)

    def of(self, company: int) -> list[int]:
        """The company's sub-accounts."""
        return [one for one, (its, _) in self.sub_accounts.items() if its == company]

    def everywhere(self) -> set[tuple[int, int]]:
        """Who works in which company now."""
        return set(self.places)

    def everything(self, person: int, company: int) -> dict[tuple[str, str, int | None], str]:
        """The level of every cell of a company's grid."""
        cells: list[tuple[str, str, int | None]] = [(kind, tab, None) for kind, tabs in TABS.items() for tab in tabs]
        for one in self.of(company):
            kind = self.sub_accounts[one][1]
            cells += [(kind, tab, one) for tab in TABS[kind]]
        return {cell: self.level(person, company, *cell) for cell in cells}

    # --- Who decides ---
    def gives(self, actor: int, company: int) -> set[str]:
        return {OWNER: {PROXY, USER}, PROXY: {USER}}.get(self.role(actor, company) or "", set())

    def manages(self, actor: int, person: int, company: int) -> bool:
        return actor != person and self.role(person, company) in self.gives(actor, company)

    def may_take_out(self, actor: int, person: int, company: int) -> bool:
        return self.manages(actor, person, company)

    def companies_of(self, person: int) -> list[int]:
        return [company for whose, company in self.places if whose == person]

    def can_be_found(self, person: int) -> bool:
        return person not in self.officers and self.status[person] in ("ACTIVE", "SUSPENDED")

    def may_add(self, actor: int, person: int, company: int, role: str) -> bool:
        return role in self.gives(actor, company) and (person, company) not in self.places and self.can_be_found(person)

    def may_deactivate(self, actor: int, person: int, company: int) -> bool:
        only_here = self.companies_of(person) == [company]
        return self.manages(actor, person, company) and only_here and self.status[person] != "DEACTIVATED"

    def may_reactivate(self, actor: int, person: int) -> bool:
        decides = actor in self.officers or any(self.manages(actor, person, at) for at in self.companies_of(person))
        return actor != person and decides and self.status[person] in ("SUSPENDED", "DEACTIVATED")

    # --- What decisions do ---
    def leave(self, person: int, company: int) -> None:
        del self.places[person, company]

    def put(self, person: int, company: int, place: Place) -> None:
        """A place with what was granted. Owner and proxies keep nothing of a grid; "none" on a type says nothing."""
        if place.role != USER:
            place = Place(place.role)
        place.by_type = {cell: level for cell, level in place.by_type.items() if level != NONE}
        if not place.isf:
            place.isf_roles = ()
        self.places[person, company] = place

    def reactivate(self, person: int) -> None:
        self.status[person] = "ACTIVE" if person in self.known else "INVITED"

    def replace_owner(self, company: int, successor: int, becomes: str | None) -> None:
        former = next(who for (who, at), place in self.places.items() if at == company and place.role == OWNER)
        if former == successor:
            return
        del self.places[former, company]
        if becomes:
            self.places[former, company] = Place(becomes)
        self.places[successor, company] = Place(OWNER)

    def move(self, sub_account: int, company: int) -> None:
        """What a company granted on it says nothing while it is another one's."""
        self.sub_accounts[sub_account] = company, self.sub_accounts[sub_account][1]
