"""Changes of owner in tests: companies with their 5106 record, forms as a browser sends them, requests in every state."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import TopAccount, User
from ace_portal.core import clock
from ace_portal.core.events import history_of
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from importers.models import ImporterRecord
from ownership import actions
from ownership.models import Becomes, OwnerChange, OwnerProposal
from tests import factories
from tests.exporters.authorization_samples import pdf, upload
from tests.harness.world import signed_in
from useraccess.models import Membership, Role

LOOKUP = "/support/owner-lookup/"
CHANGE = "/support/owner-change/"
PROXY = Role.PROXY_TRADE_ACCOUNT_OWNER


def record_of(account: TopAccount) -> ImporterRecord:
    """The 5106 record that is linked to an account of factories.importer_account()."""
    return ImporterRecord.objects.get(sub_account__top_account=account)


def company() -> tuple[TopAccount, ImporterRecord]:
    """An importer's account with its record; the owner can sign in."""
    account = factories.importer_account()
    return account, record_of(account)


def letters(number: int) -> str:
    """A number as letters, for names that hold no digits."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def colleague(account: TopAccount | None = None, role: Role = Role.TRADE_ACCOUNT_USER) -> User:
    """Somebody with a name that can be typed, who works in the account if there is one."""
    user = factories.person(last_name=f"Colleague{letters(factories.serial())}")
    return factories.member(account, role, user) if account else user


def with_colleague() -> tuple[TopAccount, User]:
    """An importer's account and somebody who works in it."""
    account = factories.importer_account()
    return account, colleague(account)


def question(record: ImporterRecord, **changes: str) -> dict[str, str]:
    """The owner lookup as it is typed."""
    return {
        "company_name": record.company_name,
        "number": record.importer_number,
        "reason": "I am the new controller.",
        "picture": "PASSED",
        "picture_token": "any",
    } | changes


def typed(record: ImporterRecord, successor: User | None = None, **changes: Any) -> dict[str, Any]:
    """The request for another owner as it is typed: a user of the account, or a new person."""
    number = factories.serial()
    new = {
        "who": "new",
        "first_name": "Nadia",
        "middle_name": "",
        "last_name": f"Newcome{letters(number)}",
        "user_id": "",
        "date_of_birth": f"03/21/{1950 + number % 50}",
        "email": f"nadia{number}@trade.example",
        "phone": "410-555-0199",
    }
    old = (
        {"who": "existing", "first_name": successor.first_name, "last_name": successor.last_name}
        | {"user_id": successor.account_id, "date_of_birth": "", "email": "", "phone": ""}
        if successor
        else {}
    )
    return {
        "key": f"key-{number}",
        "company_name": record.company_name,
        "importer_number": record.importer_number,
        "requester_name": "Rita Requester",
        "requester_email": f"rita{number}@importer.example",
        "requester_phone": "410-555-0100",
        **(new | old),
        "becomes": "USER",
        "reason": "The owner has left the company.",
        "proof": upload(),
        "picture": "PASSED",
        "picture_token": "any",
    } | changes


def begun(
    account: TopAccount | None = None, successor: User | None = None, *, client: Client | None = None, **changes: Any
) -> OwnerChange:
    """A request that waits for the code; `.typed_in` is the browser that may type it."""
    account = account or factories.importer_account()
    record = record_of(account)
    factories._forget_codes_sent_to(record.point_of_contact_email)
    client = client or Client(REMOTE_ADDR=f"10.9.{factories.serial() % 250}.{factories.serial() % 250}")
    answer = client.post(CHANGE, typed(record, successor, **changes))
    assert answer.status_code == 302, answer.content.decode()
    row = OwnerChange.objects.latest("pk")
    assert row.top_account == account
    row.typed_in = client
    return row


def code_of(row: OwnerChange) -> str:
    """The code in the newest mail to the point of contact."""
    return factories.code_in(row, "ownership/code")


