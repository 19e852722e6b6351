"""What a record said, version by version."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from form5106.models.filing import Filing
from importers.models import ImporterRecord


class RecordVersion(models.Model):
    """A record as one filing left it (or, without a filing, as it was when the first filing came). Never changed."""

    record = models.ForeignKey(ImporterRecord, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    snapshot = models.JSONField()
    filing = models.OneToOneField(Filing, models.PROTECT, null=True, blank=True, related_name="made")
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["record", "number"], name="one_version_of_a_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="recordversion_number"),
        ]

    def __str__(self) -> str:
        return f"Version {self.number} of {self.record}"
