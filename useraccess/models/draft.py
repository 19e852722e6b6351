"""Adding a user takes several pages; what was answered so far."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import TopAccount
from ace_portal.core import clock
from useraccess.models.membership import Role

#: A draft holds personal data; nobody needs it longer.
KEPT = timedelta(days=7)


class UserDraftQuerySet(models.QuerySet["UserDraft"]):
    def forgotten(self) -> "UserDraftQuerySet":
        """Drafts nobody went on with for a week."""
        return self.filter(changed_at__lt=clock.now() - KEPT)


class UserDraft(models.Model):
    """Somebody on the way to become a user: a new person (`facts`) or one the portal knows (`person`)."""

    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="user_drafts")
    changed_at = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    facts = models.JSONField(default=dict, blank=True, help_text="Fields of User, for a new person.")
    top_account = models.ForeignKey(TopAccount, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=4, choices=Role, blank=True)
    top_account_access = models.BooleanField(null=True)

    objects = UserDraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(facts={}), name="draft_of_a_new_or_a_known_person"
            ),
            models.CheckConstraint(condition=~Q(role="TAO"), name="draft_of_no_owner"),
        ]

    def __str__(self) -> str:
        return str(self.person or f"{self.facts.get('first_name', '')} {self.facts.get('last_name', '')}".strip())
