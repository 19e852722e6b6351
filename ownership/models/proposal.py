"""The owner names a successor."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from accounts.models import TopAccount
from ace_portal.core import clock
from ace_portal.core.states import StateModel
from useraccess.models import Role

#: How long a successor has to answer.
ANSWERED_WITHIN = timedelta(days=14)


class Becomes(models.TextChoices):
    """What becomes of the owner who gives the account up."""

    PROXY = "PTAO", "Proxy Trade Account Owner"
    USER = "USER", "Trade Account User, at first without any permission"
    NOTHING = "NONE", "Nothing: no access to the account any more"

    @property
    def role(self) -> Role | None:
        """The role they get; None when they leave."""
        return None if self is Becomes.NOTHING else Role(self.value)


class OwnerProposalQuerySet(models.QuerySet["OwnerProposal"]):
    def open(self) -> "OwnerProposalQuerySet":
        """Not answered yet."""
        return self.filter(status=OwnerProposal.Status.PROPOSED)


class OwnerProposal(StateModel):
    """An owner's word that somebody of the account shall take it over, and what came of it."""

    class Status(models.TextChoices):
        PROPOSED = "PROPOSED", "Waiting for an answer"
        ACCEPTED = "ACCEPTED", "Accepted"
        DECLINED = "DECLINED", "Declined"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"
        EXPIRED = "EXPIRED", "Not answered in time"
        STOPPED = "STOPPED", "Overtaken by another change"

    status: Any = FSMField(max_length=9, choices=Status, default=Status.PROPOSED, protected=True)
    top_account = models.ForeignKey(TopAccount, models.PROTECT, related_name="owner_proposals")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    successor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    becomes = models.CharField("the owner becomes", max_length=4, choices=Becomes)
    proposed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OwnerProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "proposal of a new owner"
        verbose_name_plural = "proposals of new owners"
        constraints = [
            models.UniqueConstraint(
                fields=["top_account"], condition=Q(status="PROPOSED"), name="one_open_owner_proposal"
            ),
            models.CheckConstraint(
                condition=Q(status="PROPOSED", ended_at__isnull=True)
                | Q(
                    status__in=["ACCEPTED", "DECLINED", "WITHDRAWN", "EXPIRED", "STOPPED"],
                    ended_at__isnull=False,
                    ended_at__gte=F("proposed_at"),
                ),
                name="ownerproposal_ended",
            ),
            models.CheckConstraint(condition=~Q(successor=F("proposed_by")), name="ownerproposal_of_another"),
            models.CheckConstraint(condition=Q(becomes__in=Becomes.values), name="ownerproposal_becomes"),
        ]

    def __str__(self) -> str:
        return f"{self.successor} as owner of {self.top_account}"

    @property
    def until(self) -> datetime:
        """When it ends without an answer."""
        return self.proposed_at + ANSWERED_WITHIN

    @property
    def is_open(self) -> bool:
        return bool(self.status == self.Status.PROPOSED)

    @property
    def is_late(self) -> bool:
        """Whether it waits for an answer that comes too late."""
        return self.is_open and clock.now() >= self.until

    # Transitions: only ownership.actions calls them, on a locked row.

    @transition(field=status, source=Status.PROPOSED, target=Status.ACCEPTED)
    def accept(self, at: datetime) -> None:
        self.ended_at = at

    @transition(field=status, source=Status.PROPOSED, target=Status.DECLINED)
    def decline(self, at: datetime) -> None:
        self.ended_at = at

    @transition(field=status, source=Status.PROPOSED, target=Status.WITHDRAWN)
    def withdraw(self, at: datetime) -> None:
        self.ended_at = at

    @transition(field=status, source=Status.PROPOSED, target=Status.EXPIRED)
    def expire(self, at: datetime) -> None:
        self.ended_at = at

    @transition(field=status, source=Status.PROPOSED, target=Status.STOPPED)
    def stop(self, at: datetime) -> None:
        self.ended_at = at
