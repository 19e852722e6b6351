"""Somebody limited to one importer number and filer code: what they see, who says so, and that it is never more."""

from dataclasses import replace

import pytest
from django.test import Client

from accounts import actions as accounts
from accounts.models import SubAccount, User
from ace_portal.core.errors import WrongState
from tests import factories
from tests.harness.world import signed_in
from tests.importers.screens import text_of
from tests.useraccess.access_samples import LOG, Pair, at, cells, looked_at
from tests.useraccess.limit_samples import CODE, DETAILS, Limited
from tests.useraccess.people_samples import importer
from useraccess import actions, policy, rights
from useraccess.actions import cross_account, filer_codes
from useraccess.models import CrossAccountAccess, Level, Membership, Role
from useraccess.policy import BY_LIMIT
from useraccess.rights import Cell, Limit, Rights, cells_of, rights_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Limited:
    return Limited()


@pytest.fixture
def owner(cast: Limited) -> Client:
    return signed_in(cast.owner)


def seen_by(user: User) -> set[SubAccount]:
    """What the database says somebody sees; what policy says of each sub-account has to be the same."""
    visible = set(policy.sub_accounts_visible_to(user))
    for one in SubAccount.objects.all():
        reads = any(given.level.reads for given in policy.tabs_of(user, one).values())
        assert reads == (one in visible) == policy.may_open(user, one)
        assert (policy.filer_codes_at(user, one) == frozenset()) == (not reads)
        for cell in cells_of(one):
            people = policy.people_at(one.top_account, cell)
            told = policy.rights_of_people(people, cell)
            assert all(right.level.reads for right in told.values())
            own = Membership.objects.live().filter(user=user, top_account=one.top_account).first()
            if own:
                assert (own.pk in told) == policy.tabs_of(user, one)[cell.tab].level.reads
    return visible


# --- What it means -----------------------------------------------------------------------------------------------
def test_of_all_importers_one_is_left(cast: Limited) -> None:
    user = cast.user()
    assert seen_by(user) == {cast.one}
    assert policy.filer_codes_at(user, cast.one) == {CODE}
    assert policy.tabs_of(user, cast.one)["details"].reason == f"type-level grant, filer code {CODE} only"
    assert policy.tabs_of(user, cast.other)["details"].reason == BY_LIMIT
    browser = signed_in(user)
    page = text_of(browser.get(f"/accounts/sub/{cast.one.pk}/"))
    assert f"You see what was filed under filer code {CODE}." in page
    assert browser.get(f"/accounts/sub/{cast.other.pk}/").status_code == 403
    assert cast.other.masked_identifier not in text_of(browser.get("/accounts/"))


def test_it_gives_nothing_that_was_not_granted(cast: Limited) -> None:
    own = DETAILS._replace(sub_account=cast.other.pk)
    assert seen_by(cast.user(replace(cast.rights(), grid={own: Level.FULL}))) == set()
    assert seen_by(cast.user(replace(cast.rights(), grid={}))) == set()
    here = DETAILS._replace(sub_account=cast.one.pk)
    assert seen_by(cast.user(replace(cast.rights(), grid={DETAILS: Level.FULL, here: Level.NONE}))) == set()


def test_other_account_types_are_not_affected(cast: Limited) -> None:
    broker = accounts.open_sub_account(cast.account, account_type="BROKER", identifier="OW1", name="Wharf", by=None)
    user = cast.user(replace(cast.rights(), grid={Cell("BROKER", "details"): Level.READ, LOG: Level.READ}))
    assert seen_by(user) == {broker} and policy.filer_codes_at(user, broker) is None
    assert signed_in(user).get(f"/accounts/{cast.account.pk}/activity-log/").status_code == 200


def test_nobody_else_is_limited(cast: Limited) -> None:
    reader = cast.user(Rights(grid={DETAILS: Level.READ}))
    for user in (cast.owner, reader):
        assert seen_by(user) == {cast.one, cast.other} and policy.filer_codes_at(user, cast.one) is None
    assert policy.filer_codes_at(factories.person(), cast.one) == frozenset()
    assert "filer code" not in text_of(signed_in(reader).get(f"/accounts/sub/{cast.one.pk}/"))


