"""A broker gets an account, with a question in between, in real browsers with every mail read."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from tests import factories
from tests.exporters.authorization_samples import pdf
from tests.exporters.conftest import private_files
from tests.harness.browser import measure_every_page, no_sideways_scroll
from tests.harness.mail import Letter
from tests.journeys import applicant
from tests.journeys.test_importer import first_sign_in, open_desk
from tests.journeys.test_owner_change import path_in
from tradeparties.models import TradeApplication

__all__ = ["private_files"]
OWNER = "robin@oldwharf.example"


def begin(page: Page) -> None:
    """From the questionnaire to the second section."""
    page.goto("/apply/")
    page.get_by_role("main").get_by_text("Broker: A licensed customs broker").click()
    applicant.press(page, "Show the right application")
    page.get_by_role("link", name="Apply now").click()
    applicant.field(page, "Company Name").fill("Old Wharf Brokers Inc.")
    applicant.field(page, "Business Email Address").fill(OWNER)
    applicant.field(page, "Company Organizational Structure").select_option(label="Corporation")
    applicant.field(page, "Digits in the picture").fill("PASSED")
    applicant.press(page, "Next")
    expect(applicant.field(page, "Officer’s First Name")).to_be_visible()


def fill_in(page: Page) -> None:
    """The other sections, on another computer, up to the answers."""
    for label, value in {"First Name": "Ola", "Last Name": "Officer", "Title": "President"}.items():
        applicant.field(page, f"Officer’s {label}").fill(value)
    applicant.field(page, "Officer’s Date of Birth").fill("03/21/1965")
    applicant.press(page, "Next")
    first = page.get_by_role("group", name="Activity 1")
    first.get_by_label("Account Type").select_option("BROKER")
    first.get_by_label("Code or Number").fill("ow1")
    first.get_by_label("Name of the License").fill("Old Wharf")
    applicant.press(page, "Next")
    for label in ("Account Owner First Name", "Account Owner Last Name"):
        applicant.field(page, label).fill("Robin" if "First" in label else "Wharf")
    applicant.field(page, "Country").select_option("US")
    for label in ("Street Address", "City", "State", "Zip Code", "Telephone Number"):
        applicant.field(page, label).fill(applicant.DETAILS[label])
    applicant.field(page, "Date of Birth").fill("03/21/1985")
    applicant.press(page, "Next")
    for label in ("The company officer authorizes", "The account owner acknowledges", "I have read the Terms"):
        page.get_by_role("main").get_by_text(label).click()
    applicant.press(page, "Next")
    applicant.heading(page, "Check your answers")


def test_a_broker_is_asked_for_the_license_and_signs_in(
    new_context: Callable[..., BrowserContext], mailbox: Callable[[str], list[Letter]], watch: object, tmp_path: Path
) -> None:
    officer = factories.officer()
    phone = new_context(viewport={"width": 375, "height": 740}, is_mobile=True, has_touch=True)
    measure_every_page(phone)
    page = new_context().new_page()
    begin(page)
    (letter,) = mailbox(OWNER)
    # The draft goes on elsewhere: on a phone, from the mailed link.
    page = phone.new_page()
    page.goto(path_in(letter, "/apply/trade/"))
    fill_in(page)
    expect(page.get_by_role("main")).to_contain_text("Filer code OW1")
    no_sideways_scroll(page)
    applicant.press(page, "Submit")
    application = TradeApplication.objects.get()
    applicant.heading(page, f"Application {application.reference}")

    desk = new_context().new_page()
    open_desk(desk, officer, factories.PASSWORD)
    desk.get_by_role("link", name="1 trade application").click()
    desk.get_by_role("link", name=application.reference).click()
    desk.get_by_role("button", name="Claim").click()
    desk.get_by_label("Question to the applicant").fill("Please send the license.")
    desk.get_by_role("button", name="Ask for information").click()
    expect(desk.get_by_text(f"Your question is on its way to {OWNER}")).to_be_visible()

    question = next(one for one in mailbox(OWNER) if "we need information" in one.subject)
    page.goto(path_in(question, "/apply/trade/status/"))
    expect(page.get_by_role("main")).to_contain_text("Please send the license.")
    license_ = tmp_path / "license.pdf"
    license_.write_bytes(pdf("License 12345"))
    applicant.field(page, "Your answer").fill("Here it is.")
    page.locator("[name=attachment]").set_input_files(license_)
    applicant.press(page, "Send answer")
    expect(page.get_by_role("main")).to_contain_text("Your answer has been sent to the officer.")
    no_sideways_scroll(page)

    desk.reload()
    with desk.expect_download() as download:
        desk.get_by_role("link", name="license.pdf").click()
    assert Path(download.value.path()).read_bytes() == license_.read_bytes()
    desk.get_by_role("button", name="Approve and open the account").click()
    expect(desk.get_by_text("Account opened: ACE ID")).to_be_visible()

    assert any("Welcome to the ACE Portal" in one.subject for one in mailbox(OWNER))
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("The account is open")
    first_sign_in(page, User.objects.get(email=OWNER).account_id)
    page.get_by_role("main").get_by_role("link", name=re.compile("^Broker:")).click()
    applicant.heading(page, "Old Wharf")
    no_sideways_scroll(page)
