"""Decisions about access, one module a topic."""

from useraccess.actions.help import REACTIVATION, reactivate, reactivate_by_link, request_reactivation, reset_factor
from useraccess.actions.opening import add_member, open_account, replace_owner
from useraccess.actions.people import (
    ChangedMeanwhile,
    add_existing,
    add_user,
    change,
    changes_since,
    deactivate,
    find_existing,
    leave,
    revoke,
)
from useraccess.actions.staff import make_analyst, make_officer

__all__ = [
    "REACTIVATION",
    "ChangedMeanwhile",
    "add_existing",
    "add_member",
    "add_user",
    "change",
    "changes_since",
    "deactivate",
    "find_existing",
    "leave",
    "make_analyst",
    "make_officer",
    "open_account",
    "reactivate",
    "replace_owner",
    "reactivate_by_link",
    "request_reactivation",
    "reset_factor",
    "revoke",
]
