"""One company takes over another one, whose broker loses its way in: three owners in three browsers, CBP, mails read."""

import re
import zipfile
from collections.abc import Callable

from django.test import Client
from playwright.sync_api import BrowserContext, expect

from ace_portal.core import mail
from mergers.models import Merger
from tests import factories
from tests.exporters.conftest import private_files
from tests.harness.browser import measure_every_page
from tests.harness.mail import Letter
from tests.journeys import applicant
from tests.journeys.test_owner_change import path_in
from tests.journeys.test_user_access import importer_of, signed_in, status_of
from tests.useraccess.access_samples import active
from useraccess.models import Level
from useraccess.rights import Rights, cells_of

__all__ = ["private_files"]
NewContext = Callable[..., BrowserContext]
Mailbox = Callable[[str], list[Letter]]


def test_proposed_consented_with_a_download_approved_and_seen_by_both(
    new_context: NewContext, mailbox: Mailbox, watch: object, officer_client: Callable[..., Client]
) -> None:
    acme, birch = factories.importer_account(), factories.importer_account()
    ours, theirs = factories.owner_of(acme), factories.owner_of(birch)
    importer = importer_of(birch)
    reads = Rights(grid=dict.fromkeys(cells_of(importer), Level.READ))
    clerk = factories.member(birch, granted=reads)
    address = f"/accounts/sub/{importer.pk}/"
    wharf = factories.account(company_name="Old Wharf Brokers")
    active(birch, wharf, reads)
    broker = signed_in(new_context().new_page(), factories.owner_of(wharf))
    assert status_of(broker, address) == 200

    # Acme's owner proposes, on a telephone, with the number Birch's owner told them; the first try has a slip in it.
    phone = new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    measure_every_page(phone)
    own = signed_in(phone.new_page(), ours)
    own.goto("/tools/")
    own.get_by_role("main").get_by_role("link", name="Merge Accounts").click()
    own.get_by_role("link", name="Propose a merger").click()
    applicant.field(own, "Existing User ID").fill(theirs.account_id)
    applicant.field(own, "Top Account ACE ID").fill(birch.ace_id)
    own.get_by_text("The whole account", exact=True).click()
    applicant.field(own, "Importer: Importer Record Number (IRN)").fill("12-34")
    applicant.press(own, "Continue")
    expect(own.locator("[data-error-summary]")).to_contain_text("Line 1")
    expect(applicant.field(own, "Top Account ACE ID")).to_have_value(birch.ace_id)
    applicant.field(own, "Importer: Importer Record Number (IRN)").fill("")
    applicant.press(own, "Continue")
    expect(own.get_by_role("main")).to_contain_text("every sub-account it has when its owner consents")
    applicant.press(own, "Send the proposal")
    expect(own.get_by_role("main")).to_contain_text("has been mailed and decides within 14 days")
    expect(own.get_by_role("main")).not_to_contain_text(str(clerk))

    # Birch's owner reads the mail, downloads the records, sees who loses access, and consents.
    letter = mailbox(theirs.email)[-1]
    assert f"{acme.company_name} proposes a merger of accounts" in letter.subject
    other = signed_in(new_context().new_page(), theirs)
    other.goto(path_in(letter, "/accounts/mergers/"))
    main = other.get_by_role("main")
    expect(main).to_contain_text("What moves: 1 sub-account")
    expect(main).to_contain_text("Importer record (5106)")
    expect(main).to_contain_text(f"{clerk}, Trade Account User: 1 sub-account")
    expect(main).to_contain_text("Old Wharf Brokers")
    with other.expect_download() as download:
        other.get_by_role("link", name="Download the records").click()
    with zipfile.ZipFile(download.value.path()) as records:
        assert importer.name in records.read("sub-accounts.csv").decode("utf-8-sig")
    applicant.press(other, "Consent")
    expect(main).to_contain_text("You consented")
    assert "consents" in mailbox(ours.email)[-1].subject
    assert status_of(other, address) == 200, "nothing moves before CBP has approved"

    # One officer prepares, another one approves; everybody reads what happened.
    row = Merger.objects.get()
    officer_client().post(f"/admin/mergers/merger/{row.pk}/prepare/", {"text": "Deed of merger seen."})
    officer_client().post(f"/admin/mergers/merger/{row.pk}/approve/", {"text": "Deed of merger seen."})
    for user in (ours, theirs):
        assert any("was carried out" in one.subject for one in mailbox(user.email))
    mail.sweep()  # Whoever lost access is written to by the many: the sweep delivers that.
    assert "has ended" in mailbox(clerk.email)[-1].subject

    # The broker was let in by Birch, and by nobody else: what Acme owns now, Acme would have to grant anew.
    assert any(birch.company_name in one.subject + one.body for one in mailbox(factories.owner_of(wharf).email)[-1:])
    watch.allow(403, 404)  # type: ignore[attr-defined]
    assert status_of(broker, address) == 404

    # Acme's owner works with what came; its history came along.
    own.goto(path_in(mailbox(ours.email)[-1], "/accounts/mergers/"))
    own.get_by_role("link", name=re.compile(importer.name)).click()
    own.get_by_role("link", name="History of this sub-account").click()
    expect(own.get_by_role("main")).to_contain_text(f"came from the account of {birch.company_name}")

    # Birch's owner keeps the account to read, and nothing else.
    assert status_of(other, address) == 404
    other.goto(f"/accounts/{birch.pk}/history/")
    expect(other.get_by_role("banner")).to_contain_text(f"{birch.company_name} was merged into {acme.company_name}")
    expect(other.get_by_role("main")).to_contain_text("the whole account moved to")
    assert status_of(other, f"/accounts/{birch.pk}/mergers/propose/") == 403
    expect(other.get_by_role("main")).to_contain_text("it can only be read")
