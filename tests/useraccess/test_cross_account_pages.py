"""The pages of Cross Account Access: the lists, one access with its decisions, and who opens what."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import TopAccount
from ace_portal.core import clock
from tests import factories
from tests.harness.queries import assert_constant_queries
from tests.importers.screens import text_of
from tests.useraccess.access_samples import (
    CONTACTS,
    DETAILS,
    OFFER,
    Pair,
    Status,
    at,
    in_days,
    pdf,
    typed_day,
)
from tests.useraccess.people_samples import importer
from useraccess.actions import cross_account as actions
from useraccess.models import CrossAccountAccess, Level
from useraccess.rights import Rights

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    return Pair()


@pytest.fixture
def client(pair: Pair) -> Client:
    """The browser of the importer's owner."""
    return pair.browser("client's owner")


@pytest.fixture
def broker(pair: Pair) -> Client:
    """The browser of the broker's owner."""
    return pair.browser("broker's owner")


# --- The lists ---------------------------------------------------------------------------------------------------
def test_the_page_lists_what_was_given_and_what_was_received(pair: Pair, client: Client, broker: Client) -> None:
    access = pair.active(ends_on=in_days(30))
    for browser, account, code, other in (
        (client, pair.client, "given", pair.broker),
        (broker, pair.broker, "received", pair.client),
    ):
        answer = browser.get(at("cross-account", account))
        listed = {one["code"]: [row["access"] for row in one["rows"]] for one in answer.context["lists"]}
        assert listed[code] == [access] and sum(map(len, listed.values())) == 1
        told = text_of(answer)
        for part in (other.company_name, other.ace_id, "Active", typed_day(in_days(30))):
            assert part in told
        assert "Ask a client for access" in told and "Add" in told


def test_open_ones_come_first_and_ended_ones_stay(pair: Pair, client: Client) -> None:
    open_one = pair.offered()
    for _ in range(2):
        other = Pair(client=pair.client)
        other.people["client's owner"] = pair["client's owner"]
        other.in_state(Status.REJECTED)
    rows = client.get(at("cross-account", pair.client)).context["lists"][0]["rows"]
    assert [row["access"].status for row in rows] == [Status.PENDING, Status.REJECTED, Status.REJECTED]
    assert rows[0]["access"] == open_one


@pytest.mark.parametrize("query", ["old wharf", "ACE ID"])
def test_the_list_is_filtered_by_company_and_ace_id(pair: Pair, client: Client, query: str) -> None:
    pair.offered()
    actions.invite(
        pair.client,
        user_id=(other := factories.owner_of(factories.account(company_name="Pier Nine"))).account_id,
        ace_id=other.memberships.get().top_account.ace_id,
        granted=OFFER,
        ends_on=None,
        by=pair["client's owner"],
    )
    asked = pair.broker.ace_id if query == "ACE ID" else query
    told = text_of(client.get(at("cross-account", pair.client), {"q": asked}))
    assert "Old Wharf Brokers" in told and "Pier Nine" not in told
    nothing = text_of(client.get(at("cross-account", pair.client), {"q": "no such company"}))
    assert "No company matches “no such company”." in nothing


def more_accesses(broker: TopAccount, *, given: bool = False) -> Any:
    """Adds accesses of other companies' accounts to a broker, or the other way round."""

    def grow(rows: int) -> None:
        others = TopAccount.objects.bulk_create(
            TopAccount(ace_id=f"{factories.serial():010d}", company_name=f"Client {number}", created_at=clock.now())
            for number in range(rows)
        )
        CrossAccountAccess.objects.bulk_create(
            CrossAccountAccess(
                grantor=broker if given else other,
                recipient=other if given else broker,
                status=Status.ACTIVE,
                created_at=clock.now(),
                began_at=clock.now(),
                answer_until=clock.now(),
                created_by=factories.owner_of(broker),
            )
            for other in others
        )

    return grow


