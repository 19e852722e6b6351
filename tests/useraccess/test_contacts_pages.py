"""The pages of trade contacts: from adding one to removing them, and who opens which."""

from html import unescape

import pytest
from django.test import Client

from accounts.models import TopAccount
from ace_portal.core import clock
from tests import factories
from tests.core.sample import Page, words
from tests.harness.world import signed_in
from tests.importers.screens import text_of
from tests.useraccess.contact_samples import FACTS, TYPED, at, contact, field, rows
from useraccess import actions
from useraccess.models import Membership, Role, TradeContact

pytestmark = pytest.mark.django_db
PROXY = Role.PROXY_TRADE_ACCOUNT_OWNER


@pytest.fixture
def account() -> TopAccount:
    return factories.importer_account()


@pytest.fixture
def owner(account: TopAccount) -> Client:
    return signed_in(factories.owner_of(account))


# --- The way through ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.TRADE_ACCOUNT_OWNER, PROXY])
def test_from_a_new_name_to_nobody(account: TopAccount, role: Role) -> None:
    person = factories.owner_of(account) if role == Role.TRADE_ACCOUNT_OWNER else factories.member(account, role)
    client, sub_account = signed_in(person), account.sub_accounts.get()
    assert "No contacts yet." in text_of(client.get(at("contacts", account)))
    answer = client.post(at("add-contact", account), TYPED, follow=True)
    known = TradeContact.objects.get()
    assert answer.redirect_chain == [(at("contact", known), 302)]
    shown = text_of(answer)
    for fact in ("Pat Miller", "Import manager", "pat@broker.example", "+1 410-555-0123", "Does not sign in"):
        assert fact in shown, fact
    assert "Top account General" in shown and "1 place" in shown
    client.post(at("contact", known), {"place": sub_account.pk, "topic": "FINANCE"})
    shown = text_of(client.get(at("contact", known)))
    assert f"Importer: {sub_account.name}, {sub_account.masked_identifier}" in shown and "2 places" in shown
    top = known.places.get(sub_account=None)
    answer = client.post(at("hide-contact", known, top), follow=True)
    assert "Pat Miller is not shown there any more." in words(answer.content.decode())
    assert [place.sub_account for place in known.places.all()] == [sub_account]
    assert "Remove the contact Pat Miller?" in unescape(client.get(at("remove-contact", known)).content.decode())
    assert known.removed_at is None
    for _ in range(2):
        answer = client.post(at("remove-contact", known), follow=True)
        assert answer.redirect_chain == [(at("contacts", account), 302)]
        assert f"Pat Miller is no longer a contact of {account.company_name}." in words(answer.content.decode())
    assert rows(client.get(at("contacts", account))) == []


def test_one_of_the_people_is_chosen_and_only_the_title_is_ours_to_change(account: TopAccount, owner: Client) -> None:
    person = factories.member(account, user=factories.person(first_name="Kim", last_name="Lee"))
    chosen = {"person": person.pk, "job_title": "Analyst", "place": account.sub_accounts.get().pk, "topic": "SECURITY"}
    owner.post(at("add-contact-person", account), chosen)
    known = TradeContact.objects.get()
    shown = text_of(owner.get(at("contact", known)))
    assert "Also signs in as Trade Account User" in shown and person.email in shown and "Security and ISF" in shown
    form = owner.get(at("edit-contact", known))
    assert list(form.context["form"].fields) == ["job_title"] and "My profile" in text_of(form)
    owner.post(at("edit-contact", known), {**TYPED, "job_title": "Head of imports"})
    known.refresh_from_db()
    assert (known.job_title, known.first_name, known.email) == ("Head of imports", "", "")
    assert str(known) == "Kim Lee"


def test_a_name_is_edited_from_what_is_known(account: TopAccount, owner: Client) -> None:
    known = contact(account, phone="+14105550123x45")
    page = owner.get(at("edit-contact", known))
    again = {name: field(page, name) for name in FACTS}
    assert again == {**FACTS, "phone": "+1 410-555-0123 ext. 45"}
    owner.post(at("edit-contact", known), {**again, "first_name": "Patricia"})
    known.refresh_from_db()
    assert (known.first_name, known.phone) == ("Patricia", "+14105550123x45")


def test_the_page_of_a_part_leads_to_a_form_for_that_part(account: TopAccount, owner: Client) -> None:
    sub_account = account.sub_accounts.get()
    for name in ("add-contact", "add-contact-person"):
        page = Page(owner.get(f"{at(name, account)}?place={sub_account.pk}").content.decode())
        assert page.one("option", value=str(sub_account.pk)).attrs.get("selected") is not None
        for place in ("", "x", "0", "9" * 5000):
            assert owner.get(at(name, account), {"place": place}).status_code == 200


def test_a_contact_needs_no_way_to_reach_them(account: TopAccount, owner: Client) -> None:
    owner.post(at("add-contact", account), {**TYPED, "job_title": "", "email": "", "phone": ""})
    known = TradeContact.objects.get()
    assert "Not provided" in text_of(owner.get(at("contact", known)))
    assert "Not provided" in text_of(owner.get(at("contacts", account)))


# --- Who opens what ----------------------------------------------------------------------------------------------
PAGES = {
    "contacts": lambda known: [known.top_account],
    "add-contact": lambda known: [known.top_account],
    "add-contact-person": lambda known: [known.top_account],
    "contact": lambda known: [known],
    "edit-contact": lambda known: [known],
    "remove-contact": lambda known: [known],
    "hide-contact": lambda known: [known, known.places.get()],
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("kind", "status"), [("user", 403), ("former", 404), ("other", 404), ("officer", 404)])
def test_nobody_else_opens_them(account: TopAccount, name: str, kind: str, status: int) -> None:
    known = contact(account)
    person = {
        "user": lambda: factories.member(account),
        "former": lambda: factories.member(account, PROXY),
        "other": lambda: factories.owner_of(factories.account()),
        "officer": factories.officer,
    }[kind]()
    if kind == "former":
        Membership.objects.filter(user=person).update(ended_at=clock.now())
    client, address = signed_in(person), at(name, *PAGES[name](known))
    for answer in (client.get(address), client.post(address, TYPED)):
        if answer.status_code == 405 and name in ("contacts", "hide-contact"):
            continue
        assert answer.status_code == status
        if status == 403:
            assert str(factories.owner_of(account)) in answer.content.decode(), "whom to ask"
    known.refresh_from_db()
    assert (TradeContact.objects.count(), known.places.count(), known.removed_at) == (1, 1, None)


def test_a_removed_contact_has_no_page(account: TopAccount, owner: Client) -> None:
    known = contact(account)
    actions.remove_contact(known, by=factories.owner_of(account))
    for page in ("contact", "edit-contact", "remove-contact"):
        assert owner.get(at(page, known)).status_code == 404
    for page in ("contact", "edit-contact"):
        assert owner.post(at(page, known), TYPED).status_code == 404
    assert owner.post(at("hide-contact", known, known.places.get())).status_code == 404


@pytest.mark.parametrize(
    "address", ["contacts/99999999999999999999/", "contacts/1/places/99999999999999999999/remove/"]
)
def test_addresses_nobody_types(owner: Client, address: str) -> None:
    assert owner.post(f"/accounts/{address}").status_code == 404
