"""Company names: the same but for capitals and white space, or different only in form, or different."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ace_portal.core.names import COMPANY_SUFFIXES, comparison_form, differs_only_in_form, same_company_name

# A busy machine is no reason to fail.
no_deadline = settings(deadline=None)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Acme Imports, Inc.", "ACME IMPORTS, INC."),
        ("  acme \t imports ", "ACME IMPORTS"),
        ("Acme\u00a0Imports", "ACME IMPORTS"),
        ("Cafe\u0301", "CAFÉ"),
        ("Straße", "STRASSE"),
        ("Ａｃｍｅ", "ACME"),
    ],
)
def test_names_are_compared_in_capitals_with_single_spaces(name, form):
    assert comparison_form(name) == form


@pytest.mark.parametrize(
    ("a", "b"),
    [("ACME IMPORTS", "Acme  imports"), ("acme", " ACME "), ("Café", "CAFE\u0301")],
)
def test_capitals_and_spaces_make_no_difference(a, b):
    assert same_company_name(a, b)
    assert not differs_only_in_form(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("ACME IMPORTS INC", "Acme Imports, Inc."),
        ("ACME IMPORTS", "ACME IMPORTS INC"),
        ("ACME IMPORTS INC", "ACME IMPORTS LLC"),
        ("ACME IMPORTS INCORPORATED", "ACME IMPORTS"),
        ("ACME L.L.C.", "ACME LLC"),
        ("ACME L L C", "ACME LLC"),
        ("SMITH & SONS", "SMITH AND SONS"),
        ("SMITH&SONS", "SMITH AND SONS"),
        ("SMITH & CO", "SMITH"),
        ("THE ACME STORE", "ACME STORE"),
        ("THE LIMITED", "LIMITED"),
        ("NUÑEZ TRADING", "NUNEZ TRADING"),
        ("MØLLER A/S", "MOLLER AS"),
        ("COCA-COLA", "COCA COLA"),
        ("COCA-COLA", "COCACOLA"),
        ("O'BRIEN LTD", "O’BRIEN LTD"),
        ("JONES (IMPORTS)", "JONES IMPORTS"),
        ("ACME PTY LTD", "ACME"),
        ("ACME GmbH & Co. KG", "ACME"),
        ("ACME S.A. de C.V.", "ACME SA DE CV"),
        ("ACME S. DE R.L. DE C.V.", "ACME"),
        ("ACME S.R.L.", "ACME B.V."),
        ("ACME L.P.", "ACME"),
        ("ACME L P", "ACME LP"),
        ("PLAN B S A", "PLAN B"),
        ("ACME L L P", "ACME LLP"),
    ],
)
def test_punctuation_and_legal_form_are_only_form(a, b):
    assert not same_company_name(a, b)
    assert differs_only_in_form(a, b)
    assert differs_only_in_form(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("ACME IMPORTS", "ACME EXPORTS"),
        ("ACME IMPORTS", "ACME"),
        ("ACME 1", "ACME 2"),
        ("THE COMPANY", "THE LIMITED"),
        ("THERAPIST INC", "THE RAPIST INC"),
        ("INCA", "A"),
        ("ACME", ""),
        ("...", "!!!"),
        ("SMITH OR SONS", "SMITH AND SONS"),
    ],
)
def test_other_names_are_other_names(a, b):
    assert not same_company_name(a, b)
    assert not differs_only_in_form(a, b)


words = st.lists(st.sampled_from(["ACME", "Nuñez", "blue", "Sky", "4", "trading"]), min_size=1, max_size=4)


@no_deadline
@given(words, st.sampled_from(sorted(COMPANY_SUFFIXES - {"SADECV"})), st.sampled_from([" ", ", ", " - "]))
def test_a_company_suffix_is_only_form(name, suffix, before):
    plain = " ".join(name)
    assert differs_only_in_form(plain, plain + before + suffix)
    assert differs_only_in_form(f"The {plain}", f"{plain}{before}{suffix.lower()}.")


@no_deadline
@given(st.text(alphabet=st.characters(codec=None), max_size=60), st.text(max_size=60))
def test_whatever_the_names_the_answers_agree(a, b):
    assert comparison_form(comparison_form(a)) == comparison_form(a)
    assert same_company_name(a, f"  {a} ")
    assert differs_only_in_form(a, b) == differs_only_in_form(b, a)
    assert not (same_company_name(a, b) and differs_only_in_form(a, b))
