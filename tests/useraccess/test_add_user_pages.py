"""Add User in the browser's words: every page, every wrong turn, every address."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import TopAccount, User
from ace_portal.core.models import Message
from tests import factories
from tests.harness.world import signed_in
from useraccess import actions
from useraccess.models import Grant, Level, Membership, Role, UserDraft
from useraccess.rights import TOP, Cell, rights_of

pytestmark = pytest.mark.django_db

START = "/tools/user-access/add/"
KIM = {
    "first_name": "Kim",
    "last_name": "Lee",
    "date_of_birth": "03/21/1985",
    "email": "kim@trade.example",
    "phone": "410-555-0123",
    "country": "US",
    "street_address": "100 MAIN ST",
    "city": "BALTIMORE",
    "state": "MD",
    "postal_code": "21201",
}


@pytest.fixture
def account() -> TopAccount:
    return factories.importer_account()


@pytest.fixture
def owner(account: TopAccount) -> Client:
    return signed_in(factories.owner_of(account))


def problems(answer: HttpResponse) -> list[str]:
    """The lines of the error summary."""
    return [row.text for row in answer.context["form"].error_rows()]  # type: ignore[attr-defined]


def begun(client: Client, **facts: str) -> UserDraft:
    """A draft of Kim (changed by `facts`), at the role page."""
    answer = client.post(f"{START}new/", KIM | facts)
    assert answer.status_code == 302, problems(answer)
    client.get(answer["Location"])
    return UserDraft.objects.latest("pk")


def ready(client: Client, role: Role = Role.TRADE_ACCOUNT_USER, access: str = "Yes", **facts: str) -> UserDraft:
    """The same, at the permissions page."""
    draft = begun(client, **facts)
    answer = client.post(f"{START}{draft.pk}/role/", {"role": role, "top_account": access})
    assert answer["Location"] == f"{START}{draft.pk}/permissions/"
    return draft


def test_a_new_user_from_the_first_page_to_the_last(owner: Client, account: TopAccount) -> None:
    assert owner.post(START, {"kind": "new"})["Location"] == f"{START}new/"
    draft = ready(owner)
    page = owner.get(f"{START}{draft.pk}/permissions/")
    cells = {"cell-IMPORTER:details": "READ", f"cell-{TOP}:activity-log": "FULL", "isf": "Yes", "isf-roles": "VIEWER"}
    assert all(f'name="{name}"' in page.content.decode() for name in cells)
    answer = owner.post(f"{START}{draft.pk}/permissions/", cells)
    member = Membership.objects.get(user__email="kim@trade.example")
    assert answer["Location"] == f"/accounts/people/{member.pk}/"
    assert (member.role, member.user.status) == (Role.TRADE_ACCOUNT_USER, User.Status.INVITED)
    granted = rights_of(member)
    assert granted.grid == {Cell("IMPORTER", "details"): Level.READ, Cell(TOP, "activity-log"): Level.FULL}
    assert (granted.isf_portal, granted.isf_roles, granted.top_account_access) == (True, {"VIEWER"}, True)
    assert Message.objects.filter(to_address="kim@trade.example", template="accounts/account_id").count() == 1
    assert not UserDraft.objects.exists(), "what was entered is forgotten once it is used"
    assert owner.post(f"{START}{draft.pk}/permissions/", cells).status_code == 404, "a second press adds nobody"
    assert Membership.objects.filter(top_account=account).count() == 2


@pytest.mark.parametrize("everywhere", ["FULL", "READ"])
def test_the_buttons_for_all_set_every_tab_and_the_isf_portal_and_save_nothing(
    owner: Client, account: TopAccount, everywhere: str
) -> None:
    draft = ready(owner)
    answer = owner.post(f"{START}{draft.pk}/permissions/", {"all": everywhere, "isf": "No"})
    shown = answer.content.decode()
    assert "also sets ISF Portal to Yes and gives all ISF Portal roles. Nothing is saved yet." in shown
    assert shown.count("checked") == sum(len(one["rows"]) for one in answer.context["sections"]) + 1 + 3
    assert UserDraft.objects.filter(pk=draft.pk).exists() and not Grant.objects.exists()


def test_an_address_is_written_in_postal_form_and_the_page_shows_before_and_after(owner: Client) -> None:
    draft = begun(owner, street_address="100 main street, suite 4", city="Baltimore")
    page = owner.get(f"{START}{draft.pk}/role/").content.decode()
    assert "100 main street, suite 4, Baltimore" in page and "100 MAIN ST STE 4, BALTIMORE" in page
    # Whoever is certain goes back, finds what they typed, and keeps it.
    form = owner.get(f"{START}{draft.pk}/").context["form"]
    assert form["street_address"].value() == "100 main street, suite 4" and form.offers_keep_address
    typed = KIM | {"street_address": "100 main street, suite 4", "city": "Baltimore", "keep_address": "on"}
    owner.post(f"{START}{draft.pk}/", typed)
    draft.refresh_from_db()
    assert draft.facts["street_address"] == "100 main street, suite 4" and "entered" not in draft.facts
    assert "Postal Service" not in owner.get(f"{START}{draft.pk}/role/").content.decode()


@pytest.mark.parametrize(
    ("zip_code", "said"), [("00001", "is not in our list"), ("10001", "belongs to New York, not to Maryland")]
)
def test_a_zip_code_nobody_knows_there_is_an_error_until_it_is_insisted_on(
    owner: Client, zip_code: str, said: str
) -> None:
    answer = owner.post(f"{START}new/", KIM | {"postal_code": zip_code})
    assert any(said in line for line in problems(answer))
    assert 'name="zip_override"' in answer.content.decode()
    assert answer.context["form"]["first_name"].value() == "Kim"
    assert begun(owner, postal_code=zip_code, zip_override="on").facts["postal_code"] == zip_code


def test_a_foreign_address_keeps_to_its_own_country(owner: Client) -> None:
    foreign = {"country": "CA", "street_address": "1 Bay St", "city": "Toronto", "state": "ON", "phone": "416-555-0123"}
    assert problems(owner.post(f"{START}new/", KIM | foreign | {"postal_code": "21201"}))
    draft = begun(owner, **foreign, postal_code="m5j2x2")
    assert draft.facts["postal_code"] == "M5J 2X2" and "entered" not in draft.facts


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"email": "PERSON@trade.example"}, "already belongs to a portal user"),
        ({"first_name": "ROBIN", "last_name": "roe"}, "name and date of birth exists already"),
    ],
)
def test_a_person_the_portal_knows_is_not_created_twice(owner: Client, facts: dict[str, str], said: str) -> None:
    known = factories.person(email="person@trade.example", first_name="Robin", last_name="Roe")
    User.objects.filter(pk=known.pk).update(date_of_birth="1985-03-21")
    answer = owner.post(f"{START}new/", KIM | facts)
    assert any(said in line for line in problems(answer))
    assert not UserDraft.objects.exists()


def test_somebody_who_took_the_address_meanwhile_is_found_at_the_last_press(owner: Client) -> None:
    draft = ready(owner)
    factories.person(email="kim@trade.example")
    answer = owner.post(f"{START}{draft.pk}/permissions/", {"cell-IMPORTER:details": "READ"})
    assert "kim@trade.example already belongs" in answer.content.decode()
    assert answer.context["grid"].rights.grid == {Cell("IMPORTER", "details"): Level.READ}, "the grid is not lost"
    assert not Grant.objects.exists() and UserDraft.objects.filter(pk=draft.pk).exists()


BAD = ["", "x" * 300, "\x00", "a\u202eb", "<script>alert(1)</script>", "🚢", "'; DROP TABLE users; --" * 9]


@pytest.mark.parametrize("text", BAD, ids=["empty", "long", "NUL", "RTL", "script", "emoji", "SQL"])
def test_whatever_is_typed_gets_a_sentence_and_nothing_is_lost(owner: Client, text: str) -> None:
    """All fields at once: one answer names every one of them that cannot be."""
    answer = owner.post(f"{START}new/", dict.fromkeys(KIM, text))
    assert answer.status_code == 200
    named = {row.field_id for row in answer.context["form"].error_rows()}
    assert {"id_first_name", "id_last_name", "id_date_of_birth", "id_email", "id_phone", "id_country"} <= named | (
        {"id_first_name", "id_last_name"} if "DROP" in text else set()
    )
    assert answer.context["form"]["city"].value() == text
    assert not UserDraft.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"cell-IMPORTER:details": "OWNER"},
        {"cell-IMPORTER:nothing": "READ"},
        {"cell-NOTHING:details": "READ"},
        {"cell-IMPORTER:details:x": "READ"},
        {"cell-IMPORTER:details:1:2": "READ"},
        {"cell-": "READ"},
        {"cell-IMPORTER:details": ""},
        {"cell-IMPORTER:details:foreign": "READ"},
    ],
)
def test_a_grid_that_was_tampered_with_is_refused(owner: Client, data: dict[str, str]) -> None:
    foreign = factories.importer_account().sub_accounts.get()
    draft = ready(owner)
    sent = {name.replace("foreign", str(foreign.pk)): value for name, value in data.items()}
    answer = owner.post(f"{START}{draft.pk}/permissions/", sent)
    assert answer.status_code == 200 and "is not one of those offered" in answer.content.decode()
    assert not Membership.objects.filter(user__email="kim@trade.example").exists()


# --- Existing users ----------------------------------------------------------------------------------------------
def existing(client: Client, user: User, **facts: str) -> Any:
    names = {"first_name": user.first_name, "last_name": user.last_name, "user_id": user.account_id}
    return client.post(f"{START}existing/", names | facts)


def test_an_existing_user_is_found_by_exact_names_and_user_id(owner: Client, account: TopAccount) -> None:
    known = factories.member(factories.account())
    answer = existing(owner, known)
    owner.get(answer["Location"])
    draft = UserDraft.objects.get()
    assert owner.get(f"{START}{draft.pk}/")["Location"] == f"{START}existing/", "nothing of theirs is edited here"
    owner.post(f"{START}{draft.pk}/role/", {"role": "USER", "top_account": "No"})
    owner.post(f"{START}{draft.pk}/permissions/", {"cell-IMPORTER:contacts": "FULL"})
    assert owner.get(f"{START}{draft.pk}/").status_code == 404, "the draft is gone"
    member = factories.membership(known, account)
    assert rights_of(member).grid == {Cell("IMPORTER", "contacts"): Level.FULL}
    told = Message.objects.get(to_address=known.email, template="useraccess/added")
    assert account.company_name in told.subject and "Leave this account" in told.body
    # In their list of accounts, and they can leave it.
    theirs = signed_in(known)
    assert account.company_name in theirs.get("/tools/choose-account/").content.decode()
    assert theirs.post(f"/accounts/{account.pk}/leave/")["Location"] == "/"
    assert theirs.get(f"/accounts/{account.pk}/").status_code == 404


def test_every_mismatch_has_the_same_words(owner: Client) -> None:
    known = factories.person()
    invited = factories.person(active=False)
    answers = {
        tuple(problems(answer))
        for answer in (
            existing(owner, known, first_name="Robyn"),
            existing(owner, known, last_name=known.last_name.lower()),
            existing(owner, known, user_id=known.account_id.swapcase()),
            existing(owner, invited),
            existing(owner, factories.officer()),
        )
    }
    assert len(answers) == 1 and "No portal user has exactly these names" in answers.pop()[0]


def test_guessing_at_user_ids_is_stopped(owner: Client) -> None:
    known = factories.person()
    for _ in range(10):
        existing(owner, known, user_id="nobody")
    assert "Too many look-ups" in problems(existing(owner, known))[0]


def test_somebody_who_works_there_already_is_said(owner: Client, account: TopAccount) -> None:
    answer = existing(owner, factories.member(account))
    assert owner.get(answer["Location"]).status_code == 200
    assert f"works in {account.company_name} already" in owner.get(answer["Location"]).content.decode()


# --- Several accounts, several roles, other people ---------------------------------------------------------------
def test_who_manages_two_accounts_chooses_one_and_is_offered_its_roles(owner: Client, account: TopAccount) -> None:
    second = factories.account(company_name="Second Wind Freight")
    factories.member(second, Role.PROXY_TRADE_ACCOUNT_OWNER, factories.owner_of(account))
    draft = begun(owner)
    page = owner.get(f"{START}{draft.pk}/account/").content.decode()
    assert account.company_name in page and "Second Wind Freight" in page
    assert owner.post(f"{START}{draft.pk}/account/", {"account": "999999"}).status_code == 200
    roles = {}
    for chosen in (account, second):
        owner.post(f"{START}{draft.pk}/account/", {"account": chosen.pk})
        roles[chosen] = [
            value for value, _ in owner.get(f"{START}{draft.pk}/role/").context["form"].fields["role"].choices
        ]
    assert roles == {account: ["PTAO", "USER"], second: ["USER"]}


def test_a_proxy_is_not_offered_proxy_and_may_not_send_it(account: TopAccount) -> None:
    client = signed_in(factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER))
    draft = begun(client)
    answer = client.post(f"{START}{draft.pk}/role/", {"role": "PTAO", "top_account": "Yes"})
    assert problems(answer) == ["Role must be one of the options offered."]


def test_a_new_proxy_needs_no_grid(owner: Client) -> None:
    draft = ready(owner, Role.PROXY_TRADE_ACCOUNT_OWNER, access="No")
    page = owner.get(f"{START}{draft.pk}/permissions/").content.decode()
    assert "A proxy does everything the owner does" in page and "cell-" not in page
    owner.post(f"{START}{draft.pk}/permissions/")
    member = Membership.objects.get(user__email="kim@trade.example")
    assert member.role == Role.PROXY_TRADE_ACCOUNT_OWNER and member.top_account_access


def test_a_draft_belongs_to_who_began_it_and_ends_with_their_rights(owner: Client, account: TopAccount) -> None:
    proxy = factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    client = signed_in(proxy)
    draft = ready(client)
    for page in ("", "account/", "role/", "permissions/"):
        assert owner.get(f"{START}{draft.pk}/{page}").status_code == 404
    assert owner.post(f"{START}{draft.pk}/discard/").status_code == 404
    actions.change(
        factories.membership(proxy, account),
        role=Role.TRADE_ACCOUNT_USER,
        granted=rights_of(factories.membership(proxy, account)),
        version=1,
        by=factories.owner_of(account),
    )
    assert client.post(f"{START}{draft.pk}/permissions/").status_code == 403
    assert client.get(START).status_code == 403


def test_pages_that_are_skipped_lead_back(owner: Client) -> None:
    owner.post(f"{START}new/", KIM)
    draft = UserDraft.objects.get()
    assert owner.get(f"{START}{draft.pk}/permissions/")["Location"] == f"{START}{draft.pk}/role/"
    assert owner.get(f"{START}{draft.pk}/role/")["Location"] == f"{START}{draft.pk}/account/"
    assert f'href="{START}{draft.pk}/role/">Go on with Kim Lee' in owner.get(START).content.decode()
    owner.post(f"{START}{draft.pk}/discard/")
    assert not UserDraft.objects.exists()
