"""The cast of the demo: invented companies and people, one for each story. Nothing here is read from a database.

Every name is made up, mail goes to .example only, telephone numbers are the fictitious 555-01xx, and the one number
of the kind of a Social Security number is in a range that is never issued.
"""

from dataclasses import dataclass, field

#: Everybody in the cast who can sign in at once signs in with this. It is no secret: the demo's pages print it.
PASSWORD = "Teal-Harbor-2026"  # noqa: S105


@dataclass(frozen=True)
class Company:
    """A 5106 record of the demo world. The fields up to `country` go into the record as they stand."""

    importer_number: str
    company_name: str
    point_of_contact_name: str
    point_of_contact_email: str
    street_address: str
    city: str
    state: str
    postal_code: str
    organizational_structure: str
    #: What makes it worth trying, and what happens to somebody who applies for it.
    story: str
    outcome: str
    status: str = "ACTIVE"
    country: str = "US"


@dataclass(frozen=True)
class Person:
    email: str
    first_name: str
    last_name: str
    phone: str = ""


@dataclass(frozen=True)
class Story:
    """An application that has been handed in already, and how far it has come."""

    importer_number: str
    applicant: Person
    #: WAITING, IN_REVIEW, ASKED, REJECTED, APPROVED or SIGNED_IN (approved, and the owner has been in).
    chapter: str
    organizational_structure: str
    #: What the officer wrote to the applicant, where one did.
    text: str = ""


@dataclass(frozen=True)
class Member:
    """One of the owner's people: a role and, for a user, the cells of the permission grid that are set."""

    person: Person
    role: str
    #: What it amounts to, for the demo's pages.
    what: str
    grid: dict[str, str] = field(default_factory=dict)
    top_account_access: bool = False


@dataclass(frozen=True)
class Broker:
    """A customs broker's company, its owner, and the filer code under which it files for its clients."""

    person: Person
    company_name: str
    filer_code: str
    what: str = "owns a broker’s account, with its filer code, and reads the importer record of a client"


#: What everybody answers to every challenge question.
ANSWER = "Harbor"

OFFICERS = (
    Person("rosa@desk.example", "Rosa", "Delacroix"),
    Person("milo@desk.example", "Milo", "Anders"),
)

#: An officer who may also take work from one officer and give it to another.
SUPERVISOR = Person("vida@desk.example", "Vida", "Northcott")

#: Reads every page of the desks and decides nothing.
AUDITOR = Person("otto@audit.example", "Otto", "Renner")

#: Decides whether exporters see their data in reports.
ANALYST = Person("vera@census.example", "Vera", "Holloway")

#: The company of the ten-step walk, and who applies for it.
WALK = Company(
    importer_number="12-345678900",
    company_name="MARMALADE ANVIL IMPORTS INC",
    point_of_contact_name="Jo Castellan",
    point_of_contact_email="jo.castellan@marmalade-anvil.example",
    street_address="18 Lantern Row",
    city="Portland",
    state="OR",
    postal_code="97209",
    organizational_structure="CORPORATION",
    story="Everything is in order. Take this one for the ten steps.",
    outcome="The code goes to Jo Castellan, inside the company.",
)
WALKER = Person("pat.doyle@marmalade-anvil.example", "Pat", "Doyle", "503-555-0112")

