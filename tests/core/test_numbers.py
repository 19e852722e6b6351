"""Importer numbers, EINs, DUNS numbers and ACE IDs: read as people write them, kept in one form, masked as ACE does."""

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ace_portal.core.numbers import (
    DUNS_HINT,
    EIN_HINT,
    IMPORTER_NUMBER_HINT,
    ImporterNumber,
    ImporterNumberKind,
    ace_id_check_digit,
    is_valid_ace_id,
    mask_ein,
    parse_duns,
    parse_ein,
    parse_importer_number,
)

# A busy machine is no reason to fail.
no_deadline = settings(deadline=None)

# Prefixes that the IRS has not issued, from its published list of issued ones.
UNISSUED = ["00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96", "97"]
TEN_MEGABYTES = "1" * 10 * 1024 * 1024


def refusal(function, text) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        function(text)
    return caught.value


# --- the kinds --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("12-3456789", "12-345678900"),
        ("123456789", "12-345678900"),
        ("12345678900", "12-345678900"),
        ("12-345678900", "12-345678900"),
        ("12-3456789 00", "12-345678900"),
        ("12-3456789-00", "12-345678900"),
        ("123456789-00", "12-345678900"),
        ("  12 - 345 6789  ", "12-345678900"),
        ("12 3456789 00", "12-345678900"),
        ("12\u00a03456789\t00\n", "12-345678900"),
        ("12-3456789ab", "12-3456789AB"),
        ("12-3456789 0a", "12-34567890A"),
        ("12\u20113456789", "12-345678900"),
        ("12\u20133456789\u201400", "12-345678900"),
        ("12\u22123456789", "12-345678900"),
        ("12－3456789", "12-345678900"),
        ("123-45-6789", "123-45-6789"),
        ("123 45 6789", "123-45-6789"),
        (" 123 - 45 - 6789 ", "123-45-6789"),
        ("123–45–6789", "123-45-6789"),
        ("900-12-3456", "900-12-3456"),
        ("261234-12345", "261234-12345"),
        ("261234 12345", "261234-12345"),
        ("261234 — 12345", "261234-12345"),
    ],
)
def test_a_number_is_read_as_people_write_it(typed, normal):
    assert parse_importer_number(typed).normal == normal


def test_an_ein_type_number():
    number = parse_importer_number("12-3456789")
    assert number == ImporterNumber(ImporterNumberKind.EIN, "12-345678900", "**-****789 00", "12-3456789")


def test_a_social_security_number():
    number = parse_importer_number("123-45-6789")
    assert number == ImporterNumber(ImporterNumberKind.SSN, "123-45-6789", "***-**-*789")


def test_a_number_assigned_by_cbp():
    number = parse_importer_number("261234-12345")
    assert number == ImporterNumber(ImporterNumberKind.CBP_ASSIGNED, "261234-12345", "******-**345")


def test_a_number_that_slips_into_a_log_line_is_masked():
    line = f"{parse_importer_number('12-3456789')} {parse_importer_number('123-45-6789')!r}"
    assert "**-****789 00" in line
    assert "3456789" not in line
    assert "45-6789" not in line


# --- what is refused, and how it is said --------------------------------------------------------------------------
@pytest.mark.parametrize("letter", "OIZoiz")
@pytest.mark.parametrize("place", ["{}0", "0{}"])
def test_the_suffix_has_no_letter_that_looks_like_a_digit(letter, place):
    error = refusal(parse_importer_number, "12-3456789" + place.format(letter))
    assert error.code == "suffix_letter"
    assert "never has the letters O, I or Z" in error.message
    assert "or 00 if you do not know the suffix" in error.message


@pytest.mark.parametrize("prefix", UNISSUED)
def test_an_ein_prefix_never_issued_is_refused(prefix):
    error = refusal(parse_importer_number, f"{prefix}-3456789")
    assert error.code == "ein_prefix"
    assert f"no EIN that begins with {prefix}" in error.message
    assert refusal(parse_ein, f"{prefix}-3456789").code == "ein_prefix"


@pytest.mark.parametrize(
    "typed",
    ["000-12-3456", "666-12-3456", "123-00-6789", "123-45-0000", "900-00-3456", "900-12-0000", "078-05-1120"],
)
def test_a_social_security_number_nobody_has_is_refused(typed):
    error = refusal(parse_importer_number, typed)
    assert error.code == "ssn_range"
    assert "Check each of its three parts" in error.message


