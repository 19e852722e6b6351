"""How far a file of records has been loaded."""

from django.db import models
from django.db.models import F, Q


class RecordLoadQuerySet(models.QuerySet["RecordLoad"]):
    def cut_off(self) -> "RecordLoadQuerySet":
        """Runs that did not come to their end."""
        return self.filter(finished_at=None)


class RecordLoad(models.Model):
    """A run of the loading; it moves on in the transaction of each batch, so it is never ahead or behind."""

    fingerprint = models.CharField(max_length=64, help_text="Digest of the file's content.")
    file_name = models.CharField(max_length=255)
    next_line = models.PositiveBigIntegerField()
    stored = models.PositiveBigIntegerField(default=0)
    bad = models.PositiveBigIntegerField(default=0)
    repeated = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = RecordLoadQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(finished_at=None), name="one_unfinished_load_of_a_file"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")), name="load_finished_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name}, up to line {self.next_line - 1}"
