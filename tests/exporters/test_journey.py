"""Exporters at the keyboard of a real browser: the form, the mails in the mailroom, the account, the second EIN."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from exporters.models import ExporterApplication
from tests import factories
from tests.exporters import makers
from tests.harness.browser import no_sideways_scroll, scripts_have_run
from tests.harness.tasks import Worker, Workers
from tests.harness.world import signed_in
from tests.journeys.applicant import field, heading, press
from tests.journeys.test_importer import first_sign_in, mailroom_letter
from tests.journeys.test_ways import errors_are_led_to, focused, tab_to
from useraccess.models import Role

Contexts = Callable[..., BrowserContext]
FORM = {
    "Employer Identification Number": "98-7654321",
    "Company Name": "Copper Kettle Exports LLC",
    "Street Address": "100 Main Street",
    "City": "Baltimore",
    "State": "MD",
    "ZIP Code": "21201",
    "DUNS": "15-048-3782",
    "First Name": "Toni",
    "Last Name": "Kettle",
    "Date of Birth": "03/21/1985",
    "Telephone Number": "410-555-0123",
}


def fill_in(page: Page, email: str, **changes: str) -> None:
    """The whole form, ready for Submit."""
    page.goto("/apply/exporter/")
    field(page, "Country").select_option("US")
    field(page, "Month").select_option(label="September")
    field(page, "Day").select_option("30")
    for label, value in (FORM | changes).items():
        field(page, label).fill(value)
    page.get_by_label("E-mail Address", exact=False).first.fill(email)
    field(page, "E-mail Address, typed again").fill(email)
    # The design system draws the box on its label; the link stands beside it.
    page.get_by_text("I have read the Terms and Conditions").click()
    field(page, "Digits in the picture").fill("PASSED")


def send(page: Page) -> ExporterApplication:
    """Submit, and return the application whose reference the success page shows."""
    press(page, "Submit")
    heading(page, "Your application has been received")
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", page.get_by_role("main").inner_text())
    assert found
    return ExporterApplication.objects.get(reference=found[0])


def see_status(page: Page, row: ExporterApplication, says: str) -> None:
    """Follow the link of the success page."""
    page.get_by_role("main").get_by_role("link", name=f"Status of application {row.reference}").click()
    heading(page, f"Application {row.reference}")
    expect(page.get_by_role("main")).to_contain_text(says)


def come_in(context: BrowserContext, user: User, url: str) -> Page:
    """A page of somebody who has signed in."""
    cookie = signed_in(user).cookies["ace_session"].value
    context.add_cookies([{"name": "ace_session", "value": cookie, "url": url}])
    return context.new_page()


def test_a_new_exporter_from_the_form_to_the_account_list(
    rehearsal: None, workers: Workers, new_context: Contexts
) -> None:
    """A worker process opens the account and carries the mail into the mailroom; the owner signs in."""
    workers.start(DEMO="on", MAILROOM="on")
    page, mailroom = new_context().new_page(), new_context().new_page()
    fill_in(page, "toni@kettle.example")
    row = send(page)
    letter = mailroom_letter(mailroom, "toni@kettle.example", "Account ID")
    owner = User.objects.get(email="toni@kettle.example")
    assert owner.account_id in letter
    see_status(page, row, "The account is open")
    first_sign_in(page, owner.account_id)
    page.get_by_role("link", name="Accounts", exact=True).click()
    heading(page, "Accounts")
    listed = page.get_by_role("table")
    expect(listed).to_contain_text("Copper Kettle Exports LLC")
    expect(listed).to_contain_text("**-****321")
    listed.get_by_role("link", name="Copper Kettle Exports LLC").first.click()
    expect(page.get_by_role("main")).to_contain_text("98-7654321")
    expect(page.get_by_role("main")).to_contain_text("Not Authorized")


@pytest.mark.parametrize(
    ("why", "subject", "mailed", "shown"),
    [
        ("EIN", "application rejected (EIN: **-****321)", "ask inside your company", "account owner is"),
        ("person", "application rejected (EIN: **-****321)", "must be unique", "name and date of birth"),
        ("address", "application rejected (EIN: **-****321)", "login of a portal user", "login of a portal user"),
        ("error", "application could not be completed", "send the application again", "problem is on our side"),
    ],
)
def test_what_is_rejected_is_read_in_the_mailbox(
    rehearsal: None,
    new_context: Contexts,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
    why: str,
    subject: str,
    mailed: str,
    shown: str,
) -> None:
    if why == "EIN":
        makers.importer(number="98-765432100")
    elif why == "person":
        factories.person(first_name="TONI", last_name="Kettle", date_of_birth=date(1985, 3, 21))
    elif why == "address":
        factories.person(email="toni@kettle.example")
    else:
        makers.break_processing(monkeypatch)
    page, mailroom = new_context().new_page(), new_context().new_page()
    fill_in(page, "toni@kettle.example")
    row = send(page)
    worker.run()
    letter = mailroom_letter(mailroom, "toni@kettle.example", subject)
    assert mailed in " ".join(letter.split()).lower(), letter
    see_status(page, row, shown)


def test_an_owner_creates_an_ein(new_context: Contexts, live_server: object) -> None:
    """Task Selector, top account, four steps with Back and a break, review; then the Accounts list in both orders."""
    account = factories.account()
    makers.importer(account, "98-765432100")
    context = new_context()
    page = come_in(context, factories.owner_of(account), str(live_server))
    page.goto("/accounts/")
    page.get_by_label("Select Account Type").select_option(label="Exporter")
    page.get_by_role("button", name="Go").first.click()
    page.get_by_role("link", name="Create Exporter").click()
    expect(page.get_by_role("main")).to_contain_text(account.ace_id)
    press(page, "Continue")

    field(page, "Employer Identification Number").fill("98-7654321")
    press(page, "Next")
    errors_are_led_to(page)
    field(page, "Legal Name").fill("Copper Kettle Exports LLC")
    press(page, "Next")
    expect(page.get_by_role("heading", level=2, name="Mailing address")).to_be_visible()
    field(page, "Mailing City").fill("Baltimore")
    press(page, "Back")
    expect(field(page, "Legal Name")).to_have_value("Copper Kettle Exports LLC")
    press(page, "Next")
    expect(field(page, "Mailing City")).to_have_value("Baltimore")
    press(page, "Save and continue later")
    expect(page.get_by_role("main")).to_contain_text("have not finished")
    press(page, "Continue")
    field(page, "Mailing Country").select_option("US")
    field(page, "Mailing Street Address").fill("1 Pier Street")
    field(page, "Mailing State").fill("Maryland")
    field(page, "Mailing ZIP Code").fill("21201")
    page.get_by_text("The physical address is the same").click()
    press(page, "Next")
    for label, value in {
        "First Name": "Kim",
        "Last Name": "Harbor",
        "Telephone Number": "410-555-0123",
        "E-mail Address": "kim@kettle.example",
    }.items():
        field(page, label).first.fill(value)
    press(page, "Next")
    for said in ("98-7654321", "Same as the mailing address", "Kim Harbor"):
        expect(page.get_by_role("main")).to_contain_text(said)
    press(page, "Submit")
    heading(page, "Copper Kettle Exports LLC")
    expect(page.get_by_role("main")).to_contain_text("1 Pier Street")
    expect(page.get_by_role("main")).to_contain_text("Authorized")
    page.goto("/accounts/")
    page.get_by_role("link", name="Reset").click()
    page.get_by_role("radiogroup").or_(page.locator("fieldset")).get_by_text("Number", exact=True).click()
    page.get_by_role("search").get_by_role("button", name="Go").click()
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("**-****321")
    expect(page.get_by_role("table")).to_contain_text("Copper Kettle Exports LLC")


def test_the_form_by_keyboard(page: Page, worker: Worker) -> None:
    """Submit with nothing typed: the focus is on the list of errors, and each of its links leads to its field."""
    page.goto("/apply/exporter/")
    press(page, "Submit")
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    scripts_have_run(page)
    for link in summary.get_by_role("link").all():
        link.focus()
        page.keyboard.press("Enter")
        # The browser follows a link within the page in its own time.
        expect(focused(page), link.inner_text()).to_have_attribute("aria-invalid", "true")
        # Month and day are described by the group they stand in.
        said = focused(page).evaluate(
            "one => [one, one.closest('fieldset')].map(it => it?.getAttribute('aria-describedby') || '').join(' ')"
            ".split(' ').map(id => document.getElementById(id)?.innerText || '').join(' ')"
        )
        assert "Error:" in said, link.inner_text()
    tab_to(page, "Digits in the picture")
    expect(focused(page)).to_have_value("")


def test_on_a_narrow_phone(new_context: Contexts, worker: Worker, live_server: object) -> None:
    """Every page at 360 px, errors included: nothing sticks out sideways."""
    account = factories.account(company_name="O'Malley-Finch & Daughters International Exporters Incorporated")
    proxy = factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    draft = makers.draft(account, proxy)
    taken = makers.draft(account, factories.owner_of(account), ein=makers.exporter().identifier)
    context = new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.goto("/apply/exporter/")
    no_sideways_scroll(page)
    press(page, "Submit")
    no_sideways_scroll(page)
    fill_in(page, "toni@kettle.example")
    row = send(page)
    no_sideways_scroll(page)
    worker.run()
    see_status(page, row, "The account is open")
    no_sideways_scroll(page)
    page.goto("/apply/exporter/terms/")
    no_sideways_scroll(page)
    page = come_in(context, proxy, str(live_server))
    for address in (
        "/accounts/exporters/new/",
        *(makers.page(draft, name) for name in ("company", "addresses", "contacts")),
    ):
        page.goto(address)
        no_sideways_scroll(page)
    page.goto(makers.page(draft, "review"))
    no_sideways_scroll(page)
    press(page, "Submit")
    no_sideways_scroll(page)
    owners = new_context(viewport={"width": 360, "height": 740})
    page = come_in(owners, factories.owner_of(account), str(live_server))
    page.goto(makers.page(taken, "company"))
    press(page, "Next")
    page.get_by_role("link", name="Ask ACE Support to look into it", exact=True).click()
    heading(page, "Ask ACE Support about EIN")
    no_sideways_scroll(page)
    press(page, "Send to ACE Support")
    heading(page, "Ask ACE Support about EIN")
    no_sideways_scroll(page)
