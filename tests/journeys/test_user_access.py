"""An owner builds the team, the team works, somebody of another company comes and goes: in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import SubAccount, TopAccount, User
from tests import factories
from tests.harness.browser import measure_every_page, no_sideways_scroll
from tests.harness.mail import Letter
from tests.harness.people import forget_totp, totp
from tests.journeys import applicant
from useraccess.models import Role

NewContext = Callable[..., BrowserContext]
Mailbox = Callable[[str], list[Letter]]


def signed_in(page: Page, user: User) -> Page:
    """Password, then the code of the authenticator."""
    forget_totp(user)
    page.goto("/sign-in/")
    applicant.field(page, "User ID").fill(user.account_id)
    applicant.field(page, "Password").fill(factories.PASSWORD)
    applicant.press(page, "Sign in")
    applicant.heading(page, "Enter the code from your app")
    page.locator("#id_code").fill(totp(user))
    applicant.press(page, "Verify")
    applicant.heading(page, "Welcome")
    return page


def created(page: Page, first: str, last: str, role: str, *, street: str = "100 MAIN ST") -> Page:
    """Add User, from Tools to the page of permissions."""
    page.goto("/tools/")
    page.get_by_role("main").get_by_role("link", name="User Access").click()
    page.get_by_role("link", name="Add User").click()
    page.get_by_text("Create New User").click()
    applicant.press(page, "Continue")
    answers = {
        "First Name": first,
        "Last Name": last,
        "Date of Birth": "03/21/1985",
        "E-mail Address": f"{first}@trade.example".lower(),
        "Telephone Number": "410-555-0123",
        "Street Address": street,
        "City": "BALTIMORE",
        "State": "MD",
        "Zip Code": "21201",
    }
    for label, text in answers.items():
        applicant.field(page, label).fill(text)
    applicant.press(page, "Save and Continue")
    page.get_by_role("group", name="Role").get_by_text(role).click()
    page.get_by_role("group", name="Access to Top Account").get_by_text("Yes").click()
    applicant.press(page, "Continue")
    return page


def part(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def choose(page: Page, tab: str, level: str) -> None:
    """A cell of the grid's whole-type table."""
    page.get_by_role("row", name=re.compile(rf"^{re.escape(tab)}")).get_by_text(f"{tab}: {level}").locator("..").click()


def saved(page: Page, person: str) -> User:
    """Save, and return the person with password and authenticator, as the first sign-in leaves them."""
    applicant.press(page, "Save")
    expect(page.get_by_text(f"{person} was added to")).to_be_visible()
    first, last = person.split()
    return factories.signed_in_before(User.objects.get(first_name=first, last_name=last))


def status_of(page: Page, path: str) -> int:
    answer = page.goto(path)
    assert answer is not None
    return answer.status


def importer_of(account: TopAccount) -> SubAccount:
    return account.sub_accounts.get(account_type="IMPORTER")


