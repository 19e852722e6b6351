"""Screen 1: the four checks, each with its own sentence, all failing ones listed together."""

import itertools
from typing import Any

import pytest
from django.test import Client

from ace_portal.core.models import Message
from importers import actions
from importers.models import ImporterApplication, ImporterRecord
from tests import factories
from tests.importers.screens import errors, identify, only_application, text_of

pytestmark = pytest.mark.django_db

NAME_ON_FILE = "Old Harbor Coffee Trading, Inc."

#: Each failing check: what is wrong with the record or the form, and words of the sentence (problem, way on).
FAILURES: dict[str, tuple[dict[str, Any], dict[str, str], str, str]] = {
    "email_taken": (
        {},
        {"email": "KNOWN@trade.example"},
        "already belongs to a portal owner or user",
        "another business",
    ),
    "number_not_on_file": ({}, {"importer_number": "12-7654321"}, "no importer record (5106)", "file one first"),
    "name_differs": ({}, {"company_name": "Quite Another Firm"}, "not the one on the importer record", "legal name"),
    "name_differs_in_form": (
        {},
        {"company_name": "Old Harbor Coffee Trading LLC"},
        "only in punctuation",
        "exactly as",
    ),
    "record_inactive": ({"status": "INACTIVE"}, {}, "is inactive", "reactivate"),
    "record_voided": ({"status": "VOIDED"}, {}, "has been voided", "proof of the number"),
    "no_contact": ({"point_of_contact_email": ""}, {}, "no valid point-of-contact", "message you can copy"),
    "record_linked": ({"sub_account": True}, {}, "already belongs to a portal account", "who the account owner is"),
}
FIELD = {"email_taken": "email", "name_differs": "company_name", "name_differs_in_form": "company_name"}


def record(**facts: Any) -> ImporterRecord:
    if facts.pop("sub_account", False):
        made: ImporterRecord = factories.application_approved().record
        ImporterRecord.objects.filter(pk=made.pk).update(company_name=NAME_ON_FILE, **facts)
        made.refresh_from_db()
        return made
    return factories.ImporterRecordFactory.create(company_name=NAME_ON_FILE, **facts)


@pytest.fixture
def known() -> None:
    factories.person(email="known@trade.example")


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failing_check_says_what_is_wrong_and_what_to_do(client: Client, known: None, kind: str) -> None:
    facts, typed, problem, way_on = FAILURES[kind]
    on_file = record(**facts)
    before = ImporterApplication.objects.count(), Message.objects.count()
    answer = identify(client, on_file, **typed)
    assert answer.status_code == 200
    (line,) = errors(answer)
    assert problem in line and way_on in line
    assert list(answer.context["form"].errors) == [FIELD.get(kind, "importer_number")]
    assert (ImporterApplication.objects.count(), Message.objects.count()) == before


@pytest.mark.parametrize("kind", FAILURES)
def test_the_name_on_file_is_never_shown(client: Client, known: None, kind: str) -> None:
    facts, typed, *_ = FAILURES[kind]
    typed = {"company_name": "Old Harbor", **typed}
    shown = identify(client, record(**facts), **typed).content.decode().lower()
    assert NAME_ON_FILE.lower() not in shown
    assert "coffee" not in shown.replace(typed["company_name"].lower(), "")


def combinations() -> list[tuple[str, ...]]:
    """Checks that can fail together: one about the name, one about the status, the rest freely."""
    rest = ["email_taken", "no_contact", "record_linked"]
    names, states = ["name_differs", "name_differs_in_form"], ["record_inactive", "record_voided"]
    sets = [(n, s, *rest) for n, s in itertools.product(names, states)]
    return [*sets, ("email_taken", "number_not_on_file"), ("name_differs", "no_contact"), tuple(rest)]


@pytest.mark.parametrize("kinds", combinations(), ids="+".join)
def test_all_failing_checks_are_listed_together(client: Client, known: None, kinds: tuple[str, ...]) -> None:
    facts: dict[str, Any] = {}
    typed: dict[str, str] = {}
    for kind in kinds:
        facts |= FAILURES[kind][0]
        typed |= FAILURES[kind][1]
    lines = errors(identify(client, record(**facts), **typed))
    assert len(lines) == len(kinds)
    for kind in kinds:
        assert any(FAILURES[kind][2] in line for line in lines), kind


def test_the_message_to_the_broker_can_be_copied(client: Client) -> None:
    on_file = record(point_of_contact_email="")
    shown = text_of(identify(client, on_file))
    assert "A message to your broker" in shown
    assert on_file.importer_number in shown and "point-of-contact e-mail address" in shown
    assert "A message to your broker" not in text_of(identify(client, record(status="INACTIVE")))


