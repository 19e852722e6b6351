"""The forms of signing in and of the own profile."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts import passwords
from accounts.actions.factors import Proof
from accounts.person_form import PersonForm
from ace_portal.core import text
from ace_portal.core.forms import PortalForm, PortalFormMixin
from verification import challenges
from verification.visitors import browser_of

NOT_SIGNED_IN = (
    "This user ID or e-mail address and this password do not belong together, or the password has run out. Passwords "
    "and user IDs are case-sensitive."
)


class SignInForm(PortalFormMixin, AuthenticationForm):
    """User ID or login e-mail, and password."""

    username = forms.CharField(
        label="User ID or e-mail address",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=passwords.MAXIMUM_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    error_messages = {"invalid_login": NOT_SIGNED_IN, "inactive": NOT_SIGNED_IN}


def _password(label: str, *, autocomplete: str = "current-password") -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=passwords.MAXIMUM_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class RetrievePasswordForm(PortalForm):
    shared_secret = forms.CharField(
        label="Shared Secret",
        max_length=20,
        help_text="The Account ID from your mail. Capital and small letters differ.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "class": "usa-input--medium"}
        ),
    )


class NewPasswordForm(PortalForm):
    """A new password, twice."""

    new_password = _password("New password", autocomplete="new-password")
    again = _password("Retype new password", autocomplete="new-password")

    rules = [(rule.code, rule.sentence) for rule in passwords.RULES]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        new, again = data.get("new_password"), data.get("again")
        if new and again and new != again:
            self.add_error("again", ValidationError("The two new passwords differ. Type the same one twice.", "differ"))
        return data


class ChangePasswordForm(NewPasswordForm):
    """The present password, and the new one twice."""

    old_password = _password("Present password")

    field_order = ["old_password", "new_password", "again"]

    def __init__(self, *args: Any, temporary: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if temporary:
            self.fields["old_password"].help_text = "The temporary password you have just signed in with."


class FactorForm(PortalForm):
    """The code of the second factor. `kind` is app, backup or token."""

    KINDS = {
        "app": ("Code from your authenticator app", "Six digits, new every 30 seconds."),
        "backup": ("Backup code", "One of the ten you kept, such as K7M2-9QXP. It works once."),
        "token": ("Security Token", "Six digits, from the mail to your login e-mail."),
    }

    code = forms.CharField(
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "usa-input--small"}
        ),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label, field.help_text = self.KINDS[kind]
        if kind == "backup":
            field.widget.attrs["inputmode"] = "text"


class ProofForm(PortalForm):
    """The password and a current code, before a factor is changed."""

    password = _password("Your password")
    present_code = forms.CharField(
        label="Code of your present second factor",
        max_length=20,
        help_text="From the app you use now, a backup code, or a security token.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "usa-input--small"}),
    )

    def proof(self, request: HttpRequest) -> Proof:
        """What the person showed, for the action; empty where nothing was asked for."""
        data = self.cleaned_data
        return Proof(password=data.get("password", ""), code=data.get("present_code", ""), browser=browser_of(request))


class EnrollForm(ProofForm):
    """The first code of a new authenticator; with proof of the present factor if there is one."""

    code = forms.CharField(
        label="Code the app shows now",
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "usa-input--small"}
        ),
    )

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not replaces:
            del self.fields["password"], self.fields["present_code"]


class QuestionsForm(PortalForm):
    """Five questions out of the list, each answer typed twice; with the password when earlier ones are changed."""

    def __init__(self, *args: Any, changes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if changes:
            self.add_field("password", _password("Your password"))
        choices = [("", "Choose a question"), *challenges.QUESTIONS.items()]
        for number in range(1, challenges.COUNT + 1):
            typed = {"autocomplete": "off", "spellcheck": "false"}
            self.add_field(f"question_{number}", forms.ChoiceField(label=f"Question {number}", choices=choices))
            for name, label in (("answer", f"Answer {number}"), ("again", f"Retype answer {number}")):
                answer = forms.CharField(label=label, max_length=100, widget=forms.PasswordInput(attrs=typed))
                self.add_field(f"{name}_{number}", answer)
        self.fields["answer_1"].help_text = "Capital and small letters differ."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen: set[str] = set()
        for number in range(1, challenges.COUNT + 1):
            question = data.get(f"question_{number}")
            if question and question in chosen:
                self.add_error(f"question_{number}", "You chose this question above. Choose five different ones.")
            chosen.add(question or "")
            answer, again = data.get(f"answer_{number}"), data.get(f"again_{number}")
            if answer and again and answer != again:
                self.add_error(f"again_{number}", f"The two answers to question {number} differ. Type the same twice.")
        return data

    def answers(self) -> list[tuple[str, str]]:
        """Pairs of question code and answer, for the action."""
        numbers = range(1, challenges.COUNT + 1)
        return [(self.cleaned_data[f"question_{n}"], self.cleaned_data[f"answer_{n}"]) for n in numbers]


class ForgotPasswordForm(PortalForm):
    username = forms.CharField(
        label="User ID or e-mail address",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )


class ForgotUserIdForm(PortalForm):
    email = forms.CharField(
        label="Login e-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def clean_email(self) -> str:
        return text.clean_email(self.cleaned_data["email"])


class ChallengeForm(PortalForm):
    """The two questions asked of a name."""

    def __init__(self, *args: Any, asked: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for code in asked:
            answer = forms.CharField(
                label=challenges.QUESTIONS[code],
                max_length=100,
                widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )
            self.add_field(code, answer)

    def given(self) -> dict[str, str]:
        """Question codes and the answers given."""
        return {code: self.cleaned_data[code] for code in self.asked}


class EmailChangeForm(PortalForm):
    email = forms.CharField(
        label="New login e-mail",
        max_length=254,
        help_text="A code goes to this address. Nothing changes before you have typed it.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = _password("Your password")

    def clean_email(self) -> str:
        return text.clean_email(self.cleaned_data["email"])


class EmailCodeForm(PortalForm):
    code = forms.CharField(
        label="Code from the new mailbox",
        max_length=20,
        help_text="Six digits.",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "usa-input--small"}
        ),
    )


class ProfileForm(PersonForm):
    """What a person may change about themselves at once."""
