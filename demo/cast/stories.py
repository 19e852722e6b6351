"""How far the companies of the cast have come that have applied."""

from demo.cast.people import HERON_OWNER, OWNER
from demo.cast.shapes import Person, Story

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
    Story("16-100001600", HERON_OWNER, "SIGNED_IN", "CORPORATION"),
)
