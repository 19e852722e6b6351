"""Every address of the portal × everybody: each answers as tests/matrix/table.py says, and none is missing there."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve

from tests.harness.rehearsal import reload_urls
from tests.harness.world import made_once, rolled_back, twin
from tests.matrix.people import World, address
from tests.matrix.routes import routes
from tests.matrix.table import COLUMNS, DUE, FOLLOWING, GET, POST, Row, line, of_census, rows

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def open_rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The demo and the mailroom are part of the matrix; uploaded documents are kept for this module alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.PRIVATE_FILES_DIR", tmp_path_factory.mktemp("private"))
        # What the world has written stays unsent while all addresses are asked.
        patch.setattr("ace_portal.portal.health.OUTBOX_MAY_WAIT", timedelta(days=1))
        patch.setattr("django.conf.settings.DEMO", True)
        patch.setattr("django.conf.settings.MAILROOM", True)
        reload_urls()
        yield
    reload_urls()


SIGN_IN_PAGES = {"accounts:sign-in": "sign-in", "admin:login": "desk-in"}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: object, open_rooms: None) -> Iterator[World]:
    with made_once(django_db_blocker, World) as one:
        yield one


def outcome(client: Client, method: str, url: str, due: str | None) -> str:
    """What happened, in the words of the table: a status, or `>name` of the page a redirect leads to.

    `due` is the page (URL name) of the step that this client has to take to finish signing in.
    """
    answer = client.generic(method, url)
    if answer.streaming:
        # Read to its end a download closes its file.
        b"".join(answer)
    if answer.status_code not in (301, 302):
        return str(answer.status_code)
    path = urlsplit(answer["Location"]).path
    name = resolve(path).view_name
    if name in SIGN_IN_PAGES:
        return SIGN_IN_PAGES[name]
    if name == due:
        return "step"
    # The admin's names are long: importers_importerapplication_change.
    return ">" + name.rpartition("_" if name.startswith("admin:") and "_" in name else ":")[2]


def answers(world: World, method: str, route: str, url: str = "") -> dict[str, str]:
    """What everybody gets at a route now; whatever a request changes is undone before the next one.

    `url` is one of its addresses, unless it is the one that the world has for it.
    """
    url, found = url or address(route, world), {}
    for who in (*COLUMNS, *FOLLOWING):
        with rolled_back():
            found[who] = outcome(twin(world.clients[who]), method, url, DUE.get(who))
    return found


@pytest.mark.parametrize(("method", "table"), [("GET", GET), ("POST", POST)])
def test_no_address_is_missing_and_none_is_stale(world: World, method: str, table: str) -> None:
    known, listed = set(routes()), [row.route for row in rows(table)]
    assert sorted(set(listed)) == sorted(listed), "an address is listed twice"
    missing = [line(route, answers(world, method, route)) for route in sorted(known - set(listed))]
    assert not missing, "add to tests/matrix/table.py, once you have judged it, what happens now:\n" + "\n".join(
        missing
    )
    stale = set(listed) - known
    assert not stale, f"these are gone, remove them from tests/matrix/table.py: {sorted(stale)}"


@pytest.mark.parametrize(
    ("method", "row"),
    [
        pytest.param(method, row, id=f"{method} {row.route}")
        for method, table in (("GET", GET), ("POST", POST))
        for row in rows(table)
    ],
)
def test_everybody_gets_what_the_table_says(world: World, method: str, row: Row) -> None:
    assert answers(world, method, row.route) == row.expected


@pytest.mark.parametrize(
    ("method", "row"),
    [
        pytest.param(method, of_census(method, row), id=f"{method} {row.route}")
        for method, table in (("GET", GET), ("POST", POST))
        for row in rows(table)
        if row.route.startswith("admin/queue/<")
    ],
)
@pytest.mark.parametrize("is_there", [True, False])
def test_work_of_census_is_its_own_desks(world: World, method: str, row: Row, is_there: bool) -> None:
    pk = world.request.pk if is_there else 999_999
    url = "/" + row.route.replace("<str:code>", "exporters.reportauthorization").replace("<int:pk>", str(pk))
    found = answers(world, method, row.route, url)
    if is_there:
        assert found == row.expected
    else:
        assert found["analyst"] == found["both"] == ("405" if row.expected["analyst"] == "405" else "404")
        assert found["officer"] == row.expected["officer"], "they do not learn whether it is there"


def test_every_column_is_somebody(world: World) -> None:
    assert [who for who in world.people if who not in FOLLOWING] == list(COLUMNS)
