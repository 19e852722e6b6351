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
