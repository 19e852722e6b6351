"""Addresses and telephone numbers: each country's own rules, every wrong field named at once, all of it offline."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from ace_portal.core.addresses import (
    PHONE_MAX_LENGTH,
    US_TERRITORIES,
    Address,
    clean_address,
    clean_phone,
    country_choices,
    format_phone,
    state_choices,
)

# A busy machine is no reason to fail.
no_deadline = settings(deadline=None)

TEN_MEGABYTES = "1" * 10 * 1024 * 1024


def address(**changed) -> Address:
    typed = {"country": "US", "street": "1 Main St", "city": "Austin", "state": "TX", "postal_code": "78701"}
    return clean_address(**(typed | changed))


def wrong_fields(**changed) -> dict[str, ValidationError]:
    with pytest.raises(ValidationError) as caught:
        address(**changed)
    return {name: errors[0] for name, errors in caught.value.error_dict.items()}


# --- what can be chosen -----------------------------------------------------------------------------------------
def test_the_neighbours_come_first_and_the_rest_by_name():
    choices = country_choices()
    assert choices[:3] == [("US", "United States of America"), ("CA", "Canada"), ("MX", "Mexico")]
    assert choices[3][1] == "Afghanistan"
    assert choices[4] == ("AX", "Åland Islands")
    assert choices[-1][1] == "Zimbabwe"
    assert len({code for code, _ in choices}) == len(choices) > 240


def test_states_have_a_code_and_a_name_in_latin_letters():
    assert ("TX", "Texas") in state_choices("US")
    assert ("DC", "District of Columbia") in state_choices("US")
    assert ("NS", "Nova Scotia") in state_choices("CA")
    assert ("Anhui Sheng", "Anhui Sheng") in state_choices("CN")
    assert ("Kowloon", "Kowloon") in state_choices("HK")


def test_the_territories_are_states_of_the_us():
    assert {code for code, _ in state_choices("US")} >= US_TERRITORIES


@pytest.mark.parametrize("code", ["DE", "FR", "SG", "PR", "AQ", "", "XX", "nowhere", "../us"])
def test_a_country_without_states_has_no_choices(code):
    assert state_choices(code) == []


def test_a_caller_cannot_spoil_the_choices_for_the_next_one():
    country_choices().clear()
    state_choices("US").clear()
    assert country_choices()
    assert state_choices("US")


def test_every_state_of_every_country_is_found_by_code_and_by_name_in_any_case():
    for country, _ in country_choices():
        for code, name in state_choices(country):
            for typed in (code, name.lower(), code.upper()):
                fields = {"country": country, "state": typed, "postal_code": ""}
                try:
                    found = address(**fields).state
                except ValidationError as error:
                    assert list(error.error_dict) == ["postal_code"], (country, typed)
                else:
                    assert found == code, (country, typed)


# --- the United States ------------------------------------------------------------------------------------------
def test_an_address_is_tidied():
    clean = address(country=" us ", street=" 1  Main St, #2 ", city=" Austin ", state=" texas", postal_code=" 78701 ")
    assert clean == Address("US", "1 Main St, #2", "Austin", "TX", "78701")


@pytest.mark.parametrize("typed", ["TX", "tx", "Texas", "TEXAS", "T.X."])
def test_a_state_is_known_by_code_or_name(typed):
    assert address(state=typed).state == "TX"


@pytest.mark.parametrize(
    ("typed", "clean"),
    [("78701", "78701"), ("78701-1234", "78701-1234"), ("787011234", "78701-1234"), ("78701 1234", "78701-1234")],
)
def test_a_zip_code_has_five_digits_or_nine(typed, clean):
    assert address(postal_code=typed).postal_code == clean


@pytest.mark.parametrize("typed", ["", "7870", "787011", "ABCDE", "78701-", "78701-12", "<script>", "TX 78701"])
def test_another_zip_code_is_refused_with_an_example(typed):
    errors = wrong_fields(postal_code=typed)
    assert list(errors) == ["postal_code"]
    assert "such as 20229" in errors["postal_code"].message


def test_a_zip_code_of_another_state_is_named():
    error = wrong_fields(postal_code="10001")["postal_code"]
    assert error.code == "zip_state"
    assert error.message == (
        "The ZIP code 10001 belongs to New York, not to Texas. Correct the ZIP code or the state, "
        "or confirm that it is right."
    )


def test_an_unknown_zip_code_is_an_error_that_can_be_overridden():
    error = wrong_fields(postal_code="11111")["postal_code"]
    assert (error.code, "11111 is not in our list" in error.message) == ("zip_unknown", True)
    assert address(postal_code="11111", zip_override=True).postal_code == "11111"


def test_the_override_is_for_zip_codes_that_cross_a_state_line_too():
    # Fort Campbell lies in two states; the offline list knows one.
    assert wrong_fields(state="TN", postal_code="42223")["postal_code"].code == "zip_state"
    assert address(state="TN", postal_code="42223", zip_override=True).state == "TN"


def test_the_override_does_not_excuse_a_malformed_zip_code():
    assert wrong_fields(postal_code="7870", zip_override=True)["postal_code"].code == "postal_code"


@pytest.mark.parametrize(
    ("territory", "name", "zip_code"),
    [
        ("PR", "Puerto Rico", "00901"),
        ("GU", "Guam", "96910"),
        ("VI", "Virgin Islands", "00802"),
        ("AS", "American Samoa", "96799"),
        ("MP", "Northern Mariana Islands", "96950"),
    ],
)
def test_a_territory_is_a_state_of_the_us_and_a_country(territory, name, zip_code):
    assert address(state=name, postal_code=zip_code).state == territory
    for state in ("", territory):
        clean = address(country=territory, state=state, postal_code=zip_code)
        assert (clean.country, clean.state, clean.postal_code) == (territory, "", zip_code)
    errors = wrong_fields(country=territory, state="Texas", postal_code="78701")
    assert {name: error.code for name, error in errors.items()} == {"state": "state", "postal_code": "zip_state"}


def test_a_military_address():
    assert address(city="APO", state="AE", postal_code="09001").state == "AE"


# --- other countries --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        (("CA", "Toronto", "ontario", "m5v3l9"), ("ON", "M5V 3L9")),
        (("CA", "Montréal", "quebec", "h3z-2y7"), ("QC", "H3Z 2Y7")),
        (("CA", "Halifax", "nouvelle-ecosse", "B3H 0A1"), ("NS", "B3H 0A1")),
        (("MX", "Ciudad de México", "ciudad de mexico", "06600"), ("CDMX", "06600")),
        (("GB", "London", "", "sw1a2aa"), ("", "SW1A 2AA")),
        (("GB", "London", "Kent", "BFPO 61"), ("Kent", "BFPO 61")),
        (("DE", "Köln", "", "50667"), ("", "50667")),
        (("IE", "Dublin", "dublin", "D02 AF30"), ("Co. Dublin", "D02 AF30")),
        (("HK", "Hong Kong", "Kowloon", ""), ("Kowloon", "")),
        (("AE", "Dubai", "dubai", ""), ("Dubai", "")),
        (("AQ", "Base", "", ""), ("", "")),
        (("FM", "Kolonia", "", "96941"), ("", "96941")),
        (("BS", "Nassau", "", "N-1234"), ("", "N-1234")),
    ],
)
def test_addresses_of_other_countries(typed, clean):
    country, city, state, postal_code = typed
    done = address(country=country, city=city, state=state, postal_code=postal_code)
    assert (done.state, done.postal_code) == clean


@pytest.mark.parametrize(
    ("typed", "field", "code", "says"),
    [
        (("CA", "ON", "1234"), "postal_code", "postal_code", "For example: "),
        (("CA", "ON", "V5K 0A1"), "postal_code", "postal_code_state", "does not lie in Ontario"),
        (("CA", "ON", ""), "postal_code", "required", "Enter the postal code. For example: "),
        (("CA", "", "M5V 3L9"), "state", "required", "Choose the province: addresses in Canada need one."),
        (("CA", "Texas", "M5V 3L9"), "state", "state", "such as AB or Alberta"),
        (("MX", "Jal.", "06600"), "postal_code", "postal_code_state", "does not lie in Jalisco"),
        (("DE", "", "1011"), "postal_code", "postal_code", "Postal codes in Germany are not written like this."),
        (("GB", "", "SW1A 2AAXX"), "postal_code", "postal_code", "in the United Kingdom"),
        (("BS", "", "12345678901"), "postal_code", "postal_code", "in Bahamas (The)"),
        (("BS", "", "<b>"), "postal_code", "postal_code", "not written like this"),
        (("CR", "", "10101"), "state", "required", "Enter the province: addresses in Costa Rica need one."),
        (("IE", "Texas", ""), "state", "state", "Choose one from the list (such as Co. Carlow), or leave it out."),
        (("DE", "", "５0667"), "postal_code", "look_alike", 'Type "5" instead'),
    ],
)
def test_what_another_country_does_not_accept_is_said_in_its_own_terms(typed, field, code, says):
    country, state, postal_code = typed
    errors = wrong_fields(country=country, city="Town", state=state, postal_code=postal_code)
    assert list(errors) == [field]
    assert (errors[field].code, says in errors[field].message) == (code, True), errors[field].message


def test_all_wrong_fields_are_named_together():
    errors = wrong_fields(street=" ", city="", state="Bavaria", postal_code="1")
    assert {name: error.code for name, error in errors.items()} == {
        "street": "required",
        "city": "required",
        "state": "state",
        "postal_code": "postal_code",
    }
    errors = wrong_fields(country="XX", street="", city="-")
    assert {name: error.message for name, error in errors.items()} == {
        "country": "Choose a country from the list.",
        "street": "Enter the street.",
        "city": "Enter the city.",
    }


@pytest.mark.parametrize("field", ["country", "street", "city", "state", "postal_code"])
@pytest.mark.parametrize(
    "junk",
    [
        pytest.param(TEN_MEGABYTES, id="10 MB"),
        "\0",
        "Aus\u202etin",
        "Aus\u200btin",
        "Austin 🚢",
        "Аustin",
        "Ａustin",
        "<script>",
        "'; DROP TABLE x",
    ],
)
def test_junk_is_refused_in_its_own_field(field, junk):
    assert list(wrong_fields(**{field: junk})) == [field]


# --- telephone numbers ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "country", "stored", "shown"),
    [
        ("(202) 555-0123", "US", "+12025550123", "+1 202-555-0123"),
        ("202.555.0123", "US", "+12025550123", "+1 202-555-0123"),
        ("1-202-555-0199", "US", "+12025550199", "+1 202-555-0199"),
        ("202–555–0123", "US", "+12025550123", "+1 202-555-0123"),
        ("555-555-0100", "CA", "+15555550100", "+1 555-555-0100"),
        ("787-555-0100", "PR", "+17875550100", "+1 787-555-0100"),
        ("+1 202 555 0123", "DE", "+12025550123", "+1 202-555-0123"),
        ("(+1) 202 555 0123", "AQ", "+12025550123", "+1 202-555-0123"),
        ("202 555 0123 x123", "US", "+12025550123x123", "+1 202-555-0123 ext. 123"),
        ("2025550123, Ext. 45", "US", "+12025550123x45", "+1 202-555-0123 ext. 45"),
        ("202-555-0123 extension 7", "US", "+12025550123x7", "+1 202-555-0123 ext. 7"),
        ("2025550123;ext=5", "US", "+12025550123x5", "+1 202-555-0123 ext. 5"),
        ("020 7946 0018", "GB", "+442079460018", "+44 20 7946 0018"),
        ("+44 (0)20 7946 0018", "US", "+442079460018", "+44 20 7946 0018"),
        ("06 698 12345", "IT", "+390669812345", "+39 06 6981 2345"),
        ("+51 1 234 5678 x1", "PE", "+5112345678x1", "+51 1 2345678 ext. 1"),
    ],
)
def test_a_telephone_number_is_kept_as_e164_and_shown_for_people(typed, country, stored, shown):
    assert clean_phone(typed, country) == stored
    assert clean_phone(stored, country) == stored
    assert format_phone(stored) == shown
    assert len(stored) <= PHONE_MAX_LENGTH


@pytest.mark.parametrize(
    ("typed", "country", "code", "says"),
    [
        ("555-0100", "US", "phone", "with its area code. Write it like (201) 555-0123"),
        ("0000000000", "US", "phone", "in the United States of America"),
        ("202555012", "US", "phone", "Write it like"),
        ("call 2025550123", "US", "phone", "Write it like"),
        ("1-800-FLOWERS", "US", "phone", "Write it like"),
        ("<script>2025550123", "US", "phone", "Write it like"),
        ("+999 12345", "US", "phone", "Write it like"),
        ("+91 00303333927", "IN", "phone", "Write it like"),
        ("+49 123456789012345", "DE", "phone", "Write it like"),
        ("123", "GB", "phone", "Write it like 0121 234 5678 for a number in the United Kingdom"),
        ("12345", "AQ", "phone", "Start it with + and the country code"),
        ("12345", "", "phone", "Start it with + and the country code"),
        ("", "US", "required", "Enter a telephone number."),
        ("2025550123 or 2025550124 or 2025550125 or so", "US", "too_long", "one telephone number"),
        pytest.param(TEN_MEGABYTES, "US", "too_long", "one telephone number", id="10 MB"),
        ("2025550123\0", "US", "control_character", "U+0000"),
        ("\u202e2025550123", "US", "direction_mark", "U+202E"),
        ("２025550123", "US", "look_alike", 'Type "2" instead'),
        ("٢025550123", "US", "look_alike", 'Type "2" instead'),
    ],
)
def test_what_is_no_telephone_number_is_refused_with_an_example(typed, country, code, says):
    with pytest.raises(ValidationError) as caught:
        clean_phone(typed, country)
    assert (caught.value.code, says in caught.value.message) == (code, True), caught.value.message


@pytest.mark.parametrize("text", ["", "unknown", "\0", "x" * 1000])
def test_what_is_no_stored_number_is_shown_as_it_is(text):
    assert format_phone(text) == text


# --- anything at all --------------------------------------------------------------------------------------------
@no_deadline
@given(st.integers(2, 9), st.integers(0, 99), st.integers(0, 99), st.one_of(st.none(), st.integers(0, 999999)))
def test_every_fictitious_number_of_the_us_survives_the_round_trip(first, area, line, extension):
    digits = f"{first}{area:02}55501{line:02}"
    stored = clean_phone(f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" + (f" x{extension}" if extension else ""), "US")
    assert stored == f"+1{digits}" + (f"x{extension}" if extension else "")
    assert clean_phone(format_phone(stored), "US") == stored


junk = st.text(alphabet=st.characters(codec=None), max_size=60)


@no_deadline
@given(st.one_of(junk, st.sampled_from([code for code, _ in country_choices()])), junk, junk)
def test_whatever_is_typed_is_tidied_for_good_or_refused_in_words(country, typed, other):
    try:
        clean = clean_address(country, typed, other, typed, other)
    except ValidationError as error:
        assert set(error.error_dict) <= {"country", "street", "city", "state", "postal_code"}
        assert all(error.messages)
    else:
        assert clean_address(clean.country, clean.street, clean.city, clean.state, clean.postal_code) == clean
    try:
        stored = clean_phone(typed, country)
    except ValidationError as error:
        assert error.code
        assert error.message
    else:
        assert clean_phone(stored, country) == stored
