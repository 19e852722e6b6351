"""An importer gets an account: applicant, point of contact and officer in real browsers, mail by a real worker."""

import re
from collections.abc import Callable

from django.core.management import call_command
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from demo import cast
from importers.models import ImporterApplication, ImporterRecord
from tests import factories
from tests.harness.browser import measure_every_page, no_sideways_scroll
from tests.harness.mail import Letter
from tests.harness.people import totp
from tests.harness.tasks import Workers, until
from tests.journeys import applicant
from verification.models import AuthenticatorDevice

NEW_PASSWORD = "Seven-Herons-Fly-4-Dawn!"


def mailroom_letter(page: Page, address: str, subject: str) -> str:
    """Look into a mailbox of the mailroom until a letter with this subject is there; returns the letter's text."""

    def arrived() -> bool:
        page.goto(f"/mailroom/?address={address}")
        return page.get_by_role("link", name=subject).count() > 0

    until(arrived, f"a letter “{subject}” to {address}")
    page.get_by_role("link", name=subject).first.click()
    return page.get_by_role("main").inner_text()


def open_desk(page: Page, officer: User, password: str) -> None:
    """Sign in to the desk with a code."""
    page.goto("/admin/")
    page.get_by_label("User ID").or_(page.locator("[name=username]")).first.fill(officer.account_id)
    page.locator("[name=password]").fill(password)
    page.locator("[name=otp_token]").fill(totp(officer))
    page.locator("#login-form [type=submit]").click()


def officer_approves(page: Page, officer: User, password: str, reference: str) -> None:
    """Sign in to the desk, find the application in the queue, claim it and approve it."""
    open_desk(page, officer, password)
    page.goto("/admin/importers/importerapplication/")
    page.get_by_role("link", name=reference).click()
    page.get_by_role("button", name="Claim").click()
    expect(page.get_by_text(f"You have claimed Application {reference}")).to_be_visible()
    page.get_by_role("button", name="Approve and open the account").click()
    expect(page.get_by_text("Account opened: ACE ID")).to_be_visible()


def first_sign_in(page: Page, account_id: str) -> None:
    """Retrieve Password, questions, Change Password, sign in again, authenticator, backup codes: up to Home."""
    page.goto("/sign-in/retrieve-password/")
    applicant.field(page, "Shared Secret").fill(account_id)
    applicant.press(page, "OK")
    expect(page.get_by_role("main")).to_contain_text(account_id)
    temporary = page.locator("dd", has_text="-").filter(has_text="-").nth(0).inner_text().strip()
    page.get_by_role("link", name="Done").click()
    sign_in(page, account_id, temporary)
    applicant.heading(page, "Choose five challenge questions")
    for number in range(1, 6):
        page.locator(f"#id_question_{number}").select_option(index=number)
        page.locator(f"#id_answer_{number}").fill(f"Answer {number}")
        page.locator(f"#id_again_{number}").fill(f"Answer {number}")
    applicant.press(page, "Submit Questions")
    applicant.heading(page, "Change Password")
    applicant.field(page, "Present password").fill(temporary)
    applicant.field(page, "New password").fill(NEW_PASSWORD)
    applicant.field(page, "Retype new password").fill(NEW_PASSWORD)
    applicant.press(page, "Continue")
    sign_in(page, account_id, NEW_PASSWORD)
    applicant.heading(page, "Set up your second step")
    device = AuthenticatorDevice.objects.get(user__account_id=account_id)
    expect(page.get_by_role("main")).to_contain_text(device.key_text[:4])
    page.locator("#id_code").fill(f"{device.totp().token():06d}")
    applicant.press(page, "Confirm")
    applicant.heading(page, "Keep these backup codes")
    page.get_by_role("link", name="I have kept them").click()
    applicant.heading(page, "Welcome")


def sign_in(page: Page, user_id: str, password: str) -> None:
    applicant.heading(page, "Sign in")
    applicant.field(page, "User ID").fill(user_id)
    applicant.field(page, "Password").fill(password)
    applicant.press(page, "Sign in")


def test_the_ten_steps_of_the_demo(
    rehearsal: None, workers: Workers, new_context: Callable[..., BrowserContext]
) -> None:
    """The walk that /demo/ prints, with a worker process that carries the mail into the mailroom."""
    call_command("load_demo_world", verbosity=0)
    workers.start(DEMO="on", MAILROOM="on")
    visitor, mailroom, desk = (new_context().new_page() for _ in range(3))
    walk, walker = cast.WALK, cast.WALKER

    visitor.goto("/demo/")
    expect(visitor.get_by_role("main")).to_contain_text(walk.importer_number)
    record = ImporterRecord.objects.get(importer_number=walk.importer_number)
    applicant.identify(visitor, record, walker.email)
    letter = mailroom_letter(mailroom, walk.point_of_contact_email, "Verification code")
    assert walker.email in letter
    assert record.importer_number not in letter, "the number is masked"
    applicant.enter(visitor, mailroom.locator("#code").input_value())
    applicant.fill_details(visitor)
    applicant.check_answers(visitor)
    reference = applicant.submit(visitor)
    mailroom_letter(mailroom, walker.email, f"Application {reference} received")

    officer = User.objects.get(email=cast.OFFICERS[0].email)
    officer_approves(desk, officer, cast.PASSWORD, reference)
    visitor.reload()
    expect(visitor.get_by_role("main")).to_contain_text("The account is open")
    mailroom_letter(mailroom, walker.email, "Welcome to the ACE Portal")
    mailroom_letter(mailroom, walker.email, "Your ACE Portal Account ID")
    owner = User.objects.get(email=walker.email)
    expect(mailroom.get_by_role("main")).to_contain_text(owner.account_id)

    first_sign_in(visitor, owner.account_id)
    account = factories.account_of(ImporterApplication.objects.get(reference=reference))
    expect(visitor.get_by_role("main")).to_contain_text(account.ace_id)
    visitor.get_by_role("main").get_by_role("link", name=re.compile("^Importer:")).click()
    applicant.heading(visitor, walk.company_name)
    expect(visitor.get_by_role("main")).to_contain_text(account.ace_id)


def test_a_narrow_phone(new_context: Callable[..., BrowserContext], mailbox: Callable[[str], list[Letter]]) -> None:
    """From the first screen to the sub-account at 360 px: nothing sticks out sideways."""
    record = factories.ImporterRecordFactory.create(
        company_name="O'Malley-Finch & Daughters International Importers Inc."
    )
    officer = factories.officer()
    context = new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    measure_every_page(context)
    page = context.new_page()
    applicant.identify(page, record, "narrow@trade.example")
    no_sideways_scroll(page)
    applicant.enter(page, mailbox(record.point_of_contact_email)[0].code)
    no_sideways_scroll(page)
    applicant.fill_details(page)
    applicant.check_answers(page)
    no_sideways_scroll(page)
    applicant.submit(page)
    no_sideways_scroll(page)
    application = ImporterApplication.objects.get()
    factories.actions.approve(application, by=officer)
    first_sign_in(page, User.objects.get(email="narrow@trade.example").account_id)
    no_sideways_scroll(page)
    page.get_by_role("main").get_by_role("link", name=re.compile("^Importer:")).click()
    applicant.heading(page, record.company_name)
    no_sideways_scroll(page)