#: Companies nobody has applied for yet.
OPEN = (
    WALK,
    Company(
        importer_number="58-100000200",
        company_name="QUILLFEATHER TEXTILES LLC",
        point_of_contact_name="Inez Porter",
        point_of_contact_email="imports@harbor-ledger.example",
        street_address="240 Spindle Street",
        city="Savannah",
        state="GA",
        postal_code="31401",
        organizational_structure="LLC",
        story="The contact's address is at another domain, that of the company's bookkeepers.",
        outcome="Works all the same: the contact need not share the applicant's domain.",
    ),
    Company(
        importer_number="74-1000003A1",
        company_name="PAPER WALRUS TOYS CORP",
        point_of_contact_name="Lena Brandt",
        point_of_contact_email="lena.brandt@paper-walrus.example",
        street_address="77 Mesa Verde Drive",
        city="Laredo",
        state="TX",
        postal_code="78040",
        organizational_structure="CORPORATION",
        story="A division: its number ends in A1, not in 00.",
        outcome="With the suffix A1 it works; without a suffix the portal adds 00 and says that number is not on file.",
    ),
    Company(
        importer_number="900-12-3456",
        company_name="WENDELL P OAKHOLLOW",
        point_of_contact_name="Wendell Oakhollow",
        point_of_contact_email="wendell@oakhollow-fiddles.example",
        street_address="5 Maple Hollow Lane",
        city="Burlington",
        state="VT",
        postal_code="05401",
        organizational_structure="SOLE_PROPRIETORSHIP",
        story="A sole proprietor, whose number is written like a Social Security number.",
        outcome="Works with the number as 900-12-3456 and his own name as the company name.",
    ),
    Company(
        importer_number="261234-12345",
        company_name="KUCKUCK & MONDSCHEIN UHREN GMBH",
        point_of_contact_name="Greta Mondschein",
        point_of_contact_email="greta@kuckuck-mondschein.example",
        street_address="Glockengasse 9",
        city="Freiburg im Breisgau",
        state="",
        postal_code="79098",
        country="DE",
        organizational_structure="CORPORATION",
        story="A German company with a number that CBP assigned.",
        outcome="Works with 261234-12345. Try a German address and telephone number for the owner.",
    ),
    Company(
        importer_number="36-1000004B2",
        company_name="O'MALLEY-FINCH & DAUGHTERS, INC.",
        point_of_contact_name="Nora O'Malley-Finch",
        point_of_contact_email="nora@omalley-finch.example",
        street_address="1401 Pickle Works Avenue",
        city="Cleveland",
        state="OH",
        postal_code="44113",
        organizational_structure="CORPORATION",
        story="A name full of punctuation.",
        outcome="Leave out a comma or “Inc.” and the portal says that only the form of the name differs.",
    ),
    Company(
        importer_number="22-100000500",
        company_name="TEACUP COMET TRADING INC",
        point_of_contact_name="Entry desk, Old Wharf Brokers",
        point_of_contact_email="entry.desk@oldwharf-brokers.example",
        street_address="300 Ferry Landing",
        city="Newark",
        state="NJ",
        postal_code="07102",
        organizational_structure="CORPORATION",
        story="The contact is out of date: years ago the broker put in its own address.",
        outcome="The checks pass and the code goes to the broker's entry desk. Look there, or have the record updated.",
    ),
    Company(
        importer_number="41-100000600",
        company_name="LANTERN GOOSE CANDLE COMPANY",
        point_of_contact_name="",
        point_of_contact_email="",
        street_address="12 Wick Street",
        city="Duluth",
        state="MN",
        postal_code="55802",
        organizational_structure="PARTNERSHIP",
        story="The record has no contact address.",
        outcome="Refused, with a message to the broker that can be copied.",
    ),
    Company(
        importer_number="82-100000700",
        company_name="SLEEPY BADGER RUGS INC",
        point_of_contact_name="Omar Field",
        point_of_contact_email="omar.field@sleepy-badger.example",
        street_address="909 Burrow Road",
        city="Boise",
        state="ID",
        postal_code="83702",
        organizational_structure="CORPORATION",
        status="INACTIVE",
        story="The record is inactive: it was not used for a year.",
        outcome="Refused, with how to have it reactivated.",
    ),
    Company(
        importer_number="59-100000800",
        company_name="VANISHED UMBRELLA CORP",
        point_of_contact_name="Ida Storm",
        point_of_contact_email="ida.storm@vanished-umbrella.example",
        street_address="64 Drizzle Court",
        city="Tampa",
        state="FL",
        postal_code="33602",
        organizational_structure="CORPORATION",
        status="VOIDED",
        story="The record has been voided.",
        outcome="Refused, with how to have it restored.",
    ),
)

#: Companies that have applied: their records and, below, how far they have come.
APPLIED = (
    Company(
        importer_number="63-100000900",
        company_name="BRASS PELICAN HARDWARE LLC",
        point_of_contact_name="Theo Banks",
        point_of_contact_email="theo.banks@brass-pelican.example",
        street_address="31 Rivet Street",
        city="Mobile",
        state="AL",
        postal_code="36602",
        organizational_structure="LLC",
        story="Has an account already. Its owner can sign in at once.",
        outcome="Refused: the record belongs to a portal account, and the message says whom to ask.",
    ),
    Company(
        importer_number="84-100001000",
        company_name="MERRY OTTER KAYAKS INC",
        point_of_contact_name="Cleo Winter",
        point_of_contact_email="cleo.winter@merry-otter.example",
        street_address="450 Rapids Way",
        city="Denver",
        state="CO",
        postal_code="80202",
        organizational_structure="CORPORATION",
        story="Approved a moment ago. The owner has the mail with the account ID, and has not signed in yet.",
        outcome="Refused. Begin at step 8 of the walk with the account ID in the owner's mail.",
    ),
    Company(
        importer_number="91-100001100",
        company_name="GINGERBREAD TELESCOPE CORP",
        point_of_contact_name="Wilma Stern",
        point_of_contact_email="wilma.stern@gingerbread-telescope.example",
        street_address="2 Observatory Steps",
        city="Seattle",
        state="WA",
        postal_code="98101",
        organizational_structure="CORPORATION",
        story="Waits in the officers' queue. The applicant chose another organizational structure than the record has.",
        outcome="A second application can be begun, and is stopped when it is submitted.",
    ),
    Company(
        importer_number="43-100001200",
        company_name="VELVET TURNIP GROCERS INC",
        point_of_contact_name="Hugo Lamb",
        point_of_contact_email="hugo.lamb@velvet-turnip.example",
        street_address="1188 Market Basket Lane",
        city="Kansas City",
        state="MO",
        postal_code="64105",
        organizational_structure="CORPORATION",
        story="Waits in the officers' queue, with nothing to find fault with.",
        outcome="The same. Approve it at the desk to see a decision without applying first.",
    ),
    Company(
        importer_number="61-100001300",
        company_name="CLOUDBERRY BICYCLE WORKS LLC",
        point_of_contact_name="Sven Marsh",
        point_of_contact_email="sven.marsh@cloudberry-bicycle.example",
        street_address="16 Spoke Alley",
        city="Louisville",
        state="KY",
        postal_code="40202",
        organizational_structure="LLC",
        story="The other officer, Milo Anders, has claimed it.",
        outcome="The same. At the desk, Rosa Delacroix cannot decide on it, and is told who has it.",
    ),
    Company(
        importer_number="57-100001400",
        company_name="TIN LIGHTHOUSE LAMPS INC",
        point_of_contact_name="Fay Harbin",
        point_of_contact_email="fay.harbin@tin-lighthouse.example",
        street_address="8 Beacon Point",
        city="Charleston",
        state="SC",
        postal_code="29401",
        organizational_structure="CORPORATION",
        story="An officer has asked for information. The link to answer is in the applicant's mail.",
        outcome="The same. Answer on the status page: the application goes back to the officer who asked.",
    ),
    Company(
        importer_number="01-100001500",
        company_name="POCKET VOLCANO CERAMICS LLC",
        point_of_contact_name="Ruth Ember",
        point_of_contact_email="ruth.ember@pocket-volcano.example",
        street_address="73 Kiln Street",
        city="Portland",
        state="ME",
        postal_code="04101",
        organizational_structure="LLC",
        story="Was not approved, with a reason.",
        outcome="Works: after a refusal one may apply again.",
    ),
)