def test_an_importer_that_left_the_account_leaves_nothing(cast: Limited) -> None:
    user, acquirer = cast.user(), factories.account()
    cast.one.top_account = acquirer
    cast.one.save()
    assert seen_by(user) == set()
    browser = signed_in(cast.owner)
    page = browser.get(f"/accounts/people/{cast.member(user).pk}/change/")
    assert "An importer number that is not in this account now" in text_of(page)
    sheet = browser.get(f"/accounts/{cast.account.pk}/who/?person={cast.member(user).pk}")
    assert all(not line.right.level.reads for line in sheet.context["by_type"])
    # What stands there may stay; it cannot be chosen anew.
    member = cast.member(user)
    actions.change(member, role=Role.TRADE_ACCOUNT_USER, granted=cast.rights(Level.FULL), version=1, by=cast.owner)
    assert seen_by(user) == set()
    with pytest.raises(ValueError, match="not an importer sub-account"):
        cast.user()


def test_it_works_at_the_next_request_and_ends_with_the_grid(cast: Limited) -> None:
    user = cast.user(Rights(grid={DETAILS: Level.READ}))
    member, browser = cast.member(user), signed_in(user)
    assert browser.get(f"/accounts/sub/{cast.other.pk}/").status_code == 200
    actions.change(member, role=Role.TRADE_ACCOUNT_USER, granted=cast.rights(), version=1, by=cast.owner)
    assert browser.get(f"/accounts/sub/{cast.other.pk}/").status_code == 403
    actions.change(member, role=Role.PROXY_TRADE_ACCOUNT_OWNER, granted=cast.rights(), version=2, by=cast.owner)
    assert seen_by(user) == {cast.one, cast.other}
    member.refresh_from_db()
    assert (member.limit_sub_account, member.limit_filer_code) == (None, "")


def test_only_a_linked_code_and_an_own_importer_can_be_chosen(cast: Limited) -> None:
    with pytest.raises(WrongState, match="Filer code QQ1 is not linked to this account any more"):
        cast.user(cast.rights(code="QQ1"))
    elsewhere = importer(factories.account())
    for limit in (Limit(elsewhere.pk, CODE), Limit(0, CODE)):
        with pytest.raises(ValueError, match="not an importer"):
            cast.user(replace(cast.rights(), limit=limit))
    assert cast.rights().everywhere(Level.FULL).limit == Limit(cast.one.pk, CODE)


# --- The page ----------------------------------------------------------------------------------------------------
def sent(cast: Limited, member: Membership, importer: object = "", code: str = "", **more: str) -> dict[str, str]:
    grid = {f"cell-{cell.key}": level.value for cell, level in rights_of(member).grid.items()}
    chosen = {"limit-importer": str(importer), "limit-filer-code": code}
    return {"version": str(member.version), "role": "USER", "top_account": "No", "isf": "No", **grid, **chosen, **more}


def test_the_limit_is_chosen_looked_at_saved_and_told(cast: Limited, owner: Client) -> None:
    user = cast.user(Rights(grid={DETAILS: Level.READ}))
    member = cast.member(user)
    page = f"/accounts/people/{member.pk}/change/"
    shown = owner.get(page)
    assert [one["chosen"] for one in shown.context["limit"]["fields"]] == ["", ""]
    before = owner.post(page, sent(cast, member, cast.one.pk, CODE))
    [told] = before.context["changes"]
    assert told == {
        "what": "Limit to importer number and filer code",
        "before": "None",
        "after": f"{cast.one}, filer code {CODE}",
    }
    again = owner.post(page, looked_at(before) | {"back": "Back"})
    assert [one["chosen"] for one in again.context["limit"]["fields"]] == [str(cast.one.pk), CODE]
    owner.post(page, looked_at(before))
    member.refresh_from_db()
    assert rights_of(member).limit == Limit(cast.one.pk, CODE) and seen_by(user) == {cast.one}
    words = f"{cast.one}, filer code {CODE}"
    assert words in text_of(owner.get(f"/accounts/people/{member.pk}/"))
    history = text_of(owner.get(f"/accounts/{cast.account.pk}/history/"))
    assert words in history
    assert f"Limited to {words}" in text_of(owner.get(f"/accounts/{cast.account.pk}/people/"))
    file = b"".join(owner.get(f"/accounts/{cast.account.pk}/people.csv").streaming_content).decode()
    assert f'"{words}"' in file and "Limited to" in file
    sheet = owner.get(f"/accounts/{cast.account.pk}/who/?person={member.pk}")
    assert f"Of all importer sub-accounts limited to {words}." in text_of(sheet)
    lines = {(line.place, line.tab): line.right.level for line in sheet.context["by_type"]}
    details = cast.one.type.tabs[0].label
    assert lines["Importer, all sub-accounts", details] is Level.NONE
    assert [level for (place, tab), level in lines.items() if "Coffee" in place and tab == details] == [Level.READ]
    used = owner.get(f"/accounts/{cast.account.pk}/who/?place={cast.other.pk}")
    assert user not in [one.member.user for one in used.context["entitled"]]
    # Taking it away is one change, too.
    before = owner.post(page, sent(cast, member))
    assert before.context["changes"][0]["after"] == "None"
    owner.post(page, looked_at(before))
    assert seen_by(user) == {cast.one, cast.other}


