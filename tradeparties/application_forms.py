"""The forms of the trade parties' applications, drawn from their descriptions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html

from accounts import registry
from accounts.person_form import PersonForm
from ace_portal.core.forms import PortalForm
from tradeparties.account_types import APPLIED_FOR
from tradeparties.descriptions import ACTIVITIES, EMAIL, OWNER, PICTURE, Description, Question, Section

#: Nobody needs to exceed it; what is longer is an error, and is not kept in full.
TYPED_LENGTH = 500
#: As many activities as one application may ask for, and as many as the page offers at first.
MOST_ROWS, FIRST_ROWS = 20, 2
IMPORTER = "IMPORTER"


@dataclass(frozen=True)
class Part:
    """A section as the template draws it."""

    section: Section
    fields: list[forms.BoundField]


class SectionsForm(PortalForm):
    """The questions of one or several sections, but those left out (`without`)."""

    sections: tuple[Section, ...] = ()
    without: frozenset[str] = frozenset()

    def __init__(self, *args: Any, browser: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in self.questions():
            if question.key not in self.fields:
                self.add_field(question.key, question.asked())
        self.order_fields([question.key for question in self.questions()])
        if PICTURE in self.fields:
            self.fields[PICTURE].browser = browser  # type: ignore[attr-defined]
        if "terms" in self.fields:
            self.fields["terms"].help_text = format_html(
                '<a class="usa-link" href="{}" target="_blank" rel="noopener">Terms and Conditions</a> (in a new tab)',
                reverse("exporters:terms"),
            )

    @classmethod
    def questions(cls) -> list[Question]:
        """The questions the form asks, in order."""
        asked = (question for section in cls.sections if not section.repeated for question in section.questions)
        return [question for question in asked if question.key not in cls.without]

    def parts(self) -> list[Part]:
        """The sections with their fields, for the template."""
        hidden = {f"{OWNER}zip_override"} if not getattr(self, "offers_zip_override", True) else set()
        return [
            Part(section, [self[one.key] for one in section.questions if one.key in self.fields.keys() - hidden])
            for section in self.sections
        ]

    def clean(self) -> dict[str, Any]:
        super().clean()
        for question in self.questions():
            if question.clean and self.cleaned_data.get(question.key):
                try:
                    self.cleaned_data[question.key] = question.clean(self.cleaned_data[question.key])
                except ValidationError as error:
                    self.add_error(question.key, error)
        return self.cleaned_data

    def typed(self) -> dict[str, str]:
        """What was sent, field by field: the draft to be kept. A box that is not checked is sent as nothing."""
        names = [
            question.key + suffix
            for question in self.questions()
            if question.key not in (PICTURE, EMAIL)
            for suffix in getattr(self.fields[question.key].widget, "widgets_names", [""])
        ]
        boxes = {name for name in names if isinstance(self.fields.get(name), forms.BooleanField)}
        return {name: _cut(self.data.get(name, "")) for name in names if name in self.data or name in boxes}

    def answers(self) -> dict[str, Any]:
        """The cleaned answers as fields of TradeApplication."""
        answers = {one.key: self.cleaned_data[one.key] for one in self.questions() if one.kept}
        if "fiscal_year_end" in answers:
            month, day = answers.pop("fiscal_year_end") or (None, None)
            answers |= {"fiscal_year_end_month": month, "fiscal_year_end_day": day}
        return answers


class PersonSectionsForm(SectionsForm, PersonForm):
    """Sections one of which describes a person with an address."""

    part = OWNER
    names_of = "Account Owner "


class ActivitiesForm(PortalForm):
    """As many activities as are asked for; rows left blank do not count. One of them is the primary type."""

    sections = (ACTIVITIES,)
    without: frozenset[str] = frozenset()
    ROW = "activity-{}-{}"

    def __init__(self, *args: Any, rows: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = min(max(rows, FIRST_ROWS, self._rows_known()), MOST_ROWS)
        for row in range(self.rows):
            for question in ACTIVITIES.questions:
                self.add_field(self.name(row, question.key), self._asked(question))
        primary = forms.ChoiceField(
            label="Which one is the primary account type (P)?",
            choices=[(str(row), f"Activity {row + 1}") for row in range(self.rows)],
            widget=forms.RadioSelect,
            required=False,
            help_text="The main business of the company. With one activity it is that one.",
        )
        self.add_field("primary", primary)

    @classmethod
    def name(cls, row: int, key: str) -> str:
        return cls.ROW.format(row, key)

    def _rows_known(self) -> int:
        """The number of the last row that holds anything."""
        known = self.data or self.initial
        keys = [question.key for question in ACTIVITIES.questions]
        held = (row + 1 for row in range(MOST_ROWS) if any(known.get(self.name(row, key)) for key in keys))
        return max(held, default=0)

    @staticmethod
    def _asked(question: Question) -> forms.Field:
        field = (
            forms.ChoiceField(label=question.label, choices=type_choices())
            if question.key == "type"
            else question.asked()
        )
        # A row may stay blank; what is missing in one that was begun is said in `clean`.
        field.required = False
        return field

    def groups(self) -> list[list[forms.BoundField]]:
        """The fields of each row, for the template."""
        keys = [question.key for question in ACTIVITIES.questions]
        return [[self[self.name(row, key)] for key in keys] for row in range(self.rows)]

    def clean(self) -> dict[str, Any]:
        super().clean()
        found = [row for row in range(self.rows) if self._begun(row)]
        for row in found:
            self._clean_row(row)
        if not found:
            self.add_error(self.name(0, "type"), ValidationError("Enter at least one activity.", "required"))
        elif not self.errors:
            self._refuse_twice(found)
            self._choose_primary(found)
        return self.cleaned_data

    def _begun(self, row: int) -> bool:
        return any(str(self.data.get(self.name(row, one.key), "")).strip() for one in ACTIVITIES.questions)

    def _clean_row(self, row: int) -> None:
        """Read one row: the type says how its code or number is written."""
        kind = None
        for question in ACTIVITIES.questions:
            name = self.name(row, question.key)
            value = self.cleaned_data.get(name)
            if name in self.errors:
                continue
            if not value:
                self.add_error(name, ValidationError(f"Activity {row + 1}: {question.label} is required.", "required"))
                continue
            try:
                if question.key == "type":
                    kind = registry.account_type(str(value))
                elif question.key == "identifier" and kind:
                    self.cleaned_data[name] = kind.normalize(str(value))
                elif question.clean:
                    self.cleaned_data[name] = question.clean(value)
            except ValidationError as error:
                self.add_error(name, error)

    def _refuse_twice(self, rows: list[int]) -> None:
        seen: set[tuple[str, str]] = set()
        for row in rows:
            both = (self.cleaned_data[self.name(row, "type")], self.cleaned_data[self.name(row, "identifier")])
            if both in seen:
                self.add_error(
                    self.name(row, "identifier"),
                    ValidationError("This activity is entered twice. Leave one of the two blank.", "twice"),
                )
            seen.add(both)

    def _choose_primary(self, rows: list[int]) -> None:
        chosen = self.cleaned_data.get("primary")
        if len(rows) == 1:
            self.cleaned_data["primary"] = str(rows[0])
        elif not chosen or int(chosen) not in rows:
            self.add_error("primary", ValidationError("Choose which activity is the primary account type.", "primary"))

    def typed(self) -> dict[str, str]:
        """What was sent: the draft to be kept."""
        names = [self.name(row, one.key) for row in range(MOST_ROWS) for one in ACTIVITIES.questions]
        sent = {name: _cut(self.data[name]) for name in names if name in self.data}
        return {**sent, "primary": _cut(self.data.get("primary", ""))}

    def activities(self) -> list[dict[str, Any]]:
        """The cleaned rows as fields of RequestedActivity."""
        data = self.cleaned_data
        rows = [row for row in range(self.rows) if self._begun(row)]
        return [
            {
                "account_type": data[self.name(row, "type")],
                "identifier": data[self.name(row, "identifier")],
                "name": data[self.name(row, "name")],
                "is_primary": data["primary"] == str(row),
            }
            for row in rows
        ]

    def field_of(self, index: int) -> str:
        """The field of the code or number of the activity that stands at `index` of `activities`."""
        return self.name([row for row in range(self.rows) if self._begun(row)][index], "identifier")


def type_choices() -> list[tuple[str, str]]:
    """What may be applied for, as options."""
    options = ((kind.code, f"{kind.label} ({kind.identifier_label})") for kind in about_types())
    return [("", "Select an Option"), *options]


def about_types() -> list[registry.AccountType]:
    """What may be applied for, for the page that explains it."""
    return [*APPLIED_FOR, registry.account_type(IMPORTER)]


def first_activity(code: str, company_name: str) -> dict[str, str]:
    """What waits in the first row for whoever chose this account type before applying; nothing for any other code."""
    if code not in dict(type_choices()) or not code:
        return {}
    return {ActivitiesForm.name(0, "type"): code, ActivitiesForm.name(0, "name"): company_name}


def form_class(sections: Iterable[Section], without: Iterable[str] = ()) -> type[Any]:
    """The class of the form that asks the questions of these sections."""
    chosen = tuple(sections)
    if any(section.repeated for section in chosen):
        return ActivitiesForm
    base = PersonSectionsForm if any(section.person for section in chosen) else SectionsForm
    return type("SectionForm", (base,), {"sections": chosen, "without": frozenset(without)})


@dataclass(frozen=True)
class Filled:
    """A draft as a whole: the form of each of its sections, bound to what was typed."""

    description: Description
    forms: list[tuple[Section, Any]]

    def form_of(self, section: Section) -> Any:
        """The form of a section."""
        return next(form for known, form in self.forms if known is section)

    @property
    def unfinished(self) -> Section | None:
        """The first section with an error."""
        return next((section for section, form in self.forms if not form.is_valid()), None)

    def answers(self) -> dict[str, Any]:
        """The answers of all sections as fields of TradeApplication."""
        found: dict[str, Any] = {}
        for section, form in self.forms:
            if not section.repeated:
                found |= form.answers()
        return found

    @property
    def activities_form(self) -> ActivitiesForm:
        form: ActivitiesForm = next(form for section, form in self.forms if section.repeated)
        return form

    def activities(self) -> list[dict[str, Any]]:
        return self.activities_form.activities()


#: What is asked once, where the application begins.
AT_THE_BEGINNING = (EMAIL, PICTURE)


def filled(description: Description, draft: dict[str, str]) -> Filled:
    """A draft's forms. What is asked once at the beginning is not asked again."""
    data = QueryDict(mutable=True)
    data.update(draft)
    bound = [(section, form_class([section], AT_THE_BEGINNING)(data)) for section in description.sections]
    return Filled(description, bound)


def initial(draft: dict[str, str]) -> dict[str, Any]:
    """The draft as a form's initial values."""
    parts = (draft.get("fiscal_year_end_0") or "", draft.get("fiscal_year_end_1") or "")
    return {**draft, "fiscal_year_end": tuple(int(part) if part.isdecimal() else None for part in parts)}


def _cut(value: Any) -> str:
    return str(value).replace("\x00", "")[:TYPED_LENGTH]
