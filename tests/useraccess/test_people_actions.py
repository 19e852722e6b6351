"""Change, revoke, leave, deactivate, reactivate: who may do it to whom, what it leaves behind, and what it does not."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.errors import DomainError, NotAllowed, WrongState
from ace_portal.core.models import Event, Message
from ace_portal.core.refs import ref
from tests import factories
from tests.harness.world import rolled_back, signed_in
from tests.useraccess.people_samples import (
    ACTORS,
    CONTACTS,
    DETAILS,
    MANAGES,
    MEMBERS,
    READS,
    Cast,
    changed,
    everything,
    left_by,
    suspended,
)
from useraccess import actions, policy
from useraccess.actions import ChangedMeanwhile
from useraccess.models import Grant, Level, Membership, Role, TradeContact, UserDraft
from useraccess.rights import ISF_ROLES, Change, Rights, cells_of, rights_of

pytestmark = pytest.mark.django_db
USER, PROXY = Role.TRADE_ACCOUNT_USER, Role.PROXY_TRADE_ACCOUNT_OWNER


@pytest.fixture
def cast() -> Cast:
    return Cast()


Decision = Callable[[Cast, str, User], Any]
#: Decisions on a member, and the sentence for whoever may not.
DECISIONS: dict[str, tuple[Decision, str]] = {
    "change": (
        lambda cast, whom, by: changed(cast.member(whom), READS, by=by),
        "You may not change what {} may do in Acme.",
    ),
    "revoke": (lambda cast, whom, by: actions.revoke(cast.member(whom), by=by), "You may not take {} out of Acme."),
    "deactivate": (
        lambda cast, whom, by: actions.deactivate(cast.member(whom), by=by),
        "You may not deactivate {}. Revoke the access to your account instead.",
    ),
    "reactivate": (
        lambda cast, whom, by: actions.reactivate(suspended(cast, whom), by=by),
        "Only whoever manages the person’s account, or the CBP desk, may reactivate somebody.",
    ),
}


# --- Who may -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("who", ACTORS)
def test_who_decides_about_whom(cast: Cast, who: str, decision: str) -> None:
    decide, sentence = DECISIONS[decision]
    for whom in MEMBERS:
        with rolled_back():
            if decision == "reactivate":
                suspended(cast, whom)
            before = everything()
            if whom in MANAGES.get(who, ()) or (decision, who) == ("reactivate", "officer"):
                decide(cast, whom, cast[who])
                assert everything() != before, whom
                continue
            with pytest.raises(NotAllowed) as refused:
                decide(cast, whom, cast[who])
            assert refused.value.message == sentence.format(cast[whom])
            assert everything() == before, whom


@pytest.mark.parametrize("decision", ["change", "revoke", "deactivate"])
@pytest.mark.parametrize("who", ["owner", "proxy", "officer", "removed proxy"])
def test_nothing_is_decided_about_somebody_who_was_removed(cast: Cast, who: str, decision: str) -> None:
    before = everything()
    with pytest.raises(WrongState) as refused:
        DECISIONS[decision][0](cast, "removed proxy", cast[who])
    assert refused.value.message == f"{cast['removed proxy']} does not work in Acme any more."
    assert everything() == before


@pytest.mark.parametrize("who", [*ACTORS, "another user"])
def test_everybody_leaves_by_themselves_and_the_owner_stays(cast: Cast, who: str) -> None:
    for whom in MEMBERS:
        before = everything()
        with rolled_back():
            if who == whom != "owner":
                actions.leave(cast.member(whom), by=cast[who])
                assert policy.role_in(cast[whom], cast.account) is None
                continue
            with pytest.raises(NotAllowed) as refused:
                actions.leave(cast.member(whom), by=cast[who])
            owners = "The owner cannot leave the account. Name a successor first."
            others = f"Only {cast[whom]} may leave Acme in their own name."
            assert refused.value.message == (owners if who == whom else others)
        assert everything() == before


@pytest.mark.parametrize(("who", "roles"), [("owner", {PROXY, USER}), ("proxy", {USER})])
@pytest.mark.parametrize("whom", ["user", "another user"])
def test_who_makes_whom_what(cast: Cast, who: str, roles: set[Role], whom: str) -> None:
    for role in Role:
        before = everything()
        with rolled_back():
            if role in roles:
                changed(cast.member(whom), READS, role=role, by=cast[who])
                assert policy.role_in(cast[whom], cast.account) is role
                continue
            with pytest.raises(
                NotAllowed, match=f"You may not make somebody {role.label} of Acme. Ask {cast['owner']}"
            ):
                changed(cast.member(whom), READS, role=role, by=cast[who])
        assert everything() == before


# --- What is left behind -----------------------------------------------------------------------------------------
#: Kinds of the events (those of the account's journal alone), and the mail the person gets.
LEAVES = {
    "change": (["useraccess.rights_changed"], None),
    "revoke": (["useraccess.member_removed"], "useraccess/revoked"),
    "deactivate": (["useraccess.deactivated"], "accounts/deactivated"),
    "reactivate": (["useraccess.reactivated"], "accounts/reactivated"),
}


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("who", ["owner", "proxy", "officer"])
def test_one_event_and_one_mail_each_and_the_owner_hears_of_what_others_do(cast: Cast, who: str, decision: str) -> None:
    if who == "officer" and decision != "reactivate":
        return
    journal, mail = LEAVES[decision]
    left = left_by(lambda: DECISIONS[decision][0](cast, "user", cast[who]), cast.account)
    assert left.journal == journal
    assert len([kind for kind in left.events if kind not in journal]) == (decision in ("deactivate", "reactivate"))
    own = {(mail, cast["user"].email)} if mail else set()
    told = set() if who == "owner" else {("useraccess/owner_notice", cast["owner"].email)}
    assert left.mails == own | told
    event = Event.objects.filter(journal=ref(cast.account)).latest("pk")
    assert event.by == cast[who] and str(cast["user"]) in event.summary
    if told:
        assert f"{event.summary}." in Message.objects.get(template="useraccess/owner_notice").body


def test_what_leaving_leaves_behind(cast: Cast) -> None:
    left = left_by(lambda: actions.leave(cast.member("user"), by=cast["user"]), cast.account)
    assert (left.events, left.journal) == (["useraccess.member_removed"],) * 2
    assert left.mails == {("useraccess/owner_notice", cast["owner"].email)}
    assert f"{cast['user']} left the account." in Message.objects.get(template="useraccess/owner_notice").body


def test_a_change_that_changes_nothing_leaves_nothing(cast: Cast) -> None:
    member = cast.member("user")
    changed(member, READS, by=cast["owner"])
    left = left_by(lambda: changed(member, READS, by=cast["proxy"]), cast.account)
    assert (left.events, left.mails) == ([], set())
    assert Membership.objects.get(pk=member.pk).version == 2


# --- Change ------------------------------------------------------------------------------------------------------
def test_a_change_says_what_changed_and_remembers_it(cast: Cast) -> None:
    member, own = cast.member("user"), cells_of(cast.sub_account)[0]
    changed(member, READS, by=cast["owner"])
    granted = Rights(isf_portal=True, isf_roles=frozenset({"FILER"}), grid={own: Level.NONE})
    member.refresh_from_db()
    found = actions.change(member, role=USER, granted=granted, version=2, by=cast["proxy"])
    assert [(one.key, one.before, one.after) for one in found] == [
        ("isf", "No", "Yes"),
        ("isf-roles", "", "FILER"),
        (DETAILS.key, "READ", ""),
        (own.key, "", "NONE"),
    ]
    event = Event.objects.get(kind="useraccess.rights_changed", by=cast["proxy"])
    assert event.after == {one.key: one.after for one in found} | {"version": 3}
    assert event.before == {one.key: one.before for one in found}
    assert member.version == 3, "the caller's row is the new one"
    assert rights_of(member) == granted


def test_a_user_who_becomes_proxy_has_no_grants_and_a_proxy_who_becomes_user_has_what_was_granted(cast: Cast) -> None:
    member = cast.member("user")
    changed(member, Rights().everywhere(Level.FULL), by=cast["owner"])
    changed(member, Rights(), role=PROXY, by=cast["owner"])
    member.refresh_from_db()
    assert not Grant.objects.filter(membership=member).exists()
    assert (member.top_account_access, member.isf_portal, member.isf_roles) == (True, False, "")
    assert policy.may_write(member.user, cast.sub_account, "details")
    changed(member, READS, role=USER, by=cast["owner"])
    member.refresh_from_db()
    assert rights_of(member) == READS and not member.top_account_access
    assert not policy.may_write(member.user, cast.sub_account, "details")
    assert policy.may_read(member.user, cast.sub_account, "details")


def test_rights_of_a_suspended_person_can_be_changed(cast: Cast) -> None:
    suspended(cast, "user")
    changed(cast.member("user"), READS, by=cast["owner"])
    assert rights_of(cast.member("user")) == READS


# --- Two at once -------------------------------------------------------------------------------------------------
def refused_change(member: Membership, version: int, *, by: User) -> ChangedMeanwhile:
    before = everything()
    with pytest.raises(ChangedMeanwhile) as refused:
        actions.change(member, role=USER, granted=Rights().everywhere(Level.FULL), version=version, by=by)
    assert everything() == before
    assert refused.value.message.endswith(" changed this while you were looking at it.")
    return refused.value


def test_whoever_is_slower_is_told_who_changed_what(cast: Cast) -> None:
    looked_at = cast.member("user")
    changed(looked_at, READS, by=cast["proxy"])
    error = refused_change(looked_at, looked_at.version, by=cast["owner"])
    assert error.message == f"{cast['proxy']} changed this while you were looking at it."
    assert error.changes == [Change(DETAILS.key, "", "READ")]


def test_several_changes_are_told_in_sum(cast: Cast) -> None:
    member = cast.member("user")
    changed(member, READS, by=cast["owner"])
    looked_at = cast.member("user")
    changed(member, Rights(grid={DETAILS: Level.FULL, CONTACTS: Level.READ}), by=cast["proxy"])
    changed(member, Rights(isf_portal=True, isf_roles=frozenset(ISF_ROLES)), by=cast["another proxy"])
    changed(member, Rights(isf_portal=True, grid={CONTACTS: Level.FULL}), by=cast["proxy"])
    error = refused_change(looked_at, looked_at.version, by=cast["owner"])
    assert error.by == [str(cast["proxy"]), str(cast["another proxy"])], "each once, in the order they came"
    assert error.message.startswith(f"{cast['proxy']} and {cast['another proxy']} changed this")
    assert {one.key: (one.before, one.after) for one in error.changes} == {
        DETAILS.key: ("READ", ""),
        CONTACTS.key: ("", "FULL"),
        "isf": ("No", "Yes"),
    }


def test_a_change_that_was_taken_back_is_a_change_too(cast: Cast) -> None:
    looked_at = cast.member("user")
    changed(looked_at, READS, by=cast["proxy"])
    changed(looked_at, Rights(), by=cast["proxy"])
    error = refused_change(looked_at, looked_at.version, by=cast["owner"])
    assert error.changes == [] and error.by == [str(cast["proxy"])]


@pytest.mark.parametrize("version", [0, 99])
def test_a_version_that_never_was_changes_nothing(cast: Cast, version: int) -> None:
    error = refused_change(cast.member("user"), version, by=cast["owner"])
    assert error.changes == []
    if version == 99:
        assert error.message == "Somebody changed this while you were looking at it."


# --- Revoke and leave --------------------------------------------------------------------------------------------
def test_whoever_is_revoked_is_out_with_the_next_click_in_every_browser(cast: Cast) -> None:
    browsers = [signed_in(cast["user"]) for _ in range(2)]
    assert all(browser.get("/accounts/").status_code == 200 for browser in browsers)
    actions.revoke(cast.member("user"), by=cast["owner"])
    assert all(browser.get("/accounts/")["Location"].startswith("/sign-in/") for browser in browsers)


def test_whoever_leaves_stays_signed_in_for_their_other_accounts(cast: Cast) -> None:
    browser: Client = signed_in(cast["user"])
    actions.leave(cast.member("user"), by=cast["user"])
    assert browser.get("/accounts/").status_code == 200


@pytest.mark.parametrize("way", ["revoke", "leave"])
def test_a_place_that_ends_takes_everything_of_this_account_with_it_and_nothing_of_others(cast: Cast, way: str) -> None:
    person, other = cast["proxy"], cast["owner of another account"]
    elsewhere = factories.member(policy.top_accounts_visible_to(other).get(), PROXY, user=person)
    others = factories.membership(elsewhere, policy.top_accounts_visible_to(other).get())
    drafts = {
        "own": UserDraft(started_by=person, top_account=cast.account, facts={"first_name": "Kim"}),
        "about the person": UserDraft(started_by=cast["owner"], top_account=cast.account, person=person),
        "own elsewhere": UserDraft(started_by=person, top_account=others.top_account, facts={"first_name": "Kim"}),
        "of somebody else": UserDraft(started_by=cast["owner"], top_account=cast.account, facts={"first_name": "Lee"}),
    }
    for draft in drafts.values():
        draft.changed_at = clock.now()
        draft.save()
    for account in (cast.account, others.top_account):
        TradeContact.objects.create(top_account=account, user=person, created_at=clock.now())
    member = cast.member("proxy")
    actions.revoke(member, by=cast["owner"]) if way == "revoke" else actions.leave(member, by=person)
    assert policy.role_in(person, cast.account) is None and member.ended_at is not None
    assert policy.role_in(person, others.top_account) is PROXY
    assert set(UserDraft.objects.values_list("pk", flat=True)) == {
        drafts["own elsewhere"].pk,
        drafts["of somebody else"].pk,
    }
    assert [row.top_account for row in TradeContact.objects.live()] == [others.top_account]
    person.refresh_from_db()
    assert person.status == User.Status.ACTIVE, "a portal user all the same"


@pytest.mark.parametrize("way", ["revoke", "leave"])
def test_a_place_ends_once(cast: Cast, way: str) -> None:
    member = cast.member("user")
    end: dict[str, Callable[[], None]] = {
        "revoke": lambda: actions.revoke(member, by=cast["owner"]),
        "leave": lambda: actions.leave(member, by=cast["user"]),
    }
    end[way]()
    before = everything()
    for again in end.values():
        with pytest.raises(WrongState, match="does not work in Acme any more"):
            again()
    assert everything() == before


# --- Deactivate and reactivate -----------------------------------------------------------------------------------
def test_whoever_works_elsewhere_too_is_not_deactivated(cast: Cast) -> None:
    factories.member(factories.account(), user=cast["user"])
    assert not policy.may_deactivate(cast["owner"], cast.member("user"))
    before = everything()
    with pytest.raises(NotAllowed, match="Revoke the access to your account instead"):
        actions.deactivate(cast.member("user"), by=cast["owner"])
    assert everything() == before


def test_a_former_place_elsewhere_does_not_count(cast: Cast) -> None:
    other = factories.account()
    actions.leave(factories.membership(factories.member(other, user=cast["user"]), other), by=cast["user"])
    actions.deactivate(cast.member("user"), by=cast["owner"])
    cast["user"].refresh_from_db()
    assert cast["user"].status == User.Status.DEACTIVATED


def test_a_deactivated_person_keeps_role_and_rights_and_comes_back_to_them(cast: Cast) -> None:
    browser = signed_in(cast["user"])
    changed(cast.member("user"), READS, by=cast["owner"])
    actions.deactivate(cast.member("user"), by=cast["owner"])
    assert browser.get("/accounts/")["Location"].startswith("/sign-in/")
    with pytest.raises(WrongState, match="is deactivated already"):
        actions.deactivate(cast.member("user"), by=cast["owner"])
    assert rights_of(cast.member("user")) == READS
    assert actions.reactivate(cast["user"], by=cast["proxy"]).status == User.Status.ACTIVE
    assert policy.may_read(cast["user"], cast.sub_account, "details")


@pytest.mark.parametrize("status", ["SUSPENDED", "DEACTIVATED"])
def test_whoever_comes_back_has_45_days_again(cast: Cast, status: str) -> None:
    person = suspended(cast, "user", status)
    User.objects.filter(pk=person.pk).update(warned_days=1)
    person = actions.reactivate(person, by=cast["owner"])
    assert person.is_active and person.warned_days is None
    assert person.last_seen_at is not None and (clock.now() - person.last_seen_at).total_seconds() < 60


def test_whoever_never_signed_in_waits_for_the_account_id_again(cast: Cast) -> None:
    invited = factories.member(cast.account, user=factories.person(active=False))
    User.objects.filter(pk=invited.pk).update(status=User.Status.SUSPENDED)
    assert actions.reactivate(invited, by=cast["owner"]).status == User.Status.INVITED


@pytest.mark.parametrize("status", ["ACTIVE", "INVITED"])
def test_only_who_is_shut_out_is_let_in_again(cast: Cast, status: str) -> None:
    person = suspended(cast, "user", status)
    before = everything()
    with pytest.raises(DomainError, match="is not suspended"):
        actions.reactivate(person, by=cast["owner"])
    assert everything() == before


def test_a_decision_of_one_account_is_not_told_to_another(cast: Cast) -> None:
    other = factories.account()
    factories.member(other, user=suspended(cast, "user"))
    actions.reactivate(cast["user"], by=cast["owner"])
    assert not Event.objects.filter(kind="useraccess.reactivated", journal=ref(other)).exists()
    actions.reactivate(suspended(cast, "user"), by=cast["officer"])
    assert Event.objects.filter(kind="useraccess.reactivated", journal=ref(other)).count() == 1, "the desk's is"


@pytest.mark.parametrize("who", ["owner", "officer"])
def test_a_second_step_that_was_reset_is_in_the_history(cast: Cast, who: str) -> None:
    left = left_by(lambda: actions.reset_factor(cast["user"], reason="Lost", by=cast[who]), cast.account)
    assert left.journal == ["useraccess.factor_reset"]
    told = set() if who == "owner" else {("useraccess/owner_notice", cast["owner"].email)}
    assert left.mails == {("accounts/factor_reset", cast["user"].email)} | told


def test_the_desk_lets_an_owner_in_and_mails_once(cast: Cast) -> None:
    left = left_by(lambda: actions.reactivate(suspended(cast, "owner"), by=cast["officer"]), cast.account)
    assert left.mails == {("accounts/reactivated", cast["owner"].email)}
    assert left.journal == ["useraccess.reactivated"]
