"""No page asks the database more often because there is more to show: 10 rows and 1,000 rows take the same queries."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.applications import ApplicationMessage
from accounts.models import SignIn, SubAccount, TopAccount, User
from ace_portal.core import clock
from ace_portal.core.models import Event, Message
from ace_portal.core.refs import ref
from exporters.models import EinDispute, ExporterApplication
from exporters.models.authorization import ReportAuthorization
from importers.models import ImporterApplication, ImporterRecord
from mailroom.models import Letter
from tests import factories
from tests.exporters import authorization_samples, makers
from tests.harness.people import sign_in
from tests.harness.queries import assert_constant_queries
from useraccess.models import Membership, Role

pytestmark = pytest.mark.django_db
PROXY = Role.PROXY_TRADE_ACCOUNT_OWNER


def more_sub_accounts(account: TopAccount) -> Callable[[int], object]:
    """Adds importer sub-accounts with their records to a top account."""

    def grow(rows: int) -> None:
        subs = SubAccount.objects.bulk_create(
            SubAccount(
                top_account=account,
                account_type="IMPORTER",
                identifier=factories.importer_number(),
                name=f"Branch {number}",
                created_at=clock.now(),
            )
            for number in range(rows)
        )
        ImporterRecord.objects.bulk_create(
            ImporterRecord(importer_number=one.identifier, company_name=one.name, sub_account=one) for one in subs
        )

    return grow


def more_people(account: TopAccount) -> Callable[[int], object]:
    """Adds members to a top account."""

    def grow(rows: int) -> None:
        people = User.objects.bulk_create(
            User(
                account_id=f"A{(number := factories.serial())}",
                email=f"member{number}@trade.example",
                first_name="Robin",
                last_name=f"Member{number}",
                created_at=clock.now(),
            )
            for _ in range(rows)
        )
        Membership.objects.bulk_create(
            Membership(user=one, top_account=account, role=Role.TRADE_ACCOUNT_USER, began_at=clock.now())
            for one in people
        )

    return grow


def more_applications(rows: int) -> None:
    """Adds applications to the desk's queue, every other one claimed."""
    officer = factories.officer()
    records = ImporterRecord.objects.bulk_create(factories.ImporterRecordFactory.build_batch(rows))
    ImporterApplication.objects.bulk_create(
        ImporterApplication(
            record=record,
            company_name=record.company_name,
            applicant_email=f"bulk{record.pk}@trade.example",
            browser=str(record.pk),
            status="IN_REVIEW" if number % 2 else "SUBMITTED",
            claimed_by=officer if number % 2 else None,
            claimed_at=clock.now() if number % 2 else None,
            created_at=clock.now(),
            submitted_at=clock.now(),
        )
        for number, record in enumerate(records)
    )


def more_exporter_applications(rows: int) -> None:
    """Adds exporter applications to the desk's list."""
    pattern = makers.submitted()
    copied = {
        field.attname: getattr(pattern, field.attname)
        for field in ExporterApplication._meta.concrete_fields
        if field.name not in ("id", "reference", "draft_token", "status_token", "form_key")
    }
    ExporterApplication.objects.bulk_create(
        ExporterApplication(**copied, form_key=f"form {factories.serial()}") for _ in range(rows)
    )


def more_disputes(rows: int) -> None:
    """Adds disputes about EINs, each of another company; every other one is resolved."""
    officer = factories.officer()
    accounts = _accounts(rows)
    EinDispute.objects.bulk_create(
        EinDispute(
            top_account=account,
            ein=makers.ein(),
            text="Ours.",
            raised_by=officer,
            raised_at=clock.now(),
            **(
                {"status": "RESOLVED", "resolved_by": officer, "resolved_at": clock.now(), "note": "Free now."}
                if number % 2
                else {}
            ),
        )
        for number, account in enumerate(accounts)
    )


def more_requests(rows: int) -> None:
    """Adds requests that wait for Census, each of another company."""
    requester = factories.person()
    exporters = SubAccount.objects.bulk_create(
        SubAccount(
            top_account=account,
            account_type="EXPORTER",
            identifier=makers.ein(),
            name="Exports",
            created_at=clock.now(),
        )
        for account in _accounts(rows)
    )
    ReportAuthorization.objects.bulk_create(
        ReportAuthorization(
            sub_account=exporter,
            ein=exporter.identifier,
            requested_by=requester,
            requested_at=clock.now(),
            reason="Reports",
            acts_as="USPPI",
            contact_name="Pat",
            contact_phone="+14105550123",
            contact_email="pat@exporter.example",
        )
        for exporter in exporters
    )


def _accounts(rows: int) -> list[TopAccount]:
    return TopAccount.objects.bulk_create(
        TopAccount(ace_id=f"Q{factories.serial()}", company_name="Company", created_at=clock.now()) for _ in range(rows)
    )


def more_letters(rows: int) -> None:
    """Adds letters to the mailroom, each to another address."""
    Letter.objects.bulk_create(
        Letter(
            to_address=f"reader{(number := factories.serial())}@trade.example",
            subject="A letter",
            body="Hello",
            message_id=f"<{number}@portal.example>",
            sent_at=clock.now(),
        )
        for _ in range(rows)
    )


