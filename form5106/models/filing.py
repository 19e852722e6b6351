"""A filing: what somebody proposes to have on file about an importer number."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django_fsm import FSMField, transition

from accounts.applications import NO_ANSWER, Reviewed, new_reference
from ace_portal.core import clock, tokens
from ace_portal.core.numbers import parse_importer_number
from ace_portal.core.states import StateModel
from form5106.rejects import REJECTS
from importers.models import ImporterRecord

#: A draft nobody has touched for so long is closed.
DRAFT_LIVES = timedelta(days=30)
#: As much as a reason holds, the filer's and the desk's.
TEXT_LENGTH = 1000


class Action(models.TextChoices):
    """Type of action: several changes may go into one filing, the first and the last stand alone."""

    NEW = "NEW", "New record: a number that is not on file yet"
    NAME = "NAME", "Change of name"
    ADDRESS = "ADDRESS", "Change of address"
    CONTACT = "CONTACT", "Change of contact: telephone, e-mail, person"
    REFRESH = "REFRESH", "Complete form: refresh or reactivate everything on file"


class FiledAs(models.TextChoices):
    """On whose behalf somebody files."""

    COMPANY = "COMPANY", "For my own company"
    BROKER = "BROKER", "As a broker or filer, for a client"


class FilingQuerySet(models.QuerySet["Filing"]):
    def at_the_desk(self) -> "FilingQuerySet":
        """Handed in and not decided."""
        return self.filter(status__in=Filing.AT_THE_DESK)

    def handed_in(self) -> "FilingQuerySet":
        """Everything but drafts, which are the filer's own business."""
        return self.exclude(status__in=(Filing.Status.DRAFT, Filing.Status.EXPIRED))

    def forgotten(self) -> "FilingQuerySet":
        """Drafts nobody went on with."""
        return self.filter(status=Filing.Status.DRAFT, changed_at__lt=clock.now() - DRAFT_LIVES)


