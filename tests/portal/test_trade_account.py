"""Pages that span accounts ask for the Trade Account ACE ID, and mark what belongs to another company."""

import pytest
from django.test import Client

from tests import factories
from tests.harness.world import signed_in
from tests.importers.screens import text_of
from tests.useraccess.access_samples import LOG, OFFER, active
from tests.useraccess.people_samples import importer
from useraccess.models import Level
from useraccess.rights import Rights
from useraccess.trade_account import NOT_TEN_DIGITS, NOT_YOURS, TradeAccountForm

pytestmark = pytest.mark.django_db
PROMPT = "Trade Account ACE ID"


class Broker:
    """A company with an importer of its own and access to a client's account."""

    def __init__(self) -> None:
        self.own, self.client = factories.account(company_name="Old Wharf"), factories.account(company_name="Acme")
        self.own_importer, self.theirs = importer(self.own), importer(self.client)
        self.access = active(self.client, self.own, OFFER)
        self.owner = factories.owner_of(self.own)
        self.browser: Client = signed_in(self.owner)


@pytest.fixture
def broker() -> Broker:
    return Broker()


def test_with_one_account_nothing_is_asked() -> None:
    browser = signed_in(factories.owner_of(factories.importer_account()))
    for page in ("/", "/accounts/"):
        assert PROMPT not in text_of(browser.get(page))
        assert "Another company" not in text_of(browser.get(page))


def test_empty_is_all_accounts_and_another_companys_are_marked(broker: Broker) -> None:
    for query in ("", "?ace_id=", "?ace_id=+"):
        page = broker.browser.get(f"/accounts/{query}")
        assert set(page.context["page"]) == {broker.own_importer, broker.theirs} and PROMPT in text_of(page)
        assert text_of(page).count("Acme Another company") == 1 and "Old Wharf Another" not in text_of(page)
    home = broker.browser.get("/")
    assert [one.pk for one in home.context["page"]] == [broker.client.pk, broker.own.pk]
    assert f"ACE ID {broker.client.ace_id} Another company" in text_of(home)


def test_one_ace_id_narrows_accounts_and_home(broker: Broker) -> None:
    asked = f"?ace_id=+{broker.client.ace_id}&q=Coffee"
    assert list(broker.browser.get(f"/accounts/{asked}").context["page"]) == [broker.theirs]
    assert list(broker.browser.get(f"/{asked}").context["page"]) == [broker.client]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("foreign", NOT_YOURS),
        ("0000000000", NOT_YOURS),
        ("12", NOT_TEN_DIGITS),
        ("abcdefghij", NOT_TEN_DIGITS),
        ("١٢٣٤٥٦٧٨٩٠", NOT_TEN_DIGITS),
        ("<script>", NOT_TEN_DIGITS),
        ("9" * 5000, "at most 40"),
    ],
    ids=range(7),
)
def test_an_ace_id_that_is_nobodys_and_a_foreign_one_read_the_same(broker: Broker, typed: str, sentence: str) -> None:
    foreign = factories.importer_account()
    typed = foreign.ace_id if typed == "foreign" else typed
    for page in ("/accounts/", "/"):
        answer = broker.browser.get(page, {"ace_id": typed})
        [row] = answer.context["form"].error_rows()
        assert answer.status_code == 200 and (sentence in row.message or sentence != NOT_YOURS)
        assert not list(answer.context["page"]) and foreign.company_name not in text_of(answer)
        assert "no access to any top account" not in text_of(answer)


def test_an_access_that_has_ended_is_foreign(broker: Broker) -> None:
    form = TradeAccountForm({"ace_id": broker.client.ace_id}, user=broker.owner)
    assert form.account == broker.client and not form.refused
    broker.access.revoke(by=broker.owner)
    broker.access.save()
    form = TradeAccountForm({"ace_id": broker.client.ace_id}, user=broker.owner)
    assert form.account is None and form.refused


def test_home_names_the_first_sub_accounts_of_an_account_and_leads_to_all(broker: Broker) -> None:
    for _ in range(12):
        importer(broker.client)
    home = broker.browser.get(f"/?ace_id={broker.client.ace_id}")
    page = home.content.decode()
    assert page.count("Importer: Coffee") == 10 and f"/accounts/?ace_id={broker.client.ace_id}" in page


def test_whoever_reads_nothing_there_sees_the_account_alone() -> None:
    account = factories.importer_account()
    reader = factories.member(account, granted=Rights(grid={LOG: Level.READ}))
    home = signed_in(reader).get("/")
    assert account.company_name in text_of(home) and "Importer:" not in text_of(home)
