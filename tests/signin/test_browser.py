"""Signing in in a real browser: the checklist, the codes, the keyboard, the password manager's view of things."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from tests import factories
from tests.harness.people import totp
from tests.journeys import applicant
from tests.signin import steps
from verification.models import AuthenticatorDevice

pytestmark = pytest.mark.django_db(transaction=True)

NewContext = Callable[..., BrowserContext]


def sign_in(page: Page, user: User, password: str = factories.PASSWORD) -> None:
    page.goto("/sign-in/")
    applicant.field(page, "User ID").fill(user.account_id)
    applicant.field(page, "Password").fill(password)
    applicant.press(page, "Sign in")


def signed_in(page: Page, user: User) -> Page:
    sign_in(page, user)
    applicant.heading(page, "Enter the code from your app")
    page.locator("#id_code").fill(totp(user))
    applicant.press(page, "Verify")
    applicant.heading(page, "Welcome")
    return page


def test_the_policy_is_a_checklist_that_follows_the_typing(new_context: NewContext) -> None:
    user = factories.person(first_name="Mary Ann", last_name="Roe")
    User.objects.filter(pk=user.pk).update(account_id="Kn3vQ7wXyz")
    user.refresh_from_db()
    page = signed_in(new_context().new_page(), user)
    page.goto("/sign-in/change-password/")
    new = page.locator("#id_new_password")

    def met() -> set[str]:
        rules = page.locator("[data-rule].ace-policy__met")
        return {rules.nth(number).get_attribute("data-rule") or "" for number in range(rules.count())}

    every = {"length", "longest", "upper", "lower", "digit", "symbol", "repeat", "names"}
    typed = {
        "": {"longest"},
        "a": {"longest", "lower", "repeat", "names"},
        "aa": {"longest", "lower", "names"},
        "aB": {"longest", "lower", "upper", "repeat", "names"},
        "aB1": {"longest", "lower", "upper", "digit", "repeat", "names"},
        "aB1-": every - {"length"},
        "Seven-Kites-3-Above!": every,
        "Seven-ROE-Kites-3-Above!": every - {"names"},
        "Mary-Kites-3-Dances!": every,
        "K-3-" + "ab" * 63: every - {"longest"},
        "Seven-kn3vq7wxyz-3-Above!": every - {"names"},
    }
    for text, rules in typed.items():
        new.fill(text)
        assert met() == rules, text
    new.fill("")
    new.press_sequentially("Seven-Kites-3-Above!")
    assert met() == every
    expect(page.locator("[data-rule=length]")).to_contain_text("(met)")


def test_the_server_says_the_same_as_the_checklist(new_context: NewContext) -> None:
    page = signed_in(new_context().new_page(), factories.person())
    page.goto("/sign-in/change-password/")
    page.locator("#id_old_password").fill(factories.PASSWORD)
    for name in ("new_password", "again"):
        page.locator(f"#id_{name}").fill("seven-kites-3-above!")
    applicant.press(page, "Continue")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("[data-error-summary]")).to_contain_text("an upper-case letter")
    expect(page.locator("#id_new_password")).to_have_value("")


def test_a_password_is_pasted_and_shown_on_demand(new_context: NewContext) -> None:
    context = new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    user = factories.person()
    page.goto("/sign-in/")
    for label, text in (("User ID", user.account_id), ("Password", factories.PASSWORD)):
        page.evaluate("text => navigator.clipboard.writeText(text)", text)
        applicant.field(page, label).focus()
        page.keyboard.press("Control+V")
    expect(applicant.field(page, "Password")).to_have_value(factories.PASSWORD)
    page.get_by_role("button", name="Show password").click()
    expect(page.locator("#id_password")).to_have_attribute("type", "text")
    applicant.press(page, "Sign in")
    applicant.heading(page, "Enter the code from your app")
    page.evaluate("text => navigator.clipboard.writeText(text)", f"{totp(user)[:3]} {totp(user)[3:]}")
    page.locator("#id_code").focus()
    page.keyboard.press("Control+V")
    page.keyboard.press("Enter")
    applicant.heading(page, "Welcome")


@pytest.mark.parametrize("page_of", ["change", "questions", "new"])
def test_every_new_secret_can_be_pasted(new_context: NewContext, page_of: str) -> None:
    context = new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = signed_in(context.new_page(), factories.person())
    address = {"change": "/sign-in/change-password/", "questions": "/sign-in/questions/", "new": "/profile/e-mail/"}
    page.goto(address[page_of])
    page.evaluate("navigator.clipboard.writeText('Pasted-Text-4-Boats!')")
    for control in page.locator("main input[type=password], main input[type=email]").all():
        control.focus()
        page.keyboard.press("Control+V")
        expect(control).to_have_value("Pasted-Text-4-Boats!")


def test_backup_codes_are_downloaded_and_printed(new_context: NewContext, tmp_path: Path) -> None:
    user = factories.person()
    AuthenticatorDevice.objects.all().delete()
    page = new_context().new_page()
    page.add_init_script("window.print = () => { document.title = 'printed'; }")
    sign_in(page, user)
    applicant.heading(page, "Set up your second step")
    picture = page.locator("main svg[role=img]")
    box = picture.bounding_box()
    assert box and box["width"] == box["height"] and box["width"] > 120, "large enough to scan"
    key = re.sub(r"\s", "", page.locator("main .ace-code").first.inner_text())
    device = AuthenticatorDevice.objects.get(user=user)
    assert key == device.key_text
    page.locator("#id_code").fill(f"{device.totp().token():06d}")
    applicant.press(page, "Confirm")
    applicant.heading(page, "Keep these backup codes")
    codes = page.locator(".ace-codes li").all_inner_texts()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").click()
    waiting.value.save_as(tmp_path / "codes.txt")
    assert (tmp_path / "codes.txt").read_text().split() == codes and len(codes) == 10
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Download")).to_be_hidden()
    expect(page.get_by_text(codes[9])).to_be_visible()
    page.emulate_media(media="screen")
    page.get_by_role("link", name="I have kept them").click()
    applicant.heading(page, "Welcome")


def press_tab_to(page: Page, target: Any) -> None:
    """Press Tab until the target has the focus; fail after a page's worth of stops."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError("the keyboard never gets there")


