"""What becomes of a 5106 record beside filings: it ages, the desk voids it, the desk restores it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import NotAllowed, WrongState
from importers import checks
from importers.models import ImporterRecord
from importers.models.record import IDLE_AFTER
from useraccess.desks import is_officer, is_supervisor

Status = ImporterRecord.Status
#: How many days before it becomes inactive the point of contact is warned, each time once.
WARNINGS = (30, 7)
#: How many records one run decides on.
_BATCH = 5000


@contextmanager
def locked_record(record: ImporterRecord) -> Iterator[ImporterRecord]:
    """One transaction with the record's row locked; the caller's object sees the outcome."""
    with transaction.atomic():
        row = ImporterRecord.objects.select_for_update(of=("self",)).get(pk=record.pk)
        yield row
    vars(record).update(vars(row))


def void_record(record: ImporterRecord, *, reason: str, by: User, seen: int | None = None) -> ImporterRecord:
    """Void a record: nobody applies or files for it until it is restored. Doing it twice equals doing it once.

    Raises NotAllowed for anybody but a supervisor, WrongState when the record changed since it was `seen` (a stamp).
    """
    if not is_supervisor(by):
        raise NotAllowed("Only a CBP supervisor voids a record.")
    with locked_record(record) as row:
        if row.void_reason != reason:
            events.unchanged(row, seen)
        if row.status == Status.VOIDED:
            return row
        _change(row, Status.VOIDED, "record_voided", f"5106 record voided: {reason}", by=by, reason=reason)
        _tell("record_voided", row, reason=reason)
    return row


def restore_record(record: ImporterRecord, *, text: str, by: User, seen: int | None = None) -> ImporterRecord:
    """Make a voided record active again. CBP itself tells nobody; the simulator mails the point of contact.

    Twice is once. Raises NotAllowed for anybody but an officer, WrongState for a record that is inactive (a filing
    reactivates it) or changed since it was `seen` (a stamp).
    """
    _officers_only(by)
    with locked_record(record) as row:
        if row.status == Status.ACTIVE:
            last = events.history_of(row).first()
            if last is None or (last.kind, last.by_id) != ("importers.record_restored", by.pk):
                events.unchanged(row, seen)
            return row
        if row.status == Status.INACTIVE:
            raise WrongState("This record is inactive, not voided: an accepted filing of Form 5106 reactivates it.")
        events.unchanged(row, seen)
        _activate(row)
        _change(row, Status.ACTIVE, "record_restored", f"5106 record restored: {text}", by=by)
        _tell("record_restored", row)
    return row


def age_records() -> tuple[int, int]:
    """Warn whose records are about to become inactive, and make inactive what was idle for a year.

    Returns how many were warned and how many became inactive. Records without a known last activity do not age.
    """
    today = timezone.localdate(clock.now())
    idle_since = today - IDLE_AFTER
    aging = ImporterRecord.objects.filter(status=Status.ACTIVE)
    ended = sum(_become_inactive(pk) for pk in _some(aging.filter(last_activity_on__lte=idle_since)))
    warned = 0
    for days, later in zip(WARNINGS, (*WARNINGS[1:], 0), strict=True):
        due = aging.filter(
            last_activity_on__gt=idle_since + timedelta(days=later),
            last_activity_on__lte=idle_since + timedelta(days=days),
        )
        warned += sum(_warn(pk, days) for pk in _some(due.exclude(warned_days__lte=days)))
    return warned, ended


def _some(rows: QuerySet[ImporterRecord]) -> list[int]:
    """As many as one run decides on; the next run takes the others."""
    return list(rows.order_by("last_activity_on", "pk").values_list("pk", flat=True)[:_BATCH])


def _become_inactive(pk: int) -> bool:
    with locked_record(ImporterRecord(pk=pk)) as row:
        if row.status != Status.ACTIVE or _days_left(row) > 0:
            return False
        _change(row, Status.INACTIVE, "record_inactive", "5106 record inactive after a year without activity")
        _tell("record_inactive", row)
    return True


def _warn(pk: int, days: int) -> bool:
    with locked_record(ImporterRecord(pk=pk)) as row:
        left = _days_left(row)
        told = row.warned_days is not None and row.warned_days <= days
        if row.status != Status.ACTIVE or told or not 0 < left <= days:
            return False
        row.warned_days = days
        row.save(update_fields=["warned_days"])
        _tell("record_idle", row, days=left, ends_on=timezone.localdate(clock.now()) + timedelta(days=left))
    return True


def _days_left(row: ImporterRecord) -> int:
    """In how many days an active record becomes inactive unless something happens."""
    if row.last_activity_on is None:
        return IDLE_AFTER.days
    return (row.last_activity_on + IDLE_AFTER - timezone.localdate(clock.now())).days


def _activate(row: ImporterRecord) -> None:
    row.active_since, row.warned_days, row.void_reason = clock.now(), None, ""
    row.last_activity_on = timezone.localdate(clock.now())


def reactivate(row: ImporterRecord) -> None:
    """Make an inactive record active by a filing, in the caller's transaction; the caller saves it."""
    row.status = Status.ACTIVE
    _activate(row)


def _change(
    row: ImporterRecord, status: str, kind: str, summary: str, *, by: User | None = None, reason: str = ""
) -> None:
    before = row.status
    row.status, row.void_reason = status, reason
    row.save()
    events.record(
        f"importers.{kind}",
        row,
        summary=summary,
        by=by,
        by_label="CBP desk" if by else "",
        journal=row.sub_account.top_account if row.sub_account else None,
        before={"status": str(before)},
        after={"status": str(status)},
    )


def _tell(template: str, row: ImporterRecord, **context: object) -> None:
    """Mail the point of contact, if there is one."""
    if checks.has_valid_contact(row):
        mail.queue(
            f"importers/{template}", to=row.point_of_contact_email, about=row, context={"record": row, **context}
        )


def _officers_only(by: User) -> None:
    if not is_officer(by):
        raise NotAllowed("Only a CBP officer voids and restores records.")
