"""A request to CBP to put somebody else in the place of an owner who is gone."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from accounts.applications import new_reference
from accounts.models import TopAccount
from ace_portal.core import tokens
from ace_portal.core.states import StateModel
from importers.models import ImporterRecord
from ownership.models.proposal import Becomes

#: As much as a reason holds, the requester's and the desk's.
TEXT_LENGTH = 2000
_ALL = ["IDENTIFIED", "SUBMITTED", "PREPARED", "WAITING", "OBJECTED", "EXECUTED", "REJECTED", "STOPPED", "EXPIRED"]
_NEW = ("new_first_name", "new_middle_name", "new_last_name", "new_email", "new_phone")


def _but(*statuses: str) -> list[str]:
    return [status for status in _ALL if status not in statuses]


class OwnerChangeQuerySet(models.QuerySet["OwnerChange"]):
    def open(self) -> "OwnerChangeQuerySet":
        """Confirmed by the point of contact and not ended."""
        return self.filter(status__in=OwnerChange.OPEN)

    def at_the_desk(self) -> "OwnerChangeQuerySet":
        """Waiting for a decision of an officer: the first one, or the final one after an objection."""
        return self.filter(status__in=OwnerChange.AT_THE_DESK)

    def confirmed(self) -> "OwnerChangeQuerySet":
        """What the point of contact has let through, whatever became of it: the others are nobody's business."""
        return self.exclude(status__in=OwnerChange.UNCONFIRMED)


