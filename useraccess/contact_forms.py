"""Trade contacts in the words people see."""

from typing import TYPE_CHECKING, Any

from django import forms

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import addresses, text
from ace_portal.core.forms import PortalForm
from useraccess import contacts
from useraccess.models import Topic

if TYPE_CHECKING:
    _ModelChoiceField = forms.ModelChoiceField[Any]
else:
    _ModelChoiceField = forms.ModelChoiceField

#: Numbers without + and country code are read as those of the United States.
COUNTRY = "US"


def _line(label: str, *, longest: int, **more: Any) -> forms.CharField:
    # What is asked for is somebody else's: the browser has nothing to fill in.
    return forms.CharField(
        label=label, max_length=longest, widget=forms.TextInput(attrs={"autocomplete": "off"}), **more
    )


class TitleForm(PortalForm):
    """What can be said of a contact who is one of the account's people."""

    job_title = _line("Job Title", longest=100, required=False)
    field_order: tuple[str, ...] = ("job_title",)

    def clean_job_title(self) -> str:
        return text.clean_line(self.cleaned_data["job_title"], max_length=100, refuse=text.MARKUP)

    def facts(self) -> dict[str, Any]:
        """The cleaned answers as the actions take them."""
        return {name: self.cleaned_data[name] for name in self.field_order}


class NameForm(TitleForm):
    """A contact without a sign-in: name, and how to reach them."""

    first_name = _line("First Name", longest=text.PERSON_NAME_MAX_LENGTH)
    last_name = _line("Last Name", longest=text.PERSON_NAME_MAX_LENGTH)
    email = forms.CharField(
        label="E-mail Address",
        max_length=text.EMAIL_MAX_LENGTH,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label="Telephone Number",
        max_length=40,
        required=False,
        help_text="With the area code; outside the United States with + and the country code. An extension may "
        "follow: x123.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "tel", "class": "usa-input--medium"}),
    )
    field_order = ("first_name", "last_name", "job_title", "email", "phone")

    def clean_first_name(self) -> str:
        return text.clean_person_name(self.cleaned_data["first_name"])

    def clean_last_name(self) -> str:
        return text.clean_person_name(self.cleaned_data["last_name"])

    def clean_email(self) -> str:
        typed = self.cleaned_data["email"]
        return text.clean_email(typed) if typed else ""

    def clean_phone(self) -> str:
        typed = self.cleaned_data["phone"]
        return addresses.clean_phone(typed, COUNTRY) if typed else ""


class _SubAccountField(_ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return contacts.place_name(obj)


class PlaceForm(PortalForm):
    """Where a contact is shown, and for what."""

    def __init__(self, *args: Any, account: TopAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_field(
            "place",
            _SubAccountField(
                contacts.open_sub_accounts(account),
                label="Show On",
                required=False,
                empty_label=contacts.place_name(None),
                error_messages={
                    "invalid_choice": "This sub-account is not open in the account any more. Choose one from the list."
                },
            ),
        )
        self.add_field("topic", forms.ChoiceField(label="Topic", choices=Topic.choices, initial=Topic.GENERAL))

    def place(self) -> dict[str, Any]:
        """The cleaned answers as the actions take them: `sub_account` (None: the top account) and `topic`."""
        sub_account: SubAccount | None = self.cleaned_data["place"]
        return {"sub_account": sub_account, "topic": Topic(self.cleaned_data["topic"])}


class AddNameForm(PlaceForm, NameForm):
    """A new contact without a sign-in."""


class _PersonField(_ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj}, {obj.email}"


class AddPersonForm(PlaceForm, TitleForm):
    """One of the account's people as a contact. `offered` are the people in the list; any of the account is taken."""

    person = _PersonField(
        User.objects.none(),
        label="Person",
        error_messages={
            "invalid_choice": "This person does not work in the account any more. Choose somebody from the list."
        },
    )
    field_order = ("person", "job_title")

    def __init__(self, *args: Any, account: TopAccount, offered: list[User], **kwargs: Any) -> None:
        super().__init__(*args, account=account, **kwargs)
        field: Any = self.fields["person"]
        field.queryset = contacts.people(account)
        field.widget.choices = [
            ("", "Select an Option"),
            *((str(one.pk), field.label_from_instance(one)) for one in offered),
        ]
