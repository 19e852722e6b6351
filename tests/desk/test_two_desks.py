"""CBP and Census work in one queue, and each of them sees and takes what is its own."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.events import history_of
from ace_portal.core.models import Message
from desk import claims, numbers, queue, registry
from exporters.actions import authorization as actions
from exporters.models.authorization import ReportAuthorization, own_requests
from tests import factories
from tests.desk.conftest import words
from tests.desk.work import NEXT, OF_CBP, QUEUE, REQUEST, WORK, at_both_desks, button, page_of
from tests.exporters.authorization_samples import STATES, analyst, approved, close, denied, importer, requested
from tests.harness.queries import assert_constant_queries
from tests.harness.world import signed_in
from tests.strict.test_query_counts import more_applications, more_requests

pytestmark = pytest.mark.django_db
INDEX, NUMBERS = reverse("admin:index"), reverse("admin:desk_numbers")


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path / "private"


@pytest.fixture
def ansel() -> User:
    return analyst(first_name="Ansel", last_name="Gray")


@pytest.fixture
def census(ansel: User) -> Client:
    """An analyst's browser."""
    return signed_in(ansel)


def listed(client: Client, **asked: str) -> set[str]:
    """The references on a page of the queue."""
    return {row["item"].reference for row in client.get(QUEUE, asked).context["rows"]}


def older(row: ReportAuthorization, hours: int) -> ReportAuthorization:
    """The request, made so many hours ago."""
    ReportAuthorization.objects.filter(pk=row.pk).update(requested_at=clock.now() - timedelta(hours=hours))
    return row


# --- What each desk sees ----------------------------------------------------------------------------------------


def test_each_person_sees_the_work_of_their_desks(desk: Client, census: Client) -> None:
    cbp, request = factories.application_submitted().reference, requested().reference
    both, auditor = signed_in(at_both_desks()), signed_in(factories.auditor())
    for client, seen in ((desk, {cbp}), (census, {request}), (both, {cbp, request}), (auditor, {cbp, request})):
        assert listed(client) == listed(client, whose="unclaimed") == seen
        assert {one for typed in (cbp, request) for one in listed(client, q=typed)} == seen


def test_naming_the_other_desks_kind_narrows_nothing(desk: Client, census: Client) -> None:
    cbp, request = factories.application_submitted().reference, requested().reference
    assert (listed(desk, kind=REQUEST), listed(census, kind=OF_CBP[0])) == ({cbp}, {request})
    assert listed(desk, kind=REQUEST, q=request) == listed(census, kind="importers.importerapplication", q=cbp) == set()
    for client, kind in ((desk, REQUEST), (census, "importers.importerapplication")):
        assert kind not in client.get(QUEUE, {"kind": kind}).content.decode()
        assert kind not in client.get(NUMBERS, {"kind": kind}).content.decode()


@pytest.mark.parametrize("state", sorted(set(STATES) - {"PENDING"}))
def test_what_census_closed_is_found_at_its_desk_alone(desk: Client, census: Client, state: str) -> None:
    row = STATES[state]()
    assert listed(census) == set()
    account = row.sub_account.top_account
    for typed in (row.reference.lower(), row.ein, account.ace_id, row.sub_account.name[:-2], account.company_name):
        assert listed(census, q=typed) == {row.reference}, typed
        assert listed(desk, q=typed) == set(), typed
    assert "Closed" in words(census.get(QUEUE, {"q": row.reference}))
    assert listed(census, q=row.ein[:6]) == set()


def test_the_company_is_found_by_the_names_of_exporter_and_account(census: Client) -> None:
    row = requested()
    account = row.sub_account.top_account
    account.company_name = "Birch Holdings"
    account.save()
    requested()
    assert listed(census, q="birch hold") == listed(census, q=row.sub_account.name) == {row.reference}
    assert listed(census, q="Holdings") == set()


def test_what_is_overtaken_waits_no_more(census: Client, ansel: User) -> None:
    left, covered, waiting = requested(), requested(), requested()
    close(left.sub_account)
    importer(covered.sub_account.top_account, covered.ein)
    assert listed(census) == {waiting.reference}
    with pytest.raises(WrongState, match="does not wait"):
        claims.claim(left, by=ansel)
    assert claims.take_next(by=ansel) == (registry.kind(REQUEST), waiting)
    assert claims.take_next(by=ansel) is None


