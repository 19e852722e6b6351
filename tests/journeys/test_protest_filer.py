"""A protest filer applies on one page, the officer takes it from the queue, leaves a note, asks and approves."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests import factories
from tests.exporters.conftest import private_files
from tests.harness.browser import measure_every_page
from tests.harness.mail import Letter
from tests.journeys import applicant
from tests.journeys.test_importer import open_desk
from tests.journeys.test_owner_change import path_in
from tests.tradeparties import samples
from tradeparties.models import TradeApplication

__all__ = ["private_files"]


def typed_in(page: Page, answers: dict[str, str]) -> None:
    """Every box of the page that has an answer, whatever kind of box it is."""
    for name, value in answers.items():
        box = page.locator(f"main [name='{name}']")
        if box.count() == 0 or box.first.get_attribute("type") == "hidden":
            continue
        kind = box.first.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
        if kind == "select":
            box.select_option(value)
        elif kind == "checkbox":
            page.locator(f"label[for='{box.get_attribute('id')}']").click()
        else:
            box.fill(value)


def test_a_protest_filer_is_asked_and_approved(
    new_context: Callable[..., BrowserContext], mailbox: Callable[[str], list[Letter]], watch: Any
) -> None:
    officer, email = factories.officer(), samples.email()
    phone = new_context(viewport={"width": 375, "height": 740}, is_mobile=True, has_touch=True)
    measure_every_page(phone)
    page = phone.new_page()
    page.goto(samples.PROTEST_FILER)
    typed_in(page, samples.protest(applicant_email=email))
    applicant.press(page, "Submit")
    application = TradeApplication.objects.get()
    applicant.heading(page, f"Application {application.reference}")

    desk = new_context().new_page()
    open_desk(desk, officer, factories.PASSWORD)
    desk.get_by_role("button", name="Take next").first.click()
    expect(desk.get_by_text(f"You have claimed Application {application.reference}")).to_be_visible()
    desk.get_by_role("link", name="Add a note").click()
    desk.get_by_label("Note", exact=True).fill("Called the firm: Cole is a partner.")
    desk.get_by_role("button", name="Keep the note").click()
    expect(desk.get_by_text("Cole is a partner")).to_be_visible()
    desk.get_by_label("Question to the applicant").fill("For whom do you protest?")
    desk.get_by_role("button", name="Ask for information").click()

    question = next(one for one in mailbox(email) if "we need information" in one.subject)
    page.goto(path_in(question, "/apply/trade/status/"))
    expect(page.get_by_role("main")).not_to_contain_text("Cole is a partner")
    applicant.field(page, "Your answer").fill("For importers of quay cranes.")
    applicant.press(page, "Send answer")

    desk.reload()
    expect(desk.get_by_text("For importers of quay cranes.")).to_be_visible()
    desk.get_by_role("button", name="Approve and open the account").click()
    expect(desk.get_by_text("Account opened: ACE ID")).to_be_visible()
    assert any("Welcome to the ACE Portal" in one.subject for one in mailbox(email))
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("The account is open")
