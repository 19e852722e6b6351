"""The forms of the Business Activity Log and the Action Plan."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import TopAccount, User
from ace_portal.core import text
from ace_portal.core.errors import DomainError
from ace_portal.core.forms import PortalForm
from useraccess import attachments
from useraccess.actions import activity as actions
from useraccess.attachments import Attachment
from useraccess.models import ActionItem
from useraccess.rights import Change

FILE_AGAIN = "Choose the file again before you send: a browser never keeps it. Your text is kept."
#: As many people as a list to choose from may offer; in a larger account the e-mail address is typed.
PEOPLE_OFFERED = 200


class LongText(forms.CharField):
    """A text of several lines. A line break counts as one character, as it does for whoever types it."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n").replace("\r", "\n")


class AttachmentField(forms.FileField):
    """A file of one of the kinds in useraccess.attachments; cleans to an Attachment."""

    widget = forms.FileInput(attrs={"accept": ",".join(attachments.CONTENT_TYPES)})
    default_error_messages = {"empty": "The file is empty. Choose a file with something in it."}

    def to_python(self, data: Any) -> Any:
        file: Any = super().to_python(data)
        return file and attachments.checked(file.file, size=file.size, name=file.name)


def _line(label: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class EntryForm(PortalForm):
    """An entry of the log, before it is written for good."""

    subject = _line("Subject")
    text = LongText(
        label="Text",
        max_length=4000,
        help_text="Up to 4,000 characters. Nobody can change or delete an entry later.",
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    attachment = AttachmentField(
        label="Attachment", required=False, help_text="PDF, PNG, JPEG, CSV or plain text, up to 10 MB."
    )

    def clean_subject(self) -> str:
        return text.fold_spaces(self.cleaned_data["subject"])

    def clean(self) -> dict[str, Any]:
        if self.errors and self.cleaned_data.get("attachment"):
            self.add_error("attachment", FILE_AGAIN)
        return self.cleaned_data

    def entry(self) -> dict[str, Any]:
        """The cleaned answers as arguments of actions.activity.add_entry."""
        attachment: Attachment | None = self.cleaned_data["attachment"]
        return {
            "subject": self.cleaned_data["subject"],
            "text": self.cleaned_data["text"],
            "attachment": attachment or None,
        }


class ItemForm(PortalForm):
    """An item of the Action Plan: a new one, or `item` to be changed."""

    title = _line("Title")
    text = LongText(
        label="What is to be done",
        required=False,
        max_length=4000,
        help_text="Up to 4,000 characters.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    due_on = forms.DateField(
        label="Due date",
        input_formats=[actions.DATE_FORMAT, "%Y-%m-%d"],
        help_text="Month, day and year: MM/DD/YYYY, such as 12/31/2026.",
        widget=forms.DateInput(attrs={"autocomplete": "off", "class": "usa-input--small"}),
        error_messages={"invalid": "Write the Due date as a day there is, MM/DD/YYYY, such as 12/31/2026."},
    )
    status = forms.ChoiceField(label="Status", choices=ActionItem.Status.choices)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order = ("title", "text", "owner", "due_on", "status", "version")

    def __init__(self, *args: Any, top_account: TopAccount, item: ActionItem | None = None, **kwargs: Any) -> None:
        self.item = item
        self.people = actions.people_of(top_account)
        first = _typed(actions.facts_of(item), item.version) if item else {}
        super().__init__(*args, initial=first, **kwargs)
        self.add_field("owner", self._owner_field())
        self.order_fields(self.field_order)

    def _owner_field(self) -> forms.Field:
        """Who can own the item: a list, unless it would be too long to choose from."""
        offered = list(self.people[: PEOPLE_OFFERED + 1])
        if len(offered) > PEOPLE_OFFERED:
            return forms.CharField(
                label="Owner",
                max_length=254,
                help_text="E-mail address of one of the people of the account.",
                widget=forms.EmailInput(attrs={"autocomplete": "off"}),
            )
        choices = [("", "- Select -"), *((one.email, f"{one} ({one.email})") for one in offered)]
        if self.item and self.item.owner not in offered:
            choices.append((self.item.owner.email, f"{self.item.owner}, who has left the account"))
        return forms.ChoiceField(label="Owner", choices=choices)

    def clean_title(self) -> str:
        return text.fold_spaces(self.cleaned_data["title"])

    def clean_owner(self) -> User:
        typed = self.cleaned_data["owner"]
        if self.item and self.item.owner.email.lower() == typed.lower():
            return self.item.owner
        owner = self.people.filter(email__iexact=typed).first()
        if owner is None:
            raise ValidationError("Nobody in this account has this e-mail address. Check the address.")
        return owner

    def clean_due_on(self) -> date:
        due_on: date = self.cleaned_data["due_on"]
        try:
            actions.check_due_date(due_on, before=self.item.due_on if self.item else None)
        except DomainError as error:
            raise ValidationError(error.message) from error
        return due_on

    def facts(self) -> actions.ItemFacts:
        """The cleaned answers."""
        answers = {name: self.cleaned_data[name] for name in ("title", "text", "owner", "due_on", "status")}
        return actions.ItemFacts(**answers)

    def version_shown(self) -> int:
        """The version of the item that the person was shown."""
        return self.cleaned_data["version"] or 0

    def on_top_of(self, made: list[Change], item: ActionItem) -> "ItemForm":
        """This form as if it had been begun on the item as it stands now, after somebody else made these changes.

        What the person typed stays; what they left as it was follows the item.
        """
        typed = actions.in_words(self.facts())
        now = _typed(actions.facts_of(item), item.version)
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        data["version"] = now["version"]
        for change in made:
            if typed[change.key] == change.before:
                data[change.key] = now[change.key]
        return ItemForm(data, top_account=item.top_account, item=item)


LABELS = {name: str(field.label) for name, field in ItemForm.base_fields.items()} | {"owner": "Owner"}


def _typed(facts: actions.ItemFacts, version: int) -> dict[str, str]:
    """What somebody would type to say this, by field."""
    return {**actions.in_words(facts), "owner": facts.owner.email, "status": str(facts.status), "version": str(version)}