def test_the_owner_builds_a_team_and_each_sees_exactly_what_was_granted(
    new_context: NewContext, mailbox: Mailbox, watch: object
) -> None:
    account = factories.importer_account()
    owner = factories.owner_of(account)
    importer = importer_of(account)
    page = signed_in(new_context().new_page(), owner)

    created(page, "Pat", "Proxy", "Proxy Trade Account Owner", street="100 main street suite 4")
    expect(page.get_by_text("A proxy does everything the owner does")).to_be_visible()
    proxy = saved(page, "Pat Proxy")
    assert proxy.street_address == "100 MAIN ST STE 4"
    assert [letter.subject for letter in mailbox("pat@trade.example")][:1] == ["Your ACE Portal Account ID"]

    created(page, "Rae", "Reader", "Trade Account User")
    applicant.press(page, "Read-Only Access for All")
    expect(
        page.get_by_text("also sets ISF Portal to Yes and gives all ISF Portal roles. Nothing is saved")
    ).to_be_visible()
    reader = saved(page, "Rae Reader")
    expect(page.get_by_role("main")).to_contain_text("ISF Filer, ISF Reports, ISF Viewer")

    created(page, "Lou", "Logger", "Trade Account User")
    choose(page, "Business Activity Log", "Full")
    part(page, "Importer")
    choose(page, "Contacts", "Read-Only")
    logger = saved(page, "Lou Logger")

    # The user with the narrow grid: the log, and one tab of the importer.
    page = signed_in(new_context().new_page(), logger)
    page.goto(f"/accounts/sub/{importer.pk}/")
    tabs = page.get_by_role("navigation", name="Parts of this sub-account").get_by_role("link")
    expect(tabs).to_have_text(["Contacts"])
    watch.allow(403, 404)  # type: ignore[attr-defined]
    assert status_of(page, f"/accounts/sub/{importer.pk}/?tab=details") == 403
    expect(page.get_by_role("main")).to_contain_text(f"Ask {owner}")
    assert status_of(page, f"/accounts/{account.pk}/activity-log/add/") == 200
    assert status_of(page, f"/accounts/{account.pk}/action-plan/") == 403
    assert status_of(page, f"/accounts/{account.pk}/people/") == 403

    # The reader reads everything and writes nothing.
    page = signed_in(new_context().new_page(), reader)
    page.goto(f"/accounts/sub/{importer.pk}/")
    expect(page.get_by_role("navigation", name="Parts of this sub-account").get_by_role("link")).to_have_count(2)
    assert status_of(page, f"/accounts/{account.pk}/activity-log/") == 200
    assert status_of(page, f"/accounts/{account.pk}/activity-log/add/") == 403

    # The proxy tries what a proxy may not: by address and by form.
    page = signed_in(new_context().new_page(), proxy)
    seat = factories.membership(owner, account)
    own = factories.membership(proxy, account)
    for member in (seat, own):
        for what in ("change", "revoke"):
            assert status_of(page, f"/accounts/people/{member.pk}/{what}/") == 403
    created(page, "Uma", "User", "Trade Account User")
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_role("group", name="Role").get_by_role("radio")).to_have_count(1)
    page.locator("input[name=role]").evaluate("one => { one.value = 'PTAO'; one.checked = true; }")
    applicant.press(page, "Continue")
    expect(page.locator("[data-error-summary]")).to_contain_text("Role must be one of the options offered")


