"""A form with one field of every kind, and a reader for the HTML it becomes."""

from html.parser import HTMLParser
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from ace_portal.core.forms import MonthDayField, PortalForm

VOID = {"input", "br", "img", "meta", "link"}


class Element:
    def __init__(self, tag: str, attrs: dict[str, str], parents: "list[Element]") -> None:
        self.tag, self.attrs, self.parents, self.text = tag, attrs, parents, ""

    @property
    def classes(self) -> list[str]:
        return self.attrs.get("class", "").split()


class Page(HTMLParser):
    """The elements of a piece of HTML in order, each with its attributes, parents and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        assert not self._open, f"unclosed: {[element.tag for element in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, list(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str = "", css: str = "", **attrs: str) -> list[Element]:
        wanted = {name.replace("_", "-"): value for name, value in attrs.items()}
        return [
            element
            for element in self.elements
            if (not tag or element.tag == tag)
            and (not css or css in element.classes)
            and wanted.items() <= element.attrs.items()
        ]

    def one(self, tag: str = "", css: str = "", **attrs: str) -> Element:
        found = self.all(tag, css, **attrs)
        assert len(found) == 1, f"{len(found)} of {tag} {css} {attrs}"
        return found[0]


def words(text: str) -> str:
    return " ".join(text.split())


class Everything(PortalForm):
    """One field of every kind the portal uses."""

    company = forms.CharField(
        label="Company Name",
        max_length=35,
        help_text="As on Form 5106 <b>",
        widget=forms.TextInput(attrs={"class": "usa-input--xl", "autocomplete": "organization"}),
    )
    email = forms.EmailField(label="Business Email")
    structure = forms.ChoiceField(label="Structure", choices=[("", "- Select -"), ("C", "Corporation")])
    role = forms.ChoiceField(
        label="Who are you?",
        help_text="Choose one.",
        widget=forms.RadioSelect,
        choices=[("i", "Importer <i>"), ("Others", [("b", "Broker")])],
    )
    topics = forms.MultipleChoiceField(
        label="Topics", widget=forms.CheckboxSelectMultiple, choices=[("r", "Refunds"), ("s", "Statements")]
    )
    year_end = MonthDayField(label="Fiscal Year End")
    employees = forms.IntegerField(label="Employees")
    note = forms.CharField(label="Note", widget=forms.Textarea)
    password = forms.CharField(
        label="Password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    paper = forms.FileField(label="Form 5106")
    agreed = forms.BooleanField(label="I have asked the point of contact.")
    step = forms.CharField(widget=forms.HiddenInput)


VALID = {
    "company": "Acme",
    "email": "jo@acme.example",
    "structure": "C",
    "role": "b",
    "topics": ["r"],
    "year_end_0": "12",
    "year_end_1": "31",
    "employees": "3",
    "note": "Line 1\nLine 2",
    "password": "a secret",
    "agreed": "on",
    "step": "1",
}


def everything(**changes: Any) -> Everything:
    return Everything({**VALID, **changes}, {"paper": SimpleUploadedFile("5106.pdf", b"%PDF-")})
