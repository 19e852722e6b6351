"""Numbers that CBP gave."""

from django.db import models
from django.db.models import Q


class AssignedNumbers(models.Model):
    """How many numbers were given for one year, district and port: the row that whoever gives one locks."""

    prefix = models.CharField(max_length=6, unique=True, help_text="YYDDPP.")
    last = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["prefix"]
        verbose_name_plural = "assigned numbers"
        constraints = [models.CheckConstraint(condition=Q(last__lte=99999), name="assignednumbers_last")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.last:05d}"
