"""Decisions about the Business Activity Log and the Action Plan of a top account (facts-access §5)."""

import hashlib
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import Truncator

from accounts.models import TopAccount, User
from accounts.registry import Tab
from ace_portal.core import clock, events, mail, private_files
from ace_portal.core.errors import DomainError, NotAllowed
from useraccess import desks, policy
from useraccess.actions.notices import tell_owner
from useraccess.actions.people import ChangedMeanwhile, changes_since
from useraccess.attachments import Attachment
from useraccess.models import ActionItem, ActivityEntry, CrossAccountAccess, Membership
from useraccess.rights import ACTION_PLAN, ACTIVITY_LOG, Change

FOLDER = "activity-log"
#: The same words of the same person within this time are a second click, not a second entry.
SECOND_CLICK = timedelta(minutes=10)
ITEM_CHANGED = "useraccess.action_item_changed"
#: Whoever plans further ahead than this has mistyped the year.
YEARS_AHEAD = 10
DATE_FORMAT = "%m/%d/%Y"


# The Business Activity Log -----------------------------------------------------------------------------------------
def add_entry(
    top_account: TopAccount, *, subject: str, text: str, attachment: Attachment | None = None, by: User
) -> ActivityEntry:
    """Write an entry into an account's log, signed and dated, and return it. It can never be changed or deleted.

    For CBP officers and for members with write access. The same entry sent twice is written once. The owner is mailed
    what others write. Raises NotAllowed, naming whom to ask.
    """
    stored = private_files.store(attachment.file, folder=FOLDER) if attachment else ""
    try:
        with transaction.atomic():
            signature = _signature(top_account, by)
            content = _content(subject, attachment)
            entry = _just_written(top_account, by, text, content)
            fresh = entry is None
            if entry is None:
                entry = ActivityEntry.objects.create(
                    top_account=top_account,
                    at=clock.now(),
                    by=by,
                    signature=signature,
                    subject=subject,
                    text=text,
                    attachment=stored,
                    attachment_name=attachment.name if attachment else "",
                )
                _announce_entry(entry, content)
    except BaseException:
        _forget(stored)
        raise
    if not fresh:
        _forget(stored)
    return entry


def _forget(stored: str) -> None:
    if stored:
        private_files.remove(stored)


def _signature(top_account: TopAccount, by: User) -> str:
    """Who writes, and for whom. Raises NotAllowed for somebody who may not; others wait in line until the commit."""
    if desks.is_officer(by):
        User.objects.select_for_update().get(pk=by.pk)
        return f"{by}, CBP"
    member = _writer(top_account, ACTIVITY_LOG, by)
    company = member.via.recipient.company_name if member.via else ""
    return Truncator(f"{by}, {company or f'{member.get_role_display()} of {top_account.company_name}'}").chars(200)


def _writer(top_account: TopAccount, tab: Tab, by: User) -> Membership:
    """The place of somebody who may write to this tab of the account, locked against being ended."""
    ways = policy.ways_into(top_account, by)
    # In the order in which whoever ends an access locks them.
    accesses = CrossAccountAccess.objects.filter(pk__in=[one.via_id for one in ways if one.via_id])
    list(accesses.select_for_update().order_by("pk"))
    list(Membership.objects.select_for_update().filter(pk__in=[one.pk for one in ways]).order_by("pk"))
    ways = policy.ways_into(top_account, by)
    if not ways or not policy.top_level(by, top_account, tab).writes:
        raise NotAllowed(
            policy.refusal(top_account, f"You may not write to the {tab.label} of {top_account.company_name}.")
        )
    return min(ways, key=lambda one: one.via_id is not None)


def _content(subject: str, attachment: Attachment | None) -> dict[str, str]:
    """What the journal keeps of an entry: the subject, and which file was attached, with its fingerprint."""
    if attachment is None:
        return {"subject": subject}
    attachment.file.seek(0)
    fingerprint = hashlib.file_digest(attachment.file, "sha256").hexdigest()  # type: ignore[arg-type]
    return {"subject": subject, "attachment": attachment.name, "sha256": fingerprint}


def _just_written(top_account: TopAccount, by: User, text: str, content: dict[str, str]) -> ActivityEntry | None:
    """The person's latest entry, if it is the same one and was written a moment ago."""
    last = ActivityEntry.objects.filter(top_account=top_account, by=by).first()
    if last is None or last.text != text or last.at <= clock.now() - SECOND_CLICK:
        return None
    return last if any(one.after == content for one in events.history_of(last)) else None


def _announce_entry(entry: ActivityEntry, content: dict[str, str]) -> None:
    events.record(
        "useraccess.activity_entry_added",
        entry,
        summary=Truncator(f"{entry.by} wrote in the Business Activity Log: {entry.subject}").chars(250),
        by=entry.by,
        by_label=entry.signature,
        journal=entry.top_account,
        after=content,
    )
    tell_owner(entry.top_account, "useraccess/activity_entry", about=entry, by=entry.by, context={"entry": entry})


# The Action Plan ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ItemFacts:
    """What the form of an Action Plan item asks for."""

    title: str
    owner: User
    due_on: date
    text: str = ""
    status: str = field(default=ActionItem.Status.PLANNED)


def facts_of(item: ActionItem) -> ItemFacts:
    """The facts of an item as it stands."""
    return ItemFacts(title=item.title, text=item.text, owner=item.owner, due_on=item.due_on, status=item.status)


