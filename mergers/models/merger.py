"""One company acquires another one, or a part of it, and brings its sub-accounts into its own account."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from accounts.applications import new_reference
from accounts.models import SubAccount, TopAccount
from ace_portal.core import clock
from ace_portal.core.states import StateModel

#: How long the other owner has to answer.
ANSWERED_WITHIN = timedelta(days=14)
#: As much as an officer's text holds.
TEXT_LENGTH = 2000
_ALL = ["PROPOSED", "CONSENTED", "PREPARED", "EXECUTED", "DECLINED", "WITHDRAWN", "REJECTED", "EXPIRED", "STOPPED"]


def _but(*statuses: str) -> list[str]:
    return [status for status in _ALL if status not in statuses]


class MergerQuerySet(models.QuerySet["Merger"]):
    def open(self) -> "MergerQuerySet":
        """Neither carried out nor ended in another way."""
        return self.filter(status__in=Merger.OPEN)

    def at_the_desk(self) -> "MergerQuerySet":
        """Waiting for the decision of an officer."""
        return self.filter(status__in=Merger.AT_THE_DESK)

    def of(self, top_account: TopAccount | int) -> "MergerQuerySet":
        """That concern this account, on either side."""
        return self.filter(Q(acquirer=top_account) | Q(acquired=top_account))


class Merger(StateModel):
    """The acquirer's owner proposes, the other owner consents, CBP decides; then it is carried out, or it has ended."""

    class Status(models.TextChoices):
        PROPOSED = "PROPOSED", "Waiting for the other owner"
        CONSENTED = "CONSENTED", "With the CBP desk"
        PREPARED = "PREPARED", "With the CBP desk, to be released by a second officer"
        EXECUTED = "EXECUTED", "Carried out"
        DECLINED = "DECLINED", "Declined"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"
        REJECTED = "REJECTED", "Not approved"
        EXPIRED = "EXPIRED", "Not answered in time"
        STOPPED = "STOPPED", "Stopped"

    AT_THE_DESK = (Status.CONSENTED, Status.PREPARED)
    OPEN = (Status.PROPOSED, *AT_THE_DESK)

    reference = models.CharField(max_length=9, unique=True, default=new_reference)
    acquirer = models.ForeignKey(TopAccount, models.PROTECT, related_name="mergers_as_acquirer")
    acquired = models.ForeignKey(TopAccount, models.PROTECT, related_name="mergers_as_acquired")
    whole = models.BooleanField("the whole account", help_text="Else the sub-accounts that were named.")
    status: Any = FSMField(max_length=9, choices=Status, default=Status.PROPOSED, protected=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    consented_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    consented_at = models.DateTimeField(null=True, blank=True)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    prepared_at = models.DateTimeField(null=True, blank=True)
    prepared_text = models.TextField(max_length=TEXT_LENGTH, blank=True, default="", db_default="")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The owner who declined, withdrew the proposal or took the consent back.",
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=250, blank=True)

    objects = MergerQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["status", "consented_at"], name="merger_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["acquirer", "acquired"],
                condition=Q(status__in=["PROPOSED", "CONSENTED", "PREPARED"]),
                name="one_open_merger",
            ),
            # An account can be given away once.
            models.UniqueConstraint(
                fields=["acquired"],
                condition=Q(status__in=["CONSENTED", "PREPARED"]),
                name="one_consented_merger_of_an_account",
            ),
            models.CheckConstraint(condition=~Q(acquirer=F("acquired")), name="merger_of_two_accounts"),
            models.CheckConstraint(
                condition=Q(
                    status__in=["CONSENTED", "PREPARED", "EXECUTED", "REJECTED", "WITHDRAWN", "STOPPED"],
                    consented_by__isnull=False,
                    consented_at__isnull=False,
                )
                | Q(
                    status__in=["PROPOSED", "DECLINED", "EXPIRED", "WITHDRAWN", "STOPPED"],
                    consented_by__isnull=True,
                    consented_at__isnull=True,
                ),
                name="merger_consented",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["PREPARED", "EXECUTED", "REJECTED", "WITHDRAWN", "STOPPED"],
                    prepared_by__isnull=False,
                    prepared_at__isnull=False,
                )
                & ~Q(prepared_text="")
                | Q(status__in=_but("PREPARED"), prepared_by__isnull=True, prepared_at__isnull=True, prepared_text=""),
                name="merger_prepared",
            ),
            # Four eyes: nobody carries out what they prepared. Refusing takes one.
            models.CheckConstraint(
                condition=Q(prepared_by__isnull=True) | ~Q(status="EXECUTED", prepared_by=F("decided_by")),
                name="merger_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["EXECUTED", "REJECTED"], decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(decision_text="")
                | Q(
                    status__in=_but("EXECUTED", "REJECTED"),
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                    decision_text="",
                ),
                name="merger_decided",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["PROPOSED", "CONSENTED", "PREPARED"], ended_at__isnull=True)
                | Q(
                    status__in=_but("PROPOSED", "CONSENTED", "PREPARED"),
                    ended_at__isnull=False,
                    ended_at__gte=F("proposed_at"),
                ),
                name="merger_ended_at",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DECLINED", "WITHDRAWN"], ended_by__isnull=False)
                | Q(status__in=_but("DECLINED", "WITHDRAWN"), ended_by__isnull=True),
                name="merger_ended_by",
            ),
            models.CheckConstraint(
                condition=Q(status="STOPPED") & ~Q(stop_reason="") | Q(status__in=_but("STOPPED"), stop_reason=""),
                name="merger_stop_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Merger {self.reference}"

    @property
    def until(self) -> datetime:
        """When it ends without an answer of the other owner."""
        return self.proposed_at + ANSWERED_WITHIN

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_at_the_desk(self) -> bool:
        return self.status in self.AT_THE_DESK

    @property
    def is_late(self) -> bool:
        """Whether it waits for an answer that comes too late."""
        return self.status == self.Status.PROPOSED and clock.now() >= self.until

    # Transitions: only mergers.actions calls them, on a locked row.

    @transition(field=status, source=Status.PROPOSED, target=Status.CONSENTED)
    def consent(self, by: Any, at: datetime) -> None:
        self.consented_by, self.consented_at = by, at

    @transition(field=status, source=Status.PROPOSED, target=Status.DECLINED)
    def decline(self, by: Any, at: datetime) -> None:
        self.ended_by, self.ended_at = by, at

    @transition(field=status, source=OPEN, target=Status.WITHDRAWN)
    def withdraw(self, by: Any, at: datetime) -> None:
        self.ended_by, self.ended_at = by, at

    @transition(field=status, source=Status.PROPOSED, target=Status.EXPIRED)
    def expire(self, at: datetime) -> None:
        self.ended_at = at

    @transition(field=status, source=Status.CONSENTED, target=Status.PREPARED)
    def prepare(self, by: Any, at: datetime, text: str) -> None:
        self.prepared_by, self.prepared_at, self.prepared_text = by, at, text

    @transition(field=status, source=Status.PREPARED, target=Status.CONSENTED)
    def send_back(self) -> None:
        self.prepared_by = self.prepared_at = None
        self.prepared_text = ""

    @transition(field=status, source=AT_THE_DESK, target=Status.EXECUTED)
    def execute(self, by: Any, at: datetime, text: str) -> None:
        self.decided_by, self.decided_at, self.decision_text, self.ended_at = by, at, text, at

    @transition(field=status, source=AT_THE_DESK, target=Status.REJECTED)
    def reject(self, by: Any, at: datetime, text: str) -> None:
        self.decided_by, self.decided_at, self.decision_text, self.ended_at = by, at, text, at

    @transition(field=status, source=OPEN, target=Status.STOPPED)
    def stop(self, at: datetime, reason: str) -> None:
        self.ended_at, self.stop_reason = at, reason


class MergerPart(models.Model):
    """A sub-account that moves: the acquirer named it, or, of a whole account, the other owner's consent listed it."""

    merger = models.ForeignKey(Merger, models.CASCADE, related_name="parts")
    sub_account = models.ForeignKey(SubAccount, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["merger", "sub_account"], name="one_part_of_a_merger")]

    def __str__(self) -> str:
        return f"{self.sub_account} in {self.merger}"
