"""Whatever is typed into a field about owners: a clear sentence that names it, nothing is lost, never a fault."""

import re
from html import escape, unescape
from typing import Any

import pytest
from django.test import Client

from ace_portal.core import pdf as pdf_rules
from ownership.forms import LookupForm, OwnerChangeForm
from ownership.models import OwnerChange, OwnerLookup
from tests.exporters.authorization_samples import pdf, upload
from tests.importers.test_bad_input import BAD, raw
from tests.ownership.samples import CHANGE, LOOKUP, company, question, typed

pytestmark = pytest.mark.django_db

LOOKUP_FIELDS = ("company_name", "number", "reason")
CHANGE_FIELDS = tuple(name for name in OwnerChangeForm.base_fields if name not in ("proof", "picture", "key"))
#: In free text only what nobody can see is refused, and what is too long.
REFUSED_IN_TEXT = {
    *("too long", "NUL", "control", "zero width", "right to left", "left-to-right mark"),
}
FORM = "application/x-www-form-urlencoded"


def said_at(page: Any, name: str) -> str:
    """What the page says at a field, as text; "" when it has nothing to say there."""
    found = re.search(rf'id="id_{name}_error".*?>(.*?)</div>', page.content.decode(), re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", found[1])).split()) if found else ""


def check(page: Any, name: str, kind: str, sent: dict[str, str]) -> None:
    """One bad text was sent: it is refused at its field, and everything else is still there."""
    assert page.status_code == 200
    assert bool(said_at(page, name)) == (name != "reason" or kind in REFUSED_IN_TEXT), said_at(page, name)
    for other, value in sent.items():
        if other not in (name, "picture", "picture_token", "key", "who", "becomes"):
            assert escape(value) in page.content.decode(), other


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("name", LOOKUP_FIELDS)
def test_the_lookup_refuses_what_is_no_name_and_no_number(name: str, kind: str, client: Client) -> None:
    _, record = company()
    sent = question(record, picture="wrong") | {name: BAD[kind]}
    check(client.post(LOOKUP, raw(sent), content_type=FORM), name, kind, sent)
    assert not OwnerLookup.objects.exists()


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("name", CHANGE_FIELDS)
def test_the_request_refuses_every_bad_text_and_keeps_the_others(name: str, kind: str, client: Client) -> None:
    _, record = company()
    sent = {field: value for field, value in typed(record).items() if isinstance(value, str)}
    sent |= {"middle_name": "Ann", "user_id": "abcDEF2345"} | {name: BAD[kind]}
    if (name, kind) == ("user_id", "template"):
        return
    check(client.post(CHANGE, raw(sent), content_type=FORM), name, kind, sent)
    assert not OwnerChange.objects.exists()


REQUIRED = {
    "company_name": "Company Name is required",
    "importer_number": "Importer of Record Number (IRN) is required",
    "requester_name": "Your name is required",
    "requester_email": "Your e-mail address is required",
    "requester_phone": "Your telephone number is required",
    "who": "This answer is required",
    "first_name": "New owner’s first name is required",
    "last_name": "New owner’s last name is required",
    "becomes": "This answer is required",
    "reason": "Reason is required",
    "proof": "Proof is required",
    "picture": "Type the digits shown in the picture",
}


@pytest.mark.parametrize("name", REQUIRED)
def test_what_is_left_out_is_named(name: str, client: Client) -> None:
    _, record = company()
    sent = typed(record)
    sent.pop(name)
    page = client.post(CHANGE, sent)
    assert REQUIRED[name] in said_at(page, name)
    assert not OwnerChange.objects.exists()


@pytest.mark.parametrize("name", OwnerChangeForm.OF_A_NEW_PERSON)
def test_a_new_person_needs_more_than_a_name(name: str, client: Client) -> None:
    _, record = company()
    page = client.post(CHANGE, typed(record, **{name: ""}))
    assert OwnerChangeForm.OF_A_NEW_PERSON[name] in said_at(page, name)


def test_a_user_of_the_account_needs_the_user_id(client: Client) -> None:
    _, record = company()
    page = client.post(CHANGE, typed(record, who="existing", user_id=""))
    assert "Enter the Existing User ID" in said_at(page, "user_id")


WRONG = {
    "importer_number": ("12345", "This is not an importer number"),
    "requester_email": ("rita", "not a complete e-mail address"),
    "requester_phone": ("call me", "telephone number"),
    "date_of_birth": ("31.31.1985", "no such day"),
    "email": ("a@b@c", "one bare e-mail address"),
    "phone": ("1", "telephone number"),
    "first_name": ("R2D2", "cannot be part of a person's name"),
    "last_name": ("-", "Enter the name, in letters"),
    "becomes": ("TAO", "must be one of the options"),
    "who": ("both", "must be one of the options"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_in_plain_words(name: str, client: Client) -> None:
    _, record = company()
    value, sentence = WRONG[name]
    page = client.post(CHANGE, typed(record, **{name: value}))
    assert sentence.lower() in said_at(page, name).lower()
    assert "Choose the PDF file again" in page.content.decode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b"MZ\x90\x00", "not a PDF document"),
        (pdf()[:-30], "incomplete or damaged"),
        (pdf(trailer="/Encrypt 9 0 R"), "protected by a password"),
        (b"%PDF-1.7\n" + b"x" * (pdf_rules.MAX_SIZE + 1), "larger than 10 MB"),
    ],
    ids=["empty", "program", "cut off", "encrypted", "large"],
)
def test_the_proof_must_be_a_whole_pdf(content: bytes, sentence: str, client: Client) -> None:
    _, record = company()
    page = client.post(CHANGE, typed(record, proof=upload(content)))
    assert sentence in said_at(page, "proof")
    assert not OwnerChange.objects.exists()


def test_every_field_is_asked_about_here() -> None:
    assert {*LOOKUP_FIELDS, "picture"} == set(LookupForm.base_fields)
    assert set(OwnerChangeForm.base_fields) - {"key"} <= {*CHANGE_FIELDS, "proof", "picture"}


def test_a_lost_key_makes_a_form_of_its_own(client: Client) -> None:
    _, record = company()
    for _ in range(2):
        assert client.post(CHANGE, typed(record, key="")).status_code == 302
    assert OwnerChange.objects.count() == 2
