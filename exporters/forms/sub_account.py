"""The steps of Create Exporter, and the request to ACE Support about an EIN that somebody else holds."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ace_portal.core import addresses, numbers, text
from ace_portal.core.forms import PortalForm
from exporters.forms.parts import (
    RefiningForm,
    address_fields,
    clean_exporter_name,
    duns_field,
    ein_field,
    email_field,
    line,
    parse_naics,
    phone_field,
    refuse_po_box,
)
from exporters.models.sub_account import ADDRESS_FIELDS

#: The fields of a contact, and which of them may stay empty.
CONTACT = ("first_name", "last_name", "title", "phone", "fax", "email")
OPTIONAL = ("title", "fax")


class CompanyForm(RefiningForm):
    """Step 1: who the exporter is."""

    ein = ein_field()
    legal_name = line(
        "Legal Name",
        max_length=text.COMPANY_NAME_MAX_LENGTH,
        help_text="As the IRS knows it. It is the name in the Accounts list.",
    )
    doing_business_as = line(
        "Doing Business As (DBA)",
        max_length=text.COMPANY_NAME_MAX_LENGTH,
        required=False,
        help_text="Another name the company trades under, if it has one.",
    )
    duns = duns_field()
    naics = line(
        "NAICS Code",
        max_length=20,
        size="usa-input--small",
        required=False,
        help_text="Six digits: what the company does, such as 423830.",
        attrs={"inputmode": "numeric"},
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.refine("ein", numbers.parse_ein)
        self.refine("legal_name", lambda typed: clean_exporter_name(typed, what="Legal Name"))
        self.refine("doing_business_as", lambda typed: clean_exporter_name(typed, what="Doing Business As"))
        self.refine("duns", numbers.parse_duns)
        self.refine("naics", parse_naics)
        return self.cleaned_data


class AddressesForm(RefiningForm):
    """Step 2: where mail goes and where the company works."""

    field_order = (
        *(f"mailing_{name}" for name in (*ADDRESS_FIELDS, "zip_override")),
        "same_as_mailing",
        *(f"physical_{name}" for name in (*ADDRESS_FIELDS, "zip_override")),
    )

    same_as_mailing = forms.BooleanField(
        label="The physical address is the same as the mailing address", required=False
    )

    def more_fields(self) -> dict[str, forms.Field]:
        # Whether the physical address is needed depends on the box; `clean` asks for it.
        return {**address_fields("mailing_"), **address_fields("physical_", required=False)}

    def mailing_part(self) -> list[forms.BoundField]:
        return self.address_part("mailing_")

    def physical_part(self) -> list[forms.BoundField]:
        return self.address_part("physical_")

    def clean(self) -> dict[str, Any]:
        super().clean()
        same = bool(self.cleaned_data.get("same_as_mailing"))
        self.refine_address("mailing_", home_only=same)
        if same:
            self.refine("mailing_street_address", refuse_po_box)
            return self.cleaned_data
        for name in ("country", "street_address", "city"):
            self._ask_for(f"physical_{name}")
        self.refine_address("physical_", home_only=True)
        self.refine("physical_street_address", refuse_po_box)
        return self.cleaned_data

    def _ask_for(self, field: str) -> None:
        if field in self.cleaned_data and not self.cleaned_data[field]:
            self.add_error(field, ValidationError(f"{self.fields[field].label} is required.", "required"))

    def addresses(self) -> tuple[dict[str, str], dict[str, str]]:
        """The cleaned mailing and physical address, by ADDRESS_FIELDS."""
        mailing = {name: self.cleaned_data[f"mailing_{name}"] for name in ADDRESS_FIELDS}
        if self.cleaned_data["same_as_mailing"]:
            return mailing, mailing
        return mailing, {name: self.cleaned_data[f"physical_{name}"] for name in ADDRESS_FIELDS}


def _contact_fields(part: str, of: str, *, required: bool) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {
        "first_name": line(f"{of}First Name", max_length=text.PERSON_NAME_MAX_LENGTH, required=required),
        "last_name": line(f"{of}Last Name", max_length=text.PERSON_NAME_MAX_LENGTH, required=required),
        "title": line(f"{of}Title", max_length=60, required=False, help_text="Such as Export Manager."),
        "phone": phone_field(f"{of}Telephone Number", required=required),
        "fax": phone_field(f"{of}Fax Number", required=False),
        "email": email_field(f"{of}E-mail Address", required=required),
    }
    return {part + name: field for name, field in fields.items()}


class ContactsForm(RefiningForm):
    """Step 3: whom to turn to. One contact, and a second one if the company likes."""

    parts = ("first_", "second_")

    def more_fields(self) -> dict[str, forms.Field]:
        return {
            **_contact_fields("first_", "", required=True),
            **_contact_fields("second_", "Second Contact: ", required=False),
        }

    def first_part(self) -> list[forms.BoundField]:
        return [self[f"first_{name}"] for name in CONTACT]

    def second_part(self) -> list[forms.BoundField]:
        return [self[f"second_{name}"] for name in CONTACT]

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self._second_is_begun():
            for name in CONTACT:
                field = f"second_{name}"
                if name not in OPTIONAL and field in self.cleaned_data and not self.cleaned_data[field]:
                    self.add_error(field, ValidationError(self._missing(field), "required"))
        for part in self.parts:
            for name in ("first_name", "last_name"):
                self.refine(part + name, text.clean_person_name)
            self.refine(f"{part}title", lambda typed: text.clean_line(typed, max_length=60, refuse=text.MARKUP))
            for name in ("phone", "fax"):
                self.refine(part + name, lambda typed: addresses.clean_phone(typed, "US"))
            self.refine(f"{part}email", text.clean_email)
        return self.cleaned_data

    def _second_is_begun(self) -> bool:
        return any(str(self.data.get(f"second_{name}") or "").strip() for name in CONTACT)

    def _missing(self, field: str) -> str:
        return f"{self.fields[field].label} is required once anything is said about a second contact."

    def contacts(self) -> list[dict[str, str]]:
        """The cleaned contacts, by the fields of ExporterContact."""
        found = [{name: self.cleaned_data[part + name] for name in CONTACT} for part in self.parts]
        return [contact for contact in found if contact["email"]]


class DisputeForm(PortalForm):
    """The request to ACE Support."""

    text = forms.CharField(
        label="Why the EIN belongs to your company",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text="For example: a freight forwarder filed for us and added our EIN to its account.",
    )
