"""Decisions about exporter sub-accounts: the draft of Create Exporter, the sub-account, disputes about an EIN."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction

from accounts import actions as accounts
from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock, events, mail
from ace_portal.core.errors import NotAllowed, Taken, WrongState
from ace_portal.core.numbers import mask_ein
from ace_portal.core.refs import ref
from desk import claims
from exporters.models import EinDispute, ExporterContact, ExporterDraft, ExporterSubAccount
from exporters.models.sub_account import EXPORTER_TYPE, exporter_of, held_elsewhere
from useraccess import desks, policy
from verification import throttles
from verification.throttles import Rule

#: The check of an EIN tells whether anybody holds it, so how often one person may ask is limited.
EIN_CHECKS_BY_PERSON = (Rule(60, timedelta(hours=1)),)
FIRST_STEP, LAST_STEP = 1, 4


class EinIsHere(Taken):
    """The EIN is an exporter sub-account of this very top account: `sub_account`."""

    code = "ein_is_here"

    def __init__(self, sub_account: SubAccount) -> None:
        self.sub_account = sub_account
        super().__init__(f"This account has this EIN already: exporter sub-account {sub_account.name}.", field="ein")


class EinIsElsewhere(Taken):
    """The EIN is held by another portal account, which is not named."""

    code = "ein_is_elsewhere"

    def __init__(self) -> None:
        super().__init__(
            "This EIN belongs to another portal account, and an EIN can live in one account only. Check it for a slip; "
            "if it is right, ask ACE Support to look into it (below).",
            field="ein",
        )


@dataclass(frozen=True)
class ExporterFacts:
    """All that is told about an exporter. `mailing` and `physical` map ADDRESS_FIELDS to their values; each contact
    maps the fields of ExporterContact."""

    ein: str
    name: str
    mailing: dict[str, str]
    physical: dict[str, str]
    contacts: list[dict[str, str]]
    doing_business_as: str = ""
    duns: str = ""
    naics: str = ""


def open_exporter(top_account: TopAccount, facts: ExporterFacts, *, by: User | None) -> SubAccount:
    """Add the exporter sub-account with all that is told about it, and return it.

    Raises Taken when another exporter sub-account has the EIN.
    """
    with transaction.atomic():
        sub_account = accounts.open_sub_account(
            top_account, account_type=EXPORTER_TYPE, identifier=facts.ein, name=facts.name, by=by
        )
        exporter = ExporterSubAccount.objects.create(
            sub_account=sub_account,
            doing_business_as=facts.doing_business_as,
            duns=facts.duns,
            naics=facts.naics,
            **{f"mailing_{name}": value for name, value in facts.mailing.items()},
            **{f"physical_{name}": value for name, value in facts.physical.items()},
        )
        for contact in facts.contacts:
            ExporterContact.objects.create(exporter=exporter, **contact)
    return sub_account


def check_ein(ein: str, top_account: TopAccount, *, by: User) -> None:
    """Ask whether this account may add the EIN. Raises EinIsHere, EinIsElsewhere, or TooMany after many questions."""
    throttles.take(
        "ein-checks",
        str(by.pk),
        EIN_CHECKS_BY_PERSON,
        sentence="You have tried many EINs. Please try again in {wait}; what you typed is kept.",
    )
    _refuse_taken(ein, top_account)


def _refuse_taken(ein: str, top_account: TopAccount) -> None:
    if here := exporter_of(ein, top_account):
        raise EinIsHere(here)
    if held_elsewhere(ein, top_account):
        raise EinIsElsewhere


def start_draft(top_account: TopAccount, *, by: User) -> ExporterDraft:
    """Begin Create Exporter under a top account, or go on with what this person has begun there."""
    _allowed(by, top_account)
    at = clock.now()
    with transaction.atomic():
        draft, _ = ExporterDraft.objects.get_or_create(
            top_account=top_account, started_by=by, sub_account=None, defaults={"created_at": at, "updated_at": at}
        )
    return draft


def keep_step(draft: ExporterDraft, *, name: str, typed: dict[str, str], next_step: int, by: User) -> ExporterDraft:
    """Keep what was typed into a step, right or wrong, and which step to go on with.

    Raises WrongState when the sub-account has been created.
    """
    with _locked(draft, by) as row:
        if row.sub_account_id is not None:
            raise WrongState("The exporter sub-account has been created already. Nothing was changed.")
        row.data = {**row.data, name: typed}
        row.step = max(row.step, min(next_step, LAST_STEP))
        row.updated_at = clock.now()
        row.save(update_fields=["data", "step", "updated_at"])
    return draft


def discard_draft(draft: ExporterDraft, *, by: User) -> None:
    """Throw away what was typed. A draft that has become a sub-account stays."""
    _allowed(by, draft.top_account)
    ExporterDraft.objects.filter(pk=draft.pk, sub_account=None).delete()


def create_exporter(draft: ExporterDraft, facts: ExporterFacts, *, by: User) -> SubAccount:
    """Create the exporter sub-account from a finished draft, and return it. A second submission returns the first one.

    Raises EinIsHere or EinIsElsewhere when the EIN was taken meanwhile, NotAllowed for others than owner and proxies.
    """
    with _locked(draft, by) as row:
        if row.sub_account_id is not None:
            return SubAccount.objects.get(pk=row.sub_account_id)
        _refuse_taken(facts.ein, row.top_account)
        try:
            sub_account = open_exporter(row.top_account, facts, by=by)
        except Taken:
            # Somebody added it at this very moment; by now it can be seen where.
            _refuse_taken(facts.ein, row.top_account)
            raise
        row.sub_account = sub_account
        row.data = {}
        row.updated_at = clock.now()
        row.save(update_fields=["sub_account", "data", "updated_at"])
    return sub_account


def forget_drafts(top_account: TopAccount) -> int:
    """Throw away what people have begun to type into Create Exporter for an account that gets none; returns how many.

    The caller holds the account.
    """
    count, _ = ExporterDraft.objects.filter(top_account=top_account, sub_account=None).delete()
    return count


def dispute_ein(ein: str, top_account: TopAccount, *, text: str, by: User) -> EinDispute:
    """Ask ACE Support to look into an EIN that another account holds. While one request is open it is the only one.

    Raises WrongState when no other account holds the EIN (any more).
    """
    _allowed(by, top_account)
    if not held_elsewhere(ein, top_account):
        raise WrongState("No other portal account holds this EIN now. Go back and add it.")
    try:
        with transaction.atomic():
            dispute = EinDispute.objects.create(
                top_account=top_account, ein=ein, text=text, raised_by=by, raised_at=clock.now()
            )
            events.record(
                "exporters.ein_disputed",
                dispute,
                summary=f"ACE Support was asked about EIN {mask_ein(ein)} ({dispute.reference})",
                by=by,
                journal=top_account,
            )
            mail.queue("exporters/dispute_received", to=by.email, about=dispute, context={"dispute": dispute})
    except IntegrityError:
        return EinDispute.objects.get(top_account=top_account, ein=ein, status=EinDispute.Status.OPEN)
    return dispute


def resolve_dispute(dispute: EinDispute, *, note: str, by: User, seen: int | None = None) -> EinDispute:
    """Close a dispute with a note, which is mailed to whoever raised it.

    Raises NotAllowed for anybody but an officer; WrongState when it is closed already, another officer has claimed it,
    or it changed since it was `seen` (a stamp).
    """
    if not desks.is_officer(by):
        raise NotAllowed("Only a CBP officer closes a dispute.")
    with transaction.atomic():
        row = EinDispute.objects.select_for_update(of=("self",)).get(pk=dispute.pk)
        if row.status == EinDispute.Status.RESOLVED:
            raise WrongState(f"Somebody was faster: {row.resolved_by} has closed this dispute. Nothing was changed.")
        claims.require_free(row, by)
        events.unchanged(row, seen)
        row.status, row.note = EinDispute.Status.RESOLVED, note
        row.resolved_by, row.resolved_at = by, clock.now()
        row.save()
        claims.finish(row)
        events.record(
            "exporters.ein_dispute_resolved",
            row,
            summary=f"ACE Support answered about EIN {row.masked_ein} ({row.reference})",
            by=by,
            journal=row.top_account,
            after={"note": note},
        )
        mail.queue(
            "exporters/dispute_resolved",
            to=row.raised_by.email,
            about=row,
            dedupe_key=f"{ref(row)}:resolved",
            context={"dispute": row},
        )
    return row


def _allowed(by: User, top_account: TopAccount) -> None:
    if not policy.may_change_structure(by, top_account):
        raise NotAllowed(
            policy.refusal(
                top_account, f"Only the account owner and proxies add sub-accounts to {top_account.company_name}."
            )
        )


@contextmanager
def _locked(draft: ExporterDraft, by: User) -> Iterator[ExporterDraft]:
    """One transaction with account and draft locked, for an owner or proxy; the caller's object sees the outcome."""
    with transaction.atomic():
        _allowed(by, draft.top_account)
        accounts.hold(draft.top_account_id)
        # Nothing that may be empty is joined: a row that was waited for comes with what was joined before the wait.
        row = ExporterDraft.objects.select_for_update(of=("self",)).select_related("top_account").get(pk=draft.pk)
        _allowed(by, row.top_account)
        yield row
    vars(draft).update(vars(row))
