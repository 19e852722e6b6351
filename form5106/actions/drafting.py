"""Filling a filing in: begin, keep, prove, go on from a newer version, forget."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from ace_portal.core import clock, mail
from ace_portal.core.errors import NotAllowed, TooMany, WrongState
from ace_portal.core.numbers import ImporterNumber
from ace_portal.core.text import mailbox_key
from form5106 import policy
from form5106.actions.steps import drafts_only, locked, remember, tell, touch
from form5106.boxes import looks_like
from form5106.layout import SECTIONS
from form5106.models import Action, FiledAs, Filing
from form5106.models.filing import DRAFT_LIVES
from form5106.parts import every_box
from form5106.rejects import Rejected
from form5106.snapshots import as_draft, has_moved, snapshot
from importers.checks import has_valid_contact, name_failure
from importers.models import ImporterRecord
from verification import codes, throttles
from verification.throttles import Rule

CODE_PURPOSE = "form-5106"
#: What a draft remembers beside the boxes: which pages the filer has been through.
SEEN = "pages"
FROM_IP = (Rule(60, timedelta(hours=1)),)
LINKS_TO_ADDRESS = (Rule(5, timedelta(hours=1)), Rule(20, timedelta(days=1)))


def start(
    *,
    actions: list[Action],
    importer_number: ImporterNumber | None,
    company_name: str,
    files_as: FiledAs,
    email: str,
    by: User | None,
    ip: str,
) -> Filing:
    """Begin a filing and mail its link. `importer_number` None asks CBP for a number.

    Raises Rejected (with `field`) when number, name and action do not fit what is on file; NotAllowed when the record
    belongs to an account that this person may not file for; TooMany when this network has asked too often.
    """
    throttles.take(
        "filings-from-ip",
        ip,
        FROM_IP,
        sentence="Too many filings were begun from your network. Please try again in {wait}.",
    )
    if files_as == FiledAs.BROKER and (by is None or not policy.is_broker(by)):
        raise NotAllowed("Only people of brokers and filers file for a client.", field="files_as")
    number = importer_number.normal if importer_number else ""
    with transaction.atomic():
        record = _record(actions, number, company_name, by)
        at = clock.now()
        filing = Filing(
            actions=",".join(actions),
            importer_number=number,
            company_name=record.company_name if record else company_name,
            files_as=files_as,
            filed_by=by,
            filer_email=email,
            record=record,
            created_at=at,
            changed_at=at,
        )
        if record is None:
            filing.draft = {"company_name": company_name}
        else:
            filing.base_version, filing.base = record.version, snapshot(record)
            if policy.sees_the_record(filing):
                filing.draft = as_draft(filing.base)
        filing.save(force_insert=True)
        remember("begun", filing, summary=f"Form 5106 begun for {filing.masked_number}", by=by)
        _send_link(filing)
    return filing


def _record(actions: list[Action], number: str, company_name: str, by: User | None) -> ImporterRecord | None:
    """The record that changes; None for a new one."""
    known = ImporterRecord.objects.select_related("sub_account__top_account").filter(importer_number=number).first()
    if Action.NEW in actions:
        refuse_known(known)
        return None
    if known is None:
        raise Rejected(
            "R03",
            f"The number {number} is not on file. Check it for a slip, or choose “New record”.",
            field="importer_number",
        )
    if failure := name_failure(known, company_name):
        raise Rejected("R02", failure.message, field="company_name")
    refuse_voided(known)
    if not policy.may_file(by, known):
        raise NotAllowed(
            "This importer record belongs to a portal account. Its owner and proxies file for it, and whoever they "
            "let: sign in as one of them. If nobody knows who the owner is, use the owner lookup.",
            code="linked",
            field="importer_number",
        )
    return known


def refuse_known(known: ImporterRecord | None) -> None:
    """A number that is on file is not filed as new."""
    if known is None:
        return
    refuse_voided(known)
    raise Rejected(
        "R06",
        "This number is on file already. Choose what changes; the complete form refreshes and reactivates it.",
        field="actions",
    )


def refuse_voided(record: ImporterRecord) -> None:
    """A voided record is restored first."""
    if record.status == ImporterRecord.Status.VOIDED:
        raise Rejected(
            "R03",
            "This importer record has been voided. Ask CBP to restore it, with proof of the number; then file.",
            field="importer_number",
        )


def _send_link(filing: Filing) -> None:
    """Mail the link to go on. A mailbox that was sent many of late is spared: the pages work without."""
    try:
        throttles.take("filing-link", mailbox_key(filing.filer_email), LINKS_TO_ADDRESS, sentence="")
    except TooMany:
        return
    tell("begun", filing, days=DRAFT_LIVES.days)


def keep(filing: Filing, typed: dict[str, Any], *, page: str = "") -> None:
    """Keep what was typed into a page, right or wrong, and that this page was seen.

    Raises WrongState once the filing was handed in.
    """
    with locked(filing) as row:
        drafts_only(row)
        seen = [*row.draft.get(SEEN, []), page] if page and page not in row.draft.get(SEEN, []) else None
        row.draft = {**row.draft, **typed, **({SEEN: seen} if seen else {})}
        touch(row)
        row.save(update_fields=["draft", "changed_at"])


def send_code(filing: Filing, *, browser: str, ip: str) -> None:
    """Send a code to the point of contact that is on file; it replaces the one before.

    Raises TooMany at the limits of sending, WrongState when there is no address or no code is needed any more.
    """
    with locked(filing) as row:
        drafts_only(row)
        if row.record is None or not has_valid_contact(row.record):
            raise WrongState("There is no valid e-mail address of a point of contact on file to send a code to.")
        if policy.is_verified(row):
            raise WrongState("The code has been accepted already; no other one is needed.", code="already_verified")
        contact = row.record.point_of_contact_email
        code, expires_at = codes.issue(CODE_PURPOSE, address=contact, bound_to=row, browser=browser, ip=ip)
        mail.queue(
            "form5106/code",
            to=contact,
            about=row,
            secret=True,
            expires_at=expires_at,
            context={
                "filing": row,
                "code": code,
                "new_contact": row.draft.get("point_of_contact_email", ""),
                "minutes": int(codes.LIFETIME.total_seconds() // 60),
                "expires_at": expires_at,
            },
        )
        remember("code_sent", row, summary=f"Verification code sent to {codes.mask_address(contact)}", by=row.filed_by)


def confirm_code(filing: Filing, *, typed: str, browser: str) -> None:
    """Compare the code. The right one lets the filing through, and shows a stranger what is on file.

    Raises codes.CodeRefused or TooMany with the sentence for the filer. A second right code changes nothing.
    """
    if filing.record is None or policy.is_verified(filing):
        return
    contact = filing.record.point_of_contact_email
    try:
        right = codes.compare(CODE_PURPOSE, address=contact, bound_to=filing, browser=browser, typed=typed)
    except codes.CodeRefused:
        filing.refresh_from_db()
        if policy.is_verified(filing):
            return
        raise
    with locked(filing) as row:
        drafts_only(row)
        if policy.is_verified(row):
            return
        codes.consume(right)
        saw = policy.sees_the_record(row)
        row.verified_at, row.no_code_reason = clock.now(), ""
        if not saw:
            row.draft = as_draft(row.base) | {name: value for name, value in row.draft.items() if value}
        touch(row)
        row.save()
        remember("code_accepted", row, summary="Verification code accepted", by=row.filed_by)


def go_on_without_code(filing: Filing, *, reason: str) -> None:
    """Nobody reads the mailbox on file any more: the filing goes to the desk, which reads the reason."""
    with locked(filing) as row:
        drafts_only(row)
        row.no_code_reason = reason
        touch(row)
        row.save(update_fields=["no_code_reason", "changed_at"])
        remember("without_code", row, summary="Goes on without a code: an officer will look", by=row.filed_by)


def rebase(filing: Filing) -> Filing:
    """Go on from the version that is on file now. What the filer changed stays, the rest follows the record.

    A code counts on only while the point of contact is the same. Doing it twice equals doing it once.
    """
    with locked(filing) as row:
        drafts_only(row)
        _rebase(row)
        row.save()
    return filing


def _rebase(row: Filing) -> None:
    record = row.record
    if record is None or not has_moved(row):
        return
    old, new = as_draft(row.base), as_draft(snapshot(record))
    if policy.sees_the_record(row):
        typed = dict(every_box(SECTIONS))
        untouched = [name for name in new if looks_like(typed[name], row.draft.get(name), old.get(name))]
        row.draft = {**row.draft, **{name: new[name] for name in untouched}}
    if row.base.get("point_of_contact_email") != record.point_of_contact_email:
        row.verified_at = None
    row.base_version, row.base = record.version, snapshot(record)
    touch(row)


def discard(filing: Filing) -> None:
    """Throw a draft away, on the filer's word."""
    with locked(filing) as row:
        if row.status == Filing.Status.EXPIRED:
            return
        drafts_only(row)
        row.expire(clock.now())
        row.save()
        remember("discarded", row, summary="Draft thrown away", by=row.filed_by)


def expire_drafts() -> int:
    """Close drafts that nobody has touched for too long; returns how many."""
    count = 0
    for filing in list(Filing.objects.forgotten()[:1000]):
        with locked(filing) as row:
            if row.is_draft and row.changed_at < clock.now() - DRAFT_LIVES:
                row.expire(clock.now())
                row.save()
                remember("expired", row, summary="Draft closed: not finished in time", by_label="Portal")
                count += 1
    return count