def test_the_first_sign_in_by_keyboard_alone(new_context: NewContext) -> None:
    user = steps.invited()
    page = new_context().new_page()

    def type_into(selector: str, text: str) -> None:
        press_tab_to(page, page.locator(selector))
        page.keyboard.type(text)

    page.goto("/sign-in/retrieve-password/")
    type_into("#id_shared_secret", user.account_id)
    page.keyboard.press("Enter")
    applicant.heading(page, "Your temporary password")
    temporary = page.locator("dd").nth(1).inner_text().strip()
    press_tab_to(page, page.get_by_role("link", name="Done"))
    page.keyboard.press("Enter")
    applicant.heading(page, "Sign in")
    type_into("#id_username", user.account_id)
    type_into("#id_password", temporary)
    page.keyboard.press("Enter")
    applicant.heading(page, "Choose five challenge questions")
    for number in range(1, 6):
        press_tab_to(page, page.locator(f"#id_question_{number}"))
        for _ in range(number):
            page.keyboard.press("ArrowDown")
        type_into(f"#id_answer_{number}", f"Answer {number}")
        type_into(f"#id_again_{number}", f"Answer {number}")
    page.keyboard.press("Enter")
    applicant.heading(page, "Change Password")
    type_into("#id_old_password", temporary)
    type_into("#id_new_password", steps.NEW_PASSWORD)
    type_into("#id_again", steps.NEW_PASSWORD)
    page.keyboard.press("Enter")
    applicant.heading(page, "Sign in")
    type_into("#id_username", user.account_id)
    type_into("#id_password", steps.NEW_PASSWORD)
    page.keyboard.press("Enter")
    applicant.heading(page, "Set up your second step")
    type_into("#id_code", "000000")
    page.keyboard.press("Enter")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    device = AuthenticatorDevice.objects.get(user=user)
    AuthenticatorDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    type_into("#id_code", f"{device.totp().token():06d}")
    page.keyboard.press("Enter")
    applicant.heading(page, "Keep these backup codes")
    press_tab_to(page, page.get_by_role("link", name="I have kept them"))
    page.keyboard.press("Enter")
    applicant.heading(page, "Welcome")


def test_another_window_is_out_at_its_next_click(new_context: NewContext) -> None:
    user = factories.person()
    here, there = signed_in(new_context().new_page(), user), new_context().new_page()
    signed_in(there, user)
    here.goto("/profile/")
    here.get_by_role("button", name="Sign out everywhere").click()
    expect(here.get_by_text("You have been signed out everywhere")).to_be_visible()
    there.get_by_role("link", name="Tools").click()
    applicant.heading(there, "Sign in")
