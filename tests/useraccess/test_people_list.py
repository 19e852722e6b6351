"""Tools → User Access: everybody of an account in one list, found, sorted, paged, and handed out as a file."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import TopAccount, User
from ace_portal.core import clock
from tests import factories
from tests.desk.conftest import words
from tests.harness.queries import assert_constant_queries
from tests.harness.world import signed_in
from tests.useraccess.contact_samples import contact, person_contact
from useraccess import actions
from useraccess.models import Membership, Role, TradeContact
from useraccess.people import harmless

pytestmark = pytest.mark.django_db
PROXY = Role.PROXY_TRADE_ACCOUNT_OWNER
START = reverse("useraccess:start")


@pytest.fixture
def account() -> TopAccount:
    return factories.account(company_name="Old Harbor Coffee")


@pytest.fixture
def owner(account: TopAccount) -> Client:
    return signed_in(factories.owner_of(account))


def page_of(account: TopAccount, query: str = "") -> str:
    return reverse("useraccess:people", args=[account.pk]) + query


def listed(client: Client, account: TopAccount, query: str = "") -> list[str]:
    """The names on a page of the list, from top to bottom."""
    answer = client.get(page_of(account, query))
    assert answer.status_code == 200
    return [row.name for row in answer.context["rows"]]


def named(account: TopAccount, name: str, role: Role = Role.TRADE_ACCOUNT_USER, **facts: Any) -> User:
    """A member of the account with this name; `facts` are written straight into the row of the person."""
    first, _, last = name.rpartition(" ")
    user = factories.member(account, role, user=factories.person(first_name=first, last_name=last))
    User.objects.filter(pk=user.pk).update(**facts)
    return user


@pytest.fixture
def crowd(account: TopAccount) -> None:
    """Five people and two contacts: Toni (owner), Ada (proxy), Bo, Cy and Di (users), Eve and Flo (contacts)."""
    now = clock.now()
    User.objects.filter(pk=factories.owner_of(account).pk).update(last_name="Zebra", last_seen_at=now)
    named(account, "Ada Young", PROXY, last_seen_at=now - timedelta(days=3), email="ada@harbor.example")
    bo = named(account, "Bo Xu", last_seen_at=now - timedelta(days=1), email="bo@harbor.example")
    named(account, "Cy Wood", status="SUSPENDED", last_seen_at=now - timedelta(days=50), email="cy@trade.example")
    named(account, "Di Vance", status="INVITED", last_seen_at=None, email="di@trade.example")
    contact(account, first_name="Eve", last_name="Usher", email="eve@broker.example")
    contact(account, first_name="Flo", last_name="Xu", email="")
    person_contact(account, bo)


EVERYBODY = ["Eve Usher", "Di Vance", "Cy Wood", "Bo Xu", "Flo Xu", "Ada Young", "Toni Zebra"]


# --- Who is on it ------------------------------------------------------------------------------------------------
def test_people_and_contacts_stand_in_one_list_and_nobody_twice(
    owner: Client, account: TopAccount, crowd: None
) -> None:
    assert listed(owner, account) == EVERYBODY


def test_former_members_removed_contacts_and_other_accounts_are_not_on_it(owner: Client, account: TopAccount) -> None:
    gone = factories.member(account)
    actions.revoke(factories.membership(gone, account), by=factories.owner_of(account))
    removed = contact(account)
    actions.remove_contact(removed, by=factories.owner_of(account))
    other = factories.account()
    named(other, "Somebody Else")
    contact(other, first_name="Another", last_name="Contact")
    assert listed(owner, account) == [str(factories.owner_of(account))]


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("INVITED", "Invited"),
        ("FIRST_SIGN_IN", "Has a temporary password"),
        ("ACTIVE", "Active"),
        ("SUSPENDED", "Suspended"),
        ("DEACTIVATED", "Deactivated"),
    ],
)
def test_each_status_is_said(owner: Client, account: TopAccount, status: str, word: str) -> None:
    temporary = clock.now() if status == "FIRST_SIGN_IN" else None
    named(account, "Kim Lee", status=status, temporary_password_expires_at=temporary)
    answer = owner.get(page_of(account, "?q=kim"))
    (row,) = answer.context["rows"]
    assert row.standing.label == word and word in words(answer).split("Days to suspension", 1)[1]


def test_a_contact_does_not_sign_in(owner: Client, account: TopAccount) -> None:
    ann = contact(account, first_name="Ann", last_name="Contact", email="ann@broker.example")
    answer = owner.get(page_of(account, "?q=ann"))
    assert "Ann Contact ann@broker.example Trade Contact Does not sign in – –" in words(answer)
    assert reverse("useraccess:contact", args=[ann.pk]) in answer.content.decode()


def test_somebody_who_is_a_contact_too_is_named_as_both(owner: Client, account: TopAccount, crowd: None) -> None:
    (row,) = owner.get(page_of(account, "?q=bo@harbor")).context["rows"]
    assert row.role == "Trade Account User, Trade Contact" and row.standing.label == "Active"


def test_a_name_leads_to_the_persons_page(owner: Client, account: TopAccount) -> None:
    kim = named(account, "Kim Lee")
    address = reverse("useraccess:person", args=[factories.membership(kim, account).pk])
    assert f'href="{address}"' in owner.get(page_of(account)).content.decode()


@pytest.mark.parametrize(("days", "left"), [(0, 45), (30, 15), (44, 1), (45, 0), (60, 0)])
def test_the_days_to_suspension_count_from_the_last_sign_in(
    owner: Client, account: TopAccount, days: int, left: int
) -> None:
    seen = clock.now() - timedelta(days=days, minutes=1)
    named(account, "Kim Lee", last_seen_at=seen)
    (row,) = owner.get(page_of(account, "?q=kim")).context["rows"]
    assert row.days_left == left and row.last_seen_at == seen


@pytest.mark.parametrize(
    "facts", [{"is_staff": True}, {"status": "INVITED"}, {"status": "SUSPENDED"}, {"status": "DEACTIVATED"}]
)
def test_only_active_people_who_are_no_staff_have_days_left(
    owner: Client, account: TopAccount, facts: dict[str, Any]
) -> None:
    named(account, "Kim Lee", **facts)
    (row,) = owner.get(page_of(account, "?q=kim")).context["rows"]
    assert row.days_left is None


# --- Filters -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?role=TAO", ["Toni Zebra"]),
        ("?role=PTAO", ["Ada Young"]),
        ("?role=USER", ["Di Vance", "Cy Wood", "Bo Xu"]),
        ("?role=CONTACT", ["Eve Usher", "Bo Xu", "Flo Xu"]),
        ("?status=ACTIVE", ["Bo Xu", "Ada Young", "Toni Zebra"]),
        ("?status=SUSPENDED", ["Cy Wood"]),
        ("?status=DEACTIVATED", []),
        ("?status=NO_SIGN_IN", ["Eve Usher", "Flo Xu"]),
        ("?type=people", ["Di Vance", "Cy Wood", "Bo Xu", "Ada Young", "Toni Zebra"]),
        ("?type=contacts", ["Eve Usher", "Bo Xu", "Flo Xu"]),
        ("?type=people&status=NO_SIGN_IN", []),
        ("?type=contacts&role=USER", ["Bo Xu"]),
        ("?type=people&role=CONTACT", ["Bo Xu"]),
        ("?type=contacts&status=ACTIVE", ["Bo Xu"]),
        ("?q=xu", ["Bo Xu", "Flo Xu"]),
        ("?q=XU+bo", ["Bo Xu"]),
        ("?q=harbor.example", ["Bo Xu", "Ada Young"]),
        ("?q=broker", ["Eve Usher"]),
        ("?q=xu&status=ACTIVE&role=USER&type=people", ["Bo Xu"]),
        ("?q=%25", []),
        ("?q=_", []),
        ("?q='%3B+DROP+TABLE", []),
        ("?q=" + "x" * 5000, []),
        ("?role=nonsense&status=nonsense&type=nonsense&sort=nonsense&page=x", EVERYBODY),
        ("?page=99", EVERYBODY),
    ],
)
def test_the_list_is_narrowed(owner: Client, account: TopAccount, crowd: None, query: str, names: list[str]) -> None:
    assert listed(owner, account, query) == names


def test_what_was_chosen_stays_chosen_and_an_empty_answer_says_so(owner: Client, account: TopAccount) -> None:
    answer = owner.get(page_of(account, "?q=no+such&role=USER&status=ACTIVE&type=people&sort=-role"))
    page = answer.content.decode()
    assert 'value="no such"' in page
    for chosen in ("USER", "ACTIVE", "people", "-role"):
        assert f'<option value="{chosen}" selected>' in page
    assert "No person or contact of this account matches." in words(answer)


# --- Order and pages ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", EVERYBODY),
        ("-name", EVERYBODY[::-1]),
        ("role", ["Toni Zebra", "Ada Young", "Di Vance", "Cy Wood", "Bo Xu", "Eve Usher", "Flo Xu"]),
        ("-role", ["Eve Usher", "Flo Xu", "Di Vance", "Cy Wood", "Bo Xu", "Ada Young", "Toni Zebra"]),
        ("status", ["Di Vance", "Bo Xu", "Ada Young", "Toni Zebra", "Cy Wood", "Eve Usher", "Flo Xu"]),
        ("-status", ["Eve Usher", "Flo Xu", "Cy Wood", "Bo Xu", "Ada Young", "Toni Zebra", "Di Vance"]),
        ("last-sign-in", ["Eve Usher", "Di Vance", "Flo Xu", "Cy Wood", "Ada Young", "Bo Xu", "Toni Zebra"]),
        ("-last-sign-in", ["Toni Zebra", "Bo Xu", "Ada Young", "Cy Wood", "Eve Usher", "Di Vance", "Flo Xu"]),
    ],
)
def test_the_list_is_sorted_both_ways(
    owner: Client, account: TopAccount, crowd: None, sort: str, names: list[str]
) -> None:
    assert listed(owner, account, f"?sort={sort}") == names
    assert listed(owner, account, f"?sort={sort}&type=people") == [
        name for name in names if name not in ("Eve Usher", "Flo Xu")
    ]


def test_the_column_that_sorts_says_so_and_turns(owner: Client, account: TopAccount) -> None:
    page = owner.get(page_of(account, "?sort=role&q=o&page=1")).content.decode()
    assert page.count("aria-sort=") == 1 and 'aria-sort="ascending"' in page
    assert 'href="?sort=-role&amp;q=o"' in page and 'href="?sort=status&amp;q=o"' in page
    assert 'aria-sort="descending"' in owner.get(page_of(account, "?sort=-role")).content.decode()


def test_pages_hold_25_and_each_line_stands_on_one_of_them(owner: Client, account: TopAccount) -> None:
    more_people(account)(60)
    for sort in ("name", "-role", "status", "-last-sign-in"):
        pages = [listed(owner, account, f"?sort={sort}&page={number}") for number in (1, 2, 3)]
        assert [len(page) for page in pages] == [25, 25, 11]
        assert len({name for page in pages for name in page}) == 61


# --- Many --------------------------------------------------------------------------------------------------------
def more_people(account: TopAccount) -> Callable[[int], object]:
    """Adds people and contacts to an account: one contact for every five people."""

    def grow(rows: int) -> None:
        numbers = [factories.serial() for _ in range(rows)]
        people, contacts = [n for i, n in enumerate(numbers) if i % 6], [n for i, n in enumerate(numbers) if not i % 6]
        users = User.objects.bulk_create(
            User(
                account_id=f"A{number}",
                email=f"member{number}@trade.example",
                first_name="Robin",
                last_name=f"Member{number}",
                status=User.Status.ACTIVE,
                created_at=clock.now(),
                last_seen_at=clock.now() - timedelta(minutes=number),
            )
            for number in people
        )
        Membership.objects.bulk_create(
            Membership(user=one, top_account=account, role=Role.TRADE_ACCOUNT_USER, began_at=clock.now())
            for one in users
        )
        TradeContact.objects.bulk_create(
            TradeContact(top_account=account, first_name="Pat", last_name=f"Member{number}", created_at=clock.now())
            for number in contacts
        )

    return grow


@pytest.mark.parametrize(
    "query", ["", "?sort=-name", "?sort=-last-sign-in&type=people", "?q=member&role=CONTACT&sort=status"]
)
def test_the_list_asks_the_database_as_often_for_a_thousand_as_for_ten(
    owner: Client, account: TopAccount, query: str
) -> None:
    assert_constant_queries(owner, page_of(account, query), more_people(account))


def test_ten_thousand_are_paged_and_handed_out(
    owner: Client, account: TopAccount, django_assert_max_num_queries: Any
) -> None:
    more_people(account)(10_000)
    with django_assert_max_num_queries(20):
        answer = owner.get(page_of(account, "?page=401"))
    assert answer.context["page"].paginator.count == 10_001 and len(answer.context["rows"]) == 1
    assert len(table(owner, account)) == 10_002


# --- As a file ---------------------------------------------------------------------------------------------------
def table(client: Client, account: TopAccount, query: str = "") -> list[list[str]]:
    """The lines of the file."""
    answer: Any = client.get(reverse("useraccess:people-csv", args=[account.pk]) + query)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"), newline="")))


def test_the_file_is_streamed_and_saved_not_shown(owner: Client, account: TopAccount) -> None:
    answer = owner.get(reverse("useraccess:people-csv", args=[account.pk]))
    assert answer.streaming and answer["Content-Type"] == "text/csv; charset=utf-8"
    name = f"people-{account.ace_id}-{clock.now():%Y-%m-%d}.csv"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    b"".join(answer)


def test_the_file_holds_all_that_the_list_was_narrowed_to_in_its_order(
    owner: Client, account: TopAccount, crowd: None
) -> None:
    headings, *lines = table(owner, account)
    assert headings == ["Name", "E-mail", "Role", "Status", "Last sign-in", "Days to suspension", "Limited to"]
    assert [line[0] for line in lines] == EVERYBODY
    assert lines[0] == ["Eve Usher", "eve@broker.example", "Trade Contact", "Does not sign in", "", "", ""]
    cy = User.objects.get(email="cy@trade.example")
    seen = f"{timezone.localtime(cy.last_seen_at):%Y-%m-%d %H:%M}"
    assert lines[2] == ["Cy Wood", cy.email, "Trade Account User", "Suspended", seen, "", ""]
    assert lines[3][5] == "44"
    narrowed = table(owner, account, "?type=contacts&sort=-name&q=xu")
    assert [line[0] for line in narrowed[1:]] == ["Flo Xu", "Bo Xu"]


def test_the_page_links_to_the_file_of_what_it_shows(owner: Client, account: TopAccount) -> None:
    page = owner.get(page_of(account, "?q=a%26b&role=USER&sort=-status&page=2")).content.decode()
    assert "people.csv?role=USER&amp;q=a%26b&amp;sort=-status" in page


def test_the_file_reads_its_rows_in_batches(
    owner: Client, account: TopAccount, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("useraccess.people.CSV_BATCH", 50)
    more_people(account)(120)
    answer: Any = owner.get(reverse("useraccess:people-csv", args=[account.pk]))
    with django_assert_num_queries(1 + 2 * 3):
        assert b"".join(answer).count(b"\r\n") == 122


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_file_begins_a_formula(start: str) -> None:
    assert harmless(f"{start}1+1") == f"'{start}1+1"


def test_a_name_that_is_a_formula_is_text_in_the_file(owner: Client, account: TopAccount) -> None:
    contact(account, first_name='=HYPERLINK("http://evil.example")', last_name="A,\nB", email="-x@trade.example")
    line = table(owner, account, "?type=contacts")[1]
    assert line[:2] == ['\'=HYPERLINK("http://evil.example") A,\nB', "'-x@trade.example"]
    assert harmless("Jo-Ann =") == "Jo-Ann =" and harmless("") == ""


# --- Who may see it ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["people", "people-csv", "start"])
def test_users_are_told_whom_to_ask(account: TopAccount, name: str) -> None:
    user = signed_in(factories.member(account))
    answer = user.get(reverse(f"useraccess:{name}", args=[] if name == "start" else [account.pk]))
    assert answer.status_code == 403
    told = words(answer)
    assert f"Only the account owner and proxies open this page. Ask {factories.owner_of(account)}." in told


@pytest.mark.parametrize("name", ["people", "people-csv"])
def test_for_outsiders_and_former_proxies_there_is_no_such_page(account: TopAccount, name: str) -> None:
    former = factories.member(account, PROXY)
    Membership.objects.filter(user=former).update(ended_at=clock.now())
    for person in (former, factories.owner_of(factories.account()), factories.officer()):
        assert signed_in(person).get(reverse(f"useraccess:{name}", args=[account.pk])).status_code == 404


def test_proxies_manage_people_as_the_owner_does(account: TopAccount) -> None:
    proxy = signed_in(factories.member(account, PROXY))
    answer = proxy.get(START, follow=True)
    assert answer.redirect_chain[-1][0] == page_of(account)
    assert f'href="{reverse("useraccess:add")}">Add User</a>' in answer.content.decode()


def test_user_access_opens_the_account_the_person_works_in(account: TopAccount) -> None:
    person = factories.owner_of(account)
    second = factories.account()
    factories.member(second, PROXY, user=person)
    client = signed_in(person)
    assert client.get(START)["Location"] == page_of(account)
    client.post(reverse("useraccess:choose"), {"account": second.pk})
    assert client.get(START)["Location"] == page_of(second)


def test_somebody_without_an_account_reads_that_there_is_none() -> None:
    answer = signed_in(factories.person()).get(START)
    assert answer.status_code == 200 and "You work in no account at present" in words(answer)


def test_the_next_request_shows_what_has_changed(owner: Client, account: TopAccount) -> None:
    kim = named(account, "Kim Lee")
    assert listed(owner, account, "?q=kim") == ["Kim Lee"]
    actions.revoke(factories.membership(kim, account), by=factories.owner_of(account))
    assert listed(owner, account, "?q=kim") == []
