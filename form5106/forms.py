"""The pages of a filing, built from the form's description, and the forms around it."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from ace_portal.core import numbers, text
from ace_portal.core.forms import PortalForm
from ace_portal.core.numbers import IMPORTER_NUMBER_HINT, ImporterNumber, parse_importer_number
from exporters.forms.authorization import PdfField
from form5106 import boxes
from form5106.boxes import Box, Kind
from form5106.layout import GROUPS
from form5106.models import Action, FiledAs, Filing
from form5106.models.filing import TEXT_LENGTH
from form5106.parts import Group, Step, every_box
from form5106.rejects import coded, error
from verification.forms import PictureField

#: How many importer numbers one query may ask for (facts-applications §3.6).
QUERY_NUMBERS = 6
FILE_AGAIN = "Choose the PDF file again before you send the request: a browser never keeps it. Your text is kept."


class StepForm(PortalForm):
    """One page of a filing. `filing.draft` holds what was typed so far, sealed numbers encrypted.

    Of what comes several times, as many slots are asked as were sent, or hold something in the draft; `more` are the
    slots that are asked in any case, by the group's name.
    """

    def __init__(
        self,
        filing: Filing,
        step: Step,
        data: QueryDict | MultiValueDict[str, Any] | None = None,
        more: dict[str, int] | None = None,
    ) -> None:
        self.filing, self.step = filing, step
        is_there = filing.draft.get if data is None else data.__contains__
        self.asked = {
            group.name: min(group.slots, max(group.last(is_there), (more or {}).get(group.name, 1)))
            for section in step.sections
            for group in section.groups
        }
        self.boxes: dict[str, Box] = dict(every_box(step.sections, self.asked))
        #: Check boxes that an error has offered.
        self.needed: set[str] = set()
        kept = {name: boxes.as_typed(box, filing.draft.get(name)) for name, box in self.boxes.items()}
        super().__init__(data, initial={name: value for name, value in kept.items() if value})
        for name, box in self.boxes.items():
            self.add_field(name, boxes.field_of(box))

    @classmethod
    def of_draft(cls, filing: Filing, step: Step) -> "StepForm":
        """The page filled in with the draft, to be checked."""
        shown = {name: boxes.as_typed(box, filing.draft.get(name)) for name, box in every_box(step.sections)}
        lists = {name: value if isinstance(value, list) else [value] for name, value in shown.items() if value}
        return cls(filing, step, MultiValueDict(lists))

    def told(self, name: str) -> Any:
        """What the draft says in a box of any page, cleaned or not."""
        return self.filing.draft.get(name)

    def said(self, name: str) -> Any:
        """The cleaned value of a box; None if it is not on this page or was refused."""
        return self.cleaned_data.get(name)

    def require(self, name: str, code: str, sentence: str) -> None:
        """Refuse a box that is empty, unless it has an error already."""
        if not self.said(name) and name not in self.errors:
            self.add_error(name, error(code, sentence))

    def slots(self, group_name: str) -> list[str]:
        """The prefixes of a group's fields, one for each time it is asked."""
        group = next(group for group in GROUPS if group.name == group_name)
        return [f"{group.prefix}{slot}_" for slot in range(1, self.asked[group_name] + 1)]

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        country = data.get("country") or self.filing.base.get("country") or ""
        for name, box in self.boxes.items():
            if name in data:
                try:
                    data[name] = boxes.clean(box, data[name], held=self._held(name), country=country)
                except ValidationError as problem:
                    self.add_error(name, problem)
        for section in self.step.sections:
            for rule in section.rules:
                rule(self)
        return self.cleaned_data

    def _held(self, name: str) -> str:
        return str(self.filing.draft.get(name) or "")

    def typed(self) -> dict[str, Any]:
        """What was sent, to be kept as the draft, right or wrong. Sealed numbers are kept only if they can be read."""
        data = self.data
        kept: dict[str, Any] = {}
        for name, box in self.boxes.items():
            if box.kind == Kind.CHOICES:
                every = data.getlist(name) if hasattr(data, "getlist") else []
                kept[name] = [str(code).replace("\x00", "")[:40] for code in every[:20]]
            elif box.is_sealed:
                kept[name] = self._sealed(name, box)
            else:
                kept[name] = str(data.get(name, "")).replace("\x00", "")[:500]
        return kept

    def _sealed(self, name: str, box: Box) -> str:
        typed = str(self.data.get(name, ""))[:60]
        try:
            return str(boxes.clean(box, typed, held=self._held(name)))
        except ValidationError:
            return ""

    def unreadable(self) -> bool:
        """Whether a sealed number was sent that cannot be read, and so cannot be kept."""
        sealed = (name for name, box in self.boxes.items() if box.is_sealed)
        return any(str(self.data.get(name, "")).strip() and not self._sealed(name, self.boxes[name]) for name in sealed)

    def parts(self) -> list[dict[str, Any]]:
        """The sections for the template: title, note, fields, and the groups with the fields of each slot."""
        return [
            {
                "section": section,
                "fields": [self[box.name] for box in section.boxes if self._is_shown(box.name, box)],
                "groups": [self._group(group) for group in section.groups],
            }
            for section in self.step.sections
        ]

    def _is_shown(self, name: str, box: Box) -> bool:
        return not box.until_needed or name in self.needed or bool(self.data.get(name) or self.initial.get(name))

    def _group(self, group: Group) -> dict[str, Any]:
        asked = self.asked[group.name]
        return {
            "name": group.name,
            "more": f"Add another {group.label.lower()}" if asked < group.slots else "",
            "slots": [
                {"label": f"{group.label} {slot}", "fields": [self[name] for name in group.field_names(slot)]}
                for slot in range(1, asked + 1)
            ],
        }

    def following(self, group_name: str) -> tuple[int, str]:
        """The slot behind those asked, and the id of its first field; the last one, where no other may follow.

        Raises KeyError for what does not come several times on this page.
        """
        asked = self.asked[group_name]
        group = next(group for group in GROUPS if group.name == group_name)
        slot = min(asked + 1, group.slots)
        return slot, f"id_{group.field_name(slot, group.boxes[0])}"

    def content(self) -> dict[str, Any]:
        """The cleaned answers by the names of the form's boxes; groups as lists of those slots that say something."""
        found: dict[str, Any] = {}
        for section in self.step.sections:
            found |= {box.name: self.cleaned_data[box.name] for box in section.boxes}
            for group in section.groups:
                filled = [
                    {box.name: self.cleaned_data[group.field_name(slot, box)] for box in group.boxes}
                    for slot in range(1, self.asked[group.name] + 1)
                ]
                found[group.name] = [one for one in filled if any(one.values())]
        return found


