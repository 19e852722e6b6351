"""One-line text: tidied silently where that is safe, refused with a clear sentence where it is not."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ace_portal.core.text import (
    COMPANY_NAME_MAX_LENGTH,
    PERSON_NAME_MAX_LENGTH,
    clean_company_name,
    clean_email,
    clean_line,
    clean_person_name,
    email_key,
    mailbox_key,
)

# A busy machine is no reason to fail.
no_deadline = settings(deadline=None)

TEN_MEGABYTES = "x" * 10 * 1024 * 1024


def refusal(function, value, **options) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        function(value, **options)
    return caught.value


# --- what is tidied ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  Acme   Imports  ", "Acme Imports"),
        ("Acme\tImports\r\n", "Acme Imports"),
        ("Acme\u00a0Imports\u3000", "Acme Imports"),
        ("Cafe\u0301", "Café"),
        ("", ""),
        (" \t ", ""),
        ("AT&T #1 (N.A.) – 50% “off” £5 ™ ½", "AT&T #1 (N.A.) – 50% “off” £5 ™ ½"),
    ],
)
def test_a_line_is_tidied(typed, clean):
    assert clean_line(typed, max_length=60) == clean


def test_the_length_is_that_of_the_tidied_line():
    assert clean_line("  a  b  ", max_length=3) == "a b"
    error = refusal(clean_line, "a b c", max_length=3)
    assert error.code == "too_long"
    assert error.message == "Shorten this to 3 characters or fewer: it has 5."


# --- what is refused --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "code", "says"),
    [
        ("Ac\0me", "control_character", "U+0000"),
        ("Ac\x1bme", "control_character", "U+001B"),
        ("Ac\x85me", "control_character", "U+0085"),
        ("\u202eemcA", "direction_mark", "reading direction (U+202E)"),
        ("Acme\u200f", "direction_mark", "U+200F"),
        ("\u2066Acme\u2069", "direction_mark", "U+2066"),
        ("Ac\u200bme", "invisible_character", "U+200B"),
        ("\ufeffAcme", "invisible_character", "U+FEFF"),
        ("Ac\u00adme", "invisible_character", "U+00AD"),
        ("Ac\u3164me", "invisible_character", "U+3164"),
        ("Ac\ufe00me", "invisible_character", "U+FE00"),
        ("Ac\ud800me", "not_text", "U+D800"),
        ("Ac\ue000me", "not_text", "U+E000"),
        ("Acme 🚢", "symbol", "Emoji"),
        ("1\ufe0f\u20e3 Acme", "symbol", "Emoji"),
        ("Acme ★", "symbol", "Leave them out"),
        ("\u0410cme", "other_alphabet", "cyrillic capital letter a"),
        ("Acm\u03b5", "other_alphabet", "greek small letter epsilon"),
        ("Acme 株式", "other_alphabet", "not one of the letters A to Z"),
        ("\u0251cme", "other_alphabet", "latin small letter alpha"),
        ("Ａcme", "look_alike", 'Type "A" instead'),
        ("𝐀cme", "look_alike", 'Type "A" instead'),
        ("oﬃce", "look_alike", 'Type "ffi" instead'),
        ("Acme ٣", "look_alike", 'Type "3" instead'),
        ("Acme ３", "look_alike", 'Type "3" instead'),
        ("Ⅷ Acme", "look_alike", 'Type "VIII" instead'),
        ("Z\u0335\u0336\u0337algo", "stacked_accents", "several stacked accents"),
    ],
)
@pytest.mark.parametrize(
    "function", [clean_company_name, clean_person_name, lambda text: clean_line(text, max_length=90)]
)
def test_what_cannot_be_seen_or_only_looks_alike_is_refused(function, typed, code, says):
    error = refusal(function, typed)
    assert (error.code, says in error.message) == (code, True), error.message


@pytest.mark.parametrize("function", [clean_company_name, clean_person_name, clean_email])
def test_ten_megabytes_are_refused_as_too_long(function):
    assert refusal(function, TEN_MEGABYTES).code == "too_long"


def test_further_characters_can_be_refused_by_the_field():
    error = refusal(clean_line, "a;b", max_length=9, refuse=";")
    assert (error.code, error.message) == ("refused_character", "The character ; cannot be used here. Leave it out.")


# --- names ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name",
    [
        "José Núñez",
        "O'Brien",
        "O’Brien",
        "Anne-Marie",
        "Smith, Jr.",
        "Łukasz",
        "Ngọc Trần",
        "Kaʻahumanu",
        "Ş",
        "María José",
    ],
)
def test_names_of_people_keep_their_accents(name):
    assert clean_person_name(f" {name} ") == name


@pytest.mark.parametrize(
    "typed", ["J0hn", "John 3rd", "<script>", "Robert'); DROP TABLE users;--", "Jane & Joe", "a@b"]
)
def test_names_of_people_have_letters_only(typed):
    error = refusal(clean_person_name, typed)
    assert error.code == "not_a_letter"
    assert "Use letters, spaces, hyphens, apostrophes and periods." in error.message


@pytest.mark.parametrize("typed", ["", "   ", "-", "..", "'"])
def test_a_name_without_a_letter_is_asked_for(typed):
    assert refusal(clean_person_name, typed).message == "Enter the name, in letters."


@pytest.mark.parametrize(
    "name",
    ["Café Ñandú S.A.", "AT&T Inc.", "3M Company", "Yahoo! (US), Inc.", "Toys “R” Us", "L’Oréal USA", "A+B #1 / C"],
)
def test_names_of_companies_keep_what_companies_use(name):
    assert clean_company_name(name) == name


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "x' OR '1'='1", "x'; DROP TABLE y", "{{ 7*7 }}", "a|b"])
def test_program_text_is_no_company_name(typed):
    error = refusal(clean_company_name, typed)
    assert error.code == "refused_character"
    assert "Leave it out" in error.message


@pytest.mark.parametrize("typed", ["", "  ", "&&", "--"])
def test_a_company_name_is_asked_for(typed):
    assert refusal(clean_company_name, typed).message == "Enter the company name as it stands on the CBP Form 5106."


@pytest.mark.parametrize(
    ("function", "longest"),
    [(clean_company_name, COMPANY_NAME_MAX_LENGTH), (clean_person_name, PERSON_NAME_MAX_LENGTH)],
)
def test_names_have_a_longest_length(function, longest):
    assert function("x" * longest) == "x" * longest
    assert refusal(function, "x" * (longest + 1)).code == "too_long"


# --- e-mail -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        (" Jane.Doe@ACME.Example ", "Jane.Doe@acme.example"),
        ("jane+ace@acme.example\n", "jane+ace@acme.example"),
        ("o'brien@acme.example", "o'brien@acme.example"),
    ],
)
def test_an_email_address_is_tidied(typed, clean):
    assert clean_email(typed) == clean


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        ("  ", "required"),
        ("a@acme.example, b@acme.example", "one_address"),
        ("a@acme.example;b@acme.example", "one_address"),
        ("a@b@acme.example", "one_address"),
        ("Jane Doe <jane@acme.example>", "one_address"),
        ("jane@acme.example\nBcc: x@y.example", "one_address"),
        ("jane", "invalid_email"),
        ("jane@acme", "invalid_email"),
        ("jane@localhost", "invalid_email"),
        ("jane@[127.0.0.1]", "invalid_email"),
        ('"jane"@acme.example', "invalid_email"),
        ("mailto:jane@acme.example", "invalid_email"),
        (".jane@acme.example", "invalid_email"),
        ("j" * 65 + "@acme.example", "invalid_email"),
        ("jane@" + "a." * 130 + "example", "too_long"),
        ("ja\0ne@acme.example", "control_character"),
        ("jane\u202e@acme.example", "direction_mark"),
        ("jane\u200b@acme.example", "invisible_character"),
        ("j\u0430ne@acme.example", "look_alike"),
        ("jane@\u0430cme.example", "look_alike"),
        ("jane@acme.examp\u017fe", "look_alike"),
        ("jane＠acme.example", "look_alike"),
        ("🚢@acme.example", "look_alike"),
    ],
)
def test_what_is_no_single_email_address_is_refused(typed, code):
    assert refusal(clean_email, typed).code == code


def test_the_longest_email_address_passes_and_one_more_does_not():
    before = "j" * 64 + "@" + "a" * 60 + "."
    longest = before + "b" * 60 + "." + "c" * 59 + "." + "example"
    assert len(longest) == 254
    assert clean_email(longest) == longest
    assert refusal(clean_email, longest + "s").code == "too_long"


def test_the_key_of_an_address_ignores_capitals_and_keeps_the_tag():
    assert email_key(" Jane+ACE@Acme.example") == "jane+ace@acme.example"


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Jane+ace+2@Acme.example", "jane@acme.example"),
        ("jane@acme.example", "jane@acme.example"),
        ("+jane@acme.example", "+jane@acme.example"),
    ],
)
def test_the_key_of_a_mailbox_leaves_the_tag_out(address, mailbox):
    assert mailbox_key(address) == mailbox


# --- anything at all --------------------------------------------------------------------------------------------
@no_deadline
@given(st.text(alphabet=st.characters(codec=None), max_size=120))
@example("\ud800")
@example("\u202e\0🚢")
def test_whatever_is_typed_is_tidied_for_good_or_refused_in_words(typed):
    for function in (clean_company_name, clean_person_name, clean_email):
        try:
            clean = function(typed)
        except ValidationError as error:
            assert error.code
            assert error.message
        else:
            assert function(clean) == clean
            assert clean.isprintable()
            assert unicodedata.is_normalized("NFC", clean)
            assert clean.encode()
