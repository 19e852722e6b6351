"""Filings in tests: answers as they are typed, filings in every state, and what was told about them."""

from collections import Counter
from io import BytesIO
from typing import Any

from django.utils.datastructures import MultiValueDict

from accounts.models import TopAccount, User
from ace_portal.core.events import history_of
from ace_portal.core.models import Message
from ace_portal.core.numbers import parse_importer_number
from ace_portal.core.refs import ref
from form5106 import actions, presentation
from form5106.forms import StepForm
from form5106.layout import steps_of
from form5106.models import Action, FiledAs, Filing, RestoreRequest
from form5106.parts import every_box
from importers.actions import void_record
from importers.models import ImporterRecord
from tests import factories
from tests.exporters.authorization_samples import pdf
from tests.ownership.samples import record_of
from useraccess.attachments import Attachment

__all__ = ["record_of"]
BROWSER = "a browser"

COMPANY = {
    "company_name": "Old Harbor Coffee Trading, Inc.",
    "name_qualifier": "DBA",
    "second_name": "Harbor Beans",
    "organizational_structure": "CORPORATION",
    "entries_per_year": "2",
    "uses": ["IOR", "CONSIGNEE"],
    "program_code_1": "CTPAT",
}
ADDRESSES = {
    "street_address": "7 Quay Street",
    "city": "Baltimore",
    "state": "MD",
    "postal_code": "21201",
    "country": "US",
    "address_type": "2",
}
CONTACT = {
    "phone": "410-555-0123",
    "phone_extension": "45",
    "point_of_contact_name": "Pat Contact",
    "point_of_contact_email": "pat@old-harbor.example",
}
BUSINESS = {
    "website": "www.old-harbor.example",
    "business_description": "Green coffee",
    "naics": "424490",
    "duns": "15-048-3782",
    "year_established": "1987",
    "incorporation_country": "US",
    "reference_number": "OHC/2026-17",
    "scac": "ohct",
    "firms_code": "a12b",
    "bank_name": "Harbor Bank",
    "bank_routing": "052000113",
    "officer1_name": "Contact, Pat",
    "officer1_title": "President",
    "officer1_ssn": "900-12-3456",
    "officer1_passport_number": "X1234567",
    "officer1_passport_expires": "01/31/2031",
    "officer1_passport_country": "US",
    "officer1_passport_type": "1",
    "related1_relation": "1",
    "related1_name": "Harbor Roasters LLC",
    "related1_number": "12-900000100",
}
CERTIFICATION = {"certifier_name": "Pat Contact", "certifier_title": "President", "certified": "on"}
BROKER = {"broker_name": "Quayside Brokers Inc.", "broker_phone": "410-555-0188"}
#: What is typed into a complete form, by field name.
TYPED: dict[str, Any] = COMPANY | ADDRESSES | CONTACT | BUSINESS | CERTIFICATION | BROKER


def kept(filing: Filing, typed: dict[str, Any]) -> Filing:
    """The filing with these answers typed into its pages; what is not among them stays."""
    for step in steps_of(filing):
        known = StepForm(filing, step)
        names = {name for name, _ in every_box(step.sections)}
        data = {name: known.initial.get(name, "") for name in known.fields} | {
            name: value for name, value in typed.items() if name in names
        }
        actions.keep(filing, StepForm(filing, step, _data(data)).typed(), page=step.slug)
    return filing


def _data(values: dict[str, Any]) -> Any:
    return MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in values.items()})


def content(filing: Filing) -> dict[str, Any]:
    """What the filing's pages say, cleaned. Fails with the first page that has an error."""
    found, wrong = presentation.whole(filing)
    if wrong:
        form = StepForm.of_draft(filing, next(step for step in steps_of(filing) if step.slug == wrong))
        raise AssertionError(form.errors.as_json())
    return presentation.unmarked(found)


