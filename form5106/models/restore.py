"""Requests to restore a voided record."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import FSMField, transition

from accounts.applications import Reviewed, new_reference
from ace_portal.core import tokens
from ace_portal.core.states import StateModel
from form5106.models.filing import TEXT_LENGTH
from importers.models import ImporterRecord


class RestoreRequestQuerySet(models.QuerySet["RestoreRequest"]):
    def open(self) -> "RestoreRequestQuerySet":
        return self.filter(status__in=RestoreRequest.AT_THE_DESK)


class RestoreRequest(StateModel):
    """Somebody asks CBP to un-void a record, with proof of its number (facts-applications §3.5).

    Whoever has the link (`status_token`) sees how it stands and answers for the requester.
    """

    class Status(models.TextChoices):
        OPEN = "OPEN", "With the CBP desk"
        INFORMATION_REQUESTED = Reviewed.INFORMATION_REQUESTED, "Information requested"
        GRANTED = "GRANTED", "Restored"
        REFUSED = "REFUSED", "Not restored"
        CLOSED = "CLOSED", "Closed: no answer to a request for information"

    #: Handed in and not decided.
    AT_THE_DESK = (Status.OPEN, Status.INFORMATION_REQUESTED)

    reference = models.CharField(max_length=9, unique=True, default=new_reference)
    # Blank in no row but one that an older release of the portal wrote while this column was added.
    status_token = models.CharField(max_length=22, unique=True, null=True, default=tokens.link_token, editable=False)
    status: Any = FSMField(max_length=14, choices=Status, default=Status.OPEN, protected=True)
    record = models.ForeignKey(ImporterRecord, models.PROTECT, related_name="restore_requests")
    requester_name = models.CharField("requester", max_length=100)
    requester_email = models.EmailField("requester’s e-mail", max_length=254)
    reason = models.CharField(max_length=TEXT_LENGTH)
    proof = models.CharField(max_length=100, unique=True, help_text="The stored file's name; tells nothing of it.")
    proof_name = models.CharField(max_length=100, help_text="As the browser sent it, tidied.")
    proof_size = models.PositiveIntegerField(help_text="Bytes.")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True, help_text="Or closed, which nobody decides.")
    decision_text = models.CharField(max_length=TEXT_LENGTH, blank=True)

    objects = RestoreRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "un-void request"
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(status__in=["OPEN", "INFO_REQUESTED"]), name="one_open_restore_request"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["OPEN", "INFO_REQUESTED"],
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                    decision_text="",
                )
                | Q(status="CLOSED", decided_by__isnull=True, decided_at__isnull=False, decision_text="")
                | (
                    Q(status__in=["GRANTED", "REFUSED"], decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decision_text="")
                ),
                name="restorerequest_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"Request {self.reference}"

    @property
    def is_at_the_desk(self) -> bool:
        return self.status in self.AT_THE_DESK

    @transition(field=status, source=Status.OPEN, target=Status.INFORMATION_REQUESTED)
    def ask(self) -> None:
        """The requester is asked something."""

    @transition(field=status, source=Status.INFORMATION_REQUESTED, target=Status.OPEN)
    def answer(self) -> None:
        """The requester has answered."""

    @transition(field=status, source=Status.INFORMATION_REQUESTED, target=Status.CLOSED)
    def close(self, at: datetime) -> None:
        """The requester never answered."""
        self.decided_at = at

    @transition(field=status, source=AT_THE_DESK, target=Status.GRANTED)
    def grant(self, at: datetime, by: Any, text: str) -> None:
        self.decided_at, self.decided_by, self.decision_text = at, by, text

    @transition(field=status, source=AT_THE_DESK, target=Status.REFUSED)
    def refuse(self, at: datetime, by: Any, text: str) -> None:
        self.decided_at, self.decided_by, self.decision_text = at, by, text
