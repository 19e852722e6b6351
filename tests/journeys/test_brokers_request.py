"""A broker asks two importers for access with a power of attorney: one grants less, the other refuses."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import BrowserContext, Page, expect

from ace_portal.core import clock
from tests import factories
from tests.exporters.authorization_samples import pdf
from tests.harness.mail import Letter
from tests.journeys import applicant
from tests.journeys.test_cross_account import opened
from tests.journeys.test_user_access import choose, importer_of, part, signed_in, status_of
from tradeparties import actions as tradeparties
from tradeparties.account_types import BROKER

NewContext = Callable[..., BrowserContext]
Mailbox = Callable[[str], list[Letter]]


def asked(page: Page, client: str) -> None:
    """Ask the account with this ACE ID or importer number, on a limited power of attorney of ninety days."""
    page.goto("/tools/")
    page.get_by_role("main").get_by_role("link", name="Cross Account Access").click()
    page.get_by_role("link", name="Ask a client for access").click()
    applicant.field(page, "Client’s ACE ID or importer number").fill(client)
    page.get_by_text("Limited", exact=True).click()
    signed = clock.now() - timedelta(days=10)
    applicant.field(page, "Date signed").fill(f"{signed:%m/%d/%Y}")
    applicant.field(page, "Valid until").fill(f"{signed + timedelta(days=100):%m/%d/%Y}")
    attorney = {"name": "poa.pdf", "mimeType": "application/pdf", "buffer": pdf("Power of attorney")}
    page.locator("[name=attorney_file]").set_input_files([attorney])  # type: ignore[list-item]
    page.get_by_role("group", name="Access to Top Account").get_by_text("No").click()
    part(page, "Importer")
    choose(page, "Importer record (5106)", "Full")
    choose(page, "Contacts", "Full")
    applicant.press(page, "Send request")
    expect(page.get_by_role("main")).to_contain_text("Asked for")


def test_a_broker_asks_two_importers(new_context: NewContext, mailbox: Mailbox, watch: object) -> None:
    client, other = factories.importer_account(), factories.importer_account()
    broker = factories.account(company_name="Old Wharf Brokers")
    officer = factories.officer()
    tradeparties.open_by_desk(broker, kind=BROKER, code="OW1", name="Old Wharf Brokers", by=officer)
    importer, refused = importer_of(client), importer_of(other)
    broker_owner, client_owner, other_owner = map(factories.owner_of, (broker, client, other))

    theirs = signed_in(new_context().new_page(), broker_owner)
    asked(theirs, client.ace_id)
    asked(theirs, refused.identifier)

    owner = signed_in(new_context().new_page(), client_owner)
    letter = mailbox(client_owner.email)[-1]
    assert "Old Wharf Brokers" in letter.subject + letter.body
    opened(owner, client, "Old Wharf Brokers")
    expect(owner.get_by_role("main")).to_contain_text("OW1")
    with owner.expect_download() as download:
        owner.get_by_role("link", name="Download the power of attorney (PDF)").click()
    assert download.value.path().read_bytes() == pdf("Power of attorney")
    owner.get_by_role("link", name="Approve").click()
    part(owner, "Importer")
    choose(owner, "Importer record (5106)", "Read-Only")
    choose(owner, "Contacts", "None")
    applicant.press(owner, "Continue")
    expect(owner.get_by_role("main")).to_contain_text("Importer, all sub-accounts: Importer record (5106)")
    applicant.press(owner, "Approve")
    owner.goto(f"/accounts/{client.pk}/filer-codes/")
    expect(owner.get_by_role("row", name="OW1")).to_contain_text("Old Wharf Brokers")

    refusing = signed_in(new_context().new_page(), other_owner)
    opened(refusing, other, "Old Wharf Brokers")
    refusing.get_by_role("link", name="Reject").click()
    applicant.press(refusing, "Reject")

    assert status_of(theirs, f"/accounts/sub/{importer.pk}/?tab=details") == 200
    watch.allow(403, 404)  # type: ignore[attr-defined]
    assert status_of(theirs, f"/accounts/sub/{importer.pk}/?tab=contacts") == 403, "less was granted than asked for"
    assert status_of(theirs, f"/accounts/sub/{refused.pk}/?tab=details") == 404
    granted, turned_down = [one.subject for one in mailbox(broker_owner.email)][-2:]
    assert client.company_name in granted and "turned down" in turned_down
    owner.goto(f"/accounts/{client.pk}/history/")
    expect(owner.get_by_role("main")).to_contain_text(f"{broker_owner}, Old Wharf Brokers")

    # The last day of the power of attorney is the last day of the access, whatever else was said.
    access = broker.access_received.get(status="ACTIVE")
    assert access.ends_on == access.attorney_ends_on
