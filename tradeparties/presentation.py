"""What the applications' pages show of their answers. Nothing is decided here."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from accounts import registry
from tradeparties.application_forms import Filled
from tradeparties.descriptions import DESCRIPTIONS, EMAIL, Description, Question, Section
from tradeparties.models import TradeApplication

Row = dict[str, str]


def answer_sections(application: TradeApplication, filled: Filled) -> list[dict[str, Any]]:
    """The sections of "Check your answers": title and rows, each with the link that leads to its field."""
    sections = []
    for section, form in filled.forms:
        page = reverse("tradeparties:step", args=[application.draft_token, section.code])
        rows = (
            _activity_rows(filled.activities(), masked=False, change_url=page)
            if section.repeated
            else _answered(section, form, page, application)
        )
        sections.append({"title": section.title, "rows": rows})
    return sections


def _answered(section: Section, form: Any, page: str, application: TradeApplication) -> list[Row]:
    rows = []
    for question in _shown(section):
        if question.key == EMAIL:
            rows.append({"label": question.label, "value": application.applicant_email})
            continue
        value = question.shown(form.cleaned_data.get(question.key))
        url = f"{page}#{form[question.key].id_for_label}"
        rows.append({"label": question.label, "value": value, "change_url": url})
    return rows


def submitted_sections(application: TradeApplication, *, for_desk: bool) -> list[dict[str, Any]]:
    """The sections of what was submitted: the desk reads all of it, the status link shows no birth dates and no EIN."""
    description: Description = DESCRIPTIONS[TradeApplication.Kind(application.kind)]
    sections = []
    for section in description.sections:
        rows = [
            {"label": question.label, "value": question.shown(getattr(application, question.key))}
            for question in (() if section.repeated else _shown(section))
            if for_desk or not question.private
        ]
        if section.repeated or section.code == "company" and description.kind == TradeApplication.Kind.PROTEST_FILER:
            asked = [vars(activity) for activity in application.activities.all()]
            rows += _activity_rows(asked, masked=not for_desk)
        sections.append({"title": section.title, "rows": rows})
    return sections


def _shown(section: Section) -> list[Question]:
    return [question for question in section.questions if question.kept]


def _activity_rows(activities: list[dict[str, Any]], *, masked: bool, change_url: str = "") -> list[Row]:
    rows = []
    for number, activity in enumerate(activities, start=1):
        kind = registry.account_type(activity["account_type"])
        write: Callable[[str], str] = kind.mask if masked else str
        primary = ", primary account type (P)" if activity["is_primary"] else ""
        value = f"{kind.label}{primary}\n{kind.identifier_label} {write(activity['identifier'])}\n{activity['name']}"
        row = {"label": f"Activity {number}", "value": value}
        rows.append({**row, "change_url": change_url} if change_url else row)
    return rows