@pytest.mark.parametrize("given", [True, False])
def test_the_lists_take_the_same_queries_with_a_thousand_rows(pair: Pair, broker: Client, given: bool) -> None:
    assert_constant_queries(broker, at("cross-account", pair.broker), more_accesses(pair.broker, given=given))
    page = broker.get(at("cross-account", pair.broker), {"given" if given else "received": "2", "q": "Client"})
    shown_list = page.context["lists"][0 if given else 1]
    assert len(shown_list["rows"]) == 25 and set(shown_list["turns"]) == {"Previous", "Next"}
    assert "q=Client" in shown_list["turns"]["Next"]


def test_the_accounts_to_work_in_take_the_same_queries_with_a_thousand_rows(pair: Pair) -> None:
    assert_constant_queries(
        pair.browser("broker's proxy"), at("access-received", pair.broker), more_accesses(pair.broker)
    )


def test_the_people_of_an_access_take_the_same_queries_with_a_thousand_of_them(pair: Pair, broker: Client) -> None:
    from tests.strict.test_query_counts import more_people

    access = pair.active()
    assert_constant_queries(broker, at("access-people", access), more_people(pair.broker))


# --- Who opens what ----------------------------------------------------------------------------------------------
#: Pages of one account and of one access: who of the broker's, or the client's, side opens them.
OF_ACCOUNT = ("cross-account", "access-offer", "access-ask")


@pytest.mark.parametrize("page", OF_ACCOUNT)
def test_only_the_owner_opens_the_function_and_others_read_whom_to_ask(pair: Pair, page: str) -> None:
    for who in pair.people:
        answer = pair.browser(who).get(at(page, pair.client))
        if who == "client's owner":
            assert answer.status_code == 200
        elif who.startswith("client's"):
            assert answer.status_code == 403
            assert "Ask {}.".format(pair["client's owner"]) in answer.content.decode()
        else:
            assert answer.status_code == 404, who


def test_one_access_is_for_the_owners_of_both_sides(pair: Pair) -> None:
    access = pair.active()
    for who in pair.people:
        answer = pair.browser(who).get(at("access", access))
        expected = {"owner": 200, "proxy": 403, "user": 403}.get(who.partition("'s ")[2], 404)
        assert answer.status_code == expected, who
        if expected == 403:
            owner = pair["client's owner" if who.startswith("client") else "broker's owner"]
            assert f"Ask {owner}." in answer.content.decode()


def test_a_proxy_finds_the_accounts_where_their_people_may_work(pair: Pair) -> None:
    access = pair.active()
    proxy, account = pair.browser("broker's proxy"), pair.broker
    tabs = [one["label"] for one in proxy.get(at("people", account)).context["account_pages"]]
    assert "Access to Other Accounts" in tabs and "Cross Account Access" not in tabs
    told = proxy.get(at("access-received", account)).content.decode()
    assert "Acme" in told and at("access-people", access) in told
    owner = pair.browser("broker's owner").get(at("people", account))
    tabs = [one["label"] for one in owner.context["account_pages"]]
    assert "Cross Account Access" in tabs and "Access to Other Accounts" not in tabs
    assert pair.browser("broker's user").get(at("access-received", account)).status_code == 403


def test_whoever_owns_both_accounts_sees_the_side_they_work_in(pair: Pair) -> None:
    access = pair.active()
    factories.replace_owner(pair.broker, pair["client's owner"])
    both = pair.browser("client's owner")
    for account, labels in ((pair.client, ["Change", "Revoke"]), (pair.broker, ["People who work there", "Give back"])):
        both.post(at("choose"), {"account": account.pk})
        buttons = both.get(at("access", access)).context["buttons"]
        assert [one["label"] for one in buttons] == labels


# --- One access --------------------------------------------------------------------------------------------------
BUTTONS: dict[str, tuple[list[str], list[str]]] = {
    Status.REQUESTED: (["Approve", "Reject"], ["Withdraw"]),
    Status.PENDING: (["Withdraw"], ["Accept", "Reject"]),
    Status.ACTIVE: (["Change", "Revoke"], ["People who work there", "Give back"]),
}


