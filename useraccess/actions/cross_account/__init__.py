"""Cross Account Access: offer, ask, answer, change, end; and what a company passes on to its own people.

Sources: facts-access §2.1 (only owners grant, and only to another account's owner; accept or reject; never pass on more
than was received), §2.3 (the broker asks, with a power of attorney). What the sources leave open is in
docs/cross-account-access.md.
"""

from useraccess.actions.cross_account.changing import (
    CHANGED,
    end_run_out,
    end_unanswered,
    end_with_account,
    flat,
    in_texts,
    out_of_texts,
    release,
    revoke,
    update,
)
from useraccess.actions.cross_account.offering import (
    NO_SUCH_CLIENT,
    NO_SUCH_RECIPIENT,
    ONE_AT_A_TIME,
    PowerOfAttorney,
    accept,
    approve,
    invite,
    reject,
    request,
    withdraw,
)
from useraccess.actions.cross_account.passing_on import cut, pass_on, take_back

__all__ = [
    "CHANGED",
    "NO_SUCH_CLIENT",
    "NO_SUCH_RECIPIENT",
    "ONE_AT_A_TIME",
    "PowerOfAttorney",
    "accept",
    "approve",
    "cut",
    "end_run_out",
    "end_unanswered",
    "end_with_account",
    "flat",
    "in_texts",
    "invite",
    "out_of_texts",
    "pass_on",
    "reject",
    "release",
    "request",
    "revoke",
    "take_back",
    "update",
    "withdraw",
]
