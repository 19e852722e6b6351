"""What pages show of a request to change an owner: rows, timelines, what has to be filed. Nothing is decided here."""

from typing import Any

from ace_portal.core.addresses import format_phone
from ace_portal.core.events import history_of
from ownership.models import OwnerChange

#: The events a requester sees on the status page, in the requester's words.
TIMELINE = {
    "ownership.change_submitted": "Confirmed by the point of contact, with the CBP desk",
    "ownership.change_approved": "Approved: the present owner may object",
    "ownership.change_objected": "The present owner objects: the CBP desk decides",
    "ownership.change_rejected": "Not approved",
    "ownership.change_executed": "Carried out: the owner has changed",
    "ownership.change_stopped": "Stopped",
}


def timeline(row: OwnerChange) -> list[dict[str, Any]]:
    """What happened so far, oldest first, for core/includes/timeline.html."""
    steps = [event for event in reversed(history_of(row)) if event.kind in TIMELINE]
    return [{"when": event.at, "title": TIMELINE[event.kind], "current": event is steps[-1]} for event in steps]


def rows(row: OwnerChange) -> list[dict[str, str]]:
    """What is asked for, as label and value, for the requester and the owner it concerns."""
    return [
        {"label": "Company", "value": row.record.company_name},
        {"label": "Importer number", "value": row.record.masked_number},
        {
            "label": "New owner",
            "value": f"{row.successor_name} ({'a user of the account' if row.successor_id else 'new'})",
        },
        {"label": "The present owner becomes", "value": row.get_becomes_display()},
        {"label": "Asked by", "value": row.requester_name},
        {"label": "Reason", "value": row.reason},
    ]


def desk_rows(row: OwnerChange) -> list[dict[str, str]]:
    """The same for an officer, with everything that was handed in."""
    return [
        {"label": "Company", "value": row.record.company_name},
        {"label": "Importer number", "value": row.record.importer_number},
        {
            "label": "Point of contact",
            "value": f"{row.record.point_of_contact_name} {row.record.point_of_contact_email}",
        },
        {"label": "Owner at the time of the request", "value": f"{row.former_owner}, {row.former_owner.email}"},
        {"label": "New owner", "value": f"{row.successor_name}, {row.successor_email}"},
        *_new_person(row),
        {"label": "The former owner becomes", "value": row.get_becomes_display()},
        {
            "label": "Requester",
            "value": f"{row.requester_name}\n{row.requester_email}\n{format_phone(row.requester_phone)}",
        },
        {"label": "Reason", "value": row.reason},
    ]


def _new_person(row: OwnerChange) -> list[dict[str, str]]:
    if row.new_date_of_birth is None:
        return [{"label": "Known as", "value": "A user of the account"}]
    return [
        {"label": "Known as", "value": "A new person"},
        {"label": "Date of birth", "value": f"{row.new_date_of_birth:%B %-d, %Y}"},
        {"label": "Telephone number", "value": format_phone(row.new_phone)},
    ]
