"""Decisions about filings of Form 5106, requests to restore a record, and customs queries."""

from form5106.actions.asking import answer, ask_for_information, chase_answers
from form5106.actions.desk import accept, reject
from form5106.actions.drafting import (
    CODE_PURPOSE,
    SEEN,
    confirm_code,
    discard,
    expire_drafts,
    go_on_without_code,
    keep,
    rebase,
    send_code,
    start,
)
from form5106.actions.query import Answer, ask
from form5106.actions.restoring import Proof, ask_to_restore, grant, refuse
from form5106.actions.steps import CodeNeeded, Overtaken
from form5106.actions.submitting import submit, withdraw

__all__ = [
    "CODE_PURPOSE",
    "SEEN",
    "Answer",
    "CodeNeeded",
    "Overtaken",
    "Proof",
    "accept",
    "answer",
    "ask",
    "ask_for_information",
    "ask_to_restore",
    "chase_answers",
    "confirm_code",
    "discard",
    "expire_drafts",
    "go_on_without_code",
    "grant",
    "keep",
    "rebase",
    "refuse",
    "reject",
    "send_code",
    "start",
    "submit",
    "withdraw",
]
