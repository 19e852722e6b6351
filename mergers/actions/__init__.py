"""Decisions about mergers, one module a topic."""

from mergers.actions.answer import ListChanged, consent, decline, end_overdue, withdraw
from mergers.actions.desk import approve, prepare, reject, send_back
from mergers.actions.proposal import NO_SUCH_ACCOUNT, Found, Number, look_up, propose

__all__ = [
    "NO_SUCH_ACCOUNT",
    "Found",
    "ListChanged",
    "Number",
    "approve",
    "consent",
    "decline",
    "end_overdue",
    "look_up",
    "prepare",
    "propose",
    "reject",
    "send_back",
    "withdraw",
]
