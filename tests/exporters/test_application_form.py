"""The application form: what it asks, what it refuses, what it keeps, what a second click does."""

from datetime import date
from html import escape
from typing import Any

import pytest
from django.test import Client

from ace_portal.core.models import Event, Message
from exporters.models import ExporterApplication
from tests import factories
from tests.exporters.makers import TYPED, apply, errors, heading, text_of
from tests.harness.moving_time import later
from tests.harness.tasks import Worker
from tests.importers.test_bad_input import BAD, raw

__all__ = ["later"]
pytestmark = pytest.mark.django_db

LABELS = {
    "ein": "Employer Identification Number (EIN)",
    "company_name": "Company Name",
    "country": "Country",
    "street_address": "Street Address",
    "city": "City",
    "state": "State",
    "postal_code": "ZIP Code",
    "fiscal_year_end_0": "End of Fiscal Year",
    "fiscal_year_end_1": "End of Fiscal Year",
    "duns": "DUNS",
    "owner_first_name": "First Name",
    "owner_middle_name": "Middle Name",
    "owner_last_name": "Last Name",
    "owner_date_of_birth": "Date of Birth",
    "owner_phone": "Telephone Number",
    "owner_fax": "Fax Number",
    "email": "E-mail Address",
    "picture": "picture",
}
CHOICES = {"country", "fiscal_year_end_0", "fiscal_year_end_1"}
OPTIONAL = {"duns", "owner_middle_name", "owner_fax"}


def only() -> ExporterApplication:
    return ExporterApplication.objects.get()


def test_the_page_has_three_sections_and_says_what_is_required(client: Client) -> None:
    page = client.get("/apply/exporter/")
    shown = text_of(page)
    for section in ("Corporate Information", "ACE Account Owner", "Submit"):
        assert f"{section}</h2>" in page.content.decode()
    for label in (*LABELS.values(), "Terms and Conditions"):
        assert label in shown or label == "picture", label
    for name in OPTIONAL:
        assert f'id="id_{name}" required' not in page.content.decode()
    assert "Companies abroad" in shown


def test_a_complete_form_is_received_and_leads_to_the_success_page(client: Client, worker: Worker) -> None:
    answer = apply(client)
    row = only()
    assert (answer.status_code, answer["Location"]) == (302, f"/status/exporter/{row.status_token}/submitted/")
    success = client.get(answer["Location"])
    assert row.reference in text_of(success)
    assert f'href="/status/exporter/{row.status_token}/"' in success.content.decode()
    assert "received" in heading(success)
    assert (row.ein, row.company_name, row.applicant_email) == (TYPED["ein"], TYPED["company_name"], TYPED["email"])
    assert (row.fiscal_year_end, row.duns) == ("September 30", "15-048-3782")
    assert (row.owner_date_of_birth, row.owner_phone) == (date(1985, 3, 21), "+14105550123")
    assert row.status == "SUBMITTED"
    assert Message.objects.count() == 0, "the answer is the only mail"


def test_an_empty_form_lists_everything_that_is_required(client: Client) -> None:
    page = client.post("/apply/exporter/", {})
    lines = errors(page)
    for label in {*LABELS.values(), "Terms and Conditions", "typed again"} - {LABELS[name] for name in OPTIONAL}:
        assert any(label.lower() in line.lower() for line in lines), (label, lines)
    assert len(lines) == 16, lines
    assert ExporterApplication.objects.count() == 0
    assert page.content.decode().index("ace-error-summary") < page.content.decode().index("Corporate Information</h2>")


def test_the_errors_stand_in_the_order_of_the_page(client: Client) -> None:
    lines = errors(client.post("/apply/exporter/", {}))
    order = ["(EIN)", "Company Name", "Country", "Street", "City", "State", "ZIP", "Fiscal", "First Name", "Last Name"]
    places = [next(i for i, line in enumerate(lines) if word.lower() in line.lower()) for word in order]
    assert places == sorted(places), lines


@pytest.mark.parametrize("field", [name for name in LABELS if name not in OPTIONAL])
@pytest.mark.parametrize("blank", ["", " \u00a0\t"])
def test_an_empty_field_is_asked_for(client: Client, field: str, blank: str) -> None:
    lines = errors(apply(client, **{field: blank}))
    assert any(LABELS[field].lower() in line.lower() for line in lines), lines
    assert len(lines) == 1, lines
    assert ExporterApplication.objects.count() == 0


