"""A filing becomes what is on file: a version of the record, and the record's columns."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import Taken
from ace_portal.core.text import email_key
from form5106.actions import numbers
from form5106.actions.drafting import refuse_known, refuse_voided
from form5106.actions.steps import DESK, Overtaken, remember, step, tell
from form5106.models import FiledAs, Filing, RecordVersion
from form5106.snapshots import Difference, differences, has_moved, put, same, snapshot
from importers import checks
from importers.actions import reactivate
from importers.models import ImporterRecord

OVERTAKEN = (
    "Another filing changed this record after yours was begun, so yours was not put on file. Look at what changed, "
    "then go on from there."
)
_NUMBER_TAKEN = "R06: This number was put on file by another filing meanwhile. Choose what changes on it instead."


def check(row: Filing, content: dict[str, Any]) -> None:
    """Whether a filing still fits what is on file. Raises Rejected, Taken or Overtaken with what does not."""
    if row.is_new:
        if row.importer_number:
            refuse_known(ImporterRecord.objects.filter(importer_number=row.importer_number).first())
        else:
            numbers.refuse_second(content)
        return
    assert row.record is not None  # noqa: S101 - the constraint filing_of_a_record
    refuse_voided(row.record)
    if has_moved(row):
        raise Overtaken(OVERTAKEN)


def apply(row: Filing, *, by: User | None) -> None:
    """Put a filing on file, in the caller's transaction, with its record and itself locked.

    `by` is the officer, None when it is accepted at once. Raises what `check` raises.
    """
    check(row, row.content)
    at = clock.now()
    record = _created(row) if row.record is None else _changed(row, row.record)
    RecordVersion.objects.create(
        record=record, number=record.version, snapshot=snapshot(record), filing=row, filed_by=row.filed_by, at=at
    )
    step(row, row.accept, at, by, record)
    row.save()
    remember(
        "accepted",
        row,
        summary=f"Form 5106 accepted: {row.actions_in_words}, {row.masked_number}",
        by=by,
        by_label=DESK if by else "Automatic checks",
        version=record.version,
    )


def _created(row: Filing) -> ImporterRecord:
    number = row.importer_number or numbers.assign(row.content)
    record = ImporterRecord(importer_number=number, active_since=clock.now())
    _write(record, row)
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError as error:
        raise Taken(_NUMBER_TAKEN) from error
    events.record(
        "form5106.record_filed", record, summary="5106 record put on file", by=row.filed_by, by_label=_who(row)
    )
    _tell_filer(row, record, [])
    return record


def _changed(row: Filing, record: ImporterRecord) -> ImporterRecord:
    before, contact = snapshot(record), record.point_of_contact_email
    _keep_present(record, before)
    record.version += 1
    if record.status == ImporterRecord.Status.INACTIVE:
        reactivate(record)
    _write(record, row)
    record.save()
    changes = differences(before, snapshot(record))
    linked = record.sub_account
    if linked and linked.name != record.company_name:
        linked.name = record.company_name
        linked.save(update_fields=["name"])
    events.record(
        "form5106.record_changed",
        record,
        summary=f"5106 record changed: {row.actions_in_words}",
        by=row.filed_by,
        by_label=_who(row),
        journal=linked.top_account if linked else None,
        before={one.label: one.before for one in changes},
        after={one.label: one.after for one in changes},
    )
    _tell_filer(row, record, changes)
    _tell_contacts(row, record, contact, changes)
    return record


def _keep_present(record: ImporterRecord, before: dict[str, Any]) -> None:
    """Keep what the record says as a version where no filing brought it there: a loaded file, or time before."""
    latest = RecordVersion.objects.filter(record=record, number=record.version).first()
    if latest is not None and same(latest.snapshot, before):
        return
    record.version += latest is not None
    RecordVersion.objects.create(record=record, number=record.version, snapshot=before, at=clock.now())


def _write(record: ImporterRecord, row: Filing) -> None:
    today = timezone.localdate(clock.now())
    put(record, row.content)
    if row.files_as != FiledAs.BROKER:
        record.broker_name = record.broker_phone = ""
    record.certified_on = timezone.localdate(row.submitted_at or clock.now())
    record.filed_on = record.last_activity_on = today
    record.warned_days = None


def _who(row: Filing) -> str:
    return "" if row.filed_by else "Filer without a sign-in"


def _tell_filer(row: Filing, record: ImporterRecord, changes: list[Difference]) -> None:
    tell("accepted", row, record=record, changes=[one.label for one in changes])


def _tell_contacts(row: Filing, record: ImporterRecord, former: str, changes: list[Difference]) -> None:
    """Tell the point of contact what changed; where the address changed, the former and the new one, both."""
    told = {email_key(row.filer_email)}
    for address in (former, record.point_of_contact_email):
        moved = email_key(former) != email_key(record.point_of_contact_email)
        if not checks.is_address(address) or (email_key(address) in told and not moved):
            continue
        told.add(email_key(address))
        mail.queue(
            "form5106/changed",
            to=address,
            about=row,
            context={
                "filing": row,
                "record": record,
                "changes": [one.label for one in changes],
                "moved": moved,
                "is_former": moved and address == former,
            },
        )
