"""Form 5106 in the browser: from the first page to the printed copy, whoever may not, and bad input."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.core.models import Event
from form5106 import actions
from form5106.layout import steps_of
from form5106.models import Action, Filing, RestoreRequest
from importers.models import ImporterRecord
from tests import factories
from tests.exporters.authorization_samples import pdf, upload
from tests.form5106.samples import (
    ADDRESSES,
    CERTIFICATION,
    COMPANY,
    CONTACT,
    TYPED,
    at_the_desk,
    begun,
    company,
    content,
    filled_in,
    fresh,
    kept,
    new_record,
    restore_requested,
    sent_code,
    submitted,
    told,
    verified,
    voided,
)
from tests.harness.world import signed_in
from tests.useraccess import access_samples
from useraccess.models import Level
from useraccess.rights import Rights
from verification.throttles import Rule

pytestmark = pytest.mark.django_db
START = "/importer-records/file/"
QUERY = "/importer-records/query/"
RESTORE = "/importer-records/un-void/"
PICTURE = {"picture": "PASSED", "picture_token": "any"}


@pytest.fixture(autouse=True)
def rehearsal(settings: Any) -> None:
    settings.CAPTCHA_TEST_MODE = True


def first_page(**changes: Any) -> dict[str, Any]:
    return {
        "actions": ["NEW"],
        "importer_number": factories.importer_number(),
        "company_name": COMPANY["company_name"],
        "email": "filer@trade.example",
        **PICTURE,
    } | changes


def page(filing: Filing, name: str, *more: Any) -> str:
    return reverse(f"form5106:{name}", args=[filing.token, *more])


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_stranger_files_a_first_record_page_by_page(client: Client) -> None:
    answer = client.post(START, first_page(), follow=True)
    filing = Filing.objects.get()
    assert answer.redirect_chain[-1][0] == page(filing, "step", "company")
    for step in steps_of(filing):
        answer = client.post(page(filing, "step", step.slug), TYPED)
        assert answer.status_code == 302, answer.context["form"].errors
    assert answer["Location"] == page(filing, "answers")
    shown = text(client.get(page(filing, "answers")))
    assert "Green coffee" in shown and "900-12-3456" not in shown and "•••••••3456" in shown
    answer = client.post(page(filing, "answers"), follow=True)
    assert "on file since" in text(answer)
    assert client.post(page(filing, "answers"))["Location"] == page(filing, "status")
    printed = client.get(page(filing, "printed"))
    assert printed["Content-Type"] == "application/pdf" and printed.content.startswith(b"%PDF-")
    assert ImporterRecord.objects.get().website == "https://www.old-harbor.example"


def test_the_first_page_loses_nothing_and_shows_codes(client: Client) -> None:
    answer = client.post(START, first_page(actions=["NEW", "NAME"], importer_number="12", picture="wrong"))
    shown = text(answer)
    assert "R06:" in shown and "R03:" in shown and COMPANY["company_name"] in shown
    answer = client.post(START, first_page(actions=["NAME"], importer_number=""))
    assert "R03:" in text(answer)
    for bad in ({}, {"actions": "X\x00", "company_name": "\u202e", "importer_number": "x" * 9999, "email": "🙂"}):
        assert client.post(START, bad).status_code == 200
    assert not Filing.objects.exists()


def test_a_linked_record_leads_a_stranger_to_sign_in_and_owner_lookup(client: Client) -> None:
    _, record, owner = company()
    facts = {"actions": ["NAME"], "importer_number": record.importer_number, "company_name": record.company_name}
    shown = text(client.post(START, first_page(**facts)))
    assert "belongs to a portal account" in shown and reverse("ownership:lookup") in shown
    mine = signed_in(owner)
    assert "picture" not in mine.get(START).context["form"].fields
    assert record.importer_number in text(mine.get(f"{START}?record={record.pk}&action=NAME"))
    assert record.importer_number not in text(client.get(f"{START}?record={record.pk}"))
    assert mine.get(f"{START}?record=x").status_code == 200
    assert mine.post(START, facts).status_code == 302


def test_a_page_keeps_what_is_wrong_and_goes_back_and_forth(client: Client) -> None:
    filing = begun()
    answer = client.post(page(filing, "step", "addresses"), {**ADDRESSES, "city": "", "phone": "12"})
    shown = text(answer)
    assert "R19:" in shown and "PDM:" in shown and "7 Quay Street" in shown
    assert fresh(filing).draft["phone"] == "12"
    back = client.post(page(filing, "step", "addresses"), {"back": "1"})
    assert back["Location"] == page(filing, "step", "company")
    saved = client.post(page(filing, "step", "company"), {**COMPANY, "save": "1"})
    assert saved["Location"] == page(filing, "step", "company")
    assert client.get(page(filing, "resume"))["Location"] == page(filing, "step", "addresses")
    assert client.get(page(filing, "answers"))["Location"] == page(filing, "step", "addresses") + "?check=1"
    assert "R19:" in text(client.get(page(filing, "step", "addresses") + "?check=1"))
    assert client.get(page(filing, "step", "nowhere")).status_code == 404


def test_bad_input_on_every_page_is_an_error_never_a_fault(client: Client) -> None:
    filing = begun()
    nasty = ["\x00", "\u202eabc", "🙂", "<script>", "'; DROP TABLE", "x" * 20000]
    for step in steps_of(filing):
        for shift in (0, 3):
            typed = {name: nasty[(place + shift) % len(nasty)] for place, name in enumerate(TYPED)}
            answer = client.post(page(filing, "step", step.slug), typed)
            assert answer.status_code == 200 and answer.context["form"].errors
    assert client.get(page(filing, "step", "company")).status_code == 200


def test_the_postal_services_writing_is_offered_and_taken(client: Client) -> None:
    filing = filled_in()
    assert "7 QUAY ST" in text(client.get(page(filing, "answers")))
    client.post(page(filing, "answers"), {"as-suggested": "1"})
    assert fresh(filing).draft["street_address"] == "7 QUAY ST"
    assert "Write it like this" not in text(client.get(page(filing, "answers")))


def test_a_stranger_meets_the_code_first(client: Client) -> None:
    record = factories.ImporterRecordFactory.create()
    filing = begun(record, [Action.CONTACT])
    for name in ("resume", "answers", "overtaken"):
        assert client.get(page(filing, name))["Location"] == page(filing, "code")
    assert client.get(page(filing, "step", "addresses"))["Location"] == page(filing, "code")
    shown = text(client.get(page(filing, "code")))
    assert record.point_of_contact_email not in shown
    assert client.post(page(filing, "new-code"))["Location"] == page(filing, "code")
    code = factories.code_in(filing, "form5106/code")
    assert client.post(page(filing, "code"), {"code": f"{(int(code) + 1) % 10**6:06d}"}).status_code == 200
    assert client.post(page(filing, "code"), {"code": code})["Location"] == page(filing, "resume")
    assert record.point_of_contact_email in text(client.get(page(filing, "step", "addresses")))
    assert client.get(page(filing, "code"))["Location"] == page(filing, "resume")
    assert client.get(page(filing, "no-code"))["Location"] == page(filing, "resume")


def test_without_a_code_a_stranger_goes_to_the_desk_blind(client: Client) -> None:
    record = factories.ImporterRecordFactory.create(point_of_contact_email="", street_address="1 Secret Lane")
    filing = begun(record, [Action.ADDRESS])
    assert client.get(page(filing, "resume"))["Location"] == page(filing, "no-code")
    assert client.post(page(filing, "no-code"), {"reason": ""}).status_code == 200
    client.post(page(filing, "no-code"), {"reason": "Nobody is there."})
    assert "Secret" not in text(client.get(page(filing, "step", "addresses")))
    client.post(page(filing, "step", "addresses"), ADDRESSES)
    client.post(page(filing, "step", "certification"), CERTIFICATION)
    assert "Secret" not in text(client.get(page(filing, "answers")))
    answer = client.post(page(filing, "answers"), follow=True)
    assert "With the CBP desk" in text(answer)
    assert client.post(page(filing, "withdraw"), follow=True).status_code == 200
    assert fresh(filing).status == "WITHDRAWN"
    assert client.get(page(filing, "withdraw"))["Location"] == page(filing, "status")


def test_an_owner_who_changes_the_contact_is_led_to_the_code() -> None:
    _, record, owner = company()
    mine = signed_in(owner)
    filing = filled_in(record, [Action.CONTACT], by=owner)
    answer = mine.post(page(filing, "answers"))
    assert answer["Location"] == page(filing, "code")
    factories._forget_codes_sent_to(record.point_of_contact_email)
    mine.post(page(filing, "new-code"))
    code = factories.code_in(filing, "form5106/code")
    assert mine.post(page(filing, "code"), {"code": code})["Location"] == page(filing, "answers")
    mine.post(page(filing, "answers"))
    assert fresh(record).point_of_contact_email == CONTACT["point_of_contact_email"]
    shown = text(mine.get(reverse("form5106:history", args=[record.pk])))
    assert "Version 2" in shown and CONTACT["point_of_contact_email"] in shown


def test_the_second_of_two_filings_sees_the_first_and_goes_on() -> None:
    _, record, owner = company()
    mine = signed_in(owner)
    slow, quick = (filled_in(record, [Action.NAME], by=owner) for _ in range(2))
    kept(quick, {"company_name": "Quick Harbor Inc."})
    actions.submit(quick, content=content(quick))
    assert mine.post(page(slow, "answers"))["Location"] == page(slow, "overtaken")
    shown = text(mine.get(page(slow, "overtaken")))
    assert "Quick Harbor Inc." in shown and record.company_name in shown
    assert mine.post(page(slow, "overtaken"))["Location"] == page(slow, "answers")
    assert mine.get(page(slow, "overtaken"))["Location"] == page(slow, "answers")


def test_a_signed_in_persons_filing_is_nobody_elses(client: Client) -> None:
    account, record, owner = company()
    filing = filled_in(record, [Action.NAME], by=owner)
    colleague = signed_in(factories.member(account, granted=Rights().everywhere(Level.FULL)))
    for name in ("resume", "answers", "discard", "code", "no-code"):
        assert client.get(page(filing, name)).status_code == 404
        assert colleague.get(page(filing, name)).status_code == 404
    actions.submit(filing, content=content(filing))
    assert colleague.get(page(filing, "printed")).status_code == 404
    factories.replace_owner(account)
    assert signed_in(owner).get(page(filing, "status")).status_code == 404


def test_thrown_away_and_forgotten_drafts_lead_to_a_new_start(client: Client) -> None:
    filing = begun()
    assert client.get(page(filing, "discard")).status_code == 200
    assert client.post(page(filing, "discard"))["Location"] == reverse("form5106:home")
    assert client.get(page(filing, "resume"))["Location"] == START
    assert client.get(page(filing, "status")).status_code == 404
    assert client.post(page(filing, "step", "company"), COMPANY)["Location"] == START


def test_a_draft_that_was_submitted_elsewhere_is_told(client: Client) -> None:
    filing = submitted()
    assert client.get(page(filing, "resume"))["Location"] == page(filing, "status")
    assert client.post(page(filing, "step", "company"), COMPANY)["Location"] == page(filing, "status")
    assert client.get(page(filing, "discard"))["Location"] == page(filing, "resume")


def test_home_lists_what_one_filed() -> None:
    _, record, owner = company()
    filing = begun(record, [Action.NAME], by=owner)
    mine = text(signed_in(owner).get(reverse("form5106:home")))
    assert filing.reference in mine and QUERY in mine
    assert filing.reference not in text(Client().get(reverse("form5106:home")))


# --- Versions ----------------------------------------------------------------------------------------------------
def test_versions_are_for_those_who_read_the_record() -> None:
    account, record, owner = company()
    address = reverse("form5106:history", args=[record.pk])
    reader = factories.member(account, granted=Rights().everywhere(Level.READ))
    nobody = factories.member(account)
    assert "No filing has changed" in text(signed_in(reader).get(address))
    answer = signed_in(nobody).get(address)
    assert answer.status_code == 403 and str(owner) in text(answer)
    assert signed_in(factories.owner_of(factories.account())).get(address).status_code == 404
    unlinked = factories.ImporterRecordFactory.create()
    assert signed_in(owner).get(reverse("form5106:history", args=[unlinked.pk])).status_code == 404


# --- Query -------------------------------------------------------------------------------------------------------
def queried() -> dict[str, ImporterRecord]:
    """A record for each result but “nothing on file”."""
    make = factories.ImporterRecordFactory.create
    bond = {"bond_number": "SB-1", "surety_code": "123", "bond_activity": "A", "bond_amount": 50000}
    return {
        "1": make(**bond, bond_is_continuous=True, name_qualifier="DBA", second_name="=cmd()", version=1),
        "2": make(point_of_contact_email=""),
        "3": make(status="VOIDED"),
        "4": make(status="INACTIVE"),
    }


def test_a_query_tells_each_result_in_words_and_is_remembered() -> None:
    account, record, owner = company()
    mine, known = signed_in(owner), queried()
    numbers = ["12-900000100", *(one.importer_number for one in known.values()), record.importer_number]
    answer = mine.post(QUERY, {"numbers": "\n".join(numbers)})
    answers = [one for one, _ in answer.context["answers"]]
    assert [one.code for one in answers] == ["0", "1", "2", "3", "4", "2"]
    assert answers[0].contact == "" and answers[2].contact == "Not on file"
    shown = text(answer)
    assert "Not on file" in shown and "$50,000" in shown and known["1"].address_line in shown
    assert known["1"].point_of_contact_email not in shown
    events = Event.objects.filter(kind="form5106.queried", by=owner)
    assert events.count() == 6 and events.filter(journal=f"accounts.topaccount:{account.pk}").count() == 1
    assert not any(number in str(list(events.values_list("summary"))) for number in numbers)


def test_a_query_as_csv_and_to_print() -> None:
    _, _, owner = company()
    mine, known = signed_in(owner), queried()
    csv = mine.post(QUERY, {"numbers": known["1"].importer_number, "as": "csv"}).content.decode().splitlines()
    assert csv[0].startswith("importer_number,result_code") and csv[1].startswith(f"{known['1'].importer_number},1,")
    assert "'=cmd()" in csv[1]
    printed = mine.post(QUERY, {"numbers": f"{known['4'].importer_number}\n12-900000100", "as": "pdf"})
    assert printed.content.startswith(b"%PDF-")


def test_numbers_pasted_from_a_mail_or_a_spreadsheet_are_read() -> None:
    _, _, owner = company()
    answer = signed_in(owner).post(QUERY, {"numbers": "12-900000100, 12-900000200;12-900000300\t12-900000400\r\n\r\n"})
    assert [one.code for one, _ in answer.context["answers"]] == ["0"] * 4


def test_a_query_takes_six_numbers_and_says_which_is_wrong() -> None:
    _, _, owner = company()
    mine = signed_in(owner)
    assert "at most six" in text(mine.post(QUERY, {"numbers": "\n".join(["12-900000100"] * 7)}))
    assert "R03: Number 2:" in text(mine.post(QUERY, {"numbers": "12-900000100\nx"}))
    for bad in ("", "\x00", "x" * 5000, "\u202e12-900000100"):
        assert mine.post(QUERY, {"numbers": bad}).status_code == 200
    assert not Event.objects.filter(kind="form5106.queried").exists()


def test_queries_are_for_owners_and_brokers_and_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    account = factories.account()
    user = factories.member(account)
    answer = signed_in(user).get(QUERY)
    assert answer.status_code == 403 and str(factories.owner_of(account)) in text(answer)
    assert signed_in(factories.person()).get(QUERY).status_code == 403
    access_samples.active(factories.account(), account)
    assert signed_in(user).get(QUERY).status_code == 200
    mine = signed_in(factories.owner_of(account))
    monkeypatch.setattr("form5106.actions.query.BY_PERSON", (Rule(1, timedelta(hours=1)),))
    actions.ask([], by=factories.owner_of(account))
    assert "many queries" in text(mine.post(QUERY, {"numbers": "12-900000100"}))


# --- Un-void -----------------------------------------------------------------------------------------------------
def request_of(record: ImporterRecord, **changes: Any) -> dict[str, Any]:
    return {
        "company_name": record.company_name,
        "importer_number": record.importer_number,
        "requester_name": "Robin Trader",
        "requester_email": "robin@trade.example",
        "reason": "The number is ours.",
        "proof": upload(pdf("Letter")),
        **PICTURE,
    } | changes


def test_a_voided_record_is_restored_with_proof(client: Client, private_files: Any) -> None:
    record = voided()
    answer = client.post(RESTORE, request_of(record))
    assert answer["Location"] == reverse("form5106:restore-status", args=[RestoreRequest.objects.get().status_token])
    row = RestoreRequest.objects.get()
    assert "being decided" in text(client.post(RESTORE, request_of(record)))
    assert len(list((private_files / "restore-record").iterdir())) == 1
    officer = factories.officer()
    desk = signed_in(officer)
    proof = desk.get(reverse("admin:form5106_restorerequest_proof", args=[row.pk]))
    assert proof["Content-Disposition"].startswith("attachment")
    assert b"".join(proof.streaming_content) == pdf("Letter")
    answer = desk.post(reverse("admin:form5106_restorerequest_grant", args=[row.pk]), {"text": "Seen."}, follow=True)
    assert "active again" in text(answer)
    assert (fresh(record).status, fresh(row).status) == ("ACTIVE", "GRANTED")
    assert told(row)[("restore_granted", "robin@trade.example")] == 1


def test_a_request_that_fits_no_voided_record_is_refused(client: Client) -> None:
    active = factories.ImporterRecordFactory.create()
    record = voided()
    for changes, words in (
        (request_of(active), "R06:"),
        (request_of(record, company_name="Another Firm"), "R02:"),
        (request_of(record, importer_number="12-900000100"), "R03:"),
        (request_of(record, proof=upload(b"no pdf")), "not a PDF"),
        ({}, "required"),
    ):
        shown = text(client.post(RESTORE, changes))
        assert words in shown
    assert not RestoreRequest.objects.exists()


# --- The desk ----------------------------------------------------------------------------------------------------
def test_the_desk_accepts_rejects_and_sees_the_differences() -> None:
    desk = signed_in(factories.officer())
    filing = at_the_desk()
    assert filing.reference in text(desk.get(reverse("admin:form5106_filing_changelist")))
    assert "Form 5106 filing open" in text(desk.get(reverse("admin:index")))
    address = reverse("admin:form5106_filing_change", args=[filing.pk])
    shown = text(desk.get(address))
    assert "Pat left in March." in shown and CONTACT["point_of_contact_email"] in shown
    reject = reverse("admin:form5106_filing_reject", args=[filing.pk])
    assert "There are 2 problems" in text(desk.post(reject, {}))
    answer = desk.post(reverse("admin:form5106_filing_accept", args=[filing.pk]), follow=True)
    assert "was accepted" in text(answer) and fresh(filing).status == "ACCEPTED"
    answer = desk.post(reject, {"reject_code": "MVM", "text": "Too late a word"})
    assert "Somebody was faster" in text(answer) and "Too late a word" in text(answer)
    assert desk.get(reject)["Location"] == address
    assert desk.post(address).status_code == 405


def test_the_desk_voids_and_restores_a_record() -> None:
    desk = signed_in(factories.supervisor())
    record = factories.ImporterRecordFactory.create()
    address = reverse("admin:importers_importerrecord_change", args=[record.pk])
    assert "No continuous bond" in text(desk.get(address))
    desk.post(reverse("admin:importers_importerrecord_void", args=[record.pk]), {"reason": "Not theirs."})
    assert (fresh(record).status, fresh(record).void_reason) == ("VOIDED", "Not theirs.")
    assert "Not theirs." in text(desk.get(address))
    desk.post(reverse("admin:importers_importerrecord_un-void", args=[record.pk]), {"text": "Seen."})
    assert (fresh(record).status, fresh(record).void_reason) == ("ACTIVE", "")
    assert told(record) == {
        ("record_voided", record.point_of_contact_email): 1,
        ("record_restored", record.point_of_contact_email): 1,
    }


def test_lists_ask_as_often_whatever_they_hold(django_assert_max_num_queries: Any) -> None:
    desk, rows = signed_in(factories.officer()), [at_the_desk() for _ in range(3)]
    restore_requested()
    with django_assert_max_num_queries(12):
        shown = text(desk.get(reverse("admin:form5106_filing_changelist")))
    assert all(row.reference in shown for row in rows)
    assert desk.get(reverse("admin:form5106_restorerequest_changelist")).status_code == 200


def test_the_printed_copy_takes_every_letter_that_a_name_may_have(client: Client) -> None:
    record = new_record(
        company_name="Łódź Café & Söhne", typed={"second_name": "Kőszeg’s <Best>".replace("<Best>", "")}
    )
    filing = Filing.objects.get(record=record)
    assert client.get(page(filing, "printed")).content.startswith(b"%PDF-")


def test_verified_and_new_codes(client: Client) -> None:
    filing = verified(factories.ImporterRecordFactory.create(), [Action.NAME])
    assert client.post(page(filing, "new-code"))["Location"] == page(filing, "code")
    other = begun(factories.ImporterRecordFactory.create(), [Action.NAME])
    assert sent_code(other)
    assert "works until" in text(client.get(page(other, "code")))
