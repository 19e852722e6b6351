"""The exporter sub-account (one EIN under a top account), the way to it, and the dispute about an EIN."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_countries import countries

from accounts.applications import new_reference
from accounts.models import SubAccount, TopAccount
from ace_portal.core import tokens
from ace_portal.core.addresses import format_phone
from ace_portal.core.numbers import mask_ein

#: The account type of this app, and that of importers as it stands in SubAccount: `exporters` knows no more of them.
EXPORTER_TYPE = "EXPORTER"
IMPORTER_TYPE = "IMPORTER"


class ExporterSubAccount(models.Model):
    """What is known of an exporter beyond its EIN and name, which stand in SubAccount."""

    sub_account = models.OneToOneField(SubAccount, models.PROTECT, related_name="exporter")
    doing_business_as = models.CharField(max_length=100, blank=True)
    duns = models.CharField("DUNS", max_length=11, blank=True)
    naics = models.CharField("NAICS code", max_length=6, blank=True)
    mailing_country = models.CharField(max_length=2)
    mailing_street_address = models.CharField(max_length=100)
    mailing_city = models.CharField(max_length=60)
    mailing_state = models.CharField(max_length=60, blank=True)
    mailing_postal_code = models.CharField(max_length=20, blank=True)
    physical_country = models.CharField(max_length=2)
    physical_street_address = models.CharField(max_length=100)
    physical_city = models.CharField(max_length=60)
    physical_state = models.CharField(max_length=60, blank=True)
    physical_postal_code = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"Exporter {mask_ein(self.sub_account.identifier)}"

    @property
    def mailing_address(self) -> str:
        return self._address("mailing_")

    @property
    def physical_address(self) -> str:
        return self._address("physical_")

    def _address(self, part: str) -> str:
        """An address as it is written on a letter."""
        value: dict[str, str] = {name: getattr(self, part + name) for name in ADDRESS_FIELDS}
        return address_lines(value)


ADDRESS_FIELDS = ("country", "street_address", "city", "state", "postal_code")


def address_lines(address: dict[str, str]) -> str:
    """An address by its field names, line by line as on a letter."""
    state = " ".join(part for part in (address["state"], address["postal_code"]) if part)
    town = ", ".join(part for part in (address["city"], state) if part)
    return "\n".join(part for part in (address["street_address"], town, countries.name(address["country"])) if part)


class ExporterContact(models.Model):
    """A person to turn to about an exporter. A trade contact: it gives nobody access to the portal."""

    exporter = models.ForeignKey(ExporterSubAccount, models.CASCADE, related_name="contacts")
    first_name = models.CharField(max_length=60)
    last_name = models.CharField(max_length=60)
    title = models.CharField(max_length=60, blank=True)
    phone = models.CharField("telephone number", max_length=40)
    fax = models.CharField("fax number", max_length=40, blank=True)
    email = models.EmailField("e-mail address", max_length=254)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def lines(self) -> str:
        """The contact as it is shown: name and title, telephone, fax, e-mail, each on a line."""
        name = f"{self}, {self.title}" if self.title else str(self)
        fax = f"Fax {format_phone(self.fax)}" if self.fax else ""
        return "\n".join(line for line in (name, format_phone(self.phone), fax, self.email) if line)


class ExporterDraft(models.Model):
    """What an owner or proxy has typed into Create Exporter, step by step, until it becomes a sub-account."""

    token = models.CharField(max_length=22, unique=True, default=tokens.link_token)
    top_account = models.ForeignKey(TopAccount, models.PROTECT, related_name="exporter_drafts")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="exporter_drafts")
    data: Any = models.JSONField(default=dict, blank=True, help_text="Per step, field by field, as typed.")
    step = models.PositiveSmallIntegerField(default=1, help_text="The step to go on with.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    sub_account = models.OneToOneField(SubAccount, models.PROTECT, null=True, blank=True, related_name="exporter_draft")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["top_account", "started_by"], condition=Q(sub_account=None), name="one_open_exporter_draft"
            ),
            models.CheckConstraint(condition=Q(step__range=(1, 4)), name="exporter_draft_step"),
        ]

    def __str__(self) -> str:
        return f"Exporter being created under {self.top_account}"

    def typed(self, step: str) -> dict[str, str]:
        """What was typed into a step so far, field by field."""
        kept: dict[str, str] = self.data.get(step, {})
        return kept


class EinDispute(models.Model):
    """A request to ACE Support: an EIN that is ours is held by another portal account."""

    class Status(models.TextChoices):
        OPEN = "OPEN", "Open"
        RESOLVED = "RESOLVED", "Resolved"

    reference = models.CharField(max_length=9, unique=True, default=new_reference)
    top_account = models.ForeignKey(TopAccount, models.PROTECT, related_name="ein_disputes")
    ein = models.CharField("EIN", max_length=10)
    text = models.TextField("what the company says", max_length=2000)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(max_length=2000, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "EIN dispute"
        constraints = [
            models.UniqueConstraint(
                fields=["top_account", "ein"], condition=Q(status="OPEN"), name="one_open_dispute_per_ein"
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN", resolved_by__isnull=True, resolved_at__isnull=True, note="")
                | (Q(status="RESOLVED", resolved_by__isnull=False, resolved_at__isnull=False) & ~Q(note="")),
                name="ein_dispute_resolved",
            ),
        ]

    def __str__(self) -> str:
        return f"EIN dispute {self.reference}"

    @property
    def masked_ein(self) -> str:
        return mask_ein(self.ein)


def holders_of(ein: str) -> models.QuerySet[SubAccount]:
    """The live sub-accounts that use this EIN: an exporter's, and importer numbers that begin with it."""
    return SubAccount.objects.live().filter(
        Q(account_type=EXPORTER_TYPE, identifier=ein) | Q(account_type=IMPORTER_TYPE, identifier__startswith=ein)
    )


def exporter_of(ein: str, top_account: TopAccount) -> SubAccount | None:
    """The exporter sub-account of this EIN in this top account, if there is one."""
    here = SubAccount.objects.live().filter(account_type=EXPORTER_TYPE, identifier=ein, top_account=top_account)
    return here.first()


def held_elsewhere(ein: str, top_account: TopAccount) -> bool:
    """Whether another top account keeps this one from adding the EIN.

    An importer number of this very account that begins with the EIN makes the EIN its own, whoever else imports
    under it; an exporter sub-account can exist only once.
    """
    holders = holders_of(ein)
    if holders.filter(account_type=IMPORTER_TYPE, top_account=top_account).exists():
        holders = holders.filter(account_type=EXPORTER_TYPE)
    return holders.exclude(top_account=top_account).exists()
