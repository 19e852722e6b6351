"""A decision that a review page offers, and the form most of them ask to fill in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from accounts.models import User
from ace_portal.core.forms import PortalForm

#: As much as a text of the desk holds.
TEXT_LENGTH = 2000


class TextForm(PortalForm):
    """What an officer writes with a decision."""

    text = forms.CharField(label="Text", max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 4}))

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")


def _nothing_more(row: Any) -> list[str]:
    return []


@dataclass(frozen=True)
class Decision:
    """A button. `code` ends its address; `run(row, by=officer, seen=stamp, **cleaned answers)` is the action behind it.

    `done` is what the officer reads afterwards, a format that knows the `row`. `fits(row, officer)` says whether it is
    offered; the action decides again, on the locked row.
    """

    code: str
    label: str
    what_happens: str
    run: Callable[..., Any]
    done: str
    fits: Callable[[Any, User], bool]
    #: What is asked; None for a button alone.
    form: type[PortalForm] | None = TextForm
    is_refusal: bool = False
    #: Whether somebody is mailed, so that there is something to read before.
    mails: bool = True
    #: What it does to this very row, as a list under `what_happens`.
    effects: Callable[[Any], list[str]] = _nothing_more

    def ask(self, answers: Any = None) -> PortalForm:
        """Its form, empty or with what was typed; without a field for a button alone."""
        return (self.form or PortalForm)(answers, auto_id=f"{self.code}_%s")
