"""Who works in a top account, with which rights; whom to talk to; what was said and what is to be done."""

from useraccess.models.activity import ActionItem, ActivityEntry
from useraccess.models.contact import ContactPlace, Topic, TradeContact
from useraccess.models.cross_account import AccessGrant, CrossAccountAccess
from useraccess.models.draft import UserDraft
from useraccess.models.filer_code import FilerCodeLink
from useraccess.models.membership import Grant, Level, Membership, Role

__all__ = [
    "AccessGrant",
    "ActionItem",
    "ActivityEntry",
    "ContactPlace",
    "CrossAccountAccess",
    "FilerCodeLink",
    "Grant",
    "Level",
    "Membership",
    "Role",
    "Topic",
    "TradeContact",
    "UserDraft",
]
