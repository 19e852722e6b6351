"""Questions: who may file for a record, who sees it, who may ask for others."""

from django.db.models import QuerySet

from accounts.models import SubAccount, User
from form5106.models import Action, Filing
from importers.checks import has_valid_contact
from importers.models import ImporterRecord
from useraccess import policy
from useraccess.models import CrossAccountAccess, Membership

#: Account types whose companies file for others.
BROKERS = ("BROKER", "FILER")
#: The tab of an importer sub-account that shows its record.
TAB = "details"


def is_broker(user: User) -> bool:
    """Whether the person works for a company with a broker or filer sub-account, or that a client let in."""
    own = Membership.objects.live().filter(user=user, via=None).values("top_account")
    files = SubAccount.objects.live().filter(top_account__in=own, account_type__in=BROKERS)
    return files.exists() or CrossAccountAccess.objects.in_force().filter(recipient__in=own).exists()


def may_query(user: User) -> bool:
    """Whether the person may send a customs query: owners, proxies, and everybody who works for a broker."""
    return policy.top_accounts_managed_by(user).exists() or is_broker(user)


def linked_to(record: ImporterRecord) -> SubAccount | None:
    """The live sub-account that a record belongs to."""
    linked = record.sub_account
    return linked if linked and linked.closed_at is None else None


def may_read(user: User, record: ImporterRecord) -> bool:
    """Whether the person sees what is on file: who reads the record's tab in the account it belongs to."""
    linked = linked_to(record)
    return linked is not None and policy.may_read(user, linked, TAB)


def may_file(user: User | None, record: ImporterRecord) -> bool:
    """Whether this person may file a change of the record at all.

    A record that belongs to an account is changed by who may write its tab there: owner, proxies, users and brokers
    with that right. One that belongs to none may be filed for by everybody; a code then has to prove it.
    """
    linked = linked_to(record)
    return linked is None or (user is not None and policy.may_write(user, linked, TAB))


def is_trusted(filing: Filing) -> bool:
    """Whether the filer needs no code for anything but the point of contact's e-mail itself."""
    if filing.record is None:
        return True
    if filing.filed_by is None:
        return False
    return linked_to(filing.record) is not None or is_broker(filing.filed_by)


def is_verified(filing: Filing) -> bool:
    """Whether the point of contact that is on file has let this filing through."""
    return filing.verified_at is not None


def sees_the_record(filing: Filing) -> bool:
    """Whether the filer may be shown what is on file."""
    return is_trusted(filing) or is_verified(filing)


def needs_code(filing: Filing, content: dict[str, object] | None = None) -> bool:
    """Whether a code of the point of contact on file is due: for strangers at once, for others once they change it."""
    record = filing.record
    if record is None or is_verified(filing) or filing.no_code_reason:
        return False
    if not is_trusted(filing):
        return True
    return has_valid_contact(record) and changes_contact(filing, content or {})


def changes_contact(filing: Filing, content: dict[str, object]) -> bool:
    """Whether a filing puts another e-mail address of the point of contact in the place of one on file."""
    if filing.record is None or not filing.action_set & {Action.CONTACT, Action.REFRESH}:
        return False
    new = str(content.get("point_of_contact_email", ""))
    return bool(new) and new.lower() != filing.record.point_of_contact_email.lower()


def filings_of(user: User) -> QuerySet[Filing]:
    """What the person has filed or is filing."""
    return Filing.objects.filter(filed_by=user).exclude(status=Filing.Status.EXPIRED)
