"""Which application is the right one: what the page "Apply for an account" asks and answers.

The account types say themselves what they are for and which application leads to them; the page adds what is no type.
"""

from dataclasses import dataclass
from typing import Any

from django import forms

from accounts import registry
from ace_portal.core.forms import PortalForm
from tradeparties.account_types import ABOLISHED, TRADE


@dataclass(frozen=True)
class Way:
    """An answer to "What does the company do?" with what follows from it. Without `application` nothing can be done."""

    code: str
    label: str
    explanation: str
    needs: str = ""
    application: str = ""


#: What importers and exporters read first: they are the most.
FIRST = ("IMPORTER", "EXPORTER")
SEVERAL_NUMBERS = Way(
    "IMPORTERS",
    "Importer with several importer numbers",
    "Brings goods into the United States under more than one importer number, which one account is to show.",
    "the importer numbers (CBP Form 5106)",
    TRADE,
)


def ways() -> list[Way]:
    """All answers: importer and exporter first, then the others by label, then what was abolished."""
    types = sorted(registry.account_types(), key=_place)
    found = [
        Way(kind.code, kind.label, kind.explanation, kind.identifier_label, kind.application)
        for kind in types
        if kind.application
    ]
    abolished = [
        Way(name.upper(), name, "This account type was abolished in July 2022 for lack of use.") for name in ABOLISHED
    ]
    return [found[0], SEVERAL_NUMBERS, *found[1:], *abolished]


def _place(kind: registry.AccountType) -> tuple[int, str]:
    return (FIRST.index(kind.code) if kind.code in FIRST else len(FIRST)), kind.label.casefold()


class ChooseForm(PortalForm):
    """What does the company do? Sent with GET, so that the answer is an address one can pass on."""

    activity = forms.ChoiceField(label="What does the company do?", widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ways = {way.code: way for way in ways()}
        choices = [(way.code, f"{way.label}: {way.explanation}") for way in self.ways.values()]
        self.fields["activity"].choices = choices  # type: ignore[attr-defined]
        self.fields["activity"].error_messages["required"] = "Choose what the company does."

    @property
    def chosen(self) -> Way | None:
        """The answer, once a valid one was sent."""
        return self.ways[self.cleaned_data["activity"]] if self.is_valid() else None
