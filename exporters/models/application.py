"""Applications of exporters for a top account with an exporter sub-account."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django_countries import countries
from django_fsm import FSMField, transition

from accounts.applications import Application
from accounts.models import CompanyFacts, SubAccount
from ace_portal.core.addresses import format_phone
from ace_portal.core.numbers import mask_ein
from ace_portal.core.states import StateModel


class ExporterApplicationQuerySet(models.QuerySet["ExporterApplication"]):
    def waiting(self) -> "ExporterApplicationQuerySet":
        """Handed in and not processed yet."""
        return self.filter(status=ExporterApplication.Status.SUBMITTED)


class ExporterApplication(StateModel, Application, CompanyFacts):
    """One exporter's application. It is complete when it is stored; a worker decides it by rules, nobody reviews it."""

    class Status(models.TextChoices):
        SUBMITTED = "SUBMITTED", "Received"
        ACCEPTED = "ACCEPTED", "Accepted"
        REJECTED = "REJECTED", "Rejected"
        FAILED = "FAILED", "Could not be completed"

    class Reason(models.TextChoices):
        """Why the rules reject, in the order in which they are asked."""

        EIN_USED = "EIN_USED", "The EIN is already used by an importer or exporter with a portal account"
        PERSON_KNOWN = "PERSON_KNOWN", "A portal user has the same name and date of birth"
        EMAIL_USED = "EMAIL_USED", "The e-mail address already belongs to a portal user"

    status: Any = FSMField(max_length=9, choices=Status, default=Status.SUBMITTED, protected=True)
    form_key = models.CharField(
        max_length=64,
        unique=True,
        help_text="Digest of the form's key, its browser and its answers: sent twice is one.",
    )
    ein = models.CharField("EIN", max_length=10)
    company_name = models.CharField(max_length=100)
    country = models.CharField(max_length=2)
    street_address = models.CharField(max_length=100)
    city = models.CharField(max_length=60)
    state = models.CharField(max_length=60)
    postal_code = models.CharField("ZIP code", max_length=20)
    owner_first_name = models.CharField("first name", max_length=60)
    owner_middle_name = models.CharField("middle name", max_length=60, blank=True)
    owner_last_name = models.CharField("last name", max_length=60)
    owner_date_of_birth = models.DateField("date of birth")
    owner_phone = models.CharField("telephone number", max_length=40)
    owner_fax = models.CharField("fax number", max_length=40, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True, help_text="When it was decided, or given up.")
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    error = models.CharField(max_length=100, blank=True, help_text="The kind of error that stopped the processing.")
    sub_account = models.OneToOneField(
        SubAccount, models.PROTECT, null=True, blank=True, related_name="exporter_application"
    )

    objects = ExporterApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["id"], name="exporter_waiting", condition=Q(status="SUBMITTED"))]
        constraints = [
            *Application.Meta.constraints,
            *CompanyFacts.Meta.constraints,
            models.CheckConstraint(condition=Q(submitted_at__isnull=False), name="exporterapplication_submitted_at"),
            models.CheckConstraint(
                condition=Q(status="SUBMITTED", processed_at__isnull=True)
                | (~Q(status="SUBMITTED") & Q(processed_at__isnull=False)),
                name="exporterapplication_processed_at",
            ),
            models.CheckConstraint(
                condition=(Q(status="REJECTED") & ~Q(reason="")) | (~Q(status="REJECTED") & Q(reason="")),
                name="exporterapplication_reason",
            ),
            models.CheckConstraint(
                condition=(Q(status="FAILED") & ~Q(error="")) | (~Q(status="FAILED") & Q(error="")),
                name="exporterapplication_error",
            ),
            models.CheckConstraint(
                condition=Q(status="ACCEPTED", sub_account__isnull=False)
                | (~Q(status="ACCEPTED") & Q(sub_account__isnull=True)),
                name="exporterapplication_sub_account",
            ),
        ]

    def __str__(self) -> str:
        return f"Application {self.reference}"

    @property
    def masked_ein(self) -> str:
        return mask_ein(self.ein)

    @property
    def owner_name(self) -> str:
        names = (self.owner_first_name, self.owner_middle_name, self.owner_last_name)
        return " ".join(name for name in names if name)

    @property
    def address_line(self) -> str:
        """The company's address on one line."""
        state = " ".join(part for part in (self.state, self.postal_code) if part)
        parts = (self.street_address, self.city, state, countries.name(self.country))
        return ", ".join(part for part in parts if part)

    def rows(self) -> list[dict[str, str]]:
        """What was submitted, as label and value, for whoever has the status link: the EIN masked, no date of birth."""
        return [
            {"label": "Company Name", "value": self.company_name},
            {"label": "EIN", "value": self.masked_ein},
            {"label": "Company Address", "value": self.address_line},
            {"label": "End of Fiscal Year", "value": self.fiscal_year_end},
            {"label": "DUNS", "value": self.duns},
            {"label": "Account Owner", "value": self.owner_name},
            {"label": "E-mail Address", "value": self.applicant_email},
            {"label": "Telephone Number", "value": format_phone(self.owner_phone)},
            {"label": "Fax Number", "value": format_phone(self.owner_fax)},
        ]

    # Transitions: only exporters.actions calls them, on a locked row.

    @transition(field=status, source=Status.SUBMITTED, target=Status.ACCEPTED)
    def accept(self, at: datetime, sub_account: SubAccount) -> None:
        self.processed_at, self.sub_account = at, sub_account

    @transition(field=status, source=Status.SUBMITTED, target=Status.REJECTED)
    def reject(self, at: datetime, reason: str) -> None:
        self.processed_at, self.reason = at, reason

    @transition(field=status, source=Status.SUBMITTED, target=Status.FAILED)
    def fail(self, at: datetime, error: str) -> None:
        self.processed_at, self.error = at, error

    @transition(field=status, source=Status.FAILED, target=Status.SUBMITTED)
    def queue_again(self) -> None:
        self.processed_at, self.error = None, ""
