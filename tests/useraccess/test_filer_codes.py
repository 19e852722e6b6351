"""Filer codes of an account: linked and removed by owner and proxies, and with a broker's request."""

import pytest
from django.test import Client

from accounts import actions as accounts
from accounts.models import TopAccount
from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.events import journal_of
from ace_portal.core.models import Message
from tests import factories
from tests.harness.world import signed_in
from tests.importers.screens import errors, text_of
from tests.useraccess.access_samples import OFFER, Pair, at, attorney
from tests.useraccess.limit_samples import CODE, Limited
from tests.useraccess.people_samples import ACTORS, Cast
from useraccess import actions as people
from useraccess.actions import cross_account, filer_codes
from useraccess.models import FilerCodeLink

pytestmark = pytest.mark.django_db


def broker_sub_account(account: TopAccount, code: str = "OW1", kind: str = "BROKER", name: str = "Old Wharf") -> None:
    accounts.open_sub_account(account, account_type=kind, identifier=code, name=name, by=None)


@pytest.fixture
def pair() -> Pair:
    return Pair()


# --- Link and remove ---------------------------------------------------------------------------------------------
def test_owner_and_proxies_link_and_remove_nobody_else() -> None:
    cast = Cast()
    for who in ACTORS:
        if who in ("owner", "proxy"):
            linked = filer_codes.link(cast.account, filer_code="AB1", by=cast[who])
            filer_codes.unlink(linked, by=cast[who])
            continue
        with pytest.raises(NotAllowed, match="Only the owner and the proxies link filer codes"):
            filer_codes.link(cast.account, filer_code="AB1", by=cast[who])
        with pytest.raises(NotAllowed):
            filer_codes.unlink(linked, by=cast[who])
    told = [event.summary for event in journal_of(cast.account) if "filer_code" in event.kind]
    assert told == [
        f"{cast[who]} {done} filer code AB1" for who in ("proxy", "owner") for done in ("removed", "linked")
    ]
    owner_mails = Message.objects.filter(template="useraccess/owner_notice", body__contains="filer code AB1")
    assert [mail.to_address for mail in owner_mails] == [cast["owner"].email] * 2, "not what they did themselves"


def test_twice_is_once_and_a_code_comes_back_as_another_link() -> None:
    cast = Limited()
    first = cast.links[0]
    assert filer_codes.link(cast.account, filer_code=CODE, by=cast.owner) == first
    for _ in range(2):
        filer_codes.unlink(first, by=cast.owner)
    assert journal_of(cast.account).filter(kind="useraccess.filer_code_removed").count() == 1
    second = filer_codes.link(cast.account, filer_code=CODE, by=cast.owner)
    assert second != first and FilerCodeLink.objects.live().filter(filer_code=CODE).get() == second
    assert str(second) == f"filer code {CODE} of Acme"


def test_a_code_stays_while_people_are_limited_to_it() -> None:
    cast = Limited()
    user, owner = cast.user(), signed_in(cast.owner)
    with pytest.raises(WrongState, match=f"1 person is limited to filer code {CODE}"):
        filer_codes.unlink(cast.links[0], by=cast.owner)
    page = owner.get(at("remove-filer-code", cast.links[0]))
    assert str(user) in text_of(page) and "Change what they may do first" in text_of(page)
    answer = owner.post(at("remove-filer-code", cast.links[0]), follow=True)
    assert "1 person is limited" in text_of(answer)
    people.revoke(cast.member(user), by=cast.owner)
    filer_codes.unlink(cast.links[0], by=cast.owner)
    assert cast.links[0].ended_by == cast.owner


def test_the_page_links_shows_and_removes() -> None:
    account = factories.account()
    owner, page = signed_in(factories.owner_of(account)), at("filer-codes", account)
    assert "No filer code is linked to this account." in text_of(owner.get(page))
    answer = owner.post(page, {"filer_code": " ab1 "}, follow=True)
    assert "Filer code AB1 is linked to the account." in text_of(answer)
    assert "Not known to the portal" in text_of(answer)
    broker_sub_account(factories.account(), "AB1", name="Pier Nine Brokers")
    broker_sub_account(factories.account(), "AB1", "FILER", name="Pier Nine Filing")
    assert "Pier Nine Brokers, Pier Nine Filing" in text_of(owner.get(page))
    linked = FilerCodeLink.objects.get()
    remove = at("remove-filer-code", linked)
    assert remove in owner.get(page).content.decode() and "Remove filer code AB1?" in text_of(owner.get(remove))
    assert "AB1 is not linked to the account any more" in text_of(owner.post(remove, follow=True))
    assert "AB1 is not linked" in text_of(owner.get(remove, follow=True)), "the page of one that is gone"
    assert text_of(owner.get("/tools/")).count("Filer Codes") == 1


