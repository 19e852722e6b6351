"""The tab, the instructions and the form: what people see, what they may open, what happens to what they typed."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from accounts.models import SubAccount
from exporters.forms.authorization import FILES_AGAIN, MAX_AFFILIATES, AuthorizationForm
from exporters.models.authorization import ReportAuthorization, status_of
from tests import factories
from tests.core.sample import Page
from tests.exporters.authorization_samples import (
    ANSWERS,
    STATES,
    analyst,
    answers,
    approved,
    ask,
    browser,
    close,
    exporter,
    importer,
    leave,
    owner_of,
    page,
    requested,
    tab,
    upload,
)
from tests.importers.screens import errors, text_of
from useraccess.models import Role

pytestmark = pytest.mark.django_db
BUTTON = "Request EIN Reports Authorization"


@pytest.fixture
def sub_account() -> SubAccount:
    return exporter()


@pytest.fixture
def owner(sub_account: SubAccount) -> Client:
    return browser(owner_of(sub_account))


def test_from_the_button_to_pending(sub_account: SubAccount) -> None:
    client = browser(owner_of(sub_account))
    shown = text_of(client.get(tab(sub_account)))
    assert "Authorization for Reports: Not Authorized" in shown
    assert BUTTON in shown
    steps = text_of(client.get(page("instructions", sub_account)))
    assert "request letter" in steps and "certification of authority" in steps and sub_account.identifier in steps
    form = client.get(page("request", sub_account))
    assert 'enctype="multipart/form-data"' in form.content.decode()
    answer: Any = ask(client, sub_account)
    assert answer["Location"] == tab(sub_account)
    row = ReportAuthorization.objects.get()
    done = text_of(client.get(tab(sub_account)))
    assert f"Request {row.reference} is with Census. You are told by mail what they decide." in done
    assert "Authorization for Reports: Pending" in done
    assert "52-7654321 Acme Parts Inc." in done
    assert BUTTON not in done
    assert (row.contact_phone, row.acts_as, row.reason) == ("+14105550123", "USPPI", ANSWERS["reason"])


def test_the_contact_is_whoever_asks_unless_they_say_otherwise(owner: Client, sub_account: SubAccount) -> None:
    person = owner_of(sub_account)
    shown = Page(owner.get(page("request", sub_account)).content.decode())
    assert shown.one("input", name="contact_name").attrs["value"] == person.get_full_name()
    assert shown.one("input", name="contact_email").attrs["value"] == person.email


@pytest.mark.parametrize(
    ("state", "words", "offered"),
    [
        ("PENDING", "Authorization for Reports: Pending", False),
        ("AUTHORIZED", "Census authorized EIN", False),
        ("DENIED", "Census denied request", True),
        ("REVOKED", "Census revoked the authorization", True),
        ("NOT_NEEDED", "do not appear in the export reports yet", True),
    ],
)
def test_the_tab_says_where_it_stands(state: str, words: str, offered: bool) -> None:
    row = STATES[state]()
    shown = text_of(browser(owner_of(row.sub_account)).get(tab(row.sub_account)))
    assert words in shown
    assert row.reference in shown
    assert (BUTTON in shown) == offered
    assert "export-reports@ace-simulator.example" in shown
    assert not (row.decision_reason and row.decision_reason in shown)


def test_an_automatic_authorization_says_why(owner: Client, sub_account: SubAccount) -> None:
    importer(sub_account.top_account, sub_account.identifier)
    shown = text_of(owner.get(tab(sub_account)))
    assert "Authorization for Reports: Authorized" in shown
    assert "Authorized automatically" in shown
    assert BUTTON not in shown


@pytest.mark.parametrize("name", ["instructions", "request"])
def test_there_is_nothing_to_ask_for_what_is_authorized_or_pending(name: str) -> None:
    for row in (approved(), requested()):
        client = browser(owner_of(row.sub_account))
        answer: Any = client.get(page(name, row.sub_account))
        assert (answer.status_code, answer["Location"]) == (302, tab(row.sub_account))


def test_a_second_click_lands_on_the_finished_page(owner: Client, sub_account: SubAccount) -> None:
    ask(owner, sub_account)
    answer: Any = ask(owner, sub_account, reason="Again.")
    assert answer["Location"] == tab(sub_account)
    row = ReportAuthorization.objects.get()
    assert f"Request {row.reference} for this EIN is with Census already, sent by you." in text_of(
        owner.get(tab(sub_account))
    )
    assert row.reason == ANSWERS["reason"]


def test_a_second_person_is_told_who_asked(sub_account: SubAccount) -> None:
    row = requested(sub_account)
    proxy = browser(factories.member(sub_account.top_account, Role.PROXY_TRADE_ACCOUNT_OWNER))
    answer: Any = ask(proxy, sub_account)
    assert answer["Location"] == tab(sub_account)
    assert f"with Census already, sent by {row.requested_by}." in text_of(proxy.get(tab(sub_account)))
    assert ReportAuthorization.objects.count() == 1


def test_what_became_authorized_while_the_form_was_open(owner: Client, sub_account: SubAccount) -> None:
    owner.get(page("request", sub_account))
    importer(sub_account.top_account, sub_account.identifier)
    answer: Any = ask(owner, sub_account)
    assert answer["Location"] == tab(sub_account)
    assert "authorized for reports already" in text_of(owner.get(tab(sub_account)))
    assert not ReportAuthorization.objects.exists()


@pytest.mark.parametrize("name", ["instructions", "request"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_open_the_pages(name: str, method: str, sub_account: SubAccount) -> None:
    address = page(name, sub_account)
    account = sub_account.top_account
    allowed = 200 if (name, method) != ("instructions", "post") else 405
    proxy = factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    former = factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    leave(former, account)
    for person, status in (
        (owner_of(sub_account), allowed),
        (proxy, allowed),
        (factories.member(account, Role.TRADE_ACCOUNT_USER), 403),
        (former, 404),
        (factories.owner_of(factories.account()), 404),
        (factories.officer(), 404),
        (analyst(), 404),
    ):
        wanted = 405 if allowed == 405 else status
        answer: Any = getattr(browser(person), method)(address)
        assert answer.status_code == wanted, (person, answer.status_code)
        if wanted == 403:
            assert f"Ask {owner_of(sub_account)}." in answer.content.decode()
    if allowed == 200:
        assert getattr(Client(), method)(address)["Location"].startswith(reverse("accounts:sign-in"))


@pytest.mark.parametrize("name", ["instructions", "request"])
def test_a_half_finished_sign_in_opens_nothing(name: str, sub_account: SubAccount) -> None:
    """With the password alone, before the second factor."""
    client = Client()
    client.force_login(owner_of(sub_account), backend="accounts.backends.AccountIdOrEmailBackend")
    for method in (client.get, client.post):
        answer: Any = method(page(name, sub_account))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/")


def test_sub_accounts_that_have_no_such_page() -> None:
    sub_account = exporter()
    client = browser(owner_of(sub_account))
    of_importer = importer(sub_account.top_account, "52-1234567")
    for other in (of_importer, exporter()):
        assert client.get(page("instructions", other)).status_code == 404
        assert ask(client, other).status_code == 404
    close(sub_account)
    assert client.get(page("instructions", sub_account)).status_code == 404
    assert ask(client, sub_account).status_code == 404


# --- What is typed ----------------------------------------------------------------------------------------------

BAD = [
    ("reason", "", "Reason for the request is required."),
    ("reason", "   \n ", "Reason for the request is required."),
    ("reason", "x" * 2001, "must be 2000 characters or fewer"),
    ("reason", "a\x00b", "NUL"),
    ("reason", "a\u202eb", "invisible character"),
    ("acts_as", None, "In which capacity does the company export? This answer is required."),
    ("acts_as", "BROKER", "This answer must be one of the options offered"),
    ("contact_name", "", "Contact person is required."),
    ("contact_name", "R2D2", "digit 2"),
    ("contact_name", "Раt", "letters A to Z"),
    ("contact_name", "x" * 101, "100 characters"),
    ("contact_phone", "call me", "telephone number"),
    ("contact_phone", "", "Contact’s telephone number is required."),
    ("contact_email", "nobody", "e-mail address"),
    ("contact_email", "a@b.example, c@d.example", "one bare e-mail address"),
    ("contact_email", "", "Contact’s e-mail address is required."),
    ("affiliates", "Acme Parts Inc.", "Line 1: This is not an EIN."),
    ("affiliates", "52-7654321", "Line 1: Write the company’s name"),
    ("affiliates", "52-7654321 Acme\n\n52-7654321 Acme again", "Line 3: This EIN stands on a line above"),
    ("affiliates", "52-7654321 <script>", "Line 1: The character <"),
    ("affiliates", "07-7654321 Acme", "Line 1: The IRS has issued no EIN that begins with 07"),
    ("affiliates", "52-7654321 " + "x" * 101, "Line 1: Shorten this to 100 characters"),
]


@pytest.mark.parametrize(("field", "typed", "problem"), BAD)
def test_a_wrong_answer_is_named_and_nothing_typed_is_lost(
    owner: Client, sub_account: SubAccount, field: str, typed: str | None, problem: str
) -> None:
    changed = {"reason": "My <own> reason & more.", "contact_name": "Chris Kept", field: typed}
    answer: Any = ask(owner, sub_account, **changed)
    assert answer.status_code == 200
    told = errors(answer)
    assert any(problem in line for line in told), told
    assert FILES_AGAIN in told
    assert not ReportAuthorization.objects.exists()
    shown = Page(answer.content.decode())
    kept = {
        "reason": shown.one("textarea", name="reason").text.strip(),
        "contact_name": shown.one("input", name="contact_name").attrs.get("value"),
        "contact_email": shown.one("input", name="contact_email").attrs.get("value"),
        "affiliates": shown.one("textarea", name="affiliates").text.strip(),
    }
    posted = {**ANSWERS, **changed}
    for name, value in kept.items():
        if name != field:
            assert value == posted[name]
    assert field == "acts_as" or shown.all("input", name="acts_as", value="USPPI", checked="")


def test_the_own_ein_is_no_affiliate(owner: Client, sub_account: SubAccount) -> None:
    told = errors(ask(owner, sub_account, affiliates=f"{sub_account.identifier} Ourselves Inc."))
    assert any("Line 1: This is the EIN of the request itself." in line for line in told)


def test_too_many_affiliates(owner: Client, sub_account: SubAccount) -> None:
    lines = "\n".join(f"52-{number:07d} Company {number}" for number in range(MAX_AFFILIATES + 1))
    assert any(
        f"at most {MAX_AFFILIATES} affiliates" in line for line in errors(ask(owner, sub_account, affiliates=lines))
    )


def test_every_wrong_line_is_named(owner: Client, sub_account: SubAccount) -> None:
    told = errors(ask(owner, sub_account, affiliates="nothing\n52-7654321 Right Inc.\n52-7654322"))
    assert [line.split(":")[1].strip() for line in told if line.startswith("Affiliates")] == ["Line 1", "Line 3"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", []),
        (" \r\n \n", []),
        ("52-7654321 Acme Parts Inc.", [("52-7654321", "Acme Parts Inc.")]),
        ("527654321 Acme", [("52-7654321", "Acme")]),
        ("52-7654321, Acme", [("52-7654321", "Acme")]),
        (
            "52-7654321;Acme\r\n\r\n52-7654322\tBolt, Nut & Co.",
            [("52-7654321", "Acme"), ("52-7654322", "Bolt, Nut & Co.")],
        ),
        ("52\u20137654321   Acme", [("52-7654321", "Acme")]),
    ],
)
def test_ways_to_write_affiliates(typed: str, read: list[tuple[str, str]]) -> None:
    form = AuthorizationForm(QueryDict(mutable=True), MultiValueDict(), ein="52-0000001")
    form.cleaned_data = {"affiliates": typed.strip()}
    assert form.clean_affiliates() == read


def test_an_unreadable_line_says_so_with_its_number() -> None:
    form = AuthorizationForm(QueryDict(), MultiValueDict(), ein="52-0000001")
    form.cleaned_data = {"affiliates": "52-7654321 Right\n\nWrong"}
    with pytest.raises(ValidationError, match="Line 3"):
        form.clean_affiliates()


def test_a_wrong_file_keeps_the_text_and_asks_for_both_files_again(owner: Client, sub_account: SubAccount) -> None:
    answer: Any = ask(owner, sub_account, certification=upload(b"no PDF at all"))
    told = errors(answer)
    assert any(line.startswith("Certification of authority: The file is not a PDF") for line in told)
    assert FILES_AGAIN in told
    assert ANSWERS["reason"] in text_of(answer)


def test_markup_in_an_answer_stays_text(owner: Client, sub_account: SubAccount) -> None:
    ask(owner, sub_account, reason="<b>bold</b> '; DROP TABLE x; --")
    page_text = owner.get(tab(sub_account)).content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt;" in page_text and "<b>bold" not in page_text


def test_the_form_needs_its_token(sub_account: SubAccount) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser(owner_of(sub_account)).cookies
    answer: Any = strict.post(page("request", sub_account), answers())
    assert answer.status_code == 403
    assert not ReportAuthorization.objects.exists()


def test_a_status_takes_few_queries(django_assert_num_queries: Any) -> None:
    row = requested()
    with django_assert_num_queries(2):
        assert status_of(row.sub_account).request == row


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`meanwhile(event)`: the event happens while the form is being checked, after the page has looked at the EIN."""

    def set_up(event: Any) -> None:
        check = AuthorizationForm.is_valid

        def checked(form: AuthorizationForm) -> bool:
            event()
            return check(form)

        monkeypatch.setattr(AuthorizationForm, "is_valid", checked)

    return set_up


