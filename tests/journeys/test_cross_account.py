"""An importer lets its broker in, the broker a clerk, and the importer narrows and ends it: in a real browser."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import TopAccount
from tests import factories
from tests.harness.mail import Letter
from tests.journeys import applicant
from tests.journeys.test_user_access import choose, importer_of, part, signed_in, status_of

NewContext = Callable[..., BrowserContext]
Mailbox = Callable[[str], list[Letter]]


def opened(page: Page, account: TopAccount, company: str) -> None:
    """Cross Account Access of the own account, the line of this company."""
    page.goto(f"/accounts/{account.pk}/cross-account-access/")
    page.get_by_role("main").get_by_role("link", name=company).click()


def test_offered_accepted_passed_on_used_narrowed_revoked(
    new_context: NewContext, mailbox: Mailbox, watch: object
) -> None:
    client = factories.importer_account()
    broker = factories.account(company_name="Old Wharf Brokers")
    clerk = factories.signed_in_before(factories.member(broker, user=factories.person(active=False)))
    importer, broker_owner = importer_of(client), factories.owner_of(broker)
    address = f"/accounts/sub/{importer.pk}/?tab=details"

    owner = signed_in(new_context().new_page(), factories.owner_of(client))
    owner.goto("/tools/")
    owner.get_by_role("main").get_by_role("link", name="Cross Account Access").click()
    owner.get_by_role("link", name="Add", exact=True).click()
    applicant.field(owner, "Existing User ID").fill(broker_owner.account_id)
    applicant.field(owner, "Top Account ACE ID").fill(broker.ace_id)
    owner.get_by_role("group", name="Access to Top Account").get_by_text("No").click()
    part(owner, "Importer")
    choose(owner, "Importer record (5106)", "Full")
    applicant.press(owner, "Continue")
    expect(owner.get_by_role("main")).to_contain_text("Importer, all sub-accounts: Importer record (5106)")
    applicant.press(owner, "Send offer")

    theirs = signed_in(new_context().new_page(), broker_owner)
    assert "offers you access" in mailbox(broker_owner.email)[-1].subject
    opened(theirs, broker, client.company_name)
    expect(theirs.get_by_role("main")).to_contain_text("Pending")
    watch.allow(403, 404)  # type: ignore[attr-defined]
    assert status_of(theirs, address) == 404, "nothing counts before it is accepted"
    opened(theirs, broker, client.company_name)
    theirs.get_by_role("link", name="Accept").click()
    applicant.press(theirs, "Accept")
    assert status_of(theirs, address) == 200

    opened(theirs, broker, client.company_name)
    theirs.get_by_role("main").get_by_role("link", name="People who work there").click()
    theirs.get_by_role("row", name=str(clerk)).get_by_role("link", name="Change").click()
    theirs.get_by_text("Everything that was received").click()
    applicant.press(theirs, "Save")
    assert any("You may work in the ACE Portal account" in letter.subject for letter in mailbox(clerk.email))

    working = signed_in(new_context().new_page(), clerk)
    working.get_by_role("link", name="Change account").click()
    expect(working.get_by_role("main")).to_contain_text("Cross Account Access for Old Wharf Brokers")
    working.get_by_role("row", name=client.company_name).get_by_role("button", name="Work here").click()
    assert status_of(working, address) == 200
    expect(working.get_by_text("Account of another company")).to_be_visible()
    assert status_of(working, f"/accounts/{client.pk}/people/") == 403

    opened(owner, client, "Old Wharf Brokers")
    owner.get_by_role("link", name="Change", exact=True).click()
    part(owner, "Importer")
    choose(owner, "Importer record (5106)", "None")
    choose(owner, "Contacts", "Read-Only")
    applicant.press(owner, "Continue")
    applicant.press(owner, "Save")
    assert status_of(working, address) == 403, "narrowing counts with the next click"
    assert status_of(working, f"/accounts/sub/{importer.pk}/?tab=contacts") == 200

    opened(owner, client, "Old Wharf Brokers")
    owner.get_by_role("link", name="Revoke").click()
    applicant.press(owner, "Revoke")
    assert status_of(working, f"/accounts/sub/{importer.pk}/?tab=contacts") == 404
    owner.goto(f"/accounts/{client.pk}/history/")
    expect(owner.get_by_role("main")).to_contain_text(f"{broker_owner}, Old Wharf Brokers")
