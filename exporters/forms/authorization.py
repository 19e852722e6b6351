"""The request for report authorization: shape and wording of its fields."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ace_portal.core import addresses, numbers, pdf, text
from ace_portal.core.forms import PortalForm
from exporters.actions.authorization import Upload
from exporters.models.authorization import REASON_LENGTH, AuthorizationDocument, ReportAuthorization

MAX_AFFILIATES = 50
FILES_AGAIN = "Choose both PDF files again before you send the request: a browser never keeps them. Your text is kept."


class PdfField(forms.FileField):
    """A file that must be a whole, unencrypted PDF of at most 10 MB, whatever its name says."""

    widget = forms.FileInput(attrs={"accept": ".pdf,application/pdf"})
    default_error_messages = {
        "empty": f"The file is empty. {pdf.SAVE_AGAIN}",
        # The name is tidied and cut when the file is kept.
        "max_length": "The name of the file is too long. Rename it and choose it again.",
    }

    def to_python(self, data: Any) -> Any:
        file: Any = super().to_python(data)
        if file is not None:
            pdf.check_pdf(file, file.size)
        return file


class AuthorizationForm(PortalForm):
    """What Census asks before an EIN's data appears in export reports."""

    reason = forms.CharField(
        label="Reason for the request",
        max_length=REASON_LENGTH,
        help_text="Why the company needs the export data filed under this EIN. Up to 2,000 characters.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    acts_as = forms.ChoiceField(
        label="In which capacity does the company export?",
        choices=ReportAuthorization.ActsAs.choices,
        widget=forms.RadioSelect,
        help_text="The USPPI is the party in the United States that receives the primary benefit from the export.",
    )
    affiliates = forms.CharField(
        label="Affiliates",
        max_length=8000,
        required=False,
        help_text=(
            "Affiliated companies the request speaks for: one on each line, EIN first, then the name, such as "
            "12-3456789 Acme Parts Inc. Leave it empty if there are none."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    contact_name = forms.CharField(
        label="Contact person",
        max_length=100,
        help_text="Whom Census may ask about this request.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    contact_phone = forms.CharField(
        label="Contact’s telephone number",
        max_length=40,
        help_text="As dialed in the United States, or with + and the country code. An extension may follow: x123.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "usa-input--medium"}),
    )
    contact_email = forms.CharField(
        label="Contact’s e-mail address",
        max_length=text.EMAIL_MAX_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    letter = PdfField(
        label="Request letter",
        help_text="PDF, up to 10 MB: on the company’s letterhead, with the reason and the EINs, signed.",
    )
    certification = PdfField(
        label="Certification of authority",
        help_text="PDF, up to 10 MB: that whoever signed the letter may speak for the company and its affiliates.",
    )

    def __init__(self, *args: Any, ein: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ein = ein

    def clean_reason(self) -> str:
        return str(self.cleaned_data["reason"]).replace("\r\n", "\n")

    def clean_affiliates(self) -> list[tuple[str, str]]:
        """Pairs of EIN and name. Raises one error for each line that cannot be read."""
        lines = [(number, line.strip()) for number, line in enumerate(self.cleaned_data["affiliates"].split("\n"), 1)]
        lines = [(number, line) for number, line in lines if line]
        if len(lines) > MAX_AFFILIATES:
            raise ValidationError(
                f"Name at most {MAX_AFFILIATES} affiliates (there are {len(lines)}); put the others into the letter."
            )
        read: dict[str, str] = {}
        problems = []
        for number, line in lines:
            try:
                ein, name = self._affiliate(line, read)
            except ValidationError as error:
                problems += [ValidationError(f"Line {number}: {message}") for message in error.messages]
            else:
                read[ein] = name
        if problems:
            raise ValidationError(problems)
        return list(read.items())

    def _affiliate(self, line: str, before: dict[str, str]) -> tuple[str, str]:
        parts = re.split(r"\s*[,;\t]\s*|\s+", line, maxsplit=1)
        ein = numbers.parse_ein(parts[0])
        if ein == self.ein:
            raise ValidationError("This is the EIN of the request itself. Leave the line out.")
        if ein in before:
            raise ValidationError("This EIN stands on a line above already. Leave one of the two out.")
        if len(parts) == 1 or not parts[1]:
            raise ValidationError("Write the company’s name behind the EIN.")
        return ein, text.clean_company_name(parts[1])

    def clean_contact_name(self) -> str:
        return text.clean_line(self.cleaned_data["contact_name"], max_length=100, letters_only=True)

    def clean_contact_phone(self) -> str:
        return addresses.clean_phone(self.cleaned_data["contact_phone"], "US")

    def clean_contact_email(self) -> str:
        return text.clean_email(self.cleaned_data["contact_email"])

    def clean(self) -> dict[str, Any]:
        if self.errors and self.files:
            self.add_error(None, FILES_AGAIN)
        return self.cleaned_data

    def details(self) -> dict[str, str]:
        """The cleaned answers as fields of ReportAuthorization."""
        fields = ("reason", "acts_as", "contact_name", "contact_phone", "contact_email")
        return {field: self.cleaned_data[field] for field in fields}

    def uploads(self) -> list[Upload]:
        """The checked documents."""
        return [
            Upload(kind, file=file.file, original_name=file.name, size=file.size)
            for kind in AuthorizationDocument.Kind
            for file in [self.cleaned_data[kind.value]]
        ]