@pytest.mark.parametrize("address", ["", "nobody", "nobody@", "a@b", "one@x.example two@x.example", "x@-.example"])
def test_a_contact_that_cannot_be_mailed_is_no_contact(client: Client, address: str) -> None:
    assert "no valid point-of-contact" in errors(identify(client, record(point_of_contact_email=address)))[0]


@pytest.mark.parametrize(
    "typed",
    [
        "old harbor coffee trading, inc.",
        "OLD HARBOR COFFEE TRADING, INC.",
        "  Old  Harbor\tCoffee Trading,   Inc. ",
        "Old Harbor Coffee\u00a0Trading, Inc.",
    ],
)
def test_capitals_and_white_space_in_a_name_do_not_matter(client: Client, typed: str) -> None:
    assert identify(client, record(), company_name=typed).status_code == 302


@pytest.mark.parametrize(
    "typed",
    [
        "Old Harbor Coffee Trading",
        "Old Harbor Coffee Trading Inc",
        "Old Harbor Coffee Trading Incorporated",
        "The Old Harbor Coffee-Trading, Inc.",
    ],
)
def test_punctuation_and_suffix_are_told_apart_from_another_name(client: Client, typed: str) -> None:
    assert "Almost" in errors(identify(client, record(), company_name=typed))[0]


@pytest.mark.parametrize(
    ("on_file", "typed"),
    [
        ("12-345678900", "12-3456789"),
        ("12-345678900", "123456789"),
        ("12-345678900", "12345678900"),
        ("12-3456789AB", "12-3456789ab"),
        ("12-3456789AB", " 12-3456789 AB "),
        ("123-45-6789", "123-45-6789"),
        ("900-12-3456", "900 12 3456"),
        ("261234-12345", "261234-12345"),
    ],
)
def test_a_number_is_read_as_people_write_it_and_shown_in_normal_form(client: Client, on_file: str, typed: str) -> None:
    made = record(importer_number=on_file)
    assert identify(client, made, importer_number=typed).status_code == 302
    application = only_application()
    assert application.record == made
    actions.confirm_code(application, typed=factories.code_for(application), browser=client.session["browser"])
    assert on_file in client.get(f"/apply/importer/{application.draft_token}/details/").content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("12-34567890O", "letters O, I or Z"),
        ("12-3456789I1", "letters O, I or Z"),
        ("07-3456789", "no EIN that begins with 07"),
        ("000-12-3456", "No Social Security number"),
        ("1234", "This is not an importer number"),
    ],
)
def test_a_number_that_cannot_exist_is_explained(client: Client, typed: str, said: str) -> None:
    (line,) = errors(identify(client, record(), importer_number=typed))
    assert said in line and line.startswith("Importer of Record Number (IRN)")


def test_a_number_that_is_not_on_file_is_shown_back_in_normal_form(client: Client) -> None:
    assert "12-765432100" in errors(identify(client, record(), importer_number="127654321"))[0]


def test_the_contact_may_be_the_applicant(client: Client) -> None:
    on_file = record()
    assert identify(client, on_file, email=on_file.point_of_contact_email).status_code == 302


def test_a_network_that_tries_too_many_is_told_to_wait(client: Client, later: Any) -> None:
    on_file = record()
    for _ in range(60):
        assert "not the one" in errors(identify(client, on_file, company_name="Guess"))[0]
    (line,) = errors(identify(client, on_file))
    assert "Too many applications were tried from your network" in line and "60 minutes" in line
    assert identify(Client(REMOTE_ADDR="10.3.3.3"), on_file).status_code == 302
    later(hours=1)
    assert identify(client, on_file).status_code == 302


def test_a_draft_of_somebody_else_does_not_stop_an_applicant(client: Client) -> None:
    """Facts §8, case 9: an application that waits for its code reserves nothing."""
    on_file = record()
    factories.application_started(on_file)
    answer = identify(client, on_file)
    assert answer.status_code == 302
    assert ImporterApplication.objects.drafts().filter(record=on_file).count() == 2


def test_the_page_explains_the_application_before_it_asks(client: Client) -> None:
    page = client.get("/apply/importer/")
    shown = text_of(page)
    assert "Application for an ACE Portal Top Account with the Importer Sub-Account View" in shown
    for words in ("record (5106) on file", "no portal account has access", "neither as an owner nor as a user"):
        assert words in shown
    assert "Talk to the point of contact first" in shown and "Quick tips" in shown
    for mask in ("NN-NNNNNNNXX", "NNN-NN-NNNN", "YYDDPP-NNNNN"):
        assert mask in shown
