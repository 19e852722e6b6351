"""Applications of importers for an account."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django_countries import countries
from django_fsm import FSMField, transition

from accounts.applications import Application, ReviewedApplication
from accounts.models import CompanyFacts
from ace_portal.core.addresses import format_phone
from ace_portal.core.names import comparison_form
from importers.models.record import ImporterRecord


class ImporterApplicationQuerySet(models.QuerySet["ImporterApplication"]):
    def open(self) -> "ImporterApplicationQuerySet":
        """Submitted and not decided yet."""
        return self.filter(status__in=ImporterApplication.OPEN)

    def drafts(self) -> "ImporterApplicationQuerySet":
        """Begun and not submitted yet."""
        return self.filter(status__in=ImporterApplication.DRAFT)


class ImporterApplication(ReviewedApplication, CompanyFacts):
    """An importer's application for a top account with the importer sub-account view."""

    class Status(models.TextChoices):
        IDENTIFIED = "IDENTIFIED", "Waiting for the verification code"
        VERIFIED = "VERIFIED", "Being filled in"
        SUBMITTED = "SUBMITTED", "Received"
        IN_REVIEW = "IN_REVIEW", "In review"
        INFORMATION_REQUESTED = "INFO_REQUESTED", "Information requested"
        APPROVED = "APPROVED", "Approved"
        REJECTED = "REJECTED", "Not approved"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"
        EXPIRED = "EXPIRED", "Not finished in time"

    class Reason(models.TextChoices):
        """Why an officer rejected."""

        NOT_AUTHORIZED = "NOT_AUTHORIZED", "The applicant could not show that they act for the company"
        DOES_NOT_MATCH = "DOES_NOT_MATCH", "What was submitted does not match the 5106 record"
        ALREADY_HAS_ACCOUNT = "ALREADY_HAS_ACCOUNT", "The company has an account already"
        NO_ANSWER = "NO_ANSWER", "No answer to a request for information"
        OTHER = "OTHER", "Other, see the message"

    room: ClassVar[str] = "importers"
    DRAFT = (Status.IDENTIFIED, Status.VERIFIED)
    OPEN = (Status.SUBMITTED, Status.IN_REVIEW, Status.INFORMATION_REQUESTED)
    LOADED = ("record",)

    status: Any = FSMField(max_length=14, choices=Status, default=Status.IDENTIFIED, protected=True)
    record = models.ForeignKey(ImporterRecord, models.PROTECT, related_name="applications")
    company_name = models.CharField(max_length=100, help_text="As the applicant typed it.")
    browser = models.CharField(max_length=64, help_text="Digest of the browser that began it.")
    verified_at = models.DateTimeField(null=True, blank=True)
    draft = models.JSONField(default=dict, blank=True, help_text="What was typed into the details page so far.")
    owner_first_name = models.CharField("first name", max_length=60, blank=True)
    owner_middle_name = models.CharField("middle name", max_length=60, blank=True)
    owner_last_name = models.CharField("last name", max_length=60, blank=True)
    owner_country = models.CharField("country", max_length=2, blank=True)
    owner_street_address = models.CharField("street address", max_length=100, blank=True)
    owner_city = models.CharField("city", max_length=60, blank=True)
    owner_state = models.CharField("state", max_length=60, blank=True)
    owner_postal_code = models.CharField("ZIP code", max_length=20, blank=True)
    owner_phone = models.CharField("telephone number", max_length=40, blank=True)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)

    objects = ImporterApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["status", "submitted_at"], name="importer_queue"),
            models.Index(
                fields=["submitted_at", "id"],
                name="importer_open",
                condition=Q(status__in=["SUBMITTED", "IN_REVIEW", "INFO_REQUESTED"]),
            ),
            models.Index(
                fields=["-submitted_at", "-id"], name="importer_handed_in", condition=Q(submitted_at__isnull=False)
            ),
            models.Index(Upper("applicant_email"), name="importer_by_email"),
        ]
        constraints = [
            *Application.Meta.constraints,
            *CompanyFacts.Meta.constraints,
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(status__in=["SUBMITTED", "IN_REVIEW", "INFO_REQUESTED"]),
                name="one_open_application_per_record",
            ),
            models.UniqueConstraint(
                fields=["browser", "record", "applicant_email"],
                condition=Q(status__in=["IDENTIFIED", "VERIFIED"]),
                name="one_draft_per_browser",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["IDENTIFIED", "VERIFIED", "EXPIRED"], submitted_at__isnull=True)
                | (~Q(status__in=["IDENTIFIED", "VERIFIED", "EXPIRED"]) & Q(submitted_at__isnull=False)),
                name="importerapplication_submitted_at",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["APPROVED", "REJECTED"], decided_at__isnull=False)
                | (~Q(status__in=["APPROVED", "REJECTED"]) & Q(decided_at__isnull=True)),
                name="importerapplication_decided_at",
            ),
        ]

    def __str__(self) -> str:
        return f"Application {self.reference}"

    @property
    def masked_number(self) -> str:
        return self.record.masked_number

    @property
    def owner_name(self) -> str:
        names = (self.owner_first_name, self.owner_middle_name, self.owner_last_name)
        return " ".join(name for name in names if name)

    @property
    def name_differs(self) -> bool:
        """Whether the name typed is not the one on the 5106 record any more."""
        return comparison_form(self.company_name) != comparison_form(self.record.company_name)

    def owner_rows(self) -> list[dict[str, str]]:
        """What was said about the owner, as label and value, for status page and desk."""
        return [
            {"label": "Account owner", "value": self.owner_name},
            {"label": "Login e-mail", "value": self.applicant_email},
            {"label": "Street address", "value": self.owner_street_address},
            {"label": "City, state, ZIP code", "value": self._city_line()},
            {"label": "Country", "value": countries.name(self.owner_country)},
            {"label": "Telephone number", "value": format_phone(self.owner_phone)},
        ]

    def _city_line(self) -> str:
        state = " ".join(part for part in (self.owner_state, self.owner_postal_code) if part)
        return ", ".join(part for part in (self.owner_city, state) if part)

    # Transitions: only importers.actions calls them, on a locked row.

    @transition(field=status, source=Status.IDENTIFIED, target=Status.VERIFIED)
    def verify(self, at: datetime) -> None:
        self.verified_at = at

    @transition(field=status, source=Status.VERIFIED, target=Status.SUBMITTED)
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

    @transition(field=status, source=DRAFT, target=Status.EXPIRED)
    def expire(self) -> None:
        pass