@pytest.mark.parametrize(
    "typed",
    [
        "12-3456789000",  # the mask of twelve characters that a guide misprints
        "1234567890",  # "ten digits", as another guide says
        "12-345678",
        "12--3456789",
        "12-3456789-0",
        "12-345678A00",
        "1234-56-789",
        "26123-412345",
        "2612345-1234",
        "ABCDEF-12345",
        "abc",
        "-",
        "<script>alert(1)</script>",
        "1' OR '1'='1",
        "+12-3456789",
        "12.3456789",
    ],
)
def test_another_shape_is_answered_with_the_three_masks(typed):
    error = refusal(parse_importer_number, typed)
    assert error.code == "importer_number"
    for mask in ("NN-NNNNNNNXX", "NNN-NN-NNNN", "YYDDPP-NNNNN"):
        assert mask in error.message


def test_the_wrong_shape_is_explained_by_its_length():
    assert "it has 10 letters and digits" in refusal(parse_importer_number, "12 3456-7890").message


@pytest.mark.parametrize("typed", ["", "   ", "\n"])
def test_a_blank_number_is_asked_for(typed):
    error = refusal(parse_importer_number, typed)
    assert error.code == "required"
    assert error.message == f"Enter an importer number. {IMPORTER_NUMBER_HINT}"


@pytest.mark.parametrize(
    ("typed", "code", "says"),
    [
        ("１２-3456789", "look_alike", 'Type "1" instead'),
        ("12-345678٩", "look_alike", 'Type "9" instead'),
        ("12-3456789\u0410\u0412", "look_alike", "Type it again on your keyboard"),
        ("12-345678900\u017f", "look_alike", 'Type "s" instead'),
        ("12-3456789 🚢", "look_alike", "plain letters, digits and signs only"),
        ("12-3456789\0", "control_character", "U+0000"),
        ("\u202e12-3456789", "direction_mark", "U+202E"),
        ("12-\u200b3456789", "invisible_character", "U+200B"),
        ("12-3456789, 12-3456780, 12-3456781, 12-3456782", "too_long", "Enter one number only."),
    ],
)
@pytest.mark.parametrize("function", [parse_importer_number, parse_ein, parse_duns])
def test_characters_that_only_look_right_are_named(function, typed, code, says):
    error = refusal(function, typed)
    assert (error.code, says in error.message) == (code, True), error.message


@pytest.mark.parametrize("function", [parse_importer_number, parse_ein, parse_duns])
def test_ten_megabytes_are_refused_as_too_long(function):
    assert refusal(function, TEN_MEGABYTES).code == "too_long"


# --- EIN and DUNS -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["12-3456789", "123456789", " 12 3456789 ", "12–3456789", "12 345 6789"])
def test_an_ein_is_read_as_people_write_it(typed):
    assert parse_ein(typed) == "12-3456789"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("123-45-6789", "Social Security number"),
        ("12-345678900", "Leave off its last two characters"),
        ("12-345678", EIN_HINT),
        ("abc", EIN_HINT),
        ("", "Enter an EIN."),
    ],
)
def test_what_is_no_ein_is_refused(typed, says):
    assert says in refusal(parse_ein, typed).message


def test_an_ein_is_masked_to_its_last_three_digits():
    assert mask_ein(parse_ein("12-3456789")) == "**-****789"


@pytest.mark.parametrize("typed", ["123456789", "12-345-6789", "12 345 6789", "12–345–6789", "12-3456789"])
def test_a_duns_number_is_read_as_people_write_it(typed):
    assert parse_duns(typed) == "12-345-6789"


@pytest.mark.parametrize("typed", ["", "  "])
def test_a_duns_number_may_be_left_out(typed):
    assert parse_duns(typed) == ""


@pytest.mark.parametrize("typed", ["12-345-678", "12-345-67890", "00-000-0000", "12-345-678A", "none"])
def test_what_is_no_duns_number_is_refused(typed):
    error = refusal(parse_duns, typed)
    assert error.code == "duns"
    assert DUNS_HINT in error.message
    assert "leave the field blank" in error.message


