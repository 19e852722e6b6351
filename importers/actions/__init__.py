"""Decisions about importer applications, from the first screen to the open account."""

from importers.actions.applicant import (
    CODE_PURPOSE,
    chase_answers,
    confirm_code,
    expire_drafts,
    keep_draft,
    send_code,
    start_application,
    submit,
)
from importers.actions.desk import STOPS_APPROVAL, approve, link
from useraccess.review.decisions import answer, ask_for_information, claim, reject, release, withdraw
from useraccess.review.housekeeping import DRAFT_LIVES
from useraccess.review.steps import ChecksFailed

__all__ = [
    "CODE_PURPOSE",
    "DRAFT_LIVES",
    "STOPS_APPROVAL",
    "ChecksFailed",
    "answer",
    "approve",
    "ask_for_information",
    "chase_answers",
    "claim",
    "confirm_code",
    "expire_drafts",
    "keep_draft",
    "link",
    "reject",
    "release",
    "send_code",
    "start_application",
    "submit",
    "withdraw",
]
