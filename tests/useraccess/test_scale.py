"""A broker with a thousand clients waits for no more queries than one with ten; and nothing loads them all."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import TopAccount, User
from benchmarks.clients import FEW, add_clients, owners_pages_of, pages_of
from tests import factories
from tests.harness.world import signed_in
from useraccess import policy
from useraccess.models import Level
from useraccess.rights import Cell

pytestmark = pytest.mark.django_db
MANY = 1000


class Broker:
    """A company with an owner and a clerk, and clients that come later."""

    def __init__(self) -> None:
        self.account: TopAccount = factories.account(company_name="Old Wharf Brokers")
        self.owner, self.clerk = factories.owner_of(self.account), factories.member(self.account)
        self.clients: list[TopAccount] = []

    def grow(self, count: int) -> None:
        self.clients += add_clients(self.account, self.owner, self.clerk, count, start=len(self.clients))
        # The database plans for the rows there are, as it does by itself a while after they came.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def browser(self, who: User) -> Client:
        """The person's browser, which works in the account of the fifth client."""
        browser = signed_in(who)
        assert browser.post("/tools/choose-account/", {"account": self.clients[5].pk}).status_code == 302
        return browser


def counted(ask: Callable[[], object]) -> tuple[int, list[str]]:
    """How often the database is asked, but for the session, which is written now and then as time passes."""
    ask()
    with CaptureQueriesContext(connection) as captured:
        ask()
    asked = [query["sql"] for query in captured.captured_queries]
    asked = [sql for sql in asked if "django_session" not in sql and "SAVEPOINT" not in sql]
    return len(asked), asked


def test_no_page_of_a_broker_asks_more_often_for_a_thousand_clients_than_for_ten() -> None:
    broker = Broker()
    broker.grow(FEW)
    asks: dict[str, Callable[[], object]] = {}
    for who in (broker.owner, broker.clerk):
        browser = broker.browser(who)
        pages = pages_of(broker.account, broker.clients[5])
        pages |= owners_pages_of(broker.account) if who == broker.owner else {}
        for page, address in pages.items():
            asks[f"{page} of {who}"] = lambda browser=browser, address=address: _fetch(browser, address)  # type: ignore[misc]
        asks[f"switch of {who}"] = lambda browser=browser: browser.post(  # type: ignore[misc]
            "/tools/choose-account/", {"account": broker.clients[5].pk}
        )
        importer = broker.clients[5].sub_accounts.get()
        asks[f"policy of {who}"] = lambda who=who, importer=importer: (  # type: ignore[misc]
            policy.tabs_of(who, importer),
            policy.may_open(who, importer),
            policy.filer_codes_at(who, importer),
        )
    few = {name: counted(ask) for name, ask in asks.items()}
    broker.grow(MANY - FEW)
    for name, ask in asks.items():
        count, queries = counted(ask)
        assert count == few[name][0], f"{name}: {[one for one in queries if one not in few[name][1]][:5]}"


def _fetch(browser: Client, address: str) -> None:
    assert browser.get(address).status_code == 200, address


def test_every_client_is_found_by_page_and_search_and_no_page_shows_them_all() -> None:
    broker = Broker()
    broker.grow(60)
    last = broker.clients[-1]
    for who in (broker.owner, broker.clerk):
        browser = broker.browser(who)
        assert set(policy.sub_accounts_visible_to(who)) == {one.sub_accounts.get() for one in broker.clients}
        for address in ("/", "/accounts/", "/tools/choose-account/"):
            assert browser.get(address).context["page"].paginator.num_pages == 3
            found = [one for n in (1, 2, 3) for one in browser.get(f"{address}?page={n}").context["page"]]
            assert len(found) == len({one.pk for one in found}) >= 60
        for address in (
            f"/?ace_id={last.ace_id}",
            f"/accounts/?ace_id={last.ace_id}",
            f"/accounts/?q={last.company_name}",
        ):
            page = browser.get(address)
            assert page.context["page"].paginator.count == 1 and last.company_name in page.content.decode()
        assert len(browser.get(f"/tools/choose-account/?q={last.ace_id}").context["page"]) == 1
    owner = broker.browser(broker.owner)
    listed = f"/accounts/{broker.account.pk}/cross-account-access/"
    received = owner.get(listed).context["lists"][1]
    assert received["page"].paginator.num_pages == 3 and len(received["rows"]) == 25
    assert len(owner.get(f"{listed}?q={last.ace_id}").context["lists"][1]["rows"]) == 1
    assert owner.get(f"{listed}received/").context["page"].paginator.num_pages == 3


def test_a_sub_account_of_each_client_is_checked_for_its_own_grant() -> None:
    broker = Broker()
    broker.grow(3)
    details = Cell("IMPORTER", "details")
    access = broker.clients[1].access_given.get()
    access.grants.filter(tab="details").update(level=Level.FULL)
    access.visitors.get(user=broker.clerk).grants.filter(account_type="IMPORTER").delete()
    levels = {
        who: [policy.rights_at(who, one, [details])[details].level for one in broker.clients]
        for who in (broker.owner, broker.clerk)
    }
    assert levels[broker.owner] == [Level.READ, Level.FULL, Level.READ]
    assert levels[broker.clerk] == [Level.READ, Level.NONE, Level.READ]
    assert broker.clients[1].sub_accounts.get() not in policy.sub_accounts_visible_to(broker.clerk)
