"""When two company names are the same name, and when they nearly are."""

import re
import unicodedata

_SUFFIX_WORDS = (
    "INC INCORPORATED LLC LC CORP CORPORATION CO COMPANY LTD LIMITED LP LLP LLLP PLLC PC PLC "
    "GMBH MBH AG KG KGAA OHG EK UG SA SAS SARL SRL SPA SL SLU SAPI SADECV CV BV NV VOF AB AS ASA APS OY OYJ "
    "PTY PTE PVT PRIVATE SDN BHD KK ULC LTDA EIRELI SE"
)
#: The last words of a company's name that only tell its legal form.
COMPANY_SUFFIXES = frozenset(_SUFFIX_WORDS.split())
# Letters that Unicode does not take apart into a base letter and an accent.
_STRUCK_LETTERS = str.maketrans({"Ø": "O", "Ł": "L", "Đ": "D", "Ħ": "H", "Ŧ": "T", "Æ": "AE", "Œ": "OE", "İ": "I"})
_DOTS_AND_APOSTROPHES = re.compile("[.'`\u2018\u2019\u02bb\u02bc]")
_NOT_WORD = re.compile(r"[\W_]+")
# Legal forms of several words, read as one: "S.A. de C.V.", "S. de R.L.".
_PHRASES = (
    (re.compile(r"\bS ?A DE C ?V$"), "SADECV"),
    (re.compile(r"\bS DE R ?L(?: DE C ?V)?$"), "SRL"),
)


def comparison_form(name: str) -> str:
    """The form in which names are compared: compatibility-composed (NFKC), upper case, white space folded."""
    form = unicodedata.normalize("NFKC", name).upper()
    return " ".join(unicodedata.normalize("NFKC", form).split())


def same_company_name(a: str, b: str) -> bool:
    """Whether two names are the same but for capitals and white space."""
    return comparison_form(a) == comparison_form(b)


def differs_only_in_form(a: str, b: str) -> bool:
    """Whether two different names differ in nothing but form.

    Form is: punctuation and the gaps it leaves, & for AND, a leading THE, accents, and words for the legal form
    (Inc., LLC, GmbH …), present, absent or another one. False for names that are the same.
    """
    if same_company_name(a, b):
        return False
    bare = _bare(a)
    return bool(bare) and bare == _bare(b)


def _bare(name: str) -> str:
    """What is left of a name without its form, joined into one word."""
    form = unicodedata.normalize("NFKD", comparison_form(name).translate(_STRUCK_LETTERS))
    form = "".join(char for char in form if not unicodedata.combining(char)).replace("&", " AND ")
    form = _NOT_WORD.sub(" ", _DOTS_AND_APOSTROPHES.sub("", form)).strip()
    for pattern, word in _PHRASES:
        form = pattern.sub(word, form)
    words = form.split()
    if len(words) > 1 and words[0] == "THE":
        words = words[1:]
    return "".join(_without_suffixes(words))


def _without_suffixes(words: list[str]) -> list[str]:
    kept = list(words)
    while size := _suffix_size(kept):
        del kept[-size:]
        if len(kept) > 1 and kept[-1] == "AND":
            kept.pop()
    return kept


def _suffix_size(words: list[str]) -> int:
    """How many words at the end are one legal form: one, or its letters one by one (L L C, A/S); never all words."""
    for size in (4, 3, 2):
        letters = words[-size:]
        if len(words) > size and all(len(word) == 1 for word in letters) and "".join(letters) in COMPANY_SUFFIXES:
            return size
    return int(len(words) > 1 and words[-1] in COMPANY_SUFFIXES)