def test_a_user_of_another_company_is_added_limited_and_revoked(
    new_context: NewContext, mailbox: Mailbox, watch: object
) -> None:
    account = factories.importer_account()
    importer = importer_of(account)
    visitor = factories.member(factories.account(), Role.TRADE_ACCOUNT_USER)
    page = signed_in(new_context().new_page(), factories.owner_of(account))

    page.goto("/tools/user-access/add/existing/")
    applicant.field(page, "First Name").fill(visitor.first_name)
    applicant.field(page, "Last Name").fill(visitor.last_name)
    applicant.field(page, "Existing User ID").fill(visitor.account_id.swapcase())
    applicant.press(page, "Continue")
    expect(page.locator("[data-error-summary]")).to_contain_text("No portal user has exactly these names")
    applicant.field(page, "Existing User ID").fill(visitor.account_id)
    applicant.press(page, "Continue")
    page.get_by_role("group", name="Role").get_by_text("Trade Account User").click()
    page.get_by_role("group", name="Access to Top Account").get_by_text("No").click()
    applicant.press(page, "Continue")
    applicant.press(page, "Full Access for All")
    applicant.press(page, "Save")
    expect(page.get_by_text("was added to")).to_be_visible()
    assert account.company_name in mailbox(visitor.email)[-1].subject

    theirs = signed_in(new_context().new_page(), visitor)
    theirs.get_by_role("link", name="Change account").click()
    theirs.get_by_role("row", name=account.company_name).get_by_role("button", name="Work here").click()
    expect(theirs.get_by_text(f"You now work in {account.company_name}")).to_be_visible()
    watch.allow(403, 404)  # type: ignore[attr-defined]
    assert status_of(theirs, f"/accounts/{account.pk}/") == 403
    expect(theirs.get_by_role("main")).to_contain_text("no access to the top account itself")
    assert status_of(theirs, f"/accounts/sub/{importer.pk}/?tab=details") == 200

    # Limited: one exception on this sub-account, looked at before it is saved.
    page.get_by_role("link", name="Change role or permissions").click()
    part(page, "Importer")
    page.locator("summary", has_text="Single importer sub-accounts").click()
    page.get_by_label(f"Importer record (5106) of {importer.masked_identifier}").select_option("None")
    applicant.press(page, "Save")
    applicant.heading(page, "Save these changes")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("row").nth(1)).to_contain_text("As its type")
    applicant.press(page, "Save")
    expect(page.get_by_text("have been changed")).to_be_visible()
    assert status_of(theirs, f"/accounts/sub/{importer.pk}/?tab=details") == 403
    assert status_of(theirs, f"/accounts/sub/{importer.pk}/?tab=contacts") == 200

    # Revoked while signed in: out with the next click, at home in the own company as before.
    page.get_by_role("link", name="Revoke access").click()
    applicant.press(page, "Revoke access")
    expect(page.get_by_text("has been revoked")).to_be_visible()
    assert status_of(theirs, f"/accounts/sub/{importer.pk}/") == 200
    applicant.heading(theirs, "Sign in")
    signed_in(theirs, visitor)
    assert status_of(theirs, f"/accounts/sub/{importer.pk}/") == 404
    expect(theirs.get_by_role("link", name="Change account")).to_have_count(0)


def test_two_change_one_grid_and_nothing_is_lost(new_context: NewContext) -> None:
    account = factories.importer_account()
    proxy = factories.signed_in_before(
        factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER, factories.person(active=False))
    )
    member = factories.membership(factories.member(account), account)
    mine = signed_in(new_context().new_page(), factories.owner_of(account))
    theirs = signed_in(new_context().new_page(), proxy)
    for page in (mine, theirs):
        page.goto(f"/accounts/people/{member.pk}/change/")
    choose(theirs, "Action Plan", "Read-Only")
    choose(mine, "Business Activity Log", "Full")
    for page in (theirs, mine):
        applicant.press(page, "Save")
    applicant.press(theirs, "Save")
    expect(theirs.get_by_text("have been changed")).to_be_visible()
    applicant.press(mine, "Save")
    expect(mine.get_by_role("heading", name="Nothing was saved yet")).to_be_visible()
    expect(mine.get_by_role("main")).to_contain_text(f"{proxy} changed this while you were looking at it")
    expect(mine.get_by_role("main")).to_contain_text("Action Plan: None → Read-Only")
    applicant.press(mine, "Save")
    expect(mine.get_by_role("row").nth(1)).to_contain_text("Business Activity Log")
    applicant.press(mine, "Save")
    expect(mine.get_by_role("main")).to_contain_text("Action Plan")
    expect(mine.get_by_role("main")).to_contain_text("Business Activity Log")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_the_grid_on_a_phone_and_without_scripts(new_context: NewContext, script: bool) -> None:
    account = factories.importer_account()
    member = factories.membership(factories.member(account), account)
    context = new_context(
        viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, java_script_enabled=script
    )
    if script:
        measure_every_page(context)
    page = signed_in(context.new_page(), factories.owner_of(account))
    page.goto(f"/accounts/people/{member.pk}/change/")
    expect(page.get_by_role("main").get_by_role("button", name="Save", exact=True)).to_be_in_viewport()
    choose(page, "Action Plan", "Full")
    applicant.press(page, "Save")
    applicant.heading(page, "Save these changes")
    if script:
        no_sideways_scroll(page)
    applicant.press(page, "Save")
    expect(page.get_by_text("have been changed")).to_be_visible()
