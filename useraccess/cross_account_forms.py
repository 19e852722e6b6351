"""Cross Account Access: shape and wording of what is typed on its pages."""

from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ace_portal.core import numbers, pdf, text
from ace_portal.core.errors import DomainError
from ace_portal.core.forms import PortalForm
from useraccess.actions.cross_account import PowerOfAttorney
from useraccess.forms import YES_OR_NO, FilerCodeField, exact_text
from useraccess.models import CrossAccountAccess
from useraccess.models.cross_account import today
from useraccess.rights import Rights

Kind = CrossAccountAccess.PowerOfAttorney
DATE_FORMAT = "%m/%d/%Y"
FILE_AGAIN = "Choose the PDF file again before you send the request: a browser never keeps it. Your answers are kept."


class DayField(forms.DateField):
    """A day typed as MM/DD/YYYY, or the way computers write it."""

    widget = forms.DateInput(attrs={"autocomplete": "off", "class": "usa-input--small"})
    default_error_messages = {"invalid": "Write the day as MM/DD/YYYY, such as 12/31/2026."}

    def __init__(self, *, help_text: str, **kwargs: Any) -> None:
        hint = f"Month, day and year: MM/DD/YYYY. {help_text}"
        super().__init__(input_formats=[DATE_FORMAT, "%Y-%m-%d"], help_text=hint, **kwargs)


class PdfField(forms.FileField):
    """A file that must be a whole, unencrypted PDF of at most 10 MB, whatever its name says."""

    widget = forms.FileInput(attrs={"accept": ".pdf,application/pdf"})
    default_error_messages = {
        "empty": f"The file is empty. {pdf.SAVE_AGAIN}",
        "max_length": "The name of the file is too long. Rename it and choose it again.",
    }

    def to_python(self, data: Any) -> Any:
        file: Any = super().to_python(data)
        if file is not None:
            pdf.check_pdf(file, file.size)
        return file