@pytest.mark.parametrize("field", LABELS)
def test_bad_input_is_explained_and_nothing_is_lost(field: str) -> None:
    client = Client()
    for name, value in BAD.items():
        answer: Any = client.post(
            "/apply/exporter/", raw(TYPED | {field: value}), content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code == 200, (name, answer)
        lines = errors(answer)
        assert any(LABELS[field].lower() in line.lower() for line in lines), (name, lines)
        assert len(lines) == 1, (name, lines)
        shown = answer.content.decode()
        assert "<script>alert" not in shown
        for other, typed in TYPED.items():
            if other in (field, "picture", "picture_token", "terms") or not typed:
                continue
            kept = f'<option value="{typed}" selected>' if other in CHOICES else f'value="{escape(typed)}"'
            assert kept in shown, (name, other)
    assert (ExporterApplication.objects.count(), Message.objects.count(), Event.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("field", [name for name in LABELS if name not in CHOICES])
def test_white_space_around_an_answer_does_not_matter(client: Client, field: str, worker: Worker) -> None:
    assert apply(client, **{field: f" \t{TYPED[field]}\u00a0 "}).status_code == 302


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", ""])
def test_another_kind_of_body_breaks_nothing(client: Client, kind: str) -> None:
    assert client.post("/apply/exporter/", b'{"ein": "x"}', content_type=kind).status_code in (200, 400)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("1985-03-21", "MM/DD/YYYY"),
        ("21/03/1985", "no such day"),
        ("02/29/1985", "no such day"),
        ("02/30/1984", "no such day"),
        ("March 21, 1985", "MM/DD/YYYY"),
        ("03/21/85", "MM/DD/YYYY"),
        ("03/03/2026", "future"),
        ("03/21/2985", "future"),
        ("03/03/2008", "17 years old"),
        ("03/02/2020", "6 years old"),
        ("03/01/1905", "121 years old"),
        ("00/00/0000", "no such day"),
        ("٠٣/٢١/١٩٨٥", "MM/DD/YYYY"),
    ],
)
def test_a_date_of_birth_is_a_date_of_an_adult(client: Client, later: Any, typed: str, says: str) -> None:
    lines = errors(apply(client, owner_date_of_birth=typed))
    assert len(lines) == 1 and says in lines[0] and "Date of Birth" in lines[0], lines


@pytest.mark.parametrize(
    ("typed", "born"),
    [("3/2/2008", date(2008, 3, 2)), ("02-29-1984", date(1984, 2, 29)), ("03.21.1985", date(1985, 3, 21))],
)
def test_a_date_may_be_written_in_some_other_ways(
    client: Client, worker: Worker, later: Any, typed: str, born: date
) -> None:
    assert apply(client, owner_date_of_birth=typed).status_code == 302
    assert only().owner_date_of_birth == born


def test_the_eighteenth_birthday_is_a_day_at_the_portals_place(client: Client, worker: Worker, later: Any) -> None:
    """Noon in New York on March 2, 2026 is the start; nine hours later it is still March 2 there, and March 3 in UTC."""
    later(hours=9)
    assert "17 years old" in errors(apply(client, owner_date_of_birth="03/03/2008"))[0]
    later(hours=3)
    assert apply(client, owner_date_of_birth="03/03/2008").status_code == 302


@pytest.mark.parametrize(
    "typed", ["12-345678900", "123-45-6789", "00-1234567", "07-1234567", "98-765432", "9876543210"]
)
def test_an_ein_has_nine_digits_and_an_issued_prefix(client: Client, typed: str) -> None:
    lines = errors(apply(client, ein=typed))
    assert len(lines) == 1 and "EIN" in lines[0], lines


@pytest.mark.parametrize("typed", ["987654321", "98 7654321", "98–7654321"])
def test_an_ein_may_be_written_in_other_ways(client: Client, worker: Worker, typed: str) -> None:
    assert apply(client, ein=typed).status_code == 302
    assert only().ein == "98-7654321"


@pytest.mark.parametrize(
    ("country", "state", "postal_code", "city"),
    [
        ("US", "DC", "20229", "Washington"),
        ("US", "PR", "00901", "San Juan"),
        ("US", "Guam", "96910", "Hagatna"),
        ("US", "VI", "00802", "Charlotte Amalie"),
        ("US", "AS", "96799", "Pago Pago"),
        ("US", "MP", "96950", "Saipan"),
        ("PR", "", "00901", "San Juan"),
        ("GU", "", "96910", "Hagatna"),
    ],
)
def test_states_and_territories_may_apply(
    client: Client, worker: Worker, country: str, state: str, postal_code: str, city: str
) -> None:
    answer = apply(client, country=country, state=state, postal_code=postal_code, city=city)
    assert answer.status_code == 302, errors(answer)
    row = only()
    assert (row.country, row.state) == ("US", "GU" if state == "Guam" else state or country)


