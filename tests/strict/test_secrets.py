"""No secret is left where it does not belong: logs, events, sent mails, the desk's pages, error pages."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from importers.models import ImporterApplication
from tests import factories
from tests.harness.mail import Letter
from tests.harness.people import sign_in
from tests.strict.secrets import Secrets, logs_in_every_form, pages_of_the_desk
from verification import challenges
from verification.models import AuthenticatorDevice

pytestmark = pytest.mark.django_db

Mailbox = Callable[[str], list[Letter]]
OWN_PASSWORD = "Quiet-Rivers-7-Bend!"
#: The columns that exist to keep a secret, because whoever comes with it has to be known again.
KEEPERS = {
    "accounts.User.account_id",
    "importers.ImporterApplication.draft_token",
    "importers.ImporterApplication.status_token",
}
APPLICANT = "applicant@trade.example"


def apply(client: Client, mailbox: Mailbox, secrets: Secrets) -> ImporterApplication:
    """An application by the pages, one wrong code included; its secrets become known."""
    record = factories.ImporterRecordFactory.create()
    client.post(
        reverse("importers:apply"),
        {
            "company_name": record.company_name,
            "importer_number": record.importer_number,
            "email": APPLICANT,
            "picture": "PASSED",
            "picture_token": "any",
        },
    )
    application = ImporterApplication.objects.get()
    code = mailbox(record.point_of_contact_email)[0].code
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    secrets.add(
        code=code,
        wrong_code=wrong,
        draft_token=application.draft_token,
        status_token=application.status_token,
        importer_number=record.importer_number,
    )
    for typed in (wrong, code):
        client.post(reverse("importers:code", args=[application.draft_token]), {"code": typed})
    client.post(reverse("importers:details", args=[application.draft_token]), factories.DETAILS)
    client.post(reverse("importers:answers", args=[application.draft_token]))
    client.get(reverse("importers:status", args=[application.status_token]))
    application.refresh_from_db()
    assert application.status == "SUBMITTED"
    return application


def approve(desk: Client, application: ImporterApplication, mailbox: Mailbox, secrets: Secrets) -> User:
    """The desk approves; the new owner's account ID becomes known."""
    desk.post(reverse("admin:desk_claim", args=["importers.importerapplication", application.pk]))
    desk.post(reverse("admin:importers_importerapplication_approve", args=[application.pk]))
    owner = User.objects.get(email=APPLICANT)
    assert any(owner.account_id in letter.body for letter in mailbox(APPLICANT))
    secrets.add(account_id=owner.account_id)
    return owner


