"""People and companies: users, top accounts, sub-accounts."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.dates import MONTHS

from accounts import registry
from ace_portal.core import clock, tokens
from ace_portal.core.text import email_key


def new_account_id() -> str:
    """A fresh account ID: ten characters of 56, about 58 bits, none of them easily mistaken for another.

    It is the user ID and, until the first sign-in, the shared secret (facts-applications §2.3, §5.1).
    """
    return tokens.pick(tokens.CLEAR_MIXED, 10)


class UserManager(BaseUserManager["User"]):
    def create_user(self, *, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person who may not sign in yet (no password) or, with `password`, may at once."""
        user = self.model(email=email_key(email), account_id=new_account_id(), created_at=clock.now(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def by_email(self, email: str) -> "User | None":
        """The person with this login e-mail, in any case of letters."""
        return self.annotate(email_lower=Lower("email")).filter(email_lower=email.strip().lower()).first()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(account_id=username)


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]  # django-otp has no types
    """A person. Never deleted: events and decisions point at people."""

    class Status(models.TextChoices):
        INVITED = "INVITED", "Invited, no password yet"
        FIRST_SIGN_IN = "FIRST_SIGN_IN", "Has a temporary password"
        ACTIVE = "ACTIVE", "Active"
        SUSPENDED = "SUSPENDED", "Suspended"
        DEACTIVATED = "DEACTIVATED", "Deactivated"

    account_id = models.CharField("account ID", max_length=20, unique=True)
    email = models.EmailField("login e-mail", max_length=254)
    status = models.CharField(max_length=13, choices=Status, default=Status.INVITED)
    first_name = models.CharField(max_length=60)
    middle_name = models.CharField(max_length=60, blank=True)
    last_name = models.CharField(max_length=60)
    date_of_birth = models.DateField(null=True, blank=True)
    phone = models.CharField("telephone number", max_length=40, blank=True)
    country = models.CharField(max_length=2, blank=True)
    street_address = models.CharField(max_length=100, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=60, blank=True)
    postal_code = models.CharField("ZIP code", max_length=20, blank=True)
    is_staff = models.BooleanField("may open the admin", default=False)
    created_at = models.DateTimeField()
    retrieval_expires_at = models.DateTimeField(
        null=True, blank=True, help_text="Until when a temporary password can be retrieved with the account ID."
    )
    retrieved_at = models.DateTimeField(null=True, blank=True)
    temporary_password_expires_at = models.DateTimeField(
        null=True, blank=True, help_text="Set while the password is a temporary one."
    )
    password_changed_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField("last sign-in", null=True, blank=True, help_text="Simulated time.")
    warned_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The latest warning before a suspension: so many days before it."
    )
    pending_email = models.EmailField(max_length=254, blank=True, help_text="New login e-mail, not confirmed yet.")
    session_epoch = models.PositiveIntegerField(default=0, help_text="Raised to end every session at once.")

    USERNAME_FIELD = "account_id"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    objects = UserManager()

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_in_any_case"),
            # Name and date of birth are unique among portal users (facts-applications §1.3).
            models.UniqueConstraint(
                Lower("first_name"),
                Lower("last_name"),
                "date_of_birth",
                condition=Q(date_of_birth__isnull=False),
                name="user_name_and_birth_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    temporary_password_expires_at__isnull=True,
                    status__in=["INVITED", "ACTIVE", "SUSPENDED", "DEACTIVATED"],
                )
                | Q(
                    temporary_password_expires_at__isnull=False,
                    status__in=["FIRST_SIGN_IN", "SUSPENDED", "DEACTIVATED"],
                ),
                name="user_temporary_password_state",
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        return " ".join(part for part in (self.first_name, self.middle_name, self.last_name) if part)

    def get_short_name(self) -> str:
        return self.first_name

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Whether the person may sign in at all; sessions of anybody else end at their next request."""
        return self.status in (self.Status.FIRST_SIGN_IN, self.Status.ACTIVE)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every session is checked against at each request: it changes with password and epoch."""
        text = f"{self.password}:{self.session_epoch}"
        return salted_hmac("accounts.session", text, secret=secret, algorithm="sha256").hexdigest()

    @property
    def must_change_password(self) -> bool:
        return self.temporary_password_expires_at is not None


class EarlierPassword(models.Model):
    """A password the person had, as its hash: it may not come back, not even backwards."""

    user = models.ForeignKey(User, models.CASCADE, related_name="earlier_passwords")
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"an earlier password of user {self.user_id}"


