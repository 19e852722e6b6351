"""Owner and proxies add people, new ones and those the portal knows; nobody else does."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from accounts.models import User
from ace_portal.core.errors import NotAllowed, Taken, TooMany
from ace_portal.core.models import Event, Message
from ace_portal.core.refs import ref
from tests import factories
from tests.harness.moving_time import later
from tests.harness.world import rolled_back
from tests.useraccess.people_samples import ACTORS, DETAILS, READS, Cast, everything, importer, left_by, new_person
from useraccess import actions, policy
from useraccess.actions.people import NO_SUCH_USER
from useraccess.models import Grant, Level, Membership, Role
from useraccess.rights import ISF_ROLES, Cell, Rights, cells_of, rights_of

__all__ = ["later"]
pytestmark = pytest.mark.django_db

GIVES = {"owner": {"PTAO", "USER"}, "proxy": {"USER"}}


@pytest.fixture
def cast() -> Cast:
    return Cast()


def add(cast: Cast, kind: str, who: str, role: Role, granted: Rights = READS, **facts: Any) -> Membership:
    by = cast[who]
    if kind == "new":
        return actions.add_user(cast.account, facts=new_person(**facts), role=role, granted=granted, by=by)
    return actions.add_existing(cast.account, person=cast["nobody"], role=role, granted=granted, by=by)


# --- Who may -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["new", "existing"])
@pytest.mark.parametrize("who", ACTORS)
def test_who_adds_people_in_which_role(cast: Cast, who: str, kind: str) -> None:
    for role in Role:
        before = everything()
        with rolled_back():
            if role in GIVES.get(who, ()):
                member = add(cast, kind, who, role)
                assert policy.role_in(member.user, cast.account) is role
                continue
            with pytest.raises(NotAllowed) as refused:
                add(cast, kind, who, role)
        assert refused.value.message == f"You may not make somebody {role.label} of Acme. Ask {cast['owner']}."
        assert everything() == before


@pytest.mark.parametrize("kind", ["new", "existing"])
@pytest.mark.parametrize("who", ["owner", "proxy"])
def test_what_adding_somebody_leaves_behind(cast: Cast, who: str, kind: str) -> None:
    added: list[Membership] = []
    left = left_by(lambda: added.append(add(cast, kind, who, Role.TRADE_ACCOUNT_USER)), cast.account)
    person = added[0].user
    assert left.journal == ["useraccess.member_added", "useraccess.rights_changed"]
    own = {("accounts/account_id", person.email)} if kind == "new" else {("useraccess/added", person.email)}
    told = set() if who == "owner" else {("useraccess/owner_notice", cast["owner"].email)}
    assert left.mails == own | told
    event = Event.objects.filter(kind="useraccess.rights_changed").latest("pk")
    assert event.by == cast[who] and event.subject == ref(added[0])
    assert (event.after["role"], event.after["IMPORTER:details"], event.after["version"]) == ("USER", "READ", 1)
    if told:
        notice = Message.objects.get(template="useraccess/owner_notice", to_address=cast["owner"].email)
        assert f"{cast['proxy']} added {person} as Trade Account User." in notice.body
        assert f"/accounts/{cast.account.pk}/history/" in notice.body


# --- New people --------------------------------------------------------------------------------------------------
def test_a_new_person_waits_for_the_first_sign_in(cast: Cast) -> None:
    facts = new_person(middle_name="B.", phone="+14105550123", city="Baltimore")
    person = actions.add_user(
        cast.account, facts=facts, role=Role.TRADE_ACCOUNT_USER, granted=READS, by=cast["owner"]
    ).user
    person.refresh_from_db()
    assert person.status == User.Status.INVITED and not person.has_usable_password()
    assert all(getattr(person, name) == value for name, value in facts.items())
    letter = Message.objects.get(to_address=person.email)
    assert person.account_id in letter.body and letter.secret


@pytest.mark.parametrize("email", ["taken@trade.example", "TAKEN@Trade.Example"])
def test_an_e_mail_address_belongs_to_one_person(cast: Cast, email: str) -> None:
    factories.person(email="taken@trade.example")
    before = everything()
    with pytest.raises(Taken, match="Each person signs in with an address of their own") as refused:
        add(cast, "new", "owner", Role.TRADE_ACCOUNT_USER, email=email)
    assert refused.value.field == "email"
    assert everything() == before


@pytest.mark.parametrize("name", [("Kim", "Quill"), ("KIM", "quill")])
def test_name_and_date_of_birth_belong_to_one_person(cast: Cast, name: tuple[str, str]) -> None:
    born = date(1990, 5, 17)
    factories.person(first_name="Kim", last_name="Quill", date_of_birth=born)
    same = {"first_name": name[0], "last_name": name[1]}
    before = everything()
    with pytest.raises(Taken, match="If it is the same person, add an existing user"):
        add(cast, "new", "owner", Role.TRADE_ACCOUNT_USER, **same, date_of_birth=born)
    assert everything() == before
    assert add(cast, "new", "owner", Role.TRADE_ACCOUNT_USER, **same, date_of_birth=date(1990, 5, 18)).pk


@pytest.mark.parametrize("kind", ["new", "existing"])
def test_names_as_long_as_they_may_be_are_remembered(cast: Cast, kind: str) -> None:
    long = {"first_name": "F" * 60, "middle_name": "M" * 60, "last_name": "L" * 60}
    User.objects.filter(pk__in=[cast["proxy"].pk, cast["nobody"].pk]).update(**long)
    for who in ("proxy", "nobody"):
        cast[who].refresh_from_db()
    member = add(cast, kind, "proxy", Role.TRADE_ACCOUNT_USER, **long)
    actions.change(member, role=Role.TRADE_ACCOUNT_USER, granted=Rights(), version=1, by=cast["proxy"])
    actions.revoke(member, by=cast["proxy"])
    assert all(len(event.summary) <= 250 for event in Event.objects.all())
    assert Event.objects.get(kind="useraccess.member_removed", subject=ref(member)).summary.startswith("F" * 60)


# --- People the portal knows -------------------------------------------------------------------------------------
def test_an_existing_user_is_mailed_how_to_leave_and_keeps_everything_else(cast: Cast) -> None:
    guest = cast["owner of another account"]
    home = policy.top_accounts_visible_to(guest).get()
    actions.add_existing(cast.account, person=guest, role=Role.TRADE_ACCOUNT_USER, granted=Rights(), by=cast["owner"])
    assert set(policy.top_accounts_visible_to(guest)) == {home, cast.account}
    assert policy.role_in(guest, home) is Role.TRADE_ACCOUNT_OWNER
    letter = Message.objects.get(template="useraccess/added", to_address=guest.email)
    assert "Acme" in letter.subject and f"{cast['owner']} added you" in letter.body
    assert "Leave this account" in letter.body and f"/accounts/{cast.account.pk}/" in letter.body


@pytest.mark.parametrize("who", ["owner", "proxy", "user"])
def test_somebody_who_works_there_already_is_not_added_again(cast: Cast, who: str) -> None:
    before = everything()
    with pytest.raises(Taken) as refused:
        actions.add_existing(
            cast.account, person=cast[who], role=Role.TRADE_ACCOUNT_USER, granted=READS, by=cast["owner"]
        )
    assert refused.value.message == f"{cast[who]} works in Acme already."
    assert everything() == before


def test_somebody_who_was_removed_comes_back_with_new_rights_alone(cast: Cast) -> None:
    person = cast["removed proxy"]
    member = actions.add_existing(
        cast.account, person=person, role=Role.TRADE_ACCOUNT_USER, granted=READS, by=cast["owner"]
    )
    assert rights_of(member) == READS and member.version == 1
    assert Membership.objects.filter(user=person, top_account=cast.account).count() == 2


@pytest.mark.parametrize("status", ["INVITED", "DEACTIVATED", "an officer"])
def test_who_cannot_be_found_cannot_be_added_either(cast: Cast, status: str) -> None:
    """They may have been found last week: the answers are kept for seven days."""
    person = cast["officer" if status == "an officer" else "nobody"]
    if status != "an officer":
        User.objects.filter(pk=person.pk).update(status=status)
    before = everything()
    with pytest.raises(NotAllowed, match="cannot be added at present. Look for the person again."):
        actions.add_existing(cast.account, person=person, role=Role.TRADE_ACCOUNT_USER, granted=READS, by=cast["owner"])
    assert everything() == before


def look_for(by: User, person: User, **typed: str) -> User:
    known = {"first_name": person.first_name, "last_name": person.last_name, "user_id": person.account_id}
    return actions.find_existing(**{**known, **typed}, by=by)


@pytest.mark.parametrize("status", ["ACTIVE", "SUSPENDED"])
def test_exact_names_and_user_id_find_a_person(cast: Cast, status: str) -> None:
    stranger = cast["owner of another account"]
    User.objects.filter(pk=stranger.pk).update(status=status)
    for who in ("owner", "proxy"):
        assert look_for(cast[who], stranger) == stranger


TYPED = {
    "first name in capitals": lambda person: {"first_name": person.first_name.upper()},
    "last name in small letters": lambda person: {"last_name": person.last_name.lower()},
    "another first name": lambda person: {"first_name": "Robert"},
    "another last name": lambda person: {"last_name": "Roe"},
    "names the other way round": lambda person: {"first_name": person.last_name, "last_name": person.first_name},
    "part of the name": lambda person: {"first_name": person.first_name[:3]},
    "any name": lambda person: {"first_name": "%", "last_name": "%"},
    "no name": lambda person: {"first_name": "", "last_name": ""},
    "user ID in the other case": lambda person: {"user_id": person.account_id.swapcase()},
    "e-mail for user ID": lambda person: {"user_id": person.email},
    "space behind the user ID": lambda person: {"user_id": f"{person.account_id} "},
    "no user ID": lambda person: {"user_id": ""},
    "user ID of somebody else": lambda person: {"user_id": factories.person().account_id},
}


@pytest.mark.parametrize("mismatch", TYPED)
def test_every_mismatch_gets_the_same_words(cast: Cast, mismatch: str) -> None:
    person = cast["nobody"]
    with pytest.raises(NotAllowed) as refused:
        look_for(cast["owner"], person, **TYPED[mismatch](person))
    assert refused.value.message == NO_SUCH_USER


@pytest.mark.parametrize("kind", ["invited", "deactivated", "officer"])
def test_who_is_not_to_be_found_gets_the_same_words_too(cast: Cast, kind: str) -> None:
    person = cast["officer" if kind == "officer" else "nobody"]
    if kind != "officer":
        User.objects.filter(pk=person.pk).update(status=kind.upper())
    with pytest.raises(NotAllowed) as refused:
        look_for(cast["owner"], person)
    assert refused.value.message == NO_SUCH_USER


@pytest.mark.parametrize("who", [who for who in ACTORS if who not in ("owner", "proxy", "owner of another account")])
def test_who_adds_nobody_finds_nobody(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        look_for(cast[who], cast["owner of another account"])
    assert refused.value.message == "Only the owner and the proxies of an account look for users."


def test_ten_look_ups_an_hour_right_or_wrong(cast: Cast, later: Any) -> None:
    owner, person = cast["owner"], cast["nobody"]
    for number in range(10):
        if number % 2:
            look_for(owner, person)
        else:
            with pytest.raises(NotAllowed):
                look_for(owner, person, user_id=f"guess{number}")
    for _ in range(2):
        with pytest.raises(TooMany, match="Too many look-ups of users. Please try again in 60 minutes"):
            look_for(owner, person)
    assert look_for(cast["proxy"], person) == person, "each person has their own ten"
    later(minutes=59)
    with pytest.raises(TooMany, match="in 1 minute."):
        look_for(owner, person)
    later(minutes=1)
    assert look_for(owner, person) == person


# --- First rights ------------------------------------------------------------------------------------------------
ALL = Rights(top_account_access=True).everywhere(Level.FULL)


@pytest.mark.parametrize("kind", ["new", "existing"])
def test_a_user_gets_what_was_granted(cast: Cast, kind: str) -> None:
    own = cells_of(cast.sub_account)[0]
    granted = Rights(isf_portal=True, isf_roles=frozenset({"VIEWER"}), grid={own: Level.NONE, DETAILS: Level.FULL})
    member = add(cast, kind, "owner", Role.TRADE_ACCOUNT_USER, granted)
    assert rights_of(member) == granted
    assert policy.tabs_of(member.user, cast.sub_account)["details"].level is Level.NONE


def test_what_says_nothing_is_not_kept(cast: Cast) -> None:
    granted = Rights(isf_roles=frozenset(ISF_ROLES), grid={DETAILS: Level.NONE})
    assert rights_of(add(cast, "new", "owner", Role.TRADE_ACCOUNT_USER, granted)) == Rights()


def test_a_proxy_has_rights_by_role_and_no_grants(cast: Cast) -> None:
    member = add(cast, "new", "owner", Role.PROXY_TRADE_ACCOUNT_OWNER, ALL)
    assert not Grant.objects.filter(membership=member).exists()
    assert (member.top_account_access, member.isf_portal, member.isf_roles) == (True, False, "")


FOREIGN: dict[str, Callable[[int], Cell]] = {
    "a sub-account of another account": lambda own: cells_of(importer(factories.account()))[0],
    "a sub-account that is none": lambda own: Cell("IMPORTER", "details", 10**9),
    "a sub-account of another type": lambda own: Cell("EXPORTER", "details", own),
    "a sub-account as the top account": lambda own: Cell("TOP", "action-plan", own),
    "a tab its type does not have": lambda own: Cell("IMPORTER", "authorization", own),
    "a tab no type has": lambda own: Cell("IMPORTER", "fax"),
    "a type that nobody registered": lambda own: Cell("TELEX", "details"),
}


@pytest.mark.parametrize("decision", ["add a new one", "add a known one", "change"])
@pytest.mark.parametrize("foreign", FOREIGN)
def test_cells_that_are_not_of_this_accounts_grid_are_refused(cast: Cast, foreign: str, decision: str) -> None:
    granted = Rights(grid={DETAILS: Level.READ, FOREIGN[foreign](cast.sub_account.pk): Level.FULL})
    role, owner, member = Role.TRADE_ACCOUNT_USER, cast["owner"], cast.member("user")
    decide: dict[str, Callable[[], object]] = {
        "add a new one": lambda: add(cast, "new", "owner", role, granted),
        "add a known one": lambda: add(cast, "existing", "owner", role, granted),
        "change": lambda: actions.change(member, role=role, granted=granted, version=1, by=owner),
    }
    before = everything()
    # A sub-account that is elsewhere may have been here when the grid was drawn: whoever chose it reads a sentence.
    elsewhere = foreign in ("a sub-account of another account", "a sub-account that is none")
    words = "left the account" if elsewhere else "not a cell of this account's grid"
    with pytest.raises(actions.SubAccountGone if elsewhere else ValueError, match=words):
        decide[decision]()
    assert everything() == before


def test_isf_roles_that_are_none_are_refused(cast: Cast) -> None:
    with pytest.raises(ValueError, match="not a role of the ISF Portal"):
        add(cast, "new", "owner", Role.TRADE_ACCOUNT_USER, Rights(isf_portal=True, isf_roles=frozenset({"PILOT"})))