def get_in(client: Client, owner: User, secrets: Secrets) -> None:
    """Retrieve Password, a wrong and a right sign-in, a refused and an accepted change of password, sign-in."""
    page = client.post(reverse("accounts:retrieve-password"), {"shared_secret": owner.account_id}).content.decode()
    found = re.search(r"\b\w{4}-\w{4}-\w{4}-\w{4}\b", page)
    assert found, page
    temporary, slip = found[0], "Nearly-Right-5-Words?"
    secrets.add(temporary_password=temporary, slip=slip, own_password=OWN_PASSWORD)
    password(client, owner, slip, works=False)
    password(client, owner, temporary)
    answers = {f"answer_{n}": f"Quite-secret-answer-{n}" for n in range(1, 6)}
    again = {name.replace("answer", "again"): text for name, text in answers.items()}
    asked = {f"question_{n}": code for n, code in enumerate(list(challenges.QUESTIONS)[:5], start=1)}
    assert client.post(reverse("accounts:questions"), {**asked, **answers, **again}).status_code == 302
    secrets.add(**answers)
    for new, typed_again in ((slip, "another"), (OWN_PASSWORD, OWN_PASSWORD)):
        change = {"old_password": temporary, "new_password": new, "again": typed_again}
        answer = client.post(reverse("accounts:change-password"), change)
    assert answer.status_code == 302
    password(client, owner, OWN_PASSWORD)
    client.get(reverse("accounts:enroll"))
    device = AuthenticatorDevice.objects.get(user=owner)
    page = client.post(reverse("accounts:enroll"), {"code": f"{device.totp().token():06d}"}).content.decode()
    codes = re.findall(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b", page)
    assert len(set(codes)) == 10
    secrets.add(owners_key=device.key.hex(), owners_key_text=device.key_text, backup=codes[0], other_backup=codes[9])
    client.post(reverse("accounts:sign-out"))
    password(client, owner, OWN_PASSWORD)
    assert client.post(f"{reverse('accounts:verify')}?with=backup-code", {"code": codes[0]}).status_code == 302


def password(client: Client, owner: User, typed: str, *, works: bool = True) -> None:
    """Give user ID and password at the door."""
    answer = client.post(reverse("accounts:sign-in"), {"username": owner.account_id, "password": typed})
    assert answer.status_code == (302 if works else 200)


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


@pytest.fixture
def desk(officer_client: Callable[..., Client], secrets: Secrets) -> Client:
    """A client signed in to the desk, its authenticator's key and password known."""
    desk = officer_client()
    device = AuthenticatorDevice.objects.get(user=desk.officer)
    secrets.add(totp_key=device.key.hex(), totp_key_text=device.key_text, officer_password=factories.PASSWORD)
    return desk


def test_from_application_to_account(client: Client, desk: Client, mailbox: Mailbox, secrets: Secrets) -> None:
    with logs_in_every_form() as logs:
        application = apply(client, mailbox, secrets)
        owner = approve(desk, application, mailbox, secrets)
        # The 5106 record and whatever points to it keep the number: it is masked for readers, not for the portal.
        number = secrets.known.pop("importer_number")
        assert secrets.in_database(KEEPERS) == set()
        for address, page in pages_of_the_desk(desk):
            assert secrets.in_text(page) == set(), address
        secrets.add(importer_number=number)
        get_in(client, owner, secrets)
    assert secrets.in_lines(logs.getvalue()) == set()
    secrets.known = {
        name: secret for name, secret in secrets.known.items() if re.search("password|slip|answer|key|backup", name)
    }
    assert secrets.in_database(set()) == set()


def test_officers_sign_in_leaves_no_trace_of_key_or_password(
    officer_client: Callable[..., Client], secrets: Secrets
) -> None:
    with logs_in_every_form() as logs:
        officer = factories.officer()
        device = AuthenticatorDevice.objects.get(user=officer)
        secrets.add(totp_key=device.key.hex(), totp_key_text=device.key_text, officer_password=factories.PASSWORD)
        desk = officer_client(officer)
        for address, page in pages_of_the_desk(desk):
            assert secrets.in_text(page) == set(), address
    assert secrets.in_lines(logs.getvalue()) == set()
    assert secrets.in_database(set()) == set()


class TestWhenThePortalBreaks:
    """A page breaks while the secret is in a variable of the code that is running."""

    @pytest.fixture(autouse=True)
    def breaks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def boom(*_: object, **__: object) -> None:
            raise ZeroDivisionError("broken on purpose")

        self.break_down = lambda where: monkeypatch.setattr(where, boom)

    def post(self, address: str, data: dict[str, str], client: Client, secrets: Secrets) -> None:
        client.raise_request_exception = False
        with logs_in_every_form() as logs:
            answer = client.post(address, data)
        assert answer.status_code == 500
        assert "broken on purpose" in logs.getvalue()
        assert secrets.in_text(answer.content.decode()) == set()
        assert secrets.in_lines(logs.getvalue()) == set()

    def test_at_the_code(self, client: Client, mailbox: Mailbox, secrets: Secrets) -> None:
        record = factories.ImporterRecordFactory.create()
        identity = {"company_name": record.company_name, "importer_number": record.importer_number}
        client.post(
            reverse("importers:apply"), {**identity, "email": APPLICANT, "picture": "PASSED", "picture_token": "any"}
        )
        application = ImporterApplication.objects.get()
        code = mailbox(record.point_of_contact_email)[0].code
        secrets.add(code=code, draft_token=application.draft_token, status_token=application.status_token)
        self.break_down("verification.codes.consume")
        self.post(reverse("importers:code", args=[application.draft_token]), {"code": code}, client, secrets)

    def test_at_the_shared_secret(self, client: Client, secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
        owner = factories.owner_of(factories.account(owner_active=False))
        monkeypatch.setattr("accounts.passwords.temporary", lambda: "Temp-Word-That-2222")
        secrets.add(account_id=owner.account_id, temporary_password="Temp-Word-That-2222")
        self.break_down("accounts.actions.credentials.events.record")
        self.post(reverse("accounts:retrieve-password"), {"shared_secret": owner.account_id}, client, secrets)

    def test_at_the_password(self, client: Client, secrets: Secrets) -> None:
        sign_in(client, factories.person())
        secrets.add(old=factories.PASSWORD, new=OWN_PASSWORD)
        self.break_down("accounts.actions.credentials._set_password")
        change = {"old_password": factories.PASSWORD, "new_password": OWN_PASSWORD, "again": OWN_PASSWORD}
        self.post(reverse("accounts:change-password"), change, client, secrets)

    def test_at_the_sign_in(self, client: Client, secrets: Secrets) -> None:
        person = factories.person()
        secrets.add(password=factories.PASSWORD)
        self.break_down("accounts.backends.find")
        self.post(
            reverse("accounts:sign-in"), {"username": person.email, "password": factories.PASSWORD}, client, secrets
        )

    def test_at_the_desks_sign_in(self, client: Client, secrets: Secrets) -> None:
        officer = factories.officer()
        device = AuthenticatorDevice.objects.get(user=officer)
        secrets.add(password=factories.PASSWORD, key=device.key.hex(), key_text=device.key_text)
        self.break_down("verification.models.AuthenticatorDevice.throttle_increment")
        data = {"username": officer.account_id, "password": factories.PASSWORD, "otp_token": "000000"}
        self.post(reverse("admin:login"), data, client, secrets)