def more_history(application: ImporterApplication, officer: User) -> Callable[[int], object]:
    """Adds events, messages of both sides and mails to an application."""

    def grow(rows: int) -> None:
        at, about = clock.now(), ref(application)
        Event.objects.bulk_create(
            Event(at=at, kind="importers.in_review", summary="Claimed", by=officer, by_label="Desk", subject=about)
            for _ in range(rows)
        )
        ApplicationMessage.objects.bulk_create(
            ApplicationMessage(
                application=about,
                from_desk=number % 2 == 0,
                author=None if number % 2 else officer,
                text="?",
                sent_at=at,
            )
            for number in range(rows)
        )
        Message.objects.bulk_create(
            Message(
                to_address="a@trade.example",
                template="importers/in_review",
                subject="The review has begun",
                body="…",
                about=about,
                message_id=f"<{factories.serial()}@bulk.example>",
                created_at=at,
                next_attempt_at=at,
            )
            for _ in range(rows)
        )

    return grow


@pytest.fixture
def account() -> TopAccount:
    return factories.importer_account()


@pytest.fixture
def owner(client: Client, account: TopAccount) -> Client:
    return sign_in(client, factories.owner_of(account))


class TestForTheTrade:
    @pytest.mark.parametrize("address", ["/", "/accounts/", "/accounts/?order=number", "/accounts/?q=Branch&page=2"])
    def test_lists_of_sub_accounts(self, owner: Client, account: TopAccount, address: str) -> None:
        assert_constant_queries(owner, address, more_sub_accounts(account))

    def test_top_account(self, owner: Client, account: TopAccount) -> None:
        address = reverse("portal:top-account", args=[account.pk])
        assert_constant_queries(owner, address, more_sub_accounts(account))

    def test_people_of_a_top_account(self, owner: Client, account: TopAccount) -> None:
        assert_constant_queries(owner, reverse("portal:top-account", args=[account.pk]), more_people(account))

    def test_status_page(self, client: Client) -> None:
        officer = factories.officer()
        application = factories.application_asked(by=officer)
        address = reverse("importers:status", args=[application.status_token])
        assert_constant_queries(client, address, more_history(application, officer))

    def test_choice_of_a_top_account(self, owner: Client, account: TopAccount) -> None:
        def grow(rows: int) -> None:
            Membership.objects.bulk_create(
                Membership(user=factories.owner_of(account), top_account=one, role=PROXY, began_at=clock.now())
                for one in _accounts(rows)
            )

        assert_constant_queries(owner, reverse("exporters:create"), grow)

    def test_sign_ins_of_a_profile(self, owner: Client, account: TopAccount) -> None:
        user = factories.owner_of(account)

        def grow(rows: int) -> None:
            SignIn.objects.bulk_create(
                SignIn(user=user, at=clock.now(), address="10.0.0.1", browser="A browser") for _ in range(rows)
            )

        assert_constant_queries(owner, reverse("accounts:profile"), grow)

    def test_mailroom(self, rehearsal: None, client: Client) -> None:
        assert_constant_queries(client, "/mailroom/", more_letters)


class TestForTheDesk:
    @pytest.mark.parametrize("address", ["queue/", "queue/?q=Company", "numbers/"])
    def test_all_kinds_of_work(self, officer_client: Callable[..., Client], address: str) -> None:
        taken = assert_constant_queries(officer_client(), f"/admin/{address}", more_applications)
        assert taken <= 10 or address == "numbers/"

    @pytest.mark.parametrize("address", ["", "?q=Company"])
    def test_queue(self, officer_client: Callable[..., Client], address: str) -> None:
        queue = reverse("admin:importers_importerapplication_changelist")
        assert_constant_queries(officer_client(), queue + address, more_applications)

    @pytest.mark.parametrize("address", ["", "?q=Exporter"])
    def test_exporter_applications(self, officer_client: Callable[..., Client], address: str) -> None:
        listed = reverse("admin:exporters_exporterapplication_changelist")
        assert_constant_queries(officer_client(), listed + address, more_exporter_applications)

    @pytest.mark.parametrize("address", ["", "?q=Company"])
    def test_disputes(self, officer_client: Callable[..., Client], address: str) -> None:
        assert_constant_queries(
            officer_client(), reverse("admin:exporters_eindispute_changelist") + address, more_disputes
        )

    @pytest.mark.parametrize("address", ["", "?status=all", "?q=Company"])
    def test_census_queue(self, officer_client: Callable[..., Client], address: str) -> None:
        queue = reverse("admin:exporters_reportauthorization_changelist")
        assert_constant_queries(officer_client(authorization_samples.analyst()), queue + address, more_requests)

    def test_records(self, officer_client: Callable[..., Client], account: TopAccount) -> None:
        records = reverse("admin:importers_importerrecord_changelist")
        assert_constant_queries(officer_client(), records, more_sub_accounts(account))

    def test_people(self, officer_client: Callable[..., Client], account: TopAccount) -> None:
        assert_constant_queries(officer_client(), reverse("admin:accounts_user_changelist"), more_people(account))

    @pytest.mark.parametrize("model", ["core_message", "core_event"])
    def test_mails_and_events(self, officer_client: Callable[..., Client], model: str) -> None:
        desk = officer_client()
        application = factories.application_submitted()
        grow = more_history(application, desk.officer)
        assert_constant_queries(desk, reverse(f"admin:{model}_changelist"), grow)

    def test_review_page(self, officer_client: Callable[..., Client]) -> None:
        desk = officer_client()
        application = factories.application_submitted()
        address = reverse("admin:importers_importerapplication_change", args=[application.pk])
        assert_constant_queries(desk, address, more_history(application, desk.officer))
