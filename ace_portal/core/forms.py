"""Forms in the look of the design system, with errors a person can act on.

Derive page forms from `PortalForm` (or put `PortalFormMixin` before another form class) and write `{{ form }}`: the
error summary, hints, error texts, ids and ARIA references come with it. Plain Django widgets are enough. The admin
draws its widgets with Django's own templates, so the design system's widgets belong to these forms alone.
"""

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import pretty_name
from django.forms.widgets import ChoiceWidget, Input
from django.utils.dates import MONTHS

#: Limits of text fields that state none themselves.
LINE_MAX_LENGTH = 255
TEXT_MAX_LENGTH = 4000

#: The design system's class of each kind of widget; the first match counts, so subclasses come first.
WIDGET_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "usa-checkbox__input"),
    (forms.RadioSelect, "usa-radio__input"),
    (forms.CheckboxInput, "usa-checkbox__input"),
    (forms.Select, "usa-select"),
    (forms.Textarea, "usa-textarea"),
    (forms.FileInput, "usa-file-input"),
    (Input, "usa-input"),
)

WIDGET_TEMPLATES = {
    "django/forms/widgets/select.html": "core/forms/widgets/select.html",
    "django/forms/widgets/radio.html": "core/forms/widgets/radio.html",
    "django/forms/widgets/checkbox_select.html": "core/forms/widgets/checkbox_select.html",
    # "Currently: … Clear" has no place here: a stored file is shown and removed on pages of their own.
    "django/forms/widgets/clearable_file_input.html": "django/forms/widgets/file.html",
}

#: What a text may not contain although nobody sees it: control and format characters, lone surrogates, private use,
#: line and paragraph separators. Look-alike letters are for the field that knows its alphabet.
INVISIBLE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
LAYOUT_CHARACTERS = {"\n", "\r", "\t"}
NUL = "\x00"


class DesignSystemRenderer(TemplatesSetting):
    """Draws forms and fields with the design system's templates, widgets with Django's."""

    form_template_name = "core/forms/form.html"
    field_template_name = "core/forms/field.html"


