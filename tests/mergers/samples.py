"""Two companies of which one acquires the other, and a merger in every state."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from ace_portal.core.events import journal_of
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from mergers import actions
from mergers.models import Merger
from mergers.policy import moving
from tests import factories
from tests.exporters import authorization_samples
from tests.useraccess import access_samples
from useraccess.models import Level, Membership, Role
from useraccess.rights import Cell, Rights, cells_of

PROXY = Role.PROXY_TRADE_ACCOUNT_OWNER
TEXT = "Deed of merger seen."


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def shown(row: Merger) -> list[int]:
    """What the owner who consents is shown."""
    return list(moving(row).values_list("pk", flat=True))


def owner(account: TopAccount) -> User:
    return factories.owner_of(account)


def own(sub_account: SubAccount, level: Level = Level.FULL) -> Rights:
    """A level at each tab of one sub-account."""
    return Rights(grid=dict.fromkeys(cells_of(sub_account), level))


def by_type(kind: str = "IMPORTER", level: Level = Level.READ) -> Rights:
    """A level at the details of every sub-account of a type."""
    return Rights(grid={Cell(kind, "details"): level})


@dataclass
class Companies:
    """ "Acme" takes over "Birch", which has an importer, another one, and an exporter under the first one's EIN."""

    acquirer: TopAccount = field(default_factory=lambda: factories.account(company_name="Acme"))
    acquired: TopAccount = field(default_factory=lambda: factories.account(company_name="Birch"))

    def __post_init__(self) -> None:
        self.ein = authorization_samples.ein()
        self.importer = authorization_samples.importer(self.acquired, self.ein)
        self.other = access_samples.importer(self.acquired)
        self.exporter = authorization_samples.exporter(self.acquired, self.ein)

    @property
    def ours(self) -> User:
        """The acquirer's owner."""
        return owner(self.acquirer)

    @property
    def theirs(self) -> User:
        """The acquired company's owner."""
        return owner(self.acquired)

    @property
    def all(self) -> list[SubAccount]:
        return [self.importer, self.other, self.exporter]

    def proposed(self, *parts: SubAccount) -> Merger:
        """A proposal: of these parts, else of the whole account."""
        return actions.propose(self.acquirer, acquired=fresh(self.acquired), parts=list(parts) or None, by=self.ours)

    def consented(self, *parts: SubAccount) -> Merger:
        row = self.proposed(*parts)
        return actions.consent(row, seen=shown(row), by=self.theirs)

    def prepared(self, *parts: SubAccount) -> Merger:
        """Waiting for a second officer."""
        return actions.prepare(self.consented(*parts), text="The deed fits.", by=factories.officer(device=False))

    def executed(self, *parts: SubAccount) -> Merger:
        return actions.approve(self.prepared(*parts), text=TEXT, by=factories.officer(device=False))

    def rejected(self) -> Merger:
        return actions.reject(self.consented(), text="The deed is not signed.", by=factories.officer(device=False))

    def declined(self) -> Merger:
        return actions.decline(self.proposed(), by=self.theirs)

    def withdrawn(self) -> Merger:
        return actions.withdraw(self.consented(), by=self.theirs)

    def expired(self) -> Merger:
        row = self.proposed()
        Merger.objects.filter(pk=row.pk).update(proposed_at=clock.now() - timedelta(days=15))
        assert actions.end_overdue()
        return fresh(row)

    def stopped(self) -> Merger:
        row = self.consented()
        access_samples.importer(self.acquired)
        assert actions.end_overdue()
        return fresh(row)

    def open_to(self, user: User, sub_account: SubAccount) -> bool:
        """Whether the person opens the sub-account now."""
        from useraccess import policy

        return policy.may_open(user, fresh(sub_account))


STATES: dict[str, Callable[[Companies], Merger]] = {
    "PROPOSED": Companies.proposed,
    "CONSENTED": Companies.consented,
    "PREPARED": Companies.prepared,
    "EXECUTED": Companies.executed,
    "DECLINED": Companies.declined,
    "WITHDRAWN": Companies.withdrawn,
    "REJECTED": Companies.rejected,
    "EXPIRED": Companies.expired,
    "STOPPED": Companies.stopped,
}


def told(row: Any, room: str = "mergers") -> Counter[tuple[str, str]]:
    """The messages about a row: template without its room, and address."""
    found = Message.objects.filter(about=ref(row)).values_list("template", "to_address")
    return Counter((template.removeprefix(f"{room}/"), to) for template, to in found)


def happened(account: TopAccount, room: str = "mergers") -> Counter[str]:
    """What an account's journal tells of a room, by kind."""
    kinds = journal_of(account).filter(kind__startswith=f"{room}.").values_list("kind", flat=True)
    return Counter(kind.removeprefix(f"{room}.") for kind in kinds)


def role_of(user: User, account: TopAccount) -> Role | None:
    live = Membership.objects.live().filter(user=user, top_account=account).first()
    return Role(live.role) if live else None