def test_the_first_page_tells_each_desk_its_own(desk: Client, census: Client) -> None:
    for make in WORK.values():
        make()
    page = census.get(INDEX).content.decode()
    assert f'"{QUEUE}?kind={REQUEST}"' in page and "Take next" in page
    assert page.count("?kind=") == 1
    assert REQUEST not in desk.get(INDEX).content.decode()
    both, auditors = (signed_in(one).get(INDEX).content.decode() for one in (at_both_desks(), factories.auditor()))
    assert both.count("?kind=") == auditors.count("?kind=") == len(WORK)
    assert "Take next" in both and "Take next" not in auditors


def test_the_numbers_are_each_desks_own(desk: Client, census: Client, ansel: User) -> None:
    colleague, officer = analyst(first_name="Pat", last_name="Quimby"), factories.officer(last_name="Zwicky")
    denied(by=colleague), approved(by=colleague)
    claims.claim(requested(), by=ansel)
    factories.application_rejected(by=officer)
    (found,) = numbers.numbers(7, registry.kinds_for(ansel)).of_kinds
    assert (found.received, found.decided, found.open) == (3, 2, 1)
    assert sorted(found.outcomes) == [("Authorized", 1), ("Denied", 1)]
    theirs, cbps = words(census.get(NUMBERS)), words(desk.get(NUMBERS))
    assert "Pat Quimby 0 2" in theirs and "Ansel Gray 1 0" in theirs and "Zwicky" not in theirs
    assert "Zwicky" in cbps and "Quimby" not in cbps and "eport authorization" not in cbps
    everything = words(signed_in(factories.auditor()).get(NUMBERS))
    assert "Zwicky" in everything and "Pat Quimby 0 2" in everything


@pytest.mark.parametrize("address", [QUEUE, f"{QUEUE}?q=Company", f"{QUEUE}?whose=mine&late=1", NUMBERS, INDEX])
def test_pages_cost_the_same_however_much_there_is(census: Client, address: str) -> None:
    assert_constant_queries(census, address, more_requests, few=6, many=60)


def test_one_desk_costs_nothing_at_the_other(census: Client) -> None:
    assert assert_constant_queries(census, QUEUE, more_applications, few=6, many=60) <= 6


# --- Who works on what ------------------------------------------------------------------------------------------


def test_take_next_takes_of_ones_own_desks(desk: Client, census: Client) -> None:
    old, young = older(requested(), 9), older(requested(), 3)
    application = factories.application_submitted()
    kind = {"kind": "importers.importerapplication"}
    assert desk.post(NEXT, {"kind": REQUEST})["Location"] == page_of(application)
    assert desk.post(NEXT)["Location"] == QUEUE
    assert census.post(NEXT, kind)["Location"] == page_of(old)
    assert signed_in(at_both_desks()).post(NEXT)["Location"] == page_of(young)
    assert "Nothing waits that nobody has claimed" in words(census.post(NEXT, follow=True))


def test_the_other_desks_rows_are_refused_whether_they_are_there_or_not(desk: Client, census: Client) -> None:
    row, application = requested(), factories.application_submitted()
    for client, target in ((desk, row), (census, application)):
        for what in ("claim", "release", "hand_over", "note"):
            for pk in (target.pk, 999_999):
                answer = client.post(reverse(f"admin:desk_{what}", args=[target._meta.label_lower, pk]), {"text": "x"})
                assert answer.status_code == 403
                assert target.reference not in answer.content.decode()
    assert history_of(row).filter(kind__startswith="desk.").count() == 0
    assert claims.officer_of(row) is None


