"""An owner with two EINs in a real browser: one authorized by itself, one requested, denied, requested again, approved."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import SubAccount, User
from exporters.models.authorization import ReportAuthorization
from tests import factories
from tests.exporters.authorization_samples import analyst, enrolled, exporter, owner_of, pdf, tab
from tests.harness.browser import measure_every_page, no_sideways_scroll, scripts_have_run
from tests.harness.mail import Letter
from tests.harness.people import totp
from tests.journeys import applicant

Mailbox = Callable[[str], list[Letter]]
STATUS = "Authorization for Reports: {}"


def signed_in_at_the_portal(page: Page, person: User) -> None:
    """Password, then the code of the authenticator."""
    enrolled(person)
    page.goto("/sign-in/")
    applicant.field(page, "User ID").fill(person.account_id)
    applicant.field(page, "Password").fill(factories.PASSWORD)
    applicant.press(page, "Sign in")
    applicant.heading(page, "Enter the code from your app")
    page.locator("#id_code").fill(totp(person))
    applicant.press(page, "Verify")
    applicant.heading(page, "Welcome")


def signed_in_at_the_desk(page: Page, person: User) -> None:
    """Everything on one page."""
    page.goto("/admin/")
    page.locator("[name=username]").fill(person.account_id)
    page.locator("[name=password]").fill(factories.PASSWORD)
    page.locator("[name=otp_token]").fill(totp(person))
    page.locator("#login-form [type=submit]").click()
    expect(page.get_by_text("Census desk (simulation)")).to_be_visible()


def shows(page: Page, sub_account: SubAccount, status: str) -> None:
    """Open the tab and fail unless it shows this status."""
    page.goto(tab(sub_account))
    expect(page.get_by_role("main")).to_contain_text(STATUS.format(status))


def files(folder: Path) -> dict[str, Path]:
    """What lies on the owner's disk: two PDF files, and a picture that calls itself one."""
    folder.mkdir(exist_ok=True)
    found = {name: folder / f"{name}.pdf" for name in ("letter", "certification", "picture")}
    found["letter"].write_bytes(pdf("To Census"))
    found["certification"].write_bytes(pdf("Authority"))
    found["picture"].write_bytes(b"\x89PNG\r\n\x1a\n")
    return found


def request(page: Page, disk: dict[str, Path]) -> None:
    """From the button on the tab to the finished page."""
    page.get_by_role("link", name="Request EIN Reports Authorization").click()
    applicant.heading(page, "Request EIN Reports Authorization")
    expect(page.get_by_role("main")).to_contain_text("A certification of authority")
    page.get_by_role("main").get_by_role("link", name="Continue").click()
    applicant.field(page, "Reason for the request").fill("To see what our forwarders file.")
    page.get_by_text("U.S. Principal Party in Interest (USPPI)").click()
    applicant.field(page, "Affiliates").fill("52-7654321 Acme Parts Inc.")
    applicant.field(page, "Contact’s telephone number").fill("410-555-0123")
    page.locator("#id_letter").set_input_files(disk["letter"])
    page.locator("#id_certification").set_input_files(disk["certification"])
    no_sideways_scroll(page)
    applicant.press(page, "Send the request to Census")
    expect(page.get_by_role("main")).to_contain_text("is with Census. You are told by mail what they decide.")
    expect(page.get_by_role("main")).to_contain_text(STATUS.format("Pending"))


def decide(page: Page, row: ReportAuthorization, button: str, reason: str) -> None:
    """Find the request in the queue, save a document, press the button."""
    page.goto("/admin/")
    page.get_by_role("link", name="1 report authorization request open").click()
    page.get_by_role("link", name=row.reference).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="letter.pdf").click()
    assert download.value.suggested_filename == "letter.pdf"
    assert Path(download.value.path()).read_bytes() == pdf("To Census")
    form = page.locator("form.desk-decision", has=page.get_by_role("button", name=f"{button} the request"))
    form.get_by_label("Reason").fill(reason)
    form.get_by_role("button", name=f"{button} the request").click()
    expect(page.get_by_text("will be told by mail.")).to_be_visible()


def test_two_eins_one_authorized_by_itself_one_after_a_denial(
    new_context: Callable[..., BrowserContext], mailbox: Mailbox, tmp_path: Path
) -> None:
    account = factories.importer_account()
    importer = account.sub_accounts.get()
    automatic = exporter(account, importer.identifier[:10])
    asked = exporter(account)
    owner = owner_of(asked)
    disk = files(tmp_path / "disk")
    company, census = new_context().new_page(), new_context(accept_downloads=True).new_page()

    signed_in_at_the_portal(company, owner)
    shows(company, automatic, "Authorized")
    expect(company.get_by_role("main")).to_contain_text("Authorized automatically")
    expect(company.get_by_role("link", name="Request EIN Reports Authorization")).to_have_count(0)
    shows(company, asked, "Not Authorized")
    request(company, disk)
    first = ReportAuthorization.objects.get()
    assert mailbox(owner.email)[-1].subject == f"Report authorization requested (EIN: {first.masked_ein})"

    signed_in_at_the_desk(census, analyst())
    decide(census, first, "Deny", "The letter is not signed.")
    letter = mailbox(owner.email)[-1]
    assert letter.subject == f"Report authorization denied (EIN: {first.masked_ein})"
    company.goto(letter.links[0])
    expect(company.get_by_role("main")).to_contain_text(STATUS.format("Denied"))

    request(company, disk)
    second = ReportAuthorization.objects.pending().get()
    decide(census, second, "Approve", "Now it is.")
    letter = mailbox(owner.email)[-1]
    assert letter.subject == f"Report authorization approved (EIN: {first.masked_ein})"
    company.goto(letter.links[0])
    expect(company.get_by_role("main")).to_contain_text(STATUS.format("Authorized"))
    told = [one.subject for one in mailbox(owner.email) if one.subject.startswith("Report authorization")]
    assert [re.sub(r" \(.*", "", subject) for subject in told] == [
        "Report authorization requested",
        "Report authorization denied",
        "Report authorization requested",
        "Report authorization approved",
    ]


def test_on_a_phone_a_wrong_file_costs_nothing_that_was_typed(
    new_context: Callable[..., BrowserContext], mailbox: Mailbox, tmp_path: Path
) -> None:
    sub_account = exporter()
    disk = files(tmp_path / "disk")
    context = new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    measure_every_page(context)
    page = context.new_page()
    signed_in_at_the_portal(page, owner_of(sub_account))
    shows(page, sub_account, "Not Authorized")
    page.goto(f"/accounts/sub/{sub_account.pk}/report-authorization/request/")
    applicant.field(page, "Reason for the request").fill("A long story.")
    page.locator("#id_letter").set_input_files(disk["picture"])
    applicant.press(page, "Send the request to Census")
    summary: Any = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    scripts_have_run(page)
    expect(summary).to_contain_text("Request letter: The file is not a PDF document, whatever its name says.")
    expect(summary).to_contain_text("Choose both PDF files again")
    expect(applicant.field(page, "Reason for the request")).to_have_value("A long story.")
    summary.get_by_role("link", name=re.compile("Certification of authority is required")).click()
    expect(page.locator("#id_certification")).to_be_focused()
    no_sideways_scroll(page)
