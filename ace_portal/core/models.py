"""The outbox, the memory of decisions, and the simulation clock."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q


class SimulationClock(models.Model):
    """One row: how far a rehearsal has moved the time forward."""

    offset = models.DurationField(default=timedelta)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_simulation_clock")]

    def __str__(self) -> str:
        return f"{self.offset} ahead"


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, at: datetime) -> "MessageQuerySet":
        """Messages a worker may take at this (real) time: waiting ones, and those whose worker has vanished."""
        return self.filter(
            Q(status=Message.Status.QUEUED, next_attempt_at__lte=at)
            | Q(status=Message.Status.SENDING, leased_until__lte=at)
        )


class Message(models.Model):
    """A message on its way out. Written in the transaction of the decision it tells of (docs/adr/0001-outbox.md)."""

    class Status(models.TextChoices):
        QUEUED = "QUEUED", "Waiting"
        SENDING = "SENDING", "Being sent"
        SENT = "SENT", "Sent"
        EXPIRED = "EXPIRED", "Expired before it could be sent"
        FAILED = "FAILED", "Could not be sent"

    to_address = models.EmailField("to", max_length=254)
    template = models.CharField(max_length=100)
    subject = models.CharField(max_length=250)
    body = models.TextField(help_text="Erased once sent if it carries a secret.")
    secret = models.BooleanField(default=False)
    about = models.CharField(max_length=100, blank=True, db_index=True)
    dedupe_key = models.CharField(max_length=200, null=True, blank=True, unique=True)
    message_id = models.CharField(max_length=100, unique=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(help_text="Simulated time.")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Simulated time; worthless afterwards.")
    next_attempt_at = models.DateTimeField(help_text="Real time.")
    leased_until = models.DateTimeField(null=True, blank=True, help_text="Real time.")
    lease = models.UUIDField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="Simulated time.")
    last_error = models.CharField(max_length=250, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "outgoing message"
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="message_waiting", condition=Q(status__in=["QUEUED", "SENDING"])
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="SENT", sent_at__isnull=False) | (~Q(status="SENT") & Q(sent_at__isnull=True)),
                name="message_sent_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="SENDING", lease__isnull=False, leased_until__isnull=False)
                | (~Q(status="SENDING") & Q(lease__isnull=True, leased_until__isnull=True)),
                name="message_sending_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(secret=False) | Q(status__in=["QUEUED", "SENDING", "FAILED"]) | Q(body=""),
                name="message_secret_is_erased",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to_address}"


class Event(models.Model):
    """Who decided what, when, on what. Never changed, never deleted; carries no secret and no unmasked number."""

    at = models.DateTimeField(help_text="Simulated time.")
    kind = models.CharField(max_length=60, help_text="What happened, as app.verb: importers.approved.")
    summary = models.CharField(max_length=250)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    by_label = models.CharField("by", max_length=200)
    subject = models.CharField(max_length=100, db_index=True, help_text="The row it was decided on.")
    journal = models.CharField(max_length=100, blank=True, help_text="The row in whose journal it shows.")
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["journal", "-id"], name="event_journal")]

    def __str__(self) -> str:
        return f"{self.kind} on {self.subject}"