def submitted(account: TopAccount | None = None, successor: User | None = None, **changes: Any) -> OwnerChange:
    """A request the point of contact has confirmed."""
    row = begun(account, successor, **changes)
    answer = row.typed_in.post(reverse("ownership:code", args=[row.status_token]), {"code": code_of(row)})
    assert answer.status_code == 302, answer.content.decode()
    return fresh(row)


def prepared(*args: Any, by: User | None = None, **changes: Any) -> OwnerChange:
    """A request that one officer has prepared and another one has to release."""
    return actions.prepare(submitted(*args, **changes), text="The letter fits.", by=by or factories.officer())


def waiting(*args: Any, by: User | None = None, **changes: Any) -> OwnerChange:
    """An approved request, open to an objection."""
    return actions.approve(prepared(*args, **changes), text="Letter compared.", by=by or factories.officer())


def objected(*args: Any, **changes: Any) -> OwnerChange:
    """A request the owner objects to."""
    row = waiting(*args, **changes)
    return actions.object_to(row, by=row.former_owner)


def due(row: OwnerChange) -> OwnerChange:
    """The request with its waiting period behind it."""
    OwnerChange.objects.filter(pk=row.pk).update(waiting_until=clock.now() - timedelta(seconds=1))
    return fresh(row)


def executed(*args: Any, **changes: Any) -> OwnerChange:
    row = due(waiting(*args, **changes))
    assert actions.execute(row)
    return fresh(row)


def rejected(*args: Any, **changes: Any) -> OwnerChange:
    return actions.reject(submitted(*args, **changes), text="The letter is not signed.", by=factories.officer())


def upheld(*args: Any, **changes: Any) -> OwnerChange:
    return actions.uphold(objected(*args, **changes), text="The owner has left.", by=factories.officer())


def given_up(*args: Any, **changes: Any) -> OwnerChange:
    return actions.reject(objected(*args, **changes), text="The owner is still there.", by=factories.officer())


def stopped(*args: Any, **changes: Any) -> OwnerChange:
    """A request overtaken by another owner."""
    row = submitted(*args, **changes)
    factories.replace_owner(row.top_account)
    actions.settle()
    return fresh(row)


def expired(*args: Any, **changes: Any) -> OwnerChange:
    row = begun(*args, **changes)
    OwnerChange.objects.filter(pk=row.pk).update(created_at=clock.now() - timedelta(days=31))
    assert actions.expire_unconfirmed() == 1
    return fresh(row)


STATES = {
    "IDENTIFIED": begun,
    "SUBMITTED": submitted,
    "PREPARED": prepared,
    "WAITING": waiting,
    "OBJECTED": objected,
    "EXECUTED": executed,
    "UPHELD": upheld,
    "REJECTED": rejected,
    "GIVEN_UP": given_up,
    "STOPPED": stopped,
    "EXPIRED": expired,
}


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def proposed(
    account: TopAccount | None = None, successor: User | None = None, becomes: Becomes = Becomes.PROXY
) -> OwnerProposal:
    """A proposal of the account's owner, to a proxy unless there is a successor."""
    account = account or factories.account()
    successor = successor or factories.member(account, PROXY)
    return actions.propose(account, successor=successor, becomes=becomes, by=factories.owner_of(account))


def accepted(*args: Any, **facts: Any) -> OwnerProposal:
    row = proposed(*args, **facts)
    return actions.accept(row, by=row.successor)


def told(row: Any) -> Counter[tuple[str, str]]:
    """The messages about a row: template without its room, and address."""
    found = Message.objects.filter(about=ref(row)).values_list("template", "to_address")
    return Counter((template.removeprefix("ownership/"), to) for template, to in found)


def happened(row: Any) -> Counter[str]:
    return Counter(kind.removeprefix("ownership.") for kind in history_of(row).values_list("kind", flat=True))


def role_of(user: User, account: TopAccount) -> Role | None:
    live = Membership.objects.live().filter(user=user, top_account=account).first()
    return Role(live.role) if live else None


def browser(user: User) -> Client:
    return signed_in(user)


def other_pdf() -> SimpleUploadedFile:
    return upload(pdf("Another letter"), name="another.pdf")
