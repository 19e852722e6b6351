"""The owners' pages and the desk's: what each side sees in each state, and what their buttons do."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mergers.models import Merger
from tests import factories
from tests.desk.conftest import words
from tests.exporters import authorization_samples
from tests.harness.queries import assert_constant_queries
from tests.harness.world import signed_in
from tests.mergers.samples import PROXY, STATES, Companies, by_type, fresh, own, owner
from tests.useraccess import access_samples
from tests.useraccess.contact_samples import contact, more_sub_accounts
from useraccess.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> Companies:
    return Companies()


def at(name: str, row: Any) -> str:
    return reverse(f"mergers:{name}", args=[row.pk])


def hidden(answer: Any, name: str) -> dict[str, str]:
    """What a page carries along."""
    found = re.search(rf'name="{name}" value="([^"]+)"', answer.content.decode())
    assert found, words(answer)
    return {name: found[1]}


def typed(two: Companies, **changes: str) -> dict[str, str]:
    """The proposal as a browser sends it: one importer by its number."""
    number = two.other.identifier
    return {
        "user_id": two.theirs.account_id,
        "ace_id": two.acquired.ace_id,
        "what": "part",
        "numbers_importer": f"\r\n {number} \r\n{number}\r\n",
        "numbers_exporter": "",
    } | changes


# Proposing -----------------------------------------------------------------------------------------------------------
def test_the_owner_finds_the_page_under_tools_and_nobody_else_does(two: Companies) -> None:
    assert at("mergers", two.acquirer) in signed_in(two.ours).get("/tools/").content.decode()
    for other in (factories.member(two.acquirer, PROXY), factories.member(two.acquirer)):
        assert at("mergers", two.acquirer) not in signed_in(other).get("/tools/").content.decode()


def test_a_part_is_proposed_by_its_numbers_and_looked_at_once_more(two: Companies) -> None:
    client = signed_in(two.ours)
    page = client.post(at("propose", two.acquirer), typed(two))
    assert "look once more" in words(page) and str(two.other) in words(page) and "Coffee" not in words(page)
    assert not Merger.objects.exists()
    done = client.post(at("propose", two.acquirer), hidden(page, "looked_at"), follow=True)
    row = Merger.objects.get()
    assert [one.sub_account for one in row.parts.all()] == [two.other] and not row.whole
    assert "The owner of Birch has been mailed" in words(done) and row.reference in words(done)
    client.post(at("propose", two.acquirer), hidden(page, "looked_at"))
    assert Merger.objects.count() == 1


def test_the_way_back_brings_everything_that_was_typed(two: Companies) -> None:
    client = signed_in(two.ours)
    page = client.post(at("propose", two.acquirer), typed(two))
    back = client.post(at("propose", two.acquirer), hidden(page, "looked_at") | {"back": "1"}).content.decode()
    assert two.other.identifier in back and two.acquired.ace_id in back and two.theirs.account_id in back


def test_the_whole_account_is_proposed_without_a_list(two: Companies) -> None:
    client = signed_in(two.ours)
    page = client.post(at("propose", two.acquirer), typed(two, what="whole", numbers_importer=""))
    assert "every sub-account it has when its owner consents" in words(page)
    client.post(at("propose", two.acquirer), hidden(page, "looked_at"))
    assert Merger.objects.get().whole


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"user_id": ""}, "Existing User ID is required"),
        ({"what": ""}, "What do you take over?"),
        ({"numbers_importer": ""}, "Name at least one sub-account"),
        ({"what": "whole"}, "Take the numbers out below"),
        ({"numbers_importer": "12-3456789000000\r\n\r\nsome number"}, "Line 3"),
        ({"numbers_exporter": "<script>"}, "Line 1"),
        ({"numbers_importer": "99-999999900"}, "Importer, line 1"),
        ({"ace_id": "1234567890"}, "No other account has this ACE ID"),
        ({"numbers_exporter": "\n".join(f"52-{n:07d}" for n in range(201))}, "Name at most 200"),
        ({"numbers_importer": "1" * 20_000}, "12000"),
    ],
)
def test_what_cannot_be_is_said_at_the_top_and_nothing_typed_is_lost(
    two: Companies, changes: dict[str, str], says: str
) -> None:
    page = signed_in(two.ours).post(at("propose", two.acquirer), typed(two, **changes))
    assert page.status_code == 200
    assert says in words(page) and "data-error-summary" in page.content.decode()
    kept = typed(two, **changes)["numbers_importer"].strip()
    assert not kept or kept[:10] in page.content.decode()
    assert not Merger.objects.exists()


def test_an_account_that_changes_while_it_is_looked_at_says_so_and_keeps_what_was_typed(two: Companies) -> None:
    client = signed_in(two.ours)
    page = client.post(at("propose", two.acquirer), typed(two))
    authorization_samples.close(two.other)
    answer = client.post(at("propose", two.acquirer), hidden(page, "looked_at"))
    assert "has changed since you looked" in words(answer) and two.other.identifier in answer.content.decode()


def test_what_was_looked_at_is_good_for_its_account_alone(two: Companies) -> None:
    page = signed_in(two.ours).post(at("propose", two.acquirer), typed(two))
    third = factories.account()
    assert signed_in(owner(third)).post(at("propose", third), hidden(page, "looked_at")).status_code == 404
    assert signed_in(two.ours).post(at("propose", two.acquirer), {"looked_at": "forged"}).status_code == 404


# The other owner -----------------------------------------------------------------------------------------------------
def test_the_other_owner_sees_exactly_what_moves_and_whom_it_concerns(two: Companies) -> None:
    user = factories.member(two.acquired, granted=own(two.importer))
    outside = factories.member(two.acquired)
    broker = factories.account(company_name="Old Wharf")
    access_samples.active(two.acquired, broker, own(two.importer))
    buyer = factories.member(two.acquirer, granted=by_type())
    idle = factories.member(two.acquirer)
    contact(two.acquired, two.importer, last_name="Harbor")
    request = authorization_samples.denied(authorization_samples.exporter(two.acquired))
    row = two.proposed(two.importer, request.sub_account)
    page = words(signed_in(two.theirs).get(at("merger", row)))
    assert "What moves: 2 sub-accounts" in page and f"request {request.reference}: Denied" in page
    assert "Pat Harbor (General)" in page and two.importer.masked_identifier in page
    losing, gaining = page[page.index("Who loses access") :].split("Who has access from then on")
    assert f"{user}, Trade Account User: 1 sub-account" in losing and "Old Wharf, by Cross Account Access" in losing
    assert f"{two.theirs}, Trade Account Owner: 2 sub-accounts" in losing and str(outside) not in losing
    assert str(buyer) in gaining and str(two.ours) in gaining and str(idle) not in gaining
    assert two.other.masked_identifier not in page


def test_the_acquirer_sees_nobody_of_the_other_company(two: Companies) -> None:
    user = factories.member(two.acquired, granted=own(two.other))
    whole = two.proposed()
    page = words(signed_in(two.ours).get(at("merger", whole)))
    for name in (str(two.theirs), str(user), "Coffee", two.other.masked_identifier, "3 sub-accounts"):
        assert name not in page
    assert str(two.ours) in page and "Who of your side will have access" in page


def test_the_other_owner_consents_to_what_the_page_showed(two: Companies) -> None:
    row = two.proposed()
    client = signed_in(two.theirs)
    page = client.get(at("merger", row))
    late = access_samples.importer(two.acquired)
    answer = client.post(at("consent", row), hidden(page, "seen"), follow=True)
    assert "have changed since this page was shown" in words(answer) and late.masked_identifier in words(answer)
    assert fresh(row).status == "PROPOSED"
    done = client.post(at("consent", row), hidden(answer, "seen"), follow=True)
    assert "You consented" in words(done) and "Take my consent back" in words(done)
    taken = client.post(at("withdraw", row), follow=True)
    assert "It was taken back" in words(taken) and fresh(row).status == "WITHDRAWN"


@pytest.mark.parametrize("seen", ["", "forged"])
def test_without_the_page_nobody_consents(two: Companies, seen: str) -> None:
    row = two.proposed()
    answer = signed_in(two.theirs).post(at("consent", row), {"seen": seen}, follow=True)
    assert "have changed since this page was shown" in words(answer) and fresh(row).status == "PROPOSED"


def test_a_list_is_good_for_its_own_merger_alone(two: Companies) -> None:
    row = two.proposed()
    page = signed_in(two.theirs).get(at("merger", row))
    third = factories.account()
    from mergers import actions

    other = actions.propose(third, acquired=two.acquired, parts=None, by=owner(third))
    signed_in(two.theirs).post(at("consent", other), hidden(page, "seen"))
    assert fresh(other).status == "PROPOSED"


def test_the_other_owner_declines(two: Companies) -> None:
    row = two.proposed()
    answer = signed_in(two.theirs).post(at("decline", row), follow=True)
    assert "You declined" in words(answer) and "Consent" not in words(answer)
    again = signed_in(two.theirs).post(at("withdraw", row), follow=True)
    assert "Somebody was faster" in words(again)


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_page_for_both_sides_and_the_list(two: Companies, state: str) -> None:
    row = STATES[state](two)
    label = fresh(row).get_status_display()
    for user, account in ((two.ours, two.acquirer), (two.theirs, two.acquired)):
        client = signed_in(user)
        assert label in words(client.get(at("merger", row)))
        assert row.reference in words(client.get(at("mergers", account)))


def test_whoever_owns_both_sees_the_side_they_work_in(two: Companies) -> None:
    row = two.proposed()
    factories.replace_owner(two.acquired, two.ours)
    client = signed_in(two.ours)
    client.post(reverse("useraccess:choose"), {"account": two.acquired.pk})
    assert "Download the records" in words(client.get(at("merger", row)))
    client.post(reverse("useraccess:choose"), {"account": two.acquirer.pk})
    assert "Withdraw the proposal" in words(client.get(at("merger", row)))


def test_the_page_asks_as_often_with_many_sub_accounts_and_people(two: Companies) -> None:
    row = two.proposed()

    def more(count: int) -> None:
        more_sub_accounts(two.acquired, count)
        people = User.objects.bulk_create(
            User(
                account_id=f"many{factories.serial()}",
                email=f"m{factories.serial()}@trade.example",
                first_name="A",
                last_name=f"B{n}",
                created_at=row.proposed_at,
            )
            for n in range(count)
        )
        Membership.objects.bulk_create(
            Membership(user=one, top_account=two.acquired, role=PROXY, began_at=row.proposed_at) for one in people
        )

    assert_constant_queries(signed_in(two.theirs), at("merger", row), more, many=100)


# The desk ------------------------------------------------------------------------------------------------------------
def button(row: Merger, code: str) -> str:
    return reverse(f"admin:mergers_merger_{code}", args=[row.pk])


def review(row: Merger) -> str:
    return reverse("admin:mergers_merger_change", args=[row.pk])


@pytest.fixture
def desk(officer_client: Any) -> Client:
    return officer_client()


def test_the_desk_is_told_what_waits_and_approves(two: Companies, desk: Client) -> None:
    row = two.prepared()
    Companies(factories.account(), factories.account()).proposed()
    assert "1 merger open" in words(desk.get(reverse("admin:index")))
    listed = words(desk.get(reverse("admin:mergers_merger_changelist")))
    assert listed.index(row.reference) < listed.index("Waiting for the other owner")
    page = words(desk.get(review(row)))
    assert "Birch" in page and two.exporter.masked_identifier in page and "Who loses access" in page
    assert "desk-errors" in desk.post(button(row, "approve"), {"text": ""}).content.decode()
    assert fresh(row).status == "PREPARED"
    done = words(desk.post(button(row, "approve"), {"text": "Deed seen."}, follow=True))
    assert "was carried out" in done and "nothing left to decide" in done and "Deed seen." in done
    assert fresh(two.other).top_account == two.acquirer


def test_the_desk_rejects_with_a_text(two: Companies, desk: Client) -> None:
    row = two.consented()
    assert "was rejected" in words(desk.post(button(row, "reject"), {"text": "No deed."}, follow=True))
    for user in (two.ours, two.theirs):
        assert "No deed." in words(signed_in(user).get(at("merger", row)))


def test_what_does_not_fit_any_more_is_not_approved_and_the_text_is_kept(two: Companies, desk: Client) -> None:
    row = two.prepared()
    access_samples.importer(two.acquired)
    assert "does not fit the accounts any more" in words(desk.get(review(row)))
    page = words(desk.post(button(row, "approve"), {"text": "Deed seen."}))
    assert (
        "The merger was stopped; nothing was moved" in page
        and "What you wrote was neither mailed nor put on file" in page
    )
    assert "Deed seen." in page and fresh(row).status == "STOPPED"


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_page_at_the_desk(two: Companies, desk: Client, state: str) -> None:
    row = STATES[state](two)
    assert fresh(row).get_status_display() in words(desk.get(review(row)))
    assert desk.post(review(row)).status_code == 405
    assert desk.get(button(row, "approve")).status_code == 302
