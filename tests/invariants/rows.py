"""One valid row of every kind, made by the decisions that make it in the portal, and copies that differ from it."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction

from accounts.applications import conversation
from accounts.models import User
from ace_portal.core import clock, mail
from ace_portal.core.models import SimulationClock
from exporters import actions as exporters
from form5106.models import AssignedNumbers
from importers.models import RecordLoad
from mailroom.models import Letter
from tests import factories
from tests.exporters import authorization_samples, makers
from tests.form5106 import samples as filings
from tests.invariants import desk, mergers, trade_applications
from tests.ownership import samples as owners
from tests.useraccess import access_samples
from tests.useraccess.limit_samples import Limited
from useraccess.actions import cross_account, filer_codes
from useraccess.models import ActionItem, ActivityEntry, ContactPlace, Grant, Level, Membership, TradeContact, UserDraft
from useraccess.rights import ACTIVITY_LOG, TOP, Cell, Rights, cells_of
from verification import challenges, codes, factors, links, throttles
from verification.models import BackupCode, ChallengeAnswer, OneTimeLink, Throttle, VerificationCode

Row = Any


def _message() -> Row:
    with transaction.atomic():
        return mail.queue(
            "accounts/account_id", to="toni@trade.example", context={"user": User(), "days": 1}, dedupe_key="one"
        )


def _code() -> Row:
    codes.issue("test", address="pat@importer.example", bound_to=factories.person(), browser="one", ip="10.0.0.1")
    return VerificationCode.objects.get()


def _throttle() -> Row:
    throttles.take("test", "key", (throttles.Rule(1, codes.HOUR),), sentence="")
    return Throttle.objects.get()


def _backup_code() -> Row:
    factors.new_backup_codes(factories.person())
    return BackupCode.objects.first()


def _challenge_answer() -> Row:
    challenges.set_answers(factories.person(), [(code, "An answer") for code in list(challenges.QUESTIONS)[:5]])
    return ChallengeAnswer.objects.first()


def _link() -> Row:
    links.issue("test", user=factories.person(), lives=codes.HOUR)
    return OneTimeLink.objects.get()


def _dispute() -> Row:
    holder, account = makers.exporter(), factories.account()
    return exporters.dispute_ein(holder.identifier, account, text="Ours.", by=factories.owner_of(account))


def _draft() -> Row:
    account = factories.account()
    return makers.draft(account, factories.owner_of(account))


def _linked_record() -> Row:
    record = factories.application_approved().record
    record.refresh_from_db()
    return record


def membership() -> Row:
    """A user's place in an account: the owner's own never ends."""
    account = factories.account()
    return factories.membership(factories.member(account), account)


def grant(*, own: bool = False) -> Row:
    """A grant on a tab of the top account or, with `own`, of a single sub-account."""
    account = factories.importer_account()
    at = cells_of(account.sub_accounts.get())[0] if own else Cell(TOP, ACTIVITY_LOG.code)
    factories.member(account, granted=Rights(grid={at: Level.READ}))
    return Grant.objects.get()


def offered() -> Row:
    """An offer of Cross Account Access."""
    return access_samples.offered(factories.account(), factories.account())


def requested(*, limited: bool = False) -> Row:
    """A request for Cross Account Access, on a general or a `limited` power of attorney."""
    kind = {"kind": "LIMITED", "ends_on": access_samples.in_days(60)} if limited else {}
    poa = access_samples.attorney(**kind)
    return access_samples.requested(factories.account(), factories.account(), poa=poa)


def approved() -> Row:
    """An access in force on a limited power of attorney."""
    access = requested(limited=True)
    owner = factories.owner_of(access.grantor)
    cross_account.approve(access, granted=access_samples.OFFER, ends_on=None, by=owner)
    return access


def access_grant(*, own: bool = False) -> Row:
    """A cell of what an access grants: on a tab of the top account or, with `own`, of a single sub-account."""
    account = factories.importer_account()
    at = cells_of(account.sub_accounts.get())[0] if own else Cell(TOP, ACTIVITY_LOG.code)
    return access_samples.offered(account, factories.account(), Rights(grid={at: Level.READ})).grants.get()


def filer_code_link() -> Row:
    """A filer code of an account."""
    account = factories.account()
    return filer_codes.link(account, filer_code="AB1", by=factories.owner_of(account))


def limited() -> Row:
    """The place of a user who is limited to one importer number and filer code."""
    cast = Limited()
    return cast.member(cast.user())


def visit() -> Row:
    """The place of another company's owner in an account."""
    return access_samples.active(factories.account(), factories.account()).visitors.get()


