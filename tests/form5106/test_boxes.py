"""The form's rules, box by box: each with the reject code that CBP would give."""

from typing import Any

import pytest

from form5106.forms import StepForm
from form5106.layout import steps_of
from form5106.models import Action, FiledAs, Filing
from form5106.parts import every_box
from tests.form5106.samples import TYPED, _data

#: What is typed differently, and the errors by box.
WRONG: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"company_name": ""}, {"company_name": "R02"}),
    ({"company_name": "<b>Old</b>"}, {"company_name": "R02"}),
    ({"organizational_structure": ""}, {"organizational_structure": "R11"}),
    ({"organizational_structure": "CLUB"}, {"organizational_structure": "R11"}),
    ({"name_qualifier": "XYZ"}, {"name_qualifier": "R13"}),
    ({"name_qualifier": ""}, {"name_qualifier": "R13"}),
    ({"second_name": ""}, {"second_name": "MVM"}),
    ({"uses": []}, {"uses": "MVM"}),
    ({"uses": ["OTHER"]}, {"other_use": "MVM"}),
    ({"uses": ["OTHER"], "other_use": "x" * 16}, {"other_use": "PDM"}),
    ({"program_code_1": "CT-PAT!"}, {"program_code_1": "PDM"}),
    ({"program_code_1": "CTPATX"}, {"program_code_1": "PDM"}),
    ({"street_address": ""}, {"street_address": "R15"}),
    ({"street_address": "x" * 33}, {"street_address": "PDM"}),
    ({"city": ""}, {"city": "R19"}),
    ({"state": ""}, {"state": "R20"}),
    ({"state": "XX"}, {"state": "R20"}),
    ({"country": ""}, {"country": "R27"}),
    ({"country": "CA", "state": "", "postal_code": ""}, {"state": "R20", "postal_code": "PDM"}),
    ({"country": "CA", "state": "ON", "postal_code": "12345"}, {"postal_code": "PDM"}),
    ({"country": "MX", "city": "Monterrey", "state": "", "postal_code": "64000"}, {"state": "R20"}),
    ({"postal_code": "2120"}, {"postal_code": "PDM"}),
    ({"postal_code": "90210"}, {"postal_code": "PDM"}),
    ({"address_type": ""}, {"address_type": "MVM"}),
    ({"address_type": "9"}, {"address_type": "PDM"}),
    ({"physical_address_type": "7"}, {"physical_address_type": "R35"}),
    ({"phone": ""}, {"phone": "MVM"}),
    ({"phone": "12"}, {"phone": "PDM"}),
    ({"phone_extension": "1234567"}, {"phone_extension": "PDM"}),
    ({"point_of_contact_email": ""}, {"point_of_contact_email": "MVM"}),
    ({"point_of_contact_email": "pat"}, {"point_of_contact_email": "PDM"}),
    ({"point_of_contact_name": "Pat 2"}, {"point_of_contact_name": "PDM"}),
    ({"naics": "4244"}, {"naics": "PDM"}),
    ({"duns": "1"}, {"duns": "PDM"}),
    ({"year_established": "3000"}, {"year_established": "PDM"}),
    ({"filer_code": "AB"}, {"filer_code": "PDM"}),
    ({"reference_number": "x" * 31}, {"reference_number": "PDM"}),
    ({"reference_number": "<b>17"}, {"reference_number": "PDM"}),
    ({"scac": "A"}, {"scac": "PDM"}),
    ({"scac": "ABCDE"}, {"scac": "PDM"}),
    ({"scac": "AB12"}, {"scac": "PDM"}),
    ({"firms_code": "A12"}, {"firms_code": "PDM"}),
    ({"firms_code": "A12BC"}, {"firms_code": "PDM"}),
    ({"firms_code": "A-12"}, {"firms_code": "PDM"}),
    ({"business_description": "x" * 41}, {"business_description": "PDM"}),
    ({"officer1_title": ""}, {"officer1_title": "MVM"}),
    ({"officer1_ssn": "123"}, {"officer1_ssn": "PDM"}),
    ({"officer1_passport_type": ""}, {"officer1_passport_type": "MVM"}),
    ({"officer1_passport_expires": "soon"}, {"officer1_passport_expires": "PDM"}),
    ({"related1_number": "1"}, {"related1_number": "R03"}),
    ({"related1_name": ""}, {"related1_name": "MVM"}),
    ({"certifier_name": ""}, {"certifier_name": "MVM"}),
    ({"certified": ""}, {"certified": "MVM"}),
    ({"broker_name": ""}, {"broker_name": "MVM"}),
]
ELSEWHERE = {
    "physical_street_address": "9 Pier Road",
    "physical_city": "Baltimore",
    "physical_state": "MD",
    "physical_postal_code": "21201",
    "physical_country": "US",
    "physical_address_type": "3",
}
WRONG += [
    (
        {"address_type": kind, "address_type_other": "Mail drop"},
        {
            "physical_street_address": "MVM",
            "physical_city": "R37",
            "physical_country": "MVM",
            "physical_address_type": "MVM",
        },
    )
    for kind in "678"
]
WRONG += [
    ({"address_type": "8", **ELSEWHERE}, {"address_type_other": "MVM"}),
    ({**ELSEWHERE, "physical_street_address": "P.O. Box 12"}, {"physical_street_address": "R35"}),
    ({**ELSEWHERE, "physical_street_address_2": "PO BOX 12"}, {"physical_street_address_2": "R35"}),
    ({**ELSEWHERE, "physical_state": ""}, {"physical_state": "R38"}),
    ({**ELSEWHERE, "physical_city": ""}, {"physical_city": "R37"}),
    ({**ELSEWHERE, "physical_address_type": ""}, {"physical_address_type": "MVM"}),
]


