"""Whatever is typed into a field of the three screens: a clear sentence that names it, and nothing is lost."""

from html import escape
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client

from ace_portal.core.forms import PortalForm
from ace_portal.core.models import Event, Message
from importers.forms import CodeForm, DetailsForm, IdentifyForm
from importers.models import ImporterApplication
from tests import factories
from tests.importers.screens import APPLY, Applicant, errors, url

pytestmark = pytest.mark.django_db

LABELS = {
    "company_name": "Company Name",
    "importer_number": "Importer of Record Number (IRN)",
    "email": "Business Email Address (Account Owner Login Email)",
    "picture": "picture",
    "code": "code",
    "organizational_structure": "Company Organizational Structure",
    "fiscal_year_end_0": "Account's Fiscal Year End Date",
    "fiscal_year_end_1": "Account's Fiscal Year End Date",
    "duns": "DUNS",
    "website": "Company Website",
    "owner_first_name": "Account Owner First Name",
    "owner_middle_name": "Account Owner Middle Name",
    "owner_last_name": "Account Owner Last Name",
    "owner_country": "Country",
    "owner_street_address": "Street Address",
    "owner_city": "City",
    "owner_state": "State",
    "owner_postal_code": "Zip Code",
    "owner_phone": "Telephone Number",
}
SCREEN_1 = {
    "company_name": "Old Harbor Coffee Inc.",
    "importer_number": "12-345678900",
    "email": "toni@trade.example",
    "picture_token": "any",
    "picture": "PASSED",
}
CHOICES = {"organizational_structure", "fiscal_year_end_0", "fiscal_year_end_1", "owner_country"}
OPTIONAL = {"duns", "website", "owner_middle_name"}

BAD = {
    "too long": "x" * 5000,
    "wrong alphabet": "Компания",
    "Chinese": "株式会社",
    "look-alike": "\u0430cme",
    "full width": "ＡＣＭＥ１２",
    "right to left": "ab\u202ecd",
    "left-to-right mark": "ab\u200ecd",
    "zero width": "ab\u200bcd",
    "NUL": "ab\x00cd",
    "control": "ab\x1bcd",
    "emoji": "acme 😀",
    "script": "<script>alert(1)</script>",
    "SQL": "'; DROP TABLE accounts_user; --",
    "template": "{{ 7*7 }}{% debug %}",
    "not a character": "ab\ufffe",
    "surrogate": "ab\ud800",
}
FORMS: dict[type[PortalForm], dict[str, str]] = {
    IdentifyForm: SCREEN_1,
    CodeForm: {"code": "123456"},
    DetailsForm: factories.DETAILS,
}
#: A whole address around the bad part, so that it is the bad part that is refused.
WEBSITES = {
    name: f"https://{value}.example/" if name in ("wrong alphabet", "Chinese", "look-alike", "full width") else value
    for name, value in BAD.items()
}


def raw(typed: dict[str, str]) -> bytes:
    """The body a browser, or somebody who is none, would send: also what no text can hold."""
    pairs = (f"{name}={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}" for name, value in typed.items())
    return "&".join(pairs).encode()


def bound(field: str, value: str) -> PortalForm:
    """The form of the field's screen, with this value in it and everything else right."""
    kind, typed = next((kind, typed) for kind, typed in FORMS.items() if field in typed)
    return kind(QueryDict(raw(typed | {field: value})))


@pytest.mark.parametrize("field", LABELS)
def test_bad_input_is_explained_once_and_by_name(field: str) -> None:
    values = WEBSITES if field == "website" else BAD
    forms = {name: bound(field, value) for name, value in values.items()}
    taken = [name for name, form in forms.items() if form.is_valid()]
    assert taken == []
    said = {name: [row.text for row in form.error_rows()] for name, form in forms.items()}
    assert {name: lines for name, lines in said.items() if len(lines) > 1} == {}, "one wrong field, one sentence"
    unnamed = {name: line for name, (line,) in said.items() if LABELS[field].lower() not in line.lower()}
    assert unnamed == {}
    assert max(len(line) for (line,) in said.values()) < 400, "a sentence quotes no more than a reader needs"


class Screen:
    """The screen a field is on, ready to be sent."""

    def __init__(self, field: str) -> None:
        self.field = field
        if field in SCREEN_1:
            factories.ImporterRecordFactory.create(
                importer_number="12-345678900", company_name="Old Harbor Coffee Inc."
            )
            self.client, self.address, self.typed = Client(), APPLY, dict(SCREEN_1)
        else:
            self.applicant = Applicant("IDENTIFIED" if field == "code" else "VERIFIED")
            self.client = self.applicant.client
            self.typed = {"code": ""} if field == "code" else dict(factories.DETAILS)
            self.address = url(self.applicant.application, "code" if field == "code" else "details")

    def send(self, value: str) -> Any:
        return self.send_all(**{self.field: value})

    def send_all(self, **typed: str) -> Any:
        self.typed |= typed
        return self.client.post(self.address, raw(self.typed), content_type="application/x-www-form-urlencoded")


