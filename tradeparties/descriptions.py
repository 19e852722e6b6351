"""What the applications of the trade parties ask: one description a kind.

The form, the page "Check your answers", the status page and the review page of the desk are drawn from it. A question
is asked by a field of its `field_class` and kept in the field of TradeApplication with the same name as its `key`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django_countries import countries

from accounts import person_form
from accounts.birth_dates import BirthDateField
from accounts.models import OrganizationalStructure
from ace_portal.core import addresses, numbers, text
from ace_portal.core.forms import MonthDayField
from tradeparties.models import TradeApplication
from verification.forms import PictureField

Kind = TradeApplication.Kind
PICTURE = "picture"
EMAIL = "applicant_email"
OWNER = "owner_"


@dataclass(frozen=True)
class Question:
    """One answer that is asked for. `clean` tidies it or raises ValidationError, `show` writes it for a reader."""

    key: str
    label: str
    field_class: Callable[..., forms.Field] = forms.CharField
    required: bool = True
    help: str = ""
    clean: Callable[[Any], Any] | None = None
    show: Callable[[Any], str] = str
    #: Only whoever typed it and the desk see it, not everybody with the status link.
    private: bool = False
    #: The answer is not kept: it is about this opening of the form.
    kept: bool = True
    more: dict[str, Any] = field(default_factory=dict)

    def asked(self) -> forms.Field:
        """A fresh form field."""
        return self.field_class(label=self.label, required=self.required, help_text=self.help, **self.more)

    def shown(self, value: Any) -> str:
        """An answer as a reader sees it; "" for none."""
        return self.show(value) if value not in (None, "", False) else ""


@dataclass(frozen=True)
class Section:
    """Questions that belong together: a page of the application in steps, a part of an application on one page."""

    code: str
    title: str
    questions: tuple[Question, ...] = ()
    intro: str = ""
    #: The prefix of the questions that describe a person with an address; they are looked at together.
    person: str = ""
    #: The questions are asked for each of several activities.
    repeated: bool = False


@dataclass(frozen=True)
class Description:
    """All that an application of one kind asks."""

    kind: Kind
    title: str
    sections: tuple[Section, ...]

    def section(self, code: str) -> Section:
        """The section of this code. Raises KeyError."""
        return next((one for one in self.sections if one.code == code), None) or _unknown(code)


def _unknown(code: str) -> Section:
    raise KeyError(code)


def _text(max_length: int, *, autocomplete: str = "off", size: str = "", **attrs: str) -> dict[str, Any]:
    attributes = {"autocomplete": autocomplete, **({"class": size} if size else {}), **attrs}
    return {"max_length": max_length, "widget": forms.TextInput(attrs=attributes)}


def _month_day(value: Any) -> str:
    """ "September 30", from what the form or the row has."""
    return value if isinstance(value, str) else f"{MONTHS[value[0]]} {value[1]}"


def _day(value: date) -> str:
    return f"{value:%m/%d/%Y}"


def _yes(_: Any) -> str:
    return "Yes"


def _name(key: str, label: str, *, autocomplete: str = "off") -> Question:
    more = _text(text.PERSON_NAME_MAX_LENGTH, autocomplete=autocomplete)
    return Question(key, label, clean=text.clean_person_name, more=more)


def _born(key: str, label: str, help_text: str) -> Question:
    return Question(key, label, BirthDateField, help=help_text, show=_day, private=True)


def _person() -> tuple[Question, ...]:
    """The questions about the account owner that all applications share (accounts.person_form)."""
    shows: dict[str, Callable[[Any], str]] = {
        "country": lambda code: str(countries.name(code)),
        "phone": addresses.format_phone,
    }
    return tuple(
        Question(
            f"{OWNER}{name}",
            str(known.label),
            field_class=lambda known=known, **_: known,
            required=known.required,
            show=shows.get(name, str),
            kept=name != "zip_override",
        )
        for name, known in person_form.fields_of_a_person("Account Owner ").items()
    )


COMPANY_NAME = Question(
    "company_name",
    "Company Name",
    help="The legal name. Capitals do not matter.",
    clean=text.clean_company_name,
    more=_text(text.COMPANY_NAME_MAX_LENGTH, autocomplete="organization"),
)
OWNER_EMAIL = Question(
    EMAIL,
    "Business Email Address (Account Owner Login Email)",
    help="The address of the person who will own the account. All mail about the application goes there.",
    clean=text.clean_email,
    more={"max_length": text.EMAIL_MAX_LENGTH, "widget": forms.EmailInput(attrs={"autocomplete": "email"})},
)
COMPANY_FACTS = (
    Question(
        "organizational_structure",
        "Company Organizational Structure",
        forms.ChoiceField,
        show=lambda code: str(OrganizationalStructure(code).label),
        more={"choices": [("", "Select an Option"), *OrganizationalStructure.choices]},
    ),
    Question("fiscal_year_end", "Account's Fiscal Year End Date", MonthDayField, required=False, show=_month_day),
    Question(
        "duns",
        "DUNS",
        required=False,
        help=numbers.DUNS_HINT,
        clean=numbers.parse_duns,
        more=_text(20, size="usa-input--medium"),
    ),
    Question(
        "website",
        "Company Website",
        required=False,
        help="Such as https://www.acme.example",
        clean=text.clean_website,
        more=_text(text.WEBSITE_MAX_LENGTH, autocomplete="url", inputmode="url"),
    ),
)
PICTURE_CHECK = Question(
    PICTURE,
    "Digits in the picture",
    lambda *, required, **more: PictureField(**more),  # it is always required, and says so itself
    help="Type the six digits, or play the sound. This keeps robots out.",
    kept=False,
)
TERMS = Question(
    "terms",
    "I have read the Terms and Conditions and agree to them",
    forms.BooleanField,
    show=_yes,
    more={
        "error_messages": {"required": "Read the Terms and Conditions and check the box to agree to them."},
    },
)
OFFICER = Section(
    "officer",
    "Company officer",
    (
        _name("officer_first_name", "Officer’s First Name"),
        _name("officer_last_name", "Officer’s Last Name"),
        Question(
            "officer_title",
            "Officer’s Title",
            help="Such as President or Treasurer.",
            clean=lambda typed: text.clean_line(typed, max_length=60, refuse=text.MARKUP),
            more=_text(60, autocomplete="organization-title"),
        ),
        _born("officer_date_of_birth", "Officer’s Date of Birth", "MM/DD/YYYY, such as 03/21/1965."),
    ),
    intro="Somebody who may bind the company. The officer authorizes the account and its owner.",
)
ACTIVITIES = Section(
    "activities",
    "Business activities",
    (
        Question("type", "Account Type", forms.ChoiceField),
        Question(
            "identifier",
            "Code or Number",
            help="The filer code, SCAC, ICAO or IATA code, surety code, FIRMS code, EIN or importer number.",
            more=_text(numbers.TYPED_MAX_LENGTH, size="usa-input--medium", spellcheck="false"),
        ),
        Question(
            "name",
            "Name of the License or Record Holder",
            help="As the license, the record of the carrier or the Form 5106 has it.",
            clean=text.clean_company_name,
            more=_text(text.COMPANY_NAME_MAX_LENGTH),
        ),
    ),
    intro="Each activity becomes a sub-account. Several importer numbers are several activities. Fill in all three "
    "fields of an activity; leave all three blank where there is none.",
    repeated=True,
)
ACCOUNT_OWNER = Section(
    "owner",
    "Account owner",
    (
        *_person(),
        _born(
            "owner_date_of_birth",
            "Date of Birth",
            "MM/DD/YYYY, such as 03/21/1985. Name and date of birth together tell portal users apart.",
        ),
    ),
    intro="Following information is required for Account Owner.",
    person=OWNER,
)
AUTHORIZATION = Section(
    "authorization",
    "Authorization",
    (
        Question(
            "officer_authorizes",
            "The company officer authorizes this account and designates the account owner named in this application",
            forms.BooleanField,
            show=_yes,
        ),
        Question(
            "owner_acknowledges",
            "The account owner acknowledges this designation and the duties that come with it",
            forms.BooleanField,
            show=_yes,
        ),
        TERMS,
    ),
    intro="Both the officer and the account owner have to agree; check the boxes once they have.",
)
TRADE = Description(
    Kind.OTHER,
    "Application for an ACE Portal Top Account for Trade Activities",
    (
        Section("company", "Company", (COMPANY_NAME, OWNER_EMAIL, *COMPANY_FACTS, PICTURE_CHECK)),
        OFFICER,
        ACTIVITIES,
        ACCOUNT_OWNER,
        AUTHORIZATION,
    ),
)
EIN = Question(
    "ein",
    "Employer Identification Number (EIN)",
    help=numbers.EIN_HINT,
    clean=numbers.parse_ein,
    # It is shown as the number of the one activity.
    kept=False,
    more=_text(numbers.TYPED_MAX_LENGTH, size="usa-input--medium", spellcheck="false"),
)
PROTEST = Description(
    Kind.PROTEST_FILER,
    "Protest Filer Application",
    (
        Section("company", "Company", (COMPANY_NAME, EIN, *COMPANY_FACTS)),
        replace(ACCOUNT_OWNER, questions=(OWNER_EMAIL, *ACCOUNT_OWNER.questions)),
        Section("submit", "Submit", (TERMS, PICTURE_CHECK)),
    ),
)
DESCRIPTIONS = {one.kind: one for one in (TRADE, PROTEST)}
