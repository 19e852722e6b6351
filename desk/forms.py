"""The forms of the queue."""

from typing import Any

from django import forms

from accounts.models import User
from ace_portal.core.forms import PortalForm
from desk import notes
from desk.registry import Kind
from useraccess import desks


class HandOverForm(PortalForm):
    """To whom of the desk of this kind? Not to the one who has it (`without`)."""

    def __init__(self, *args: Any, kind: Kind, without: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = forms.ModelChoiceField(
            label=kind.decider.capitalize(),
            queryset=desks.people_at(kind.desk).exclude(pk=without.pk if without else 0),
            empty_label=f"- Select an {kind.decider} -",
            help_text="They are told by mail.",
        )
        self.add_field("officer", colleagues)


class NoteForm(PortalForm):
    """What the next colleague should know."""

    text = forms.CharField(
        label="Note",
        max_length=notes.LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="For the desk alone. It stays in the history and cannot be changed.",
    )

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")
