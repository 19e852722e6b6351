"""Cross Account Access: a company lets another one, its broker most often, work in its account (facts-access §2)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django_fsm import FSMField, transition

from accounts.models import SubAccount, TopAccount
from ace_portal.core import clock
from ace_portal.core.states import StateModel
from useraccess.models.filer_code import FILER_CODE_LENGTH
from useraccess.models.membership import READING, Level


class CrossAccountAccessQuerySet(models.QuerySet["CrossAccountAccess"]):
    def in_force(self) -> "CrossAccountAccessQuerySet":
        """Accepted, not ended, and within the end date if there is one."""
        return self.filter(in_force())

    def live(self) -> "CrossAccountAccessQuerySet":
        """Asked for, offered or in force: there is one of these at most between two accounts."""
        return self.filter(status__in=CrossAccountAccess.LIVE)

    def unanswered(self, at: datetime) -> "CrossAccountAccessQuerySet":
        """Offers and requests that nobody answered in time."""
        return self.filter(status__in=CrossAccountAccess.WAITING, answer_until__lte=at)

    def run_out(self) -> "CrossAccountAccessQuerySet":
        """In force by their status, with an end date that has passed."""
        return self.filter(status=CrossAccountAccess.Status.ACTIVE, ends_on__lt=today())


def today() -> Any:
    """The day that end dates count by, in the portal's time zone."""
    return timezone.localdate(clock.now())


def in_force(prefix: str = "") -> Q:
    """That an access is in force, for a filter on rows that point to one (`prefix`: "via__")."""
    active = Q(**{f"{prefix}status": CrossAccountAccess.Status.ACTIVE})
    return active & (Q(**{f"{prefix}ends_on": None}) | Q(**{f"{prefix}ends_on__gte": today()}))