def _user_draft() -> Row:
    return UserDraft.objects.create(
        started_by=factories.person(), changed_at=clock.now(), facts={"first_name": "Kim", "last_name": "Quill"}
    )


def contact(*, user: bool = False) -> Row:
    """A trade contact: somebody without a sign-in, or a `user` of the account."""
    account = factories.account()
    who = {"user": factories.member(account)} if user else {"first_name": "Pat", "last_name": "Quimby"}
    return TradeContact.objects.create(top_account=account, created_at=clock.now(), **who)


def place(*, on_sub_account: bool = False) -> Row:
    """Where a contact is shown: on the top account, or on a sub-account."""
    sub_account = factories.importer_account().sub_accounts.get() if on_sub_account else None
    return ContactPlace.objects.create(contact=contact(), sub_account=sub_account)


def _activity() -> Row:
    account = factories.account()
    return ActivityEntry.objects.create(
        top_account=account,
        at=clock.now(),
        by=factories.owner_of(account),
        signature="Toni Owner, Trade Account Owner",
        subject="Audit",
        text="We sent the papers.",
    )


def _action_item() -> Row:
    account = factories.account()
    owner = factories.owner_of(account)
    return ActionItem.objects.create(
        top_account=account,
        title="Send the papers",
        owner=owner,
        due_on=clock.now().date(),
        created_at=clock.now(),
        created_by=owner,
    )


#: Every table of the portal that promises something about its rows.
ROWS: dict[str, Callable[[], Row]] = {
    "core.SimulationClock": lambda: SimulationClock.objects.create(pk=1),
    "core.Message": _message,
    "verification.VerificationCode": _code,
    "verification.Throttle": _throttle,
    "verification.BackupCode": _backup_code,
    "verification.ChallengeAnswer": _challenge_answer,
    "verification.OneTimeLink": _link,
    "accounts.User": lambda: factories.person(date_of_birth=date(1985, 3, 21)),
    "accounts.TopAccount": factories.account,
    "accounts.SubAccount": lambda: factories.importer_account().sub_accounts.get(),
    "accounts.ApplicationMessage": lambda: conversation(factories.application_asked()).get(),
    "useraccess.Membership": lambda: Membership.objects.get(top_account=factories.account()),
    "useraccess.Grant": grant,
    "useraccess.UserDraft": _user_draft,
    "useraccess.CrossAccountAccess": offered,
    "useraccess.AccessGrant": access_grant,
    "useraccess.FilerCodeLink": filer_code_link,
    "useraccess.TradeContact": contact,
    "useraccess.ContactPlace": place,
    "useraccess.ActivityEntry": _activity,
    "useraccess.ActionItem": _action_item,
    "importers.ImporterRecord": _linked_record,
    "importers.RecordLoad": lambda: RecordLoad.objects.create(
        fingerprint="a" * 64, file_name="records.csv", next_line=2, started_at=clock.now()
    ),
    "importers.ImporterApplication": factories.application_submitted,
    "exporters.ExporterApplication": makers.submitted,
    "exporters.ExporterSubAccount": lambda: makers.exporter().exporter,
    "exporters.ExporterDraft": _draft,
    "exporters.EinDispute": _dispute,
    "exporters.ReportAuthorization": authorization_samples.requested,
    "exporters.AuthorizationAffiliate": lambda: authorization_samples.requested().affiliates.get(),
    "exporters.AuthorizationDocument": lambda: authorization_samples.requested().documents.first(),
    "form5106.Filing": filings.at_the_desk,
    "form5106.RecordVersion": lambda: filings.submitted().made,
    "form5106.AssignedNumbers": lambda: AssignedNumbers.objects.create(prefix="269901"),
    "form5106.RestoreRequest": filings.restore_requested,
    "ownership.OwnerProposal": owners.proposed,
    "ownership.OwnerChange": owners.submitted,
    **mergers.ROWS,
    **desk.ROWS,
    **trade_applications.ROWS,
    "mailroom.Letter": lambda: Letter.objects.create(
        to_address="toni@trade.example", subject="S", body="B", message_id="<1@x>", sent_at=clock.now()
    ),
}


def copy_of(row: Row, *, same: set[str], **changes: Any) -> Row:
    """An unsaved copy with `changes`; whatever has to differ between two rows differs, but for the fields `same`."""
    values = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key
    }
    for field in row._meta.concrete_fields:
        if field.unique and not field.primary_key and field.name not in same:
            values[field.attname] = _another(field)
    return type(row)(**(values | changes))


def _another(field: Any) -> Any:
    """A value no other row has."""
    if field.null:
        return None
    text = uuid.uuid4().hex.upper()
    return text[: field.max_length]
