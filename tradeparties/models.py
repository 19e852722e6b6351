"""Applications of the other trade parties for a top account: brokers, carriers, sureties …, and protest filers."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django_fsm import FSMField, transition

from accounts import registry
from accounts.applications import Application, ReviewedApplication
from accounts.models import CompanyFacts, SubAccount, TopAccount


class TradeApplication(ReviewedApplication, CompanyFacts):
    """One application. What it asks, and in which sections, is described in tradeparties.descriptions."""

    class Kind(models.TextChoices):
        OTHER = "OTHER", "Trade activities"
        PROTEST_FILER = "PROTEST_FILER", "Protest filer"

    class Status(models.TextChoices):
        DRAFT = "DRAFT", "Being filled in"
        SUBMITTED = "SUBMITTED", "Received"
        IN_REVIEW = "IN_REVIEW", "In review"
        INFORMATION_REQUESTED = "INFO_REQUESTED", "Information requested"
        APPROVED = "APPROVED", "Approved"
        REJECTED = "REJECTED", "Not approved"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"
        EXPIRED = "EXPIRED", "Not finished in time"

    class Reason(models.TextChoices):
        """Why an officer rejected, or why an application was closed."""

        NOT_AUTHORIZED = "NOT_AUTHORIZED", "The applicant could not show that they act for the company"
        NOT_CONFIRMED = "NOT_CONFIRMED", "A code or number could not be confirmed as the company’s"
        ALREADY_HAS_ACCOUNT = "ALREADY_HAS_ACCOUNT", "The company has an account already"
        NO_ANSWER = "NO_ANSWER", "No answer to a request for information"
        OTHER = "OTHER", "Other, see the message"

    room: ClassVar[str] = "tradeparties"
    DRAFT = (Status.DRAFT,)
    OPEN = (Status.SUBMITTED, Status.IN_REVIEW, Status.INFORMATION_REQUESTED)

    kind = models.CharField(max_length=13, choices=Kind)
    status: Any = FSMField(max_length=14, choices=Status, default=Status.DRAFT, protected=True)
    form_key = models.CharField(
        max_length=64, unique=True, help_text="Digest of the first form's key and its browser: sent twice is one."
    )
    draft = models.JSONField(default=dict, blank=True, help_text="What was typed so far, right or wrong.")
    company_name = models.CharField(max_length=100)
    officer_first_name = models.CharField("officer’s first name", max_length=60, blank=True)
    officer_last_name = models.CharField("officer’s last name", max_length=60, blank=True)
    officer_title = models.CharField("officer’s title", max_length=60, blank=True)
    officer_date_of_birth = models.DateField("officer’s date of birth", null=True, blank=True)
    owner_first_name = models.CharField("first name", max_length=60, blank=True)
    owner_middle_name = models.CharField("middle name", max_length=60, blank=True)
    owner_last_name = models.CharField("last name", max_length=60, blank=True)
    owner_date_of_birth = models.DateField("date of birth", null=True, blank=True)
    owner_country = models.CharField("country", max_length=2, blank=True)
    owner_street_address = models.CharField("street address", max_length=100, blank=True)
    owner_city = models.CharField("city", max_length=60, blank=True)
    owner_state = models.CharField("state", max_length=60, blank=True)
    owner_postal_code = models.CharField("ZIP code", max_length=20, blank=True)
    owner_phone = models.CharField("telephone number", max_length=40, blank=True)
    officer_authorizes = models.BooleanField("the officer authorizes", default=False)
    owner_acknowledges = models.BooleanField("the account owner acknowledges", default=False)
    terms = models.BooleanField("terms accepted", default=False)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    top_account = models.OneToOneField(TopAccount, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        # What the desk's lists show and find; PostgreSQL has more, for beginnings of names (migration 0002).
        indexes = [
            models.Index(fields=["status", "submitted_at"], name="trade_queue"),
            models.Index(
                fields=["submitted_at", "id"],
                name="trade_open",
                condition=Q(status__in=["SUBMITTED", "IN_REVIEW", "INFO_REQUESTED"]),
            ),
            models.Index(
                fields=["-submitted_at", "-id"], name="trade_handed_in", condition=Q(submitted_at__isnull=False)
            ),
            models.Index(Upper("applicant_email"), name="trade_by_email"),
        ]
        constraints = [
            *Application.Meta.constraints,
            *CompanyFacts.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=["DRAFT", "EXPIRED"], submitted_at__isnull=True)
                | (~Q(status__in=["DRAFT", "EXPIRED"]) & Q(submitted_at__isnull=False)),
                name="tradeapplication_submitted_at",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["APPROVED", "REJECTED"], decided_at__isnull=False)
                | (~Q(status__in=["APPROVED", "REJECTED"]) & Q(decided_at__isnull=True)),
                name="tradeapplication_decided_at",
            ),
            models.CheckConstraint(
                condition=Q(status="APPROVED", top_account__isnull=False)
                | (~Q(status="APPROVED") & Q(top_account__isnull=True)),
                name="tradeapplication_top_account",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True)
                | Q(terms=True, kind="PROTEST_FILER")
                | Q(terms=True, kind="OTHER", officer_authorizes=True, owner_acknowledges=True),
                name="tradeapplication_agreed",
            ),
        ]

    def __str__(self) -> str:
        return f"Application {self.reference}"

    @property
    def owner_name(self) -> str:
        names = (self.owner_first_name, self.owner_middle_name, self.owner_last_name)
        return " ".join(name for name in names if name)

    # Transitions: only actions call them, on a locked row.

    @transition(field=status, source=Status.DRAFT, target=Status.SUBMITTED)
    def submit(self, at: datetime) -> None:
        self.submitted_at = at

    @transition(field=status, source=Status.SUBMITTED, target=Status.IN_REVIEW)
    def claim(self, by: Any, at: datetime) -> None:
        self.claimed_by, self.claimed_at = by, at

    @transition(field=status, source=[Status.IN_REVIEW, Status.INFORMATION_REQUESTED], target=Status.SUBMITTED)
    def release(self) -> None:
        self.claimed_by = self.claimed_at = None

    @transition(field=status, source=Status.IN_REVIEW, target=Status.INFORMATION_REQUESTED)
    def ask(self) -> None:
        pass

    @transition(field=status, source=Status.INFORMATION_REQUESTED, target=Status.IN_REVIEW)
    def answer(self) -> None:
        pass

    @transition(field=status, source=OPEN, target=Status.APPROVED)
    def approve(self, by: Any, at: datetime) -> None:
        self.decided_by, self.decided_at = by, at

    @transition(field=status, source=OPEN, target=Status.REJECTED)
    def reject(self, by: Any, at: datetime, reason: str) -> None:
        self.decided_by, self.decided_at, self.reason = by, at, reason

    @transition(field=status, source=OPEN, target=Status.WITHDRAWN)
    def withdraw(self) -> None:
        pass

    @transition(field=status, source=Status.DRAFT, target=Status.EXPIRED)
    def expire(self) -> None:
        pass


class RequestedActivity(models.Model):
    """A sub-account that an application asks for."""

    application = models.ForeignKey(TradeApplication, models.CASCADE, related_name="activities")
    account_type = models.CharField(max_length=20)
    identifier = models.CharField(max_length=30, help_text="Normal form.")
    name = models.CharField(max_length=100)
    is_primary = models.BooleanField("primary account type (P)", default=False)
    sub_account = models.OneToOneField(SubAccount, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "requested activities"
        indexes = [models.Index(fields=["identifier"], name="activity_by_identifier")]
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(is_primary=True), name="one_primary_activity"),
            models.UniqueConstraint(
                fields=["application", "account_type", "identifier"], name="activity_requested_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type.label} {self.masked_identifier}"

    @property
    def type(self) -> registry.AccountType:
        return registry.account_type(self.account_type)

    @property
    def masked_identifier(self) -> str:
        return self.type.mask(self.identifier)
