"""A company without any record files, is queried, repairs its contact, applies; a voided record after a question."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from form5106.models import Filing, RestoreRequest
from importers.models import ImporterApplication, ImporterRecord
from tests import factories
from tests.exporters.authorization_samples import pdf
from tests.exporters.conftest import private_files
from tests.form5106 import samples
from tests.harness.browser import measure_every_page, no_sideways_scroll
from tests.harness.mail import Letter
from tests.journeys import applicant
from tests.journeys.applicant import field, heading, press
from tests.journeys.test_importer import open_desk
from tests.journeys.test_owner_change import path_in
from tests.journeys.test_user_access import signed_in
from tests.useraccess import access_samples

__all__ = ["private_files"]
NewContext = Callable[..., BrowserContext]
Mailbox = Callable[[str], list[Letter]]
NAME, OLD, NEW = "Lantern Quay Imports Inc.", "first@lantern.example", "second@lantern.example"


def company_page(page: Page) -> None:
    field(page, "1G. Type of company").select_option(label="Corporation")
    page.get_by_text("Importer of Record", exact=True).click()
    press(page, "Next")


def addresses_page(page: Page) -> None:
    """With a post office box and no other address first: the page says what is missing and keeps the rest."""
    heading(page, "Addresses and contact")
    field(page, "Address line 1").first.fill("P.O. Box 12")
    field(page, "City").first.fill("Baltimore")
    field(page, "State or province").first.fill("MD")
    field(page, "ZIP or postal code").first.fill("21201")
    field(page, "Country").first.select_option("US")
    field(page, "Type of address").first.select_option(label="Post Office Box")
    field(page, "Telephone number").fill("410-555-0123")
    field(page, "2E. E-mail").fill(OLD)
    press(page, "Next")
    summary = page.locator("[data-error-summary]")
    expect(summary).to_contain_text("R37: Enter the city of the physical address.")
    expect(field(page, "Address line 1").first).to_have_value("P.O. Box 12")
    field(page, "Address line 1").last.fill("7 Quay Street")
    field(page, "City").last.fill("Baltimore")
    field(page, "State or province").last.fill("MD")
    field(page, "ZIP or postal code").last.fill("21201")
    field(page, "Country").last.select_option("US")
    field(page, "Type of address").last.select_option(label="Warehouse")
    press(page, "Next")


def business_page(page: Page) -> None:
    """Two officers: the second one is asked for on a press, and Enter in a field goes on to the next page."""
    heading(page, "Business")
    page.locator("[name=officer1_name]").fill("Lantern, Lou")
    page.locator("[name=officer1_title]").fill("President")
    press(page, "Add another officer")
    expect(page.locator("[name=officer2_name]")).to_be_focused()
    expect(page.locator("legend", has_text="Officer 2")).to_be_in_viewport()
    expect(page.locator("[name=officer1_name]")).to_have_value("Lantern, Lou")
    page.locator("[name=officer2_name]").fill("Mill, Kim")
    page.locator("[name=officer2_title]").fill("Chair")
    page.locator("[name=officer2_title]").press("Enter")
    heading(page, "Certification")
    press(page, "Back")
    heading(page, "Business")
    expect(page.locator("[name=officer2_name]")).to_have_value("Mill, Kim")
    press(page, "Next")


def certify(page: Page) -> None:
    heading(page, "Certification")
    field(page, "Your name").fill("Lou Lantern")
    field(page, "Your title").fill("President")
    page.get_by_text("I certify that what this form says").click()
    press(page, "Next")
    heading(page, "Check your answers")


def identify(page: Page, number: str) -> None:
    """The first page, where the type of action is chosen already."""
    field(page, "Importer number").fill(number)
    field(page, "Company Name").fill(NAME)
    field(page, "Your e-mail address").fill("lou@lantern.example")
    field(page, "Digits in the picture").fill("PASSED")
    press(page, "Next")


def test_a_record_is_filed_queried_repaired_and_applied_on(
    new_context: NewContext, mailbox: Mailbox, watch: object
) -> None:
    context = new_context(viewport={"width": 375, "height": 740}, is_mobile=True, has_touch=True)
    measure_every_page(context)
    page = context.new_page()
    number = factories.importer_number()

    # A stranger files the first record.
    page.goto("/importer-records/")
    page.get_by_role("main").get_by_role("link", name="File Form 5106").click()
    page.get_by_text("New record: a number that is not on file yet").click()
    identify(page, number)
    company_page(page)
    addresses_page(page)
    business_page(page)
    certify(page)
    no_sideways_scroll(page)
    press(page, "Submit")
    expect(page.get_by_role("main")).to_contain_text("The form is on file since")
    expect(page.get_by_role("main")).to_contain_text(number)
    with page.expect_download() as download:
        page.get_by_role("link", name="Print what was filed").click()
    assert download.value.suggested_filename.endswith(".pdf")
    assert "is on file" in mailbox("lou@lantern.example")[-1].subject

    # A broker queries it.
    brokers = factories.account()
    access_samples.active(factories.account(), brokers)
    desk_page = signed_in(new_context().new_page(), factories.owner_of(brokers))
    desk_page.goto("/importer-records/query/")
    field(desk_page, "Importer numbers").fill(f"{number}\n12-900000100")
    press(desk_page, "Send query")
    main = desk_page.get_by_role("main")
    expect(main).to_contain_text("2 – Name and address on file, no bond")
    expect(main).to_contain_text("0 – Nothing on file")
    expect(main).to_contain_text("On file:")
    assert OLD not in main.inner_text()

    # The applicant meets a mailbox that nobody is to read any more, and repairs the record by a code to it.
    record = ImporterRecord.objects.get(importer_number=number)
    applicant.identify(page, record, "toni@lantern.example")
    page.get_by_text("Nobody reads that mailbox any more?").click()
    assert number in page.get_by_label("Copy this text and send it to your broker").input_value()
    application = page.url
    page.get_by_role("link", name="File a change of contact").click()
    expect(page.get_by_label("Change of contact")).to_be_checked()
    identify(page, number)
    heading(page, "The point of contact on file has to agree")
    factories._forget_codes_sent_to(OLD)
    press(page, "Send a code")
    field(page, "Verification code").fill(mailbox(OLD)[-1].code)
    press(page, "Next")
    heading(page, "Addresses and contact")
    expect(field(page, "2E. E-mail")).to_have_value(OLD)
    field(page, "2E. E-mail").fill(NEW)
    press(page, "Next")
    certify(page)
    expect(page.get_by_role("table")).to_contain_text(NEW)
    press(page, "Submit")
    expect(page.get_by_role("main")).to_contain_text("as version 2 of the record")
    assert "no longer the one" in mailbox(OLD)[-1].body and "from now on" in mailbox(NEW)[-1].body

    # The application goes on with a code to the new address.
    page.goto(application)
    press(page, "Send a new code")
    applicant.enter(page, mailbox(NEW)[-1].code)
    expect(page.get_by_role("main")).to_contain_text("No continuous bond is on file")
    applicant.fill_details(page)
    press(page, "Next")
    press(page, "Submit")
    expect(page.get_by_role("main")).to_contain_text("We have your application")
    assert ImporterApplication.objects.get().status == "SUBMITTED"
    assert Filing.objects.filter(status="ACCEPTED").count() == 2


def test_a_voided_record_is_restored_after_a_question(
    new_context: NewContext, mailbox: Mailbox, watch: object, tmp_path: Path
) -> None:
    record, officer, asker = samples.voided(), factories.officer(), "robin@trade.example"
    phone = new_context(viewport={"width": 375, "height": 740}, is_mobile=True, has_touch=True)
    measure_every_page(phone)
    page = phone.new_page()
    for name in ("card", "letter"):
        (tmp_path / f"{name}.pdf").write_bytes(pdf(name))

    page.goto("/importer-records/un-void/")
    field(page, "Company Name").fill(record.company_name)
    field(page, "Importer number").fill(record.importer_number)
    field(page, "Your name").fill("Robin Trader")
    field(page, "Your e-mail address").fill(asker)
    field(page, "Why should the record be restored?").fill("The number is ours.")
    page.locator("[name=proof]").set_input_files(tmp_path / "card.pdf")
    field(page, "Digits in the picture").fill("PASSED")
    press(page, "Send the request")
    row = RestoreRequest.objects.get()
    heading(page, f"Request {row.reference}")
    expect(page.get_by_role("main")).to_contain_text("Your request has been received")

    desk = new_context().new_page()
    open_desk(desk, officer, factories.PASSWORD)
    desk.get_by_role("link", name="1 un-void request").click()
    desk.get_by_role("link", name=row.reference).click()
    desk.get_by_label("Question").fill("Please send the letter of the IRS.")
    desk.get_by_role("button", name="Ask for information").click()
    expect(desk.get_by_text("Your question is on its way to the requester.")).to_be_visible()

    question = next(one for one in mailbox(asker) if "we need information" in one.subject)
    page.goto(path_in(question, "/importer-records/un-void/"))
    expect(page.get_by_role("main")).to_contain_text("Please send the letter of the IRS.")
    field(page, "Your answer").fill("Here it is.")
    page.locator("[name=attachment]").set_input_files(tmp_path / "letter.pdf")
    press(page, "Send answer")
    expect(page.get_by_role("main")).to_contain_text("Your answer has been sent to the officer.")
    no_sideways_scroll(page)

    desk.reload()
    expect(desk.get_by_text("Requester, ")).to_be_visible()
    with desk.expect_download() as download:
        desk.get_by_role("link", name="letter.pdf").click()
    assert Path(download.value.path()).read_bytes() == pdf("letter")
    form = desk.locator("form[action$='/grant/']")
    form.get_by_label("Text").fill("Seen.")
    form.get_by_role("button", name="Restore the record").click()
    expect(desk.get_by_text("was granted: the record is active again.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("The record is active again since")
    assert samples.fresh(record).status == "ACTIVE"
