"""What the people, companies and stories of the cast are made of."""

from dataclasses import dataclass, field


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


@dataclass(frozen=True)
class ContactChange:
    """A filing of Form 5106 that puts its filer in as the point of contact, without a code of the present one."""

    importer_number: str
    filer: Person
    title: str
    reason: str


@dataclass(frozen=True)
class Restoration:
    """A request to restore a voided record."""

    importer_number: str
    requester: Person
    reason: str


@dataclass(frozen=True)
class OwnerChange:
    """A request for another owner of the account that a record belongs to."""

    importer_number: str
    requester: Person
    successor: Person
    date_of_birth: str
    reason: str
    #: What the officer wrote who has prepared the approval.
    finding: str


@dataclass(frozen=True)
class Address:
    """Named as forms and records of exporters name its parts."""

    street_address: str
    city: str
    state: str
    postal_code: str
    country: str = "US"


@dataclass(frozen=True)
class Exporter:
    """An exporter with an account of its own, which asks Census for what is filed under its EIN."""

    owner: Person
    date_of_birth: str
    company_name: str
    ein: str
    address: Address
    reason: str


@dataclass(frozen=True)
class Dispute:
    """An EIN in the account of one person of the cast that another one says is theirs."""

    holder: Person
    raised_by: Person
    company_name: str
    ein: str
    address: Address
    text: str


@dataclass(frozen=True)
class Takeover:
    """A merger that both owners want: one takes over the whole account of the other, with this importer number."""

    acquirer: Person
    acquired: Person
    importer_number: str


@dataclass(frozen=True)
class Turn:
    """Something to play at once: what waits, who plays next, and what to try."""

    #: By which demo.turns finds the page.
    key: str
    title: str
    story: str
    players: tuple[Person, ...]
    tries: str
    #: Importer numbers or EINs to copy.
    numbers: tuple[str, ...] = ()
