"""A merger is carried out: everything moves, or nothing does."""

from typing import Any

from accounts import actions as accounts
from accounts.models import User
from ace_portal.core import mail
from ace_portal.core.refs import ref
from exporters import actions as exporters
from mergers import effects, policy
from mergers.actions.steps import DESK, end_if_overtaken, remember, tell_both
from mergers.models import Merger
from ownership import actions as ownership
from useraccess import actions as useraccess
from useraccess import policy as rights
from useraccess.actions import cross_account
from useraccess.models import Role, UserDraft


def carry_out(row: Merger, *, by: User) -> None:
    """Move what the other owner consented to, end what hung on the former account, and tell everybody.

    In the transaction of the decision, which holds both accounts and the rights in the former one; the row has taken
    its last step already.
    """
    parts = list(policy.moving(row))
    losing = effects.people(row.acquired, parts), effects.companies(row.acquired, parts)
    useraccess.end_rights_on(parts, by=None, why=f"moved to {row.acquirer.company_name}")
    useraccess.take_contacts_off(parts, by=None)
    accounts.move_sub_accounts(parts, to=row.acquirer, by=None)
    if row.whole:
        _leave_a_shell(row)
    ownership.follow_merger(row.acquired)
    what = f"{len(parts)} sub-account{'' if len(parts) == 1 else 's'}"
    whole = ", the whole account" if row.whole else ""
    summary = (
        f"Merger {row.reference}: {what} of {row.acquired.company_name}{whole} moved to {row.acquirer.company_name}"
    )
    # The other company's sub-accounts are its own business once it keeps some: numbers, no names.
    remember(row, "executed", summary, by=by, by_label=DESK, after={"sub_accounts": [ref(one) for one in parts]})
    tell_both("executed", row, parts=parts)
    _tell_who_lost(row, *losing)
    others = Merger.objects.open().of(row.acquired) | Merger.objects.open().of(row.acquirer)
    for other in others.select_related("acquirer", "acquired", "proposed_by").order_by("pk"):
        end_if_overtaken(other)


def _leave_a_shell(row: Merger) -> None:
    """The former account keeps its history and the people who read it; all that could still be decided in it ends."""
    shell = accounts.close_into(row.acquired, into=row.acquirer, by=None)
    cross_account.end_with_account(shell, why=f"{shell.company_name} was merged into {row.acquirer.company_name}")
    UserDraft.objects.filter(top_account=shell).delete()
    exporters.forget_drafts(shell)
    vars(row.acquired).update(vars(shell))


def _tell_who_lost(row: Merger, people: list[effects.Holder], companies: list[effects.Holder]) -> None:
    """Mail those who could open what has gone. Both owners read of it in their own mail; a company whose whole access
    ended was told when it did.
    """
    facts: dict[str, Any] = {"row": row, "acquirer": row.acquirer, "acquired": row.acquired}
    mail.queue_many(
        "mergers/lost",
        [
            (
                one.row.user.email,
                row,
                f"{ref(row)}:lost:{one.row.user_id}",
                {**facts, "user": one.row.user, "count": one.count},
            )
            for one in people
            if one.row.role != Role.TRADE_ACCOUNT_OWNER and one.row.user.status != User.Status.DEACTIVATED
        ],
    )
    for one in [] if row.whole else companies:
        owner = rights.owner_of(one.row.recipient)
        mail.queue(
            "mergers/company_lost",
            to=owner.email,
            about=row,
            context={**facts, "user": owner, "access": one.row, "count": one.count},
        )
