"""Who belongs to which top account, and as what."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import TopAccount


class Role(models.TextChoices):
    """The roles of people in a top account (facts-applications §2.7)."""

    TRADE_ACCOUNT_OWNER = "TAO", "Trade Account Owner"
    PROXY_TRADE_ACCOUNT_OWNER = "PTAO", "Proxy Trade Account Owner"
    TRADE_ACCOUNT_USER = "USER", "Trade Account User"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def live(self) -> "MembershipQuerySet":
        """Memberships that have not ended."""
        return self.filter(ended_at=None)


class Membership(models.Model):
    """A person's place in a top account. It ends; it is never deleted."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    top_account = models.ForeignKey(TopAccount, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=4, choices=Role)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "top_account"], condition=Q(ended_at=None), name="one_live_membership"
            ),
            models.UniqueConstraint(
                fields=["top_account"], condition=Q(ended_at=None, role="TAO"), name="one_trade_account_owner"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")), name="membership_ended_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} of {self.top_account}"
