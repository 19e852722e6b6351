"""What the decisions about owners share: the locks, the step of a state machine, the word to those it concerns."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models, transaction
from django_fsm import TransitionNotAllowed

from accounts.models import TopAccount, User
from ace_portal.core import events, mail
from ace_portal.core.errors import WrongState
from importers.models import ImporterRecord
from ownership.models import OwnerChange, OwnerProposal
from useraccess.models import Membership

#: Which officer decided is kept on file; the journal, which the company reads, names their office.
DESK = "CBP"
REQUESTER = "Requester"


def lock(top_account: int) -> TopAccount:
    """The account's row, locked: whatever concerns its owner waits in line here, before any other lock."""
    return TopAccount.objects.select_for_update(no_key=True).get(pk=top_account)


def lock_people(top_account: TopAccount) -> None:
    """Nobody joins the account's successors or leaves them until the end of the transaction."""
    list(Membership.objects.live().select_for_update().filter(top_account=top_account).order_by("pk").values("pk"))


@contextmanager
def locked_proposal(proposal: OwnerProposal) -> Iterator[OwnerProposal]:
    """One transaction with account, its people and the proposal locked; the caller's object sees the outcome."""
    with transaction.atomic():
        lock_people(lock(proposal.top_account_id))
        row = OwnerProposal.objects.select_for_update(of=("self",)).select_related("top_account").get(pk=proposal.pk)
        yield row
    vars(proposal).update(vars(row))


@contextmanager
def locked_change(change: OwnerChange) -> Iterator[OwnerChange]:
    """One transaction with account, its people, 5106 record and the request locked; the caller's object sees it."""
    with transaction.atomic():
        lock_people(lock(change.top_account_id))
        ImporterRecord.objects.select_for_update(of=("self",)).get(pk=change.record_id)
        row = OwnerChange.objects.select_for_update(of=("self",)).select_related("top_account").get(pk=change.pk)
        yield row
    vars(change).update(vars(row))


def step(row: Any, transition: Callable[..., None], *args: Any) -> None:
    """Take one step of the state machine, or say why it cannot be taken any more."""
    try:
        transition(*args)
    except TransitionNotAllowed as error:
        raise WrongState(
            f"Somebody was faster: {what(row)} is now “{row.get_status_display()}”. Nothing was changed."
        ) from error


def what(row: Any) -> str:
    """How a sentence names a proposal or a request."""
    return f"request {row.reference}" if isinstance(row, OwnerChange) else "this proposal"


def remember(kind: str, row: Any, *, summary: str, by: User | None = None, by_label: str = "") -> None:
    """Remember a decision, in the account's journal too unless nobody of the company has confirmed the request yet."""
    unconfirmed = isinstance(row, OwnerChange) and row.status in OwnerChange.UNCONFIRMED
    events.record(
        f"ownership.{kind}",
        row,
        summary=summary,
        by=by,
        by_label=by_label,
        journal=None if unconfirmed else row.top_account,
        after={"status": str(row.status)},
    )


def tell(template: str, to: str, row: models.Model, **context: Any) -> None:
    """Mail one of those whom a proposal or request concerns; it is `row` in the template."""
    mail.queue(f"ownership/{template}", to=to, about=row, context={"row": row, **context})


def tell_requester(template: str, row: OwnerChange, **context: Any) -> None:
    """Mail the requester, with the link of the status page."""
    mail.queue(
        f"ownership/{template}",
        to=row.requester_email,
        about=row,
        secret=True,  # it carries the link of the status page
        context={"row": row, "account": row.top_account, **context},
    )
