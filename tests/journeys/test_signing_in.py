"""Getting in, getting back in, and being away too long: in a real browser, with the mails as they are sent."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from tests import factories
from tests.harness.mail import Letter
from tests.harness.people import forget_totp, totp
from tests.harness.tasks import Worker
from tests.journeys import applicant
from tests.signin import steps
from verification.challenges import QUESTIONS
from verification.models import AuthenticatorDevice

NewContext = Callable[..., BrowserContext]
Mailbox = Callable[[str], list[Letter]]
NEW_PASSWORD = "Seven-Herons-Fly-4-Dawn!"


def newest(mailbox: Mailbox, address: str, subject: str) -> Letter:
    """The newest letter to this address with this subject."""
    return [letter for letter in mailbox(address) if letter.subject == subject][-1]


def give_password(page: Page, name: str, password: str) -> None:
    applicant.heading(page, "Sign in")
    applicant.field(page, "User ID").fill(name)
    applicant.field(page, "Password").fill(password)
    applicant.press(page, "Sign in")


def give_code(page: Page, code: str) -> None:
    applicant.heading(page, "Enter the code from your app")
    applicant.field(page, "Code from your authenticator app").fill(code)
    applicant.press(page, "Verify")


def test_from_the_mail_about_the_approval_to_home(new_context: NewContext, mailbox: Mailbox) -> None:
    application = factories.application_approved(email="toni@trade.example")
    page = new_context().new_page()
    letter = newest(mailbox, "toni@trade.example", "Your ACE Portal Account ID")
    found = re.search(r"^ {4}(\w{10})$", letter.body, re.MULTILINE)
    assert found, letter.body

    page.goto(letter.links[0])
    applicant.field(page, "Shared Secret").fill(found[1])
    applicant.press(page, "OK")
    applicant.heading(page, "Your temporary password")
    expect(page.get_by_role("main")).to_contain_text("Stops working")
    user_id, temporary = (page.locator("dd").nth(number).inner_text().strip() for number in (0, 1))
    page.get_by_role("link", name="Done").click()
    give_password(page, user_id, temporary)

    applicant.heading(page, "Choose five challenge questions")
    for number, (code, question) in enumerate(list(QUESTIONS.items())[:5], start=1):
        applicant.field(page, f"Question {number}").select_option(label=question)
        applicant.field(page, f"Answer {number}").fill(steps.ANSWERS[code])
        applicant.field(page, f"Retype answer {number}").fill(steps.ANSWERS[code])
    applicant.press(page, "Submit Questions")
    applicant.heading(page, "Change Password")
    applicant.field(page, "Present password").fill(temporary)
    applicant.field(page, "New password").fill(NEW_PASSWORD)
    applicant.field(page, "Retype new password").fill(NEW_PASSWORD)
    expect(page.locator("[data-rule]:not(.ace-policy__met)")).to_have_count(0)
    applicant.press(page, "Continue")
    expect(page.get_by_text("Your password has been changed")).to_be_visible()

    page.close()
    page = new_context().new_page()
    page.goto("/accounts/")
    give_password(page, "TONI@trade.example", NEW_PASSWORD)
    applicant.heading(page, "Set up your second step")
    device = AuthenticatorDevice.objects.get(user__account_id=user_id)
    page.locator("#id_code").fill(f"{device.totp().token():06d}")
    applicant.press(page, "Confirm")
    applicant.heading(page, "Keep these backup codes")
    page.get_by_role("link", name="I have kept them").click()
    applicant.heading(page, "Accounts")
    page.get_by_role("link", name="Home").click()
    applicant.heading(page, "Welcome")
    expect(page.get_by_role("main")).to_contain_text(factories.account_of(application).ace_id)
    expect(page.get_by_role("main")).to_contain_text("Sign in again: 4")

    page.get_by_role("button", name="Sign out").click()
    give_password(page, user_id, NEW_PASSWORD)
    give_code(page, totp(device.user))
    applicant.heading(page, "Welcome")


def test_a_forgotten_password_is_recovered(new_context: NewContext, mailbox: Mailbox) -> None:
    user = steps.answered(factories.owner_of(factories.account()))
    page = new_context().new_page()
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Sign in").first.click()
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_role("link", name="Forgot your user ID?").click()
    applicant.field(page, "Login e-mail").fill(user.email)
    applicant.press(page, "Send my user ID")
    applicant.heading(page, "Look into your mailbox")
    assert user.account_id in newest(mailbox, user.email, "Your ACE Portal user ID").body

    page.goto("/sign-in/forgot-password/")
    applicant.field(page, "User ID").fill(user.account_id)
    applicant.press(page, "Continue")
    applicant.heading(page, "Answer two questions")
    for control in page.locator("main input[type=password]").all():
        control.fill(steps.ANSWERS[control.get_attribute("name") or ""])
    applicant.press(page, "Continue")
    applicant.heading(page, "Look into your mailbox")
    page.goto(newest(mailbox, user.email, "Choose a new ACE Portal password").links[0])
    applicant.heading(page, "Choose a new password")
    applicant.field(page, "New password").fill(factories.PASSWORD)
    applicant.field(page, "Retype new password").fill(factories.PASSWORD)
    applicant.press(page, "Continue")
    expect(page.locator("[data-error-summary]")).to_contain_text("You had this password before")
    applicant.field(page, "New password").fill(NEW_PASSWORD)
    applicant.field(page, "Retype new password").fill(NEW_PASSWORD)
    applicant.press(page, "Continue")
    give_password(page, user.account_id, NEW_PASSWORD)
    give_code(page, totp(user))
    applicant.heading(page, "Welcome")
    assert newest(mailbox, user.email, "Your ACE Portal password was changed")


def test_suspended_by_the_clock_and_back(
    rehearsal: None, new_context: NewContext, mailbox: Mailbox, worker: Worker
) -> None:
    """The demo's clock is moved by its buttons; the mails of each day are there, and the session is not."""
    user = factories.owner_of(factories.account())
    page, clock = new_context().new_page(), new_context().new_page()

    def pass_days(*buttons: str) -> None:
        for button in buttons:
            clock.goto("/demo/")
            clock.get_by_role("button", name=button, exact=True).click()
            expect(clock.get_by_text("It is now")).to_be_visible()
            worker.run()
            worker.sweep()

    page.goto("/sign-in/")
    give_password(page, user.account_id, factories.PASSWORD)
    give_code(page, totp(user))
    applicant.heading(page, "Welcome")
    expect(page.locator(".ace-tile--pressing")).to_have_count(0)
    pass_days("+15 days", "+15 days")
    assert len(_letters(mailbox, user, "Sign in to the ACE Portal by")) == 1
    page.reload()
    expect(page.locator(".ace-tile--pressing")).to_be_visible()
    pass_days("+15 days")
    page.get_by_role("link", name="Tools").click()
    applicant.heading(page, "Sign in")
    give_password(page, user.account_id, factories.PASSWORD)
    expect(page.locator("[data-error-summary]")).to_contain_text("do not belong together")
    (letter,) = _letters(mailbox, user, "Your ACE Portal access is suspended")

    page.goto(letter.links[0])
    applicant.heading(page, "Open your access again")
    applicant.field(page, "User ID").fill(user.account_id)
    applicant.press(page, "Send the link")
    applicant.heading(page, "Look into your mailbox")
    (letter,) = _letters(mailbox, user, "Let yourself in to the ACE Portal again")
    page.goto(letter.links[0])
    forget_totp(user)
    applicant.field(page, "Code").fill(totp(user))
    applicant.press(page, "Reactivate")
    expect(page.get_by_text("Your access is open again")).to_be_visible()
    give_password(page, user.account_id, factories.PASSWORD)
    forget_totp(user)
    give_code(page, totp(user))
    applicant.heading(page, "Welcome")
    expect(page.locator(".ace-tile--pressing")).to_have_count(0)
    assert User.objects.get(pk=user.pk).status == User.Status.ACTIVE


def _letters(mailbox: Mailbox, user: User, subject: str) -> list[Letter]:
    return [letter for letter in mailbox(user.email) if letter.subject.startswith(subject)]
