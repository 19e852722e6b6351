"""Who belongs to which top account, as what, and with which rights."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import SubAccount, TopAccount
from useraccess.models.filer_code import FILER_CODE_LENGTH


class Role(models.TextChoices):
    """The roles of people in a top account (facts-applications §2.7)."""

    TRADE_ACCOUNT_OWNER = "TAO", "Trade Account Owner"
    PROXY_TRADE_ACCOUNT_OWNER = "PTAO", "Proxy Trade Account Owner"
    TRADE_ACCOUNT_USER = "USER", "Trade Account User"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def live(self) -> "MembershipQuerySet":
        """The account's own people: memberships that have not ended."""
        return self.filter(ended_at=None, via=None)

    def visiting(self) -> "MembershipQuerySet":
        """People of another company, on the strength of an unbroken chain.

        What they were passed on has not ended, the cross account access it comes from is in force, and they still work
        for the company that received it.
        """
        from useraccess.models.cross_account import in_force

        employed = self.model._default_manager.filter(
            ended_at=None, via=None, user=OuterRef("user"), top_account=OuterRef("via__recipient")
        )
        return self.filter(in_force("via__"), Exists(employed), ended_at=None, via__isnull=False)

    def working(self) -> "MembershipQuerySet":
        """Everybody who works in an account now, of its own people or of another company's."""
        return self.live() | self.visiting()


class Membership(models.Model):
    """A person's place in a top account. It ends; it is never deleted.

    With `via`, it is the place of somebody of another company, which was let in by cross account access: they have what
    is granted here, and never more than their company was granted.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    top_account = models.ForeignKey(TopAccount, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=4, choices=Role)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    top_account_access = models.BooleanField(
        "access to top account", default=False, help_text="Owner and proxies have it by their role."
    )
    isf_portal = models.BooleanField("ISF Portal", default=False)
    isf_roles = models.CharField("ISF Portal roles", max_length=60, blank=True, help_text="Codes, comma between them.")
    version = models.PositiveIntegerField(default=1, help_text="Raised by each change of role or rights.")
    via = models.ForeignKey(
        "CrossAccountAccess",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visitors",
        help_text="The cross account access somebody of another company works on.",
    )
    everything_received = models.BooleanField(
        default=False, help_text="Whatever the person's company was granted, instead of a grid."
    )

    limit_sub_account = models.ForeignKey(
        SubAccount,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="limit to importer number",
        help_text="Of all importer sub-accounts the person has this one alone, within what is granted.",
    )
    limit_filer_code = models.CharField(
        "limit to filer code",
        max_length=FILER_CODE_LENGTH,
        blank=True,
        default="",
        db_default="",
        help_text="And of its data what was filed under this code.",
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "top_account"], condition=Q(ended_at=None, via=None), name="one_live_membership"
            ),
            models.UniqueConstraint(fields=["user", "via"], condition=Q(ended_at=None), name="one_live_visit"),
            models.CheckConstraint(
                condition=Q(via__isnull=True, everything_received=False) | Q(via__isnull=False, role="USER"),
                name="visitors_are_users",
            ),
            models.UniqueConstraint(
                fields=["top_account"], condition=Q(ended_at=None, role="TAO"), name="one_trade_account_owner"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at")), name="membership_ended_later"
            ),
            models.CheckConstraint(condition=Q(isf_portal=True) | Q(isf_roles=""), name="isf_roles_need_isf_portal"),
            # Importer number and filer code go together, and limit users with a grid of their own.
            models.CheckConstraint(
                condition=Q(limit_filer_code="", limit_sub_account__isnull=True)
                | Q(~Q(limit_filer_code=""), everything_received=False, limit_sub_account__isnull=False, role="USER"),
                name="limit_is_whole_and_for_users",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.place_in_words} of {self.top_account}"

    @property
    def place_in_words(self) -> str:
        """What the person is in the account, in words: the role, or for which other company they work there."""
        if self.via is not None:
            return f"Cross Account Access for {self.via.recipient.company_name}"
        return self.get_role_display()


class Level(models.TextChoices):
    """What a person may do with a tab (facts-access §1.6). No grant is the same as none."""

    NONE = "NONE", "None"
    READ = "READ", "Read-Only"
    FULL = "FULL", "Full"

    @property
    def reads(self) -> bool:
        return self is not Level.NONE

    @property
    def writes(self) -> bool:
        return self is Level.FULL


READING = (Level.READ, Level.FULL)


class GrantQuerySet(models.QuerySet["Grant"]):
    def live(self) -> "GrantQuerySet":
        """Grants of memberships that have not ended."""
        return self.filter(membership__ended_at=None)

    def readable(self) -> "GrantQuerySet":
        """Grants that let at least read."""
        return self.filter(level__in=READING)

    def by_type(self) -> "GrantQuerySet":
        """Grants on a whole account type, or on the top account's own tabs."""
        return self.filter(sub_account=None)

    def own(self) -> "GrantQuerySet":
        """Grants on single sub-accounts, which win over the ones on their type."""
        return self.filter(sub_account__isnull=False)


class Grant(models.Model):
    """A cell of a person's permission grid: a tab of an account type, of all its sub-accounts or of one of them.

    Only users have them: owner and proxies may do everything by their role.
    """

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="grants")
    account_type = models.CharField(max_length=20, help_text="A registered account type, or TOP.")
    sub_account = models.ForeignKey(
        SubAccount, models.PROTECT, null=True, blank=True, related_name="grants", help_text="Empty: the whole type."
    )
    tab = models.CharField(max_length=40)
    level = models.CharField(max_length=4, choices=Level)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["membership", "account_type", "tab"], condition=Q(sub_account=None), name="one_grant_on_a_type"
            ),
            models.UniqueConstraint(
                fields=["membership", "sub_account", "tab"],
                condition=Q(sub_account__isnull=False),
                name="one_grant_on_a_sub_account",
            ),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="grant_level_known"),
            # On a whole type "none" is said by having no grant.
            models.CheckConstraint(
                condition=Q(sub_account__isnull=False) | ~Q(level="NONE"), name="grant_of_none_is_an_exception"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} on {self.tab} of {self.sub_account or self.account_type}"
