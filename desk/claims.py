"""Who works on what: claim, release, hand over, take next. One officer at a time, whatever the kind of work.

Applications keep their officer themselves (useraccess.review.decisions); for every other kind it is kept here. The
rooms ask `require_free` before a decision and call `finish` after the last one.
"""

from typing import Any

from django.db import transaction
from django.db.models import Model

from accounts.models import User
from ace_portal.core import clock, events
from ace_portal.core.errors import DomainError, NotAllowed, WrongState
from desk import queue, registry
from desk.models import Claim
from useraccess import desks
from useraccess.review.decisions import tell_new_officer

#: More officers than press *Take next* at the same moment.
TRIES = 50


def claim(row: Any, *, by: User) -> Any:
    """Take a row off the queue, and return it. Twice is once.

    Raises NotAllowed for anybody but those of its desk and for one who must not decide on it, WrongState when a
    colleague was faster or nothing waits any more.
    """
    kind = registry.kind_of(row)
    if kind.own_claims:
        return kind.own_claims.claim(row, by=by)
    require_seat(kind, by)
    with transaction.atomic():
        live = _locked(kind, row)
        if kind.rows().filter(kind.not_for(by), pk=row.pk).exists():
            raise NotAllowed(f"{row} is for another {kind.decider}: it is your own, or you prepared it.")
        if live is None:
            Claim.objects.create(kind=kind.code, row=row.pk, officer=by, claimed_at=clock.now())
            events.record("desk.claimed", row, summary=f"Claimed by {by}", by=by)
        elif live.officer_id != by.pk:
            raise WrongState(f"Somebody was faster: {live.officer} has claimed it. Nothing was changed.")
    return row


def release(row: Any, *, by: User) -> Any:
    """Put a row back on the queue, and return it. Twice is once.

    Raises NotAllowed for anybody but who has it and, at CBP, supervisors.
    """
    kind = registry.kind_of(row)
    if kind.own_claims:
        return kind.own_claims.release(row, by=by)
    require_seat(kind, by)
    with transaction.atomic():
        live = _locked(kind, row)
        if live is not None:
            _own_or_supervised(kind, live.officer, by)
            _end(live)
            events.record("desk.released", row, summary="Put back on the queue", by=by)
    return row


def hand_over(row: Any, *, to: User, by: User) -> Any:
    """Give a claimed row to somebody else of its desk, who is mailed, and return it. Twice is once.

    Raises NotAllowed for anybody but who has it and, at CBP, supervisors, and for a receiver of no or another desk;
    WrongState when nobody has it.
    """
    kind = registry.kind_of(row)
    if kind.own_claims:
        return kind.own_claims.hand_over(row, to=to, by=by)
    require_seat(kind, by)
    with transaction.atomic():
        live = _locked(kind, row)
        if live is None:
            raise WrongState("Nobody has claimed it, so there is nothing to hand over. Claim it first.")
        if live.officer_id == to.pk:
            return row
        _own_or_supervised(kind, live.officer, by)
        _receives(kind, row, to)
        _end(live)
        Claim.objects.create(kind=kind.code, row=row.pk, officer=to, claimed_at=clock.now())
        events.record("desk.handed_over", row, summary=f"Handed over from {live.officer} to {to}", by=by)
        tell_new_officer(row, str(row), to=to, by=by)
    return row


def take_next(*, by: User, code: str = "") -> tuple[registry.Kind, Any] | None:
    """Claim what has waited longest unclaimed at this person's desks, of all kinds or of one; None when there is none.

    Two people at the same moment get two rows: whoever comes second at a row goes on to the next. Raises NotAllowed
    for anybody who decides at no desk.
    """
    if not any(one.is_decided_by(by) for one in registry.kinds()):
        raise NotAllowed("Only the people of a desk work on its queue.")
    passed_over: list[tuple[str, int]] = []
    for _ in range(TRIES):
        item = queue.oldest_unclaimed(for_officer=by, code=code, but=passed_over)
        if item is None:
            return None
        row = item.kind.rows().get(pk=item.pk)
        try:
            return item.kind, claim(row, by=by)
        except DomainError:
            passed_over.append((item.kind.code, item.pk))
    return None


def officer_of(row: Model) -> User | None:
    """Who has claimed a row."""
    kind = registry.kind_of(row)
    if kind.officer:
        officer: User | None = getattr(row, kind.officer)
        return officer
    live = Claim.objects.live().filter(kind=kind.code, row=row.pk).select_related("officer").first()
    return live.officer if live else None


def require_free(row: Model, by: User) -> None:
    """Raise WrongState when another officer has claimed the row. For decisions, which hold its lock."""
    officer = officer_of(row)
    if officer is not None and officer != by:
        raise WrongState(f"{officer} has claimed {row}. Ask them to decide, or to hand it over. Nothing was changed.")


def require_seat(kind: registry.Kind, by: User) -> None:
    """Raise NotAllowed for anybody who does not decide at the desk of this kind."""
    if not kind.is_decided_by(by):
        raise NotAllowed(f"Only {kind.desk} work on {kind.plural}.")


def may_give_up(kind: registry.Kind, officer: User, by: User) -> bool:
    """Whether `by` may put back or hand over what `officer` has."""
    return kind.is_decided_by(by) and (officer == by or desks.supervises(by, kind.desk))


def finish(row: Model) -> None:
    """End the claim on a row that was decided, or that waits for somebody else now."""
    for live in Claim.objects.live().filter(kind=row._meta.label_lower, row=row.pk):
        _end(live)


def _locked(kind: registry.Kind, row: Model) -> Claim | None:
    """The live claim on a row that waits, which is locked from now on. Raises WrongState when it waits no more."""
    kind.model._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if not kind.open().filter(pk=row.pk).exists():
        raise WrongState(f"{row} does not wait for the desk any more. Nothing was changed.")
    return Claim.objects.live().filter(kind=kind.code, row=row.pk).select_related("officer").first()


def _end(live: Claim) -> None:
    live.ended_at = clock.now()
    live.save(update_fields=["ended_at"])


def _own_or_supervised(kind: registry.Kind, officer: User, by: User) -> None:
    if not may_give_up(kind, officer, by):
        who = f"{officer} or a supervisor" if kind.desk == desks.CBP_OFFICERS else str(officer)
        raise NotAllowed(f"{officer} has claimed it. Only {who} puts it back or hands it over.")


def _receives(kind: registry.Kind, row: Model, to: User) -> None:
    if not kind.is_decided_by(to):
        raise NotAllowed(f"{to} is not one of the {kind.desk}.")
    if kind.rows().filter(kind.not_for(to), pk=row.pk).exists():
        raise NotAllowed(f"{to} must not decide on {row}. Choose another {kind.decider}.")
