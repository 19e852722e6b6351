"""People, accounts and 5106 records at the desk."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core.models import Event, Message
from importers.models import ImporterRecord
from tests import factories
from tests.desk.conftest import listed, words
from tests.harness.queries import assert_constant_queries

pytestmark = pytest.mark.django_db
PEOPLE = reverse("admin:accounts_user_changelist")
RECORDS = reverse("admin:importers_importerrecord_changelist")
SUB_ACCOUNTS = reverse("admin:accounts_subaccount_changelist")


def page_of(person: User) -> str:
    return reverse("admin:accounts_user_change", args=[person.pk])


def send_again(client: Client, person: User) -> str:
    return words(client.post(reverse("admin:accounts_user_send_account_id", args=[person.pk]), follow=True))


def test_a_persons_page_shows_no_password(desk: Client) -> None:
    person = factories.person()
    page = desk.get(page_of(person)).content.decode()
    assert person.email in page
    assert "argon2" not in page
    assert person.password not in page


def test_the_account_id_is_hidden_until_the_first_sign_in(desk: Client) -> None:
    invited, active = factories.person(active=False), factories.person()
    hidden = desk.get(page_of(invited)).content.decode()
    assert invited.account_id not in hidden
    assert "Hidden until the first sign-in" in hidden
    assert active.account_id in desk.get(page_of(active)).content.decode()


def test_an_unused_account_id_cannot_be_guessed_by_searching(desk: Client) -> None:
    invited, active = factories.person(active=False), factories.person()
    assert listed(desk.get(PEOPLE, {"q": active.account_id})) == [str(active)]
    assert listed(desk.get(PEOPLE, {"q": active.account_id[:5]})) == []
    assert listed(desk.get(PEOPLE, {"q": invited.account_id})) == []


def test_people_are_found_by_name_and_email(desk: Client) -> None:
    person = factories.person(first_name="Jane", last_name="Roe", email="jane@acme.example")
    factories.person()
    for typed in ("jane roe", "JANE@acme", "roe"):
        assert listed(desk.get(PEOPLE, {"q": typed})) == ["Jane Roe"], typed
    assert person.email in words(desk.get(PEOPLE))


def test_send_account_id_again(desk: Client, olive: User) -> None:
    owner = factories.owner_of(factories.account(owner_active=False))
    assert "Send account ID again" in words(desk.get(page_of(owner)))
    assert f"The account ID is on its way to {owner.email}." in send_again(desk, owner)
    assert Message.objects.filter(to_address=owner.email, template="accounts/account_id").count() == 2
    assert Event.objects.filter(kind="accounts.invited", by=olive).count() == 1


def test_whoever_has_signed_in_needs_no_account_id(desk: Client) -> None:
    owner = factories.owner_of(factories.account())
    assert "Send account ID again" not in words(desk.get(page_of(owner)))
    assert "has signed in already" in send_again(desk, owner)
    assert Message.objects.filter(to_address=owner.email, template="accounts/account_id").count() == 1


def test_opening_the_buttons_address_sends_nothing(desk: Client) -> None:
    owner = factories.owner_of(factories.account(owner_active=False))
    answer = desk.get(reverse("admin:accounts_user_send_account_id", args=[owner.pk]))
    assert answer["Location"] == page_of(owner)
    assert Message.objects.filter(to_address=owner.email).count() == 1


def test_an_officers_page_names_the_desk(desk: Client, olive: User) -> None:
    assert "CBP officers" in words(desk.get(page_of(olive)))
    assert "Desks: –" in words(desk.get(page_of(factories.person())))


def test_accounts_are_found_and_their_numbers_masked(desk: Client) -> None:
    record = factories.ImporterRecordFactory.create(importer_number="12-345678900", company_name="Acme Imports Inc.")
    account = factories.account_of(factories.application_approved(record))
    sub_account = SubAccount.objects.get(top_account=account)
    top = reverse("admin:accounts_topaccount_changelist")
    assert listed(desk.get(top, {"q": account.ace_id})) == ["Acme Imports Inc."]
    assert account.ace_id in words(desk.get(reverse("admin:accounts_topaccount_change", args=[account.pk])))
    assert listed(desk.get(SUB_ACCOUNTS, {"q": "12-3456789"})) == ["Acme Imports Inc."]
    for address in (SUB_ACCOUNTS, reverse("admin:accounts_subaccount_change", args=[sub_account.pk])):
        page = desk.get(address).content.decode()
        assert "**-****789 00" in page
        assert "12-345678900" not in page
        assert "Importer" in page


def test_records_are_masked_in_the_list_and_whole_on_their_page(desk: Client) -> None:
    record = factories.ImporterRecordFactory.create(
        importer_number="123-45-6789", company_name="Jane Roe", country="MX"
    )
    assert "***-**-*789" in words(desk.get(RECORDS))
    assert "123-45-6789" not in desk.get(RECORDS).content.decode()
    page = words(desk.get(reverse("admin:importers_importerrecord_change", args=[record.pk])))
    for shown in ("123-45-6789", "Mexico", "Not linked"):
        assert shown in page


@pytest.mark.parametrize("typed", ["12-345678900", "12345678900", "acme", "ACME IMPORTS INC.", "Pat@acme.example"])
def test_records_are_found_by_number_name_and_contact(desk: Client, typed: str) -> None:
    factories.ImporterRecordFactory.create(
        importer_number="12-345678900", company_name="Acme Imports Inc.", point_of_contact_email="pat@acme.example"
    )
    factories.ImporterRecordFactory.create()
    assert listed(desk.get(RECORDS, {"q": typed})) == ["Acme Imports Inc."]


def test_records_by_status_and_by_account(desk: Client) -> None:
    inactive = factories.ImporterRecordFactory.create(status="INACTIVE")
    linked = ImporterRecord.objects.get(pk=factories.application_approved().record_id)
    assert listed(desk.get(RECORDS, {"status__exact": "INACTIVE"})) == [inactive.company_name]
    assert listed(desk.get(RECORDS, {"sub_account__isempty": "0"})) == [linked.company_name]
    page = desk.get(reverse("admin:importers_importerrecord_change", args=[linked.pk])).content.decode()
    assert f"/admin/accounts/subaccount/{linked.sub_account_id}/change/" in page


def more_people(count: int) -> None:
    at = User.objects.count()
    template = factories.person()
    User.objects.bulk_create(
        User(email=f"many{at + number}@trade.example", account_id=f"many{at + number}", created_at=template.created_at)
        for number in range(count)
    )


def more_records(count: int) -> None:
    ImporterRecord.objects.bulk_create(factories.ImporterRecordFactory.build_batch(count))


def more_sub_accounts(count: int) -> None:
    account = TopAccount.objects.first() or factories.account()
    SubAccount.objects.bulk_create(
        SubAccount(
            top_account=account,
            account_type="IMPORTER",
            identifier=factories.importer_number(),
            name="Many",
            created_at=account.created_at,
        )
        for _ in range(count)
    )


@pytest.mark.parametrize(
    ("address", "grow"), [(PEOPLE, more_people), (RECORDS, more_records), (SUB_ACCOUNTS, more_sub_accounts)]
)
def test_the_lists_take_the_same_queries_for_ten_and_for_a_thousand(
    desk: Client, address: str, grow: Callable[[int], None]
) -> None:
    assert assert_constant_queries(desk, address, grow) < 15
