"""The application of an exporter: one page with three sections."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html

from accounts.birth_dates import BirthDateField
from ace_portal.core import addresses, numbers, text
from ace_portal.core.forms import MonthDayField
from exporters.forms.parts import (
    RefiningForm,
    address_fields,
    clean_exporter_name,
    duns_field,
    ein_field,
    email_field,
    line,
    phone_field,
)
from exporters.models.sub_account import ADDRESS_FIELDS
from verification.forms import PictureField

COMPANY = ("ein", "company_name")
OWNER = (
    *("owner_first_name", "owner_middle_name", "owner_last_name", "owner_date_of_birth"),
    *("owner_phone", "owner_fax", "email", "email_again"),
)
SUBMIT = ("terms", "picture")


class ApplicationForm(RefiningForm):
    """Corporate Information, ACE Account Owner, Submit."""

    field_order = (*COMPANY, *ADDRESS_FIELDS, "zip_override", "fiscal_year_end", "duns", *OWNER, *SUBMIT, "key")

    ein = ein_field()
    company_name = line(
        "Company Name",
        max_length=text.COMPANY_NAME_MAX_LENGTH,
        autocomplete="organization",
        help_text="The legal name, as the IRS knows it.",
    )
    fiscal_year_end = MonthDayField(label="End of Fiscal Year")
    duns = duns_field()
    owner_first_name = line("First Name", max_length=text.PERSON_NAME_MAX_LENGTH, autocomplete="given-name")
    owner_middle_name = line(
        "Middle Name", max_length=text.PERSON_NAME_MAX_LENGTH, autocomplete="additional-name", required=False
    )
    owner_last_name = line("Last Name", max_length=text.PERSON_NAME_MAX_LENGTH, autocomplete="family-name")
    owner_date_of_birth = BirthDateField(
        label="Date of Birth",
        help_text="Month, day and year: MM/DD/YYYY, such as 03/21/1985. Name and date of birth together tell portal "
        "users apart.",
    )
    owner_phone = phone_field("Telephone Number", autocomplete="tel")
    owner_fax = phone_field("Fax Number", required=False)
    email = email_field(
        "E-mail Address",
        help_text="The Account ID goes to this address, and all later mail. It becomes the owner’s login e-mail.",
        autocomplete="email",
    )
    email_again = email_field("E-mail Address, typed again")
    terms = forms.BooleanField(
        label="I have read the Terms and Conditions and agree to them",
        error_messages={"required": "Read the Terms and Conditions and check the box to agree to them."},
    )
    picture = PictureField(
        label="Digits in the picture", help_text="Type the six digits, or play the sound. This keeps robots out."
    )
    #: The random key of this opening of the form: the same answers sent twice with it are one application.
    key = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, browser: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["picture"].browser = browser  # type: ignore[attr-defined]
        self.fields["terms"].help_text = format_html(
            '<a class="usa-link" href="{}" target="_blank" rel="noopener">Terms and Conditions</a> (in a new tab)',
            reverse("exporters:terms"),
        )

    def more_fields(self) -> dict[str, forms.Field]:
        return address_fields(at_home=True)

    def company_part(self) -> list[forms.BoundField]:
        return [self[name] for name in COMPANY]

    def account_part(self) -> list[forms.BoundField]:
        return [self["fiscal_year_end"], self["duns"]]

    def owner_part(self) -> list[forms.BoundField]:
        return [self[name] for name in OWNER]

    def submit_part(self) -> list[forms.BoundField]:
        return [self[name] for name in SUBMIT]

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.refine("ein", numbers.parse_ein)
        self.refine("company_name", lambda typed: clean_exporter_name(typed, what="Company Name"))
        self.refine("duns", numbers.parse_duns)
        self.refine_address("", home_only=True)
        for name in ("owner_first_name", "owner_middle_name", "owner_last_name"):
            self.refine(name, text.clean_person_name)
        for name in ("owner_phone", "owner_fax"):
            self.refine(name, lambda typed: addresses.clean_phone(typed, "US"))
        for name in ("email", "email_again"):
            self.refine(name, text.clean_email)
        self._compare_emails()
        return self.cleaned_data

    def _compare_emails(self) -> None:
        """Everything is mailed to this address, so it is typed twice."""
        first, second = self.cleaned_data.get("email"), self.cleaned_data.get("email_again")
        if first and second and text.email_key(first) != text.email_key(second):
            self.add_error(
                "email_again",
                ValidationError("The two e-mail addresses differ. Compare them and correct the wrong one.", "differs"),
            )

    def answers(self) -> dict[str, Any]:
        """The cleaned answers as fields of ExporterApplication."""
        data = self.cleaned_data
        month, day = data["fiscal_year_end"]
        kept = (*COMPANY, *ADDRESS_FIELDS, "duns", *(name for name in OWNER if name.startswith("owner_")))
        return {
            **{name: data[name] for name in kept},
            "applicant_email": data["email"],
            "fiscal_year_end_month": month,
            "fiscal_year_end_day": day,
        }
