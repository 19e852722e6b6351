"""A voided record: somebody asks CBP to restore it, an officer decides (facts-applications §3.5)."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO

from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from accounts.models import User
from ace_portal.core import clock, events, mail, private_files, tokens
from ace_portal.core.errors import NotAllowed, Taken, WrongState
from ace_portal.core.numbers import ImporterNumber
from ace_portal.core.text import email_key
from desk import claims
from form5106.actions.steps import DESK
from form5106.models import RestoreRequest
from form5106.rejects import Rejected
from importers.actions import restore_record
from importers.checks import name_failure
from importers.models import ImporterRecord
from useraccess.desks import is_officer
from useraccess.review.asking import Asking
from verification import throttles
from verification.throttles import Rule

FOLDER, REQUESTER = "restore-record", "Requester"
FROM_IP = (Rule(20, timedelta(hours=1)),)
Status = RestoreRequest.Status


@dataclass(frozen=True)
class Proof:
    """A checked PDF on its way in. `original_name` is as the browser sent it."""

    file: BinaryIO
    original_name: str
    size: int


def ask_to_restore(
    *,
    company_name: str,
    importer_number: ImporterNumber,
    requester_name: str,
    requester_email: str,
    reason: str,
    proof: Proof,
    by: User | None,
    ip: str,
) -> RestoreRequest:
    """Hand in a request to restore a voided record.

    Raises Rejected when number and name fit no voided record, Taken when one is being decided, TooMany.
    """
    throttles.take(
        "restore-from-ip",
        ip,
        FROM_IP,
        sentence="Too many requests were made from your network. Please try again in {wait}.",
    )
    record = _voided(company_name, importer_number)
    stored = private_files.store(proof.file, folder=FOLDER)
    try:
        with transaction.atomic():
            row = RestoreRequest.objects.create(
                record=record,
                requester_name=requester_name,
                requester_email=requester_email,
                reason=reason,
                proof=stored,
                proof_name=private_files.tidy_name(proof.original_name, extension=".pdf"),
                proof_size=proof.size,
                requested_at=clock.now(),
            )
            summary = f"Asked to restore the voided record {record.masked_number}"
            _remember("restore_requested", row, summary, by=by, by_label="" if by else REQUESTER)
            _tell("restore_requested", row)
    except IntegrityError as error:
        private_files.remove(stored)
        raise Taken("A request to restore this record is being decided already.") from error
    except BaseException:
        private_files.remove(stored)
        raise
    return row


def _voided(company_name: str, number: ImporterNumber) -> ImporterRecord:
    record = ImporterRecord.objects.filter(importer_number=number.normal).first()
    if record is None:
        raise Rejected("R03", "This number is not on file. Check it for a slip.", field="importer_number")
    if failure := name_failure(record, company_name):
        raise Rejected("R02", failure.message, field="company_name")
    if record.status != ImporterRecord.Status.VOIDED:
        raise Rejected(
            "R06",
            "This record is not voided. If it is inactive, file Form 5106: the complete form reactivates it.",
            field="importer_number",
        )
    return record


def grant(request: RestoreRequest, *, text: str, by: User, seen: int | None = None) -> RestoreRequest:
    """Restore the record; `text` is mailed to the requester. Twice is once.

    Raises NotAllowed for anybody but an officer, WrongState when somebody else has claimed or decided it, or it changed
    since it was `seen` (a stamp).
    """
    with _desk(request, by) as row:
        if row.status == Status.GRANTED and row.decided_by == by:
            return row
        _decide(row, row.grant, text, by, seen)
        restore_record(row.record, text=text, by=by)
        _remember("restore_granted", row, f"Restored {row.record.masked_number}", by=by, by_label=DESK)
        _tell("restore_granted", row)
    return row


def refuse(request: RestoreRequest, *, text: str, by: User, seen: int | None = None) -> RestoreRequest:
    """Leave the record voided; `text` is mailed to the requester. Twice is once. Raises what `grant` raises."""
    with _desk(request, by) as row:
        if row.status == Status.REFUSED and row.decided_by == by:
            return row
        _decide(row, row.refuse, text, by, seen)
        _remember("restore_refused", row, f"Not restored: {row.record.masked_number}", by=by, by_label=DESK)
        _tell("restore_refused", row)
    return row


@contextmanager
def _desk(request: RestoreRequest, by: User) -> Iterator[RestoreRequest]:
    if not is_officer(by):
        raise NotAllowed("Only a CBP officer decides on requests to restore a record.")
    if email_key(by.email) == email_key(request.requester_email):
        raise NotAllowed("Nobody decides on a request of their own.")
    with _locked(request) as row:
        yield row


@contextmanager
def _locked(request: RestoreRequest) -> Iterator[RestoreRequest]:
    """One transaction with the record and the request locked; the caller's object sees the outcome."""
    with transaction.atomic():
        record = ImporterRecord.objects.select_for_update(of=("self",)).get(pk=request.record_id)
        row = RestoreRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
        row.record = record
        # An older release of the portal may have written it without.
        row.status_token = row.status_token or tokens.link_token()
        yield row
    vars(request).update(vars(row))


