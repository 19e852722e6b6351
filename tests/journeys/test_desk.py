"""Officers at the queue in real browsers: take next, ask, hand over, decide; a merger takes two of them."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from mergers.models import Merger
from tests import factories
from tests.exporters.conftest import private_files
from tests.harness.browser import measure_every_page
from tests.harness.mail import Letter
from tests.harness.people import forget_totp, totp
from tests.journeys import applicant
from tests.journeys.test_owner_change import path_in
from tests.mergers.samples import Companies

__all__ = ["private_files"]
NewContext = Callable[..., BrowserContext]
Mailbox = Callable[[str], list[Letter]]


def at_the_desk(page: Page, officer: User) -> Page:
    """Sign in to the desk: user ID, password and code on one page."""
    forget_totp(officer)
    page.goto("/admin/")
    page.locator("[name=username]").fill(officer.account_id)
    page.locator("[name=password]").fill(factories.PASSWORD)
    page.locator("[name=otp_token]").fill(totp(officer))
    page.locator("#login-form [type=submit]").click()
    expect(page.get_by_role("heading", name="To do")).to_be_visible()
    return page


def decision(page: Page, heading: str, text: str, button: str) -> None:
    """Fill in the form under this heading and press one of its buttons."""
    form = page.locator("form.desk-decision", has=page.get_by_role("heading", name=heading, exact=True))
    form.locator("textarea").fill(text)
    form.get_by_role("button", name=button, exact=True).click()


def test_a_day_at_the_desk(new_context: NewContext, mailbox: Mailbox) -> None:
    application = factories.application_submitted(email="toni@acme.example")
    Companies().consented()
    olive, pat = (factories.officer(first_name=name) for name in ("Olive", "Pat"))
    ours = at_the_desk(new_context().new_page(), olive)
    phone = new_context(viewport={"width": 375, "height": 740}, is_mobile=True, has_touch=True)
    measure_every_page(phone)
    theirs = at_the_desk(phone.new_page(), pat)

    # Olive takes what has waited longest, reads the mail before it goes, and asks.
    ours.get_by_role("link", name="Queue").first.click()
    expect(ours.locator(".desk-queue tbody tr")).to_have_count(2)
    ours.get_by_role("button", name="Take next").click()
    expect(ours.get_by_text(f"You have claimed Application {application.reference}.")).to_be_visible()
    decision(ours, "Ask for information", "Who signs for the company?", "Show the mail first")
    letter = ours.get_by_role("article", name="Mail to toni@acme.example")
    expect(letter).to_contain_text("Who signs for the company?")
    assert not any("Who signs" in one.body for one in mailbox("toni@acme.example"))
    ours.get_by_role("button", name="Ask for information", exact=True).click()
    expect(ours.get_by_text("Your question is on its way to toni@acme.example.")).to_be_visible()

    # The applicant answers; Olive hands the application over to Pat, who approves it on a telephone.
    visitor = new_context().new_page()
    visitor.goto(path_in(mailbox("toni@acme.example")[-1], "/status/"))
    applicant.field(visitor, "Your answer").fill("I do, as its president.")
    visitor.get_by_role("main").get_by_role("button", name=re.compile("answer", re.IGNORECASE)).click()
    expect(visitor.get_by_role("main")).to_contain_text("You answered")
    ours.reload()
    expect(ours.get_by_text("I do, as its president.")).to_be_visible()
    ours.get_by_role("link", name="Hand over").click()
    ours.get_by_label("Officer").select_option(label=str(pat))
    ours.get_by_role("button", name="Hand over").click()
    expect(ours.get_by_text(f"was handed over to {pat}, who is told by mail.")).to_be_visible()
    theirs.goto(path_in(mailbox(pat.email)[-1], "/admin/importers/"))
    theirs.get_by_role("button", name="Approve and open the account").click()
    expect(theirs.get_by_text("Account opened: ACE ID")).to_be_visible()

    # The merger: Pat takes and prepares it, and cannot release it; Olive can.
    theirs.goto("/admin/queue/")
    theirs.get_by_role("button", name="Take next").click()
    decision(theirs, "Prepare the approval", "The deed of merger fits.", "Prepare the approval")
    expect(theirs.get_by_text("You prepared it. Another officer releases it.")).to_be_visible()
    expect(theirs.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    ours.goto("/admin/queue/?whose=unclaimed")
    ours.get_by_role("button", name="Take next").click()
    expect(ours.get_by_text("The deed of merger fits.")).to_be_visible()
    decision(ours, "Approve", "Seen by two.", "Approve")
    expect(ours.get_by_text("was carried out. Everybody is told by mail.")).to_be_visible()
    row = Merger.objects.get()
    assert (row.status, row.prepared_by, row.decided_by) == ("EXECUTED", pat, olive)

    # Nothing is left, and the numbers tell of it.
    ours.goto("/admin/queue/")
    expect(ours.get_by_text("Nothing waits here.")).to_be_visible()
    ours.get_by_role("link", name="Numbers").click()
    expect(ours.get_by_role("row", name=re.compile("^Mergers 1 1"))).to_be_visible()
