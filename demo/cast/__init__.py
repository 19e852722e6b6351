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
    OFFICERS,
    OWNER,
    PASSWORD,
    SUPERVISOR,
    TEAM,
    WALKER,
)
from demo.cast.shapes import Broker, Company, Member, Person, Story
from demo.cast.stories import STORIES

__all__ = [
    "ANALYST",
    "ANSWER",
    "APPLIED",
    "AUDITOR",
    "BROKER",
    "COMPANIES",
    "OFFICERS",
    "OPEN",
    "OWNER",
    "PASSWORD",
    "STORIES",
    "SUPERVISOR",
    "TEAM",
    "WALK",
    "WALKER",
    "Broker",
    "Company",
    "Member",
    "Person",
    "Story",
    "company",
]
