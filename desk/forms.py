"""The forms of the queue."""

from typing import Any

from django import forms

from accounts.models import User
from ace_portal.core.forms import PortalForm
from desk import notes
from useraccess import desks


class HandOverForm(PortalForm):
    """To which officer? Not to the one who has it (`without`)."""

    officer = forms.ModelChoiceField(
        label="Officer",
        queryset=User.objects.none(),
        empty_label="- Select an officer -",
        help_text="They are told by mail.",
    )

    def __init__(self, *args: Any, without: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["officer"]
        field.queryset = desks.officers().exclude(pk=without.pk if without else 0)


class NoteForm(PortalForm):
    """What the next officer should know."""

    text = forms.CharField(
        label="Note",
        max_length=notes.LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="For the desk alone. It stays in the history and cannot be changed.",
    )

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")
