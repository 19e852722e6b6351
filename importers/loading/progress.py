"""How far a run came: noted in the transaction of each batch, so that a run that was cut off can be continued."""

from dataclasses import dataclass
from typing import Protocol

from django.db import IntegrityError, transaction

from ace_portal.core import clock
from importers.loading.problems import BadFile
from importers.models import RecordLoad

BUSY = "This file is being loaded by somebody else at this very moment. Wait for the end of that run."


class Counts(Protocol):
    """What a run has counted so far."""

    stored: int
    bad: int
    repeated: int
    next_line: int


@dataclass(frozen=True)
class Found:
    """Where a run begins, and what an earlier one has counted."""

    next_line: int
    stored: int = 0
    bad: int = 0
    repeated: int = 0
    is_continued: bool = False


class Progress:
    """The row of one run. Without `lasting` (a dry run, the standard input) nothing is noted."""

    def __init__(self, fingerprint: str, name: str, *, lasting: bool) -> None:
        self._fingerprint, self._name, self._lasting = fingerprint, name, lasting
        self._row: RecordLoad | None = None

    def begin(self, first_line: int, *, start_line: int | None, restart: bool) -> Found:
        """Find the run to continue, or begin a new one. Raises BadFile when another process begins the same file."""
        earlier = self._cut_off() if self._lasting else None
        if earlier and not restart and start_line is None:
            self._row = earlier
            return Found(earlier.next_line, earlier.stored, earlier.bad, earlier.repeated, is_continued=True)
        begins = max(start_line or 1, first_line)
        if self._lasting:
            self._begin_anew(begins)
        return Found(begins)

    def note(self, counts: Counts) -> None:
        """Move on, in the transaction that stores a batch. Raises BadFile when somebody else has moved on meanwhile."""
        if self._row is None:
            return
        here = RecordLoad.objects.cut_off().filter(pk=self._row.pk, next_line=self._row.next_line)
        counted = {"stored": counts.stored, "bad": counts.bad, "repeated": counts.repeated}
        if not here.update(next_line=counts.next_line, **counted):
            raise BadFile(BUSY)
        self._row.next_line = counts.next_line

    def finish(self) -> None:
        """Come to the end of the file: another run of it begins at its beginning."""
        if self._row is not None:
            RecordLoad.objects.filter(pk=self._row.pk).update(finished_at=clock.now())

    def _cut_off(self) -> RecordLoad | None:
        return RecordLoad.objects.cut_off().filter(fingerprint=self._fingerprint).first()

    def _begin_anew(self, line: int) -> None:
        try:
            with transaction.atomic():
                RecordLoad.objects.cut_off().filter(fingerprint=self._fingerprint).delete()
                self._row = RecordLoad.objects.create(
                    fingerprint=self._fingerprint, file_name=self._name[:255], next_line=line, started_at=clock.now()
                )
        except IntegrityError as error:
            raise BadFile(BUSY) from error
