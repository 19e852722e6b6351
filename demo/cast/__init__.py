"""The cast of the demo: invented companies and people, one for each story. Nothing here is read from a database.

Every name is made up, mail goes to .example only, telephone numbers are the fictitious 555-01xx, and the one number
of the kind of a Social Security number is in a range that is never issued.
"""

from demo.cast.companies import APPLIED, COMPANIES, OPEN, WALK, company
from demo.cast.people import (
    ANALYST,
    ANSWER,
    AUDITOR,
    BROKER,
    EXPORTER_OWNER,
    HERON_OWNER,
    OFFICERS,
    OWNER,
    PASSWORD,
    SUPERVISOR,
    TEAM,
    WALKER,
)
from demo.cast.shapes import (
    Address,
    Broker,
    Company,
    ContactChange,
    Dispute,
    Exporter,
    Member,
    OwnerChange,
    Person,
    Restoration,
    Story,
    Takeover,
    Turn,
)
from demo.cast.stories import STORIES
from demo.cast.turns import AT_THE_DESKS, IN_THE_ACCOUNTS
from demo.cast.waiting import DISPUTE, EXPORTER, FILING, OWNER_CHANGE, QUERY, RESTORATION, TAKEOVER

__all__ = [
    "ANALYST",
    "ANSWER",
    "APPLIED",
    "AT_THE_DESKS",
    "AUDITOR",
    "BROKER",
    "COMPANIES",
    "DISPUTE",
    "EXPORTER",
    "EXPORTER_OWNER",
    "FILING",
    "HERON_OWNER",
    "IN_THE_ACCOUNTS",
    "OFFICERS",
    "OPEN",
    "OWNER",
    "OWNER_CHANGE",
    "PASSWORD",
    "QUERY",
    "RESTORATION",
    "STORIES",
    "SUPERVISOR",
    "TAKEOVER",
    "TEAM",
    "WALK",
    "WALKER",
    "Address",
    "Broker",
    "Company",
    "ContactChange",
    "Dispute",
    "Exporter",
    "Member",
    "OwnerChange",
    "Person",
    "Restoration",
    "Story",
    "Takeover",
    "Turn",
    "company",
]
