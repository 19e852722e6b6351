"""What is typed about trade contacts: what is wrong is named, and nothing is lost."""

import pytest
from django.test import Client

from accounts.models import TopAccount
from tests import factories
from tests.harness.world import signed_in
from tests.importers.screens import errors, text_of
from tests.useraccess.contact_samples import FACTS, TYPED, at, contact, field, person_contact
from useraccess.models import TradeContact

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> TopAccount:
    return factories.importer_account()


@pytest.fixture
def owner(account: TopAccount) -> Client:
    return signed_in(factories.owner_of(account))


# --- What is typed -----------------------------------------------------------------------------------------------
BAD = [
    ("first_name", "", "First Name is required."),
    ("first_name", "   ", "First Name is required."),
    ("first_name", "x" * 61, "First Name must be 60 characters or fewer"),
    ("first_name", "R2D2", "digit 2"),
    ("first_name", "P\x00at", "NUL"),
    ("first_name", "P\u200fat", "invisible"),
    ("first_name", "Pat 😀", "Emoji"),
    ("first_name", "P\u0430t", "not one of the letters A to Z"),
    ("first_name", "<script>alert(1)</script>", "cannot be part of a person's name"),
    ("last_name", "", "Last Name is required."),
    ("last_name", "x" * 5000, "Last Name must be 60 characters or fewer"),
    ("last_name", "...", "Enter the name, in letters."),
    ("last_name", "Mi\u202eller", "invisible"),
    ("job_title", "x" * 101, "Job Title must be 100 characters or fewer"),
    ("job_title", "Man\x00ager", "NUL"),
    ("job_title", "Man\u200fager", "invisible"),
    ("job_title", "Manager 😀", "Emoji"),
    ("job_title", "Mаnager", "not one of the letters A to Z"),
    ("job_title", "<script>", "The character < cannot be used here."),
    ("job_title", "{{ 7*7 }}", "cannot be used here."),
    ("email", "nobody", "not a complete e-mail address"),
    ("email", "a@b.example, c@d.example", "one bare e-mail address"),
    ("email", "p\u0430t@b.example", "plain letters"),
    ("email", "pat\x00@b.example", "NUL"),
    ("email", "pat\u200f@b.example", "invisible"),
    ("email", "x" * 250 + "@b.example", "254 characters"),
    ("email", "<script>@b.example", "one bare e-mail address"),
    ("email", "😀@b.example", "plain letters"),
    ("phone", "call me", "not a complete telephone number"),
    ("phone", "0123", "not a complete telephone number"),
    ("phone", "1" * 41, "40 characters"),
    ("phone", "410-555-01\x0023", "NUL"),
    ("phone", "\u200f410-555-0123", "invisible"),
    ("phone", "４１０-555-0123", "plain letters"),
    ("phone", "<script>", "not a complete telephone number"),
    ("phone", "😀", "plain letters"),
    ("topic", "", "Topic is required."),
    ("topic", "NO SUCH", "Topic must be one of the options offered."),
    ("topic", "GENERAL\x00", "Topic must be one of the options offered."),
    ("place", "x", "not open in the account any more"),
    ("place", "0", "not open in the account any more"),
    ("place", "9" * 30, "not open in the account any more"),
    ("place", "1\x00", "Null characters are not allowed."),
    ("place", "<script>", "not open in the account any more"),
]


@pytest.mark.parametrize(("name", "typed", "problem"), BAD)
def test_a_wrong_answer_is_named_and_nothing_typed_is_lost(
    account: TopAccount, owner: Client, name: str, typed: str, problem: str
) -> None:
    answer = owner.post(at("add-contact", account), {**TYPED, name: typed})
    assert answer.status_code == 200 and not TradeContact.objects.exists()
    told = errors(answer)
    assert len(told) == 1 and problem in told[0], told
    assert "<script>" not in answer.content.decode().replace("<script src=", "").replace("<script nonce=", "")
    for kept in {"first_name", "last_name", "job_title", "email", "phone"} - {name}:
        assert field(answer, kept) == TYPED[kept], kept


@pytest.mark.parametrize(("name", "typed", "problem"), [row for row in BAD if row[0] in FACTS])
def test_a_wrong_change_changes_nothing(
    account: TopAccount, owner: Client, name: str, typed: str, problem: str
) -> None:
    known = contact(account)
    answer = owner.post(at("edit-contact", known), {**FACTS, "last_name": "Kept", name: typed})
    assert answer.status_code == 200 and problem in errors(answer)[0]
    assert name == "last_name" or field(answer, "last_name") == "Kept"
    assert {fact: getattr(TradeContact.objects.get(), fact) for fact in FACTS} == FACTS


@pytest.mark.parametrize("typed", ["", "x", "0", "9" * 30, "<script>", "😀"])
def test_a_person_who_cannot_be_chosen(account: TopAccount, owner: Client, typed: str) -> None:
    chosen = {"person": typed, "job_title": "Kept", "place": "", "topic": "FINANCE"}
    answer = owner.post(at("add-contact-person", account), chosen)
    expected = "Person is required." if not typed else "This person does not work in the account any more."
    assert answer.status_code == 200 and expected in errors(answer)[0]
    assert field(answer, "job_title") == "Kept" and not TradeContact.objects.exists()


def test_strangers_and_present_contacts_cannot_be_chosen(account: TopAccount, owner: Client) -> None:
    chosen = {"job_title": "", "place": "", "topic": "GENERAL"}
    stranger = factories.owner_of(factories.account())
    answer = owner.post(at("add-contact-person", account), {**chosen, "person": stranger.pk})
    assert "does not work in the account" in errors(answer)[0] and str(stranger) not in text_of(answer)
    person = factories.owner_of(account)
    person_contact(account, person)
    answer = owner.post(at("add-contact-person", account), {**chosen, "person": person.pk})
    assert errors(answer) == [f"Person: {person} is a contact of {account.company_name} already."]


def test_a_place_is_given_once_and_must_be_the_accounts(account: TopAccount, owner: Client) -> None:
    known, foreign = contact(account), factories.importer_account().sub_accounts.get()
    answer = owner.post(at("contact", known), {"place": "", "topic": "GENERAL"})
    assert errors(answer) == ["Show On: Pat Miller is shown on the top account for “General” already."]
    answer = owner.post(at("contact", known), {"place": foreign.pk, "topic": "GENERAL"})
    assert "not open in the account any more" in errors(answer)[0] and foreign.name not in text_of(answer)
    assert known.places.count() == 1