class PortalBoundField(BoundField):
    """A field that hands its widget the design system's classes and the ids of its hint and its error."""

    @property
    def aria_describedby(self) -> str | None:
        """Ids of all that explains the field: what the widget names itself, then the hint, then the error."""
        ids = [str(self.field.widget.attrs.get("aria-describedby", ""))]
        if self.auto_id and not self.is_hidden:
            ids.append(f"{self.auto_id}_helptext" if self.help_text else "")
            ids.append(f"{self.auto_id}_error" if self.errors else "")
        return " ".join(filter(None, ids)) or None

    @property
    def use_fieldset(self) -> bool:
        # Django groups a file input with its "clear" box; without that box it is one control with one label.
        return self.field.widget.use_fieldset and not isinstance(self.field.widget, forms.FileInput)

    @property
    def focus_id(self) -> str:
        """The id of the control that a link to this field should focus; "" when there is none."""
        if not self.auto_id or self.is_hidden:
            return ""
        if isinstance(self.field.widget, forms.MultiWidget):
            shown = (i for i, part in enumerate(self.field.widget.widgets) if not part.is_hidden)
            return f"{self.auto_id}_{next(shown, 0)}"
        if self.use_fieldset:
            return next((option.id_for_label or "" for option in self.subwidgets), "")
        return self.id_for_label

    def build_widget_attrs(self, attrs: Any, widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        if widget.is_hidden:
            return built
        classes = [next((name for kind, name in WIDGET_CLASSES if isinstance(widget, kind)), "")]
        classes.append(str(widget.attrs.get("class", "")))
        if self.use_fieldset and isinstance(widget, ChoiceWidget):
            # One radio button cannot be wrong: the error belongs to the group, whose fieldset points to it.
            built.pop("aria-invalid", None)
        elif self.errors and isinstance(widget, (Input, forms.Textarea, forms.Select)):
            classes.append("usa-input--error")
        if any(classes):
            built["class"] = " ".join(filter(None, classes))
        return built


class PortalRenderer(DesignSystemRenderer):
    """The renderer of `PortalForm`: the design system down to the single radio button."""

    bound_field_class = PortalBoundField

    def get_template(self, template_name: str) -> Any:
        return super().get_template(WIDGET_TEMPLATES.get(template_name, template_name))


@dataclass(frozen=True)
class ErrorRow:
    """One line of the error summary. `field_id` is the id to link to, "" for an error of the whole form."""

    field_id: str
    label: str
    message: str

    @property
    def text(self) -> str:
        """The message, led by the field's label unless it names the field itself."""
        if not self.label or self.label.casefold() in self.message.casefold():
            return self.message
        return f"{self.label}{'' if _is_sentence(self.label) else ':'} {self.message}"


def _is_sentence(label: str) -> bool:
    """Whether a label is a question or a statement, which no other sentence can take as its subject."""
    return label.endswith((".", "?", "!", ":"))


class VisibleText:
    """Validator: refuses characters that nobody can see, and says which one stands where.

    NUL is left to Django's own validator. Raises ValidationError with code "invisible".
    """

    def __init__(self, label: str) -> None:
        self.label = label

    def __call__(self, value: str) -> None:
        for position, character in enumerate(value, start=1):
            if character in LAYOUT_CHARACTERS or character == NUL:
                continue
            if unicodedata.category(character) in INVISIBLE_CATEGORIES:
                name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
                raise ValidationError(
                    f"{self.label} contains an invisible character ({name}, character {position}). "
                    "Delete it, or type the text again instead of pasting it.",
                    code="invisible",
                )


def _plain_messages(field: forms.Field, label: str) -> dict[str, str]:
    """Error texts by code that say which field is meant, in words that fit its kind."""
    subject = "This answer" if _is_sentence(label) else label
    pattern = subject.replace("%", "%%")  # all but "required" go through %-formatting
    messages = {"required": f"{subject} is required."}
    if isinstance(field, forms.BooleanField):
        messages["required"] = "Check this box to go on."
    if isinstance(field, forms.ChoiceField):
        messages["invalid_choice"] = f"{pattern} must be one of the options offered."
    if isinstance(field, forms.CharField):
        messages["max_length"] = f"{pattern} must be %(limit_value)d characters or fewer (it has %(show_value)d)."
        messages["min_length"] = f"{pattern} must be %(limit_value)d characters or more (it has %(show_value)d)."
        messages["null_characters_not_allowed"] = f"{pattern} contains a NUL character. Type the text again."
    if isinstance(field, forms.EmailField):
        messages["invalid"] = f"{pattern} must look like name@example.com."
    return messages


def _name_the_field(field: forms.Field, label: str) -> None:
    """Replace Django's general messages by plain ones; messages of the field's own stay."""
    general = {
        "required": forms.Field.default_error_messages["required"],
        "invalid_choice": forms.ChoiceField.default_error_messages["invalid_choice"],
    }
    for code, message in _plain_messages(field, label).items():
        if field.error_messages.get(code) == general.get(code):
            field.error_messages[code] = message


def _limit_text(field: forms.CharField, label: str) -> None:
    """Give a text field an upper length and refuse what cannot be seen in it (passwords may hold anything)."""
    if field.max_length is None:
        field.max_length = TEXT_MAX_LENGTH if isinstance(field.widget, forms.Textarea) else LINE_MAX_LENGTH
        field.validators.append(MaxLengthValidator(field.max_length))
    # A browser cuts pasted text at maxlength without a word; the error says what is too long instead.
    field.widget.attrs.pop("maxlength", None)
    if not isinstance(field.widget, forms.PasswordInput):
        field.validators.append(VisibleText(label))


if TYPE_CHECKING:
    _FormBase = forms.Form
else:
    _FormBase = object


class PortalFormMixin(_FormBase):
    """What every form of the portal does; put it before the form class it extends.

    Shows again what was typed, as it was typed. White space around a text is trimmed from `cleaned_data` only.
    """

    default_renderer = PortalRenderer

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            self._adopt(name, field)

    def add_field(self, name: str, field: forms.Field) -> None:
        """Add a field that is not declared on the class, with the same messages and limits as the declared ones."""
        self.fields[name] = field
        self._adopt(name, field)

    @staticmethod
    def _adopt(name: str, field: forms.Field) -> None:
        label = str(field.label or pretty_name(name))
        _name_the_field(field, label)
        if isinstance(field, forms.CharField):
            _limit_text(field, label)

    def error_rows(self) -> list[ErrorRow]:
        """Every error in reading order: those of the whole form, then field by field. Empty for a valid form."""
        rows = [ErrorRow("", "", str(message)) for message in self.non_field_errors()]
        for name in self.fields:
            bound = self[name]
            field_id = bound.focus_id if isinstance(bound, PortalBoundField) else bound.id_for_label
            rows += [ErrorRow(field_id, str(bound.label), str(message)) for message in bound.errors]
        return rows


class PortalForm(PortalFormMixin, forms.Form):
    """The base class of the portal's forms."""


class MonthDayWidget(forms.MultiWidget):
    """Two labelled selects in one group: month and day."""

    template_name = "core/forms/widgets/month_day.html"
    labels = ("Month", "Day")

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        months = [("", "- Select -"), *((number, str(name)) for number, name in MONTHS.items())]
        days = [("", "- Select -"), *((day, str(day)) for day in range(1, 32))]
        select = {"class": "usa-select", "autocomplete": "off"}
        super().__init__([forms.Select(select, choices=months), forms.Select(select, choices=days)], attrs)

    def decompress(self, value: Any) -> list[Any]:
        return list(value) if value else [None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for part, label in zip(context["widget"]["subwidgets"], self.labels, strict=True):
            part["label"] = label
        return context


#: February 29 is let through: a fiscal year may end on the last day of February.
DAYS_OF_MONTH = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


class MonthDayField(forms.MultiValueField):
    """A day that comes every year. Cleans to (month, day), or None when left empty and not required.

    Takes the arguments of a form field; `initial` is a (month, day) pair. Refuses half a date and February 31.
    """

    widget = MonthDayWidget

    def __init__(self, **kwargs: Any) -> None:
        parts = (
            forms.TypedChoiceField(
                choices=[(number, str(name)) for number, name in MONTHS.items()],
                coerce=int,
                error_messages={"incomplete": "Choose a month.", "invalid_choice": "Choose a month from the list."},
            ),
            forms.TypedChoiceField(
                choices=[(day, str(day)) for day in range(1, 32)],
                coerce=int,
                error_messages={"incomplete": "Choose a day.", "invalid_choice": "Choose a day from the list."},
            ),
        )
        super().__init__(fields=parts, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[int]) -> tuple[int, int] | None:
        if not data_list:
            return None
        month, day = data_list
        last = DAYS_OF_MONTH.get(month, 31)
        if day > last:
            raise ValidationError(
                f"{MONTHS[month]} has no day {day}. Choose a day from 1 to {last}.", code="no_such_day"
            )
        return month, day