@pytest.mark.parametrize("typed", ["", "AB", "ABCD", "A-1", "А1Б", "A\u202e1", "<b>", "x" * 10_000, "A\x001"])
def test_what_is_no_filer_code_is_named_and_stays(typed: str) -> None:
    account = factories.account()
    answer = signed_in(factories.owner_of(account)).post(at("filer-codes", account), {"filer_code": typed})
    assert answer.status_code == 200 and len(errors(answer)) == 1
    assert answer.context["form"]["filer_code"].value() == typed and not FilerCodeLink.objects.exists()


def test_links_of_others_are_not_there(client: Client) -> None:
    cast = Limited()
    outsider, user = signed_in(factories.owner_of(factories.account())), signed_in(cast.user())
    for address in (at("filer-codes", cast.account), at("remove-filer-code", cast.links[0])):
        assert outsider.get(address).status_code == 404 and outsider.post(address).status_code == 404
        answer = user.get(address)
        assert answer.status_code == 403 and str(cast.owner) in answer.content.decode()
    assert signed_in(cast.owner).get("/accounts/filer-codes/999999/remove/").status_code == 404
    assert FilerCodeLink.objects.live().count() == 2


def test_many_codes_are_paged_and_searched() -> None:
    cast = Limited()
    FilerCodeLink.objects.bulk_create(
        FilerCodeLink(
            top_account=cast.account, filer_code=f"{n:03}", linked_at=cast.links[0].linked_at, linked_by=cast.owner
        )
        for n in range(100, 140)
    )
    owner, page = signed_in(cast.owner), at("filer-codes", cast.account)
    assert len(owner.get(page).context["rows"]) == 25
    assert [row["link"].filer_code for row in owner.get(f"{page}?q=xy").context["rows"]] == ["XY9"]
    assert "No filer code matches “q”." in text_of(owner.get(f"{page}?q=q"))


# --- With a broker's request -------------------------------------------------------------------------------------
def test_approving_a_brokers_request_links_its_code(pair: Pair) -> None:
    access, owner = pair.requested(), pair["client's owner"]
    assert not FilerCodeLink.objects.exists()
    cross_account.approve(access, granted=OFFER, ends_on=None, by=owner)
    linked = FilerCodeLink.objects.get()
    assert (linked.top_account, linked.filer_code, linked.linked_by) == (pair.client, "OW1", owner)
    assert journal_of(pair.client).filter(kind="useraccess.filer_code_linked").count() == 1
    cross_account.revoke(access, by=owner)
    cross_account.approve(pair.requested(), granted=OFFER, ends_on=None, by=owner)
    assert FilerCodeLink.objects.get() == linked, "linked already: once"


def test_rejecting_or_offering_links_nothing(pair: Pair) -> None:
    cross_account.reject(pair.requested(), by=pair["client's owner"])
    pair.active()
    assert not FilerCodeLink.objects.exists()


def test_approving_a_request_that_names_no_code_links_none(pair: Pair) -> None:
    access = cross_account.request(
        pair.broker,
        client=pair.client.ace_id,
        filer_code="",
        attorney=attorney(),
        proposed=OFFER,
        by=pair["broker's owner"],
    )
    cross_account.approve(access, granted=OFFER, ends_on=None, by=pair["client's owner"])
    assert access.status == "ACTIVE"
    assert not FilerCodeLink.objects.exists()


def test_a_broker_with_sub_accounts_uses_one_of_its_own_codes(pair: Pair) -> None:
    for code in ("OW2", "OW3"):
        broker_sub_account(pair.broker, code)
    asked = {"client": pair.client.ace_id, "attorney": attorney(), "proposed": OFFER, "by": pair["broker's owner"]}
    with pytest.raises(NotAllowed, match="one of your own sub-accounts"):
        cross_account.request(pair.broker, filer_code="OW1", **asked)
    assert cross_account.request(pair.broker, filer_code="OW3", **asked).filer_code == "OW3"
    broker, page = pair.browser("broker's owner"), at("access-ask", pair.broker)
    field = broker.get(page).context["form"].fields["filer_code"]
    assert [code for code, _ in field.choices] == ["", "OW2", "OW3"]
    answer = broker.post(page, {"filer_code": "OW1"})
    assert any("filer code" in text.casefold() for text in errors(answer))
    assert "OW2" in broker.post(page, {"all": "FULL", "filer_code": "OW3"}).content.decode()


def test_a_company_without_sub_accounts_types_a_code_that_is_nobody_elses(pair: Pair) -> None:
    asked = {"client": pair.client.ace_id, "attorney": attorney(), "proposed": OFFER, "by": pair["broker's owner"]}
    broker_sub_account(factories.account(), "PN9")
    with pytest.raises(NotAllowed, match="belongs to another company"):
        cross_account.request(pair.broker, filer_code="PN9", **asked)
    assert cross_account.request(pair.broker, filer_code="OW1", **asked).filer_code == "OW1"


def test_the_desk_reads_the_links() -> None:
    cast = Limited()
    desk = signed_in(factories.officer())
    assert "XY9" in desk.get("/admin/useraccess/filercodelink/?q=Acme").content.decode()
    assert desk.get(f"/admin/useraccess/filercodelink/{cast.links[0].pk}/change/").status_code == 200