class SignIn(models.Model):
    """A full sign-in, as its person sees it in My profile."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins")
    at = models.DateTimeField(help_text="Simulated time.")
    address = models.CharField(max_length=45)
    browser = models.CharField(max_length=200)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"sign-in of user {self.user_id}"


class OrganizationalStructure(models.TextChoices):
    """The kinds of company on the 5106 (facts-applications §1.6)."""

    CORPORATION = "CORPORATION", "Corporation"
    PARTNERSHIP = "PARTNERSHIP", "Partnership"
    LLC = "LLC", "LLC"
    SOLE_PROPRIETORSHIP = "SOLE_PROPRIETORSHIP", "Sole Proprietorship"
    INDIVIDUAL = "INDIVIDUAL", "Individual"
    US_GOVERNMENT = "US_GOVERNMENT", "U.S. Government"
    STATE_LOCAL_GOVERNMENT = "STATE_LOCAL_GOVERNMENT", "State/Local Government"
    FOREIGN_GOVERNMENT = "FOREIGN_GOVERNMENT", "Foreign Government"


class CompanyFacts(models.Model):
    """What an application asks about a company and its account then knows."""

    organizational_structure = models.CharField(max_length=25, choices=OrganizationalStructure, blank=True)
    fiscal_year_end_month = models.PositiveSmallIntegerField(null=True, blank=True)
    fiscal_year_end_day = models.PositiveSmallIntegerField(null=True, blank=True)
    duns = models.CharField("DUNS", max_length=11, blank=True)
    website = models.URLField("company website", max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(fiscal_year_end_month__isnull=True, fiscal_year_end_day__isnull=True)
                | Q(
                    fiscal_year_end_month__isnull=False,
                    fiscal_year_end_day__isnull=False,
                    fiscal_year_end_month__range=(1, 12),
                    fiscal_year_end_day__range=(1, 31),
                ),
                name="%(class)s_fiscal_year_end",
            )
        ]

    @property
    def fiscal_year_end(self) -> str:
        """ "September 30", or an empty text when none is known."""
        if not (self.fiscal_year_end_month and self.fiscal_year_end_day):
            return ""
        return f"{MONTHS[self.fiscal_year_end_month]} {self.fiscal_year_end_day}"


class TopAccount(CompanyFacts):
    """A company's account in the portal: holds its sub-accounts and its people."""

    ace_id = models.CharField("ACE ID", max_length=10, unique=True)
    company_name = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_accounts",
        help_text="The account that holds its sub-accounts now: this one can only be read.",
    )
    merged_at = models.DateTimeField(null=True, blank=True)

    class Meta(CompanyFacts.Meta):
        ordering = ["company_name", "pk"]
        constraints = [
            *CompanyFacts.Meta.constraints,
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True, merged_at__isnull=True)
                | Q(merged_into__isnull=False, merged_at__isnull=False),
                name="top_account_merged_into_at",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="top_account_merged_into_another"),
        ]

    def __str__(self) -> str:
        return f"{self.company_name} (ACE ID {self.ace_id})"

    @property
    def is_shell(self) -> bool:
        """Whether the account was merged into another one, and has been left with its history."""
        return self.merged_into_id is not None

    @property
    def merged_in_words(self) -> str:
        """What became of an account that was merged into another one; "" of any other."""
        if self.merged_into is None or self.merged_at is None:
            return ""
        day = f"{timezone.localtime(self.merged_at):%B %-d, %Y}"
        return f"{self.company_name} was merged into {self.merged_into.company_name} on {day}: it can only be read."


class SubAccountQuerySet(models.QuerySet["SubAccount"]):
    def live(self) -> "SubAccountQuerySet":
        """Sub-accounts that have not been closed."""
        return self.filter(closed_at=None)


class SubAccount(models.Model):
    """A view on one business identity (importer number, EIN, filer code …) under a top account."""

    top_account = models.ForeignKey(TopAccount, models.PROTECT, related_name="sub_accounts")
    account_type = models.CharField(max_length=20)
    identifier = models.CharField(max_length=30, db_index=True)
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = SubAccountQuerySet.as_manager()

    class Meta:
        ordering = ["name", "identifier", "pk"]
        constraints = [
            # A corporate identifier can live in one portal account only (facts-applications §2.5).
            models.UniqueConstraint(
                fields=["account_type", "identifier"], condition=Q(closed_at=None), name="one_live_sub_account"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("created_at")), name="sub_account_closed_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type.label} {self.masked_identifier}"

    @property
    def type(self) -> registry.AccountType:
        return registry.account_type(self.account_type)

    @property
    def masked_identifier(self) -> str:
        return self.type.mask(self.identifier)


# The tables of the common part of applications belong to this app.
from accounts.applications import ApplicationMessage  # noqa: E402, F401
