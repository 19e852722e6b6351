"""Trade contacts: names on parts of an account. They never sign in as such (facts-access §1.1)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import SubAccount, TopAccount


class Topic(models.TextChoices):
    """What a contact is there for (our own list; the portal's is not published)."""

    GENERAL = "GENERAL", "General"
    COMPLIANCE = "COMPLIANCE", "Compliance and entries"
    FINANCE = "FINANCE", "Statements and refunds"
    EXPORTS = "EXPORTS", "Export reporting"
    SECURITY = "SECURITY", "Security and ISF"


class TradeContactQuerySet(models.QuerySet["TradeContact"]):
    def live(self) -> "TradeContactQuerySet":
        """Contacts that have not been removed."""
        return self.filter(removed_at=None)


class TradeContact(models.Model):
    """A name on one or more parts of an account: somebody without a sign-in, or one of the account's people (`user`).

    What the portal knows of a user (name, e-mail, telephone) is read from the user, never copied.
    """

    top_account = models.ForeignKey(TopAccount, models.PROTECT, related_name="contacts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    first_name = models.CharField(max_length=60, blank=True)
    last_name = models.CharField(max_length=60, blank=True)
    job_title = models.CharField(max_length=100, blank=True)
    email = models.EmailField("e-mail", max_length=254, blank=True)
    phone = models.CharField("telephone number", max_length=40, blank=True)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = TradeContactQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(user__isnull=True) & ~Q(first_name="") & ~Q(last_name=""))
                | Q(user__isnull=False, first_name="", last_name="", email="", phone=""),
                name="contact_named_once",
            ),
            models.UniqueConstraint(
                fields=["top_account", "user"],
                condition=Q(removed_at=None, user__isnull=False),
                name="one_contact_for_a_user",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(removed_at__gte=F("created_at")), name="contact_removed_later"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user) if self.user else f"{self.first_name} {self.last_name}"


class ContactPlace(models.Model):
    """Where a contact is shown: on the top account or one sub-account, for everything or one topic."""

    contact = models.ForeignKey(TradeContact, models.CASCADE, related_name="places")
    sub_account = models.ForeignKey(
        SubAccount,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contact_places",
        help_text="Empty: top account.",
    )
    topic = models.CharField(max_length=10, choices=Topic, default=Topic.GENERAL)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "topic"], condition=Q(sub_account=None), name="one_place_on_the_top_account"
            ),
            models.UniqueConstraint(
                fields=["contact", "sub_account", "topic"],
                condition=Q(sub_account__isnull=False),
                name="one_place_on_a_sub_account",
            ),
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="contact_topic_known"),
        ]

    def __str__(self) -> str:
        return f"{self.contact} for {self.get_topic_display()} of {self.sub_account or 'the top account'}"
