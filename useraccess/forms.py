"""Access in the words people see."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.birth_dates import BirthDateField
from accounts.models import TopAccount
from accounts.person_form import PersonForm
from ace_portal.core import numbers, text
from ace_portal.core.forms import PortalForm
from useraccess.models import Role


def exact_text() -> forms.TextInput:
    """A text that nothing may correct while it is typed."""
    return forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"})


class FilerCodeField(forms.CharField):
    """A filer code as people type it; cleans to its normal form."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "class": "usa-input--small"})

    def __init__(self, *, label: str, help_text: str = numbers.FILER_CODE_HINT, **kwargs: Any) -> None:
        super().__init__(label=label, help_text=help_text, max_length=numbers.TYPED_MAX_LENGTH, **kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        return numbers.parse_filer_code(typed) if typed else ""


class FilerCodeForm(PortalForm):
    """A filer code to link to an account."""

    filer_code = FilerCodeField(label="Filer code")


class ReactivateForm(PortalForm):
    username = forms.CharField(
        label="User ID or e-mail address",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )


class ReactivationCodeForm(PortalForm):
    code = forms.CharField(
        label="Code from your authenticator app, or a backup code",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "class": "usa-input--small"}),
    )


class ReasonForm(PortalForm):
    reason = forms.CharField(
        label="Reason",
        max_length=200,
        help_text="Kept in the journal and mailed to the person.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NewUserForm(PersonForm):
    """Contact information of a new user."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_field(
            "date_of_birth",
            BirthDateField(
                label="Date of Birth",
                help_text="Month, day and year: MM/DD/YYYY, such as 03/21/1985. Name and date of birth together tell "
                "portal users apart.",
            ),
        )
        self.add_field(
            "email",
            forms.CharField(
                label="E-mail Address",
                max_length=254,
                help_text="The Account ID goes to this address. It becomes the login e-mail.",
                widget=forms.EmailInput(attrs={"autocomplete": "off"}),
            ),
        )
        self.add_field(
            "keep_address",
            forms.BooleanField(label="I am certain that the address is right. Keep it as I entered it", required=False),
        )
        #: Offered once the portal has written an address in another way.
        self.offers_keep_address = bool(self.data.get("keep_address") or "keep_address" in self.initial)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if typed := data.get("email"):
            try:
                data["email"] = text.clean_email(typed)
            except ValidationError as error:
                self.add_error("email", error)
        return data

    def shown(self) -> list[forms.BoundField]:
        """The fields in the order of the page."""
        person = self.person_part()
        names, rest = person[:3], person[3:]
        keep = [self["keep_address"]] if self.offers_keep_address else []
        return [*names, self["date_of_birth"], self["email"], rest[-1], *rest[:-1], *keep]

    def facts(self) -> dict[str, str]:
        """The cleaned answers as fields of User, plain texts."""
        return {
            **self.person_facts(),
            "date_of_birth": self.cleaned_data["date_of_birth"].isoformat(),
            "email": self.cleaned_data["email"],
        }


class ExistingUserForm(PortalForm):
    """Who is to be added: names and user ID exactly as the portal knows them (facts-access §1.5)."""

    first_name = forms.CharField(label="First Name", max_length=60, widget=exact_text())
    last_name = forms.CharField(label="Last Name", max_length=60, widget=exact_text())
    user_id = forms.CharField(
        label="Existing User ID",
        max_length=20,
        help_text="Capital and small letters matter.",
        widget=exact_text(),
    )


class AddKindForm(PortalForm):
    """How a user is added."""

    kind = forms.ChoiceField(
        label="Add User",
        choices=[("new", "Create New User"), ("existing", "Add Existing User")],
        widget=forms.RadioSelect,
    )


class AccountForm(PortalForm):
    """Which of the accounts the person manages."""

    def __init__(self, *args: Any, accounts: Iterable[TopAccount], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.pk), f"{one.company_name}, ACE ID {one.ace_id}") for one in accounts]
        self.add_field("account", forms.ChoiceField(label="Top Account", choices=choices, widget=forms.RadioSelect))


YES_OR_NO = [("Yes", "Yes"), ("No", "No")]


class RoleForm(PortalForm):
    """The role, out of those the actor may give, and Access to Top Account."""

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(role.value, role.label) for role in roles]
        self.add_field("role", forms.ChoiceField(label="Role", choices=choices, widget=forms.RadioSelect))
        self.add_field(
            "top_account",
            forms.ChoiceField(
                label="Access to Top Account",
                choices=YES_OR_NO,
                widget=forms.RadioSelect,
                help_text="Company facts and the list of sub-accounts. A proxy always has it.",
            ),
        )
