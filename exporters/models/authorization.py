"""Authorization for Reports: may an exporter's EIN appear in the export reports, and what was asked of Census?

The status a sub-account shows is derived, never stored: an importer sub-account of the same top account whose number
begins with the EIN authorizes it at once and for as long as it is there; otherwise the latest request decides
(facts-applications §4.1).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django_fsm import FSMField, transition

from accounts.applications import new_reference
from accounts.models import SubAccount, User
from ace_portal.core.addresses import format_phone
from ace_portal.core.numbers import mask_ein
from ace_portal.core.states import StateModel
from ace_portal.core.text import email_key
from exporters.models.sub_account import IMPORTER_TYPE
from useraccess import policy

#: As much as a reason holds, the requester's and the analyst's.
REASON_LENGTH = 2000


class ReportStatus(models.TextChoices):
    """What the field "Authorization for Reports" of an exporter sub-account can say."""

    NOT_AUTHORIZED = "NOT_AUTHORIZED", "Not Authorized"
    PENDING = "PENDING", "Pending"
    AUTHORIZED = "AUTHORIZED", "Authorized"
    DENIED = "DENIED", "Denied"


class ReportAuthorizationQuerySet(models.QuerySet["ReportAuthorization"]):
    def with_standing(self) -> "ReportAuthorizationQuerySet":
        """Adds `is_covered`: an importer sub-account of the same top account authorizes the EIN automatically."""
        return self.annotate(is_covered=_covered())

    def pending(self) -> "ReportAuthorizationQuerySet":
        return self.filter(status=ReportAuthorization.Status.PENDING)

    def overtaken(self) -> "ReportAuthorizationQuerySet":
        """Pending, but the EIN has left the account or is authorized automatically by now."""
        return self.pending().filter(_covered() | Q(sub_account__closed_at__isnull=False))


def awaits_census() -> Q:
    """The condition for a request to be pending and still in need of a decision."""
    return Q(~_covered(), status=ReportAuthorization.Status.PENDING, sub_account__closed_at=None)


def own_requests(person: Any) -> Q:
    """The condition for a request to be the person's own: they made it, or are its contact person."""
    return Q(requested_by=person) | Q(contact_email__iexact=person.email)


def _covered() -> Exists:
    """Whether an importer sub-account authorizes the EIN of the request that a query is about."""
    importers = SubAccount.objects.live().filter(
        account_type=IMPORTER_TYPE,
        top_account=OuterRef("sub_account__top_account"),
        identifier__startswith=OuterRef("ein"),
    )
    return Exists(importers)


