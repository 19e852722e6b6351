"""What several boxes have to say together (facts-applications §3.1, §3.2). Each rule adds its errors to the form."""

import re
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from accounts.person_form import ZIP_CODES_TO_INSIST_ON
from ace_portal.core import addresses, clock
from ace_portal.core.text import email_key
from form5106.models import FiledAs
from form5106.rejects import error
from importers.models import ImporterRecord

if TYPE_CHECKING:
    from form5106.forms import StepForm

_PO_BOX = re.compile(r"\b(P\.?\s*O\.?\s*B(OX|\.)|POST\s+OFFICE\s+BOX|POSTBOX)", re.I)
_NORTH_AMERICA = ("US", "CA", "MX")
_TYPE = ImporterRecord.AddressType


def second_name(form: "StepForm") -> None:
    """A second name and what it is go together."""
    qualifier, name = form.said("name_qualifier"), form.said("second_name")
    if name and not qualifier and "name_qualifier" not in form.errors:
        form.add_error("name_qualifier", error("R13", "Say what the second name is: DIV, AKA or DBA."))
    if qualifier and not name and "second_name" not in form.errors:
        form.add_error("second_name", error("MVM", "Enter the DIV, AKA or DBA name, or clear the choice above."))


def other_use(form: "StepForm") -> None:
    """ "Other" is said in words."""
    if ImporterRecord.Use.OTHER in (form.said("uses") or ()) and not form.said("other_use"):
        form.require("other_use", "MVM", "Say in up to 15 characters which other use.")


def type_of_company(form: "StepForm") -> None:
    """Required for addresses in the United States."""
    if form.told("country") == "US":
        form.require("organizational_structure", "R11", "Choose the type of company: addresses in the U.S. need it.")


def mailing_address(form: "StepForm") -> None:
    """The mailing address as a whole; the type of company is required in the United States."""
    _address(form, "", {"street_address": "R15", "city": "R19", "state": "R20", "country": "R27"})
    _other_type(form, "")


def physical_address(form: "StepForm") -> None:
    """Required beside some kinds of mailing address; whole if it is there; never a post office box."""
    names = [f"physical_{name}" for name in ("street_address", "street_address_2", "city", "state", "postal_code")]
    given = any(form.said(name) or form.errors.get(name) for name in (*names, "physical_country"))
    needed = form.said("address_type") in ImporterRecord.NEEDS_PHYSICAL
    kind = form.said("physical_address_type")
    if not (given or needed or kind):
        return
    missing = (
        ("street_address", "MVM", "Enter line 1 of the physical address."),
        ("city", "R37", "Enter the city of the physical address."),
        ("country", "MVM", "Choose the country of the physical address."),
        ("address_type", "MVM", "Choose the type of the physical address."),
    )
    because = " The mailing address does not say where the company is." if needed and not given else ""
    for name, code, sentence in missing:
        form.require(f"physical_{name}", code, sentence + because)
    for line in ("physical_street_address", "physical_street_address_2"):
        if _PO_BOX.search(form.said(line) or ""):
            form.add_error(line, error("R35", "A post office box cannot be the physical address. Enter the street."))
    if form.said("physical_street_address") and form.said("physical_city") and form.said("physical_country"):
        codes = {"street_address": "MVM", "city": "R37", "state": "R38", "country": "MVM"}
        _address(form, "physical_", codes)
    _other_type(form, "physical_")


def _other_type(form: "StepForm", part: str) -> None:
    if form.said(f"{part}address_type") == _TYPE.OTHER:
        form.require(f"{part}address_type_other", "MVM", "Say in up to 15 characters which other type of address.")


def _address(form: "StepForm", part: str, codes: dict[str, str]) -> None:
    """Let the checks of addresses look at the whole; a field refused already is not commented on again."""
    typed = {name: form.said(part + name) or "" for name in ("street_address", "city", "state", "postal_code")}
    country = form.said(f"{part}country") or ""
    if country in _NORTH_AMERICA and not typed["state"]:
        form.require(f"{part}state", codes["state"], "Enter the state or province.")
    if not (country and typed["street_address"] and typed["city"]):
        return
    try:
        found = addresses.clean_address(
            country,
            typed["street_address"],
            typed["city"],
            typed["state"],
            typed["postal_code"],
            zip_override=bool(form.said(f"{part}zip_override")),
        )
    except ValidationError as refused:
        for name, problems in refused.error_dict.items():
            field = part + ("street_address" if name == "street" else name)
            if field not in form.errors:
                form.add_error(
                    field, [error(codes.get(name, "PDM"), text) for one in problems for text in one.messages]
                )
                if any(one.code in ZIP_CODES_TO_INSIST_ON for one in problems):
                    form.needed.add(f"{part}zip_override")
        return
    form.cleaned_data |= {f"{part}state": found.state, f"{part}postal_code": found.postal_code}


def contact(form: "StepForm") -> None:
    """A broker's address is nobody's point of contact: the company would never get its codes."""
    address = form.said("point_of_contact_email") or ""
    is_brokers = form.filing.files_as == FiledAs.BROKER and email_key(address) == email_key(form.filing.filer_email)
    if address and is_brokers:
        sentence = "This is your own address. Enter one of the company itself: its verification codes go there."
        form.add_error("point_of_contact_email", error("PDM", sentence))


def year_established(form: "StepForm") -> None:
    """Not a year to come."""
    year = form.said("year_established")
    if year and not 1500 <= int(year) <= clock.now().year:
        form.add_error("year_established", error("PDM", "Enter a year of four digits that has begun."))


def officers(form: "StepForm") -> None:
    """An officer has a name and a title; a passport comes with its expiry, country and type."""
    for slot in form.slots("officers"):
        said = {name: form.said(slot + name) for name in ("name", "title", "phone", "email", "ssn")}
        passport = {name: form.said(f"{slot}passport_{name}") for name in ("number", "expires", "country", "type")}
        if any(said.values()) or any(passport.values()):
            form.require(f"{slot}name", "MVM", "Enter the officer’s name: last, first, middle.")
            form.require(f"{slot}title", "MVM", "Enter the officer’s title.")
        if any(passport.values()):
            for name in passport:
                form.require(f"{slot}passport_{name}", "MVM", "A passport needs number, expiry, country and type.")


def officer_with_ssn(form: "StepForm") -> None:
    """Whoever has a Social Security number and still wants one of CBP gives the first."""
    reasons = form.told("number_reasons") or ()
    if ImporterRecord.NumberReason.HAS_SSN not in reasons or not form.filing.is_new or form.filing.importer_number:
        return
    if not any(form.said(f"{slot}ssn") for slot in form.slots("officers")):
        form.require(
            f"{form.slots('officers')[0]}ssn",
            "MVM",
            "Enter the Social Security number: you ask for a CBP-assigned number although you have one.",
        )


def related(form: "StepForm") -> None:
    """A related business has a relation, a name and a number."""
    for slot in form.slots("related_businesses"):
        names = ("relation", "name", "number")
        if any(form.said(slot + name) for name in names):
            for name in names:
                form.require(slot + name, "MVM", "A related business needs relation, name and importer number.")
