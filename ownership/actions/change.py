"""The owner objects, or does not: what becomes of a request that was approved."""

import structlog
from django.db import transaction

from accounts import actions as accounts
from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed, Taken
from importers.checks import has_valid_contact
from ownership.actions.closing import hand_over, stop_change, stop_change_if_stale
from ownership.actions.steps import locked_change, remember, step, tell, tell_requester
from ownership.models import Becomes, OwnerChange

log = structlog.get_logger(__name__)
Status = OwnerChange.Status


def object_to(change: OwnerChange, *, by: User) -> OwnerChange:
    """Put an approved request back to the desk. It counts until the change is carried out; twice equals once.

    Raises NotAllowed for anybody but the owner it concerns, WrongState when nothing is left to object to.
    """
    with locked_change(change) as row:
        if row.former_owner_id != by.pk:
            raise NotAllowed(f"Only {row.former_owner} can object to this change.")
        if row.status == Status.OBJECTED:
            return row
        step(row, row.object, by, clock.now())
        row.save()
        remember("change_objected", row, summary=f"{by} objects to owner change request {row.reference}", by=by)
        tell_requester("change_objected", row)
        tell("objection_received", by.email, row, user=by, account=row.top_account)
    return row


def settle() -> int:
    """Carry out the requests whose waiting period is over, and stop open ones that do not fit any more.

    Returns how many have ended. A request that cannot be carried out does not keep the others waiting.
    """
    count = 0
    for change in list(OwnerChange.objects.open().order_by("pk")):
        try:
            count += execute(change)
        except Exception as error:
            # The row is as it was; the next sweep tries again, and the log names it.
            log.error("owner_change_put_off", request=change.reference, error=type(error).__name__)
    return count


def execute(change: OwnerChange) -> bool:
    """Carry a request out if it is due, or stop it if it is stale; returns whether it has ended here and now.

    Two executions at once are one; an objection that was faster leaves it to the desk.
    """
    with locked_change(change) as row:
        due = row.status == Status.WAITING and row.waiting_until is not None and clock.now() >= row.waiting_until
        if not due:
            return stop_change_if_stale(row)
        person = try_to_carry_out(row)
        if person is None:
            return True
        step(row, row.execute, clock.now(), person)
        row.save()
        carry_out(row, person, summary=f"Owner change request {row.reference}: nobody objected in time")
    return True


def try_to_carry_out(row: OwnerChange) -> User | None:
    """The person who becomes the owner, made and invited if they are new. None when the request had to be stopped."""
    if stop_change_if_stale(row):
        return None
    if row.successor:
        return row.successor
    try:
        with transaction.atomic():
            person = accounts.create_person(by=None, **row.new_person())
    except Taken as error:
        # Somebody else was added under this name or address at this very moment.
        stop_change(row, error.message)
        return None
    accounts.invite(person, by=None)
    return person


def carry_out(row: OwnerChange, person: User, *, summary: str, by: User | None = None, by_label: str = "") -> None:
    """Put the person in the owner's seat and tell everybody. The row has taken its last step already."""
    hand_over(row.top_account, successor=person, becomes=Becomes(row.becomes), by=None)
    remember("change_executed", row, summary=summary, by=by, by_label=by_label)
    tell_requester("change_executed", row)
    tell("change_executed_former", row.former_owner.email, row, user=row.former_owner, account=row.top_account)
    tell("change_executed_new", person.email, row, user=person, account=row.top_account)
    if has_valid_contact(row.record):
        tell("change_executed_contact", row.record.point_of_contact_email, row, account=row.top_account)
