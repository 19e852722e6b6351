"""Two companies, everybody who may try something between them, and an access in every state."""

import io
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from tests import factories
from tests.exporters.authorization_samples import pdf, upload
from tests.harness.world import signed_in
from tests.useraccess.people_samples import importer
from useraccess.actions import cross_account as actions
from useraccess.actions.cross_account import PowerOfAttorney
from useraccess.models import CrossAccountAccess, Level, Membership, Role
from useraccess.models.cross_account import today
from useraccess.rights import TOP, Cell, Rights

__all__ = ["pdf", "upload"]
DETAILS, CONTACTS = Cell("IMPORTER", "details"), Cell("IMPORTER", "contacts")
LOG, PLAN = Cell(TOP, "activity-log"), Cell(TOP, "action-plan")
OFFER = Rights(top_account_access=True, grid={DETAILS: Level.FULL, LOG: Level.READ})
Status = CrossAccountAccess.Status

#: Everybody who may try something.
ACTORS = (
    *("client's owner", "client's proxy", "client's user", "broker's owner", "broker's proxy", "broker's user"),
    *("outsider", "officer"),
)


def in_days(days: int) -> date:
    """So many days from today."""
    return today() + timedelta(days=days)


def typed_day(day: date) -> str:
    return f"{day:%m/%d/%Y}"


def attorney(kind: str = "GENERAL", *, ends_on: date | None = None, signed_on: date | None = None) -> PowerOfAttorney:
    """A power of attorney signed a month ago."""
    return PowerOfAttorney(
        kind=kind, signed_on=signed_on or in_days(-30), ends_on=ends_on, file=io.BytesIO(pdf("Power of attorney"))
    )


def offered(
    client: TopAccount, broker: TopAccount, granted: Rights = OFFER, *, ends_on: date | None = None
) -> CrossAccountAccess:
    """An offer of one company's owner to the other's."""
    return actions.invite(
        client,
        user_id=factories.owner_of(broker).account_id,
        ace_id=broker.ace_id,
        granted=granted,
        ends_on=ends_on,
        by=factories.owner_of(client),
    )


def requested(
    client: TopAccount, broker: TopAccount, proposed: Rights = OFFER, poa: PowerOfAttorney | None = None
) -> CrossAccountAccess:
    """A request of one company's owner to the other's."""
    return actions.request(
        broker,
        client=client.ace_id,
        filer_code="OW1",
        attorney=poa or attorney(),
        proposed=proposed,
        by=factories.owner_of(broker),
    )


def active(
    client: TopAccount, broker: TopAccount, granted: Rights = OFFER, *, ends_on: date | None = None
) -> CrossAccountAccess:
    """An access in force."""
    access = offered(client, broker, granted, ends_on=ends_on)
    actions.accept(access, by=factories.owner_of(broker))
    return access


@dataclass
class Pair:
    """The importer "Acme" and the broker "Old Wharf Brokers"."""

    client: TopAccount = field(default_factory=lambda: factories.account(company_name="Acme"))
    broker: TopAccount = field(default_factory=lambda: factories.account(company_name="Old Wharf Brokers"))
    people: dict[str, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.importer: SubAccount = importer(self.client)
        proxy = Role.PROXY_TRADE_ACCOUNT_OWNER
        self.people = {
            "client's owner": factories.owner_of(self.client),
            "client's proxy": factories.member(self.client, proxy),
            "client's user": factories.member(self.client),
            "broker's owner": factories.owner_of(self.broker),
            "broker's proxy": factories.member(self.broker, proxy),
            "broker's user": factories.member(self.broker),
            "outsider": factories.owner_of(factories.account()),
            "officer": factories.officer(),
        }

    def __getitem__(self, who: str) -> User:
        return self.people[who]

    def browser(self, who: str) -> Client:
        """The person's browser, signed in."""
        return signed_in(self.people[who])

    def member(self, who: str) -> Membership:
        """The person's own place in their company's account."""
        return Membership.objects.live().get(user=self.people[who])

    def offered(self, granted: Rights = OFFER, *, ends_on: date | None = None) -> CrossAccountAccess:
        """The client's offer to the broker."""
        return offered(self.client, self.broker, granted, ends_on=ends_on)

    def requested(self, proposed: Rights = OFFER, poa: PowerOfAttorney | None = None) -> CrossAccountAccess:
        """The broker's request to the client."""
        return requested(self.client, self.broker, proposed, poa)

    def active(self, granted: Rights = OFFER, *, ends_on: date | None = None) -> CrossAccountAccess:
        """An access in force."""
        return active(self.client, self.broker, granted, ends_on=ends_on)

    def passed_on(self, access: CrossAccountAccess, granted: Rights | None, who: str = "broker's user") -> Membership:
        """What one of the broker's people got of it."""
        return actions.pass_on(access, user=self[who], granted=granted, by=self["broker's owner"])

    def in_state(self, status: str) -> CrossAccountAccess:
        """An access in this state, brought there by the decisions that lead to it."""
        client, broker = self["client's owner"], self["broker's owner"]
        if status == Status.REQUESTED:
            return self.requested()
        if status in (Status.PENDING, Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED):
            access = self.offered()
        else:
            access = self.active(ends_on=in_days(0) if status == Status.ENDED else None)
        if status == Status.REJECTED:
            actions.reject(access, by=broker)
        elif status == Status.WITHDRAWN:
            actions.withdraw(access, by=client)
        elif status == Status.REVOKED:
            actions.revoke(access, by=client)
        elif status == Status.RELEASED:
            actions.release(access, by=broker)
        elif status == Status.EXPIRED:
            CrossAccountAccess.objects.filter(pk=access.pk).update(answer_until=clock.now())
            assert actions.end_unanswered() == 1
        elif status == Status.ENDED:
            CrossAccountAccess.objects.filter(pk=access.pk).update(ends_on=in_days(-1))
            assert actions.end_run_out() == 1
        access.refresh_from_db()
        assert access.status == status
        return access


def at(name: str, *parts: Any) -> str:
    """The address of a page, of rows or their primary keys."""
    return reverse(f"useraccess:{name}", args=[getattr(part, "pk", part) for part in parts])


def looked_at(page: HttpResponse) -> dict[str, str]:
    """What the page before a decision sends."""
    found = re.search(r'name="looked_at" value="([^"]+)"', page.content.decode())
    assert found, page.content.decode()[-3000:]
    return {"looked_at": found[1]}


def cells(grid: dict[Cell, str]) -> dict[str, str]:
    """What the grid sends for these cells."""
    return {f"cell-{at.key}": level for at, level in grid.items()}


def shown(answer: HttpResponse) -> list[tuple[str, str]]:
    """Rights in words, as a page before a decision lists them."""
    return [(one["what"], one["after"]) for one in answer.context["granted"]]
