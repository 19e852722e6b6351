"""An account with two importers and linked filer codes, and people who are limited in it."""

from dataclasses import dataclass, field

from accounts.models import SubAccount, TopAccount, User
from tests import factories
from tests.useraccess.people_samples import importer
from useraccess.actions import filer_codes
from useraccess.models import FilerCodeLink, Level, Membership
from useraccess.rights import Cell, Limit, Rights

DETAILS = Cell("IMPORTER", "details")
CODE = "AB1"


@dataclass
class Limited:
    """ "Acme" with the importers `one` and `other`, and the filer codes AB1 and XY9."""

    account: TopAccount = field(default_factory=lambda: factories.account(company_name="Acme"))

    def __post_init__(self) -> None:
        self.owner: User = factories.owner_of(self.account)
        self.one: SubAccount = importer(self.account)
        self.other: SubAccount = importer(self.account)
        self.links: list[FilerCodeLink] = [
            filer_codes.link(self.account, filer_code=code, by=self.owner) for code in (CODE, "XY9")
        ]

    def rights(self, level: Level = Level.READ, code: str = CODE) -> Rights:
        """A grant on all importers, limited to the first one."""
        return Rights(grid={DETAILS: level}, limit=Limit(self.one.pk, code))

    def user(self, granted: Rights | None = None) -> User:
        """A user with these rights, or limited to the first importer."""
        return factories.member(self.account, granted=granted or self.rights())

    def member(self, user: User) -> Membership:
        """The user's place in the account."""
        return factories.membership(user, self.account)
