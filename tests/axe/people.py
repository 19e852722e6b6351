"""The pages of user access: add a user, a member, the permission grid."""

from playwright.sync_api import Page

from tests import factories
from tests.axe.places import Tour, place, press, simple
from tests.useraccess import samples
from useraccess import actions
from useraccess.models import Level, Membership, Role, UserDraft
from useraccess.rights import TOP, Cell, Rights

ADD = "/tools/user-access/add/"
simple("add user", "owner", ADD)
simple("add user, contact information", "owner", f"{ADD}new/")
simple("add user, existing", "owner", f"{ADD}existing/")
simple("choose account", "owner", "/tools/choose-account/")


@place("add user, contact information, everything missing")
def new_missing(tour: Tour) -> Page:
    return press(tour.go("owner", f"{ADD}new/"), "Save and Continue", country="US", postal_code="00001", state="MD")


@place("add user, existing, nobody found")
def nobody_found(tour: Tour) -> Page:
    names = {"first_name": "Nobody", "last_name": "Known", "user_id": "x"}
    return press(tour.go("owner", f"{ADD}existing/"), "Continue", **names)


def _draft(tour: Tour) -> UserDraft:
    """Kim, whose address was standardized, in the owner's account."""
    draft = UserDraft.objects.filter(started_by=tour.cast.owner, person=None).first()
    if draft is None:
        draft = samples.draft(tour.cast.account, tour.cast.owner)
    return draft


@place("add user, role")
def role(tour: Tour) -> Page:
    return tour.go("owner", f"{ADD}{_draft(tour).pk}/role/")


@place("add user, role missing")
def role_missing(tour: Tour) -> Page:
    return press(tour.go("owner", f"{ADD}{_draft(tour).pk}/role/"), "Continue")


@place("add user, permissions")
def permissions(tour: Tour) -> Page:
    draft = _draft(tour)
    actions.choose_role(draft, role=Role.TRADE_ACCOUNT_USER, access=True, by=tour.cast.owner)
    return press(tour.go("owner", f"{ADD}{draft.pk}/permissions/"), "Full Access for All")


@place("add user, top account")
def top_account(tour: Tour) -> Page:
    person = factories.owner_of(factories.account())
    factories.member(factories.account(), Role.PROXY_TRADE_ACCOUNT_OWNER, person)
    draft = actions.keep_existing_user(factories.person(), by=person)
    return tour.go_as(person, f"{ADD}{draft.pk}/account/")


def _member(tour: Tour) -> Membership:
    """A user with a grid of their own."""
    own = Cell("IMPORTER", "details", tour.cast.account.sub_accounts.earliest("pk").pk)
    grid = {Cell(TOP, "activity-log"): Level.FULL, Cell("IMPORTER", "details"): Level.READ, own: Level.NONE}
    user = factories.member(
        tour.cast.account, granted=Rights(grid=grid, isf_portal=True, isf_roles=frozenset({"FILER"}))
    )
    return factories.membership(user, tour.cast.account)


@place("a member")
def member(tour: Tour) -> Page:
    return tour.go("owner", f"/accounts/people/{_member(tour).pk}/")


@place("a member, change")
def change(tour: Tour) -> Page:
    page = tour.go("owner", f"/accounts/people/{_member(tour).pk}/change/")
    page.get_by_role("tab", name="Importer").click()
    return page


@place("a member, what changes")
def what_changes(tour: Tour) -> Page:
    page = change(tour)
    page.locator("[name='cell-IMPORTER:contacts'][value=FULL]").dispatch_event("click")
    return press(page, "Save")


@place("a member, changed meanwhile")
def changed_meanwhile(tour: Tour) -> Page:
    page = change(tour)
    row = Membership.objects.latest("pk")
    faster = Rights(grid={Cell(TOP, "action-plan"): Level.READ})
    actions.change(row, role=Role.TRADE_ACCOUNT_USER, granted=faster, version=row.version, by=tour.cast.owner)
    return press(page, "Save")


@place("a member, revoke")
def revoke(tour: Tour) -> Page:
    return tour.go("owner", f"/accounts/people/{_member(tour).pk}/revoke/")


@place("leave an account")
def leave(tour: Tour) -> Page:
    user = factories.member(tour.cast.account)
    return tour.go_as(user, f"/accounts/{tour.cast.account.pk}/leave/")
