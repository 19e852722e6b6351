"""An importer identity on file with CBP, with everything Form 5106 asks (facts-applications §3.1, §3.2)."""

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django_countries import countries

from accounts.models import OrganizationalStructure, SubAccount
from ace_portal.core.numbers import parse_importer_number

#: Without activity for so long, an active record becomes inactive (facts-applications §3.5).
IDLE_AFTER = timedelta(days=365)

#: What a bond is for, by the letter of the importer/bond query (facts-applications §3.6).
BOND_ACTIVITIES = {
    "A": "1 – importer or broker",
    "B": "1a – drawback",
    "C": "1 and 1a – importer or broker, drawback",
    "D": "2 – custodian",
    "E": "3 – carrier",
    "F": "3a – instruments of international traffic",
    "G": "3 and 3a – carrier, instruments of international traffic",
    "H": "4 – foreign trade zone operator",
    "J": "5 – public gauger",
    "K": "11",
    "L": "12",
    "M": "13",
    "N": "14",
    "O": "15",
    "P": "16 – importer security filing",
    "Q": "17",
    "R": "18",
    "S": "19",
    "T": "20",
}


def _line(max_length: int, **more: Any) -> "models.CharField[str, str]":
    """A column of the form that may be blank; records that were on file before it have it blank."""
    return models.CharField(max_length=max_length, blank=True, default="", db_default="", **more)


