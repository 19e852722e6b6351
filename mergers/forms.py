"""The forms about mergers: shape and wording of their fields."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts import registry
from ace_portal.core.forms import PortalForm
from mergers.actions import Number
from useraccess.forms import exact_text

#: More lines than anybody types; whoever has more names the whole account, or proposes twice.
MOST_NUMBERS = 200
LONGEST = 60 * MOST_NUMBERS
WHOLE, PART = "whole", "part"


def box(code: str) -> str:
    """The name of the box for the numbers of an account type."""
    return f"numbers_{code.lower()}"


class ProposeForm(PortalForm):
    """Whose account, and what of it: everything, or sub-accounts by their numbers, a box for each account type."""

    user_id = forms.CharField(
        label="Existing User ID",
        max_length=20,
        help_text="Of the other account’s Trade Account Owner. Capital and small letters matter.",
        widget=exact_text(),
    )
    ace_id = forms.CharField(
        label="Top Account ACE ID",
        max_length=20,
        help_text="Ten digits. Home shows it to the other company.",
        widget=exact_text(),
    )
    what = forms.ChoiceField(
        label="What do you take over?",
        choices=[(WHOLE, "The whole account"), (PART, "Some of its sub-accounts, which I name below")],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in registry.account_types():
            numbers = forms.CharField(
                label=f"{kind.label}: {kind.identifier_label}",
                required=False,
                max_length=LONGEST,
                help_text="One number a line. Leave it empty for the whole account.",
                widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
            )
            self.add_field(box(kind.code), numbers)

    def clean(self) -> dict[str, Any]:
        """Numbers in normal form under `numbers`. Which of them exist is not asked here."""
        found: list[Number] = []
        for kind in registry.account_types():
            found += self._numbers(kind)
        what = self.cleaned_data.get("what")
        if not self.errors and what == PART and not found:
            self.add_error("what", "Name at least one sub-account by its number, or choose the whole account.")
        if not self.errors and what == WHOLE and found:
            self.add_error("what", "Take the numbers out below, or choose to take over some of the sub-accounts.")
        if len(found) > MOST_NUMBERS:
            self.add_error("what", f"Name at most {MOST_NUMBERS} sub-accounts at a time.")
        self.cleaned_data["numbers"] = found
        return self.cleaned_data

    def _numbers(self, kind: registry.AccountType) -> list[Number]:
        """The numbers in the box of an account type, each once."""
        wrong: list[str] = []
        found: dict[str, Number] = {}
        lines = self.cleaned_data.get(box(kind.code), "").splitlines()
        for place, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                identifier = kind.normalize(line.strip())
            except ValidationError as error:
                wrong.append(f"Line {place}: {' '.join(error.messages)}")
            else:
                found.setdefault(identifier, Number(kind.code, place, identifier))
        if wrong:
            self.add_error(box(kind.code), " ".join(wrong[:5]))
        return list(found.values())
