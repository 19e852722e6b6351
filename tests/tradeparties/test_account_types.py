"""The account types and their identifiers, and the questionnaire that leads to the right application."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts import registry
from ace_portal.portal.choosing import ways
from tests.importers.screens import errors, text_of
from tradeparties.account_types import ABOLISHED, KINDS

BY_CODE = {kind.code: kind for kind in KINDS}


@pytest.mark.parametrize(
    ("code", "typed", "normal"),
    [
        ("BROKER", " ab1 ", "AB1"),
        ("FILER", "9Z9", "9Z9"),
        ("TRUCK_CARRIER", "abcd", "ABCD"),
        ("RAIL_CARRIER", "AB", "AB"),
        ("SEA_CARRIER", "ABC", "ABC"),
        ("AIR_CARRIER", "abc", "ABC"),
        ("AIR_CARRIER", "a1", "A1"),
        ("AIR_CARRIER", "3x", "3X"),
        ("AIR_CARRIER", "AA", "AA"),
        ("SURETY", "007", "007"),
        ("SERVICE_PROVIDER", "123456789", "12-3456789"),
        ("FACILITY_OPERATOR", "a12b", "A12B"),
        ("FTZ_OPERATOR", "1234", "1234"),
        ("VESSEL_AGENCY", "12-3456789", "12-3456789"),
        ("PROTEST_FILER", "12 3456789", "12-3456789"),
    ],
)
def test_identifiers_are_read_as_people_write_them(code: str, typed: str, normal: str) -> None:
    assert BY_CODE[code].normalize(typed) == normal


@pytest.mark.parametrize(
    ("code", "typed", "error"),
    [
        ("SEA_CARRIER", "A", "scac"),
        ("SEA_CARRIER", "ABCDE", "scac"),
        ("SEA_CARRIER", "AB1", "scac"),
        ("AIR_CARRIER", "12", "air_carrier_code"),
        ("AIR_CARRIER", "A12", "air_carrier_code"),
        ("AIR_CARRIER", "ABCD", "air_carrier_code"),
        ("AIR_CARRIER", "А1", "look_alike"),
        ("SURETY", "12", "surety_code"),
        ("SURETY", "1234", "surety_code"),
        ("SURETY", "١٢٣", "look_alike"),
        ("FACILITY_OPERATOR", "A1", "firms_code"),
        ("FTZ_OPERATOR", "A1-2", "firms_code"),
        ("FTZ_OPERATOR", " ", "required"),
        ("SURETY", "1" * 50, "too_long"),
        ("VESSEL_AGENCY", "12-345678900", "ein"),
    ],
)
def test_identifiers_of_another_shape_are_refused(code: str, typed: str, error: str) -> None:
    with pytest.raises(ValidationError) as caught:
        BY_CODE[code].normalize(typed)
    assert caught.value.code == error


def test_codes_are_public_and_eins_are_not() -> None:
    for kind in KINDS:
        is_ein = kind.identifier_label == "EIN"
        assert kind.mask("12-3456789") == ("**-****789" if is_ein else "12-3456789"), kind.code
        assert kind.explanation and reverse(kind.application)


# --- The questionnaire ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_every_account_type_leads_to_its_application(client: Client) -> None:
    page = client.get("/apply/")
    shown = text_of(page)
    for step in ("Identify the sub-account type", "Designate an account owner", "Apply."):
        assert step in shown
    assert "Does your company already have an account?" in shown and "/support/owner-lookup/" in page.content.decode()
    for way in ways():
        assert way.label in shown and way.explanation in shown
        answer = client.get("/apply/", {"activity": way.code})
        (box,) = re.findall(r'id="result">(.*?)</section>', answer.content.decode(), re.DOTALL)
        assert way.label in box
        if way.label in ABOLISHED:
            assert "abolished in July 2022" in box and "Apply now" not in box
        else:
            assert f'href="{reverse(way.application)}?activity={way.code}"' in box
    known = {kind.code for kind in registry.account_types()}
    assert known <= {way.code for way in ways()}
    assert [way.code for way in ways()][:3] == ["IMPORTER", "IMPORTERS", "EXPORTER"]


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["", "DRIVER", "<script>"])
def test_an_answer_that_is_none_is_asked_again(client: Client, answer: str) -> None:
    page = client.get("/apply/", {"activity": answer})
    assert page.status_code == 200 and len(errors(page)) == 1
    assert "Apply now" not in page.content.decode()
