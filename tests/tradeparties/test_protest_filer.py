"""The protest filer's application: one page, then the same desk as the others."""

import pytest
from django.test import Client

from accounts.models import SubAccount
from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from tests import factories
from tests.desk.conftest import words
from tests.importers.screens import errors, text_of
from tests.tradeparties import samples
from tests.tradeparties.samples import PROTEST_FILER, desk_url, protest, url
from tradeparties import application_actions as actions
from tradeparties.models import TradeApplication

pytestmark = pytest.mark.django_db


def test_from_the_form_to_the_open_account(client: Client, desk: Client) -> None:
    shown = text_of(client.get(PROTEST_FILER))
    for label in ("Company Name", "Employer Identification Number", "Date of Birth", "Terms and Conditions"):
        assert label in shown
    typed = protest()
    for _ in range(2):
        answer = client.post(PROTEST_FILER, typed)
        application = TradeApplication.objects.get()
        assert answer["Location"] == url(application, "status"), errors(answer)
    assert (application.kind, application.status, application.company_name) == (
        *("PROTEST_FILER", "SUBMITTED"),
        "Quay & Cole LLP",
    )
    assert Message.objects.filter(about=ref(application)).count() == 1
    status = text_of(client.get(url(application, "status")))
    assert "Quay & Cole LLP" in status and typed["ein"] not in status and f"**-****{typed['ein'][-3:]}" in status
    review = words(desk.get(desk_url(application)))
    assert typed["ein"] in review and "03/21/1985" in review and "Kind of application Protest filer" in review
    desk.post(desk_url(application, "approve"))
    made = SubAccount.objects.get(account_type="PROTEST_FILER")
    assert (made.identifier, made.name, str(made)) == (
        *(typed["ein"], "Quay & Cole LLP"),
        f"Protest Filer **-****{typed['ein'][-3:]}",
    )


def test_an_empty_form_lists_every_required_field(client: Client) -> None:
    lines = errors(client.post(PROTEST_FILER, {"key": "x"}))
    assert len(lines) == 13
    assert any("Read the Terms and Conditions and check the box to agree to them." in line for line in lines)


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("ein", "123", "This is not an EIN."),
        ("ein", "12-345678900", "Leave off its last two characters"),
        ("company_name", "<x>", "cannot be used here"),
        ("owner_date_of_birth", "1985", "MM/DD/YYYY"),
        ("picture", "123456", "picture"),
        ("applicant_email", "a b@c", "Business Email Address"),
    ],
)
def test_bad_input_is_named_and_nothing_typed_is_lost(client: Client, field: str, typed: str, message: str) -> None:
    sent = protest(**{field: typed})
    answer = client.post(PROTEST_FILER, sent)
    assert any(message in line for line in errors(answer)), errors(answer)
    page = answer.content.decode()
    assert sent["owner_last_name"] in page and sent["duns"] in page and sent["key"] in page
    assert not TradeApplication.objects.exists()


def test_what_the_portal_knows_is_refused_beside_its_field(client: Client) -> None:
    known = factories.person()
    answer = client.post(PROTEST_FILER, protest(applicant_email=known.email))
    assert "already belongs to a portal owner or user" in errors(answer)[0]
    held = samples.protest_filer()
    actions.approve(held, by=factories.officer())
    answer = client.post(PROTEST_FILER, protest(ein=held.activities.get().identifier))
    (line,) = errors(answer)
    assert "already belongs to a portal account" in line and "owner lookup" in line and held.company_name not in line
    assert TradeApplication.objects.count() == 1
