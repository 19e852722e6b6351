"""Form 5106, described once: pages, check-your-answers, printed copy, comparison and the desk's review follow from it.

The boxes' numbers are those of the paper form where a source confirms them (facts-applications §3.1); lengths, and what
must be there, are those of the electronic one (§3.2).
"""

from typing import Any

from accounts.models import OrganizationalStructure
from ace_portal.core import numbers
from form5106 import rules
from form5106.boxes import Box, Kind
from form5106.models import Action, FiledAs, Filing
from form5106.parts import Group, Section, Step
from importers.models import ImporterRecord

#: What a mailing line holds, and a town; the electronic form's lengths.
LINE, CITY, STATE, POSTAL_CODE = 32, 21, 60, 10
#: How many officers, and how many related businesses, a filing may name.
SEVERAL = 5
WHOLE = frozenset((Action.NEW, Action.REFRESH))
EVERY = frozenset(Action)
_PASSPORTS = (("1", "Regular"), ("2", "Official"), ("3", "Diplomatic"), ("4", "Passport card"))
_RELATIONS = (("1", "Current"), ("2", "Previous"))


def _address(part: str, *, codes: dict[str, str], required: bool, kinds: Any) -> tuple[Box, ...]:
    """The boxes of an address; `codes` are the reject codes of what is missing."""
    return (
        Box(f"{part}street_address", "Address line 1", required=required, missing=codes["street"], max_length=LINE),
        Box(f"{part}street_address_2", "Address line 2", max_length=LINE),
        Box(f"{part}city", "City", required=required, missing=codes["city"], max_length=CITY),
        Box(
            f"{part}state",
            "State or province",
            missing=codes["state"],
            pattern=codes["state"],
            max_length=STATE,
            size="usa-input--medium",
            hint="Required in the United States, Canada and Mexico. Name or code.",
        ),
        Box(
            f"{part}postal_code",
            "ZIP or postal code",
            max_length=POSTAL_CODE,
            size="usa-input--small",
            hint="Required in the United States and Canada.",
        ),
        Box(f"{part}zip_override", "I am sure that this ZIP code is right", Kind.FLAG, until_needed=True),
        Box(f"{part}country", "Country", Kind.COUNTRY, required=required, missing=codes["country"], pattern="R27"),
        Box(
            f"{part}address_type",
            "Type of address",
            Kind.CHOICE,
            required=required,
            pattern="PDM" if required else "R35",
            choices=tuple(kinds),
        ),
        Box(f"{part}address_type_other", "Other type of address, in words", max_length=15, size="usa-input--medium"),
    )