class _WithPicture(PortalForm):
    """A form that asks strangers for the picture check; who has signed in is known."""

    def __init__(self, *args: Any, browser: str = "", known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known:
            del self.fields["picture"]
        else:
            self.fields["picture"].browser = browser  # type: ignore[attr-defined]


def _picture() -> PictureField:
    return PictureField(
        label="Digits in the picture", help_text="Type the six digits, or play the sound. This keeps robots out."
    )


def _company_name() -> forms.CharField:
    return forms.CharField(
        label="Company Name",
        max_length=text.COMPANY_NAME_MAX_LENGTH,
        help_text="For a number on file: the name as it is on file now. Capitals do not matter.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": "R02: Company Name is required."},
    )


class StartForm(_WithPicture):
    """What is filed, about whom, by whom."""

    actions = forms.MultipleChoiceField(
        label="Type of action",
        choices=Action.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="The three changes may go together; the first and the last stand alone.",
        error_messages={"required": "R06: Choose what you file.", "invalid_choice": "R06: Choose from the list."},
    )
    importer_number = forms.CharField(
        label="Importer number",
        max_length=numbers.TYPED_MAX_LENGTH,
        required=False,
        help_text=f"{numbers.IMPORTER_NUMBER_HINT} Leave it empty to ask CBP for a number (new record only).",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    company_name = _company_name()
    files_as = forms.ChoiceField(label="I file this form", choices=FiledAs.choices, widget=forms.RadioSelect)
    email = forms.CharField(
        label="Your e-mail address",
        max_length=text.EMAIL_MAX_LENGTH,
        help_text="We send the link to this filing there, and what becomes of it.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    picture = _picture()

    def __init__(self, *args: Any, is_broker: bool = False, known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, known=known, **kwargs)
        if known:
            del self.fields["email"]
        if not is_broker:
            del self.fields["files_as"]

    def clean_actions(self) -> list[Action]:
        chosen = [Action(code) for code in self.cleaned_data["actions"]]
        alone = next((one for one in chosen if one in (Action.NEW, Action.REFRESH)), None)
        if alone and len(chosen) > 1:
            raise error("R06", f"“{alone.label.partition(':')[0]}” stands alone: take the other marks off.")
        return chosen

    def clean_company_name(self) -> str:
        try:
            return text.clean_company_name(self.cleaned_data["company_name"])
        except ValidationError as problem:
            raise coded("R02", problem) from problem

    def clean_importer_number(self) -> numbers.ImporterNumber | None:
        typed = self.cleaned_data["importer_number"]
        try:
            return numbers.parse_importer_number(typed) if typed else None
        except ValidationError as problem:
            raise coded("R03", problem) from problem

    def clean_email(self) -> str:
        return text.clean_email(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        changes = [one for one in data.get("actions", ()) if one != Action.NEW]
        if changes and "importer_number" in data and data["importer_number"] is None:
            self.add_error("importer_number", error("R03", "Enter the number of the record that changes."))
        return data


class NoCodeForm(PortalForm):
    """Nobody reads the point of contact's mailbox any more."""

    reason = forms.CharField(
        label="Why can no code be had?",
        max_length=TEXT_LENGTH,
        help_text="Who the point of contact was and why the mailbox is not read any more. A CBP officer reads it.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_reason(self) -> str:
        return str(self.cleaned_data["reason"]).replace("\r\n", "\n")


#: Lists come from mails and spreadsheets.
BETWEEN_NUMBERS = re.compile(r"[\n\r,;\t]")


class QueryForm(PortalForm):
    """Up to six importer numbers."""

    numbers = forms.CharField(
        label="Importer numbers",
        max_length=400,
        help_text=f"Up to six, on lines of their own or with commas between them. {IMPORTER_NUMBER_HINT}",
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_numbers(self) -> list[ImporterNumber]:
        typed = [one.strip() for one in BETWEEN_NUMBERS.split(self.cleaned_data["numbers"]) if one.strip()]
        if len(typed) > QUERY_NUMBERS:
            raise ValidationError(f"Ask for at most six numbers at a time (there are {len(typed)}).")
        read: dict[str, ImporterNumber] = {}
        problems: list[ValidationError] = []
        for place, one in enumerate(typed, 1):
            try:
                number = parse_importer_number(one)
            except ValidationError as problem:
                problems += [error("R03", f"Number {place}: {message}") for message in problem.messages]
            else:
                read[number.normal] = number
        if problems:
            raise ValidationError(problems)
        return list(read.values())


class RestoreForm(_WithPicture):
    """Ask CBP to restore a voided record."""

    company_name = _company_name()
    importer_number = forms.CharField(
        label="Importer number",
        max_length=numbers.TYPED_MAX_LENGTH,
        help_text=numbers.IMPORTER_NUMBER_HINT,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    requester_name = forms.CharField(
        label="Your name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    requester_email = forms.CharField(
        label="Your e-mail address",
        max_length=text.EMAIL_MAX_LENGTH,
        help_text="The decision goes there.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    reason = forms.CharField(
        label="Why should the record be restored?",
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    proof = PdfField(
        label="Proof of the number",
        help_text=(
            "PDF, up to 10 MB: for an EIN a letter of the IRS, for a Social Security number the card, for a "
            "CBP-assigned number CBP’s letter."
        ),
    )
    picture = _picture()

    def clean_company_name(self) -> str:
        return text.clean_company_name(self.cleaned_data["company_name"])

    def clean_importer_number(self) -> numbers.ImporterNumber:
        return numbers.parse_importer_number(self.cleaned_data["importer_number"])

    def clean_requester_name(self) -> str:
        return text.clean_line(self.cleaned_data["requester_name"], max_length=100, letters_only=True)

    def clean_requester_email(self) -> str:
        return text.clean_email(self.cleaned_data["requester_email"])

    def clean_reason(self) -> str:
        return str(self.cleaned_data["reason"]).replace("\r\n", "\n")