def in_words(facts: ItemFacts) -> dict[str, str]:
    """The facts as people read them, by field: what the journal keeps and what is compared."""
    return {
        "title": facts.title,
        "text": facts.text,
        "owner": f"{facts.owner} ({facts.owner.email})",
        "due_on": facts.due_on.strftime(DATE_FORMAT),
        "status": ActionItem.Status(facts.status).label,
    }


def today() -> date:
    """The day that due dates are compared with."""
    return timezone.localtime(clock.now()).date()


def is_overdue(item: ActionItem) -> bool:
    """Whether an item that nobody has done or cancelled is past its due date."""
    return item.status in ActionItem.OPEN and item.due_on < today()


def check_due_date(due_on: date, *, before: date | None = None) -> None:
    """Refuse a due date in the past or far ahead. One that stays as it was (`before`) may have passed meanwhile."""
    if due_on == before:
        return
    if due_on < today():
        raise DomainError("The Due date lies in the past. Choose today or a later day.", field="due_on")
    if due_on.year > today().year + YEARS_AHEAD:
        raise DomainError(f"The Due date lies more than {YEARS_AHEAD} years ahead. Check the year.", field="due_on")


def people_of(top_account: TopAccount) -> QuerySet[User]:
    """Who can own an item: everybody who works in the account now, by name."""
    live = Membership.objects.live().filter(top_account=top_account)
    return User.objects.filter(pk__in=live.values("user")).exclude(status=User.Status.DEACTIVATED)


def add_item(top_account: TopAccount, *, facts: ItemFacts, by: User) -> ActionItem:
    """Put an item on an account's plan and return it. Its owner is mailed unless they did it themselves.

    Raises NotAllowed for somebody without write access, DomainError (with `field`) for a due date in the past or an
    owner who does not work in the account.
    """
    with transaction.atomic():
        _writer(top_account, ACTION_PLAN, by)
        _check(top_account, facts)
        at = clock.now()
        item = ActionItem.objects.create(
            top_account=top_account,
            created_at=at,
            created_by=by,
            closed_at=None if facts.status in ActionItem.OPEN else at,
            **_columns(facts),
        )
        events.record(
            "useraccess.action_item_added",
            item,
            summary=Truncator(f"{by} added to the Action Plan: {item.title}").chars(250),
            by=by,
            by_label=policy.signature(by, top_account),
            journal=top_account,
            after=in_words(facts) | {"version": item.version},
        )
        _tell_of_item(item, by=by)
    return item


def change_item(item: ActionItem, *, facts: ItemFacts, version: int, by: User) -> list[Change]:
    """Replace the facts of an item and return what changed. A new owner is mailed unless they did it themselves.

    `version` is that of the item the person was shown. Raises NotAllowed, DomainError as `add_item` does, and
    ChangedMeanwhile when somebody else was faster: then nothing is changed.
    """
    with transaction.atomic():
        _writer(item.top_account, ACTION_PLAN, by)
        row = ActionItem.objects.select_for_update().get(pk=item.pk)
        people, meanwhile = changes_since(row, version, kind=ITEM_CHANGED) if version < row.version else ([], [])
        if meanwhile:
            raise ChangedMeanwhile(people, meanwhile)
        before = facts_of(row)
        _check(row.top_account, facts, before=before)
        found = _differences(before, facts)
        if not found:
            return []
        if facts.status != before.status:
            row.closed_at = None if facts.status in ActionItem.OPEN else clock.now()
        for name, value in _columns(facts).items():
            setattr(row, name, value)
        row.version += 1
        row.save()
        _announce_change(row, found, by=by)
        if facts.owner != before.owner:
            _tell_of_item(row, by=by)
        vars(item).update(vars(row))
    return found


def _columns(facts: ItemFacts) -> dict[str, Any]:
    return {one.name: getattr(facts, one.name) for one in fields(facts)}


def _check(top_account: TopAccount, facts: ItemFacts, *, before: ItemFacts | None = None) -> None:
    check_due_date(facts.due_on, before=before.due_on if before else None)
    kept = before is not None and before.owner == facts.owner
    if not kept and not people_of(top_account).filter(pk=facts.owner.pk).exists():
        raise DomainError(
            f"{facts.owner} does not work in {top_account.company_name}. Choose one of its people.", field="owner"
        )


def _differences(before: ItemFacts, after: ItemFacts) -> list[Change]:
    old, new = in_words(before), in_words(after)
    return [Change(name, old[name], new[name]) for name in old if old[name] != new[name]]


def _announce_change(row: ActionItem, found: list[Change], *, by: User) -> None:
    events.record(
        ITEM_CHANGED,
        row,
        summary=Truncator(f"{by} changed in the Action Plan: {row.title}").chars(250),
        by=by,
        by_label=policy.signature(by, row.top_account),
        journal=row.top_account,
        before={one.key: one.before for one in found},
        after={one.key: one.after for one in found} | {"version": row.version},
    )


def _tell_of_item(item: ActionItem, *, by: User) -> None:
    """Mail the item's owner that it was given to them, and the account's owner that somebody was told so."""
    account = item.top_account
    if item.owner == by:
        return
    reads = policy.top_level(item.owner, account, ACTION_PLAN).reads
    told = {"account": account, "item": item, "by": by, "reads": reads}
    mail.queue("useraccess/action_item", to=item.owner.email, about=item, context={"user": item.owner, **told})
    if item.owner != policy.owner_of(account):
        tell_owner(account, "useraccess/action_item", about=item, by=by, context={**told, "reads": True})
