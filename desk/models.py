"""Who works on what, for kinds of work whose own tables do not say so."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class ClaimQuerySet(models.QuerySet["Claim"]):
    def live(self) -> "ClaimQuerySet":
        """Neither released nor ended by a decision."""
        return self.filter(ended_at=None)


class Claim(models.Model):
    """An officer has taken a piece of work off the queue; the row itself is named by its kind and primary key."""

    kind = models.CharField(max_length=100, help_text="The code of a kind of work: app.model.")
    row = models.BigIntegerField(help_text="Primary key of the row.")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="claims")
    claimed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "row"], condition=Q(ended_at=None), name="one_live_claim"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("claimed_at")), name="claim_ended_at"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer} works on {self.kind}:{self.row}"