NAME = Section(
    "name",
    "Name",
    frozenset((Action.NEW, Action.NAME, Action.REFRESH)),
    (
        Box(
            "company_name",
            "Importer, business or private party name",
            Kind.COMPANY,
            "1A",
            required=True,
            missing="R02",
            pattern="R02",
            max_length=100,
            autocomplete="organization",
        ),
        Box(
            "name_qualifier",
            "Second name is",
            Kind.CHOICE,
            "1C",
            pattern="R13",
            choices=tuple(ImporterRecord.Qualifier.choices),
        ),
        Box("second_name", "DIV, AKA or DBA name", Kind.COMPANY, "1D", max_length=100),
    ),
    rules=(rules.second_name,),
)
NUMBER = Section(
    "number",
    "CBP-assigned number",
    frozenset((Action.NEW,)),
    (
        Box(
            "number_reasons",
            "Why do you ask CBP for a number?",
            Kind.CHOICES,
            "1E",
            required=True,
            choices=tuple(ImporterRecord.NumberReason.choices),
            hint="Choose all that apply.",
        ),
    ),
    only_for="NUMBER",
)
USE = Section(
    "use",
    "Company and use",
    WHOLE,
    (
        Box(
            "organizational_structure",
            "Type of company",
            Kind.CHOICE,
            "1G",
            pattern="R11",
            choices=tuple(OrganizationalStructure.choices),
            hint="Required for addresses in the United States.",
        ),
        Box(
            "entries_per_year",
            "Entries planned per year",
            Kind.CHOICE,
            "1H",
            choices=tuple(ImporterRecord.EntriesPerYear.choices),
        ),
        Box(
            "uses",
            "How will the number be used?",
            Kind.CHOICES,
            "1I",
            required=True,
            choices=tuple(ImporterRecord.Use.choices),
            hint="Choose all that apply.",
        ),
        Box("other_use", "Other use, in words", max_length=15, size="usa-input--medium"),
        *(
            Box(
                f"program_code_{number}",
                f"Program code {number}",
                Kind.CODE,
                f"1{letter}",
                max_length=5,
                size="usa-input--small",
                hint="Such as CTPAT, ISA, AEO or PIP." if number == 1 else "",
            )
            for number, letter in enumerate("JKLM", start=1)
        ),
    ),
    rules=(rules.type_of_company, rules.other_use),
)
MAILING = Section(
    "mailing",
    "Mailing address",
    frozenset((Action.NEW, Action.ADDRESS, Action.REFRESH)),
    _address(
        "",
        codes={"street": "R15", "city": "R19", "state": "R20", "country": "R27"},
        required=True,
        kinds=ImporterRecord.AddressType.choices,
    ),
    note="Up to 32 characters on a line. A post office box is fine here.",
    rules=(rules.mailing_address,),
)
PHYSICAL = Section(
    "physical",
    "Physical address",
    MAILING.asked_for,
    _address(
        "physical_",
        codes={"street": "MVM", "city": "R37", "state": "R38", "country": "MVM"},
        required=False,
        kinds=[kind for kind in ImporterRecord.AddressType.choices if kind[0] not in ("6", "7")],
    ),
    note=(
        "Where the company is. Required if the mailing address is a business service center, a post office box or "
        "other; never a post office box itself. Leave it empty if it is the mailing address."
    ),
    rules=(rules.physical_address,),
)
CONTACT = Section(
    "contact",
    "Contact",
    frozenset((Action.NEW, Action.CONTACT, Action.REFRESH)),
    (
        Box("phone", "Telephone number", Kind.PHONE, required=True, max_length=40, size="usa-input--medium"),
        Box("phone_extension", "Extension", Kind.DIGITS, max_length=6, size="usa-input--small"),
        Box("fax", "Fax number", Kind.PHONE, max_length=40, size="usa-input--medium"),
        Box("point_of_contact_name", "Point of contact", Kind.PERSON, max_length=100),
        Box(
            "point_of_contact_email",
            "E-mail of the point of contact",
            Kind.EMAIL,
            "2E",
            required=True,
            max_length=100,
            hint="Verification codes go here: an address of the company itself, never the broker’s.",
        ),
    ),
    rules=(rules.contact,),
)
BUSINESS = Section(
    "business",
    "Business",
    WHOLE,
    (
        Box("website", "Website", Kind.WEBSITE, max_length=100),
        Box("business_description", "Description of the business", max_length=40),
        Box("naics", "NAICS code", Kind.DIGITS, exact=6, size="usa-input--small", hint="Six digits."),
        Box("duns", "DUNS", Kind.DUNS, size="usa-input--medium", hint="Nine digits: XX-XXX-XXXX."),
        Box("filer_code", "Filer code", Kind.CODE, exact=3, size="usa-input--small", hint="Three characters."),
        Box("year_established", "Year established", Kind.DIGITS, exact=4, size="usa-input--small"),
        Box("incorporation_state", "State of incorporation", max_length=STATE, size="usa-input--medium"),
        Box("incorporation_country", "Country of incorporation", Kind.COUNTRY),
        Box(
            "reference_number",
            "Reference number",
            max_length=30,
            size="usa-input--medium",
            hint="Your own, up to 30 characters.",
        ),
        Box("scac", "SCAC", Kind.SCAC, size="usa-input--small", hint=f"Of a carrier. {numbers.SCAC_HINT}"),
        Box(
            "firms_code",
            "FIRMS code",
            Kind.FIRMS_CODE,
            size="usa-input--small",
            hint=f"Of a facility. {numbers.FIRMS_CODE_HINT}",
        ),
    ),
    rules=(rules.year_established,),
)
BANK = Section(
    "bank",
    "Bank",
    WHOLE,
    (
        Box("bank_name", "Name of the bank", max_length=30),
        Box(
            "bank_routing",
            "Routing number",
            Kind.SEALED,
            max_length=11,
            size="usa-input--medium",
            hint="Kept encrypted and shown masked.",
        ),
        Box("bank_city", "City", max_length=30),
        Box("bank_state", "State or province", max_length=STATE, size="usa-input--medium"),
        Box("bank_country", "Country", Kind.COUNTRY),
    ),
    note="Optional.",
)
OFFICERS = Group(
    "officers",
    "Officer",
    "officer",
    SEVERAL,
    (
        Box("name", "Name", Kind.PERSON, max_length=100),
        Box("title", "Title", max_length=22),
        Box("phone", "Telephone number", Kind.PHONE, max_length=40, size="usa-input--medium"),
        Box("email", "E-mail", Kind.EMAIL, max_length=100),
        Box("ssn", "Social Security number", Kind.SSN, size="usa-input--medium", hint="Optional; kept encrypted."),
        Box("passport_number", "Passport number", Kind.SEALED, max_length=13, size="usa-input--medium"),
        Box("passport_expires", "Passport expires on", Kind.DAY),
        Box("passport_country", "Passport issued by", Kind.COUNTRY),
        Box("passport_type", "Type of passport", Kind.CHOICE, choices=_PASSPORTS),
    ),
)
RELATED = Group(
    "related_businesses",
    "Related business",
    "related",
    SEVERAL,
    (
        Box("relation", "Relation", Kind.CHOICE, choices=_RELATIONS),
        Box("name", "Name", Kind.COMPANY, max_length=100),
        Box("number", "Importer number", Kind.NUMBER, pattern="R03", max_length=12, size="usa-input--medium"),
    ),
)
PEOPLE = Section(
    "officers",
    "Officers",
    WHOLE,
    groups=(OFFICERS,),
    note=(
        f"Optional, up to {SEVERAL}. Numbers are kept encrypted and shown with their last four characters. Whoever has "
        "a Social Security number and asks for a CBP-assigned number gives it here."
    ),
    rules=(rules.officers, rules.officer_with_ssn),
)
FAMILY = Section(
    "related",
    "Related businesses",
    WHOLE,
    groups=(RELATED,),
    note=f"Optional, up to {SEVERAL}.",
    rules=(rules.related,),
)
CERTIFICATION = Section(
    "certification",
    "Certification",
    EVERY,
    (
        Box("certifier_name", "Your name", Kind.PERSON, required=True, max_length=100, autocomplete="name"),
        Box("certifier_title", "Your title", required=True, max_length=22, autocomplete="organization-title"),
        Box(
            "certified",
            "I certify that what this form says is true and complete, and that I may speak for the party it names",
            Kind.FLAG,
            required=True,
        ),
    ),
    note="The party that the form names is responsible for it, also where a broker sends it.",
)
BROKER = Section(
    "broker",
    "Broker",
    EVERY,
    (
        Box("broker_name", "Broker’s name", Kind.COMPANY, required=True, max_length=100, autocomplete="organization"),
        Box("broker_phone", "Broker’s telephone number", Kind.PHONE, required=True, max_length=40),
    ),
    only_for=FiledAs.BROKER,
)