@pytest.mark.parametrize("status", Status.values)
def test_each_side_has_the_buttons_of_the_state(pair: Pair, client: Client, broker: Client, status: str) -> None:
    access = pair.in_state(status)
    for browser, expected in zip((client, broker), BUTTONS.get(status, ([], [])), strict=True):
        answer = browser.get(at("access", access))
        assert [one["label"] for one in answer.context["buttons"]] == expected
        assert access.get_status_display() in text_of(answer)
        for one in answer.context["buttons"]:
            assert browser.get(one["url"]).status_code == 200, one


DONE = {
    "accept": (Status.PENDING, "broker's owner", Status.ACTIVE),
    "reject": (Status.PENDING, "broker's owner", Status.REJECTED),
    "withdraw": (Status.PENDING, "client's owner", Status.WITHDRAWN),
    "revoke": (Status.ACTIVE, "client's owner", Status.REVOKED),
    "release": (Status.ACTIVE, "broker's owner", Status.RELEASED),
}


@pytest.mark.parametrize("decision", DONE)
def test_a_decision_is_asked_once_more_and_taken_by_its_side_alone(pair: Pair, decision: str) -> None:
    status, who, after = DONE[decision]
    access, url = pair.in_state(status), at(f"access-{decision}", 0)
    url = at(f"access-{decision}", access)
    other = ({"client's owner", "broker's owner"} - {who}).pop()
    for method in ("get", "post"):
        answer = getattr(pair.browser(other), method)(url)
        assert answer.status_code == 403 and f"Ask {pair[who]}." in answer.content.decode()
    assert pair.browser(who).get(url).status_code == 200
    access.refresh_from_db()
    assert access.status == status, "looking at the page decides nothing"
    answer = pair.browser(who).post(url, follow=True)
    access.refresh_from_db()
    assert access.status == after and after.label in text_of(answer)
    again = pair.browser(who).post(url, follow=True)
    assert f"This access is {after.label.lower()} meanwhile." in again.content.decode()


def test_the_recipient_is_not_told_which_sub_accounts_are_kept_from_it(
    pair: Pair, client: Client, broker: Client
) -> None:
    hidden, shown_one = importer(pair.client), importer(pair.client)
    grid = {
        DETAILS: Level.READ,
        DETAILS._replace(sub_account=hidden.pk): Level.NONE,
        DETAILS._replace(sub_account=shown_one.pk): Level.FULL,
    }
    access = pair.active(Rights(grid=grid))
    actions.update(
        access,
        granted=Rights(grid=grid | {CONTACTS: Level.READ, CONTACTS._replace(sub_account=hidden.pk): Level.NONE}),
        ends_on=None,
        version=access.version,
        by=pair["client's owner"],
    )
    for browser, account, told in ((client, pair.client, True), (broker, pair.broker, False)):
        for page in (at("access", access), at("history", account)):
            content = browser.get(page).content.decode()
            assert (hidden.masked_identifier in content) is told, page
            assert "all sub-accounts: Contacts" in content
        assert shown_one.masked_identifier in browser.get(at("access", access)).content.decode()


def test_the_power_of_attorney_is_for_the_owners_of_both_sides(pair: Pair) -> None:
    access = pair.requested()
    for who in pair.people:
        answer = pair.browser(who).get(at("access-attorney", access))
        expected = {"owner": 200, "proxy": 403, "user": 403}.get(who.partition("'s ")[2], 404)
        assert answer.status_code == expected, who
        if expected == 200:
            assert b"".join(answer) == pdf("Power of attorney")
            name = f"power-of-attorney-{pair.broker.ace_id}.pdf"
            assert answer["Content-Disposition"] == f'attachment; filename="{name}"'


def test_there_is_nothing_to_download_where_nothing_was_handed_in(pair: Pair, client: Client) -> None:
    assert client.get(at("access-attorney", pair.offered())).status_code == 404
