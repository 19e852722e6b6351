"""One queue for all kinds of work: what it lists, in which order, what it finds, what a page costs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.models import User
from ace_portal.core import clock
from ace_portal.core.errors import NotAllowed, WrongState
from ace_portal.core.models import Event, Message
from desk import claims, notes, queue, registry, targets
from desk.models import Claim
from importers.models import ImporterApplication
from tests import factories
from tests.desk.conftest import words
from tests.desk.work import NEXT, OF_CBP, QUEUE, REQUEST, WORK, at_both_desks, button, page_of, worker
from tests.exporters import makers
from tests.exporters.authorization_samples import analyst
from tests.harness.queries import assert_constant_queries
from tests.harness.world import signed_in
from tests.mergers.samples import Companies
from tests.ownership import samples as owners
from tests.strict.test_query_counts import more_applications, more_disputes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Path) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path / "private"


def references(answer: Any) -> list[str]:
    """The references listed on a page of the queue, from top to bottom."""
    return [row["item"].reference for row in answer.context["rows"]]


def aged(row: Any, **span: float) -> Any:
    """The row, waiting since so long ago."""
    columns = {"ownership.ownerchange": "submitted_at", "exporters.exporterapplication": "processed_at"}
    column = columns.get(row._meta.label_lower) or str(registry.kind_of(row).since)
    at = clock.now() - timedelta(**span)
    before = {"proposed_at": at} if column == "consented_at" else {}
    type(row).objects.filter(pk=row.pk).update(**before, **{column: at})
    return row


def test_every_kind_is_in_one_list_oldest_first() -> None:
    rows = [aged(make(), hours=hours) for hours, make in zip((5, 1, 4, 2, 3, 6, 8, 7, 9), WORK.values(), strict=True)]
    assert [one.code for one in registry.kinds()] == sorted(WORK)
    desk = signed_in(at_both_desks())
    page = desk.get(QUEUE)
    in_order = [rows[place].reference for place in (8, 6, 7, 5, 0, 2, 4, 3, 1)]
    assert references(page) == in_order
    for row in rows:
        assert page_of(row) in page.content.decode()
        assert desk.get(page_of(row)).status_code == 200
    said = words(page)
    for kind in registry.kinds():
        assert kind.label[1:] in said
    assert "5 h 0 min" in said and "Could not be completed" in said


@pytest.mark.parametrize("code", sorted(WORK))
def test_claim_release_and_hand_over_for_every_kind(code: str) -> None:
    row = WORK[code]()
    desk, colleague = signed_in(worker(code)), worker(code)
    assert f"You have claimed {row}." in words(desk.post(button(row, "claim"), follow=True))
    assert references(desk.get(QUEUE, {"whose": "mine"})) == [row.reference]
    assert references(desk.get(QUEUE, {"whose": "unclaimed"})) == []
    assert "You have claimed it." in words(desk.get(page_of(row))) or registry.kind_of(row).own_claims
    said = words(desk.post(button(row, "hand_over"), {"officer": colleague.pk}, follow=True))
    assert f"was handed over to {colleague}, who is told by mail." in said
    assert claims.officer_of(type(row).objects.get(pk=row.pk)) == colleague
    assert references(desk.get(QUEUE, {"whose": "mine"})) == []
    refused = words(desk.post(button(row, "release"), follow=True))
    assert f"{colleague} has claimed" in refused and f"Only {colleague} " in refused
    theirs = signed_in(colleague)
    assert "is back on the queue" in words(theirs.post(button(row, "release"), follow=True))
    assert references(desk.get(QUEUE, {"whose": "unclaimed"})) == [row.reference]


@pytest.mark.parametrize("code", OF_CBP)
def test_a_claim_of_a_colleague_is_told_and_a_supervisor_may_end_it(desk: Client, code: str) -> None:
    row = WORK[code]()
    colleague, boss = factories.officer(), factories.supervisor()
    claims.claim(row, by=colleague)
    assert "Somebody was faster" in words(desk.post(button(row, "claim"), follow=True))
    assert f"{colleague} has claimed" in words(desk.get(page_of(row)))
    assert f"{colleague} has claimed" in words(desk.post(button(row, "hand_over"), {"officer": boss.pk}))
    said = words(signed_in(boss).post(button(row, "hand_over"), {"officer": boss.pk}, follow=True))
    assert f"was handed over to {boss}" in said
    assert claims.officer_of(type(row).objects.get(pk=row.pk)) == boss


def test_take_next_takes_the_oldest_that_nobody_has(desk: Client, olive: User) -> None:
    old, older, claimed = (factories.application_submitted() for _ in range(3))
    dispute = aged(WORK["exporters.eindispute"](), hours=9)
    aged(old, hours=5), aged(older, hours=7), aged(claimed, hours=20)
    claims.claim(claimed, by=factories.officer())
    for expected in (dispute, older, old):
        answer = desk.post(NEXT)
        assert answer["Location"] == page_of(expected)
        assert claims.officer_of(type(expected).objects.get(pk=expected.pk)) == olive
    assert "Nothing waits that nobody has claimed" in words(desk.post(NEXT, follow=True))


def test_take_next_of_one_kind_and_never_ones_own(desk: Client, olive: User) -> None:
    own = aged(factories.application_submitted(), hours=30)
    ImporterApplication.objects.filter(pk=own.pk).update(applicant_email=olive.email)
    aged(WORK["exporters.eindispute"](), hours=20)
    other = factories.application_submitted()
    kind = {"kind": "importers.importerapplication"}
    assert desk.post(NEXT, kind)["Location"] == page_of(other)
    assert desk.post(NEXT, kind)["Location"] == f"{QUEUE}?kind=importers.importerapplication"
    own.refresh_from_db()
    assert own.claimed_by is None


def test_take_next_passes_over_what_this_officer_prepared() -> None:
    merger = Companies().prepared()
    preparer, other = merger.prepared_by, factories.officer()
    assert claims.take_next(by=preparer) is None
    found = claims.take_next(by=other)
    assert found and found[1] == merger


def test_nobody_claims_what_they_must_not_decide_on() -> None:
    row = Companies().prepared()
    with pytest.raises(NotAllowed, match="it is your own, or you prepared it"):
        claims.claim(row, by=row.prepared_by)
    assert claims.officer_of(row) is None


def test_a_decision_ends_the_claim(desk: Client, olive: User) -> None:
    row = owners.submitted()
    claims.claim(row, by=olive)
    from ownership import actions

    actions.prepare(row, text="Fine.", by=olive)
    assert not Claim.objects.live().exists()
    assert references(desk.get(QUEUE, {"whose": "unclaimed"})) == [row.reference]


def test_what_was_closed_can_be_claimed_no_more(desk: Client) -> None:
    row = WORK["exporters.eindispute"]()
    from exporters import actions

    actions.resolve_dispute(row, note="Done.", by=factories.officer())
    assert "does not wait for the desk any more" in words(desk.post(button(row, "claim"), follow=True))
    assert "does not wait" in words(desk.post(button(row, "hand_over"), {"officer": factories.officer().pk}))


@pytest.mark.parametrize("closed", [False, True])
def test_a_search_finds_by_anything_on_paper_open_and_closed(desk: Client, closed: bool) -> None:
    record = factories.ImporterRecordFactory.create(importer_number="12-345678900", company_name="Acme Imports Inc.")
    make = factories.application_approved if closed else factories.application_submitted
    application = make(record, email="toni@acme.example")
    factories.application_submitted()
    for typed in (application.reference.lower(), "acme imp", "12-3456789 00", "12345678900", "TONI@acme.example"):
        answer = desk.get(QUEUE, {"q": typed})
        assert references(answer) == [application.reference], typed
        assert ("Closed" in words(answer)) is closed
    if closed:
        assert references(desk.get(QUEUE, {"q": factories.account_of(application).ace_id})) == [application.reference]


def test_a_search_finds_the_other_kinds(desk: Client) -> None:
    merger, change, dispute = Companies().consented(), owners.submitted(), WORK["exporters.eindispute"]()
    stopped = WORK["exporters.exporterapplication"]()
    assert (
        references(desk.get(QUEUE, {"q": "Birch"})) == references(desk.get(QUEUE, {"q": "Acme"})) == [merger.reference]
    )
    assert references(desk.get(QUEUE, {"q": merger.acquired.ace_id})) == [merger.reference]
    assert references(desk.get(QUEUE, {"q": change.requester_email})) == [change.reference]
    assert references(desk.get(QUEUE, {"q": dispute.ein})) == [dispute.reference]
    assert references(desk.get(QUEUE, {"q": stopped.ein.replace("-", "")})) == [stopped.reference]
    assert references(desk.get(QUEUE, {"q": owners.begun().reference})) == []


def test_a_search_finds_what_the_rules_have_not_looked_at_yet(desk: Client) -> None:
    received = makers.submitted()
    assert references(desk.get(QUEUE, {"q": received.ein})) == [received.reference]


def test_a_list_finds_what_does_not_wait_for_the_desk_yet(desk: Client) -> None:
    merger = Companies().proposed()
    found = desk.get(reverse("admin:mergers_merger_changelist"), {"q": merger.reference})
    assert merger.reference in words(found)


@pytest.mark.parametrize("typed", ["'; DROP TABLE x; --", "<script>", "%", "٣", "x" * 500, "😀"])
def test_odd_searches_find_nothing_and_break_nothing(desk: Client, typed: str) -> None:
    factories.application_submitted()
    answer = desk.get(QUEUE, {"q": typed, "after": typed, "kind": typed, "whose": typed})
    assert answer.status_code == 200
    assert references(answer) == []


def test_pages_follow_one_another_without_a_gap(desk: Client) -> None:
    more_applications(queue.PER_PAGE + 20)
    same = clock.now() - timedelta(hours=1)
    ImporterApplication.objects.update(submitted_at=same)
    more_disputes(10)
    seen, address = [], QUEUE
    while address:
        answer = desk.get(address)
        seen += references(answer)
        address = answer.context["next_page"]
    assert len(seen) == len(set(seen)) == queue.PER_PAGE + 20 + 5
    assert "Back to the oldest" in words(answer)


def test_the_queue_costs_the_same_however_long_it_is(desk: Client) -> None:
    def grow(rows: int) -> None:
        more_applications(rows)
        more_disputes(rows)

    for address in (QUEUE, f"{QUEUE}?q=Company", f"{QUEUE}?whose=mine&late=1"):
        assert assert_constant_queries(desk, address, grow, few=6, many=60) <= 10


def test_late_work_can_be_seen_by_itself(desk: Client) -> None:
    late, fresh = aged(factories.application_submitted(), days=9), factories.application_submitted()
    assert references(desk.get(QUEUE, {"late": "1"})) == [late.reference]
    said = words(desk.get(QUEUE))
    assert ", late" in said and ", on time" in said and fresh.reference in said


@pytest.mark.parametrize(
    ("since", "now", "mark"),
    [
        ("2026-03-06 15:00", "2026-03-09 14:00", "on-time"),  # Friday afternoon, Monday
        ("2026-03-06 15:00", "2026-03-09 16:00", "due"),
        ("2026-03-06 15:00", "2026-03-11 14:00", "due"),
        ("2026-03-06 15:00", "2026-03-11 16:00", "late"),
        ("2026-03-06 15:00", "2026-03-07 23:00", "on-time"),  # days off do not count
        ("2026-03-06 15:00", "2026-03-08 23:00", "on-time"),
        ("2026-07-01 15:00", "2026-07-06 14:00", "due"),  # Independence Day is kept on Friday, July 3
        ("2026-11-25 15:00", "2026-11-27 14:00", "on-time"),  # Thanksgiving
        ("2026-12-31 15:00", "2027-01-04 14:00", "on-time"),  # New Year's Day
    ],
)
def test_age_is_counted_in_business_days(since: str, now: str, mark: str) -> None:
    moments = [localtime(datetime.now(UTC)).replace(fold=0) for _ in range(2)]
    zone = moments[0].tzinfo
    began, at = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (since, now))
    assert targets.mark(began, at)[0] == mark


def test_the_holidays_of_a_year() -> None:
    days = sorted(day.isoformat() for day in targets.holidays(2021))
    assert days == [
        *("2021-01-01", "2021-01-18", "2021-02-15", "2021-05-31", "2021-06-18", "2021-07-05", "2021-09-06"),
        *("2021-10-11", "2021-11-11", "2021-11-25", "2021-12-24", "2021-12-31"),
    ]


def test_the_first_page_links_to_each_kind(desk: Client) -> None:
    for make in WORK.values():
        make()
    page = desk.get("/admin/").content.decode()
    assert "1 exporter application stopped by an error" in page and "1 merger open" in page
    assert "/admin/queue/?kind=mergers.merger" in page


def test_an_auditor_reads_and_has_no_button(officer_client: Callable[..., Client]) -> None:
    reader = officer_client(factories.auditor())
    for code, make in WORK.items():
        row = make()
        page = reader.get(page_of(row))
        assert page.status_code == 200 and '<button type="submit" class="button' not in page.content.decode(), code
        for what in ("claim", "release", "hand_over"):
            assert reader.post(button(row, what)).status_code == 403
    page = reader.get(QUEUE)
    assert page.status_code == 200 and "Claim" not in page.content.decode()
    assert reader.post(NEXT).status_code == 403
    assert reader.get(button(row, "hand_over")).status_code == 403


def test_an_address_of_nothing_is_not_found(desk: Client) -> None:
    for address in ("/admin/queue/importers.importerapplication/999999/claim/", "/admin/queue/no.kind/1/claim/"):
        assert desk.post(address).status_code == 404
    draft = factories.application_filled_in()
    assert desk.post(button(draft, "claim")).status_code == 404


def test_handing_over_needs_an_officer(desk: Client, olive: User) -> None:
    row = factories.application_in_review(by=olive)
    for nobody in ("", "0", str(olive.pk), str(factories.auditor().pk), "x"):
        assert "There is a problem" in words(desk.post(button(row, "hand_over"), {"officer": nobody}))
    mine = factories.application_in_review(by=olive, email="toni@trade.example")
    own = factories.officer(email="toni@trade.example")
    assert "must not decide on" in words(desk.post(button(mine, "hand_over"), {"officer": own.pk}))


@pytest.mark.parametrize("code", sorted(WORK))
def test_twice_is_once(code: str) -> None:
    row, first, second = WORK[code](), worker(code, device=False), worker(code, device=False)
    for press in (
        lambda: claims.claim(row, by=first),
        lambda: claims.hand_over(row, to=second, by=first),
        lambda: claims.release(row, by=second),
    ):
        press()
        before = Event.objects.count(), Message.objects.count()
        press()
        assert (Event.objects.count(), Message.objects.count()) == before
    with pytest.raises(WrongState, match="nothing to hand over"):
        claims.hand_over(row, to=first, by=second)
    assert Message.objects.filter(template="desk/handed_over", to_address=second.email).count() == 1


@pytest.mark.parametrize("code", sorted(WORK))
def test_nobody_but_those_of_its_desk_works_on_a_row(code: str) -> None:
    row, colleague = WORK[code](), worker(code, device=False)
    stranger = factories.supervisor() if code == REQUEST else analyst(device=False)
    for nobody in (factories.auditor(), stranger, factories.person()):
        for press in (
            lambda by=nobody: claims.claim(row, by=by),
            lambda by=nobody: claims.release(row, by=by),
            lambda by=nobody: claims.hand_over(row, to=colleague, by=by),
            lambda by=nobody: notes.add(row, text="A note.", by=by),
        ):
            with pytest.raises(NotAllowed):
                press()
    claims.claim(row, by=colleague)
    for receiver in (factories.auditor(), stranger):
        with pytest.raises(NotAllowed):
            claims.hand_over(row, to=receiver, by=colleague)


def test_whoever_sits_at_no_desk_takes_nothing() -> None:
    for nobody in (factories.auditor(), factories.person()):
        with pytest.raises(NotAllowed):
            claims.take_next(by=nobody)


def test_a_supervisor_who_takes_over_is_not_mailed() -> None:
    row, boss = WORK["exporters.eindispute"](), factories.supervisor()
    claims.claim(row, by=factories.officer(device=False))
    claims.hand_over(row, to=boss, by=boss)
    assert claims.officer_of(row) == boss
    assert not Message.objects.filter(template="desk/handed_over").exists()


def test_take_next_goes_on_when_somebody_was_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = aged(factories.application_submitted(), hours=2), factories.application_submitted()
    tried: list[Any] = []

    def faster(row: Any, *, by: User) -> Any:
        tried.append(row)
        raise WrongState("Somebody was faster.")

    officer = factories.officer(device=False)
    monkeypatch.setattr(claims, "claim", faster)
    assert claims.take_next(by=officer) is None
    assert tried == [first, second]
    monkeypatch.setattr(claims, "TRIES", 1)
    assert claims.take_next(by=officer) is None


def test_a_model_has_one_kind_of_work() -> None:
    known = registry.kind("mergers.merger")
    assert known
    registry.register(known)
    with pytest.raises(ValueError, match="registered twice"):
        registry.register(replace(known, label="another"))