COMPANIES = (*OPEN, *APPLIED)

#: The owner who can sign in at once.
OWNER = Person("grace.tanaka@brass-pelican.example", "Grace", "Tanaka", "251-555-0119")

STORIES = (
    Story("63-100000900", OWNER, "SIGNED_IN", "LLC"),
    Story(
        "84-100001000",
        Person("ivo.larsen@merry-otter.example", "Ivo", "Larsen", "303-555-0120"),
        "APPROVED",
        "CORPORATION",
    ),
    Story(
        "91-100001100",
        Person("tess.monroe@gingerbread-telescope.example", "Tess", "Monroe", "206-555-0121"),
        "WAITING",
        "LLC",
    ),
    Story(
        "43-100001200",
        Person("abel.reyes@velvet-turnip.example", "Abel", "Reyes", "816-555-0122"),
        "WAITING",
        "CORPORATION",
    ),
    Story(
        "61-100001300",
        Person("kit.osborne@cloudberry-bicycle.example", "Kit", "Osborne", "502-555-0123"),
        "IN_REVIEW",
        "LLC",
    ),
    Story(
        "57-100001400",
        Person("maya.quist@tin-lighthouse.example", "Maya", "Quist", "843-555-0124"),
        "ASKED",
        "CORPORATION",
        text="Your record names Fay Harbin as the point of contact. What is your position in the company?",
    ),
    Story(
        "01-100001500",
        Person("leo.vance@pocket-volcano.example", "Leo", "Vance", "207-555-0125"),
        "REJECTED",
        "LLC",
        text="We could not establish that you act for the company. Apply again with one of its officers as owner.",
    ),
)

#: The owner's people. All of them can sign in at once.
TEAM = (
    Member(
        Person("hugo.brandt@brass-pelican.example", "Hugo", "Brandt", "251-555-0131"),
        "PTAO",
        "does everything the owner does, but for other proxies, Cross Account Access and Merge Accounts",
    ),
    Member(
        Person("lena.ortiz@brass-pelican.example", "Lena", "Ortiz", "251-555-0132"),
        "USER",
        "reads everything and changes nothing",
        {
            "IMPORTER:details": "READ",
            "IMPORTER:contacts": "READ",
            "TOP:activity-log": "READ",
            "TOP:action-plan": "READ",
        },
        top_account_access=True,
    ),
    Member(
        Person("theo.marsh@brass-pelican.example", "Theo", "Marsh", "251-555-0133"),
        "USER",
        "writes the Business Activity Log and sees nothing else",
        {"TOP:activity-log": "FULL"},
    ),
)


#: A customs broker: CBP gave it a sub-account with its filer code, and the owner above lets it work in their account.
BROKER = Broker(
    Person("iris.calloway@oldwharf-brokers.example", "Iris", "Calloway", "251-555-0134"), "Old Wharf Brokers LLC", "OW1"
)


def company(importer_number: str) -> Company:
    """The company with this number. Raises KeyError if it is not in the cast."""
    return _by_number[importer_number]


_by_number = {one.importer_number: one for one in COMPANIES}