# --- round trips --------------------------------------------------------------------------------------------------
hyphens = st.sampled_from(["-", " - ", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212", "- "])
gaps = st.one_of(hyphens, st.sampled_from([" ", "\u00a0", "  "]))
margins = st.sampled_from(["", " ", "\t", "\u00a0 "])
eins = st.from_regex(r"\A[0-9]{9}\Z").filter(lambda digits: digits[:2] not in UNISSUED)
suffixes = st.text(alphabet="0123456789ABCDEFGHJKLMNPQRSTUVWXY", min_size=2, max_size=2)
ssn_parts = st.tuples(
    st.integers(1, 999).filter(lambda area: area != 666), st.integers(1, 99), st.integers(1, 9999)
).filter(lambda parts: parts not in [(78, 5, 1120), (457, 55, 5462), (219, 9, 9999)])


@st.composite
def written_numbers(draw):
    """(what somebody types, its normal form, its nine or eleven digits without suffix)"""
    kind = draw(st.sampled_from(ImporterNumberKind))
    if kind == ImporterNumberKind.EIN:
        digits = draw(eins)
        suffix = draw(st.one_of(st.none(), suffixes))
        body = digits[:2] + draw(st.one_of(gaps, st.just(""))) + digits[2:]
        if suffix:
            body += draw(st.one_of(gaps, st.just(""))) + draw(st.sampled_from([suffix, suffix.lower()]))
        normal = f"{digits[:2]}-{digits[2:]}{suffix or '00'}"
    elif kind == ImporterNumberKind.SSN:
        area, group, serial = draw(ssn_parts)
        normal = f"{area:03}-{group:02}-{serial:04}"
        body = normal.replace("-", draw(gaps))
        digits = normal.replace("-", "")
    else:
        digits = draw(st.from_regex(r"\A[0-9]{11}\Z"))
        normal = f"{digits[:6]}-{digits[6:]}"
        body = normal.replace("-", draw(gaps))
    return draw(margins) + body + draw(margins), normal, digits


@no_deadline
@given(written_numbers())
def test_every_way_to_write_a_number_is_read_as_its_normal_form(written):
    typed, normal, _ = written
    number = parse_importer_number(typed)
    assert number.normal == normal
    assert parse_importer_number(number.normal) == number


@no_deadline
@given(written_numbers())
def test_a_mask_keeps_the_last_three_digits_and_no_other(written):
    typed, _, digits = written
    number = parse_importer_number(typed)
    shown = number.masked[:10] if number.kind == ImporterNumberKind.EIN else number.masked
    assert "".join(re.findall("[0-9]", shown)) == digits[-3:]
    assert number.masked == shown or number.masked == f"{shown} {number.normal[-2:]}"
    if number.ein:
        assert "".join(re.findall("[0-9]", mask_ein(number.ein))) == digits[-3:]


@no_deadline
@given(eins)
def test_the_ein_of_an_importer_number_is_the_ein(digits):
    assert parse_importer_number(digits).ein == parse_ein(digits) == parse_ein(parse_ein(digits))


@no_deadline
@given(st.text(alphabet=st.characters(codec=None), max_size=60))
@example("\0")
@example("\ud800")
@example("\u202e12-3456789")
@example("🚢")
@example("١٢-٣٤٥٦٧٨٩")
def test_whatever_is_typed_is_read_or_refused_in_words(typed):
    for function in (parse_importer_number, parse_ein, parse_duns):
        try:
            result = function(typed)
        except ValidationError as error:
            assert error.code
            assert error.message
        else:
            normal = result.normal if isinstance(result, ImporterNumber) else result
            assert function(normal) == result
    assert is_valid_ace_id(typed) in (True, False)


# --- ACE ID -------------------------------------------------------------------------------------------------------
nine_digits = st.from_regex(r"\A[0-9]{9}\Z")


@no_deadline
@given(nine_digits)
def test_an_ace_id_ends_with_its_check_digit(digits):
    assert is_valid_ace_id(digits + ace_id_check_digit(digits))


@no_deadline
@given(nine_digits)
def test_every_wrong_digit_in_an_ace_id_is_noticed(digits):
    ace_id = digits + ace_id_check_digit(digits)
    for place, right in enumerate(ace_id):
        for wrong in set("0123456789") - {right}:
            assert not is_valid_ace_id(ace_id[:place] + wrong + ace_id[place + 1 :])


@no_deadline
@given(nine_digits, st.integers(0, 8))
def test_two_neighbours_changing_places_in_an_ace_id_are_noticed(digits, place):
    ace_id = digits + ace_id_check_digit(digits)
    swapped = ace_id[:place] + ace_id[place + 1] + ace_id[place] + ace_id[place + 2 :]
    assume(swapped != ace_id)
    assert not is_valid_ace_id(swapped)


@pytest.mark.parametrize(
    "text", ["", "123", "12345678901", "12345 67890", "１２３４５６７８９０", "abcdefghij", "\0" * 10]
)
def test_an_ace_id_is_ten_plain_digits(text):
    assert not is_valid_ace_id(text)


def test_a_line_end_is_no_part_of_an_ace_id():
    ace_id = "123456789" + ace_id_check_digit("123456789")
    assert not is_valid_ace_id(ace_id + "\n")


@pytest.mark.parametrize("digits", ["", "12345678", "1234567890", "12345678a", "１２３４５６７８９"])
def test_a_check_digit_is_made_from_nine_plain_digits_only(digits):
    with pytest.raises(ValueError, match="nine digits"):
        ace_id_check_digit(digits)