def test_both_or_none(cast: Limited, owner: Client) -> None:
    member = cast.member(cast.user(Rights(grid={DETAILS: Level.READ})))
    page = f"/accounts/people/{member.pk}/change/"
    for importer_number, code, wrong in ((cast.one.pk, "", "limit-filer-code"), ("", CODE, "limit-importer")):
        answer = owner.post(page, sent(cast, member, importer_number, code))
        assert answer.context["grid"].error_field == wrong
        assert f'href="#{wrong}"' in answer.content.decode() and "go together" in text_of(answer)
        chosen = [one["chosen"] for one in answer.context["limit"]["fields"]]
        assert chosen == [str(importer_number), code], "nothing chosen is lost"
    elsewhere = importer(factories.account())
    SubAccount.objects.filter(pk=elsewhere.pk).update(name="Somebody else’s")
    for forged in ((elsewhere.pk, CODE), (cast.one.pk, "QQ1"), ("x" * 99, CODE), (cast.one.pk, "<b>")):
        answer = owner.post(page, sent(cast, member, *forged))
        assert "not one of those offered" in text_of(answer) and "Somebody else" not in text_of(answer)
    member.refresh_from_db()
    assert member.limit_sub_account is None


def test_the_buttons_for_all_leave_it_and_say_so(cast: Limited, owner: Client) -> None:
    member = cast.member(cast.user())
    page = f"/accounts/people/{member.pk}/change/"
    assert "A limit to one importer number and filer code, below, stays as it is." in text_of(owner.get(page))
    answer = owner.post(page, sent(cast, member, cast.one.pk, CODE, all="FULL"))
    assert "The limit to one importer number and filer code stays." in text_of(answer)
    assert answer.context["grid"].rights.limit == Limit(cast.one.pk, CODE)


def test_two_who_change_one_person_lose_neither_limit_nor_grid(cast: Limited, owner: Client) -> None:
    member = cast.member(cast.user(Rights(grid={DETAILS: Level.READ})))
    page, mine = f"/accounts/people/{member.pk}/change/", sent(cast, member, **{f"cell-{LOG.key}": "READ"})
    actions.change(member, role=Role.TRADE_ACCOUNT_USER, granted=cast.rights(), version=1, by=cast.owner)
    answer = owner.post(page, mine)
    merged = answer.context["grid"].rights
    assert merged.limit == Limit(cast.one.pk, CODE) and merged.grid[LOG] is Level.READ
    assert "Limit to importer number and filer code" in text_of(answer)


def test_without_a_linked_code_nobody_can_be_limited() -> None:
    account = factories.importer_account()
    member = factories.membership(factories.member(account), account)
    page = signed_in(factories.owner_of(account)).get(f"/accounts/people/{member.pk}/change/")
    assert "none is linked to this account" in text_of(page) and 'name="limit-importer"' not in page.content.decode()


def test_an_account_with_many_importers_shows_the_chosen_one_on_every_page(cast: Limited, owner: Client) -> None:
    member = cast.member(cast.user())
    page = owner.get(f"/accounts/people/{member.pk}/change/?q={cast.other.identifier}")
    [choices, _] = page.context["limit"]["fields"]
    assert {pk for pk, _ in choices["choices"]} == {str(cast.one.pk), str(cast.other.pk)}