def test_work_is_handed_over_to_people_of_its_desk(census: Client, ansel: User) -> None:
    row, colleague = requested(), analyst()
    officer, gone = factories.supervisor(), analyst()
    User.objects.filter(pk=gone.pk).update(status=User.Status.DEACTIVATED)
    claims.claim(row, by=ansel)
    page = census.get(button(row, "hand_over")).content.decode()
    assert f'value="{colleague.pk}"' in page and "Select an analyst" in page
    for nobody in (officer, gone, ansel):
        assert f'value="{nobody.pk}"' not in page
        assert "There is a problem" in words(census.post(button(row, "hand_over"), {"officer": nobody.pk}))
    assert "Analyst is required" in words(census.post(button(row, "hand_over")))
    census.post(button(row, "hand_over"), {"officer": colleague.pk})
    assert claims.officer_of(row) == colleague
    told = Message.objects.get(template="desk/handed_over")
    assert told.to_address == colleague.email


def test_handing_over_at_cbp_offers_no_analyst(desk: Client, olive: User, ansel: User) -> None:
    row, colleague = factories.application_in_review(by=olive), factories.officer()
    page = desk.get(button(row, "hand_over")).content.decode()
    assert f'value="{colleague.pk}"' in page and f'value="{ansel.pk}"' not in page


def test_an_analysts_claim_is_given_up_by_the_analyst_alone(census: Client) -> None:
    row, holder, supervisor = requested(), analyst(), at_both_desks()
    supervisor.groups.add(*factories.supervisor().groups.all())
    claims.claim(row, by=holder)
    for client in (census, signed_in(supervisor)):
        page = words(client.get(page_of(row)))
        assert f"{holder} has claimed it and decides on it." in page
        assert "Release" not in page and "Hand over" not in page and "Approve the request" not in page
        refused = words(client.post(button(row, "release"), follow=True))
        assert f"Only {holder} puts it back or hands it over." in refused
    assert claims.officer_of(row) == holder


def test_the_review_page_says_who_has_it(census: Client, ansel: User) -> None:
    row = requested()
    assert "Nobody has claimed it." in words(census.get(page_of(row)))
    census.post(button(row, "claim"))
    page = words(census.get(page_of(row)))
    assert "You have claimed it." in page and "Claimed by Ansel Gray" in page and "Approve the request" in page
    census.post(reverse("admin:desk_note", args=[REQUEST, row.pk]), {"text": "The letter is unsigned."})
    assert "The letter is unsigned." in words(census.get(page_of(row)))
    assert "has claimed it" not in words(census.get(page_of(approved())))


def test_companies_and_cbp_read_nothing_of_claims_and_notes(desk: Client, census: Client, ansel: User) -> None:
    row = requested()
    claims.claim(row, by=ansel)
    census.post(reverse("admin:desk_note", args=[REQUEST, row.pk]), {"text": "The letter is unsigned."})
    assert {event.journal for event in history_of(row) if event.kind.startswith("desk.")} == {""}
    page = desk.get(reverse("admin:core_event_changelist")).content.decode()
    assert "Claimed by Ansel Gray" not in page and "eport authorization" not in page


# --- What must not be decided on --------------------------------------------------------------------------------


@pytest.mark.parametrize("made", ["by the analyst", "with the analyst as contact"])
def test_nobody_takes_or_decides_on_their_own_request(made: str, ansel: User, census: Client) -> None:
    row = requested(contact_email=ansel.email.upper() if made.startswith("with") else "pat@exporter.example")
    if made.startswith("by"):
        ReportAuthorization.objects.filter(pk=row.pk).update(requested_by=ansel)
        row.refresh_from_db()
    assert row.is_own(ansel) and ReportAuthorization.objects.filter(own_requests(ansel)).exists()
    assert claims.take_next(by=ansel) is None
    with pytest.raises(NotAllowed, match="for another analyst"):
        claims.claim(row, by=ansel)
    for decide in (actions.approve, actions.deny):
        with pytest.raises(NotAllowed, match="your own"):
            decide(row, reason="Fine.", by=ansel)
    page = words(census.get(page_of(row)))
    assert "This request is your own. Another analyst has to decide on it." in page and "Approve the" not in page
    colleague = analyst()
    assert claims.take_next(by=colleague) == (registry.kind(REQUEST), row)
    with pytest.raises(NotAllowed, match="must not decide on"):
        claims.hand_over(row, to=ansel, by=colleague)
    assert actions.approve(row, reason="Fine.", by=colleague).status == "AUTHORIZED"
    assert not queue.page(queue.Choice(), officer=ansel).items