@pytest.mark.parametrize(
    ("country", "state", "postal_code", "where"),
    [
        ("CA", "ON", "K1A 0B1", "Canada"),
        ("DE", "", "10115", "Germany"),
        ("MX", "", "", "Mexico"),
        ("US", "FM", "96941", "Micronesia"),
        ("US", "PW", "96940", "Palau"),
        ("US", "AE", "09012", "Armed Forces"),
        ("FM", "", "96941", "Micronesia"),
        ("UM", "", "", "Minor Outlying Islands"),
    ],
)
def test_an_address_abroad_is_told_what_it_can_do(
    client: Client, country: str, state: str, postal_code: str, where: str
) -> None:
    page = apply(client, country=country, state=state, postal_code=postal_code)
    lines = errors(page)
    assert len(lines) == 1, lines
    assert where in lines[0] and "Companies abroad" in lines[0] and "District of Columbia" in lines[0]
    assert "freight forwarder" in text_of(page)
    assert ExporterApplication.objects.count() == 0


def test_an_unknown_zip_code_can_be_insisted_on(client: Client, worker: Worker) -> None:
    page = apply(client, postal_code="99999")
    assert "99999" in errors(page)[0]
    assert "I am sure that this ZIP code is right" in text_of(page)
    assert apply(client, postal_code="99999", zip_override="on").status_code == 302


def test_the_two_addresses_must_be_the_same(client: Client, worker: Worker) -> None:
    assert errors(apply(client, email_again="tony@kettle.example")) == [
        "E-mail Address, typed again: The two e-mail addresses differ. Compare them and correct the wrong one."
    ]
    assert apply(client, email_again="Toni@Kettle.example").status_code == 302


def test_the_terms_have_a_page_and_must_be_agreed_to(client: Client) -> None:
    lines = errors(client.post("/apply/exporter/", {name: text for name, text in TYPED.items() if name != "terms"}))
    assert len(lines) == 1 and "Read the Terms and Conditions and check the box" in lines[0]
    assert 'href="/apply/exporter/terms/"' in client.get("/apply/exporter/").content.decode()
    assert "Terms and Conditions" in heading(client.get("/apply/exporter/terms/"))


def test_a_wrong_picture_is_renewed_and_the_rest_stays(client: Client) -> None:
    page = apply(client, picture="222222", picture_token="stale")  # noqa: S106
    assert len(errors(page)) == 1 and "picture" in errors(page)[0]
    assert 'value="Copper Kettle Exports LLC"' in page.content.decode()
    assert "222222" not in page.content.decode()
    assert "stale" not in page.content.decode()


def test_a_second_click_lands_on_the_same_success_page(client: Client, worker: Worker) -> None:
    first, second = apply(client, key="a key"), apply(client, key="a key")
    assert first["Location"] == second["Location"]
    assert ExporterApplication.objects.count() == 1
    assert Event.objects.filter(kind="exporters.submitted").count() == 1


def test_another_answer_with_the_same_key_is_another_application(client: Client, worker: Worker) -> None:
    """Back, correct the EIN, Submit: the correction must not be swallowed."""
    apply(client, key="a key")
    assert apply(client, key="a key", ein="98-7654322").status_code == 302
    assert ExporterApplication.objects.count() == 2


def test_the_key_of_one_browser_opens_nothing_in_another(client: Client, worker: Worker) -> None:
    first, other = apply(client, key="a key"), apply(Client(), key="a key")
    assert first["Location"] != other["Location"]


def test_the_form_carries_a_fresh_key_each_time(client: Client) -> None:
    keys = {client.get("/apply/exporter/").context["form"]["key"].value() for _ in range(2)}
    assert len(keys) == 2 and all(len(key) == 22 for key in keys)


def test_one_network_and_one_mailbox_have_their_share(client: Client, worker: Worker) -> None:
    for number in range(5):
        mailbox = {"email": f"toni+{number}@kettle.example", "email_again": f"toni+{number}@kettle.example"}
        assert apply(client, key=f"{number}", **mailbox).status_code == 302
    assert "Several applications were sent for this e-mail address" in errors(apply(client, key="6"))[0]
    for number in range(25):
        mailbox = {"email": f"a{number}@kettle.example", "email_again": f"a{number}@kettle.example"}
        assert apply(client, key=f"{number}", **mailbox).status_code == 302
    other = {"email": "last@kettle.example", "email_again": "last@kettle.example"}
    assert "from your network" in errors(apply(client, key="7", **other))[0]
    assert apply(Client(REMOTE_ADDR="10.0.0.9"), key="7", **other).status_code == 302


def test_a_click_that_met_the_limit_still_finds_the_first_ones_application(client: Client, worker: Worker) -> None:
    for number in range(5):
        apply(client, key=f"{number}")
    assert apply(client, key="4").status_code == 302
    assert ExporterApplication.objects.count() == 5


@pytest.mark.parametrize("token", ["A" * 22, "A" * 21, "../../../../../etc/pw"])
def test_an_unknown_token_is_not_found(client: Client, token: str) -> None:
    factories.person()
    assert client.get(f"/status/exporter/{token}/").status_code == 404
    assert client.get(f"/status/exporter/{token}/submitted/").status_code == 404
