"""Decisions about importer applications, from the first screen to the open account."""

from importers.actions.applicant import (
    CODE_PURPOSE,
    DRAFT_LIVES,
    answer,
    confirm_code,
    expire_drafts,
    keep_draft,
    send_code,
    start_application,
    submit,
    withdraw,
)
from importers.actions.desk import STOPS_APPROVAL, approve, ask_for_information, claim, reject, release
from importers.actions.steps import ChecksFailed

__all__ = [
    "CODE_PURPOSE",
    "DRAFT_LIVES",
    "STOPS_APPROVAL",
    "ChecksFailed",
    "answer",
    "approve",
    "ask_for_information",
    "claim",
    "confirm_code",
    "expire_drafts",
    "keep_draft",
    "reject",
    "release",
    "send_code",
    "start_application",
    "submit",
    "withdraw",
]