class ReportAuthorization(StateModel):
    """One request to Census to let an EIN's data appear in export reports, and what became of it."""

    class Status(models.TextChoices):
        PENDING = "PENDING", "Pending"
        AUTHORIZED = "AUTHORIZED", "Authorized"
        DENIED = "DENIED", "Denied"
        REVOKED = "REVOKED", "Revoked"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"
        NOT_NEEDED = "NOT_NEEDED", "No longer needed"
        MOVED = "MOVED", "Ended: the EIN moved to another account"

    class ActsAs(models.TextChoices):
        """In what capacity the company exports."""

        USPPI = "USPPI", "U.S. Principal Party in Interest (USPPI)"
        AGENT = "AGENT", "Authorized agent"

    #: Ended without a decision of Census.
    ENDED = (Status.WITHDRAWN, Status.NOT_NEEDED)

    reference = models.CharField(max_length=9, unique=True, default=new_reference)
    sub_account = models.ForeignKey(SubAccount, models.PROTECT, related_name="report_authorizations")
    ein = models.CharField("EIN", max_length=10, help_text="As the sub-account has it, e.g. 12-3456789.")
    status: Any = FSMField(max_length=10, choices=Status, default=Status.PENDING, protected=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    reason = models.TextField("reason for the request", max_length=REASON_LENGTH)
    acts_as = models.CharField("the company exports as", max_length=5, choices=ActsAs)
    contact_name = models.CharField("contact person", max_length=100)
    contact_phone = models.CharField("contact's telephone number", max_length=40)
    contact_email = models.EmailField("contact's e-mail address", max_length=254)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField("reason for the decision", max_length=REASON_LENGTH, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revocation_reason = models.TextField("reason for the revocation", max_length=REASON_LENGTH, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it ended without a decision of Census.")
    moved_at = models.DateTimeField(
        null=True, blank=True, help_text="When the EIN moved to another account, for which the request does not count."
    )

    objects = ReportAuthorizationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "request for report authorization"
        verbose_name_plural = "requests for report authorization"
        indexes = [
            models.Index(fields=["requested_at", "id"], name="request_waiting", condition=Q(status="PENDING")),
            models.Index(fields=["ein"], name="request_by_ein"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ein"], condition=Q(status="PENDING"), name="one_pending_request_per_ein"),
            models.UniqueConstraint(
                fields=["sub_account"],
                condition=Q(status__in=["PENDING", "AUTHORIZED"]),
                name="one_live_report_authorization",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["AUTHORIZED", "DENIED", "REVOKED", "MOVED"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                & ~Q(decision_reason="")
                | Q(
                    status__in=["PENDING", "WITHDRAWN", "NOT_NEEDED"],
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                    decision_reason="",
                ),
                name="reportauthorization_decided",
            ),
            models.CheckConstraint(
                condition=Q(status="REVOKED", revoked_by__isnull=False, revoked_at__isnull=False)
                & ~Q(revocation_reason="")
                | ~Q(status="REVOKED") & Q(revoked_by__isnull=True, revoked_at__isnull=True, revocation_reason=""),
                name="reportauthorization_revoked",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["WITHDRAWN", "NOT_NEEDED", "MOVED"], ended_at__isnull=False)
                | (~Q(status__in=["WITHDRAWN", "NOT_NEEDED", "MOVED"]) & Q(ended_at__isnull=True)),
                name="reportauthorization_ended",
            ),
            # What Census was asked by the former account is over for the next one.
            models.CheckConstraint(
                condition=Q(status="MOVED", moved_at__isnull=False)
                | Q(status__in=["PENDING", "AUTHORIZED"], moved_at__isnull=True)
                | Q(status__in=["DENIED", "REVOKED", "WITHDRAWN", "NOT_NEEDED"]),
                name="reportauthorization_moved",
            ),
        ]

    def __str__(self) -> str:
        return f"Request {self.reference}"

    @property
    def masked_ein(self) -> str:
        return mask_ein(self.ein)

    def is_own(self, person: Any) -> bool:
        """Whether it is the person's own request, on which somebody else has to decide."""
        return bool(self.requested_by_id == person.pk or email_key(self.contact_email) == email_key(person.email))

    @property
    def contact_phone_shown(self) -> str:
        return format_phone(self.contact_phone)

    @property
    def is_pending(self) -> bool:
        return bool(self.status == self.Status.PENDING)

    # Transitions: only exporters.actions calls them, on a locked row.

    @transition(field=status, source=Status.PENDING, target=Status.AUTHORIZED)
    def approve(self, by: Any, at: datetime, reason: str) -> None:
        self.decided_by, self.decided_at, self.decision_reason = by, at, reason

    @transition(field=status, source=Status.PENDING, target=Status.DENIED)
    def deny(self, by: Any, at: datetime, reason: str) -> None:
        self.decided_by, self.decided_at, self.decision_reason = by, at, reason

    @transition(field=status, source=Status.AUTHORIZED, target=Status.REVOKED)
    def revoke(self, by: Any, at: datetime, reason: str) -> None:
        self.revoked_by, self.revoked_at, self.revocation_reason = by, at, reason

    @transition(field=status, source=Status.PENDING, target=Status.WITHDRAWN)
    def withdraw(self, at: datetime) -> None:
        """The EIN has left the account."""
        self.ended_at = at

    @transition(field=status, source=Status.AUTHORIZED, target=Status.MOVED)
    def leave(self, at: datetime) -> None:
        """The EIN has moved to another account: Census authorized the former one."""
        self.ended_at = self.moved_at = at

    @transition(field=status, source=Status.PENDING, target=Status.NOT_NEEDED)
    def lapse(self, at: datetime) -> None:
        """The EIN has become authorized automatically."""
        self.ended_at = at


class AuthorizationAffiliate(models.Model):
    """A company whose EIN the request names beside the account's own."""

    authorization = models.ForeignKey(ReportAuthorization, models.CASCADE, related_name="affiliates")
    ein = models.CharField("EIN", max_length=10)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["authorization", "ein"], name="one_affiliate_per_ein"),
        ]

    def __str__(self) -> str:
        return f"{self.ein} {self.name}"


class AuthorizationDocument(models.Model):
    """A PDF file that came with a request. The file itself is kept by ace_portal.core.private_files."""

    class Kind(models.TextChoices):
        LETTER = "letter", "Request letter"
        CERTIFICATION = "certification", "Certification of authority"

    authorization = models.ForeignKey(ReportAuthorization, models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=13, choices=Kind)
    stored_name = models.CharField(max_length=100, unique=True, help_text="Random; tells nothing of the document.")
    original_name = models.CharField(max_length=100, help_text="As the browser sent it, tidied.")
    size = models.PositiveIntegerField(help_text="Bytes.")

    class Meta:
        ordering = ["-kind"]
        constraints = [
            models.UniqueConstraint(fields=["authorization", "kind"], name="one_document_of_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.original_name})"


@dataclass(frozen=True)
class Standing:
    """Where an exporter sub-account stands. `request` is its account's latest, whatever became of it, or None."""

    status: ReportStatus
    automatic: bool
    request: ReportAuthorization | None

    @property
    def label(self) -> str:
        """What the field shows: "Authorized", "Not Authorized", "Pending" or "Denied"."""
        return self.status.label

    @property
    def may_be_requested(self) -> bool:
        return self.status in (ReportStatus.NOT_AUTHORIZED, ReportStatus.DENIED)

    @property
    def census_email(self) -> str:
        return str(settings.CENSUS_EMAIL)

    @property
    def census_phone(self) -> str:
        return str(settings.CENSUS_PHONE)


def is_covered(sub_account: SubAccount) -> bool:
    """Whether a live importer sub-account of the same top account authorizes this EIN automatically."""
    importers = SubAccount.objects.live().filter(account_type=IMPORTER_TYPE, top_account=sub_account.top_account_id)
    return importers.filter(identifier__startswith=sub_account.identifier).exists()


def status_of(sub_account: SubAccount) -> Standing:
    """The Authorization for Reports of an exporter sub-account."""
    asked = ReportAuthorization.objects.filter(sub_account=sub_account, moved_at=None)
    latest = asked.select_related("requested_by").first()
    if is_covered(sub_account):
        return Standing(ReportStatus.AUTHORIZED, automatic=True, request=latest)
    decided = {
        ReportAuthorization.Status.PENDING: ReportStatus.PENDING,
        ReportAuthorization.Status.AUTHORIZED: ReportStatus.AUTHORIZED,
        ReportAuthorization.Status.DENIED: ReportStatus.DENIED,
    }
    status = decided.get(latest.status, ReportStatus.NOT_AUTHORIZED) if latest else ReportStatus.NOT_AUTHORIZED
    return Standing(status, automatic=False, request=latest)


def may_request(user: User, sub_account: SubAccount) -> bool:
    """Whether the person may ask Census about this EIN and read what was handed in."""
    return policy.may_write(user, sub_account, "authorization")
