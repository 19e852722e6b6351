"""The acquirer's owner finds the other account and proposes the merger."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from accounts import actions as accounts
from accounts import registry
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed, Taken, WrongState
from mergers.actions.steps import end_if_overtaken, remember, require_owner, tell
from mergers.models import Merger, MergerPart
from useraccess import policy as rights
from verification import throttles
from verification.throttles import Rule

#: Somebody who guesses at other companies' accounts and numbers is stopped early.
LOOK_UPS = (Rule(10, timedelta(hours=1), pause=timedelta(hours=1)),)
NO_SUCH_ACCOUNT = (
    "No other account has this ACE ID and an owner with this user ID, capital and small letters included. Ask the "
    "owner of the other account for both, as Home and My profile show them."
)
CHANGED = "The other account has changed since you looked. Look at what you typed once more, then send it."


@dataclass(frozen=True)
class Number:
    """A number as it was typed: into which account type's box, on which line, and its normal form."""

    account_type: str
    line: int
    identifier: str

    @property
    def words(self) -> str:
        return f"{registry.account_type(self.account_type).label}, line {self.line}"


@dataclass(frozen=True)
class Found:
    """The other account, and the sub-accounts of it that were named."""

    acquired: TopAccount
    parts: list[SubAccount]


def look_up(acquirer: TopAccount, *, user_id: str, ace_id: str, numbers: list[Number], by: User) -> Found:
    """The other account, by its owner's user ID and its ACE ID together, and its sub-accounts with these numbers.

    Raises NotAllowed for anybody but the acquirer's owner and, in the same words whatever does not fit, for an account
    that cannot be; for numbers that are no live sub-accounts of it, whosever they are; TooMany after ten look-ups
    an hour.
    """
    require_owner(acquirer, by)
    throttles.take(
        "mergers", str(by.pk), LOOK_UPS, sentence="Too many look-ups of accounts. Please try again in {wait}."
    )
    acquired = TopAccount.objects.filter(ace_id=ace_id.strip(), merged_into=None).exclude(pk=acquirer.pk).first()
    if acquired is None or rights.owner_of(acquired).account_id != user_id.strip():
        raise NotAllowed(NO_SUCH_ACCOUNT, field="user_id")
    live = SubAccount.objects.live().filter(top_account=acquired, identifier__in=[one.identifier for one in numbers])
    known = {(one.account_type, one.identifier): one for one in live}
    unknown = [one.words for one in numbers if (one.account_type, one.identifier) not in known]
    if unknown:
        raise NotAllowed(
            f"Not found among the other account’s sub-accounts: {'; '.join(unknown)}. Correct these lines or take them "
            "out; ask the other owner for the numbers.",
            code="unknown_numbers",
        )
    return Found(acquired, [known[one.account_type, one.identifier] for one in numbers])


def propose(acquirer: TopAccount, *, acquired: TopAccount, parts: list[SubAccount] | None, by: User) -> Merger:
    """Propose to take over the whole account (`parts` is None) or these sub-accounts of it; returns the merger.

    The other owner is mailed and decides. The same proposal twice is one. Raises NotAllowed for anybody but the
    acquirer's owner, WrongState for accounts or parts that have changed since they were looked up, Taken while another
    merger of the two waits.
    """
    if acquired == acquirer:
        raise NotAllowed(NO_SUCH_ACCOUNT)
    with transaction.atomic():
        accounts.lock(acquirer.pk, acquired.pk)
        require_owner(acquirer, by)
        wanted = {one.pk for one in parts or ()}
        here = SubAccount.objects.live().filter(top_account=acquired, pk__in=wanted)
        fits = TopAccount.objects.filter(pk=acquired.pk, merged_into=None).exists()
        if not fits or here.count() != len(wanted) or (parts is not None and not wanted):
            raise WrongState(CHANGED)
        if waiting := _waiting(acquirer, acquired):
            if (waiting.whole, set(waiting.parts.values_list("sub_account", flat=True))) == (parts is None, wanted):
                return waiting
            raise Taken("A merger of these two accounts waits already. Withdraw it before you propose another one.")
        row = Merger.objects.create(
            acquirer=acquirer, acquired=acquired, whole=parts is None, proposed_by=by, proposed_at=clock.now()
        )
        write_parts(row, sorted(wanted))
        what = "the whole account" if row.whole else f"{len(wanted)} sub-account{'' if len(wanted) == 1 else 's'}"
        summary = f"{by} of {acquirer.company_name} proposed to take over {what} of {acquired.company_name}"
        remember(row, "proposed", summary, by=by)
        tell("proposed", acquired, row, by=by)
    return row


def _waiting(acquirer: TopAccount, acquired: TopAccount) -> Merger | None:
    """The open merger of the two, unless it has been overtaken: then it has ended."""
    found = Merger.objects.open().filter(acquirer=acquirer, acquired=acquired)
    row = found.select_related("acquirer", "acquired", "proposed_by").first()
    return None if row is None or end_if_overtaken(row) else row


def write_parts(row: Merger, sub_accounts: list[int]) -> None:
    """Write down what moves, by primary keys."""
    MergerPart.objects.bulk_create(MergerPart(merger=row, sub_account_id=pk) for pk in sub_accounts)
