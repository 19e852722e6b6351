"""Somebody asks who owns a company's account."""

from django.conf import settings
from django.db import models


class OwnerLookup(models.Model):
    """A question that waits for its answer by mail. It is deleted with the answer: the event tells of it from then on.

    The page that takes it in never looks at a record, so it can give nothing away; a worker does, afterwards.
    """

    company_name = models.CharField(max_length=100)
    number = models.CharField(max_length=12, help_text="A complete importer number, or an EIN for all of its suffixes.")
    reason = models.TextField(max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"question {self.pk}"
