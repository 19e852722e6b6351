"""The customs query: up to six importer numbers, what is on file about each (facts-applications §3.6)."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from ace_portal.core import clock, events
from ace_portal.core.errors import NotAllowed
from ace_portal.core.numbers import ImporterNumber
from form5106 import policy
from importers.checks import has_valid_contact
from importers.models import BOND_ACTIVITIES, ImporterRecord
from verification import throttles
from verification.codes import mask_address
from verification.throttles import Rule

#: How often one person may ask.
BY_PERSON = (Rule(60, timedelta(hours=1)), Rule(300, timedelta(days=1)))
RESULTS = {
    "0": "Nothing on file",
    "1": "Name and address on file, with a continuous bond",
    "2": "Name and address on file, no bond",
    "3": "Voided",
    "4": "Inactive",
}


@dataclass(frozen=True)
class Answer:
    """What one number's answer says."""

    number: str
    code: str
    record: ImporterRecord | None

    @property
    def result(self) -> str:
        return RESULTS[self.code]

    @property
    def contact(self) -> str:
        """Whether an e-mail address of the point of contact is on file, masked."""
        if self.record is None:
            return ""
        if has_valid_contact(self.record):
            return f"On file: {mask_address(self.record.point_of_contact_email)}"
        return "Not on file"

    @property
    def bond_activity(self) -> str:
        letter = self.record.bond_activity if self.record else ""
        return f"{letter} ({BOND_ACTIVITIES.get(letter, 'unknown')})" if letter else ""


def ask(numbers: list[ImporterNumber], *, by: User) -> list[Answer]:
    """Answer a query, one answer for each number in the order asked. Every number asked for is an event.

    Anybody who may query may ask for any number, as at CBP; the events name who did, also to the account that the
    record belongs to. Raises NotAllowed and TooMany.
    """
    if not policy.may_query(by):
        raise NotAllowed("Customs queries are for account owners, proxies and the people of brokers and filers.")
    throttles.take(
        "customs-query", str(by.pk), BY_PERSON, sentence="You have sent many queries. Please try again in {wait}."
    )
    with transaction.atomic():
        known = ImporterRecord.objects.select_related("sub_account__top_account").in_bulk(
            [number.normal for number in numbers], field_name="importer_number"
        )
        answers = [_answer(number, known.get(number.normal)) for number in numbers]
        for number, answer in zip(numbers, answers, strict=True):
            linked = policy.linked_to(answer.record) if answer.record else None
            events.record(
                "form5106.queried",
                answer.record or by,
                summary=f"Customs query for {number.masked}: {answer.result}",
                by=by,
                journal=linked.top_account if linked else None,
            )
    return answers


def _answer(number: ImporterNumber, record: ImporterRecord | None) -> Answer:
    if record is None:
        return Answer(number.normal, "0", None)
    if record.status == ImporterRecord.Status.VOIDED:
        return Answer(number.normal, "3", record)
    if record.status == ImporterRecord.Status.INACTIVE:
        return Answer(number.normal, "4", record)
    bonded = record.has_continuous_bond(timezone.localdate(clock.now()))
    return Answer(number.normal, "1" if bonded else "2", record)
