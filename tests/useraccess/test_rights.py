"""What was granted, as texts and back; what differs between two grants, in words and for the journal."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from useraccess import rights
from useraccess.models import Grant, Level, Membership, Role
from useraccess.rights import ISF_ROLES, TOP, Cell, Change, Rights, cells_of, flat, in_words, type_cells, unflat

TYPE_CELLS = type_cells()
LOG, PLAN = Cell(TOP, "activity-log"), Cell(TOP, "action-plan")
DETAILS = Cell("IMPORTER", "details")
OWN_CELLS = [at._replace(sub_account=pk) for at in TYPE_CELLS if at.section != TOP for pk in (1, 7, 12)]

levels = st.sampled_from(list(Level))
isf_roles = st.frozensets(st.sampled_from(sorted(ISF_ROLES)))
anything = st.builds(
    Rights,
    top_account_access=st.booleans(),
    isf_portal=st.booleans(),
    isf_roles=isf_roles,
    grid=st.dictionaries(st.sampled_from([*TYPE_CELLS, *OWN_CELLS]), levels),
)
tidied = anything.map(Rights.tidy)
roles = st.sampled_from([Role.PROXY_TRADE_ACCOUNT_OWNER, Role.TRADE_ACCOUNT_USER])
flats = st.builds(flat, roles, tidied)


# --- Cells -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("at", [*TYPE_CELLS, *OWN_CELLS])
def test_a_cell_comes_back_from_its_key(at: Cell) -> None:
    assert rights.cell(at.key) == at


def test_no_two_cells_have_one_key() -> None:
    cells = [*TYPE_CELLS, *OWN_CELLS]
    assert len({at.key for at in cells}) == len(cells)


@pytest.mark.parametrize("key", ["", "role", "IMPORTER", "IMPORTER:details:", "IMPORTER:details:x", "A:b:1:2"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError):
        rights.cell(key)


def test_the_grid_has_the_top_account_first_and_every_registered_type() -> None:
    sections = rights.sections()
    assert [tab.code for tab in sections[0].tabs] == [LOG.tab, PLAN.tab] and sections[0].code == TOP
    assert {"IMPORTER", "EXPORTER"} <= {section.code for section in sections}
    assert [Cell(section.code, tab.code) for section in sections for tab in section.tabs] == TYPE_CELLS


@pytest.mark.django_db
def test_a_sub_account_has_a_cell_for_each_tab_of_its_type() -> None:
    sub_account = factories.importer_account().sub_accounts.get()
    assert cells_of(sub_account) == [Cell("IMPORTER", tab.code, sub_account.pk) for tab in sub_account.type.tabs]


# --- Rights ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("by_type", [None, Level.READ, Level.FULL])
@pytest.mark.parametrize("own", [None, *Level])
def test_the_most_specific_grant_counts(by_type: Level | None, own: Level | None) -> None:
    at = DETAILS._replace(sub_account=7)
    grid = {cell: level for cell, level in ((DETAILS, by_type), (at, own)) if level}
    granted = Rights(grid=grid)
    assert granted.level(at) is (own or by_type or Level.NONE)
    assert granted.level(DETAILS._replace(sub_account=12)) is (by_type or Level.NONE), "another one goes by its type"
    assert granted.level(DETAILS) is (by_type or Level.NONE)


@given(anything, st.sampled_from([Level.READ, Level.FULL]))
def test_all_means_every_tab_of_every_type_and_no_exceptions(granted: Rights, level: Level) -> None:
    everywhere = granted.everywhere(level)
    assert everywhere.grid == dict.fromkeys(TYPE_CELLS, level)
    assert {everywhere.level(at) for at in [*TYPE_CELLS, *OWN_CELLS]} == {level}
    assert everywhere.top_account_access is granted.top_account_access, "Access to Top Account is a question of its own"


@given(anything, st.sampled_from([Level.READ, Level.FULL]))
def test_all_opens_the_isf_portal_with_all_of_its_roles_even_read_only(granted: Rights, level: Level) -> None:
    everywhere = granted.everywhere(level)
    assert everywhere.isf_portal and everywhere.isf_roles == set(ISF_ROLES)


@given(anything)
def test_tidying_says_the_same_in_fewer_words(granted: Rights) -> None:
    tidy = granted.tidy()
    assert all(tidy.level(at) is granted.level(at) for at in [*TYPE_CELLS, *OWN_CELLS])
    assert (tidy.top_account_access, tidy.isf_portal) == (granted.top_account_access, granted.isf_portal)
    assert tidy.isf_roles == (granted.isf_roles if granted.isf_portal else set())
    assert all(at.sub_account or level is not Level.NONE for at, level in tidy.grid.items())
    assert tidy.grid.items() <= granted.grid.items()
    assert tidy.tidy() == tidy


def test_none_on_a_sub_account_is_an_exception_and_stays() -> None:
    grid = {DETAILS: Level.NONE, DETAILS._replace(sub_account=7): Level.NONE}
    assert Rights(grid=grid).tidy().grid == {DETAILS._replace(sub_account=7): Level.NONE}


# --- As texts ----------------------------------------------------------------------------------------------------
@given(roles, anything)
def test_role_and_rights_come_back_from_their_texts(role: Role, granted: Rights) -> None:
    assert unflat(flat(role, granted)) == (role, granted)


@given(roles, anything)
def test_the_texts_are_plain(role: Role, granted: Rights) -> None:
    texts = flat(role, granted)
    assert all(type(key) is str and type(value) is str for key, value in texts.items())


def test_cells_that_no_account_type_has_any_more_are_left_out() -> None:
    texts = flat(Role.TRADE_ACCOUNT_USER, Rights(grid={DETAILS: Level.READ}))
    texts |= {"IMPORTER:fax": "FULL", "TELEX:details": "READ", "IMPORTER:fax:7": "READ"}
    assert unflat(texts)[1].grid == {DETAILS: Level.READ}


@pytest.mark.parametrize("broken", [{"role": "BOSS"}, {"IMPORTER:details": "SOME"}, {"IMPORTER:details:x": "READ"}])
def test_texts_that_nobody_made_are_refused(broken: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        unflat(flat(Role.TRADE_ACCOUNT_USER, Rights()) | broken)


# --- What differs ------------------------------------------------------------------------------------------------
@given(flats, flats)
def test_applying_what_differs_leads_from_one_to_the_other_and_back(before: dict, after: dict) -> None:
    found = rights.changes(before, after)
    assert rights.applied(before, found) == after
    assert rights.undone(after, found) == before


@given(flats, flats)
def test_what_differs_is_named_once_and_nothing_else_is(before: dict, after: dict) -> None:
    found = rights.changes(before, after)
    assert len({change.key for change in found}) == len(found)
    assert all(change.before != change.after for change in found)
    assert bool(found) is (before != after)


@given(flats)
def test_nothing_differs_from_itself(texts: dict) -> None:
    assert rights.changes(texts, texts) == []
    assert rights.applied(texts, []) == texts


@given(flats, flats, flats)
def test_changes_made_to_something_else_still_make_role_and_rights(before: dict, after: dict, base: dict) -> None:
    """What one person wanted, put on top of what another has saved meanwhile."""
    role, granted = unflat(rights.applied(base, rights.changes(before, after)))
    assert flat(role, granted) == rights.applied(base, rights.changes(before, after))


def test_two_peoples_changes_to_different_cells_are_both_kept() -> None:
    start = flat(Role.TRADE_ACCOUNT_USER, Rights(isf_portal=True, isf_roles=frozenset({"FILER"})))
    mine = flat(Role.TRADE_ACCOUNT_USER, Rights(isf_portal=True, grid={DETAILS: Level.READ}))
    theirs = flat(
        Role.TRADE_ACCOUNT_USER, Rights(isf_portal=True, isf_roles=frozenset({"FILER"}), grid={LOG: Level.FULL})
    )
    both = unflat(rights.applied(theirs, rights.changes(start, mine)))[1]
    assert both == Rights(isf_portal=True, grid={DETAILS: Level.READ, LOG: Level.FULL})


def test_changes_come_in_the_order_of_the_grid() -> None:
    grid = {at: Level.FULL for at in [*reversed(OWN_CELLS), *reversed(TYPE_CELLS)]}
    everything = Rights(top_account_access=True, isf_portal=True, isf_roles=frozenset({"FILER"}), grid=grid)
    before, after = flat(Role.PROXY_TRADE_ACCOUNT_OWNER, Rights()), flat(Role.TRADE_ACCOUNT_USER, everything)
    keys = [change.key for change in rights.changes(before, after)]
    assert keys[:4] == ["role", "top-account", "isf", "isf-roles"]
    own = sorted(OWN_CELLS, key=lambda at: (at.sub_account, TYPE_CELLS.index(at._replace(sub_account=None))))
    sections = [section.code for section in rights.sections()]
    in_order = sorted([*TYPE_CELLS, *own], key=lambda at: sections.index(at.section))
    assert keys[4:] == [at.key for at in in_order], "each type with its single sub-accounts"


# --- In words ----------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_changes_in_words() -> None:
    sub_account = factories.importer_account().sub_accounts.get()
    own = cells_of(sub_account)[0]
    found = [
        Change("role", "USER", "PTAO"),
        Change("role", "", "USER"),
        Change("top-account", "No", "Yes"),
        Change("isf", "", "Yes"),
        Change("isf-roles", "", "FILER,VIEWER"),
        Change("isf-roles", "FILER", ""),
        Change(LOG.key, "", "READ"),
        Change(DETAILS.key, "READ", ""),
        Change(own.key, "", "NONE"),
        Change(own.key, "FULL", ""),
    ]
    assert [tuple(line.values()) for line in in_words(found)] == [
        ("Role", "Trade Account User", "Proxy Trade Account Owner"),
        ("Role", "None", "Trade Account User"),
        ("Access to Top Account", "No", "Yes"),
        ("ISF Portal", "", "Yes"),
        ("ISF Portal roles", "None", "ISF Filer, ISF Viewer"),
        ("ISF Portal roles", "ISF Filer", "None"),
        ("Business Activity Log", "None", "Read-Only"),
        ("Importer, all sub-accounts: Importer record (5106)", "Read-Only", "None"),
        (f"{sub_account}: Importer record (5106)", "As its type", "None"),
        (f"{sub_account}: Importer record (5106)", "Full", "As its type"),
    ]


@pytest.mark.django_db
def test_what_is_not_known_any_more_has_words_too() -> None:
    found = [
        Change("TELEX:lines", "READ", ""),
        Change("IMPORTER:fax:999999", "FULL", "READ"),
        Change("isf-roles", "PILOT", ""),
    ]
    assert [line["what"] for line in in_words(found)] == [
        "TELEX, all sub-accounts: lines",
        "A sub-account: fax",
        "ISF Portal roles",
    ]
    assert in_words(found)[2]["before"] == "PILOT"


@pytest.mark.django_db
def test_many_sub_accounts_are_named_with_one_query(django_assert_num_queries) -> None:
    changes = [Change(DETAILS._replace(sub_account=pk).key, "", "FULL") for pk in range(1, 400)]
    with django_assert_num_queries(1):
        assert len(in_words(changes)) == 399


# --- In the database ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_what_was_granted_is_read_back() -> None:
    account = factories.importer_account()
    own = cells_of(account.sub_accounts.get())[0]
    granted = Rights(
        top_account_access=True,
        isf_portal=True,
        isf_roles=frozenset({"VIEWER", "FILER"}),
        grid={own: Level.NONE, DETAILS: Level.FULL, LOG: Level.READ},
    )
    member = factories.membership(factories.member(account, granted=granted), account)
    assert rights.rights_of(member) == granted
    assert rights.rights_of(factories.membership(factories.member(account), account)) == Rights()


@pytest.mark.django_db
def test_a_grant_on_a_sub_account_that_went_to_another_account_is_not_read() -> None:
    account = factories.importer_account()
    sub_account = account.sub_accounts.get()
    granted = Rights(grid={cells_of(sub_account)[0]: Level.FULL, DETAILS: Level.READ})
    member = factories.membership(factories.member(account, granted=granted), account)
    sub_account.top_account = factories.account()
    sub_account.save()
    assert rights.rights_of(member) == replace(granted, grid={DETAILS: Level.READ})
    assert Grant.objects.filter(membership=member).count() == 2, "what was once granted is kept"


def test_what_owner_and_proxies_have_by_role_needs_no_grid() -> None:
    assert Rights(top_account_access=True) == rights.BY_ROLE
    assert Membership(role=Role.PROXY_TRADE_ACCOUNT_OWNER).isf_portal is False
