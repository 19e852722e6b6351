"""Suspended people come back; lost factors are reset: by the owner of the account, or by the desk."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import actions as accounts
from accounts.models import User
from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.models import Event, Message
from tests import factories
from tests.signin import steps
from useraccess import actions
from useraccess.models import Membership, Role
from verification.models import AuthenticatorDevice

pytestmark = pytest.mark.django_db

REACTIVATE = "/sign-in/reactivate/"


def suspend(user: User) -> User:
    User.objects.filter(pk=user.pk).update(status=User.Status.SUSPENDED)
    user.refresh_from_db()
    return user


@pytest.fixture
def owner() -> User:
    return factories.owner_of(factories.account())


def ask(name: str, client: Client | None = None) -> Any:
    return (client or Client()).post(REACTIVATE, {"username": name})


def link_of(user: User, mailbox: Any) -> str:
    return str(mailbox(user.email)[-1].links[0].removeprefix("http://testserver"))


# --- The owner's own way ----------------------------------------------------------------------------------------
def test_a_suspended_owner_comes_back_with_link_and_second_factor(owner: User, mailbox: Any, later: Any) -> None:
    suspend(owner)
    assert "Look into your mailbox" in ask(owner.email.upper()).content.decode()
    (letter,) = mailbox(owner.email)
    assert "24 hours" in letter.body
    link, client = link_of(owner, mailbox), Client()
    assert client.get(link).status_code == 200
    assert "not right" in steps.errors(client.post(link, {"code": "000000"}))[0]
    assert User.objects.get(pk=owner.pk).status == User.Status.SUSPENDED, "the link alone opens nothing"
    later(seconds=2)
    assert client.post(link, {"code": steps.totp(owner)})["Location"] == "/sign-in/"
    assert "Your access is open again" in client.get("/sign-in/").content.decode()
    owner.refresh_from_db()
    assert owner.status == User.Status.ACTIVE and owner.warned_days is None
    assert client.get(link).status_code == client.post(link, {"code": steps.totp(owner)}).status_code == 410
    assert steps.due(client).startswith("/sign-in/"), "the link signs nobody in"
    assert steps.signed_in(owner).get("/profile/").status_code == 200
    assert [one.subject for one in mailbox(owner.email)][1] == "Your ACE Portal access is open again"
    assert accounts.suspend_inactive() == 0, "the 45 days start anew"
    assert Message.objects.get(template="useraccess/reactivation").body == ""


def test_a_backup_code_will_do_and_is_told(owner: User, mailbox: Any) -> None:
    code = steps.backup_codes_of(owner)[0]
    suspend(owner)
    ask(owner.account_id)
    assert Client().post(link_of(owner, mailbox), {"code": code.lower()}).status_code == 302
    assert "A backup code was used to sign in" in [one.subject for one in mailbox(owner.email)]
    assert AuthenticatorDevice.objects.get(user=owner).throttling_failure_count == 0


@pytest.mark.parametrize(("hours", "works"), [(23.99, True), (24, False)])
def test_the_link_lives_a_day(owner: User, mailbox: Any, later: Any, hours: float, works: bool) -> None:
    ask(suspend(owner).email)
    link = link_of(owner, mailbox)
    later(hours=hours)
    assert (Client().get(link).status_code == 200) is works


OTHERS: dict[str, Callable[[User], User | None]] = {
    "nobody": lambda owner: None,
    "not suspended": lambda owner: owner,
    "a user": lambda owner: suspend(factories.member(owner.memberships.get().top_account)),
    "a proxy": lambda owner: suspend(
        factories.member(owner.memberships.get().top_account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    ),
    "of no account": lambda owner: suspend(factories.person()),
    "no owner any more": lambda owner: _no_longer(suspend(owner)),
}


def _no_longer(owner: User) -> User:
    factories.replace_owner(owner.memberships.get().top_account)
    return owner


@pytest.mark.parametrize("kind", OTHERS)
def test_others_get_no_link_and_the_same_page(owner: User, kind: str) -> None:
    right = steps.text_of(ask(suspend(factories.owner_of(factories.account())).email))
    before = Message.objects.count()
    other = OTHERS[kind](owner)
    assert steps.text_of(ask(other.email if other else "nobody@trade.example")) == right
    assert Message.objects.count() == before


@pytest.mark.parametrize("who", ["known", "unknown"])
def test_a_name_is_tried_five_times_an_hour(owner: User, who: str) -> None:
    name = suspend(owner).email if who == "known" else "nobody@trade.example"
    for _ in range(5):
        ask(name)
    assert "Too many tries for this name" in steps.errors(ask(name))[0]


def test_who_was_reactivated_meanwhile_finds_the_link_ended(owner: User, mailbox: Any) -> None:
    ask(suspend(owner).email)
    link = link_of(owner, mailbox)
    actions.reactivate(owner, by=factories.officer())
    assert Client().post(link, {"code": steps.totp(owner)}).status_code == 410


# --- By somebody else -------------------------------------------------------------------------------------------
def test_the_owner_reactivates_the_people_of_the_account_and_nobody_elses(owner: User) -> None:
    account = owner.memberships.get().top_account
    roles = (Role.TRADE_ACCOUNT_USER, Role.PROXY_TRADE_ACCOUNT_OWNER, Role.PROXY_TRADE_ACCOUNT_OWNER)
    user, proxy, colleague = (suspend(factories.member(account, role)) for role in roles)
    stranger = suspend(factories.member(factories.account()))
    for person in (user, proxy):
        assert actions.reactivate(person, by=owner).status == User.Status.ACTIVE
    for by, person in ((owner, stranger), (user, stranger), (proxy, colleague), (user, colleague)):
        with pytest.raises(NotAllowed):
            actions.reactivate(person, by=by)
    with pytest.raises(WrongState):
        actions.reactivate(proxy, by=owner)


def test_a_proxy_reactivates_users_and_not_the_owner(owner: User) -> None:
    account = owner.memberships.get().top_account
    proxy, user = factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER), suspend(factories.member(account))
    with pytest.raises(NotAllowed):
        actions.reactivate(suspend(owner), by=proxy)
    assert actions.reactivate(user, by=proxy).status == User.Status.ACTIVE


def test_the_desk_reactivates_anybody(officer_client: Any, mailbox: Any) -> None:
    desk = officer_client()
    user = suspend(factories.person())
    page = f"/admin/accounts/user/{user.pk}/change/"
    assert ">Reactivate<" in desk.get(page).content.decode()
    desk.get(f"/admin/accounts/user/{user.pk}/reactivate/")
    assert User.objects.get(pk=user.pk).status == User.Status.SUSPENDED, "only the button does it"
    answer = desk.post(f"/admin/accounts/user/{user.pk}/reactivate/", follow=True)
    assert "may sign in again" in answer.content.decode()
    assert ">Reactivate<" not in answer.content.decode()
    assert User.objects.get(pk=user.pk).status == User.Status.ACTIVE
    assert mailbox(user.email)[0].subject == "Your ACE Portal access is open again"
    assert Event.objects.get(kind="accounts.reactivated").by == desk.officer
    again = desk.post(f"/admin/accounts/user/{user.pk}/reactivate/", follow=True)
    assert "is not suspended" in again.content.decode()


# --- A lost second factor ---------------------------------------------------------------------------------------
def reset_page(user: User) -> str:
    return f"/accounts/people/{user.memberships.order_by('pk').first().pk}/reset-second-step/"


@pytest.mark.parametrize("role", [Role.TRADE_ACCOUNT_USER, Role.PROXY_TRADE_ACCOUNT_OWNER])
def test_the_owner_resets_a_lost_factor_with_a_reason(owner: User, role: Role, mailbox: Any) -> None:
    account = owner.memberships.get().top_account
    user = factories.member(account, role)
    steps.backup_codes_of(user)
    client, theirs = steps.signed_in(owner), steps.signed_in(user)
    assert "Make sure it is really them" in client.get(reset_page(user)).content.decode()
    assert steps.errors(client.post(reset_page(user), {"reason": " "})) == ["Reason is required."]
    assert AuthenticatorDevice.objects.filter(user=user).exists()
    answer = client.post(reset_page(user), {"reason": "Phone lost in the harbor"})
    assert answer["Location"] == f"/accounts/{account.pk}/"
    assert not AuthenticatorDevice.objects.filter(user=user).exists() and not user.backupcodeset_set.exists()
    assert steps.due(theirs).startswith("/sign-in/?next="), "their sessions end"
    (letter,) = mailbox(user.email)
    assert "Phone lost in the harbor" in letter.body
    event = Event.objects.get(kind="accounts.factor_reset")
    assert event.by == owner and event.after == {"reason": "Phone lost in the harbor"}
    assert steps.due(steps.password(user)) == "/sign-in/authenticator/", "a new one is set up at the next sign-in"


def test_nobody_else_resets_anything(owner: User) -> None:
    account, other = owner.memberships.get().top_account, factories.account()
    user = factories.member(account)
    proxy = factories.member(account, Role.PROXY_TRADE_ACCOUNT_OWNER)
    stranger = factories.member(other)
    gone = factories.member(account)
    member_of = gone.memberships.get()
    Membership.objects.filter(pk=member_of.pk).update(ended_at=member_of.began_at + timedelta(seconds=1))
    clients = {who: steps.signed_in(who) for who in (owner, user, proxy, factories.owner_of(other))}
    expected = {
        (owner, stranger): 404,
        (owner, gone): 404,
        (owner, owner): 403,
        (user, proxy): 403,
        (user, user): 403,
        (proxy, user): 403,
        (proxy, owner): 403,
        (factories.owner_of(other), user): 404,
    }
    for (by, whose), status in expected.items():
        for method in (clients[by].get, clients[by].post):
            answer = method(reset_page(whose), {"reason": "x"})
            assert answer.status_code == status, (by, whose)
        if status == 403:
            assert str(owner) in answer.content.decode(), "who can do it is named"
        with pytest.raises(NotAllowed):
            actions.reset_factor(whose, reason="x", by=by)
    assert not Event.objects.filter(kind="accounts.factor_reset").exists()


def test_an_owner_of_another_account_is_not_reset_by_the_owner_of_this_one(owner: User) -> None:
    guest = factories.owner_of(factories.account())
    factories.member(owner.memberships.get().top_account, user=guest)
    membership = guest.memberships.order_by("-pk").first()
    client = steps.signed_in(owner)
    assert client.post(f"/accounts/people/{membership.pk}/reset-second-step/", {"reason": "x"}).status_code == 403
    assert AuthenticatorDevice.objects.filter(user=guest).exists()


def test_the_desk_resets_an_owner_with_a_reason(officer_client: Any, owner: User, mailbox: Any) -> None:
    desk, theirs = officer_client(), steps.signed_in(owner)
    page, button = f"/admin/accounts/user/{owner.pk}/change/", f"/admin/accounts/user/{owner.pk}/reset-second-step/"
    assert button in desk.get(page).content.decode()
    assert "Make sure it is really them" in desk.get(button).content.decode()
    refused = desk.post(button, {"reason": ""})
    assert refused.status_code == 200 and "Reason is required." in refused.content.decode()
    assert AuthenticatorDevice.objects.filter(user=owner).exists()
    answer = desk.post(button, {"reason": "Called from the number on file"}, follow=True)
    assert "was reset" in answer.content.decode() and button not in answer.content.decode()
    assert not AuthenticatorDevice.objects.filter(user=owner).exists()
    assert steps.due(theirs).startswith("/sign-in/?next=")
    assert "Called from the number on file" in mailbox(owner.email)[-1].body
    assert Event.objects.get(kind="accounts.factor_reset").by == desk.officer


def test_an_officer_does_not_reset_the_own_factor(officer_client: Any) -> None:
    desk = officer_client()
    button = f"/admin/accounts/user/{desk.officer.pk}/reset-second-step/"
    assert button not in desk.get(f"/admin/accounts/user/{desk.officer.pk}/change/").content.decode()
    assert "may reset a second factor" in desk.post(button, {"reason": "x"}, follow=True).content.decode()
    assert AuthenticatorDevice.objects.filter(user=desk.officer).exists()


@pytest.mark.parametrize("what", ["reset-second-step", "reactivate"])
def test_the_buttons_are_the_desks(owner: User, what: str) -> None:
    user = suspend(factories.member(owner.memberships.get().top_account))
    for client in (Client(), steps.signed_in(owner)):
        for method in (client.get, client.post):
            answer = method(f"/admin/accounts/user/{user.pk}/{what}/", {"reason": "x"})
            assert answer["Location"].startswith("/admin/login/")
    assert User.objects.get(pk=user.pk).status == User.Status.SUSPENDED
    assert AuthenticatorDevice.objects.filter(user=user).exists()


@pytest.mark.parametrize("what", ["reset-second-step", "reactivate"])
def test_people_who_are_not_there_are_404(officer_client: Any, what: str) -> None:
    assert officer_client().post(f"/admin/accounts/user/999999/{what}/", {"reason": "x"}).status_code == 404