def begun(
    record: ImporterRecord | None = None,
    what: list[Action] | None = None,
    *,
    by: User | None = None,
    files_as: FiledAs = FiledAs.COMPANY,
    number: str | None = None,
    **facts: str,
) -> Filing:
    """A filing that was begun: for `record`, or a new one (`number` "" asks CBP for one)."""
    number = record.importer_number if record else factories.importer_number() if number is None else number
    return actions.start(
        actions=what or ([Action.REFRESH] if record else [Action.NEW]),
        importer_number=parse_importer_number(number) if number else None,
        company_name=facts.get("company_name", record.company_name if record else COMPANY["company_name"]),
        files_as=files_as,
        email=by.email if by else facts.get("email", f"filer{factories.serial()}@trade.example"),
        by=by,
        ip=f"10.1.{factories.serial() >> 8 & 255}.{factories.serial() & 255}",
    )


def filled_in(*args: Any, typed: dict[str, Any] | None = None, **facts: Any) -> Filing:
    """A filing whose pages are all filled in (TYPED, changed by `typed`) and not handed in."""
    filing = begun(*args, **facts)
    name = {"company_name": filing.record.company_name if filing.record else filing.company_name}
    reasons = {} if filing.importer_number else {"number_reasons": ["NO_IRS", "NOT_RESIDENT"]}
    return kept(filing, TYPED | name | reasons | (typed or {}))


def submitted(*args: Any, **facts: Any) -> Filing:
    """A filing that was handed in: accepted at once if it is clean."""
    filing = filled_in(*args, **facts)
    return actions.submit(filing, content=content(filing))


def new_record(**facts: Any) -> ImporterRecord:
    """A record that a stranger put on file."""
    filing = submitted(**facts)
    assert filing.record is not None, filing.status
    return filing.record


def company() -> tuple[TopAccount, ImporterRecord, User]:
    """An importer's account with its record and its owner."""
    account = factories.importer_account()
    return account, record_of(account), factories.owner_of(account)


def at_the_desk(record: ImporterRecord | None = None) -> Filing:
    """A filing that waits for an officer: a stranger's, without a code."""
    filing = begun(record or factories.ImporterRecordFactory.create(), [Action.CONTACT])
    actions.go_on_without_code(filing, reason="Pat left in March.")
    kept(filing, TYPED)
    return actions.submit(filing, content=content(filing))


def sent_code(filing: Filing) -> str:
    """A code of the point of contact on file."""
    assert filing.record is not None
    factories._forget_codes_sent_to(filing.record.point_of_contact_email)
    actions.send_code(filing, browser=BROWSER, ip="10.2.0.1")
    return factories.code_in(filing, "form5106/code")


def verified(record: ImporterRecord, what: list[Action]) -> Filing:
    """A stranger's filing that the point of contact has let through."""
    filing = begun(record, what)
    actions.confirm_code(filing, typed=sent_code(filing), browser=BROWSER)
    return filing


def voided(**facts: Any) -> ImporterRecord:
    """A record that the desk has voided."""
    record = factories.ImporterRecordFactory.create(**facts)
    return void_record(record, reason="The number belongs to somebody else.", by=factories.supervisor())


def restore_requested(record: ImporterRecord | None = None) -> RestoreRequest:
    """A request to restore a voided record."""
    record = record or voided()
    content = pdf("Letter of the IRS")
    return actions.ask_to_restore(
        company_name=record.company_name,
        importer_number=parse_importer_number(record.importer_number),
        requester_name="Robin Trader",
        requester_email="robin@trade.example",
        reason="The number is ours.",
        proof=actions.Proof(file=BytesIO(content), original_name="letter.pdf", size=len(content)),
        by=None,
        ip="10.3.0.1",
    )


def asked(row: Any, *, by: User | None = None, question: str = "Since when is Pat gone?") -> Any:
    """A filing, or a request, about which an officer has asked something."""
    return actions.ask_for_information(row, question=question, by=by or factories.officer())


def answered_with_a_document(row: Any) -> Any:
    """A filing, or a request, whose question was answered with a document."""
    paper = Attachment(BytesIO(b"%PDF-"), "letter.pdf")
    return actions.answer(asked(row), text="Since March.", attachment=paper)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def told(row: Any) -> Counter[tuple[str, str]]:
    """The messages about a row: template and address."""
    found = Message.objects.filter(about=ref(row)).values_list("template", "to_address")
    return Counter((template.rpartition("/")[2], to) for template, to in found)


def happened(row: Any) -> Counter[str]:
    return Counter(kind.rpartition(".")[2] for kind in history_of(row).values_list("kind", flat=True))
