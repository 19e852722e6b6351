"""Filer codes of an account: which brokers and filers file for it (facts-access §1.6)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import TopAccount

FILER_CODE_LENGTH = 3


class FilerCodeLinkQuerySet(models.QuerySet["FilerCodeLink"]):
    def live(self) -> "FilerCodeLinkQuerySet":
        """Links that have not been removed."""
        return self.filter(ended_at=None)


class FilerCodeLink(models.Model):
    """That what is filed under a filer code concerns an account. It ends; it is never deleted."""

    top_account = models.ForeignKey(TopAccount, models.PROTECT, related_name="filer_codes")
    filer_code = models.CharField(max_length=FILER_CODE_LENGTH)
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField("removed at", null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="removed by"
    )

    objects = FilerCodeLinkQuerySet.as_manager()

    class Meta:
        ordering = ["filer_code", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["top_account", "filer_code"], condition=Q(ended_at=None), name="one_live_filer_code_link"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_at__gte=F("linked_at")),
                name="filer_code_link_ended_later",
            ),
            models.CheckConstraint(condition=~Q(filer_code=""), name="filer_code_link_of_a_code"),
        ]

    def __str__(self) -> str:
        return f"filer code {self.filer_code} of {self.top_account.company_name}"