class ImporterRecord(models.Model):
    """What is on file about one importer number. Filings change it (`version` counts them), the desk voids it."""

    class Status(models.TextChoices):
        ACTIVE = "ACTIVE", "10 – Active"
        INACTIVE = "INACTIVE", "20 – Inactive"
        VOIDED = "VOIDED", "Voided"

    class Qualifier(models.TextChoices):
        """Box 1C: how the second name stands to the first."""

        DIVISION = "DIV", "DIV – division of"
        ALSO_KNOWN_AS = "AKA", "AKA – also known as"
        DOING_BUSINESS_AS = "DBA", "DBA – doing business as"

    class NumberReason(models.TextChoices):
        """Box 1E: why CBP is asked for a number."""

        NO_IRS_NUMBER = "NO_IRS", "I have no IRS number"
        NO_SSN = "NO_SSN", "I have no Social Security number"
        NOT_APPLIED = "NOT_APPLIED", "I have not applied for either number"
        NOT_A_RESIDENT = "NOT_RESIDENT", "I am not a U.S. resident"
        HAS_SSN = "HAS_SSN", "I have a Social Security number but wish to use a CBP-assigned number on entry documents"

    class EntriesPerYear(models.TextChoices):
        """Box 1H, with the edges of the electronic form (facts-applications §10)."""

        FEW = "1", "1 to 4"
        SOME = "2", "5 to 24"
        MANY = "3", "25 or more"
        INFREQUENT = "4", "Infrequent personal shipments"
        NONE = "5", "I do not intend to import"

    class Use(models.TextChoices):
        """Box 1I: what the number will be used for."""

        IMPORTER_OF_RECORD = "IOR", "Importer of Record"
        CONSIGNEE = "CONSIGNEE", "Consignee/Ultimate Consignee"
        DRAWBACK = "DRAWBACK", "Drawback Claimant"
        REFUNDS = "REFUNDS", "Refunds/Bills"
        OTHER = "OTHER", "Other"

    class AddressType(models.TextChoices):
        """Mandatory since 2019; 6 and 7 cannot be where a company is (facts-applications §3.2)."""

        RESIDENCE = "1", "Residence"
        CORPORATE_OFFICE = "2", "Corporate Office"
        WAREHOUSE = "3", "Warehouse"
        RETAIL = "4", "Retail Location"
        OFFICE_SPACE = "5", "Office Space"
        SERVICE_CENTER = "6", "Business Service Center"
        PO_BOX = "7", "Post Office Box"
        OTHER = "8", "Other"

    #: Kinds of mailing address that leave open where the company is.
    NEEDS_PHYSICAL = (AddressType.SERVICE_CENTER, AddressType.PO_BOX, AddressType.OTHER)

    # 1. Who it is.
    importer_number = models.CharField(max_length=12, unique=True, help_text="Normal form, e.g. 12-345678900.")
    company_name = models.CharField(max_length=100)
    name_qualifier = _line(3, choices=Qualifier)
    second_name = _line(100, help_text="Box 1D: the DIV, AKA or DBA name.")
    organizational_structure = models.CharField(max_length=25, blank=True)
    number_reasons = _line(60, help_text="Box 1E, codes with commas.")
    entries_per_year = _line(1, choices=EntriesPerYear)
    uses = _line(60, help_text="Box 1I, codes with commas.")
    other_use = _line(15)
    program_code_1 = _line(5)
    program_code_2 = _line(5)
    program_code_3 = _line(5)
    program_code_4 = _line(5)
    # 2. Where it is. The first address is the mailing address.
    street_address = models.CharField(max_length=100, blank=True)
    street_address_2 = _line(32)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=60, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    address_type = _line(1, choices=AddressType)
    address_type_other = _line(15)
    physical_street_address = _line(100)
    physical_street_address_2 = _line(32)
    physical_city = _line(60)
    physical_state = _line(60)
    physical_postal_code = _line(20)
    physical_country = _line(2)
    physical_address_type = _line(1, choices=AddressType)
    physical_address_type_other = _line(15)
    phone = _line(40)
    phone_extension = _line(6)
    fax = _line(40)
    point_of_contact_email = models.CharField(max_length=254, blank=True, help_text="Box 2E; may be out of date.")
    point_of_contact_name = models.CharField(max_length=100, blank=True)
    # 3. What it does.
    website = _line(200)
    business_description = _line(40)
    naics = _line(6)
    duns = _line(11)
    filer_code = _line(3)
    year_established = _line(4)
    incorporation_state = _line(60)
    incorporation_country = _line(2)
    reference_number = _line(30)
    scac = _line(4)
    firms_code = _line(4)
    bank_name = _line(30)
    bank_routing = _line(200, help_text="Encrypted; shown masked.")
    bank_city = _line(30)
    bank_state = _line(60)
    bank_country = _line(2)
    officers = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)
    related_businesses = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)
    # 4. Who said so.
    certifier_name = _line(100)
    certifier_title = _line(22)
    certified_on = models.DateField(null=True, blank=True)
    broker_name = _line(100)
    broker_phone = _line(40)
    # The file of CBP.
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    version = models.PositiveIntegerField(default=1, db_default=1, help_text="Raised by each accepted filing.")
    active_since = models.DateTimeField(null=True, blank=True)
    filed_on = models.DateField(null=True, blank=True, help_text="Of the latest accepted filing.")
    last_activity_on = models.DateField(null=True, blank=True, help_text="The latest entry or filing, if known.")
    warned_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The latest warning before it becomes inactive: so many days before it."
    )
    void_reason = _line(500)
    name_differs_at_irs = models.BooleanField(
        default=False, db_default=False, help_text="The IRS has another name for this number."
    )
    bond_number = _line(20)
    surety_code = _line(3)
    bond_activity = _line(1, help_text="Letter of BOND_ACTIVITIES.")
    bond_amount = models.PositiveBigIntegerField(null=True, blank=True, help_text="Dollars.")
    bond_effective_on = models.DateField(null=True, blank=True)
    bond_terminates_on = models.DateField(null=True, blank=True)
    bond_is_continuous = models.BooleanField(default=False, db_default=False)
    sub_account = models.OneToOneField(
        SubAccount, models.PROTECT, null=True, blank=True, related_name="importer_record"
    )

    class Meta:
        ordering = ["company_name", "pk"]
        verbose_name = "5106 record"
        indexes = [
            models.Index(Upper("company_name"), name="importer_record_name"),
            models.Index(fields=["status", "last_activity_on"], name="importer_record_activity"),
            # What the desk's list shows and finds; PostgreSQL has one more, for beginnings of names (migration 0004).
            models.Index(fields=["company_name", "id"], name="record_by_name"),
            models.Index(fields=["status", "company_name", "id"], name="record_by_status"),
            models.Index(Upper("point_of_contact_email"), name="record_by_contact"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(name_qualifier="", second_name="") | (~Q(name_qualifier="") & ~Q(second_name="")),
                name="importerrecord_second_name",
            ),
            models.CheckConstraint(
                condition=~Q(address_type__in=["6", "7", "8"]) | ~Q(physical_street_address=""),
                name="importerrecord_is_somewhere",
            ),
            models.CheckConstraint(
                condition=~Q(physical_address_type__in=["6", "7"]), name="importerrecord_is_in_no_box"
            ),
            models.CheckConstraint(
                condition=Q(bond_is_continuous=False) | ~Q(bond_number=""), name="importerrecord_bond_number"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="importerrecord_version"),
        ]

    def __str__(self) -> str:
        return f"{self.company_name} ({self.masked_number})"

    @property
    def masked_number(self) -> str:
        return parse_importer_number(self.importer_number).masked

    @property
    def address_line(self) -> str:
        return _address_line(
            self.street_address, self.street_address_2, self.city, self.state, self.postal_code, self.country
        )

    @property
    def physical_address_line(self) -> str:
        return _address_line(
            self.physical_street_address,
            self.physical_street_address_2,
            self.physical_city,
            self.physical_state,
            self.physical_postal_code,
            self.physical_country,
        )

    @property
    def structure_in_words(self) -> str:
        """The type of company as the form prints it; what is on file where the form has no word for it."""
        known = dict(OrganizationalStructure.choices)
        return str(known.get(self.organizational_structure.upper(), self.organizational_structure))

    def has_continuous_bond(self, on: date) -> bool:
        """Whether a continuous bond is in force on that day."""
        begun = self.bond_effective_on is None or self.bond_effective_on <= on
        return self.bond_is_continuous and begun and (self.bond_terminates_on is None or self.bond_terminates_on > on)


def _address_line(street: str, second: str, city: str, state: str, postal_code: str, country: str) -> str:
    region = " ".join(part for part in (state, postal_code) if part)
    parts = (street, second, city, region, countries.name(country) if country else "")
    return ", ".join(part for part in parts if part)