class OwnerChange(StateModel):
    """Who asks for which new owner of which account, and how the desk and the owner answered."""

    class Status(models.TextChoices):
        IDENTIFIED = "IDENTIFIED", "Waiting for the verification code"
        SUBMITTED = "SUBMITTED", "With the CBP desk"
        PREPARED = "PREPARED", "With the CBP desk, to be released by a second officer"
        WAITING = "WAITING", "Approved, the owner may object"
        OBJECTED = "OBJECTED", "The owner objects, with the CBP desk"
        EXECUTED = "EXECUTED", "The owner has changed"
        REJECTED = "REJECTED", "Not approved"
        STOPPED = "STOPPED", "Stopped"
        EXPIRED = "EXPIRED", "Not confirmed"

    OPEN = (Status.SUBMITTED, Status.PREPARED, Status.WAITING, Status.OBJECTED)
    AT_THE_DESK = (Status.SUBMITTED, Status.PREPARED, Status.OBJECTED)
    UNCONFIRMED = (Status.IDENTIFIED, Status.EXPIRED)
    #: What may become of an owner who does not hand over in person.
    OUTCOMES = (Becomes.USER, Becomes.NOTHING)

    reference = models.CharField(max_length=9, unique=True, default=new_reference)
    status_token = models.CharField(max_length=22, unique=True, default=tokens.link_token)
    form_key = models.CharField(max_length=64, unique=True, help_text="Digest of form and browser: sent twice is one.")
    status: Any = FSMField(max_length=10, choices=Status, default=Status.IDENTIFIED, protected=True)
    record = models.ForeignKey(ImporterRecord, models.PROTECT, related_name="owner_changes")
    top_account = models.ForeignKey(TopAccount, models.PROTECT, related_name="owner_changes")
    former_owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requester_name = models.CharField("requester", max_length=100)
    requester_email = models.EmailField("requester's e-mail", max_length=254)
    requester_phone = models.CharField("requester's telephone number", max_length=40)
    successor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", help_text="Of the account."
    )
    new_first_name = models.CharField("first name", max_length=60, blank=True)
    new_middle_name = models.CharField("middle name", max_length=60, blank=True)
    new_last_name = models.CharField("last name", max_length=60, blank=True)
    new_date_of_birth = models.DateField("date of birth", null=True, blank=True)
    new_email = models.EmailField("e-mail", max_length=254, blank=True)
    new_phone = models.CharField("telephone number", max_length=40, blank=True)
    becomes = models.CharField("the former owner becomes", max_length=4, choices=Becomes)
    reason = models.TextField(max_length=TEXT_LENGTH)
    proof = models.CharField(max_length=100, unique=True, help_text="The stored file's name; tells nothing of it.")
    proof_name = models.CharField(max_length=100, help_text="As the browser sent it, tidied.")
    proof_size = models.PositiveIntegerField(help_text="Bytes.")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True, help_text="When the code was accepted.")
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    prepared_at = models.DateTimeField(null=True, blank=True)
    prepared_text = models.TextField(max_length=TEXT_LENGTH, blank=True, default="", db_default="")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    waiting_until = models.DateTimeField(null=True, blank=True, help_text="Until when the owner may object.")
    objected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    objected_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    new_owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=250, blank=True)

    objects = OwnerChangeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = "owner change request"
        indexes = [models.Index(fields=["status", "submitted_at"], name="owner_change_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["top_account"],
                condition=Q(status__in=["SUBMITTED", "PREPARED", "WAITING", "OBJECTED"]),
                name="one_open_owner_change",
            ),
            models.CheckConstraint(
                condition=Q(successor__isnull=False, new_date_of_birth__isnull=True, **dict.fromkeys(_NEW, ""))
                | Q(successor__isnull=True, new_date_of_birth__isnull=False)
                & ~Q(new_first_name="")
                & ~Q(new_last_name="")
                & ~Q(new_email="")
                & ~Q(new_phone=""),
                name="ownerchange_successor",
            ),
            models.CheckConstraint(condition=Q(becomes__in=["USER", "NONE"]), name="ownerchange_becomes"),
            models.CheckConstraint(
                condition=Q(status__in=["IDENTIFIED", "EXPIRED"], submitted_at__isnull=True)
                | Q(status__in=_but("IDENTIFIED", "EXPIRED"), submitted_at__isnull=False),
                name="ownerchange_submitted_at",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["WAITING", "OBJECTED", "EXECUTED", "REJECTED", "STOPPED"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                & ~Q(decision_text="")
                | Q(
                    status__in=["IDENTIFIED", "SUBMITTED", "PREPARED", "STOPPED", "EXPIRED"],
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                    decision_text="",
                ),
                name="ownerchange_decided",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["WAITING", "OBJECTED", "EXECUTED"], waiting_until__isnull=False)
                | Q(status__in=["IDENTIFIED", "SUBMITTED", "PREPARED", "EXPIRED"], waiting_until__isnull=True)
                | Q(status__in=["REJECTED", "STOPPED"]),
                name="ownerchange_waiting_until",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["OBJECTED", "EXECUTED", "REJECTED", "STOPPED"],
                    objected_by__isnull=False,
                    objected_at__isnull=False,
                    waiting_until__isnull=False,
                )
                | Q(status__in=_but("OBJECTED"), objected_by__isnull=True, objected_at__isnull=True),
                name="ownerchange_objected",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["EXECUTED", "REJECTED"],
                    objected_at__isnull=False,
                    settled_by__isnull=False,
                    settled_at__isnull=False,
                )
                & ~Q(settled_text="")
                | Q(settled_by__isnull=True, settled_at__isnull=True, settled_text="")
                & (Q(objected_at__isnull=True) | Q(status__in=["OBJECTED", "STOPPED"])),
                name="ownerchange_settled",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=_but("IDENTIFIED", "SUBMITTED", "EXPIRED"),
                    prepared_by__isnull=False,
                    prepared_at__isnull=False,
                )
                & ~Q(prepared_text="")
                | Q(status__in=_but("PREPARED"), prepared_by__isnull=True, prepared_at__isnull=True, prepared_text=""),
                name="ownerchange_prepared",
            ),
            # Four eyes: nobody lets the owner change on a preparation of their own. Refusing takes one.
            models.CheckConstraint(
                condition=Q(prepared_by__isnull=True)
                | ~Q(prepared_by=F("decided_by"))
                | Q(status="REJECTED", waiting_until__isnull=True)
                | Q(decided_by__isnull=True),
                name="ownerchange_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(prepared_by__isnull=True)
                | Q(settled_by__isnull=True)
                | ~Q(status="EXECUTED", prepared_by=F("settled_by")),
                name="ownerchange_four_eyes_after_objection",
            ),
            models.CheckConstraint(
                condition=Q(status="EXECUTED", new_owner__isnull=False)
                | Q(status__in=_but("EXECUTED"), new_owner__isnull=True),
                name="ownerchange_new_owner",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["EXECUTED", "REJECTED", "STOPPED", "EXPIRED"], ended_at__isnull=False)
                | Q(status__in=["IDENTIFIED", "SUBMITTED", "PREPARED", "WAITING", "OBJECTED"], ended_at__isnull=True),
                name="ownerchange_ended_at",
            ),
            models.CheckConstraint(
                condition=Q(status="STOPPED") & ~Q(stop_reason="") | Q(status__in=_but("STOPPED"), stop_reason=""),
                name="ownerchange_stop_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Request {self.reference}"

    @property
    def successor_name(self) -> str:
        """The name of whoever shall be the owner."""
        if self.successor:
            return str(self.successor)
        return " ".join(part for part in (self.new_first_name, self.new_middle_name, self.new_last_name) if part)

    @property
    def successor_email(self) -> str:
        return self.successor.email if self.successor else self.new_email

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_at_the_desk(self) -> bool:
        return self.status in self.AT_THE_DESK

    def new_person(self) -> dict[str, Any]:
        """What is known of a new person, as fields of User; nothing for one the portal knows."""
        if self.successor_id:
            return {}
        born: date | None = self.new_date_of_birth
        return {name.removeprefix("new_"): getattr(self, name) for name in _NEW} | {"date_of_birth": born}

    # Transitions: only ownership.actions calls them, on a locked row.

    @transition(field=status, source=Status.IDENTIFIED, target=Status.SUBMITTED)
    def confirm(self, at: datetime) -> None:
        self.submitted_at = at

    @transition(field=status, source=Status.IDENTIFIED, target=Status.EXPIRED)
    def expire(self, at: datetime) -> None:
        self.ended_at = at

    @transition(field=status, source=Status.SUBMITTED, target=Status.PREPARED)
    def prepare(self, by: Any, at: datetime, text: str) -> None:
        self.prepared_by, self.prepared_at, self.prepared_text = by, at, text

    @transition(field=status, source=Status.PREPARED, target=Status.SUBMITTED)
    def send_back(self) -> None:
        self.prepared_by = self.prepared_at = None
        self.prepared_text = ""

    @transition(field=status, source=[Status.SUBMITTED, Status.PREPARED], target=Status.WAITING)
    def approve(self, by: Any, at: datetime, text: str, until: datetime) -> None:
        self.decided_by, self.decided_at, self.decision_text, self.waiting_until = by, at, text, until

    @transition(field=status, source=[Status.SUBMITTED, Status.PREPARED], target=Status.REJECTED)
    def reject(self, by: Any, at: datetime, text: str) -> None:
        self.decided_by, self.decided_at, self.decision_text, self.ended_at = by, at, text, at

    @transition(field=status, source=Status.WAITING, target=Status.OBJECTED)
    def object(self, by: Any, at: datetime) -> None:
        self.objected_by, self.objected_at = by, at

    @transition(field=status, source=Status.WAITING, target=Status.EXECUTED)
    def execute(self, at: datetime, new_owner: Any) -> None:
        self.ended_at, self.new_owner = at, new_owner

    @transition(field=status, source=Status.OBJECTED, target=Status.EXECUTED)
    def uphold(self, by: Any, at: datetime, text: str, new_owner: Any) -> None:
        self.settled_by, self.settled_at, self.settled_text = by, at, text
        self.ended_at, self.new_owner = at, new_owner

    @transition(field=status, source=Status.OBJECTED, target=Status.REJECTED)
    def give_up(self, by: Any, at: datetime, text: str) -> None:
        self.settled_by, self.settled_at, self.settled_text, self.ended_at = by, at, text, at

    @transition(field=status, source=OPEN, target=Status.STOPPED)
    def stop(self, at: datetime, reason: str) -> None:
        self.ended_at, self.stop_reason = at, reason
