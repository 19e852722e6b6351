"""The common part of every application: what an applicant hands in and an officer decides on."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from ace_portal.core import tokens
from ace_portal.core.refs import ref
from ace_portal.core.states import StateModel

#: What CBP officers have told applicants to expect (facts-applications §1.7: 1–3 business days).
EXPECTED_WAIT = "1 to 3 business days"


def new_reference() -> str:
    """A reference number people can read out, such as `K7M2-9QXP`: 40 bits, unique, tells nothing."""
    return f"{tokens.pick(tokens.CLEAR_UPPER, 4)}-{tokens.pick(tokens.CLEAR_UPPER, 4)}"


class Application(models.Model):
    """Fields every application has. The concrete models add their states and what they ask for.

    `draft_token` opens the form while it is being filled in; `status_token` opens the status page afterwards.
    Whoever has the link may see and do what the page offers, so both carry 128 random bits.
    """

    reference = models.CharField(max_length=9, unique=True, default=new_reference)
    draft_token = models.CharField(max_length=22, unique=True, default=tokens.link_token)
    status_token = models.CharField(max_length=22, unique=True, default=tokens.link_token)
    applicant_email = models.EmailField("business e-mail address (account owner login e-mail)", max_length=254)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="claimed_%(class)ss"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="decided_%(class)ss"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True, claimed_at__isnull=True)
                | Q(claimed_by__isnull=False, claimed_at__isnull=False),
                name="%(class)s_claimed_by_at",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="%(class)s_decided_by_at",
            ),
        ]


class ReviewedApplication(StateModel, Application):
    """An application that an officer decides on: DRAFT and OPEN name its statuses, `useraccess.review` its decisions.

    The concrete model brings `status` with the values of Reviewed, `reason`, and the transitions claim, release, ask,
    answer, approve, reject, withdraw and expire.
    """

    #: Its events are called <room>.<what>, its mails <room>/<what>.
    room: ClassVar[str]
    DRAFT: ClassVar[tuple[Any, ...]]
    OPEN: ClassVar[tuple[Any, ...]]
    #: What never changes and is loaded with a locked row.
    LOADED: ClassVar[tuple[str, ...]] = ()
    status: Any
    reason: Any

    class Meta(Application.Meta):
        abstract = True

    @property
    def is_draft(self) -> bool:
        return self.status in self.DRAFT

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN


class Reviewed:
    """The statuses that all reviewed applications have, by their stored values."""

    SUBMITTED = "SUBMITTED"
    IN_REVIEW = "IN_REVIEW"
    INFORMATION_REQUESTED = "INFO_REQUESTED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


#: The reason of an application that was closed, or rejected, because nobody answered.
NO_ANSWER = "NO_ANSWER"


class ApplicationMessage(models.Model):
    """One turn of the conversation between the desk and whoever handed something in that an officer decides on."""

    application = models.CharField(max_length=100, db_index=True, help_text="Reference of the application's row.")
    from_desk = models.BooleanField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(max_length=2000)
    sent_at = models.DateTimeField()
    attachment = models.CharField(
        max_length=100, blank=True, default="", db_default="", help_text="Name among the private files."
    )
    attachment_name = models.CharField(max_length=100, blank=True, default="", db_default="")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_desk=True, author__isnull=False) | Q(from_desk=False, author__isnull=True),
                name="message_from_desk_has_author",
            ),
            models.CheckConstraint(
                condition=Q(attachment="", attachment_name="") | (~Q(attachment="") & ~Q(attachment_name="")),
                name="message_attachment_has_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{'Desk' if self.from_desk else 'Applicant'}: {self.text[:40]}"


def conversation(row: models.Model) -> models.QuerySet[ApplicationMessage]:
    """The messages between the desk and whoever handed a row in (an application, say), oldest first."""
    return ApplicationMessage.objects.filter(application=ref(row))