def _decide(row: RestoreRequest, transition: Callable[..., None], text: str, by: User, seen: int | None) -> None:
    claims.require_free(row, by)
    _step(row, transition, clock.now(), by, text)
    events.unchanged(row, seen)
    claims.finish(row)


def _step(row: RestoreRequest, transition: Callable[..., None], *args: Any) -> None:
    try:
        transition(*args)
    except TransitionNotAllowed as error:
        raise WrongState(
            f"Somebody was faster: request {row.reference} is now “{row.get_status_display()}”. Nothing was changed."
        ) from error
    row.save()


class AskingRequesters(Asking[RestoreRequest]):
    """How the desk asks about requests. A request keeps its place in the queue, and its officer, while it waits."""

    who = REQUESTER

    def locked(self, row: RestoreRequest) -> AbstractContextManager[RestoreRequest]:
        return _locked(row)

    def desk(self, row: RestoreRequest, by: User) -> AbstractContextManager[RestoreRequest]:
        return _desk(row, by)

    def ask(self, row: RestoreRequest, by: User, seen: int | None) -> None:
        claims.require_free(row, by)
        _step(row, row.ask)
        events.unchanged(row, seen)
        claims.claim(row, by=by)

    def answer(self, row: RestoreRequest) -> None:
        _step(row, row.answer)

    def is_answered(self, row: RestoreRequest) -> bool:
        return bool(row.status == Status.OPEN)

    def close(self, row: RestoreRequest) -> None:
        _step(row, row.close, clock.now())
        claims.finish(row)

    def kind(self, row: RestoreRequest, what: str) -> str:
        return f"form5106.restore_{what}"

    def remember(
        self, row: RestoreRequest, what: str, *, summary: str, by: User | None, by_label: str, **after: Any
    ) -> None:
        _remember(f"restore_{what}", row, summary, by=by, by_label=by_label, **after)

    def tell(self, row: RestoreRequest, what: str, *, dedupe_key: str | None = None, **context: Any) -> None:
        _tell(f"restore_{what}", row, dedupe_key=dedupe_key, **context)


def _remember(kind: str, row: RestoreRequest, summary: str, *, by: User | None, by_label: str, **after: Any) -> None:
    linked = row.record.sub_account
    events.record(
        f"form5106.{kind}",
        row,
        summary=summary,
        by=by,
        by_label=by_label,
        journal=linked.top_account if linked else None,
        after={"status": str(row.status), **after},
    )


def _tell(template: str, row: RestoreRequest, *, dedupe_key: str | None = None, **context: Any) -> None:
    """Mail the requester, with the link of the request."""
    mail.queue(
        f"form5106/{template}",
        to=row.requester_email,
        about=row,
        secret=True,  # it carries the link of the request
        context={"row": row, "record": row.record, **context},
        dedupe_key=dedupe_key,
    )
