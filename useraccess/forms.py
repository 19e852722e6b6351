"""Access in the words people see."""

from django import forms

from ace_portal.core.forms import PortalForm


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