class Filing(StateModel):
    """A Form 5106 on its way: a proposal until it is accepted, which makes a new version of the record.

    `base` is what was on file when it was begun (`base_version`). Whoever has the link (`token`) may go on with a
    filing that nobody signed in for; all others belong to `filed_by`.
    """

    class Status(models.TextChoices):
        DRAFT = "DRAFT", "Being filled in"
        SUBMITTED = "SUBMITTED", "With the CBP desk"
        INFORMATION_REQUESTED = Reviewed.INFORMATION_REQUESTED, "Information requested"
        ACCEPTED = "ACCEPTED", "Accepted"
        REJECTED = "REJECTED", "Rejected"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"
        EXPIRED = "EXPIRED", "Not finished in time"

    #: Handed in and not decided.
    AT_THE_DESK = (Status.SUBMITTED, Status.INFORMATION_REQUESTED)

    class Reason(models.TextChoices):
        """Why a filing ended without its filer or an officer ending it."""

        NO_ANSWER = NO_ANSWER, "No answer to a request for information"

    reference = models.CharField(max_length=9, unique=True, default=new_reference)
    token = models.CharField(max_length=22, unique=True, default=tokens.link_token)
    status: Any = FSMField(max_length=14, choices=Status, default=Status.DRAFT, protected=True)
    actions = models.CharField("type of action", max_length=40, help_text="Codes with commas.")
    files_as = models.CharField("filed", max_length=7, choices=FiledAs, default=FiledAs.COMPANY)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    filer_email = models.EmailField("filer’s e-mail", max_length=254)
    record = models.ForeignKey(ImporterRecord, models.PROTECT, null=True, blank=True, related_name="filings")
    company_name = models.CharField(max_length=100, help_text="As it was when the filing was begun.")
    importer_number = models.CharField(max_length=12, blank=True, help_text="Blank while a CBP-assigned one is asked.")
    base_version = models.PositiveIntegerField(null=True, blank=True)
    base = models.JSONField(default=dict, blank=True)
    draft = models.JSONField(default=dict, blank=True, help_text="What was typed so far.")
    content = models.JSONField(default=dict, blank=True, help_text="What was handed in, cleaned.")
    verified_at = models.DateTimeField(
        null=True, blank=True, help_text="When the code of the point of contact was right."
    )
    no_code_reason = models.CharField(max_length=TEXT_LENGTH, blank=True, help_text="Why no code could be had.")
    held_because = models.CharField(max_length=TEXT_LENGTH, blank=True, help_text="Why an officer has to look.")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reject_code = models.CharField(max_length=3, blank=True, choices=list(REJECTS.items()))
    decision_text = models.CharField(max_length=TEXT_LENGTH, blank=True)
    reason = models.CharField("why it was closed", max_length=9, blank=True, default="", db_default="", choices=Reason)
    applied_version = models.PositiveIntegerField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = FilingQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "5106 filing"
        indexes = [
            models.Index(fields=["status", "submitted_at"], name="filing_queue"),
            models.Index(fields=["status", "changed_at"], name="filing_drafts"),
            # How the desk finds one; PostgreSQL has one more, for beginnings of names (migration 0004).
            models.Index(fields=["importer_number"], name="filing_by_number"),
            models.Index(Upper("filer_email"), name="filing_by_email"),
            # What waits for the desk, in the order of the queue.
            models.Index(
                fields=["submitted_at", "id"],
                condition=Q(status__in=["SUBMITTED", "INFO_REQUESTED"]),
                name="filing_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(actions="NEW", base_version__isnull=True)
                | (~Q(actions="NEW") & Q(base_version__isnull=False, record__isnull=False)),
                name="filing_of_a_record",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "EXPIRED"], submitted_at__isnull=True)
                | Q(
                    status__in=["SUBMITTED", "INFO_REQUESTED", "ACCEPTED", "REJECTED", "WITHDRAWN"],
                    submitted_at__isnull=False,
                ),
                name="filing_submitted_at",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "SUBMITTED", "INFO_REQUESTED"], ended_at__isnull=True)
                | Q(status__in=["ACCEPTED", "REJECTED", "WITHDRAWN", "EXPIRED"], ended_at__isnull=False),
                name="filing_ended_at",
            ),
            models.CheckConstraint(
                condition=Q(status="ACCEPTED", applied_version__isnull=False, record__isnull=False)
                | (~Q(status="ACCEPTED") & Q(applied_version__isnull=True)),
                name="filing_applied_version",
            ),
            models.CheckConstraint(
                condition=(Q(status="REJECTED", decided_by__isnull=False) & ~Q(reject_code="") & ~Q(decision_text=""))
                | (~Q(status="REJECTED") & Q(reject_code="")),
                name="filing_reject_code",
            ),
            models.CheckConstraint(condition=Q(reason="") | Q(status="WITHDRAWN"), name="filing_reason"),
        ]

    def __str__(self) -> str:
        return f"Filing {self.reference}"

    @property
    def masked_number(self) -> str:
        """The masked importer number; words while CBP has not given one."""
        return parse_importer_number(self.importer_number).masked if self.importer_number else "to be assigned by CBP"

    @property
    def action_set(self) -> frozenset[Action]:
        return frozenset(Action(code) for code in self.actions.split(","))

    @property
    def actions_in_words(self) -> str:
        return "; ".join(action.label.partition(":")[0] for action in Action if action in self.action_set)

    @property
    def is_new(self) -> bool:
        return self.actions == Action.NEW

    @property
    def is_draft(self) -> bool:
        return bool(self.status == self.Status.DRAFT)

    @property
    def is_at_the_desk(self) -> bool:
        return self.status in self.AT_THE_DESK

    # Transitions: only form5106.actions calls them, on a locked row.

    @transition(field=status, source=Status.DRAFT, target=Status.SUBMITTED)
    def submit(self, at: datetime, content: dict[str, Any], held_because: str) -> None:
        self.submitted_at, self.content, self.held_because = at, content, held_because
        self.draft = {}

    @transition(field=status, source=Status.SUBMITTED, target=Status.INFORMATION_REQUESTED)
    def ask(self) -> None:
        """The filer is asked something."""

    @transition(field=status, source=Status.INFORMATION_REQUESTED, target=Status.SUBMITTED)
    def answer(self) -> None:
        """The filer has answered."""

    @transition(field=status, source=AT_THE_DESK, target=Status.ACCEPTED)
    def accept(self, at: datetime, by: Any, record: ImporterRecord) -> None:
        self.ended_at, self.decided_by = at, by
        self.record, self.importer_number, self.applied_version = record, record.importer_number, record.version

    @transition(field=status, source=AT_THE_DESK, target=Status.REJECTED)
    def reject(self, at: datetime, by: Any, code: str, text: str) -> None:
        self.ended_at, self.decided_by, self.reject_code, self.decision_text = at, by, code, text

    @transition(field=status, source=AT_THE_DESK, target=Status.DRAFT)
    def send_back(self, at: datetime, draft: dict[str, Any]) -> None:
        """The record has changed meanwhile: its filer looks at it again."""
        self.changed_at, self.submitted_at, self.draft, self.content = at, None, draft, {}

    @transition(field=status, source=AT_THE_DESK, target=Status.WITHDRAWN)
    def withdraw(self, at: datetime) -> None:
        self.ended_at = at

    @transition(field=status, source=Status.INFORMATION_REQUESTED, target=Status.WITHDRAWN)
    def close(self, at: datetime) -> None:
        """The filer never answered."""
        self.ended_at, self.reason = at, self.Reason.NO_ANSWER

    @transition(field=status, source=Status.DRAFT, target=Status.EXPIRED)
    def expire(self, at: datetime) -> None:
        self.ended_at, self.draft, self.base = at, {}, {}
