"""Rows of user access, and every way to break what the database promises about them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import F

from ace_portal.core import clock
from tests import factories
from tests.invariants.rows import Changes, Row, someone
from tests.useraccess import access_samples
from tests.useraccess.limit_samples import Limited
from useraccess.actions import cross_account, filer_codes
from useraccess.models import ActionItem, ActivityEntry, ContactPlace, Grant, Level, Membership, TradeContact, UserDraft
from useraccess.rights import ACTIVITY_LOG, TOP, Cell, Rights, cells_of

WITHOUT_SUB_ACCOUNT: Changes = [{"sub_account": None, "level": "NONE"}]


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


def another_member(row: Row) -> dict[str, Any]:
    return {"user_id": factories.person().pk}


def as_user(row: Row) -> dict[str, Any]:
    return {"role": "USER"}


ROWS: dict[str, Callable[[], Row]] = {
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
}
COPIES: dict[str, Callable[[Row], dict[str, Any]]] = {
    "one_live_membership": as_user,
    "one_trade_account_owner": another_member,
    "one_grant_on_a_type": lambda row: {"level": "FULL"},
    "one_grant_on_a_sub_account": lambda row: {"level": "NONE"},
    "one_live_visit": lambda row: {"everything_received": False},
    "one_live_cross_account_access": lambda row: {"filer_code": "AB1"},
    "one_access_grant_on_a_type": lambda row: {"level": "FULL"},
    "one_access_grant_on_a_sub_account": lambda row: {"level": "NONE"},
    "one_live_filer_code_link": lambda row: {"linked_by_id": factories.person().pk},
    "one_contact_for_a_user": lambda row: {"job_title": "Broker"},
    "one_place_on_the_top_account": lambda row: {},
    "one_place_on_a_sub_account": lambda row: {},
}
SOURCES: dict[str, Callable[[], Row]] = {
    "one_grant_on_a_sub_account": lambda: grant(own=True),
    "one_live_visit": visit,
    "one_access_grant_on_a_sub_account": lambda: access_grant(own=True),
    "one_contact_for_a_user": lambda: contact(user=True),
    "one_place_on_a_sub_account": lambda: place(on_sub_account=True),
}
BREAKS: dict[str, list[tuple[Callable[[], Row], Changes]]] = {
    "membership_ended_later": [(membership, [{"ended_at": F("began_at") - timedelta(seconds=1)}])],
    "isf_roles_need_isf_portal": [(membership, [{"isf_roles": "FILER"}])],
    "grant_level_known": [(grant, [{"level": "SOME"}, {"level": ""}])],
    "grant_of_none_is_an_exception": [(grant, [{"level": "NONE"}]), (lambda: grant(own=True), WITHOUT_SUB_ACCOUNT)],
    "draft_of_a_new_or_a_known_person": [(ROWS["useraccess.UserDraft"], [{"person": someone}])],
    "draft_of_no_owner": [(ROWS["useraccess.UserDraft"], [{"role": "TAO"}])],
    "contact_named_once": [
        (contact, [{"user": someone}, {"first_name": ""}, {"last_name": ""}]),
        (lambda: contact(user=True), [{"user": None}, {"first_name": "Pat"}, {"email": "p@x.example"}, {"phone": "1"}]),
    ],
    "contact_removed_later": [(contact, [{"removed_at": F("created_at") - timedelta(seconds=1)}])],
    "contact_topic_known": [(place, [{"topic": "LUNCH"}, {"topic": ""}])],
    "activity_attachment_has_a_name": [
        (ROWS["useraccess.ActivityEntry"], [{"attachment": "a1"}, {"attachment_name": "letter.pdf"}])
    ],
    "action_item_closed_has_time": [
        (ROWS["useraccess.ActionItem"], [{"status": "DONE"}, {"status": "CANCELLED"}, {"closed_at": clock.now}])
    ],
    "action_item_closed_later": [
        (
            ROWS["useraccess.ActionItem"],
            [{"status": "DONE", "closed_at": F("created_at") - timedelta(seconds=1)}],
        )
    ],
    "visitors_are_users": [
        (visit, [{"role": "PTAO"}, {"via": None}]),
        (membership, [{"everything_received": True}]),
    ],
    "limit_is_whole_and_for_users": [
        (limited, [{"limit_filer_code": ""}, {"limit_sub_account": None}, {"role": "PTAO"}]),
        (membership, [{"limit_filer_code": "AB1"}]),
    ],
    "filer_code_link_ended_later": [
        (filer_code_link, [{"ended_at": F("linked_at") - timedelta(seconds=1)}, {"ended_by": F("linked_by")}])
    ],
    "filer_code_link_of_a_code": [(filer_code_link, [{"filer_code": ""}])],
    "cross_account_access_to_another": [(offered, [{"recipient": F("grantor")}])],
    "cross_account_access_ended": [
        (offered, [{"ended_at": clock.now}, {"status": "WITHDRAWN"}]),
        (approved, [{"ended_at": clock.now}, {"status": "REVOKED"}]),
    ],
    "cross_account_access_began": [
        (offered, [{"began_at": clock.now}, {"status": "ACTIVE"}]),
        (approved, [{"began_at": None}]),
    ],
    "cross_account_isf_roles_need_isf_portal": [(offered, [{"isf_roles": "FILER"}])],
    "power_of_attorney_whole": [
        (offered, [{"attorney_kind": "GENERAL"}, {"attorney_file": "a/1"}]),
        (requested, [{"attorney_kind": ""}, {"attorney_signed_on": None}, {"attorney_file": ""}]),
        (lambda: requested(limited=True), [{"attorney_ends_on": None}]),
    ],
    "power_of_attorney_bounds_the_access": [
        (approved, [{"ends_on": F("attorney_ends_on") + timedelta(days=1)}, {"ends_on": None}])
    ],
    "access_grant_level_known": [(access_grant, [{"level": "SOME"}, {"level": ""}])],
    "access_grant_of_none_is_an_exception": [
        (access_grant, [{"level": "NONE"}]),
        (lambda: access_grant(own=True), WITHOUT_SUB_ACCOUNT),
    ],
}