def test_what_becomes_authorized_at_the_last_moment(owner: Client, sub_account: SubAccount, meanwhile: Any) -> None:
    meanwhile(lambda: importer(sub_account.top_account, sub_account.identifier))
    answer: Any = ask(owner, sub_account)
    assert answer["Location"] == tab(sub_account)
    assert not ReportAuthorization.objects.exists()


def test_an_ein_that_leaves_at_the_last_moment(owner: Client, sub_account: SubAccount, meanwhile: Any) -> None:
    meanwhile(lambda: close(sub_account))
    answer: Any = ask(owner, sub_account, reason="My long story.")
    told = errors(answer)
    assert len(told) == 1
    assert "has left this account. Nothing was sent to Census." in told[0]
    assert FILES_AGAIN in told[0]
    assert "My long story." in text_of(answer)
    assert not ReportAuthorization.objects.exists()


def test_a_colleague_who_asks_at_the_last_moment(owner: Client, sub_account: SubAccount, meanwhile: Any) -> None:
    proxy = factories.member(sub_account.top_account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    meanwhile(lambda: requested(sub_account, by=proxy))
    answer: Any = ask(owner, sub_account)
    assert answer["Location"] == tab(sub_account)
    assert f"with Census already, sent by {proxy}." in text_of(owner.get(tab(sub_account)))
    assert ReportAuthorization.objects.get().requested_by == proxy