def test_a_limit_in_texts_comes_back(cast: Limited) -> None:
    granted = cast.rights()
    texts = rights.flat("USER", granted)
    assert rights.unflat(texts) == (Role.TRADE_ACCOUNT_USER, granted)
    assert rights.LIMIT not in rights.flat("USER", Rights()), "whoever is not limited has no line about it"


# --- Passed on ---------------------------------------------------------------------------------------------------
@pytest.fixture
def pair() -> Pair:
    return Pair()


def approved(pair: Pair, granted: Rights) -> CrossAccountAccess:
    access = pair.requested()
    cross_account.approve(access, granted=granted, ends_on=None, by=pair["client's owner"])
    return access


def test_a_company_limits_its_own_people_to_its_filer_code(pair: Pair) -> None:
    other, clerk = importer(pair.client), pair["broker's user"]
    access = approved(pair, Rights(grid={DETAILS: Level.FULL}))
    broker, page = pair.browser("broker's owner"), at("access-person", access, pair.member("broker's user"))
    shown = broker.get(page)
    assert [[code for code, _ in one["choices"]] for one in shown.context["limit"]["fields"]][1] == ["OW1"]
    limit = {"limit-importer": str(pair.importer.pk), "limit-filer-code": "OW1"}
    answer = broker.post(page, {"how_much": "everything", **limit})
    assert "A limit goes with parts only." in text_of(answer)
    broker.post(page, {"how_much": "parts", **cells({DETAILS: "READ"}), **limit})
    place = access.visitors.get(user=clerk)
    assert (place.limit_sub_account, place.limit_filer_code) == (pair.importer, "OW1")
    assert seen_by(clerk) == {pair.importer} and policy.filer_codes_at(clerk, pair.importer) == {"OW1"}
    assert policy.filer_codes_at(pair["broker's owner"], other) is None
    assert "filer code OW1" in text_of(broker.get(page))
    for forged in ({"limit-filer-code": "AB1"}, {"limit-importer": "0"}, {"limit-importer": ""}):
        answer = broker.post(page, {"how_much": "parts", **cells({DETAILS: "READ"}), **limit, **forged})
        assert answer.context["grid"].error, forged
    cross_account.revoke(access, by=pair["client's owner"])
    assert seen_by(clerk) == set()


def test_what_was_received_bounds_a_limited_person(pair: Pair) -> None:
    access = approved(pair, Rights(grid={DETAILS: Level.FULL}))
    clerk = pair["broker's user"]
    pair.passed_on(access, Rights(grid={DETAILS: Level.FULL}, limit=Limit(pair.importer.pk, "OW1")))
    less = Rights(grid={DETAILS: Level.FULL, DETAILS._replace(sub_account=pair.importer.pk): Level.NONE})
    cross_account.update(access, granted=less, ends_on=None, version=access.version, by=pair["client's owner"])
    assert seen_by(clerk) == set()
    with pytest.raises(ValueError, match="not the filer code of this access"):
        pair.passed_on(access, Rights(limit=Limit(importer(pair.client).pk, "AB1")))


def test_the_best_of_several_ways_in_counts(pair: Pair) -> None:
    filer_codes.link(pair.client, filer_code="XY9", by=pair["client's owner"])
    access = approved(pair, Rights(grid={DETAILS: Level.READ}))
    clerk = pair["broker's user"]
    pair.passed_on(access, Rights(grid={DETAILS: Level.READ}, limit=Limit(pair.importer.pk, "OW1")))
    granted = Rights(grid={DETAILS: Level.READ}, limit=Limit(pair.importer.pk, "XY9"))
    member = factories.membership(factories.member(pair.client, user=clerk, granted=granted), pair.client)
    assert policy.filer_codes_at(clerk, pair.importer) == {"OW1", "XY9"}
    assert "filer code OW1 or XY9." in text_of(signed_in(clerk).get(f"/accounts/sub/{pair.importer.pk}/"))
    actions.change(
        member,
        role=Role.TRADE_ACCOUNT_USER,
        granted=replace(granted, limit=None),
        version=member.version,
        by=pair["client's owner"],
    )
    assert policy.filer_codes_at(clerk, pair.importer) is None


def test_another_company_is_not_limited(pair: Pair) -> None:
    with pytest.raises(ValueError, match="only people"):
        pair.offered(Rights(limit=Limit(pair.importer.pk, "OW1")))
