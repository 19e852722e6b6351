"""What pages show of a merger. Nothing is decided here."""

from typing import Any

from accounts import registry
from accounts.models import SubAccount, TopAccount
from ace_portal.core.events import journal_of
from ace_portal.core.refs import ref
from mergers import effects, policy
from mergers.models import Merger

TONES = {**dict.fromkeys(Merger.OPEN, "waiting"), Merger.Status.EXECUTED: "good"}
STEPS = {
    "mergers.proposed": "Proposed",
    "mergers.consented": "The other owner consented: the CBP desk decides",
    "mergers.declined": "Declined by the other owner",
    "mergers.withdrawn": "Withdrawn",
    "mergers.rejected": "Not approved by CBP",
    "mergers.executed": "Approved by CBP and carried out",
    "mergers.expired": "Not answered in time",
    "mergers.stopped": "Stopped",
}


def rows(row: Merger) -> list[dict[str, Any]]:
    """What a merger is, as label and value, for both owners and the desk."""
    count = row.parts.count()
    what = "The whole account" if row.whole else f"{count} sub-account{'' if count == 1 else 's'}"
    return [
        {"label": "Reference", "value": row.reference},
        {"label": "Acquiring company", "value": row.acquirer},
        {"label": "Acquired company", "value": row.acquired},
        {"label": "What moves", "value": what},
        {"label": "Where it stands", "value": row.get_status_display()},
    ]


def timeline(row: Merger, account: TopAccount) -> list[dict[str, Any]]:
    """What happened so far as this account's journal tells it, oldest first, for core/includes/timeline.html."""
    steps = list(journal_of(account).filter(subject=ref(row), kind__in=STEPS).order_by("pk"))
    return [{"when": one.at, "title": STEPS[one.kind], "current": one is steps[-1]} for one in steps]


def what_moves(row: Merger) -> dict[str, Any]:
    """What the acquired company's owner and the desk see before they decide: each thing, and whom it concerns."""
    moving = list(policy.moving(row))
    return {
        "moving": moving,
        "parts": effects.parts(moving),
        "losing_people": effects.people(row.acquired, moving),
        "losing_companies": effects.companies(row.acquired, moving),
        **_gaining(row, [one.account_type for one in moving]),
    }


def what_comes(row: Merger) -> dict[str, Any]:
    """What the acquirer's owner sees: what they named themselves, and who of the own side will have access.

    What a whole account holds they learn when it has come.
    """
    if row.whole and row.status != Merger.Status.EXECUTED:
        return {"named": [], **_gaining(row, [kind.code for kind in registry.account_types()])}
    named = list(policy.moving(row))
    return {"named": named, **_gaining(row, [one.account_type for one in named])}


def named(row: Merger) -> list[SubAccount]:
    """What was to move, or did, once nothing is left to decide."""
    return list(policy.moving(row))


def _gaining(row: Merger, account_types: list[str]) -> dict[str, Any]:
    coming = effects.one_of_each(account_types)
    return {
        "gaining_people": effects.people(row.acquirer, coming),
        "gaining_companies": effects.companies(row.acquirer, coming),
    }
