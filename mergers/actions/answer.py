"""What the two owners decide once a merger is proposed, and what time decides."""

from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.errors import DomainError, NotAllowed, Taken, WrongState
from mergers import policy
from mergers.actions.proposal import write_parts
from mergers.actions.steps import end_if_overtaken, locked, remember, require_owner, step, tell
from mergers.models import Merger
from useraccess import policy as rights

Status = Merger.Status


class ListChanged(DomainError):
    """What would move is not what the owner was shown."""

    code = "list_changed"

    def __init__(self) -> None:
        super().__init__(
            "The sub-accounts of your account have changed since this page was shown. Nothing was decided: look at the "
            "list below once more."
        )


def consent(merger: Merger, *, seen: list[int], by: User) -> Merger:
    """Consent to what was shown, `seen`: primary keys of sub-accounts. CBP decides next; the other owner is mailed.

    Twice is once. Raises NotAllowed for anybody but the other account's owner; ListChanged when something else would
    move; Taken while another merger of the account is with CBP; WrongState when it was withdrawn, comes too late, or
    does not fit any more (then it ends, and both owners are told).
    """
    with locked(merger) as row:
        require_owner(row.acquired, by)
        if row.is_at_the_desk:
            return row
        ended = end_if_overtaken(row)
        if not ended:
            moving = sorted(policy.moving(row).values_list("pk", flat=True))
            if row.status == Status.PROPOSED and moving != sorted(seen):
                raise ListChanged
            if Merger.objects.at_the_desk().filter(acquired=row.acquired).exists():
                raise Taken("Another merger of your account is with the CBP desk. Take your consent to it back first.")
            step(row, row.consent, by, clock.now())
            if row.whole:
                write_parts(row, moving)
            remember(
                row, "consented", f"{by} of {row.acquired.company_name} consented to merger {row.reference}", by=by
            )
            tell("consented", row.acquirer, row, by=by)
    return _unless(ended, row)


def decline(merger: Merger, *, by: User) -> Merger:
    """Say no; the acquirer's owner is told. Twice is once. Raises NotAllowed and WrongState as consent does."""
    with locked(merger) as row:
        require_owner(row.acquired, by)
        if row.status == Status.DECLINED:
            return row
        ended = end_if_overtaken(row)
        if not ended:
            step(row, row.decline, by, clock.now())
            remember(row, "declined", f"{by} of {row.acquired.company_name} declined merger {row.reference}", by=by)
            tell("declined", row.acquirer, row, by=by)
    return _unless(ended, row)


def withdraw(merger: Merger, *, by: User) -> Merger:
    """Take the proposal back, any time before it is carried out, or the consent; the other owner is told.

    Twice is once. Raises NotAllowed for anybody but the acquirer's owner and, once they have consented, the other
    account's; WrongState when nothing is left to take back.
    """
    with locked(merger) as row:
        sides = [row.acquirer] if row.status == Status.PROPOSED else [row.acquirer, row.acquired]
        own = next((one for one in sides if rights.may_share(by, one)), None)
        if own is None:
            raise NotAllowed(rights.refusal(row.acquirer, "Only the owner who decided it takes it back."))
        if row.status == Status.WITHDRAWN:
            return row
        step(row, row.withdraw, by, clock.now())
        what = "the proposal of" if own == row.acquirer else "the consent to"
        remember(row, "withdrawn", f"{by} of {own.company_name} took back {what} merger {row.reference}", by=by)
        other = row.acquired if own == row.acquirer else row.acquirer
        tell("withdrawn", other, row, by=by, own=own)
    return row


def end_overdue() -> int:
    """End the mergers that were not answered in time or do not fit any more; returns how many."""
    count = 0
    for merger in list(Merger.objects.open().order_by("pk")):
        with locked(merger) as row:
            count += bool(end_if_overtaken(row))
    return count


def _unless(ended: str, row: Merger) -> Merger:
    """The row, unless it was found to have been overtaken: that outlives the refusal."""
    if ended:
        raise WrongState(ended)
    return row
