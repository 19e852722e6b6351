"""What no page of the desk and no line of the field history may hold: tokens, hashes, secret texts, numbers."""

import json
import re

import pytest
from auditlog.models import LogEntry
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import EarlierPassword, SubAccount, User
from ace_portal.audit import masked, register_models
from ace_portal.core.models import Message
from importers.models import ImporterApplication, ImporterRecord
from tests import factories
from tests.desk.conftest import review_page, words
from verification.models import AuthenticatorDevice

pytestmark = pytest.mark.django_db


def secrets() -> set[str]:
    """Every secret text in the database."""
    found = {person.password for person in User.objects.all()}
    found |= {earlier.password for earlier in EarlierPassword.objects.all()}
    found |= {person.account_id for person in User.objects.filter(status__in=["INVITED", "FIRST_SIGN_IN"])}
    for application in ImporterApplication.objects.all():
        found |= {application.draft_token, application.status_token, application.browser}
    for device in AuthenticatorDevice.objects.all():
        found |= {device.sealed_key, device.key_text, device.key.hex()}
    codes = re.compile(r"(?<![\w-])\d{6}(?![\w-])")
    found |= {code for message in Message.objects.filter(secret=True) for code in codes.findall(message.body)}
    return {secret for secret in found if secret}


def every_page(client: Client) -> dict[str, str]:
    """The content of every list, page and history at the desk, by address."""
    pages = {}
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses = [reverse(f"{name}_changelist")]
        addresses += [
            reverse(f"{name}_{what}", args=[row.pk])
            for row in model._default_manager.all()
            for what in ("change", "history")
        ]
        for address in addresses:
            pages[address] = client.get(address).content.decode()
    return pages


def test_no_page_shows_a_secret(field_history: None, desk: Client) -> None:
    for make in (factories.application_started, factories.application_asked, factories.application_rejected):
        make()
    factories.importer_account()
    factories.application_approved()
    hidden = secrets()
    assert len(hidden) > 15
    for address, page in every_page(desk).items():
        shown = [secret for secret in hidden if re.search(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", page)]
        assert not shown, address


def test_the_field_history_holds_no_secret_and_no_whole_number(field_history: None, desk: Client) -> None:
    record = factories.ImporterRecordFactory.create(importer_number="12-345678900")
    application = factories.application_approved(record)
    owner = factories.owner_of(factories.account_of(application))
    owner.set_password("Another-9-Password")
    owner.save()
    kept = json.dumps(list(LogEntry.objects.values("changes", "object_repr", "additional_data")), default=str)
    assert LogEntry.objects.get_for_object(record).exists()
    assert LogEntry.objects.get_for_object(owner).exists()
    assert "**-****789 00" in kept
    for secret in [*secrets(), "12-345678900", "12-3456789", "345678900"]:
        assert secret not in kept


def test_a_password_alone_leaves_no_line(field_history: None) -> None:
    person = factories.person()
    before = LogEntry.objects.get_for_object(person).count()
    person.set_password("Another-9-Password")
    person.save()
    assert LogEntry.objects.get_for_object(person).count() == before


def test_who_changed_which_field_is_on_the_history_page(field_history: None, desk: Client) -> None:
    application = factories.application_submitted()
    desk.post(reverse("admin:desk_claim", args=["importers.importerapplication", application.pk]))
    page = words(desk.get(reverse("admin:importers_importerapplication_history", args=[application.pk])))
    assert "Claimed by" in page
    assert "Status SUBMITTED IN_REVIEW" in page
    assert f"{desk.officer} Status" in page  # type: ignore[attr-defined]
    assert "Every changed field" in words(desk.get(review_page(application)))


def test_becoming_an_officer_is_remembered(field_history: None, desk: Client) -> None:
    officer = factories.officer()
    page = words(desk.get(reverse("admin:accounts_user_history", args=[officer.pk])))
    assert "May open the admin False True" in page
    assert "CBP officers" in page


def test_a_row_without_changes_says_so(desk: Client) -> None:
    device = AuthenticatorDevice.objects.get()
    page = words(desk.get(reverse("admin:verification_authenticatordevice_history", args=[device.pk])))
    assert "No field of this row has been changed" in page


def test_registering_twice_logs_once(field_history: None) -> None:
    register_models()
    record = factories.ImporterRecordFactory.create()
    assert LogEntry.objects.get_for_object(record).count() == 1
    officer = factories.officer()
    groups = [entry for entry in LogEntry.objects.get_for_object(officer) if "groups" in entry.changes_dict]
    assert len(groups) == 1


def test_a_sub_accounts_identifier_is_masked(field_history: None) -> None:
    account = factories.account()
    sub_account = SubAccount.objects.create(
        top_account=account,
        account_type="IMPORTER",
        identifier="123-45-6789",
        name="Jane Roe",
        created_at=account.created_at,
    )
    assert LogEntry.objects.get_for_object(sub_account).get().changes_dict["identifier"] == ["None", "***-**-*789"]


@pytest.mark.parametrize(
    ("identifier", "kept"),
    [
        ("12-345678900", "**-****789 00"),
        ("123-45-6789", "***-**-*789"),
        ("", ""),
        ("None", "None"),
        ("ABC12345", "…345"),
    ],
)
def test_what_is_kept_of_an_identifier(identifier: str, kept: str) -> None:
    assert masked(identifier) == kept


def test_a_changed_record_is_masked_before_and_after(field_history: None) -> None:
    record = factories.ImporterRecordFactory.create(importer_number="12-345678900")
    record.importer_number = "12-345678901"
    record.save()
    entry = LogEntry.objects.get_for_object(record).first()
    assert entry is not None
    assert entry.changes_dict == {"importer_number": ["**-****789 00", "**-****789 01"]}
    assert ImporterRecord.objects.get(pk=record.pk).importer_number == "12-345678901"
