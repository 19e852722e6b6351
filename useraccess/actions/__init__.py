"""Decisions about access, one module a topic."""

from useraccess.actions.adding import (
    choose_account,
    choose_role,
    discard_draft,
    finish_adding,
    forget_drafts,
    keep_existing_user,
    keep_new_user,
)
from useraccess.actions.contacts import (
    add_contact,
    add_person_as_contact,
    change_contact,
    hide_contact,
    remove_contact,
    show_contact,
)
from useraccess.actions.granting import SubAccountGone
from useraccess.actions.help import REACTIVATION, reactivate, reactivate_by_link, request_reactivation, reset_factor
from useraccess.actions.moving import end_rights_on, lock_rights, take_contacts_off
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
from useraccess.actions.staff import make_analyst, make_auditor, make_officer, make_supervisor, sync_desk_roles

__all__ = [
    "REACTIVATION",
    "ChangedMeanwhile",
    "SubAccountGone",
    "add_contact",
    "add_existing",
    "add_member",
    "add_person_as_contact",
    "add_user",
    "change",
    "change_contact",
    "changes_since",
    "choose_account",
    "choose_role",
    "deactivate",
    "discard_draft",
    "end_rights_on",
    "find_existing",
    "finish_adding",
    "forget_drafts",
    "hide_contact",
    "keep_existing_user",
    "keep_new_user",
    "leave",
    "lock_rights",
    "make_analyst",
    "make_auditor",
    "make_officer",
    "make_supervisor",
    "open_account",
    "reactivate",
    "reactivate_by_link",
    "remove_contact",
    "replace_owner",
    "request_reactivation",
    "reset_factor",
    "revoke",
    "show_contact",
    "sync_desk_roles",
    "take_contacts_off",
]