STEPS = (
    Step("company", "Company", (NAME, NUMBER, USE)),
    Step("addresses", "Addresses and contact", (MAILING, PHYSICAL, CONTACT)),
    Step("business", "Business", (BUSINESS, BANK, PEOPLE, FAMILY)),
    Step("certification", "Certification", (CERTIFICATION, BROKER)),
)
SECTIONS = tuple(section for step in STEPS for section in step.sections)
#: Boxes that are asked and not kept on the record.
NOT_KEPT = frozenset(("certified", "zip_override", "physical_zip_override"))
#: What a version of a record holds, beside its number.
KEPT = tuple(box for section in SECTIONS for box in section.boxes if box.name not in NOT_KEPT)
GROUPS = tuple(group for section in SECTIONS for group in section.groups)


def sections_of(filing: Filing) -> list[Section]:
    """The parts of the form that a filing fills in."""
    return [section for section in SECTIONS if section.is_asked(filing)]


def steps_of(filing: Filing) -> list[Step]:
    """The pages of a filing, each with the sections it asks."""
    found = [Step(step.slug, step.title, tuple(one for one in step.sections if one.is_asked(filing))) for step in STEPS]
    return [step for step in found if step.sections]


#: Sections whose boxes have labels that others have, too.
_TELL_APART = frozenset((MAILING, PHYSICAL, BANK, CERTIFICATION))
#: The name of each kept box where it stands without its section.
LABELS = {
    box.name: f"{section.title}: {box.label}" if section in _TELL_APART else box.label
    for section in SECTIONS
    for box in section.boxes
}
