"""Decisions about who owns an account, one module a topic."""

from ownership.actions.change import execute, object_to, settle
from ownership.actions.closing import follow_merger
from ownership.actions.desk import approve, prepare, reject, send_back, uphold
from ownership.actions.lookup import answer, answer_waiting, ask
from ownership.actions.proposals import accept, decline, end_overdue, propose, withdraw
from ownership.actions.requests import CODE_PURPOSE, Proof, confirm_code, expire_unconfirmed, send_code, start

__all__ = [
    "CODE_PURPOSE",
    "Proof",
    "accept",
    "answer",
    "answer_waiting",
    "approve",
    "ask",
    "confirm_code",
    "decline",
    "end_overdue",
    "execute",
    "expire_unconfirmed",
    "follow_merger",
    "object_to",
    "prepare",
    "propose",
    "reject",
    "send_back",
    "send_code",
    "settle",
    "start",
    "uphold",
    "withdraw",
]
