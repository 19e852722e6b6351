"""The application for people who use it differently: by keyboard, without scripts, in two sittings."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from importers.models import ImporterApplication
from tests import factories
from tests.harness.browser import scripts_have_run
from tests.harness.mail import Letter
from tests.journeys import applicant

Mailbox = Callable[[str], list[Letter]]


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def tab_to(page: Page, label: str) -> None:
    """Press Tab until the control with this label has the focus."""
    wanted = applicant.field(page, label)
    for _ in range(60):
        if wanted.evaluate("control => control === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached “{label}”")


def tab_to_button(page: Page, name: str) -> None:
    button = page.get_by_role("main").get_by_role("button", name=name, exact=True)
    for _ in range(60):
        if button.evaluate("control => control === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached the button “{name}”")


def errors_are_led_to(page: Page) -> None:
    """The focus is on the error summary; each of its links leads to a control that names its error."""
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    scripts_have_run(page)
    links = summary.get_by_role("link")
    assert links.count() > 0
    for number in range(links.count()):
        told = links.nth(number).inner_text()
        links.nth(number).focus()
        page.keyboard.press("Enter")
        control = focused(page)
        assert control.evaluate("one => one.matches('input, select, textarea')"), f"“{told}” leads to no control"
        described = (control.get_attribute("aria-describedby") or "").split()
        said = " ".join(page.locator(f"[id='{one}']").inner_text() for one in described)
        assert "Error:" in said, f"the control of “{told}” does not name its error: {said!r}"
        assert control.get_attribute("aria-invalid") == "true"


def test_by_keyboard_alone(page: Page, mailbox: Mailbox) -> None:
    record = factories.ImporterRecordFactory.create()
    page.goto("/apply/importer/")
    page.keyboard.press("Tab")
    expect(focused(page)).to_have_text("Skip to main content")
    page.keyboard.press("Enter")
    tab_to_button(page, "Next")
    page.keyboard.press("Enter")
    errors_are_led_to(page)

    for label, text in (
        ("Company Name", record.company_name),
        ("Importer of Record Number", record.importer_number),
        ("Business Email Address", "keys@trade.example"),
        ("Digits in the picture", "PASSED"),
    ):
        tab_or_back_to(page, label)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    applicant.heading(page, "Enter the verification code")

    tab_to(page, "Verification code")
    page.keyboard.type("no code")
    page.keyboard.press("Enter")
    errors_are_led_to(page)
    expect(focused(page)).to_have_value("no code")
    page.keyboard.press("Control+A")
    page.keyboard.type(mailbox(record.point_of_contact_email)[0].code)
    page.keyboard.press("Enter")

    expect(applicant.field(page, "Company Organizational Structure")).to_be_visible()
    tab_to_button(page, "Next")
    page.keyboard.press("Enter")
    errors_are_led_to(page)
    tab_or_back_to(page, "Company Organizational Structure")
    page.keyboard.type("Corp")
    tab_to(page, "Country")
    page.keyboard.type("United States")
    for label, text in applicant.DETAILS.items():
        tab_or_back_to(page, label)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    applicant.heading(page, "Check your answers")
    tab_to_button(page, "Submit")
    page.keyboard.press("Enter")
    applicant.heading(page, "Application")
    assert ImporterApplication.objects.get().status == "SUBMITTED"


def tab_or_back_to(page: Page, label: str) -> None:
    """Press Tab, or Shift+Tab when the control lies before the focus, until it has it."""
    wanted = applicant.field(page, label)
    behind = wanted.evaluate(
        "control => !!(control.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING)"
    )
    for _ in range(60):
        if wanted.evaluate("control => control === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab" if behind else "Tab")
    raise AssertionError(f"“{label}” was never reached")


def test_without_scripts(new_context: Callable[..., BrowserContext], mailbox: Mailbox) -> None:
    record = factories.ImporterRecordFactory.create()
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/apply/importer/")
    applicant.press(page, "Next")
    expect(page.get_by_role("heading", name="There are 4 problems")).to_be_visible()
    applicant.identify(page, record, "plain@trade.example")
    applicant.field(page, "Verification code").fill("123")
    applicant.press(page, "Next")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    applicant.enter(page, mailbox(record.point_of_contact_email)[0].code)
    applicant.fill_details(page)
    applicant.press(page, "Save and continue later")
    expect(page.get_by_text("Saved. Continue now")).to_be_visible()
    applicant.check_answers(page)
    reference = applicant.submit(page)
    assert ImporterApplication.objects.get(status="SUBMITTED").reference == reference


@pytest.mark.parametrize("by_itself", [True, False], ids=["autosave", "save button"])
def test_a_closed_laptop_loses_nothing(
    new_context: Callable[..., BrowserContext], mailbox: Mailbox, by_itself: bool
) -> None:
    record = factories.ImporterRecordFactory.create()
    first = new_context()
    page = first.new_page()
    applicant.identify(page, record, "later@trade.example")
    applicant.enter(page, mailbox(record.point_of_contact_email)[0].code)
    applicant.fill_details(page)
    if by_itself:
        expect(page.get_by_text("Draft saved at")).to_be_visible()
    else:
        applicant.press(page, "Save and continue later")
        expect(page.get_by_text("Saved. Continue now")).to_be_visible()
    first.close()

    links = [link for letter in mailbox("later@trade.example") for link in letter.links if "/apply/importer/" in link]
    assert len(links) == 1
    page = new_context().new_page()
    page.goto(links[0])
    expect(applicant.field(page, "Company Organizational Structure")).to_have_value("CORPORATION")
    expect(applicant.field(page, "Month")).to_have_value("9")
    expect(applicant.field(page, "Day")).to_have_value("30")
    for label, value in applicant.DETAILS.items():
        expect(applicant.field(page, label)).to_have_value(value)
    applicant.check_answers(page)
    applicant.submit(page)
