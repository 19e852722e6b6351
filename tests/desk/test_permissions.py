"""Who may open the desk's pages, and that nothing on them is changed by hand."""

from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import SubAccount, TopAccount, User
from ace_portal.core.models import Event, Message
from ace_portal.core.read_only import ReadOnlyAdmin
from ace_portal.core.refs import ref
from importers.models import ImporterApplication, ImporterRecord
from tests import factories
from tests.desk.conftest import QUEUE, button, review_page
from tests.harness.people import sign_in
from useraccess.models import Membership
from verification.models import AuthenticatorDevice

pytestmark = pytest.mark.django_db
LOGIN = reverse("admin:login")
MODELS = [
    User,
    TopAccount,
    SubAccount,
    Membership,
    ImporterRecord,
    ImporterApplication,
    Message,
    Event,
    AuthenticatorDevice,
]


def rows() -> list[Model]:
    """One row of every model the desk shows."""
    factories.application_approved()
    return [model._default_manager.exclude(pk=None).order_by("-pk")[0] for model in MODELS]


def page(row: Model, what: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{what}", args=[row.pk])


def people() -> dict[str, Client]:
    """Browsers of people who have no business at the desk."""
    owner = sign_in(Client(), factories.owner_of(factories.account()))
    no_device = Client()
    no_device.force_login(factories.officer(device=False), backend="accounts.backends.AccountIdOrEmailBackend")
    return {"nobody": Client(), "trade owner": owner, "staff without device": no_device}


def test_outsiders_are_sent_to_the_sign_in_page_everywhere() -> None:
    addresses = [QUEUE, reverse("admin:index")]
    addresses += [page(row, what) for row in rows() for what in ("change", "history")]
    for who, client in people().items():
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 302, (who, address)
            assert answer["Location"].startswith(LOGIN), (who, address)


@pytest.mark.parametrize("code", ["claim", "release", "approve", "ask", "reject"])
def test_outsiders_cannot_press_a_button(code: str) -> None:
    application = factories.application_submitted()
    answers = {"reason": "OTHER", "text": "No.", "question": "Who?"}
    for who, client in people().items():
        answer = client.post(button(application, code), answers)
        assert answer["Location"].startswith(LOGIN), who
    application.refresh_from_db()
    assert application.status == "SUBMITTED"


def test_an_officer_opens_every_page(desk: Client) -> None:
    for row in rows():
        for what in ("change", "history"):
            assert desk.get(page(row, what)).status_code == 200, page(row, what)
        assert desk.get(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist")).status_code == 200


def test_nothing_is_added_changed_or_deleted_by_hand(desk: Client) -> None:
    for row in rows():
        before = type(row)._default_manager.filter(pk=row.pk).values().get()
        names = row._meta.app_label, row._meta.model_name
        assert desk.get(reverse("admin:{}_{}_add".format(*names))).status_code == 403
        assert desk.post(reverse("admin:{}_{}_add".format(*names)), {"email": "x@x.example"}).status_code == 403
        assert desk.post(page(row, "delete"), {"post": "yes"}).status_code == 403
        changed = {field: str(value or "x") for field, value in before.items()}
        assert desk.post(page(row, "change"), changed).status_code in (403, 405)
        assert type(row)._default_manager.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("status", ["APPROVED", "REJECTED", "WITHDRAWN"])
def test_a_forged_post_cannot_set_the_status(desk: Client, status: str) -> None:
    application = factories.application_submitted()
    data: dict[str, Any] = {"status": status, "_save": "Save", "form-0-status": status, "form-0-id": application.pk}
    forms = {
        "form-TOTAL_FORMS": 1,
        "form-INITIAL_FORMS": 1,
        "action": "delete_selected",
        "_selected_action": application.pk,
    }
    assert desk.post(review_page(application), data).status_code == 405
    desk.post(QUEUE, data | forms)
    application.refresh_from_db()
    assert application.status == "SUBMITTED"
    assert ImporterApplication.objects.count() == 1


def test_a_button_needs_the_forms_token(olive: User, desk: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = desk.cookies
    application = factories.application_submitted()
    assert strict.post(button(application, "approve")).status_code == 403
    application.refresh_from_db()
    assert application.status == "SUBMITTED"


def test_only_pages_that_cannot_edit_are_at_the_desk() -> None:
    pages = admin.site._registry
    assert [model for model, page in pages.items() if not isinstance(page, ReadOnlyAdmin)] == []
    assert set(MODELS) <= set(pages)


def test_a_superuser_may_not_edit_either(desk: Client, olive: User) -> None:
    User.objects.filter(pk=olive.pk).update(is_superuser=True)
    record = factories.ImporterRecordFactory.create()
    assert desk.post(page(record, "change"), {"company_name": "Mine"}).status_code == 405
    assert desk.post(page(olive, "change"), {"first_name": "Mine"}).status_code == 403
    assert desk.get("/admin/auth/group/").status_code == 404


@pytest.mark.parametrize("address", ["importers/importerapplication/999999/change/", "core/message/x/change/"])
def test_an_address_without_a_row_is_not_found(desk: Client, address: str) -> None:
    assert desk.get(f"/admin/{address}").status_code == 404


def test_the_first_page_lists_what_waits(desk: Client) -> None:
    factories.application_submitted()
    message = Message.objects.exclude(body="").first()
    assert message is not None
    Message.objects.filter(pk=message.pk).update(status="FAILED", body="", secret=False)
    page = desk.get(reverse("admin:index")).content.decode()
    assert "1 importer application open" in page
    assert "1 message not sent" in page
    assert ref(message) not in page
