"""Nobody knows the owner, the owner is gone, another one takes over: in a real browser, with every mail read."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from ownership import actions
from ownership.models import OwnerChange
from tests import factories
from tests.exporters.authorization_samples import pdf
from tests.exporters.conftest import private_files
from tests.harness.browser import measure_every_page, no_sideways_scroll
from tests.harness.mail import Letter
from tests.harness.world import signed_in as client_of
from tests.journeys import applicant
from tests.journeys.test_user_access import signed_in
from tests.ownership.samples import PROXY, colleague, company, due
from useraccess.models import Role

__all__ = ["private_files"]
NewContext = Callable[..., BrowserContext]
Mailbox = Callable[[str], list[Letter]]


def path_in(letter: Letter, part: str) -> str:
    """The path of the link in a letter that has this part."""
    link = next(link for link in letter.links if part in link)
    return "/" + link.split("/", 3)[3]


def fill(page: Page, record: Any) -> None:
    applicant.field(page, "Company Name").fill(record.company_name.lower())
    applicant.field(page, "Importer of Record Number").fill(record.importer_number)
    applicant.field(page, "Your name").fill("Rita Requester")
    applicant.field(page, "Your e-mail address").fill("rita@importer.example")
    applicant.field(page, "Your telephone number").fill("410-555-0100")


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    path = tmp_path / "letter.pdf"
    path.write_bytes(pdf("Nadia Newcome shall own our account"))
    return path


def test_the_owner_is_looked_up_and_replaced_by_a_new_person(
    new_context: NewContext, mailbox: Mailbox, watch: object, proof: Path, officer_client: Callable[..., Client]
) -> None:
    account, record = company()
    factories._forget_codes_sent_to(record.point_of_contact_email)
    owner = factories.owner_of(account)
    contact = record.point_of_contact_email
    context = new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    measure_every_page(context)
    page = context.new_page()

    # Who owns our account?
    page.goto("/support/owner-lookup/")
    applicant.field(page, "Company Name").fill(record.company_name)
    applicant.field(page, "EIN, Social Security number").fill(record.importer_number)
    applicant.field(page, "Reason").fill("Two controllers ago nobody wrote it down.")
    applicant.field(page, "Digits in the picture").fill("PASSED")
    applicant.press(page, "Ask")
    applicant.heading(page, "Your question was received")
    no_sideways_scroll(page)
    told = mailbox(contact)[-1]
    assert str(owner) in told.body and owner.email not in told.body
    assert "Two controllers ago" in mailbox(owner.email)[-1].body

    # The owner is gone: ask for a new person. The first try forgets half of it, and nothing is lost.
    page.get_by_role("link", name="Ask for a change of owner").click()
    fill(page, record)
    page.get_by_text("Somebody who is no user of the portal yet").click()
    applicant.press(page, "Next")
    expect(page.locator("[data-error-summary]")).to_contain_text("Enter the new owner’s Date of Birth")
    expect(applicant.field(page, "Your name")).to_have_value("Rita Requester")
    for label, text in {
        "New owner’s first name": "Nadia",
        "New owner’s last name": "Newcome",
        "New owner’s Date of Birth": "03/21/1985",
        "New owner’s e-mail address": "nadia@importer.example",
        "New owner’s telephone number": "410-555-0199",
    }.items():
        applicant.field(page, label).fill(text)
    page.get_by_role("group", name="What becomes of the present owner?").get_by_text("Trade Account User").click()
    applicant.field(page, "Reason").fill("The owner has left the company.")
    page.locator("input[type=file]").set_input_files(proof)
    applicant.field(page, "Digits in the picture").fill("PASSED")
    applicant.press(page, "Next")

    # The point of contact reads who asks for whom, and passes the code on.
    applicant.heading(page, "Enter the verification code")
    letter = mailbox(contact)[-1]
    assert "Rita Requester" in letter.body and "Nadia Newcome" in letter.body
    applicant.field(page, "Verification code").fill(letter.code)
    applicant.press(page, "Hand the request in")
    applicant.heading(page, "Request")
    expect(page.get_by_role("main")).to_contain_text("With the CBP desk")
    row = OwnerChange.objects.get()

    # CBP approves; the owner is told and does nothing.
    desk = officer_client()
    officer_client().post(f"/admin/ownership/ownerchange/{row.pk}/prepare/", {"text": "Letter read."})
    desk.post(f"/admin/ownership/ownerchange/{row.pk}/approve/", {"text": "Letter read."})
    announced = mailbox(owner.email)[-1]
    assert "you may object" in announced.subject and "Nadia Newcome" in announced.body
    page.goto(path_in(mailbox("rita@importer.example")[-1], "/support/owner-change/"))
    expect(page.get_by_role("main")).to_contain_text("may object until")
    expect(page.get_by_role("heading", name="What has to be filed")).to_be_visible()

    # The waiting period ends.
    due(row)
    assert actions.settle() == 1
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("Nadia Newcome owns the account now")
    expect(page.get_by_role("main")).to_contain_text("Form 5106")
    no_sideways_scroll(page)
    subjects = [one.subject for one in mailbox("nadia@importer.example")]
    assert {"Your ACE Portal Account ID", f"You are the owner of {account.company_name} now"} <= set(subjects)
    assert "Nadia Newcome" in mailbox(owner.email)[-1].body
    assert "has another account owner" in mailbox(contact)[-1].subject

    # The new owner is in the seat, the former one among the users.
    nadia = factories.signed_in_before(User.objects.get(email="nadia@importer.example"))
    mine = signed_in(new_context().new_page(), nadia)
    mine.goto(f"/accounts/{account.pk}/people/")
    expect(mine.get_by_role("row", name=re.compile(str(owner)))).to_contain_text("Trade Account User")
    mine.goto(f"/accounts/{account.pk}/history/")
    expect(mine.get_by_role("main")).to_contain_text("Nadia Newcome became Trade Account Owner in place of")
    watch.allow(403)  # type: ignore[attr-defined]
    theirs = signed_in(new_context().new_page(), owner)
    theirs.goto(f"/accounts/{account.pk}/people/")
    expect(theirs.get_by_role("main")).to_contain_text("Ask Nadia Newcome")


def test_the_owner_is_still_there_and_objects(
    new_context: NewContext, mailbox: Mailbox, proof: Path, officer_client: Callable[..., Client]
) -> None:
    account, record = company()
    factories._forget_codes_sent_to(record.point_of_contact_email)
    owner, successor = factories.owner_of(account), colleague(account, PROXY)
    page = new_context().new_page()
    page.goto("/support/owner-change/")
    page.get_by_text("A user of the account").first.click()
    ask_for_a_change_of_user(page, record, proof, successor)
    applicant.field(page, "Verification code").fill(mailbox(record.point_of_contact_email)[-1].code)
    applicant.press(page, "Hand the request in")
    applicant.heading(page, "Request")
    row = OwnerChange.objects.get()
    desk = officer_client()
    officer_client().post(f"/admin/ownership/ownerchange/{row.pk}/prepare/", {"text": "Letter read."})
    desk.post(f"/admin/ownership/ownerchange/{row.pk}/approve/", {"text": "Letter read."})

    theirs = signed_in(new_context().new_page(), owner)
    theirs.goto(path_in(mailbox(owner.email)[-1], "/objection/"))
    expect(theirs.get_by_role("main")).to_contain_text(str(successor))
    applicant.press(theirs, "I object")
    expect(theirs.get_by_role("main")).to_contain_text("You objected")
    assert actions.settle() == 0
    assert "the owner objects" in mailbox("rita@importer.example")[-1].subject

    desk.post(f"/admin/ownership/ownerchange/{row.pk}/reject/", {"text": "The owner is still with the company."})
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("Not approved")
    assert "The owner is still with the company." in mailbox("rita@importer.example")[-1].body
    assert "You stay the owner" in mailbox(owner.email)[-1].subject
    assert factories.owner_of(account) == owner


def ask_for_a_change_of_user(page: Page, record: Any, proof: Path, successor: User) -> None:
    """The rest of the form for a user of the account."""
    fill(page, record)
    for label, text in {
        "New owner’s first name": successor.first_name,
        "New owner’s last name": successor.last_name,
        "Existing User ID": successor.account_id,
    }.items():
        applicant.field(page, label).fill(text)
    page.get_by_role("group", name="What becomes of the present owner?").get_by_text("Nothing").click()
    applicant.field(page, "Reason").fill("The owner has left the company.")
    page.locator("input[type=file]").set_input_files(proof)
    applicant.field(page, "Digits in the picture").fill("PASSED")
    applicant.press(page, "Next")
    applicant.heading(page, "Enter the verification code")


def test_the_owner_hands_over_in_person(new_context: NewContext, mailbox: Mailbox) -> None:
    account = factories.account()
    owner, successor = factories.owner_of(account), factories.member(account, PROXY)
    page = signed_in(new_context().new_page(), owner)
    page.goto("/tools/")
    page.get_by_role("main").get_by_role("link", name="Account Owner").click()
    applicant.field(page, "New Trade Account Owner").select_option(label=f"{successor}, {PROXY.label}")
    page.get_by_text("Proxy Trade Account Owner", exact=True).click()
    applicant.press(page, "Ask the successor")
    expect(page.get_by_text("has been mailed and decides")).to_be_visible()

    theirs = signed_in(new_context().new_page(), successor)
    theirs.goto(path_in(mailbox(successor.email)[-1], "/owner-proposals/"))
    applicant.press(theirs, "Accept")
    expect(theirs.get_by_text(f"You are the owner of {account.company_name} now")).to_be_visible()
    assert f"{successor} is the owner" in mailbox(owner.email)[-1].subject
    assert factories.owner_of(account) == successor
    assert factories.membership(owner, account).role == Role.PROXY_TRADE_ACCOUNT_OWNER
    assert client_of(owner).get(f"/accounts/{account.pk}/owner/").status_code == 403
