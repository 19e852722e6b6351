"""What the desk asks and tells the applicant, and what the applicant answers."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from ace_portal.core.forms import PortalForm
from useraccess.activity_forms import FILE_AGAIN, AttachmentField, LongText

#: As much as a message of the conversation holds.
TEXT_LENGTH = 2000
#: What may be attached to an answer, by the ending of the name it is kept under.
ENDINGS = (".pdf", ".png", ".jpg", ".jpeg")


class RejectForm(PortalForm):
    """The base of a room's form: it names its own reasons."""

    reasons: Any = ()

    reason = forms.ChoiceField(label="Reason")
    text = forms.CharField(
        label="Message to the applicant",
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Say what did not fit and what the applicant can do next. It is mailed as you write it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [("", "- Select a reason -"), *self.reasons]  # type: ignore[attr-defined]


class QuestionForm(PortalForm):
    question = forms.CharField(
        label="Question to the applicant",
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="It is mailed as you write it. The application waits until the applicant answers.",
    )


class PaperField(AttachmentField):
    """A document or a picture of one: PDF, PNG or JPEG. Cleans to an Attachment."""

    widget = forms.FileInput(attrs={"accept": ",".join(ENDINGS)})

    def to_python(self, data: Any) -> Any:
        found = super().to_python(data)
        if found and PurePath(found.name).suffix not in ENDINGS:
            raise ValidationError(
                "The file is no PDF, PNG or JPEG. Save or scan it as one of these and choose the new file.", "unknown"
            )
        return found


class AnswerForm(PortalForm):
    """The applicant's answer to the desk."""

    text = LongText(
        label="Your answer",
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Up to 2,000 characters. The officer who asked reads it next.",
    )
    attachment = PaperField(label="Attachment", required=False, help_text="PDF, PNG or JPEG, up to 10 MB.")

    def clean(self) -> dict[str, Any]:
        if self.errors and self.cleaned_data.get("attachment"):
            self.add_error("attachment", FILE_AGAIN)
        return self.cleaned_data

    def answer(self) -> dict[str, Any]:
        """The cleaned answers, as `decisions.answer` takes them."""
        return {"text": self.cleaned_data["text"], "attachment": self.cleaned_data["attachment"] or None}