def errors(typed: dict[str, Any]) -> dict[str, list[str]]:
    """The errors of all pages of a broker's filing of a new record."""
    filing = Filing(actions="NEW", files_as=FiledAs.BROKER, importer_number="12-900000100", filer_email="a@b.example")
    filing.draft = {name: value for name, value in typed.items() if name in ("country", "uses", "number_reasons")}
    found: dict[str, list[str]] = {}
    for step in steps_of(filing):
        names = [name for name, _ in every_box(step.sections)]
        form = StepForm(filing, step, _data({name: typed[name] for name in names if name in typed}))
        form.is_valid()
        found |= {name: [str(one) for one in several] for name, several in form.errors.items()}
    return found


def test_a_complete_form_has_no_error() -> None:
    assert errors(TYPED) == {}
    assert errors(TYPED | ELSEWHERE | {"address_type": "7", "street_address": "P.O. Box 12"}) == {}


@pytest.mark.parametrize(("changed", "expected"), WRONG, ids=lambda value: ",".join(value)[:40])
def test_what_is_wrong_is_said_with_its_code(changed: dict[str, Any], expected: dict[str, str]) -> None:
    found = errors(TYPED | changed)
    assert found.keys() == expected.keys()
    for name, code in expected.items():
        (sentence,) = found[name]
        assert sentence.startswith(f"{code}: ") and len(sentence) > 20, sentence


def test_an_unknown_zip_code_can_be_insisted_on() -> None:
    typed = TYPED | {"postal_code": "90210"}
    assert list(errors(typed)) == ["postal_code"]
    assert errors(typed | {"zip_override": "on"}) == {}


@pytest.mark.parametrize(
    ("actions", "pages"),
    [
        ([Action.NEW], ["company", "addresses", "business", "certification"]),
        ([Action.REFRESH], ["company", "addresses", "business", "certification"]),
        ([Action.NAME], ["company", "certification"]),
        ([Action.ADDRESS, Action.CONTACT], ["addresses", "certification"]),
        ([Action.CONTACT], ["addresses", "certification"]),
    ],
)
def test_only_what_is_filed_is_asked(actions: list[Action], pages: list[str]) -> None:
    filing = Filing(actions=",".join(actions), importer_number="12-900000100")
    assert [step.slug for step in steps_of(filing)] == pages
    asked = {box.name for step in steps_of(filing) for section in step.sections for box in section.boxes}
    assert ("street_address" in asked) == bool({Action.NEW, Action.REFRESH, Action.ADDRESS} & set(actions))
    assert "broker_name" not in asked and "number_reasons" not in asked
