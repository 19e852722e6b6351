"""The three screens of the importer application: shape and wording of the fields."""

from typing import Any

from django import forms

from accounts.models import OrganizationalStructure
from accounts.person_form import PersonForm
from ace_portal.core import numbers, text
from ace_portal.core.forms import MonthDayField, PortalForm
from verification import codes
from verification.forms import PictureField


class IdentifyForm(PortalForm):
    """Screen 1: who applies for which importer record."""

    company_name = forms.CharField(
        label="Company Name",
        max_length=text.COMPANY_NAME_MAX_LENGTH,
        help_text="The legal name as it is on your importer record (5106). Capitals do not matter.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    importer_number = forms.CharField(
        label="Importer of Record Number (IRN)",
        max_length=40,
        help_text=numbers.IMPORTER_NUMBER_HINT,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "usa-input--lg"}),
    )
    email = forms.CharField(
        label="Business Email Address (Account Owner Login Email)",
        max_length=text.EMAIL_MAX_LENGTH,
        help_text="The address of the person who will own the account. It may differ from the point of contact’s.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    picture = PictureField(
        label="Digits in the picture", help_text="Type the six digits, or play the sound. This keeps robots out."
    )

    def __init__(self, *args: Any, browser: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["picture"].browser = browser  # type: ignore[attr-defined]

    def clean_company_name(self) -> str:
        return text.clean_company_name(self.cleaned_data["company_name"])

    def clean_importer_number(self) -> numbers.ImporterNumber:
        return numbers.parse_importer_number(self.cleaned_data["importer_number"])

    def clean_email(self) -> str:
        return text.clean_email(self.cleaned_data["email"])


class CodeForm(PortalForm):
    """Screen 2: the code from the point of contact's mailbox."""

    code = forms.CharField(
        label="Verification code",
        max_length=20,
        help_text="Six digits, from the mail to the point of contact.",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "usa-input--small"}
        ),
    )

    def clean_code(self) -> str:
        """What cannot be a code costs no try."""
        return codes.clean(self.cleaned_data["code"])


class DetailsForm(PersonForm):
    """Screen 3: the company and its account owner."""

    part = "owner_"
    names_of = "Account Owner "

    organizational_structure = forms.ChoiceField(
        label="Company Organizational Structure",
        choices=[("", "Select an Option"), *OrganizationalStructure.choices],
    )
    fiscal_year_end = MonthDayField(label="Account's Fiscal Year End Date", required=False)
    duns = forms.CharField(
        label="DUNS",
        max_length=20,
        required=False,
        help_text=numbers.DUNS_HINT,
        widget=forms.TextInput(attrs={"class": "usa-input--medium", "autocomplete": "off"}),
    )
    website = forms.CharField(
        label="Company Website",
        max_length=text.WEBSITE_MAX_LENGTH,
        required=False,
        help_text="Such as https://www.acme.example",
        widget=forms.TextInput(attrs={"autocomplete": "url", "inputmode": "url"}),
    )

    company_fields = ("organizational_structure", "fiscal_year_end", "duns", "website")

    def company_part(self) -> list[forms.BoundField]:
        """The company's fields, for the template."""
        return [self[name] for name in self.company_fields]

    def clean_website(self) -> str:
        return text.clean_website(self.cleaned_data["website"])

    def clean_duns(self) -> str:
        typed = self.cleaned_data["duns"]
        return numbers.parse_duns(typed) if typed else ""

    def details(self) -> dict[str, Any]:
        """The cleaned answers as fields of ImporterApplication."""
        details = dict(self.cleaned_data)
        details.pop("owner_zip_override")
        month, day = details.pop("fiscal_year_end") or (None, None)
        return {**details, "fiscal_year_end_month": month, "fiscal_year_end_day": day}

    def typed(self) -> dict[str, str]:
        """What was sent, field by field, cut to a length nobody needs to exceed: the draft to be kept."""
        parts = [
            name + suffix
            for name, field in self.fields.items()
            for suffix in getattr(field.widget, "widgets_names", [""])
        ]
        return {part: str(self.data[part]).replace("\x00", "")[:500] for part in parts if part in self.data}
