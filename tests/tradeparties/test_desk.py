"""Broker, filer and carrier sub-accounts: CBP's desk creates them, nobody else does."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import SubAccount, TopAccount
from ace_portal.core.errors import NotAllowed, Taken
from ace_portal.core.events import history_of, journal_of
from ace_portal.core.models import Message
from tests import factories
from tests.desk.conftest import words
from tests.exporters.authorization_samples import analyst
from tests.harness.world import signed_in
from tests.importers.screens import text_of
from tradeparties import actions
from tradeparties.account_types import BROKER, CARRIERS, FILER, KINDS
from useraccess.models import Level
from useraccess.rights import Cell, Rights

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> TopAccount:
    return factories.account(company_name="Old Wharf Brokers")


def add(account: TopAccount) -> str:
    return reverse("admin:accounts_topaccount_add_sub_account", args=[account.pk])


def answers(**changed: str) -> dict[str, str]:
    return {"kind": "BROKER", "code": "ow1", "name": " Old  Wharf ", "note": "License 12345", **changed}


def opened(account: TopAccount, kind: Any = BROKER, code: str = "OW1") -> SubAccount:
    return actions.open_by_desk(account, kind=kind, code=code, name="Old Wharf", by=factories.officer(device=False))


def test_an_officer_adds_a_broker_sub_account(officer_client: Callable[..., Client], account: TopAccount) -> None:
    desk = officer_client()
    home = reverse("admin:accounts_topaccount_change", args=[account.pk])
    assert add(account) in desk.get(home).content.decode()
    assert "created here only" in words(desk.get(add(account)))
    answer = desk.post(add(account), answers(), follow=True)
    assert "Broker OW1 of Old Wharf was added. The account’s owner has been mailed." in words(answer)
    made = account.sub_accounts.get()
    assert (made.account_type, made.identifier, made.name) == ("BROKER", "OW1", "Old Wharf")
    event = history_of(made).get()
    assert (event.summary, event.after) == ("Broker sub-account OW1 added", {"note": "License 12345"})
    assert event in journal_of(account)
    mail = Message.objects.get(template="tradeparties/sub_account_opened")
    assert mail.to_address == factories.owner_of(account).email and "Filer code: OW1" in mail.body
    assert "License 12345" not in mail.body


def test_the_same_twice_is_once(officer_client: Callable[..., Client], account: TopAccount) -> None:
    desk = officer_client()
    for _ in range(2):
        assert desk.post(add(account), answers()).status_code == 302
    assert account.sub_accounts.count() == 1
    assert Message.objects.filter(template="tradeparties/sub_account_opened").count() == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"code": ""}, "Code is required."),
        ({"code": "AB"}, "A filer code has three letters or digits, such as AB1."),
        ({"code": "ABCD"}, "A filer code has three letters or digits, such as AB1."),
        ({"code": "А1Б"}, "Filer code"),
        ({"code": "A\u202eB"}, "Code contains"),
        ({"kind": "TRUCK_CARRIER", "code": "AB1"}, "A SCAC has two to four letters, such as ABCD."),
        ({"kind": "TRUCK_CARRIER", "code": "ABCDE"}, "A SCAC has two to four letters, such as ABCD."),
        ({"kind": "IMPORTER"}, "Account type"),
        ({"name": "<script>"}, "Name"),
        ({"note": "n" * 501}, "Note"),
    ],
    ids=str,
)
def test_bad_input_is_named_and_nothing_typed_is_lost(
    officer_client: Callable[..., Client], account: TopAccount, changed: dict[str, str], message: str
) -> None:
    answer = officer_client().post(add(account), answers(**changed))
    rows = answer.context["form"].error_rows()
    assert answer.status_code == 200 and any(message.casefold() in row.text.casefold() for row in rows), rows
    assert 'value=" Old  Wharf "' in answer.content.decode() or "name" in changed
    assert not account.sub_accounts.exists()


def test_a_taken_code_is_told_to_the_officer_with_its_holder(
    officer_client: Callable[..., Client], account: TopAccount
) -> None:
    other = factories.account(company_name="Pier Nine")
    opened(other)
    desk = officer_client()
    assert f"already belongs to “Old Wharf” in {other}." in words(desk.post(add(account), answers()))
    assert "“Old Wharf” in this account" in words(desk.post(add(other), answers(name="Another name")))
    # A filer code may have one sub-account of each type.
    assert desk.post(add(account), answers(kind="FILER")).status_code == 302


def test_officers_alone_create_them(account: TopAccount) -> None:
    for by in (factories.owner_of(account), analyst()):
        with pytest.raises(NotAllowed, match="Only CBP creates broker sub-accounts"):
            actions.open_by_desk(account, kind=BROKER, code="OW1", name="Old Wharf", by=by)
    assert signed_in(analyst()).post(add(account), answers()).status_code == 403
    owner = signed_in(factories.owner_of(account))
    assert owner.post(add(account), answers()).status_code == 302 and not account.sub_accounts.exists()
    for kind in KINDS:
        page = text_of(owner.get(f"/accounts/?type={kind.code}"))
        assert "No task to start for this account type." in page
    with pytest.raises(ValueError, match="IMPORTER"):
        importer = factories.importer_account().sub_accounts.get().type
        opened(account, importer)


def test_their_page_shows_name_code_and_since_when(account: TopAccount) -> None:
    broker, carrier = opened(account), opened(account, CARRIERS[0], "OWLD")
    owner = signed_in(factories.owner_of(account))
    page = text_of(owner.get(f"/accounts/sub/{broker.pk}/"))
    assert "Broker sub-account OW1 of Old Wharf Brokers" in page
    assert "Name Old Wharf Filer code OW1 Since" in page
    assert "SCAC OWLD" in text_of(owner.get(f"/accounts/sub/{carrier.pk}/"))
    assert "OWLD" in text_of(owner.get("/accounts/?q=OWLD"))


def test_users_have_them_as_granted(account: TopAccount) -> None:
    reader = signed_in(factories.member(account, granted=Rights(grid={Cell("FILER", "details"): Level.READ})))
    filer, broker = opened(account, FILER), opened(account)
    assert reader.get(f"/accounts/sub/{filer.pk}/").status_code == 200
    assert reader.get(f"/accounts/sub/{broker.pk}/").status_code == 403
    outsider = signed_in(factories.owner_of(factories.account()))
    assert outsider.get(f"/accounts/sub/{filer.pk}/").status_code == 404


def test_whose_code_it_is_no_outsider_reads(account: TopAccount) -> None:
    """The sentence of the room below, which asks nobody who is asking, names no account."""
    from accounts.actions import open_sub_account

    opened(account)
    with pytest.raises(Taken, match="^Filer code OW1 already belongs to a portal account.$"):
        open_sub_account(factories.account(), account_type="BROKER", identifier="OW1", name="Pier", by=None)
