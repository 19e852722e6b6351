"""The forms about owners: shape and wording of their fields."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.birth_dates import BirthDateField
from accounts.models import TopAccount
from ace_portal.core import addresses, numbers, text, tokens
from ace_portal.core.forms import PortalForm
from ace_portal.core.refs import key_in
from exporters.forms.authorization import PdfField
from ownership.actions import Proof
from ownership.models import Becomes, OwnerChange
from ownership.models.change import TEXT_LENGTH
from ownership.policy import candidates
from useraccess.models import Membership
from verification.forms import PictureField

FILE_AGAIN = "Choose the PDF file again before you send the request: a browser never keeps it. Your text is kept."
NUMBER_HINT = (
    "As on the importer record (CBP Form 5106): an EIN (12-3456789, or 12-345678900 with its suffix), a Social "
    "Security number (123-45-6789) or a CBP-assigned number (261234-12345)."
)
COMPANY = "The legal name as it is on the importer record (CBP Form 5106). Capitals do not matter."


def _line(label: str, *, max_length: int, autocomplete: str, size: str = "", **more: Any) -> forms.CharField:
    attrs = {"autocomplete": autocomplete, **({"class": size} if size else {}), **more.pop("attrs", {})}
    return forms.CharField(label=label, max_length=max_length, widget=forms.TextInput(attrs=attrs), **more)


def _company_name() -> forms.CharField:
    return _line(
        "Company Name", max_length=text.COMPANY_NAME_MAX_LENGTH, autocomplete="organization", help_text=COMPANY
    )


def _plain(typed: str) -> str:
    return typed.replace("\r\n", "\n").strip()


class _WithPicture(PortalForm):
    """A public form: it comes with a picture check."""

    def __init__(self, *args: Any, browser: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["picture"].browser = browser  # type: ignore[attr-defined]


class LookupForm(_WithPicture):
    """Who owns the account of this company?"""

    company_name = _company_name()
    number = _line(
        "EIN, Social Security number or CBP-assigned number",
        max_length=numbers.TYPED_MAX_LENGTH,
        autocomplete="off",
        help_text=NUMBER_HINT,
        attrs={"spellcheck": "false"},
    )
    reason = forms.CharField(
        label="Reason",
        max_length=500,
        help_text="Why you need to know. The owner of the account reads it. Up to 500 characters.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    picture = PictureField(
        label="Digits in the picture", help_text="Type the six digits, or play the sound. This keeps robots out."
    )

    def clean_company_name(self) -> str:
        return text.clean_company_name(self.cleaned_data["company_name"])

    def clean_number(self) -> str:
        """A complete importer number; an EIN without a suffix stays one, and stands for all of its suffixes."""
        typed = self.cleaned_data["number"]
        try:
            return numbers.parse_ein(typed)
        except ValidationError:
            return numbers.parse_importer_number(typed).normal

    def clean_reason(self) -> str:
        return _plain(self.cleaned_data["reason"])


class ProposeForm(PortalForm):
    """The owner names a successor, and says what they become themselves."""

    successor = forms.ChoiceField(label="New Trade Account Owner")
    becomes = forms.ChoiceField(
        label="What becomes of you?", choices=Becomes.choices, widget=forms.RadioSelect, initial=None
    )

    def __init__(self, *args: Any, top_account: TopAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {member.pk: member for member in candidates(top_account)}
        choice = self.fields["successor"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - it is declared above
        choice.choices = [
            ("", "Select an Option"),
            *((pk, f"{member.user}, {member.get_role_display()}") for pk, member in self.people.items()),
        ]

    def chosen(self) -> Membership:
        """The place of the chosen person."""
        return self.people[key_in(self.cleaned_data["successor"]) or 0]

    def outcome(self) -> Becomes:
        return Becomes(self.cleaned_data["becomes"])


class OwnerChangeForm(_WithPicture):
    """The owner is gone: who asks, for whom, why, and the proof."""

    EXISTING, NEW = "existing", "new"

    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    company_name = _company_name()
    importer_number = _line(
        "Importer of Record Number (IRN)",
        max_length=numbers.TYPED_MAX_LENGTH,
        autocomplete="off",
        help_text=numbers.IMPORTER_NUMBER_HINT,
        attrs={"spellcheck": "false"},
    )
    requester_name = _line("Your name", max_length=100, autocomplete="name")
    requester_email = forms.CharField(
        label="Your e-mail address",
        max_length=text.EMAIL_MAX_LENGTH,
        help_text="The link of the status page and the decision go there.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    requester_phone = _line(
        "Your telephone number",
        max_length=40,
        autocomplete="tel",
        size="usa-input--medium",
        attrs={"type": "tel"},
        help_text="As dialed in the United States, or with + and the country code. An extension may follow: x123.",
    )
    who = forms.ChoiceField(
        label="Who shall be the new owner?",
        choices=[(EXISTING, "A user of the account"), (NEW, "Somebody who is no user of the portal yet")],
        widget=forms.RadioSelect,
        initial=None,
    )
    first_name = _line("New owner’s first name", max_length=text.PERSON_NAME_MAX_LENGTH, autocomplete="off")
    middle_name = _line(
        "New owner’s middle name",
        max_length=text.PERSON_NAME_MAX_LENGTH,
        autocomplete="off",
        required=False,
        help_text="Leave it empty for a user of the account.",
    )
    last_name = _line("New owner’s last name", max_length=text.PERSON_NAME_MAX_LENGTH, autocomplete="off")
    user_id = _line(
        "Existing User ID",
        max_length=20,
        autocomplete="off",
        size="usa-input--medium",
        required=False,
        attrs={"spellcheck": "false", "autocapitalize": "none"},
        help_text="For a user of the account: as My profile shows it. Capital and small letters count.",
    )
    date_of_birth = BirthDateField(
        label="New owner’s Date of Birth", required=False, help_text="For a new person: MM/DD/YYYY."
    )
    email = forms.CharField(
        label="New owner’s e-mail address",
        max_length=text.EMAIL_MAX_LENGTH,
        required=False,
        help_text="For a new person: the address they will sign in with.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = _line(
        "New owner’s telephone number",
        max_length=40,
        autocomplete="off",
        size="usa-input--medium",
        required=False,
        attrs={"type": "tel"},
        help_text="For a new person.",
    )
    becomes = forms.ChoiceField(
        label="What becomes of the present owner?",
        choices=[(one.value, one.label) for one in OwnerChange.OUTCOMES],
        widget=forms.RadioSelect,
        initial=None,
    )
    reason = forms.CharField(
        label="Reason",
        max_length=TEXT_LENGTH,
        help_text="Why the owner has to change, such as: left the company. Up to 2,000 characters.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    proof = PdfField(
        label="Proof",
        help_text="PDF, up to 10 MB: a letter of the company, signed by an officer of it, that names the new owner.",
    )
    picture = PictureField(
        label="Digits in the picture", help_text="Type the six digits, or play the sound. This keeps robots out."
    )

    #: What a new person has to be known by, and the words for what is missing.
    OF_A_NEW_PERSON = {
        "date_of_birth": "Enter the new owner’s Date of Birth.",
        "email": "Enter the new owner’s e-mail address.",
        "phone": "Enter the new owner’s telephone number.",
    }

    def clean_key(self) -> str:
        """A form whose key was lost is a form of its own."""
        return self.cleaned_data["key"] or tokens.link_token()

    def clean_company_name(self) -> str:
        return text.clean_company_name(self.cleaned_data["company_name"])

    def clean_importer_number(self) -> str:
        return numbers.parse_importer_number(self.cleaned_data["importer_number"]).normal

    def clean_requester_name(self) -> str:
        return text.clean_line(self.cleaned_data["requester_name"], max_length=100, letters_only=True)

    def clean_requester_email(self) -> str:
        return text.clean_email(self.cleaned_data["requester_email"])

    def clean_requester_phone(self) -> str:
        return addresses.clean_phone(self.cleaned_data["requester_phone"], "US")

    def clean_first_name(self) -> str:
        return text.clean_person_name(self.cleaned_data["first_name"])

    def clean_middle_name(self) -> str:
        typed = self.cleaned_data["middle_name"]
        return text.clean_person_name(typed) if typed else ""

    def clean_last_name(self) -> str:
        return text.clean_person_name(self.cleaned_data["last_name"])

    def clean_user_id(self) -> str:
        typed = text.fold_spaces(self.cleaned_data["user_id"])
        text.refuse_hidden(typed)
        text.refuse_non_ascii(typed, what="A user ID")
        return typed

    def clean_email(self) -> str:
        typed = self.cleaned_data["email"]
        return text.clean_email(typed) if typed else ""

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"]
        return addresses.clean_phone(typed, "US") if typed else ""

    def clean_reason(self) -> str:
        return _plain(self.cleaned_data["reason"])

    def clean(self) -> dict[str, Any]:
        who = self.cleaned_data.get("who")
        if who == self.EXISTING and not self.cleaned_data.get("user_id") and "user_id" not in self.errors:
            self.add_error("user_id", "Enter the Existing User ID of the new owner.")
        if who == self.NEW:
            for field, sentence in self.OF_A_NEW_PERSON.items():
                if not self.cleaned_data.get(field) and field not in self.errors:
                    self.add_error(field, sentence)
        if self.errors and self.files:
            self.add_error(None, FILE_AGAIN)
        return self.cleaned_data

    def request(self) -> dict[str, Any]:
        """The cleaned answers as arguments of ownership.actions.start."""
        data = self.cleaned_data
        is_new = data["who"] == self.NEW
        person = {name: data[name] for name in ("first_name", "middle_name", "last_name", "email", "phone")}
        new = {f"new_{name}": value for name, value in person.items()} if is_new else {}
        taken = ("requester_name", "requester_email", "requester_phone", "becomes", "reason")
        return {
            "company_name": data["company_name"],
            "importer_number": data["importer_number"],
            "facts": {name: data[name] for name in taken}
            | new
            | {"new_date_of_birth": data["date_of_birth"] if is_new else None},
            "user_id": "" if is_new else data["user_id"],
            "names": (data["first_name"], data["last_name"]),
            "proof": Proof(data["proof"].file, original_name=data["proof"].name, size=data["proof"].size),
            "key": data["key"],
        }
