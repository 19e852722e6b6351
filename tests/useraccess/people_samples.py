"""A cast for decisions about people: an account with everybody who may try something, and what each try leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts import actions as accounts
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core.models import Event, Message
from tests import factories
from useraccess import actions
from useraccess.models import AccessGrant, CrossAccountAccess, Grant, Level, Membership, Role, TradeContact, UserDraft
from useraccess.rights import Cell, Change, Rights

DETAILS = Cell("IMPORTER", "details")
CONTACTS = Cell("IMPORTER", "contacts")
READS = Rights(grid={DETAILS: Level.READ})


def importer(account: TopAccount) -> SubAccount:
    """One more importer sub-account."""
    return accounts.open_sub_account(
        account, account_type="IMPORTER", identifier=factories.importer_number(), name="Coffee", by=None
    )


@dataclass
class Cast:
    """The account "Acme" with an importer and its people, and people who have nothing to say there."""

    account: TopAccount = field(default_factory=lambda: factories.account(company_name="Acme"))
    people: dict[str, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        importer(self.account)
        other = factories.account(company_name="Other Harbor")
        proxy = Role.PROXY_TRADE_ACCOUNT_OWNER
        self.people = {
            "owner": factories.owner_of(self.account),
            "proxy": factories.member(self.account, proxy),
            "another proxy": factories.member(self.account, proxy),
            "user": factories.member(self.account),
            "another user": factories.member(self.account),
            "removed proxy": factories.member(self.account, proxy),
            "owner of another account": factories.owner_of(other),
            "officer": factories.officer(device=False),
            "nobody": factories.person(),
        }
        actions.revoke(self.member("removed proxy"), by=self.people["owner"])

    def __getitem__(self, who: str) -> User:
        return self.people[who]

    def member(self, who: str) -> Membership:
        """The person's latest place in the account."""
        return Membership.objects.filter(user=self.people[who], top_account=self.account).latest("pk")

    @property
    def sub_account(self) -> SubAccount:
        return self.account.sub_accounts.get()


#: Everybody who may try something.
ACTORS = ("owner", "proxy", "user", "removed proxy", "owner of another account", "officer", "nobody")
#: Whom each of them may change, revoke and deactivate; nobody else may do so to anybody.
MANAGES = {"owner": {"proxy", "another proxy", "user", "another user"}, "proxy": {"user", "another user"}}
MEMBERS = ("owner", "proxy", "another proxy", "user", "another user")


def new_person(**facts: Any) -> dict[str, Any]:
    """The facts of somebody whom the portal does not know."""
    number = factories.serial()
    known = {
        "email": f"kim{number}@trade.example",
        "first_name": "Kim",
        "last_name": f"Quill{number}",
        "date_of_birth": date(1990, 5, 17),
    }
    return known | facts


def changed(member: Membership, granted: Rights, *, by: User, role: Role = Role.TRADE_ACCOUNT_USER) -> list[Change]:
    """A change made from the member's rights as they are now."""
    version = Membership.objects.get(pk=member.pk).version
    return actions.change(Membership.objects.get(pk=member.pk), role=role, granted=granted, version=version, by=by)


def suspended(cast: Cast, who: str, status: str = "SUSPENDED") -> User:
    """The person, who has this status from now on."""
    User.objects.filter(pk=cast[who].pk).update(status=status)
    cast[who].refresh_from_db()
    return cast[who]


def everything() -> dict[str, Any]:
    """All that decisions about people write: two of these are equal when nothing was decided between them."""
    people = User.objects.order_by("pk").values_list("pk", "status", "session_epoch", "retrieval_expires_at")
    return {
        "people": list(people),
        "accounts": list(TopAccount.objects.order_by("pk").values_list("pk", "merged_into")),
        "sub-accounts": list(SubAccount.objects.order_by("pk").values_list("pk", "top_account")),
        "memberships": list(Membership.objects.order_by("pk").values()),
        "grants": list(Grant.objects.order_by("pk").values()),
        "drafts": list(UserDraft.objects.order_by("pk").values()),
        "accesses": list(CrossAccountAccess.objects.order_by("pk").values()),
        "access grants": list(AccessGrant.objects.order_by("pk").values()),
        "contacts": list(TradeContact.objects.order_by("pk").values()),
        "events": Event.objects.count(),
        "mails": Message.objects.count(),
    }


@dataclass
class Left:
    """What a decision left behind: kinds of events (those of the journal alone too), mails with their addresses."""

    events: list[str]
    journal: list[str]
    mails: set[tuple[str, str]]


def left_by(decision: Callable[[], object], journal: TopAccount) -> Left:
    """Take a decision and tell what it left behind. Nobody is mailed the same twice."""
    last_event, last_mail = (model.objects.count() and model.objects.latest("pk").pk for model in (Event, Message))
    decision()
    events = Event.objects.filter(pk__gt=last_event).order_by("pk")
    mails = list(Message.objects.filter(pk__gt=last_mail).values_list("template", "to_address"))
    assert len(set(mails)) == len(mails), mails
    return Left(
        events=[event.kind for event in events],
        journal=[event.kind for event in events if event.journal == f"accounts.topaccount:{journal.pk}"],
        mails=set(mails),
    )
