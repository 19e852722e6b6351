"""An applicant at the keyboard of a real browser. Fields are found by what their labels say."""

import re

from playwright.sync_api import Page, expect

from importers.models import ImporterRecord

DETAILS = {
    "DUNS": "15-048-3782",
    "Company Website": "https://www.lantern.example",
    "Account Owner First Name": "Toni",
    "Account Owner Last Name": "Lantern",
    "Street Address": "100 Main Street",
    "City": "Baltimore",
    "State": "MD",
    "Zip Code": "21201",
    "Telephone Number": "410-555-0123",
}


def field(page: Page, label: str):
    """The control whose label begins with these words."""
    return page.get_by_role("main").get_by_label(re.compile(rf"^\s*{re.escape(label)}"))


def press(page: Page, button: str) -> None:
    """Press a button of the page's main part."""
    page.get_by_role("main").get_by_role("button", name=button, exact=True).click()


def heading(page: Page, text: str) -> None:
    """Fail unless the page's heading comes to say this."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def identify(page: Page, record: ImporterRecord, email: str) -> None:
    """Screen 1, up to screen 2."""
    page.goto("/apply/importer/")
    field(page, "Company Name").fill(record.company_name.lower())
    field(page, "Importer of Record Number").fill(record.importer_number)
    field(page, "Business Email Address").fill(email)
    field(page, "Digits in the picture").fill("PASSED")
    press(page, "Next")
    heading(page, "Enter the verification code")


def enter(page: Page, code: str) -> None:
    """Screen 2, up to screen 3."""
    field(page, "Verification code").fill(code)
    press(page, "Next")
    expect(field(page, "Company Organizational Structure")).to_be_visible()


def fill_details(page: Page) -> None:
    """Type everything screen 3 asks for, and stay there."""
    field(page, "Company Organizational Structure").select_option(label="Corporation")
    field(page, "Month").select_option(label="September")
    field(page, "Day").select_option("30")
    field(page, "Country").select_option("US")
    for label, value in DETAILS.items():
        field(page, label).fill(value)


def check_answers(page: Page) -> None:
    """From screen 3 to the answers, and read them."""
    press(page, "Next")
    heading(page, "Check your answers")
    for shown in ("Corporation", "September 30", "15-048-3782", "Toni", "Lantern", "Baltimore"):
        expect(page.get_by_role("main")).to_contain_text(shown)


def submit(page: Page) -> str:
    """Submit, and return the reference number the status page shows."""
    press(page, "Submit")
    heading(page, "Application")
    shown = page.get_by_role("heading", level=1).inner_text()
    found = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", shown)
    assert found, shown
    return found[0]
