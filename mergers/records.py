"""What an owner downloads before a merger: the account's records as one ZIP of tables, with the files of its log.

The tables are for spreadsheets; numbers are masked in them as they are on the pages.
"""

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import IO, Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import SubAccount
from ace_portal.core.events import journal_of
from mergers import effects, policy
from mergers.models import Merger
from useraccess import rights
from useraccess.models import ActionItem, ActivityEntry, Grant, Membership, TradeContact
from useraccess.people import harmless
from useraccess.policy import OWNERS
from useraccess.rights import TOP

Rows = Iterator[tuple[Any, ...]]
#: As much of the archive is kept in memory; the rest goes to a file that vanishes with it.
IN_MEMORY = 5 * 1024 * 1024
MISSING = "This file could not be read. The support desk can help."


def archive(row: Merger) -> IO[bytes]:
    """The ZIP of what an open merger concerns, as a file that stands at its beginning and vanishes when it is closed.

    Of a whole account everything; of a part the sub-accounts that move with the rights and contacts on them, and the
    log, the plan and the history of the account, which belong to no single sub-account.
    """
    moving = list(policy.moving(row))
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        _table(target, "sub-accounts", ("Type", "Name", "Number", "Since", "What hangs on it"), _sub_accounts(moving))
        _table(target, "people", ("Name", "E-mail", "Role", "Access to Top Account", "Since"), _people(row))
        _table(target, "rights", ("Name", "E-mail", "Where", "Tab", "Level"), _rights(row, moving))
        _table(target, "contacts", ("Name", "E-mail", "Telephone number", "Where", "Topic"), _contacts(row, moving))
        _table(target, "business-activity-log", ("When", "Who", "Subject", "Text", "File"), _log(row))
        _table(target, "action-plan", ("Title", "Text", "Owner", "Due date", "Status"), _plan(row))
        _table(target, "history", ("When", "What", "Who", "Before", "After"), _history(row))
        _attachments(target, row)
    file.seek(0)
    return file


def _table(target: zipfile.ZipFile, name: str, headings: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """One CSV. The first character is how spreadsheets know UTF-8; no cell is taken for a formula."""
    with target.open(f"{name}.csv", "w") as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(headings)
        for row in rows:
            writer.writerow([harmless(str(cell)) for cell in row])


def _time(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _sub_accounts(moving: list[SubAccount]) -> Rows:
    for part in effects.parts(moving):
        one = part.sub_account
        hanging = "; ".join([*part.belongings, *(f"Contact: {name}" for name in part.contacts)])
        yield one.type.label, one.name, one.masked_identifier, _time(one.created_at), hanging


def _members(row: Merger) -> QuerySet[Membership]:
    members = Membership.objects.live().filter(top_account=row.acquired).select_related("user")
    return members.order_by("user__last_name", "user__first_name", "pk")


def _people(row: Merger) -> Rows:
    for one in _members(row):
        opens = one.role in OWNERS or one.top_account_access
        yield one.user, one.user.email, one.get_role_display(), "Yes" if opens else "No", _time(one.began_at)


def _rights(row: Merger, moving: list[SubAccount]) -> Rows:
    for one in _members(row).filter(role__in=OWNERS):
        yield one.user, one.user.email, "Everything, by role", "", "Full"
    labels = {
        (section.code, tab.code): (section.label, tab.label) for section in rights.sections() for tab in section.tabs
    }
    kinds = {one.account_type for one in moving}
    names = {one.pk: f"{one.type.label}: {one.name}, {one.masked_identifier}" for one in moving}
    grants = Grant.objects.filter(membership__in=_members(row)).select_related("membership__user").order_by("pk")
    for grant in grants:
        section, tab = labels.get((grant.account_type, grant.tab), (grant.account_type, grant.tab))
        if grant.sub_account_id and grant.sub_account_id not in names:
            continue
        if not (row.whole or grant.account_type in kinds):
            continue
        whole = section if grant.account_type == TOP else f"{section}, all sub-accounts"
        where = names.get(grant.sub_account_id or 0, whole)
        user = grant.membership.user
        yield user, user.email, where, tab, grant.get_level_display()


def _contacts(row: Merger, moving: list[SubAccount]) -> Rows:
    contacts = TradeContact.objects.live().filter(top_account=row.acquired).select_related("user")
    for one in contacts.prefetch_related("places__sub_account").order_by("last_name", "first_name", "pk"):
        email, phone = (one.user.email, one.user.phone) if one.user else (one.email, one.phone)
        for place in one.places.all():
            if row.whole or place.sub_account in moving:
                where = place.sub_account or "Top account"
                yield one, email, phone, where, place.get_topic_display()


def _entries(row: Merger) -> QuerySet[ActivityEntry]:
    return ActivityEntry.objects.filter(top_account=row.acquired).order_by("pk")


def _log(row: Merger) -> Rows:
    for one in _entries(row).iterator():
        yield _time(one.at), one.signature, one.subject, one.text, _name_of(one) if one.attachment else ""


def _plan(row: Merger) -> Rows:
    for one in ActionItem.objects.filter(top_account=row.acquired).select_related("owner").order_by("pk"):
        yield one.title, one.text, one.owner, f"{one.due_on:%Y-%m-%d}", one.get_status_display()


def _history(row: Merger) -> Rows:
    for one in journal_of(row.acquired).order_by("pk").iterator():
        yield _time(one.at), one.summary, one.by_label, _facts(one.before), _facts(one.after)


def _facts(known: dict[str, Any]) -> str:
    return "; ".join(f"{key}: {value}" for key, value in known.items())


def _name_of(entry: ActivityEntry) -> str:
    """Where the archive has the file of an entry: names may come twice in a log, so its number stands before."""
    return f"attachments/{entry.pk}-{PurePath(entry.attachment_name).name}"


def _attachments(target: zipfile.ZipFile, row: Merger) -> None:
    for one in _entries(row).exclude(attachment=""):
        stored = Path(settings.PRIVATE_FILES_DIR) / one.attachment
        if stored.is_file():
            target.write(stored, _name_of(one))
        else:
            target.writestr(f"{_name_of(one)}.missing.txt", MISSING)