class CrossAccountAccess(StateModel):
    """What one top account lets another one do in it. It ends; it is never deleted."""

    class Status(models.TextChoices):
        REQUESTED = "REQUESTED", "Asked for"
        PENDING = "PENDING", "Pending"
        ACTIVE = "ACTIVE", "Active"
        REJECTED = "REJECTED", "Rejected"
        EXPIRED = "EXPIRED", "Not answered in time"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"
        REVOKED = "REVOKED", "Revoked"
        RELEASED = "RELEASED", "Released"
        ENDED = "ENDED", "Ended"

    class PowerOfAttorney(models.TextChoices):
        GENERAL = "GENERAL", "General"
        LIMITED = "LIMITED", "Limited"

    WAITING = (Status.REQUESTED, Status.PENDING)
    LIVE = (*WAITING, Status.ACTIVE)

    grantor = models.ForeignKey(TopAccount, models.PROTECT, related_name="access_given")
    recipient = models.ForeignKey(TopAccount, models.PROTECT, related_name="access_received")
    status: Any = FSMField(max_length=9, choices=Status, protected=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answer_until = models.DateTimeField(help_text="When an offer or request that nobody answered ends.")
    began_at = models.DateTimeField(null=True, blank=True)
    ends_on = models.DateField("end date", null=True, blank=True, help_text="The last day, if there is one.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    top_account_access = models.BooleanField("access to top account", default=False)
    isf_portal = models.BooleanField("ISF Portal", default=False)
    isf_roles = models.CharField("ISF Portal roles", max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Raised by each change of the rights.")
    filer_code = models.CharField(max_length=FILER_CODE_LENGTH, blank=True, help_text="Of the broker.")
    # The power of attorney (CBP Form 5291) of an access that a broker asked for.
    attorney_kind = models.CharField("kind of power of attorney", max_length=7, choices=PowerOfAttorney, blank=True)
    attorney_signed_on = models.DateField("date of the power of attorney", null=True, blank=True)
    attorney_ends_on = models.DateField("valid until", null=True, blank=True)
    attorney_file = models.CharField(max_length=100, blank=True, help_text="Name of the private file.")

    objects = CrossAccountAccessQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "cross account access"
        verbose_name_plural = "cross account access"
        constraints = [
            models.UniqueConstraint(
                fields=["grantor", "recipient"],
                condition=Q(status__in=["REQUESTED", "PENDING", "ACTIVE"]),
                name="one_live_cross_account_access",
            ),
            models.CheckConstraint(condition=~Q(grantor=F("recipient")), name="cross_account_access_to_another"),
            models.CheckConstraint(
                condition=Q(status__in=["REQUESTED", "PENDING", "ACTIVE"], ended_at__isnull=True)
                | Q(
                    status__in=["REJECTED", "EXPIRED", "WITHDRAWN", "REVOKED", "RELEASED", "ENDED"],
                    ended_at__isnull=False,
                ),
                name="cross_account_access_ended",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["REQUESTED", "PENDING", "REJECTED", "EXPIRED", "WITHDRAWN"], began_at__isnull=True
                )
                | Q(status__in=["ACTIVE", "REVOKED", "RELEASED", "ENDED"], began_at__isnull=False),
                name="cross_account_access_began",
            ),
            models.CheckConstraint(
                condition=Q(isf_portal=True) | Q(isf_roles=""), name="cross_account_isf_roles_need_isf_portal"
            ),
            models.CheckConstraint(
                condition=Q(
                    attorney_kind="", attorney_signed_on__isnull=True, attorney_ends_on__isnull=True, attorney_file=""
                )
                | (
                    ~Q(attorney_kind="")
                    & Q(attorney_signed_on__isnull=False)
                    & ~Q(attorney_file="")
                    & (Q(attorney_kind="GENERAL") | Q(attorney_ends_on__isnull=False))
                ),
                name="power_of_attorney_whole",
            ),
            # A limited power of attorney bounds what was granted on it.
            models.CheckConstraint(
                condition=Q(attorney_ends_on__isnull=True)
                | Q(status__in=["REQUESTED", "REJECTED", "EXPIRED", "WITHDRAWN"])
                | Q(ends_on__isnull=False, ends_on__lte=F("attorney_ends_on")),
                name="power_of_attorney_bounds_the_access",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient.company_name} in the account of {self.grantor.company_name}"

    @property
    def is_in_force(self) -> bool:
        """Whether people may work on the strength of it today."""
        return self.status == self.Status.ACTIVE and (self.ends_on is None or self.ends_on >= today())

    @transition(status, source=Status.REQUESTED, target=Status.ACTIVE)
    def approve(self) -> None:
        """The client grants what its broker asked for."""
        self.began_at = clock.now()

    @transition(status, source=Status.PENDING, target=Status.ACTIVE)
    def accept(self) -> None:
        """The recipient takes what it was offered."""
        self.began_at = clock.now()

    @transition(status, source=list(WAITING), target=Status.REJECTED)
    def reject(self, *, by: Any) -> None:
        """The other side wants none of it."""
        self._end(by)

    @transition(status, source=list(WAITING), target=Status.WITHDRAWN)
    def withdraw(self, *, by: Any) -> None:
        """Whoever offered or asked takes it back."""
        self._end(by)

    @transition(status, source=list(WAITING), target=Status.EXPIRED)
    def expire(self) -> None:
        """Nobody answered in time."""
        self._end(None)

    @transition(status, source=Status.ACTIVE, target=Status.REVOKED)
    def revoke(self, *, by: Any) -> None:
        """The grantor takes it away."""
        self._end(by)

    @transition(status, source=Status.ACTIVE, target=Status.RELEASED)
    def release(self, *, by: Any) -> None:
        """The recipient gives it back."""
        self._end(by)

    @transition(status, source=Status.ACTIVE, target=Status.ENDED)
    def run_out(self) -> None:
        """The end date has passed."""
        self._end(None)

    def _end(self, by: Any) -> None:
        self.ended_at = clock.now()
        self.ended_by = by


class AccessGrantQuerySet(models.QuerySet["AccessGrant"]):
    def by_type(self) -> "AccessGrantQuerySet":
        """On a whole account type, or on the top account's own tabs."""
        return self.filter(sub_account=None)

    def own(self) -> "AccessGrantQuerySet":
        """On single sub-accounts, which win over the ones on their type."""
        return self.filter(sub_account__isnull=False)

    def readable(self) -> "AccessGrantQuerySet":
        """That let at least read."""
        return self.filter(level__in=READING)


class AccessGrant(models.Model):
    """A cell of the grid of a cross account access, as Grant is one of a person's grid."""

    access = models.ForeignKey(CrossAccountAccess, models.CASCADE, related_name="grants")
    account_type = models.CharField(max_length=20, help_text="A registered account type, or TOP.")
    sub_account = models.ForeignKey(
        SubAccount, models.PROTECT, null=True, blank=True, related_name="+", help_text="Empty: the whole type."
    )
    tab = models.CharField(max_length=40)
    level = models.CharField(max_length=4, choices=Level)

    objects = AccessGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["access", "account_type", "tab"],
                condition=Q(sub_account=None),
                name="one_access_grant_on_a_type",
            ),
            models.UniqueConstraint(
                fields=["access", "sub_account", "tab"],
                condition=Q(sub_account__isnull=False),
                name="one_access_grant_on_a_sub_account",
            ),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="access_grant_level_known"),
            models.CheckConstraint(
                condition=Q(sub_account__isnull=False) | ~Q(level="NONE"), name="access_grant_of_none_is_an_exception"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} on {self.tab} of {self.sub_account or self.account_type}"
