"""Adding a user, page by page: what was answered is kept until it is saved or forgotten."""

from datetime import date
from typing import Any

from django.db import transaction

from accounts import actions as accounts
from accounts.models import TopAccount, User
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed, Taken, WrongState
from useraccess import policy
from useraccess.actions.people import add_existing, add_user
from useraccess.models import Membership, Role, UserDraft
from useraccess.rights import Rights

#: What the draft remembers beside the fields of User.
ASIDE = ("entered",)


def keep_new_user(draft: UserDraft | None, *, facts: dict[str, Any], by: User) -> UserDraft:
    """Begin adding a new person, or correct one that was begun; returns the draft.

    `facts` are fields of User as plain texts (date of birth as ISO) and, beside them, `entered`: the parts of the
    address as they were typed, if they were standardized. Raises Taken when the e-mail address, or name and date of
    birth, belong to a portal user already.
    """
    accounts.require_newcomer(
        email=facts["email"],
        first_name=facts["first_name"],
        last_name=facts["last_name"],
        date_of_birth=date.fromisoformat(facts["date_of_birth"]),
    )
    draft = draft or UserDraft(started_by=by)
    if draft.person_id is not None:
        raise WrongState("This draft is of somebody the portal knows already.")
    draft.facts = facts
    draft.changed_at = clock.now()
    draft.save()
    return draft


def keep_existing_user(person: User, *, by: User) -> UserDraft:
    """Begin adding somebody whom find_existing found; returns the draft."""
    return UserDraft.objects.create(started_by=by, person=person, changed_at=clock.now())


def choose_account(draft: UserDraft, *, top_account: TopAccount, by: User) -> None:
    """Say which top account. Raises NotAllowed for one `by` does not manage, Taken when the person works there."""
    if not policy.may_manage_people(by, top_account):
        raise NotAllowed(policy.refusal(top_account, f"You do not manage {top_account.company_name}."))
    if draft.person and policy.role_in(draft.person, top_account):
        raise Taken(f"{draft.person} works in {top_account.company_name} already.")
    if draft.top_account_id != top_account.pk:
        # Another account may offer other roles.
        draft.role, draft.top_account_access = "", None
    draft.top_account = top_account
    draft.changed_at = clock.now()
    draft.save()


def choose_role(draft: UserDraft, *, role: Role, access: bool, by: User) -> None:
    """Say as what, and whether with Access to Top Account. Raises NotAllowed for a role `by` may not give."""
    if draft.top_account is None or role not in policy.roles_to_give(by, draft.top_account):
        raise NotAllowed(f"You may not make somebody {role.label}.")
    draft.role, draft.top_account_access = role, access
    draft.changed_at = clock.now()
    draft.save()


def finish_adding(draft: UserDraft, *, granted: Rights, by: User) -> Membership:
    """Add the user and forget the draft; returns the membership. A second call finds the draft gone.

    Raises WrongState when it is, and what add_user and add_existing raise: then the draft stays.
    """
    with transaction.atomic():
        if draft.top_account_id is not None:
            accounts.hold(draft.top_account_id)
        row = UserDraft.objects.select_for_update().filter(pk=draft.pk).first()
        if row is None or row.top_account is None:
            raise WrongState("This user was added already, or what was entered has been forgotten.")
        role = Role(row.role)
        if row.person:
            member = add_existing(row.top_account, person=row.person, role=role, granted=granted, by=by)
        else:
            facts = {name: value for name, value in row.facts.items() if name not in ASIDE}
            facts["date_of_birth"] = date.fromisoformat(facts["date_of_birth"])
            member = add_user(row.top_account, facts=facts, role=role, granted=granted, by=by)
        row.delete()
    return member


def discard_draft(draft: UserDraft, *, by: User) -> None:
    """Forget somebody who was begun. Raises NotAllowed for a draft of somebody else."""
    if draft.started_by_id != by.pk:
        raise NotAllowed("This was begun by somebody else.")
    draft.delete()


def forget_drafts() -> int:
    """Forget what nobody went on with for a week; returns how many drafts."""
    count, _ = UserDraft.objects.forgotten().delete()
    return count
