"""What account and CBP tell each other, and what is to be done (facts-access §5)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import TopAccount


class ActivityEntry(models.Model):
    """A line of the Business Activity Log: dated, signed, never changed, never deleted."""

    top_account = models.ForeignKey(TopAccount, models.PROTECT, related_name="activity_log")
    at = models.DateTimeField(help_text="Simulated time.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signature = models.CharField(max_length=200, help_text="Who wrote it and for whom, as it was then.")
    subject = models.CharField(max_length=120)
    text = models.TextField(max_length=4000)
    attachment = models.CharField(max_length=100, blank=True, help_text="Name of the private file.")
    attachment_name = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "Business Activity Log entry"
        verbose_name_plural = "Business Activity Log entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(attachment="", attachment_name="") | (~Q(attachment="") & ~Q(attachment_name="")),
                name="activity_attachment_has_a_name",
            )
        ]

    def __str__(self) -> str:
        return self.subject


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    def open(self) -> "ActionItemQuerySet":
        """Items that still wait for somebody."""
        return self.filter(status__in=ActionItem.OPEN)


class ActionItem(models.Model):
    """A line of the Action Plan: who does what until when."""

    class Status(models.TextChoices):
        PLANNED = "PLANNED", "Planned"
        IN_PROGRESS = "IN_PROGRESS", "In progress"
        DONE = "DONE", "Done"
        CANCELLED = "CANCELLED", "Cancelled"

    OPEN = (Status.PLANNED, Status.IN_PROGRESS)

    top_account = models.ForeignKey(TopAccount, models.PROTECT, related_name="action_plan")
    title = models.CharField(max_length=120)
    text = models.TextField("what is to be done", max_length=4000, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    due_on = models.DateField("due date")
    status = models.CharField(max_length=11, choices=Status, default=Status.PLANNED)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Raised by each change.")

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = "Action Plan item"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["DONE", "CANCELLED"], closed_at__isnull=False)
                | Q(status__in=["PLANNED", "IN_PROGRESS"], closed_at__isnull=True),
                name="action_item_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("created_at")), name="action_item_closed_later"
            ),
        ]

    def __str__(self) -> str:
        return self.title