class TermsForm(PortalForm):
    """What of an access the grid does not say: Access to Top Account, and its last day."""

    top_account = forms.ChoiceField(
        label="Access to Top Account",
        choices=YES_OR_NO,
        widget=forms.RadioSelect,
        help_text="Company facts and the list of sub-accounts.",
    )
    ends_on = DayField(label="End date", required=False, help_text="The last day of the access. Empty: no end date.")

    def __init__(self, *args: Any, latest: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.latest = latest
        if latest:
            self.fields[
                "ends_on"
            ].help_text += f" The power of attorney ends on {latest:%m/%d/%Y}, and the access with it at the latest."

    def clean_ends_on(self) -> date | None:
        ends_on: date | None = self.cleaned_data["ends_on"]
        if ends_on and ends_on < today():
            raise ValidationError("The end date has passed. Choose today or a later day.", code="past")
        if self.latest and ends_on and ends_on > self.latest:
            raise ValidationError(
                f"The power of attorney ends on {self.latest:%m/%d/%Y}: the access cannot last longer.", code="too_late"
            )
        return ends_on or self.latest


class OfferForm(TermsForm):
    """Whom an offer is for, and its terms."""

    user_id = forms.CharField(
        label="Existing User ID",
        max_length=20,
        help_text="Of the other account’s Trade Account Owner. Capital and small letters matter.",
        widget=exact_text(),
    )
    ace_id = forms.CharField(
        label="Top Account ACE ID",
        max_length=20,
        help_text="Ten digits. Home shows it to the other company.",
        widget=exact_text(),
    )
    field_order = ("user_id", "ace_id", "top_account", "ends_on")


class AskForm(PortalForm):
    """What a broker tells a client about itself, its power of attorney, and Access to Top Account."""

    client = forms.CharField(
        label="Client’s ACE ID or importer number",
        max_length=numbers.TYPED_MAX_LENGTH,
        help_text=f"The ACE ID has ten digits. {numbers.IMPORTER_NUMBER_HINT}",
        widget=exact_text(),
    )
    filer_code = FilerCodeField(label="Your filer code")
    attorney_kind = forms.ChoiceField(
        label="Kind of power of attorney", choices=Kind.choices, widget=forms.RadioSelect, help_text="CBP Form 5291."
    )
    attorney_signed_on = DayField(label="Date signed", help_text="As it stands on the power of attorney.")
    attorney_ends_on = DayField(
        label="Valid until", required=False, help_text="Required for a limited power of attorney."
    )
    attorney_file = PdfField(
        label="Power of attorney", help_text="PDF, up to 10 MB. The client’s owner can download it."
    )
    top_account = forms.ChoiceField(
        label="Access to Top Account",
        choices=YES_OR_NO,
        widget=forms.RadioSelect,
        help_text="Company facts and the list of sub-accounts. The client may grant less than you ask for.",
    )

    def __init__(self, *args: Any, own_codes: list[str] | None = None, **kwargs: Any) -> None:
        """`own_codes` are those of the asking company's own sub-accounts: with some, it chooses one of them."""
        super().__init__(*args, **kwargs)
        if own_codes:
            choices = [("", "- Select -"), *((code, code) for code in own_codes)] if own_codes[1:] else None
            chosen = forms.ChoiceField(
                label="Your filer code",
                choices=choices or [(own_codes[0], own_codes[0])],
                help_text="The filer codes of your own sub-accounts.",
            )
            self.add_field("filer_code", chosen)

    def clean_client(self) -> str:
        """An ACE ID as typed, or an importer number in normal form."""
        typed = text.fold_spaces(self.cleaned_data["client"])
        if numbers.is_valid_ace_id(typed.replace(" ", "").replace("-", "")):
            return typed.replace(" ", "").replace("-", "")
        return numbers.parse_importer_number(typed).normal

    def clean_attorney_signed_on(self) -> date:
        signed_on: date = self.cleaned_data["attorney_signed_on"]
        if signed_on > today():
            raise ValidationError("This day is still to come. Enter the day it was signed.", code="future")
        return signed_on

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "attorney_ends_on" in data and (problem := self._not_valid_until(data)):
            self.add_error("attorney_ends_on", problem)
        if self.errors and data.get("attorney_file"):
            self.add_error("attorney_file", FILE_AGAIN)
        return data

    @staticmethod
    def _not_valid_until(data: dict[str, Any]) -> str:
        ends_on, signed_on = data["attorney_ends_on"], data.get("attorney_signed_on")
        if ends_on is None:
            limited = data.get("attorney_kind") == Kind.LIMITED
            return "A limited power of attorney has a last day. Enter it." if limited else ""
        if signed_on and ends_on <= signed_on:
            return "Valid until must be after the date signed."
        return "The power of attorney has run out. Ask your client for a new one." if ends_on < today() else ""

    def refuse(self, error: DomainError) -> None:
        """Say at its field why the request was not sent."""
        self.add_error(error.field if error.field in self.fields else None, error.message)
        self.add_error("attorney_file", FILE_AGAIN)

    def attorney(self) -> PowerOfAttorney:
        """The power of attorney, out of the cleaned answers."""
        data = self.cleaned_data
        return PowerOfAttorney(
            kind=data["attorney_kind"],
            signed_on=data["attorney_signed_on"],
            ends_on=data["attorney_ends_on"],
            file=data["attorney_file"].file,
        )


class PassOnForm(PortalForm):
    """How much of what was received somebody gets, and Access to Top Account where it was received."""

    EVERYTHING, PARTS = "everything", "parts"

    how_much = forms.ChoiceField(
        label="What this person gets",
        choices=[
            (EVERYTHING, "Everything that was received, now and later"),
            (PARTS, "The parts chosen below"),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, top_account: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if top_account:
            self.add_field(
                "top_account",
                forms.ChoiceField(
                    label="Access to Top Account",
                    choices=YES_OR_NO,
                    widget=forms.RadioSelect,
                    required=False,
                    help_text="Counts with parts only: everything includes it.",
                ),
            )

    def parts(self, chosen: Rights) -> Rights:
        """What was chosen, with the answer about the top account where there is one."""
        return replace(chosen, top_account_access=self.cleaned_data.get("top_account") == "Yes")
