"""Decisions of owner and proxies about trade contacts: names on parts of their account (facts-access §1.1)."""

from django.db import transaction

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core import clock, events
from ace_portal.core.errors import NotAllowed, Taken, WrongState
from useraccess import policy
from useraccess.models import ContactPlace, Membership, Topic, TradeContact


def add_contact(
    top_account: TopAccount, *, facts: dict[str, str], sub_account: SubAccount | None, topic: Topic, by: User
) -> TradeContact:
    """Make somebody without a sign-in a contact, shown on one place to begin with, and return the contact.

    `facts` are first_name, last_name, job_title, email and phone; without a `sub_account` the place is the top
    account. Raises NotAllowed for whoever is not owner or proxy, WrongState for a sub-account that is not open here.
    """
    with transaction.atomic():
        _require(by, top_account)
        return _begin(TradeContact(top_account=top_account, **facts), sub_account, topic, by=by)


def add_person_as_contact(
    top_account: TopAccount, *, person: User, job_title: str, sub_account: SubAccount | None, topic: Topic, by: User
) -> TradeContact:
    """Make one of the account's people a contact, shown on one place to begin with, and return the contact.

    Raises NotAllowed, WrongState when the person does not work in the account or the sub-account is not open here,
    Taken when the person is a contact already.
    """
    with transaction.atomic():
        _require(by, top_account)
        # Whoever ends this membership waits for us and then finds the contact that has to go.
        if not list(Membership.objects.live().select_for_update().filter(user=person, top_account=top_account)):
            raise WrongState(f"{person} does not work in {top_account.company_name} any more.", field="person")
        if TradeContact.objects.live().filter(top_account=top_account, user=person).exists():
            raise Taken(f"{person} is a contact of {top_account.company_name} already.", field="person")
        contact = TradeContact(top_account=top_account, user=person, job_title=job_title)
        return _begin(contact, sub_account, topic, by=by)


def change_contact(contact: TradeContact, *, facts: dict[str, str], by: User) -> None:
    """Change what is known of a contact; of one of the account's people that is the job title alone.

    Raises NotAllowed, or WrongState when the contact was removed.
    """
    with transaction.atomic():
        row = _locked(contact, by=by)
        changed = sorted(field for field, value in facts.items() if getattr(row, field) != value)
        if not changed:
            return
        for field in changed:
            setattr(row, field, facts[field])
        row.save(update_fields=changed)
        _record("changed", row, f"Trade contact changed: {row}", by=by, after={"fields": changed})


def remove_contact(contact: TradeContact, *, by: User) -> None:
    """Show a contact nowhere any more; what happened to it stays in the journal. Twice is once. Raises NotAllowed."""
    with transaction.atomic():
        _require(by, contact.top_account)
        row = TradeContact.objects.select_for_update().get(pk=contact.pk)
        if row.removed_at is None:
            _remove(row, by=by)


def show_contact(contact: TradeContact, *, sub_account: SubAccount | None, topic: Topic, by: User) -> ContactPlace:
    """Show a contact on one more place, and return the place.

    Raises NotAllowed, WrongState when the contact was removed or the sub-account is not open here, Taken when the
    contact is shown there for this topic already.
    """
    with transaction.atomic():
        row = _locked(contact, by=by)
        _require_open(row.top_account, sub_account)
        place, new = row.places.get_or_create(sub_account=sub_account, topic=topic)
        if not new:
            where = sub_account or "the top account"
            raise Taken(f"{row} is shown on {where} for “{topic.label}” already.", field="place")
        _record("shown", row, f"Trade contact shown: {place}", by=by)
    return place


def hide_contact(contact: TradeContact, *, place: int, by: User) -> None:
    """Take a contact off one of its places (its primary key). Twice is once. Raises NotAllowed, or WrongState."""
    with transaction.atomic():
        row = _locked(contact, by=by)
        found = row.places.select_related("sub_account").filter(pk=place).first()
        if found is not None:
            summary = f"Trade contact taken off: {found}"
            found.delete()
            _record("hidden", row, summary, by=by)


def end_contact_of(person: User, top_account: TopAccount, *, by: User | None) -> None:
    """Remove the contact that somebody was as one of the account's people, if they were.

    For whatever ends a membership, in its transaction: a former member is not shown as a contact.
    """
    live = TradeContact.objects.live().select_for_update()
    for row in live.filter(top_account=top_account, user=person):
        _remove(row, by=by)


def _begin(contact: TradeContact, sub_account: SubAccount | None, topic: Topic, *, by: User) -> TradeContact:
    _require_open(contact.top_account, sub_account)
    contact.created_at = clock.now()
    contact.save(force_insert=True)
    place = contact.places.create(sub_account=sub_account, topic=topic)
    _record("added", contact, f"Trade contact added: {place}", by=by)
    return contact


def _remove(row: TradeContact, *, by: User | None) -> None:
    row.removed_at = clock.now()
    row.save(update_fields=["removed_at"])
    _record("removed", row, f"Trade contact removed: {row}", by=by)


def _record(
    verb: str, row: TradeContact, summary: str, *, by: User | None, after: dict[str, object] | None = None
) -> None:
    events.record(f"useraccess.contact_{verb}", row, summary=summary, by=by, journal=row.top_account, after=after)


def _require(by: User, top_account: TopAccount) -> None:
    if not policy.may_manage_people(by, top_account):
        raise NotAllowed(policy.refusal(top_account, f"You may not change the contacts of {top_account.company_name}."))


def _require_open(top_account: TopAccount, sub_account: SubAccount | None) -> None:
    own = SubAccount.objects.live().filter(top_account=top_account)
    if sub_account is not None and not own.filter(pk=sub_account.pk).exists():
        raise WrongState(f"{sub_account} is not open in {top_account.company_name} any more.", field="place")


def _locked(contact: TradeContact, *, by: User) -> TradeContact:
    """The row as it is now, ours until the transaction ends. Raises NotAllowed, or WrongState for a removed one."""
    _require(by, contact.top_account)
    row = TradeContact.objects.select_for_update().get(pk=contact.pk)
    if row.removed_at is not None:
        raise WrongState(f"{row} is no longer a contact of {row.top_account.company_name}.")
    return row
