"""What the decisions about mergers share: the locks, the step of the state machine, the memory, the word to owners."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from accounts import actions as accounts
from accounts.models import TopAccount, User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import NotAllowed, WrongState
from desk import claims
from mergers import policy
from mergers.models import Merger
from useraccess import policy as rights

#: Which officer decided is kept on file; the journals, which the companies read, name their office.
DESK = "CBP"
LATE = "The time to answer is over: the proposal ended. The other company may propose the merger again."


@contextmanager
def locked(merger: Merger) -> Iterator[Merger]:
    """One transaction with both accounts and the merger locked, in this order; the caller's object sees the outcome."""
    with transaction.atomic():
        accounts.lock(merger.acquirer_id, merger.acquired_id)
        rows = Merger.objects.select_for_update(of=("self",)).select_related("acquirer", "acquired", "proposed_by")
        row = rows.get(pk=merger.pk)
        yield row
    vars(merger).update(vars(row))


def require_owner(account: TopAccount, by: User) -> None:
    """Raise NotAllowed for anybody but the account's Trade Account Owner (facts-access §1.1, §3)."""
    if not rights.may_share(by, account):
        raise NotAllowed(
            rights.refusal(account, f"Only the Trade Account Owner of {account.company_name} decides on mergers.")
        )


def step(row: Merger, transition: Callable[..., None], *args: Any) -> None:
    """Take one step of the state machine and save it, or say why it cannot be taken any more."""
    try:
        transition(*args)
    except TransitionNotAllowed as error:
        raise WrongState(
            f"Somebody was faster: merger {row.reference} is now “{row.get_status_display()}”. Nothing was changed."
        ) from error
    row.save()
    if not row.is_at_the_desk:
        claims.finish(row)


def remember(
    row: Merger,
    what: str,
    summary: str,
    *,
    by: User | None = None,
    by_label: str = "",
    after: dict[str, Any] | None = None,
) -> None:
    """One event in the journal of each of the two accounts: who of which company did what."""
    for account, other in ((row.acquirer, row.acquired), (row.acquired, row.acquirer)):
        foreign = by is not None and not by_label and rights.role_in(by, account) is None
        events.record(
            f"mergers.{what}",
            row,
            summary=summary,
            by=by,
            by_label=f"{by}, {other.company_name}" if foreign else by_label,
            journal=account,
            after={"status": str(row.status), "merger": row.reference, **(after or {})},
        )


def tell(template: str, account: TopAccount, row: Merger, *, by: User | None = None, **context: Any) -> None:
    """Mail the owner of one of the two accounts; it is `account` in the template, and `acquires` says which side."""
    owner = rights.owner_of(account)
    if owner == by:
        return
    facts = {"user": owner, "account": account, "row": row, "acquires": account.pk == row.acquirer_id, "by": by}
    mail.queue(f"mergers/{template}", to=owner.email, about=row, context={**facts, **context})


def tell_both(template: str, row: Merger, *, by: User | None = None, **context: Any) -> None:
    """Mail both owners, but not one who decided it themselves; nobody who owns both accounts twice."""
    tell(template, row.acquirer, row, by=by, **context)
    if rights.owner_of(row.acquirer) != rights.owner_of(row.acquired):
        tell(template, row.acquired, row, by=by, **context)


def end_if_overtaken(row: Merger) -> str:
    """End an open merger that is too late or does not fit any more, and return the sentence for it; "" otherwise."""
    if row.is_late:
        step(row, row.expire, clock.now())
        remember(row, "expired", f"Merger {row.reference} ended: {row.acquired.company_name} did not answer in time")
        tell_both("expired", row)
        return LATE
    reason = policy.stale_because(row) if row.is_open else ""
    if reason:
        length = Merger._meta.get_field("stop_reason").max_length
        step(row, row.stop, clock.now(), reason[:length])
        remember(row, "stopped", f"Merger {row.reference} stopped: {reason}")
        tell_both("stopped", row)
    return reason
