"""The application for trade activities in the browser: sections, drafts, answers, submission."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ace_portal.core.models import Message
from ace_portal.core.refs import ref
from tests import factories
from tests.importers.screens import errors, text_of
from tests.tradeparties import samples
from tests.tradeparties.samples import AUTHORIZATION, OFFICER, activity, owner, url
from tradeparties import tasks
from tradeparties.descriptions import TRADE
from tradeparties.models import TradeApplication
from verification.throttles import Rule

pytestmark = pytest.mark.django_db


def only() -> TradeApplication:
    return TradeApplication.objects.get()


def test_from_the_first_section_to_the_status_page(client: Client) -> None:
    answer = samples.begin(client)
    application = only()
    assert answer["Location"] == url(application, "officer")
    mail = Message.objects.get(about=ref(application))
    assert mail.to_address == application.applicant_email and url(application, "resume") in mail.body
    code = samples.filer_code()
    pages = {
        "officer": OFFICER,
        "activities": activity(0, identifier=code.lower()) | activity(1, "SURETY", "123", "Pier") | {"primary": "1"},
        "owner": owner(owner_first_name="Zoë"),
        "authorization": AUTHORIZATION,
    }
    for page, typed in pages.items():
        assert client.get(url(application, page)).status_code == 200
        answer = client.post(url(application, page), typed)
        assert answer.status_code == 302, errors(answer)
    assert answer["Location"] == url(application, "answers")
    shown = text_of(client.get(url(application, "answers")))
    for fact in (
        *("Old Wharf Brokers Inc.", application.applicant_email, "Corporation", "September 30", "15-048-3782"),
        *("Ola", "President", "03/21/1965", f"Filer code {code}"),
        *("Surety, primary account type (P)", "Surety code 123", "Zoë", "03/21/1985", "United States"),
        *("+1 410-555-0123", "Yes"),
    ):
        assert fact in shown, fact
    assert only().status == "DRAFT", "a look is no submission"
    for _ in range(2):
        answer = client.post(url(application, "answers"))
        assert answer["Location"] == url(application, "status")
    kept = only()
    assert (kept.status, kept.draft, kept.owner_first_name, kept.fiscal_year_end) == (
        *("SUBMITTED", {}, "Zoë"),
        "September 30",
    )
    assert [(one.account_type, one.identifier, one.is_primary) for one in kept.activities.all()] == [
        ("BROKER", code, False),
        ("SURETY", "123", True),
    ]
    assert Message.objects.filter(about=ref(kept), template="tradeparties/submitted").count() == 1
    status = text_of(client.get(url(kept, "status")))
    assert "Received" in status and "Application received" in status and code in status
    assert "03/21/1985" not in status and "03/21/1965" not in status
    assert client.get(url(kept, "officer"))["Location"] == url(kept, "status")


@pytest.mark.parametrize(
    ("chosen", "waits"), [("SURETY", ("SURETY", "Old Wharf Brokers Inc.")), ("IMPORTERS", ("", "")), ("x", ("", ""))]
)
def test_the_way_chosen_before_waits_among_the_activities(client: Client, chosen: str, waits: tuple[str, str]) -> None:
    found = client.get(reverse("portal:apply"), {"activity": chosen}).content.decode()
    assert chosen == "x" or f"{samples.APPLY}?activity={chosen}" in found
    samples.begin(client, address=f"{samples.APPLY}?activity={chosen}")
    page = client.get(url(only(), "activities")).context["form"]
    assert (page["activity-0-type"].value() or "", page["activity-0-name"].value() or "") == waits


def test_every_section_says_what_is_missing(client: Client) -> None:
    application = samples.begun()
    expected = {
        "company": 0,
        "officer": 4,
        "activities": 1,
        "owner": 7,
        "authorization": 3,
    }
    for page, count in expected.items():
        answer = client.post(url(application, page), samples.COMPANY if page == "company" else {})
        assert len(errors(answer)) == count if count else answer.status_code == 302, errors(answer)
    assert len(errors(client.post(samples.APPLY, {"key": "x"}))) == 4


def test_a_double_click_on_the_first_next_begins_one_draft(client: Client) -> None:
    typed = {"applicant_email": samples.email()}
    first, second = samples.begin(client, **typed), samples.begin(client, **typed)
    assert first["Location"] == second["Location"] and TradeApplication.objects.count() == 1
    assert Message.objects.count() == 1


def test_what_is_typed_is_kept_right_or_wrong_and_opens_on_any_computer(client: Client) -> None:
    application = samples.begun()
    wrong = OFFICER | {"officer_date_of_birth": "13/45/1965"}
    assert "Date of Birth" in " ".join(errors(client.post(url(application, "officer"), wrong)))
    elsewhere = Client()
    page = elsewhere.get(url(application, "resume"), follow=True)
    assert page.redirect_chain[-1][0] == url(application, "officer")
    assert 'value="13/45/1965"' in page.content.decode() and 'value="President"' in page.content.decode()
    saved = elsewhere.post(url(application, "owner"), {"owner_city": "Balt", "save": "1"}, follow=True)
    assert "Saved. Continue now" in saved.content.decode() and 'value="Balt"' in saved.content.decode()
    kept = elsewhere.post(f"{url(application, 'owner')}draft/", {"owner_city": "Baltimore"})
    assert "saved_at" in kept.json() and only().draft["owner_city"] == "Baltimore"
    for page in ("company", "officer", "activities", "owner"):
        elsewhere.post(f"{url(application, page)}draft/")
    assert only().draft["officer_title"] == "President" and only().draft["company_name"] == "Old Wharf Brokers Inc."


def test_a_box_that_is_no_longer_checked_is_forgotten(client: Client) -> None:
    application = samples.filled_in()
    client.post(url(application, "authorization"), {"terms": "on"})
    answer = client.get(url(application, "answers"), follow=True)
    assert answer.redirect_chain[-1][0] == f"{url(application, 'authorization')}?check=1"
    assert len(errors(answer)) == 2


def test_the_address_and_the_picture_are_asked_once(client: Client) -> None:
    application = samples.begun()
    page = client.get(url(application, "company"))
    assert application.applicant_email in text_of(page)
    assert "picture" not in page.context["form"].fields and "applicant_email" not in page.context["form"].fields
    changed = samples.COMPANY | {"company_name": "New Wharf", "applicant_email": "evil@trade.example"}
    client.post(url(application, "company"), changed)
    assert (only().company_name, only().applicant_email) == ("New Wharf", application.applicant_email)


def test_more_rows_on_demand_without_losing_any(client: Client) -> None:
    application = samples.begun()
    answer = client.post(url(application, "activities"), activity(identifier="AB!") | {"more": "1"})
    form = answer.context["form"]
    assert form.rows == 3 and 'value="AB!"' in answer.content.decode() and not errors(answer)
    page = client.get(url(application, "activities"))
    assert page.context["form"].rows == 2
    # The Enter key presses the first button of a form: it goes on.
    assert page.content.decode().index(">Next<") < page.content.decode().index('name="more"')
    many = {key: value for row in range(25) for key, value in activity(row).items()} | {"more": "1"}
    assert client.post(url(application, "activities"), many).context["form"].rows == 20


ROW = "Activity 1: Name of the License or Record Holder is required."


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({}, "Enter at least one activity."),
        (activity(identifier="AB1", name=""), ROW),
        ({"activity-0-identifier": "AB1"}, "Activity 1: Account Type is required."),
        (activity(identifier="ABCD"), "A filer code has three letters or digits"),
        (activity(0, "SEA_CARRIER", "A1"), "A SCAC has two to four letters"),
        (activity(0, "AIR_CARRIER", "1234"), "An airline is known by its ICAO code"),
        (activity(0, "SURETY", "12A"), "A surety code has three digits"),
        (activity(0, "FACILITY_OPERATOR", "A12"), "A FIRMS code has four letters or digits"),
        (activity(0, "FTZ_OPERATOR", "A-12"), "A FIRMS code has four letters or digits"),
        (activity(0, "SERVICE_PROVIDER", "12"), "This is not an EIN."),
        (activity(0, "CARTMAN", "12"), "must be one of the options offered"),
        (activity(identifier="A\u202eB"), "invisible character"),
        (activity(identifier="AB1", name="<script>"), "The character < cannot be used here"),
        (activity(identifier="AB1") | activity(1, identifier="ab1") | {"primary": "0"}, "entered twice"),
        (
            activity(identifier="AB1") | activity(1, identifier="AB2"),
            "Choose which activity is the primary account type.",
        ),
        (
            activity(identifier="AB1") | activity(1, identifier="AB2") | {"primary": "9"},
            "must be one of the options offered",
        ),
        (activity(identifier="AB1") | {"primary": "1"}, ""),
        (activity(0, "IMPORTER", "98-765432100"), "There is no importer record (5106)"),
    ],
)
def test_activities_that_cannot_be_taken_are_explained(client: Client, typed: dict[str, str], message: str) -> None:
    application = samples.begun()
    answer = client.post(url(application, "activities"), typed)
    if not message:
        assert answer.status_code == 302
        return
    assert any(message in line for line in errors(answer)), errors(answer)
    kept = only().draft
    assert all(kept[key] == value for key, value in typed.items())


@pytest.mark.parametrize(
    ("section", "field", "typed"),
    [
        ("company", "company_name", "x" * 600),
        ("company", "company_name", "Nul\x00"),
        ("company", "website", "javascript:alert(1)"),
        ("officer", "officer_title", "<b>Boss</b>"),
        ("officer", "officer_first_name", "😀"),
        ("owner", "owner_date_of_birth", "01/01/2020"),
        ("owner", "owner_postal_code", "00000"),
        ("owner", "owner_phone", "call me"),
    ],
)
def test_bad_input_is_named_and_never_an_error_of_ours(client: Client, section: str, field: str, typed: str) -> None:
    application = samples.begun()
    known = {"company": samples.COMPANY, "officer": OFFICER, "owner": owner()}[section]
    answer = client.post(url(application, section), known | {field: typed})
    assert answer.status_code == 200 and field in answer.context["form"].errors
    assert only().draft[field] == typed.replace("\x00", "")[:500]


def test_an_address_of_a_portal_user_is_refused_at_the_start(client: Client) -> None:
    known = factories.person()
    answer = samples.begin(client, applicant_email=known.email.upper())
    assert any("already belongs to a portal owner or user" in line for line in errors(answer))
    assert not TradeApplication.objects.exists() and not Message.objects.filter(to_address=known.email).exists()


def test_a_person_the_portal_knows_is_refused_with_the_way_out(client: Client) -> None:
    known = factories.person(first_name="Toni", last_name="Known", date_of_birth="1985-03-21")
    application = samples.begun()
    answer = client.post(url(application, "owner"), owner(owner_first_name="TONI", owner_last_name=known.last_name))
    assert any("A portal user has this name and date of birth already" in line for line in errors(answer))


def test_a_code_in_use_is_refused_without_naming_the_account(client: Client) -> None:
    holder = samples.approved()
    taken = holder.activities.get()
    application = samples.begun()
    answer = client.post(url(application, "activities"), activity(identifier=taken.identifier.lower()))
    (line,) = errors(answer)
    assert "already belongs to a portal account" in line and "owner lookup" in line
    assert holder.company_name not in line and "/support/owner-lookup/" in answer.content.decode()
    # Somebody who began before is told at the end.
    late = samples.filled_in(changed=activity(identifier=taken.identifier))
    answer = client.post(url(late, "answers"))
    assert "The application was not submitted" in text_of(answer) and "already belongs" in text_of(answer)
    late.refresh_from_db()
    assert late.status == "DRAFT"


def test_importer_numbers_must_be_on_file_under_the_name_and_free(client: Client) -> None:
    free, other = factories.ImporterRecordFactory.create_batch(2)
    linked = factories.importer_account().sub_accounts.get()
    voided = factories.ImporterRecordFactory.create(status="VOIDED")
    application = samples.begun()

    def sent(number: str, name: str) -> list[str]:
        typed = activity(0, "IMPORTER", free.importer_number, free.company_name)
        typed |= activity(1, "IMPORTER", number, name) | {"primary": "0"}
        return errors(client.post(url(application, "activities"), typed))

    assert not sent(other.importer_number, other.company_name.lower())
    assert "This name is not the one on the importer record" in sent(other.importer_number, "Somebody")[0]
    assert "already belongs to a portal account" in sent(linked.identifier, linked.name)[0]
    assert "has been voided" in sent(voided.importer_number, voided.company_name)[0]


def test_questions_to_the_portal_are_counted(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradeparties.application_actions.CHECKS_FROM_IP", ())
    application = samples.begun()
    assert client.post(url(application, "activities"), activity()).status_code == 302
    monkeypatch.setattr("tradeparties.application_actions.CHECKS_FROM_IP", (Rule(1, timedelta(hours=1)),))
    client.post(url(application, "activities"), activity())
    answer = client.post(url(application, "activities"), activity())
    assert "Too many answers were checked" in errors(answer)[0] and "kept" in errors(answer)[0]
    # Handing in asks the same questions.
    whole = samples.filled_in()
    assert "Too many answers were checked" in text_of(client.post(url(whole, "answers")))


def test_unknown_sections_and_tokens_are_not_found(client: Client) -> None:
    application = samples.begun()
    assert client.get(f"/apply/trade/{application.draft_token}/nothing/").status_code == 404
    assert client.get("/apply/trade/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404
    # Before it is submitted there is no status page, and the two tokens are not the same.
    assert client.get(url(application, "status")).status_code == 404


def test_a_draft_ends_after_thirty_days(client: Client, later: Callable[..., datetime]) -> None:
    application = samples.filled_in()
    assert tasks.expire_drafts() == 0
    later(days=31)
    assert tasks.expire_drafts() == 1
    application.refresh_from_db()
    assert (application.status, application.draft) == ("EXPIRED", {})
    for page in ("resume", "officer", "answers"):
        answer = client.get(url(application, page), follow=True)
        assert answer.redirect_chain[-1][0] == samples.APPLY and "has been closed" in answer.content.decode()
    assert client.post(f"{url(application, 'officer')}draft/").status_code == 409


def test_the_description_names_fields_of_the_model() -> None:
    application = TradeApplication()
    for section in TRADE.sections:
        for question in section.questions:
            assert section.repeated or not question.kept or hasattr(application, question.key), question.key
