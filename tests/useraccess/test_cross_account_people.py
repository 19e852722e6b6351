"""Passing on what was received, page by page; and what the desk reads."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ace_portal.core import clock
from ace_portal.core.models import Message
from tests.harness.world import signed_in
from tests.importers.screens import errors, text_of
from tests.useraccess.access_samples import (
    CONTACTS,
    DETAILS,
    LOG,
    PLAN,
    Pair,
    Status,
    at,
    cells,
    in_days,
)
from tests.useraccess.people_samples import importer
from useraccess.models import CrossAccountAccess, Level
from useraccess.rights import Rights, rights_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> Pair:
    return Pair()


@pytest.fixture
def client(pair: Pair) -> Client:
    """The browser of the importer's owner."""
    return pair.browser("client's owner")


@pytest.fixture
def broker(pair: Pair) -> Client:
    """The browser of the broker's owner."""
    return pair.browser("broker's owner")


# --- Pass on -----------------------------------------------------------------------------------------------------
def test_everything_that_was_received_is_passed_on_and_taken_back(pair: Pair, broker: Client) -> None:
    access, clerk = pair.active(), pair.member("broker's user")
    answer = broker.post(at("access-person", access, clerk), {"how_much": "everything"}, follow=True)
    rows = {row["member"]: (row["has"], row["may"]) for row in answer.context["rows"]}
    assert rows[clerk] == ("Everything that was received", True)
    assert rows[pair.member("broker's owner")] == ("Everything that was received", False)
    assert rows[pair.member("broker's proxy")] == ("Nothing", True)
    mail = Message.objects.get(template="useraccess/access_passed_on")
    assert f"/accounts/{pair.client.pk}/" in mail.body and mail.to_address == pair["broker's user"].email
    assert broker.get(at("access-take-back", access, clerk)).status_code == 200
    answer = broker.post(at("access-take-back", access, clerk), follow=True)
    assert {row["member"]: row["has"] for row in answer.context["rows"]}[clerk] == "Nothing"
    answer = broker.post(at("access-take-back", access, clerk), follow=True)
    assert f"{clerk.user} does not work there." in answer.content.decode()


def test_only_what_was_received_is_offered(pair: Pair, broker: Client) -> None:
    hidden = importer(pair.client)
    single, kept = DETAILS._replace(sub_account=pair.importer.pk), DETAILS._replace(sub_account=hidden.pk)
    access = pair.active(Rights(grid={DETAILS: Level.READ, single: Level.FULL, kept: Level.NONE, LOG: Level.READ}))
    clerk = pair.member("broker's user")
    page = broker.get(at("access-person", access, clerk))
    content = page.content.decode()
    assert {one["code"] for one in page.context["sections"]} == {"TOP", "IMPORTER"}
    assert hidden.masked_identifier not in content and pair.importer.masked_identifier in content
    assert "cell-TOP:action-plan" not in content and f"cell-{CONTACTS.key}" not in content
    assert "Access to Top Account" not in text_of(page) and "ISF Portal" not in text_of(page)
    for forged in ({CONTACTS: "READ"}, {DETAILS: "FULL"}, {kept: "READ"}, {PLAN: "READ"}):
        answer = broker.post(at("access-person", access, clerk), {"how_much": "parts", **cells(forged)})
        assert answer.context["grid"].error, forged
    broker.post(at("access-person", access, clerk), {"how_much": "parts", **cells({single: "FULL", LOG: "READ"})})
    place = access.visitors.get(user=clerk.user)
    assert not place.everything_received
    assert rights_of(place).level(single) is Level.FULL and rights_of(place).level(DETAILS) is Level.NONE
    page = broker.get(at("access-person", access, clerk))
    told = [one["what"] for one in page.context["has"]]
    assert "Business Activity Log" in told and all(hidden.masked_identifier not in one for one in told)


def test_a_choice_is_required(pair: Pair, broker: Client) -> None:
    access = pair.active()
    answer = broker.post(at("access-person", access, pair.member("broker's user")), {})
    assert errors(answer) == ["What this person gets is required."]


@pytest.mark.parametrize("page", ["access-person", "access-take-back"])
def test_who_decides_about_whom(pair: Pair, page: str) -> None:
    access = pair.active()
    for whom in ("broker's user", "broker's proxy"):
        pair.passed_on(access, None, whom)
    user, proxy, owner = (pair.member(f"broker's {role}") for role in ("user", "proxy", "owner"))
    for who in pair.people:
        for member in (user, proxy, owner):
            answer = pair.browser(who).get(at(page, access, member))
            may = {"broker's owner": {user, proxy}, "broker's proxy": {user}}.get(who, set())
            inside = who.startswith("broker's")
            assert answer.status_code == (200 if member in may else 403 if inside else 404), (who, member)
            if answer.status_code == 403:
                assert "Ask {}.".format(pair["broker's owner"]) in answer.content.decode()


def test_own_people_alone_and_only_while_it_is_in_force(pair: Pair, broker: Client) -> None:
    access = pair.active(ends_on=in_days(0))
    assert broker.get(at("access-person", access, pair.member("client's user"))).status_code == 404
    assert (
        broker.get(at("access-people", access), {"q": pair["broker's user"].email}).context["page"].paginator.count == 1
    )
    CrossAccountAccess.objects.update(ends_on=in_days(-1))
    for page in (at("access-people", access), at("access-person", access, pair.member("broker's user"))):
        assert broker.get(page).status_code == 404


# --- The desk ----------------------------------------------------------------------------------------------------
def test_officers_read_every_access_and_its_history_once(pair: Pair) -> None:
    access, officer = pair.active(), pair.browser("officer")
    listed = officer.get("/admin/useraccess/crossaccountaccess/", {"q": pair.broker.ace_id}).content.decode()
    assert "Old Wharf Brokers in the account of Acme" in listed
    page = officer.get(f"/admin/useraccess/crossaccountaccess/{access.pk}/change/").content.decode()
    assert "Importer, all sub-accounts: Importer record (5106): Full" in page
    history = officer.get(f"/admin/useraccess/crossaccountaccess/{access.pk}/history/")
    assert [one.kind for one in history.context["events"]] == [
        "useraccess.access_accepted",
        "useraccess.access_offered",
    ]
    assert officer.get("/admin/useraccess/crossaccountaccess/add/").status_code == 403


def test_an_account_that_was_offered_too_long_ago_ends_with_the_clock(pair: Pair, settings: Any) -> None:
    from useraccess import tasks

    waiting, running = pair.offered(), Pair().active(ends_on=in_days(0))
    CrossAccountAccess.objects.filter(pk=waiting.pk).update(answer_until=clock.now() - timedelta(seconds=1))
    CrossAccountAccess.objects.filter(pk=running.pk).update(ends_on=in_days(-1))
    planned = {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"useraccess.end_unanswered_access", "useraccess.end_run_out_access"} <= planned
    assert (tasks.end_unanswered_access(), tasks.end_run_out_access()) == (1, 1)
    for access, status in ((waiting, Status.EXPIRED), (running, Status.ENDED)):
        access.refresh_from_db()
        assert access.status == status


def test_signing_in_comes_first(pair: Pair) -> None:
    answer = signed_in(None).get(at("access", pair.active()))
    assert answer.status_code == 302 and "/sign-in/" in answer["Location"]