def stored() -> tuple[Any, ...]:
    """Everything a form could have changed, but for the draft and the counters."""
    rows = ImporterApplication.objects.order_by("pk").values("status", "company_name", "owner_city", "submitted_at")
    return list(rows), Message.objects.count(), Event.objects.count()


@pytest.mark.parametrize("screen", ["company_name", "owner_city"])
@pytest.mark.parametrize("value", BAD.values(), ids=BAD)
def test_a_page_full_of_bad_input_names_every_field_and_shows_it_again(screen: str, value: str) -> None:
    sent = Screen(screen)
    before = stored()
    fields = [field for field in sent.typed if field in LABELS]
    answer = sent.send_all(**dict.fromkeys(fields, value))
    assert answer.status_code == 200
    lines = errors(answer)
    explained = {LABELS[field] for field in fields if any(LABELS[field].lower() in line.lower() for line in lines)}
    # Which states and postal codes are right depends on a country, and none was chosen.
    assert explained >= {LABELS[field] for field in fields} - {"State", "Zip Code"}
    assert stored() == before
    shown = answer.content.decode()
    assert "<script>alert" not in shown
    for field in fields:
        if field not in CHOICES | {"picture"} and "\ud800" not in value:
            assert answer.context["form"][field].value() == value
            assert escape(value) in shown


@pytest.mark.parametrize("field", LABELS)
def test_one_bad_field_leaves_the_others_as_they_were(field: str) -> None:
    sent = Screen(field)
    before = stored()
    shown = sent.send("<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in shown
    assert stored() == before
    for name, typed in sent.typed.items():
        if name != field and typed and not name.startswith("picture"):
            again = f'<option value="{typed}" selected>' if name in CHOICES else f'value="{escape(typed)}"'
            assert again in shown, f"{name} is lost"


@pytest.mark.parametrize("field", [field for field in LABELS if field not in OPTIONAL])
def test_an_empty_field_is_asked_for(field: str) -> None:
    for blank in ("", "   ", "\u00a0\t"):
        form = bound(field, blank)
        assert not form.is_valid()
        (row,) = form.error_rows()
        assert LABELS[field].lower() in row.text.lower()


@pytest.mark.parametrize("field", [f for f in (*SCREEN_1, *factories.DETAILS) if f in LABELS and f not in CHOICES])
def test_white_space_around_an_answer_does_not_matter(field: str) -> None:
    right = (SCREEN_1 | factories.DETAILS)[field]
    plain, wide = bound(field, right), bound(field, f" \t{right}\u00a0 ")
    assert plain.is_valid() and wide.is_valid(), wide.errors.as_json()
    assert wide.cleaned_data == plain.cleaned_data


def test_white_space_around_a_code_does_not_matter() -> None:
    screen = Screen("code")
    assert screen.send(f" \t{factories.code_for(screen.applicant.application)}\u00a0 ").status_code == 302


@pytest.mark.parametrize("field", ["company_name", "code", "owner_city"])
def test_ten_megabytes_are_refused_with_a_sentence(field: str) -> None:
    screen = Screen(field)
    before = stored()
    answer = screen.send("x" * 10_000_000)
    assert answer.status_code == 400
    assert "too large" in answer.content.decode() and "Nothing was changed" in answer.content.decode()
    assert stored() == before


def test_thousands_of_fields_are_refused_with_a_sentence() -> None:
    screen = Screen("owner_city")
    screen.typed |= {f"field{n}": "x" for n in range(7000)}
    assert screen.send("Baltimore").status_code == 400


@pytest.mark.parametrize("body", [b"%", b"company_name=%ff%fe", b"=&=&&&", b"\xff\xfe\x00", b"company_name[]=x"])
def test_a_damaged_body_is_an_unfilled_form(client: Client, body: bytes) -> None:
    answer = client.post(APPLY, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=x", "multipart/form-data", "application/json", "text/xml", ""]
)
def test_another_kind_of_body_breaks_nothing(client: Client, kind: str) -> None:
    assert client.post(APPLY, b'{"company_name": "x"}', content_type=kind).status_code in (200, 400)


def test_a_file_in_place_of_a_text_is_an_empty_field() -> None:
    applicant = Applicant()
    typed = factories.DETAILS | {"owner_city": SimpleUploadedFile("city.exe", b"MZ\x00")}
    answer = applicant.client.post(url(applicant.application, "details"), typed)
    assert errors(answer) == ["City is required."]


REFUSED_IN_A_TEXT = {"too long", "right to left", "left-to-right mark", "zero width", "NUL", "control"}


@pytest.mark.parametrize("name", BAD)
def test_an_answer_to_the_desk_may_be_any_text_that_can_be_seen(name: str) -> None:
    application = factories.application_asked()
    client = Client()
    body = raw({"text": f"Answer {BAD[name]}"})
    answer = client.post(url(application, "status"), body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == (200 if name in REFUSED_IN_A_TEXT else 302)
    assert "<script>alert" not in client.get(url(application, "status")).content.decode()
    application.refresh_from_db()
    assert application.status == ("INFO_REQUESTED" if name in REFUSED_IN_A_TEXT else "IN_REVIEW")
    if name in REFUSED_IN_A_TEXT:
        assert all("Your answer" in line for line in errors(answer))
