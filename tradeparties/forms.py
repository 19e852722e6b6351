"""What an officer enters for a new sub-account."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import SubAccount
from ace_portal.core import numbers, text
from ace_portal.core.forms import PortalForm
from tradeparties.account_types import KINDS

_BY_CODE = {kind.code: kind for kind in KINDS}
NOTE_MAX_LENGTH = 500


class OpenForm(PortalForm):
    """Type, code, name and note of a sub-account that the desk adds."""

    kind = forms.ChoiceField(label="Account type", choices=[(kind.code, kind.label) for kind in KINDS])
    code = forms.CharField(
        label="Code",
        max_length=numbers.TYPED_MAX_LENGTH,
        help_text="Broker and filer: the filer code. Carrier: the SCAC; by air the ICAO or IATA code. Surety: the "
        "surety code. Facility and FTZ operator: the FIRMS code. All others: the EIN.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label="Name",
        max_length=text.COMPANY_NAME_MAX_LENGTH,
        help_text="As the license, or the record of the carrier, has it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(
        label="Note (optional)",
        max_length=NOTE_MAX_LENGTH,
        required=False,
        help_text="Why, and on which papers. It stays at the desk.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_name(self) -> str:
        """The name, tidied as any company name."""
        return text.clean_company_name(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "kind" in data and "code" in data:
            try:
                data["code"] = _BY_CODE[data["kind"]].normalize(data["code"])
            except ValidationError as error:
                self.add_error("code", error)
        return data

    def answers(self) -> dict[str, Any]:
        """The cleaned answers, as `open_by_desk` takes them."""
        data = self.cleaned_data
        return {"kind": _BY_CODE[data["kind"]], "code": data["code"], "name": data["name"], "note": data["note"]}


def opened(sub_account: SubAccount) -> str:
    """What the officer reads afterwards."""
    return f"{sub_account} of {sub_account.name} was added. The account’s owner has been mailed."
