"""Trade contacts for tests, made by the decisions that make them in the portal."""

from html import unescape
from typing import Any

from django.urls import reverse

from accounts.models import SubAccount, TopAccount, User
from tests import factories
from tests.core.sample import Page
from useraccess import actions
from useraccess.models import Topic, TradeContact

FACTS = {
    "first_name": "Pat",
    "last_name": "Miller",
    "job_title": "Import manager",
    "email": "pat@broker.example",
    "phone": "+14105550123",
}
#: The same as somebody types it, with the place.
TYPED = {**FACTS, "phone": "410-555-0123", "place": "", "topic": "GENERAL"}


def contact(
    account: TopAccount, sub_account: SubAccount | None = None, topic: Topic = Topic.GENERAL, **facts: str
) -> TradeContact:
    """A contact without a sign-in, added by the account's owner. `facts` differ from FACTS."""
    owner = factories.owner_of(account)
    return actions.add_contact(account, facts={**FACTS, **facts}, sub_account=sub_account, topic=topic, by=owner)


def person_contact(account: TopAccount, person: User, **facts: Any) -> TradeContact:
    """One of the account's people as a contact for General of the top account, or whatever `facts` say."""
    known = {"job_title": "", "sub_account": None, "topic": Topic.GENERAL, "by": factories.owner_of(account)}
    return actions.add_person_as_contact(account, person=person, **{**known, **facts})


def more_sub_accounts(account: TopAccount, count: int) -> list[SubAccount]:
    """That many importer sub-accounts more, written at once."""
    return SubAccount.objects.bulk_create(
        SubAccount(
            top_account=account,
            account_type="IMPORTER",
            identifier=factories.importer_number(),
            name=f"Branch {number:03d}",
            created_at=account.created_at,
        )
        for number in range(count)
    )


def at(name: str, *parts: Any) -> str:
    """The address of a page, for rows or their primary keys."""
    return reverse(f"useraccess:{name}", args=[getattr(part, "pk", part) for part in parts])


def field(answer: Any, name: str) -> str:
    """What stands in a field of the page."""
    return unescape(Page(answer.content.decode()).one("input", name=name).attrs.get("value", ""))


def rows(answer: Any) -> list[str]:
    """The names in the list, in its order."""
    return [card.name for card in answer.context["page"]]
