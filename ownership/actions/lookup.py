"""Owner lookup: who owns the account of a company? The answer goes to the point of contact of its 5106 record."""

from datetime import timedelta

from django.db import transaction

from accounts.models import TopAccount, User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import TooMany
from ace_portal.core.names import same_company_name
from ace_portal.core.text import mailbox_key
from ace_portal.core.waking import wake
from importers.checks import has_valid_contact
from importers.models import ImporterRecord
from ownership.models import OwnerLookup
from ownership.policy import account_of
from useraccess import policy
from verification import throttles
from verification.codes import mask_address
from verification.throttles import Rule

FROM_IP = (Rule(10, timedelta(hours=1)),)
#: However many ask, owner and point of contact are not written to more often.
FOR_NUMBER = (Rule(3, timedelta(days=1)),)
VISITOR = "Visitor"
#: As many as one sweep answers; the next one goes on.
SWEEP = 500


def ask(*, company_name: str, number: str, reason: str, by: User | None, ip: str) -> None:
    """Take a question in. `number` is a complete importer number, or an EIN for all of its suffixes.

    The same is done whether there is such an account or not: nothing is looked up here. A number that was asked for
    three times in a day gets no further answer, and the page does not tell. Raises TooMany for the network.
    """
    with transaction.atomic():
        throttles.take(
            "owner-lookup-from-ip",
            ip,
            FROM_IP,
            sentence="Too many questions were asked from your network. Please try again in {wait}.",
        )
        try:
            throttles.take("owner-lookup-for-number", number[:10], FOR_NUMBER, sentence="")
        except TooMany:
            return
        row = OwnerLookup.objects.create(
            company_name=company_name, number=number, reason=reason, asked_by=by, asked_at=clock.now()
        )
        pk = row.pk
        transaction.on_commit(lambda: nudge(pk))


def nudge(pk: int) -> None:
    """Tell a worker that a question waits. Never raises: the sweep finds what no nudge reached."""
    from ownership.tasks import answer_lookup

    wake(answer_lookup, pk)


def answer_waiting() -> int:
    """Answer the questions that no nudge reached; returns how many."""
    return sum(answer(pk) for pk in list(OwnerLookup.objects.values_list("pk", flat=True)[:SWEEP]))


def answer(pk: int) -> bool:
    """Answer a question by mail where there is something to answer, and forget it.

    Returns whether it was done here: two workers answer once. Records whose name and number match, which are linked
    to an account and have a point of contact, are answered; for all others nothing is sent.
    """
    with transaction.atomic():
        row = OwnerLookup.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
        if row is None:
            return False
        found = _records(row)
        for account in dict.fromkeys(account for account, _ in found):
            _tell_contacts(row, account, [record for linked, record in found if linked == account])
            _tell_owner(row, account)
        row.delete()
    return True


def _records(row: OwnerLookup) -> list[tuple[TopAccount, ImporterRecord]]:
    known = ImporterRecord.objects.filter(importer_number__startswith=row.number, sub_account__closed_at=None)
    matching = (
        (account_of(record), record)
        for record in known.select_related("sub_account__top_account").order_by("pk")
        if same_company_name(record.company_name, row.company_name) and has_valid_contact(record)
    )
    return [(account, record) for account, record in matching if account is not None]


def _tell_contacts(row: OwnerLookup, account: TopAccount, records: list[ImporterRecord]) -> None:
    owner = policy.owner_of(account)
    for record in {mailbox_key(record.point_of_contact_email): record for record in records}.values():
        mail.queue(
            "ownership/lookup_contact",
            to=record.point_of_contact_email,
            about=account,
            context={"record": record, "account": account, "owner": owner, "masked": mask_address(owner.email)},
        )


def _tell_owner(row: OwnerLookup, account: TopAccount) -> None:
    owner = policy.owner_of(account)
    mail.queue(
        "ownership/lookup_owner",
        to=owner.email,
        about=account,
        context={"user": owner, "account": account, "asked_by": row.asked_by, "reason": row.reason},
    )
    events.record(
        "ownership.looked_up",
        account,
        summary=f"{row.asked_by or 'A visitor'} asked who owns this account; the point of contact was told",
        by=row.asked_by,
        by_label="" if row.asked_by else VISITOR,
        journal=account,
    )
